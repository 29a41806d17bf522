"""Sets of documents of one segment, as ascending numbers, as a bitmap, or both.

Whichever is there is used; the other is made when an operation is cheaper with it. Sets do not
change, so a cached one serves any number of queries; it keeps what was made, but no bitmap of a few
documents, which would take far more memory than they do.
"""

from collections.abc import Sequence

import numpy as np

from archsearch.engines.whoosh.format.arrays import (
    NO_DOCS,
    SPARSE,
    Docs,
    Mask,
    ascending,
    marked,
    places,
)

_SORTED = 128
"""Sorting lists together beats a bitmap when they are this many times shorter."""
_AHEAD = 8_192
"""Documents of a bitmap that are looked at before all of it is, where only the first are wanted."""


class DocSet:
    """Some of the documents below ``size``."""

    __slots__ = ("_count", "_docs", "_mask", "size")

    def __init__(self, size: int, docs: Docs | None = None, mask: Mask | None = None) -> None:
        self.size = size
        self._docs = docs
        self._mask = mask
        self._count = -1 if docs is None else docs.size

    @property
    def docs(self) -> Docs:
        """Ascending document numbers."""
        if self._docs is None:
            self._docs = np.flatnonzero(self._mask)  # type: ignore[arg-type]  # one is there
        return self._docs

    @property
    def mask(self) -> Mask:
        """A bitmap of all documents of the segment."""
        if self._mask is not None:
            return self._mask
        made = marked(self.docs, self.size)
        if self.dense:
            self._mask = made
        return made

    @property
    def count(self) -> int:
        """How many documents there are."""
        if self._count < 0:
            self._count = int(np.count_nonzero(self._mask))  # type: ignore[arg-type]
        return self._count

    @property
    def complete(self) -> bool:
        """Whether every document of the segment is there."""
        return self.count == self.size

    @property
    def dense(self) -> bool:
        """Whether going through bitmaps is cheaper than looking up one by one."""
        return self.count * SPARSE >= self.size

    @property
    def nbytes(self) -> int:
        """Memory in use once both forms are there."""
        return 8 * self.count + self.size * (self.dense or self._mask is not None)

    def first(self, wanted: int) -> Docs:
        """Give the lowest documents, at most so many."""
        if self._docs is None and self._mask is not None:
            for end in range(_AHEAD, self.size, self.size // 8 + _AHEAD):
                found = np.flatnonzero(self._mask[:end])
                if found.size >= wanted:
                    return found[:wanted]
        return self.docs[:wanted]

    def holds(self, doc: int) -> bool:
        """Tell whether one document is there."""
        if self._mask is not None:
            return bool(self._mask[doc])
        place = int(np.searchsorted(self.docs, doc))
        return place < self.docs.size and int(self.docs[place]) == doc

    def inside(self, docs: Docs) -> Mask:
        """Tell which of some ascending documents are there."""
        if self._mask is None and docs.size * SPARSE < self.count:
            return places(docs, self.docs)[1]
        return self.mask[docs]

    def both(self, other: "DocSet") -> "DocSet":
        """Intersect."""
        small, large = (self, other) if self.count <= other.count else (other, self)
        if large.complete or not small.count:
            return small
        if small.dense:
            return DocSet(self.size, mask=small.mask & large.mask)
        return DocSet(self.size, small.docs[large.inside(small.docs)])

    def without(self, other: "DocSet") -> "DocSet":
        """Subtract."""
        if not other.count or not self.count:
            return self
        if self.dense:
            return DocSet(self.size, mask=self.mask & ~other.mask)
        return DocSet(self.size, self.docs[~other.inside(self.docs)])


def nothing(size: int) -> DocSet:
    """Make the empty set."""
    return DocSet(size, NO_DOCS)


def united(sets: Sequence[DocSet], size: int) -> DocSet:
    """Unite sets."""
    sets = [one for one in sets if one.count]
    if len(sets) <= 1:
        return sets[0] if sets else nothing(size)
    if sum(one.count for one in sets) * _SORTED < size:
        return DocSet(size, ascending(np.concatenate([one.docs for one in sets])))
    mask = sets[0].mask.copy() if sets[0].dense else marked(sets[0].docs, size)
    for one in sets[1:]:
        if one.dense:
            mask |= one.mask
        else:
            mask[one.docs] = True
    return DocSet(size, mask=mask)


def repeated(sets: Sequence[DocSet], least: int, size: int) -> DocSet:
    """Give the documents that are in at least so many of some sets."""
    if len(sets) < least:
        return nothing(size)
    if least == len(sets) == 2:  # noqa: PLR2004 - which is what most queries ask for
        return sets[0].both(sets[1])
    if sum(one.count for one in sets) * _SORTED < size or len(sets) > np.iinfo(np.uint8).max:
        docs, times = np.unique(np.concatenate([one.docs for one in sets]), return_counts=True)
        return DocSet(size, docs[times >= least])
    times = np.zeros(size, np.uint8)
    for one in sets:
        if one.dense:
            times += one.mask.view(np.uint8)
        else:
            times[one.docs] += np.uint8(1)
    return DocSet(size, mask=times >= least)
