"""Lists of document numbers, one after the other: the postings of terms, the holders of keys.

Arrays (L lists, E entries; list l is entries ``[bounds[l] : bounds[l + 1]]``):

==============  =======  ======================================================================
``low``         L + 1    the low 16 bits of the bounds; absent when every list has one entry
``wraps``       few      lists before whose bound the 16 bits have wrapped around once (more)
``gaps.…``      E        how far each document is from the one before it in its list, from 0 for
                         the first; packed (see :mod:`.packed`)
``skips``       E / 256  the document of every 256th entry
==============  =======  ======================================================================

A list is read from its start by adding gaps up, or anywhere after a skip: a few documents are
looked up in a long list without reading the rest of it.
"""

from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from archsearch.engines.whoosh.format.arrays import (
    Docs,
    Ints,
    Mask,
    compact,
    narrowed,
    offsets,
    spread,
)
from archsearch.engines.whoosh.format.container import Container, ContainerWriter
from archsearch.engines.whoosh.format.packed import BLOCK, Packed

_WRAP = 16
SKIPPING = 64
"""Looking documents up by skips beats reading the list when it is this many times longer."""


@dataclass(frozen=True)
class Bounds:
    """Where consecutive lists begin; without arrays every list has one entry."""

    count: int
    low: Ints | None
    wraps: Ints

    @classmethod
    def of(cls, sizes: Ints) -> "Bounds":
        """Make the bounds of lists with these sizes."""
        if not sizes.size or (int(sizes.min()) == 1 == int(sizes.max())):
            return cls(sizes.size, None, np.empty(0, np.uint8))
        bounds = offsets(sizes)
        high = bounds >> _WRAP
        wraps = np.repeat(np.arange(1, high.size), np.diff(high))
        return cls(sizes.size, bounds.astype(np.uint16), compact(wraps))

    @cached_property
    def _lows(self) -> memoryview | range:
        return range(self.count + 1) if self.low is None else self.low.data

    @cached_property
    def _wraps(self) -> list[int]:
        return [int(number) for number in self.wraps]

    def __getitem__(self, place: int) -> int:
        return self._lows[place] + (bisect_right(self._wraps, place) << _WRAP)

    def between(self, first: int, last: int) -> Docs:
        """Give the bounds ``first`` to ``last``, both included."""
        return self.at(np.arange(first, last + 1))

    def all(self) -> Ints:
        """Give every bound, in half the room that documents in flight take."""
        if self.low is None:
            return np.arange(self.count + 1, dtype=np.uint32)
        wraps = np.diff(self.wraps, prepend=0, append=self.count + 1)
        high = np.repeat(np.arange(wraps.size, dtype=np.uint32) << _WRAP, wraps.astype(np.intp))
        high += self.low
        return high

    def at(self, places: Docs) -> Docs:
        """Give some bounds."""
        if self.low is None:
            return places
        wrapped = np.searchsorted(self.wraps, places, side="right") << _WRAP
        return self.low[places].astype(np.intp) + wrapped


