"""The protocol between archsearch and a search engine, and the values that cross it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, Protocol, Self

from archsearch.analysis.units import BREAK, WORD
from archsearch.domain.access import ScopedGather, ScopedQuery
from archsearch.domain.plan import Channel
from archsearch.domain.record import RecordId

ID: Final = "@id"
"""Key field with the record id; every document holds exactly one key in it."""
OWNER: Final = "@owner"
"""Key field with the owner's user name, unfolded; at most one key."""
DEPARTMENT: Final = "@department"
"""Key field with the department path and every path above it, unfolded."""
SECRECY: Final = "@secrecy"
"""Key field with the secrecy label; exactly one key."""
SCOPE_FIELDS: Final = (ID, OWNER, DEPARTMENT, SECRECY)
"""The fields that a scope is evaluated on; never reachable from query text."""


@dataclass(slots=True)
class TextTokens:
    """The tokens of one text field of one document: ``terms`` and, beside each, its position.

    Positions are ordinal from 0 and at most 2**20 - 1, in any order; several terms may share a
    position, the same pair occurs once. ``length`` is the number of units, the BM25 document
    length. Two sequences instead of pairs, and never changed but not frozen, because millions are
    made.
    """

    terms: Sequence[str]
    positions: Sequence[int]
    length: int

    @classmethod
    def of(cls, tokens: Iterable[tuple[str, int]], length: int) -> Self:
        """Make them of (term, position) pairs."""
        pairs = tuple(tokens)
        return cls([term for term, _ in pairs], [position for _, position in pairs], length)

    def __iter__(self) -> Iterator[tuple[str, int]]:
        """Yield (term, position) pairs."""
        return zip(self.terms, self.positions, strict=True)


@dataclass(slots=True)
class UnitTokens:
    """The tokens of a text of units: each unit, and each pair of neighbours at the first's place.

    Says in few words what :class:`TextTokens` would of a text and its bigrams: most of an index are
    such pairs, and an engine makes them faster from numbers than from strings. ``text`` and
    ``words`` are as in :class:`~archsearch.analysis.units.Marked`; a pair with one of the words is
    joined by a space, as is a pair of words.
    """

    text: str
    words: Sequence[str]

    @property
    def length(self) -> int:
        """The number of units."""
        return len(self.text) - self.text.count(BREAK)

    @property
    def terms(self) -> list[str]:
        """Units and pairs."""
        return [term for term, _ in self]

    @property
    def positions(self) -> list[int]:
        """The position of each of them."""
        return [position for _, position in self]

    def __iter__(self) -> Iterator[tuple[str, int]]:
        """Yield (term, position) pairs."""
        words = iter(self.words)
        units = [(next(words), " ") if mark == WORD else (mark, "") for mark in self.text]
        places = [place for place, mark in enumerate(self.text) if mark != BREAK]
        for place in places:
            yield units[place][0], place
        for place, following in pairwise(places):
            if following == place + 1:
                (left, after), (right, before) = units[place], units[following]
                yield f"{left}{after or before}{right}", place


SINGLES: Final = 1
PAIRS: Final = 2
SPLITS: Final = 4
"""What a row of marks has for tokens: each mark, pairs of neighbours, pairs with one between."""
_MARK_BITS: Final = 21
"""Of a code point."""


def gram(shape: int, first: str, second: str = "\0") -> int:
    """Number the token of one mark or of two."""
    return (shape << _MARK_BITS | ord(first)) << _MARK_BITS | ord(second)


@dataclass(slots=True)
class Grams:
    r"""Tokens without positions, of rows of marks, for :meth:`SearchEngine.gather`.

    ``rows`` holds the rows one after another, each begun by the character whose code point says
    what it has for tokens (the sum of some of SINGLES, PAIRS, SPLITS). Marks are characters from
    the space on, or ``"\0"`` for a place without one. ``length`` is that of the shortest value.
    Never changed, like all of a document.
    """

    rows: str
    length: int

    def __iter__(self) -> Iterator[int]:
        """Yield the tokens, each once."""
        return iter(dict.fromkeys(self._tokens()))

    def _tokens(self) -> Iterator[int]:
        for row in _ROW.findall(self.rows):
            for shape, step in ((SINGLES, 0), (PAIRS, 1), (SPLITS, 2)):
                if not ord(row[0]) & shape:
                    continue
                for first, second in zip(row[1:], row[1 + step :], strict=False):
                    if step == 0 and first != "\0":
                        yield gram(shape, first)
                    elif step and "\0" not in (first, second):
                        yield gram(shape, first, second)


_ROW: Final = re.compile("[\1-\7][^\1-\7]*")


@dataclass(slots=True)
class Document:
    """What an engine keeps of one record: tokens to match, keys to filter, count and sort by.

    ``texts`` and ``keys`` are by index field name, and so are ``grams`` and ``stored``: what is
    gathered by, and what is given back then as it is. A document holds each key of a field once.
    Never changed, like its tokens.
    """

    record_id: RecordId
    version: int
    texts: Mapping[str, TextTokens | UnitTokens]
    keys: Mapping[str, tuple[str, ...]]
    grams: Mapping[str, Grams] = field(default_factory=dict)
    stored: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Removal:
    """Take the record out of the index."""

    record_id: RecordId


