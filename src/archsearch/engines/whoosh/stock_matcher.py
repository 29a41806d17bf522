"""One term's documents as Whoosh's searcher walks them.

The list is one block. What Whoosh asks of the current block it also asks of a matcher that is at
its end, so nothing here depends on the place.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from whoosh.matching import mcore

_LeafMatcher: Any = mcore.LeafMatcher
_ReadTooFar: Any = mcore.ReadTooFar


@dataclass(frozen=True)
class Postings:
    """The documents of a term, ascending, and how often each holds it (None for once).

    ``positions`` gives those in one document, by its place in the list. Lengths are of the shortest
    and the longest of the documents.
    """

    docs: Sequence[int]
    counts: Sequence[int] | None
    shortest: int
    longest: int
    positions: Callable[[int], list[int]]

    @property
    def most(self) -> int:
        """The highest count of all."""
        return max(self.counts) if self.counts else 1


class PostingMatcher(_LeafMatcher):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's matcher over the documents of one term; there is at least one."""

    def __init__(self, term: tuple[str, bytes], postings: Postings, form: Any, scorer: Any) -> None:
        self._term = term
        self._postings = postings
        self._docs = postings.docs
        self._place = 0
        self.format = form
        self.scorer = scorer

    def is_active(self) -> bool:
        """Tell whether there is a current document."""
        return self._place < len(self._docs)

    def id(self) -> int:
        """Give the current document, at the end still the last one."""
        try:
            return self._docs[self._place]
        except IndexError:
            # Whoosh asks without looking after it had a block skipped.
            return self._docs[-1]

    def next(self) -> bool:
        """Go on to the next document."""
        if not self.is_active():
            raise _ReadTooFar
        self._place += 1
        return not self.is_active()

    def skip_to(self, docnum: int) -> None:
        """Go on to the first document from ``docnum`` on."""
        if not self.is_active():
            raise _ReadTooFar
        self._place = bisect_left(self._docs, docnum, self._place)

    def skip_to_quality(self, minimum: float) -> int:
        """Leave the block if no document in it can score more than ``minimum``."""
        if self.block_quality() > minimum:
            return 0
        self._place = len(self._docs)
        return 1

    def reset(self) -> None:
        """Go back to the first document."""
        self._place = 0

    def copy(self) -> "PostingMatcher":
        """Give another matcher at the same place."""
        other = PostingMatcher(self._term, self._postings, self.format, self.scorer)
        other._place = self._place
        return other

    def all_ids(self) -> Iterator[int]:
        """Yield the documents."""
        return iter(self._docs)

    def weight(self) -> float:
        """Give the count in the current document."""
        counts = self._postings.counts
        return float(counts[self._place]) if counts else 1.0

    def value(self) -> bytes:
        """Give the posting as Whoosh's own format would store it."""
        if not self.supports("positions"):
            return b""
        encoded: bytes = self.format.encode(self._postings.positions(self._place))
        return encoded

    def value_as(self, astype: str) -> Any:
        """Give the posting, decoded."""
        if astype == "positions":
            return self._postings.positions(self._place)
        return super().value_as(astype)

    def block_min_length(self) -> int:
        """Give the length of the shortest document."""
        return self._postings.shortest

    def block_max_length(self) -> int:
        """Give the length of the longest document."""
        return self._postings.longest

    def block_max_weight(self) -> float:
        """Give the highest count."""
        return float(self._postings.most)

    def block_min_id(self) -> int:
        """Give the first document."""
        return self._docs[0]

    def block_max_id(self) -> int:
        """Give the last document."""
        return self._docs[-1]