@dataclass(frozen=True)
class DocLists:
    """Lists of ascending document numbers; see the module for the arrays."""

    bounds: Bounds
    gaps: Packed
    skips: Ints

    @classmethod
    def of(cls, sizes: Ints, docs: Ints) -> "DocLists":
        """Make lists, none of them empty, of their concatenated documents."""
        gaps = np.diff(docs.astype(np.int64), prepend=0)
        starts = offsets(sizes)[:-1]
        gaps[starts] = docs[starts]
        return cls(
            Bounds.of(sizes),
            Packed.of(compact(gaps)),
            compact(np.ascontiguousarray(docs[::BLOCK])),
        )

    def __len__(self) -> int:
        return self.bounds.count

    @property
    def entries(self) -> int:
        """How many entries all lists have together."""
        return self.gaps.size

    def size(self, number: int) -> int:
        """Count the entries of one list."""
        return self.bounds[number + 1] - self.bounds[number]

    def sizes(self) -> Docs:
        """Count the entries of every list."""
        return np.diff(self.bounds.between(0, len(self)))

    def docs(self, number: int) -> Docs:
        """Read one list."""
        run = self.gaps.run(self.bounds[number], self.bounds[number + 1])
        return np.cumsum(run, dtype=np.intp)

    def docs_of(self, first: int, last: int) -> Docs:
        """Read the lists ``[first, last)``, one after the other."""
        bounds = self.bounds.between(first, last)
        return _added_up(self.gaps.run(int(bounds[0]), int(bounds[-1])), np.diff(bounds))

    def docs_of_some(self, numbers: Docs) -> Docs:
        """Read some lists, at least one, one after the other."""
        starts = self.bounds.at(numbers)
        return self.docs_from(starts, self.bounds.at(numbers + 1) - starts)

    def docs_from(self, starts: Docs, sizes: Docs) -> Docs:
        """Read some lists, at least one, of which it is known where they begin and how long."""
        return _added_up(self.gaps.take(spread(starts, sizes)), sizes)

    def places(self, number: int, docs: Docs) -> tuple[Docs, Mask]:
        """Look up ascending documents in one list: their places, and which are there at all."""
        begin, end = self.bounds[number], self.bounds[number + 1]
        first = begin // BLOCK + 1
        heads = self.skips[first : (end - 1) // BLOCK + 1]
        behind = np.searchsorted(heads, narrowed(docs, heads.dtype), side="right")
        found = np.zeros(docs.size, np.intp)
        there = np.zeros(docs.size, np.bool_)
        split = int(np.searchsorted(behind, 1))
        if split:
            run = self.gaps.run(begin, min(end, first * BLOCK))
            found[:split], there[:split] = _lookup(np.cumsum(run, dtype=np.intp), docs[:split])
        if split < docs.size:
            blocks, rows = np.unique(behind[split:] + (first - 1), return_inverse=True)
            at, there[split:] = self._in_blocks(blocks, rows, docs[split:], end)
            found[split:] = at - begin
        return found, there

    def _in_blocks(self, blocks: Docs, rows: Docs, docs: Docs, end: int) -> tuple[Docs, Mask]:
        table = self.gaps.blocks(blocks)
        table[:, 0] = self.skips[blocks]
        np.cumsum(table, axis=1, out=table)
        if int(blocks[-1] + 1) * BLOCK > end:
            table[-1, end - int(blocks[-1]) * BLOCK :] = np.iinfo(np.int32).max
        # One search over all rows: each is moved behind the one before it.
        stride = np.iinfo(np.int32).max + 1
        table += (np.arange(blocks.size) * stride)[:, np.newaxis]
        found, there = _lookup(table.ravel(), docs + rows * stride)
        return blocks[rows] * BLOCK + (found - rows * BLOCK), there

    def save(self, writer: ContainerWriter, prefix: str) -> None:
        """Write the arrays into a container."""
        if self.bounds.low is not None:
            writer.add(prefix + "low", self.bounds.low)
            writer.add(prefix + "wraps", self.bounds.wraps)
        self.gaps.save(writer, prefix + "gaps.")
        writer.add(prefix + "skips", self.skips)

    @classmethod
    def load(cls, container: Container, prefix: str, count: int) -> "DocLists":
        """Map the arrays of ``count`` lists."""
        if prefix + "low" in container:
            bounds = Bounds(count, container[prefix + "low"], container[prefix + "wraps"])
        else:
            bounds = Bounds(count, None, np.empty(0, np.uint8))
        gaps = Packed.load(container, prefix + "gaps.", bounds[count])
        return cls(bounds, gaps, container[prefix + "skips"])


def _added_up(gaps: Ints, sizes: Docs) -> Docs:
    """Add up the gaps of each of several lists, none of them empty."""
    docs = np.cumsum(gaps, dtype=np.intp)
    if sizes.size > 1:
        before = np.zeros(sizes.size, np.intp)
        before[1:] = docs[np.cumsum(sizes)[:-1] - 1]
        docs -= np.repeat(before, sizes)
    return docs


def _lookup(haystack: Docs, needles: Docs) -> tuple[Docs, Mask]:
    found = np.minimum(np.searchsorted(haystack, needles), haystack.size - 1)
    return found, haystack[found] == needles
