"""What each document holds of a key field, as one number.

The code of a document is the ordinal of its key + 1, and 0 if it has none. If documents hold
several keys, codes number the different sets of keys instead: a path with all above it, or a few
tags, recur in many documents, so that there are far fewer sets than documents.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from archsearch.engines.whoosh.format.arrays import (
    Docs,
    Ints,
    Mask,
    compact,
    marked,
    offsets,
    spread,
    widths,
)

_SCANNED = 256
"""Up to so many codes, which fit a byte, documents are found by reading all codes."""
_CODED = 65_536
"""Up to so many codes, which fit two bytes, codes are stored."""
_REPEATED = 4
"""And only if there are so many documents to a code."""
_RUNS = 8
"""More runs of codes than these are looked up in a table."""


@dataclass(frozen=True)
class Codes:
    """What each document holds, as one number; sets are there if some hold several keys."""

    codes: Ints
    bounds: Ints | None = None
    keys: Ints | None = None

    @property
    def scanned(self) -> bool:
        """Whether documents are found by reading all codes, so that no lists are needed."""
        return self.sets <= _SCANNED

    @cached_property
    def sets(self) -> int:
        """Count the codes there are, 0 included."""
        if self.bounds is not None:
            return int(self.bounds.size) - 1
        return int(self.codes.max()) + 1 if self.codes.size else 1

    @cached_property
    def edges(self) -> tuple[Docs, Docs]:
        """Give the lowest and the highest key of each code, -1 for none."""
        if self.bounds is None or self.keys is None:
            found = np.arange(-1, self.sets - 1)
            return found, found
        some = self.bounds[1:] > self.bounds[:-1]
        low = np.full(self.sets, -1, np.intp)
        high = low.copy()
        low[some] = self.keys[self.bounds[:-1][some]]
        high[some] = self.keys[self.bounds[1:][some] - 1]
        return low, high

    def holding(self, ordinals: Docs) -> Mask:
        """Tell which codes hold one of some keys."""
        if self.bounds is None or self.keys is None:
            return marked(ordinals + 1, self.sets)
        wanted = marked(ordinals, int(self.keys.max()) + 1)
        table = np.zeros(self.sets, np.bool_)
        table[self._owners[wanted[self.keys]]] = True
        return table

    def mask(self, table: Mask) -> Mask:
        """Tell which documents have a code that is set in a table of all codes."""
        edges = np.flatnonzero(np.diff(table.view(np.int8), prepend=0, append=0)).tolist()
        runs = list(zip(edges[::2], edges[1::2], strict=True))
        if len(runs) > _RUNS:
            return table.take(self.codes)
        mask = np.zeros(self.codes.size, np.bool_)
        for low, high in runs:
            # Comparing all codes is several times faster than looking all of them up.
            if high - low == 1:
                mask |= self.codes == low
            else:
                mask |= (self.codes - self.codes.dtype.type(low)) < high - low
        return mask

    @cached_property
    def _owners(self) -> Docs:
        """The code of each of the sets' keys."""
        bounds = np.zeros(1) if self.bounds is None else self.bounds
        return np.repeat(np.arange(self.sets), widths(bounds))

    def by_key(self, counts: Ints, keys: int) -> Ints:
        """Turn counts of codes into counts of keys."""
        if self.keys is None:
            return counts[1 : keys + 1]
        found = np.bincount(self.keys, counts[self._owners], minlength=keys)
        return found.astype(np.int64)

    def pairs(self) -> tuple[Docs, Docs]:
        """Give every (ordinal, document) pair."""
        if self.bounds is None or self.keys is None:
            docs = np.flatnonzero(self.codes)
            return self.codes[docs].astype(np.intp) - 1, docs
        starts = self.bounds[self.codes].astype(np.intp)
        counts = self.bounds[self.codes.astype(np.intp) + 1].astype(np.intp) - starts
        return self.keys[spread(starts, counts)], np.repeat(np.arange(self.codes.size), counts)


def coded(ordinals: Ints, docs: Ints, size: int, keys: int) -> Codes | None:
    """Make codes, if there are few enough of them to be worth storing."""
    most = max(_SCANNED, min(_CODED, size // _REPEATED))
    counts = np.bincount(docs, minlength=size)
    if int(counts.max(initial=0)) <= 1:
        return _single(ordinals, docs, size) if keys < most else None
    if keys >= most * int(counts.max()):
        return None
    ordinals = _by_document(ordinals, docs, keys)
    starts = offsets(counts)[:-1]
    codes = _numbered(ordinals, starts, counts, most - 1)
    return None if codes is None else _with_sets(codes, ordinals, starts, counts)


def _single(ordinals: Ints, docs: Ints, size: int) -> Codes:
    codes = np.zeros(size, np.int64)
    codes[docs] = ordinals + 1
    return Codes(compact(codes))


def _by_document(ordinals: Ints, docs: Ints, keys: int) -> Ints:
    """Give the ordinals in order of document, ascending in each."""
    return np.sort(docs.astype(np.int64) * keys + ordinals) % keys


def _numbered(ordinals: Ints, starts: Ints, counts: Ints, most: int) -> Ints | None:
    """Number the sets of keys in the order of their members; None if there are too many."""
    codes = np.zeros(counts.size, np.int64)
    base = int(ordinals.max()) + 2
    for rank in range(int(counts.max())):
        some = np.flatnonzero(counts > rank)
        codes *= base
        codes[some] += ordinals[starts[some] + rank] + 1
        _, codes = np.unique(codes, return_inverse=True)
        if int(codes.max()) >= most:
            return None
    # Set 0 is the empty one, whether or not a document has it.
    return codes if not int(counts.min()) else codes + 1


def _with_sets(codes: Ints, ordinals: Ints, starts: Ints, counts: Ints) -> Codes:
    example = np.zeros(int(codes.max()) + 1, np.intp)
    example[codes] = np.arange(codes.size)
    sizes = counts[example]
    if int(counts.min()):
        sizes[0] = 0
    keys = ordinals[spread(starts[example], sizes)]
    return Codes(compact(codes), compact(offsets(sizes)), compact(keys))


def all_coded(ordinals: Docs, docs: Docs, size: int, keys: int) -> Codes:
    """Make codes however many there are: several keys make every document's set its own."""
    counts = np.bincount(docs, minlength=size)
    if int(counts.max(initial=0)) <= 1:
        return _single(ordinals, docs, size)
    bounds = np.concatenate(((0,), offsets(counts)))
    found = compact(_by_document(ordinals, docs, keys))
    return Codes(compact(np.arange(1, size + 1)), compact(bounds), found)