@dataclass(frozen=True, slots=True)
class EngineHit:
    """One record found.

    ``channels`` are in order of declaration in :class:`Channel`, without repeats.
    """

    record_id: RecordId
    score: float
    channels: tuple[Channel, ...] = ()


@dataclass(frozen=True, slots=True)
class EngineResult:
    """The answer to a plan.

    ``total`` counts every hit inside the scope, not only the page. ``facets`` lists (key, count)
    over every hit, highest
    count first, then key ascending; keys without a hit are absent.
    """

    total: int
    hits: tuple[EngineHit, ...]
    facets: Mapping[str, tuple[tuple[str, int], ...]] = field(default_factory=dict)
    mark: str = ""
    """That of the state which answered; empty for an empty scope."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """The answer to several gathers.

    ``chosen`` has for each of them the records found, as ascending places in ``record_ids`` and
    ``values`` (of the stored field), which hold every record once. ``record_ids`` may be made as
    they are asked for.
    """

    chosen: tuple[Sequence[int], ...]
    record_ids: Sequence[RecordId]
    values: Sequence[str]
    mark: str = ""


@dataclass(frozen=True, slots=True)
class EngineStats:
    """Sizes of the index in use.

    ``deleted`` documents still occupy space; ``bytes`` counts all files.
    """

    generation: str
    documents: int
    deleted: int
    segments: int
    bytes: int
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Damage:
    """One thing that :meth:`SearchEngine.verify` found wrong.

    ``file`` is relative to the index folder.
    """

    file: str
    reason: str


class Prepared(Protocol):
    """Changes that an engine has worked out beforehand, to be made once."""

    def __len__(self) -> int:
        """Count the records concerned."""
        ...


class SearchEngine(Protocol):
    """An index of documents that answers plans inside scopes.

    Reading and writing may happen in different processes at once: any number read, one writes, a
    second writer gets
    :class:`~archsearch.errors.BusyError` after a bounded wait. A reader answers from one
    consistent generation and
    notices a newer one by the next call.
    """

    def search(self, query: ScopedQuery) -> EngineResult:
        """Answer a plan inside its scope, exactly: no hit lost, totals and facets complete.

        The answer is a function of the plan and of the documents inside the scope alone.

        Raises:
            IndexOutdatedError: Nothing usable is there to answer from; rebuild.
        """
        ...

    def gather(self, query: ScopedGather) -> Gathered:
        """Find the records inside the scope that share the most telling tokens, for each gather.

        As :class:`~archsearch.domain.plan.Gather` defines it, and a function of the gathers and of
        the documents inside the scope alone.

        Raises:
            IndexOutdatedError: Nothing usable is there to answer from; rebuild.
        """
        ...

    def apply(self, changes: Iterable[Document | Removal], *, mark: str = "") -> None:
        """Add, replace and remove documents in one commit; on return it is durable and visible.

        ``mark`` is kept with the state and given back with every answer from it, so that the caller
        knows an older state by it; a batch that changes nothing, or an empty mark, leaves the one
        that is there.

        Of several changes to one record in a batch the last one holds. Idempotent: applying a
        batch again changes
        nothing. On any failure nothing of the batch is visible.

        Raises:
            BusyError: Another writer is at work.
            IndexOutdatedError: The index cannot take changes; rebuild.
            EngineError: The disk failed; the previous state still answers.
        """
        ...

    def prepare(self, changes: Iterable[Document | Removal]) -> Prepared:
        """Work changes out, at most one a record, for :meth:`apply_prepared`.

        Touches nothing, so that several processes may prepare at once. Takes changes as they come.
        """
        ...

    def apply_prepared(
        self, prepared: Prepared, changes: Iterable[Document | Removal] = (), *, mark: str = ""
    ) -> None:
        """Make prepared changes, then others, in one commit, as :meth:`apply` does."""
        ...

    def rebuild(self, documents: Iterable[Document], *, mark: str = "") -> None:
        """Build a new generation from every document there is, then switch to it.

        The generation in use answers meanwhile. Durable on return.

        Raises:
            BusyError: Another writer is at work.
            EngineError: The disk failed; the previous generation still answers.
        """
        ...

    def tidy(self) -> None:
        """Make answers quick again after much was added piece by piece; changes none of them.

        Others may write for most of the time it takes.

        Raises:
            BusyError: Another writer is at work.
            IndexOutdatedError: The index cannot take changes; rebuild.
            EngineError: The disk failed; the previous state still answers.
        """
        ...

    def purge(self) -> None:
        """Rewrite the index without removed documents.

        On return no byte of a removed or replaced document remains in any file of the index.
        """
        ...

    def verify(self) -> tuple[Damage, ...]:
        """Check every file against its recorded digest; empty when all is well."""
        ...

    def revisions(self) -> Iterator[tuple[RecordId, int]]:
        """Yield (record id, version) of every document, in order of record id.

        For reconciliation with the store.
        """
        ...

    def stats(self) -> EngineStats:
        """Measure the index in use."""
        ...
