"""The postings of one field of grams of one segment: which numbered token is in which document.

Arrays (T tokens, P postings, D documents):

=============  ====  ============================================================================
``keys.…``     T     how far each token's number is from the one before; packed, see :mod:`.packed`
``size``       1     T
``docs.…``     T, P  the documents of each token; see :mod:`.lists`
``lengths``    D     the length that a document says it has, 0 where the field is absent
=============  ====  ============================================================================
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from archsearch.engines.whoosh.format.arrays import Docs, Ints, compact, places
from archsearch.engines.whoosh.format.container import Container, ContainerWriter
from archsearch.engines.whoosh.format.lists import DocLists
from archsearch.engines.whoosh.format.packed import Packed

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class GramField:
    """One field of grams; see the module for the arrays."""

    gaps: Packed
    lists: DocLists
    lengths: Ints

    @classmethod
    def of(cls, tokens: Numbers, sizes: Ints, docs: Ints, lengths: Ints) -> "GramField":
        """Make the field of ascending tokens and, one after another, their documents."""
        gaps = np.diff(tokens, prepend=0)
        return cls(Packed.of(compact(gaps)), DocLists.of(sizes, docs), compact(lengths))

    @cached_property
    def tokens(self) -> Numbers:
        """All tokens, ascending."""
        return np.cumsum(self.gaps.run(0, self.gaps.size), dtype=np.int64)

    def find(self, tokens: Numbers) -> tuple[Docs, npt.NDArray[np.bool_]]:
        """Find the ordinals of ascending tokens, and which of them are there at all."""
        return places(tokens, self.tokens)

    def sizes(self, ordinals: Docs) -> Docs:
        """Count the documents of some tokens."""
        bounds = self.lists.bounds
        return bounds.at(ordinals + 1) - bounds.at(ordinals)

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
