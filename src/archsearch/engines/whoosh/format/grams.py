"""The postings of one field of grams of one segment: which numbered token is in which document.

Arrays (T tokens, P postings, D documents):

=============  ====  ============================================================================
``keys.…``     T     how far each token's number is from the one before; packed, see :mod:`.packed`
``size``       1     T
``docs.…``     T, P  the documents of each token; see :mod:`.lists`
``lengths``    D     the length that a document says it has, 0 where the field is absent
=============  ====  ============================================================================
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from typing import Final

import numpy as np
import numpy.typing as npt

from archsearch.engines.whoosh.format.arrays import NO_DOCS, Docs, Ints, compact, spread
from archsearch.engines.whoosh.format.container import Container, ContainerWriter
from archsearch.engines.whoosh.format.lists import DocLists
from archsearch.engines.whoosh.format.packed import Packed

Numbers = npt.NDArray[np.int64]

_FEW: Final = 1 << 20
_OFTEN: Final = 8
"""So few postings that were read so often are kept unpacked: of small segments there are several,
and unpacking takes as many steps for a few documents as for many."""


@dataclass(frozen=True)
class GramField:
    """One field of grams; see the module for the arrays."""

    gaps: Packed
    lists: DocLists
    lengths: Ints
    _uses: Iterator[int] = field(default_factory=count, compare=False)

    @classmethod
    def of(cls, tokens: Numbers, sizes: Ints, docs: Ints, lengths: Ints) -> "GramField":
        """Make the field of ascending tokens and, one after another, their documents."""
        gaps = np.diff(tokens, prepend=0)
        return cls(Packed.of(compact(gaps)), DocLists.of(sizes, docs), compact(lengths))

    @cached_property
    def tokens(self) -> Numbers:
        """All tokens, ascending."""
        return np.cumsum(self.gaps.run(0, self.gaps.size), dtype=np.int64)

    @cached_property
    def _starts(self) -> Ints:
        """Where the documents of each token begin, and where the last end."""
        return self.lists.bounds.all()

    def find(self, tokens: Numbers) -> tuple[Docs, Docs]:
        """Give the places of those of some tokens that are there, and their ordinals."""
        every = self.tokens
        if not every.size:
            return NO_DOCS, NO_DOCS
        ordinals = np.minimum(every.searchsorted(tokens), every.size - 1)
        (found,) = (every[ordinals] == tokens).nonzero()
        return found, ordinals[found]

    def spans(self, ordinals: Docs) -> tuple[Docs, Docs]:
        """Give where the documents of some tokens begin, and how many there are of each."""
        starts = self._starts[ordinals].astype(np.intp)
        return starts, self._starts[ordinals + 1] - starts

    def read(self, starts: Docs, sizes: Docs) -> Ints:
        """Give the documents of some tokens, at least one, one after another."""
        if self.lists.entries <= _FEW and next(self._uses) >= _OFTEN:
            return self._unpacked[spread(starts, sizes)]
        return self.lists.docs_from(starts, sizes)

    @cached_property
    def _unpacked(self) -> Ints:
        return compact(self.lists.docs_of(0, len(self.lists)))

    def save(self, writer: ContainerWriter, prefix: str) -> None:
        """Write the arrays into a container."""
        writer.add(prefix + "size", np.array([self.gaps.size], np.uint32))
        self.gaps.save(writer, prefix + "keys.")
        self.lists.save(writer, prefix + "docs.")
        writer.add(prefix + "lengths", self.lengths)

    @classmethod
    def load(cls, container: Container, prefix: str) -> "GramField":
        """Map the arrays of a container."""
        size = int(container[prefix + "size"][0])
        return cls(
            Packed.load(container, prefix + "keys.", size),
            DocLists.load(container, prefix + "docs.", size),
            container[prefix + "lengths"],
        )
