"""Non-negative integers, most of them small, any of which can be read without those before it.

The values are cut into planes (directly addressable codes, Brisaboa, Ladra and Navarro 2013). A
plane holds the low byte of each of its values and, where there are larger ones, a bitmap of those
that go on; the next plane holds the rest of these, and so on. Where most values are 0 the first
plane is the bitmap alone. Arrays of plane ``i`` with V values, absent when there is nothing to say:

============  ==========  =====================================================================
``i.low``     V           low byte of each value; absent from a first plane of mostly zeros
``i.more``    V bits      which values go on in the next plane, lowest bit first, whole blocks
``i.ranks``   V / 256     how many values go on before each block of 256
============  ==========  =====================================================================
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from archsearch.engines.whoosh.format.arrays import (
    NO_DOCS,
    Docs,
    Ints,
    compact,
    offsets,
    spread,
    widths,
)
from archsearch.engines.whoosh.format.container import Container, ContainerWriter

BLOCK = 256
_WORDS = BLOCK // 64
_NOTHING = np.empty(0, np.uint8)
_BITS = np.left_shift(1, np.arange(8)).astype(np.uint8)


@dataclass(frozen=True)
class _Plane:
    """One plane; see the module for the arrays."""

    low: Ints | None
    more: Ints | None
    ranks: Ints

    @property
    def shift(self) -> int:
        """By how many bits the next plane's values are moved up."""
        return 0 if self.low is None else 8

    @cached_property
    def _words(self) -> Ints:
        return np.frombuffer(self._bits, "<u8")

    @cached_property
    def _flags(self) -> Ints:
        return np.frombuffer(self._bits, np.uint8)

    @cached_property
    def _bits(self) -> memoryview:
        return (_NOTHING if self.more is None else self.more).data

    @cached_property
    def _known_ranks(self) -> memoryview:
        return self.ranks.data

    def going_on(self, begin: int, end: int) -> Docs:
        """Give the places in ``[begin, end)`` that go on, counted from ``begin``."""
        first = begin & 7
        bits = np.unpackbits(
            np.frombuffer(self._bits, np.uint8, ((end + 7) >> 3) - (begin >> 3), begin >> 3),
            bitorder="little",
        )
        return np.flatnonzero(bits[first : first + end - begin].view(np.bool_))

    def rank(self, place: int) -> int:
        """Count the values before a place that go on."""
        block = place // BLOCK
        start = block * (BLOCK // 8)
        bits = int.from_bytes(self._bits[start : (place + 7) >> 3], "little")
        below = bits & ((1 << (place % BLOCK)) - 1)
        return self._known_ranks[block] + below.bit_count()

    def flagged(self, places: Docs) -> Docs:
        """Give those of some places that go on, by their order."""
        bits = self._flags[places >> 3] & _BITS[places & 7]
        on: Docs = (bits != 0).nonzero()[0]
        return on

    def ranks_at(self, places: Docs) -> tuple[Docs, Docs]:
        """Give those of some places that go on (by their order), and their ranks."""
        on = self.flagged(places)
        return on, self.ranks_of(places[on])

    def ranks_of(self, places: Docs) -> Docs:
        """Count the values before each of some places that go on."""
        words = self._words
        word, bit = places >> 6, (places & 63).astype(np.uint64)
        block = word // _WORDS
        below = words[word] & ((np.uint64(1) << bit) - np.uint64(1))
        ranks = self.ranks[block].astype(np.intp) + np.bitwise_count(below)
        for step in range(_WORDS - 1):
            earlier = np.bitwise_count(words[block * _WORDS + step])
            ranks += np.where(word % _WORDS > step, earlier, 0)
        return np.asarray(ranks)


@dataclass(frozen=True)
class Packed:
    """A sequence of integers; see the module."""

    size: int
    planes: tuple[_Plane, ...]

    @classmethod
    def of(cls, values: Ints) -> "Packed":
        """Pack values."""
        planes = []
        rest = values
        if np.count_nonzero(rest) * 2 < rest.size:
            planes.append(_Plane(None, *_flagged(rest != 0)))
            rest = rest[rest != 0]
        while rest.size:
            high = rest >> 8 if rest.itemsize > 1 else np.zeros(0, np.uint8)
            on = high != 0
            planes.append(_Plane(rest.astype(np.uint8), *_flagged(on)))
            rest = high[on] if on.size else high
        return cls(values.size, tuple(planes))

    def run(self, begin: int, end: int) -> Ints:
        """Give consecutive values, in whichever type holds them."""
        return self._run(0, begin, end)

    def _run(self, number: int, begin: int, end: int) -> Ints:
        plane = self.planes[number] if number < len(self.planes) else None
        if plane is None:
            return np.zeros(end - begin, np.uint8)
        low = plane.low[begin:end] if plane.low is not None else None
        on = plane.going_on(begin, end) if plane.more is not None else ()
        if not len(on):
            return np.zeros(end - begin, np.uint8) if low is None else low
        values = np.zeros(end - begin, np.intp) if low is None else low.astype(np.intp)
        start = plane.rank(begin)
        higher = self._run(number + 1, start, start + len(on)).astype(np.intp, copy=False)
        values[on] += higher << plane.shift
        return values

    def take(self, places: Docs) -> Docs:
        """Give the values at some places."""
        return self._take(0, places)

    def _take(self, number: int, places: Docs) -> Docs:
        if number == len(self.planes) or not places.size:
            return np.zeros(places.size, np.intp)
        plane = self.planes[number]
        if plane.low is None:
            values = np.zeros(places.size, np.intp)
        else:
            values = plane.low[places].astype(np.intp)
        if plane.more is not None:
            on, ranks = plane.ranks_at(places)
            values[on] += self._take(number + 1, ranks) << plane.shift
        return values

    def runs(self, starts: Docs, sizes: Docs) -> Docs:
        """Give several runs of consecutive values, one after another."""
        return self._runs(0, starts, sizes)

    def _runs(self, number: int, starts: Docs, sizes: Docs) -> Docs:
        places = spread(starts, sizes)
        if number == len(self.planes) or not places.size:
            return np.zeros(places.size, np.intp)
        plane = self.planes[number]
        if plane.low is None:
            values = np.zeros(places.size, np.intp)
        else:
            values = plane.low[places].astype(np.intp)
        on = plane.flagged(places) if plane.more is not None else NO_DOCS
        if on.size:
            # What goes on of consecutive values is consecutive in the next plane.
            counts = widths(np.searchsorted(on, offsets(sizes)))
            some = counts.nonzero()[0]
            higher = self._runs(number + 1, plane.ranks_of(starts[some]), counts[some])
            values[on] += higher << plane.shift
        return values

    def blocks(self, which: Docs) -> Docs:
        """Give whole blocks, a row each; after the end of the values the rows hold anything."""
        places = which[:, np.newaxis] * BLOCK + np.arange(BLOCK)
        np.minimum(places, self.size - 1, out=places)
        if not self.planes:
            return np.zeros(places.shape, np.intp)
        plane = self.planes[0]
        if plane.low is None:
            return np.asarray(self.take(places.ravel()).reshape(places.shape))
        values: Docs = plane.low[places].astype(np.intp)
        if plane.more is not None:
            bits = np.unpackbits(plane.more.reshape(-1, BLOCK // 8)[which], 1, bitorder="little")
            counts = np.count_nonzero(bits, axis=1)
            higher = self._take(1, spread(plane.ranks[which], counts))
            values[bits.view(np.bool_)] += higher << plane.shift
        return values

    def save(self, writer: ContainerWriter, prefix: str) -> None:
        """Write the arrays into a container."""
        for name, array in self._arrays():
            writer.add(prefix + name, array)

    def _arrays(self) -> Iterator[tuple[str, Ints]]:
        for number, plane in enumerate(self.planes):
            if plane.low is not None:
                yield f"{number}.low", plane.low
            if plane.more is not None:
                yield f"{number}.more", plane.more
                yield f"{number}.ranks", plane.ranks

    @classmethod
    def load(cls, container: Container, prefix: str, size: int) -> "Packed":
        """Map the arrays of a container."""
        planes: list[_Plane] = []
        while True:
            start = f"{prefix}{len(planes)}."
            low = container.get(start + "low")
            more = container.get(start + "more")
            if low is None and more is None:
                return cls(size, tuple(planes))
            ranks = _NOTHING if more is None else container[start + "ranks"]
            planes.append(_Plane(low, more, ranks))


def _flagged(on: Ints) -> tuple[Ints | None, Ints]:
    """Make the bitmap of a plane, and its ranks."""
    if not on.any():
        return None, _NOTHING
    blocks = -(-on.size // BLOCK)
    bits = np.zeros(blocks * BLOCK // 8, np.uint8)
    packed = np.packbits(on, bitorder="little")
    bits[: packed.size] = packed
    counts = np.bitwise_count(bits.reshape(blocks, -1)).sum(axis=1, dtype=np.int64)
    return bits, compact(offsets(counts)[:-1])
