"""A sorted dictionary of strings: the terms of a field, its keys, or record ids.

Entries are UTF-8, which sorts as code points do, so ordinals compare like the strings; a prefix or
a range is an interval of ordinals. Lone surrogates are kept. Sixteen neighbours share a block that
holds what they all begin with once. Arrays (E entries, B blocks):

==========  =====  ==========================================================================
``blob``           for each block the common beginning, then the rest of each entry
``blocks``  B      where each block begins in ``blob``
``shared``  B      length of the common beginning
``rests``   E      length of the rest of each entry; absent when all entries are equally long
``form``    3      number of entries; their length if all have it, else 0; 1 if digits are packed
==========  =====  ==========================================================================

Entries that are all hexadecimal digits, equally many of them, are stored as the bytes they stand
for, which sort alike.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise

import numpy as np

from archsearch.engines.whoosh.format.arrays import Docs, Ints, compact, offsets, spread
from archsearch.engines.whoosh.format.container import Container, ContainerWriter

BLOCK = 16
_LONGEST_SHARED = 255
_WORTH_A_SEARCH = 20
"""Entries that are read one after the other in the time that one search takes."""
_HEADS = 4096
"""Blocks whose first entries are kept at most."""
_AT_ONCE = 4096
"""Blocks that are written out at a time: arrays as large as they stay in the processor's cache."""
_NO_DIGIT = 16
_DIGITS = np.full(256, _NO_DIGIT, np.uint8)
"""What each byte stands for as a hexadecimal digit."""
_DIGITS[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)


def encode(text: str) -> bytes:
    """Give the bytes a string is stored and ordered by."""
    return text.encode("utf-8", "surrogatepass")


def decode(data: bytes) -> str:
    """Give the string back."""
    return data.decode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class Dictionary(Sequence[bytes]):
    """Entries by ordinal, ordinals by entry; see the module for the arrays."""

    blob: Ints
    blocks: Ints
    shared: Ints
    rests: Ints | None
    form: Ints

    @classmethod
    def of(cls, entries: Sequence[bytes]) -> "Dictionary":
        """Pack entries that are sorted and distinct already."""
        sizes = np.fromiter(map(len, entries), np.int64, len(entries))
        text = np.frombuffer(b"".join(entries), np.uint8)
        width = int(sizes[0]) if len(entries) and (sizes == sizes[0]).all() else 0
        digits = _DIGITS[text] if width and width % 2 == 0 else _DIGITS[:1]
        packed = not (digits == _NO_DIGIT).any()
        if packed:
            text, sizes = digits[::2] * np.uint8(16) + digits[1::2], sizes // 2
        return cls._of(text, sizes, np.array([len(entries), width, packed], np.uint32))

    @classmethod
    def of_digits(cls, rows: Ints) -> "Dictionary":
        """Pack what hexadecimal digits stand for: rows of bytes, sorted and distinct, some."""
        count, size = rows.shape
        form = np.array([count, 2 * size, True], np.uint32)
        return cls._of(rows.ravel(), np.full(count, size), form)

    @classmethod
    def _of(cls, text: Ints, sizes: Ints, form: Ints) -> "Dictionary":
        ends = np.cumsum(sizes)
        starts = ends - sizes
        shared = _shared(text, starts, sizes)
        kept = np.ones(text.size, np.bool_)
        again = np.repeat(shared, BLOCK)[: sizes.size]
        rests = sizes - again
        again[::BLOCK] = 0
        kept[spread(starts, again)] = False
        return cls(
            text[kept],
            compact(offsets(sizes - again)[:-1:BLOCK]),
            shared.astype(np.uint8),
            None if form[1] else compact(rests),
            form,
        )

    @cached_property
    def _size(self) -> int:
        return int(self.form[0])

    @cached_property
    def _width(self) -> int:
        """Length of every stored entry, 0 if they differ."""
        return int(self.form[1]) >> int(self.form[2])

    @cached_property
    def _packed(self) -> bool:
        return bool(self.form[2])

    @cached_property
    def _views(self) -> tuple[memoryview, memoryview, memoryview, memoryview]:
        rests = self.rests if self.rests is not None else np.empty(0, np.uint8)
        return self.blob.data, self.blocks.data, self.shared.data, rests.data

    def __len__(self) -> int:
        return self._size

    def __getitem__(self, ordinal: int) -> bytes:  # type: ignore[override]  # no slices here
        if ordinal < 0:
            raise IndexError(ordinal)
        blob, blocks, shared, rests = self._views
        block = ordinal // BLOCK
        start = blocks[block]
        rest = start + shared[block]
        if self._width:
            size = self._width - rest + start
            at = rest + (ordinal % BLOCK) * size
        else:
            size = rests[ordinal]
            at = rest + sum(rests[block * BLOCK : ordinal])
        entry = bytes(blob[start:rest]) + blob[at : at + size]
        return entry.hex().encode("ascii") if self._packed else entry

    def _head(self, block: int) -> bytes:
        """Give the first entry of a block."""
        blob, blocks, shared, rests = self._views
        start = blocks[block]
        size = self._width or shared[block] + rests[block * BLOCK]
        entry = bytes(blob[start : start + size])
        return entry.hex().encode("ascii") if self._packed else entry

    def _known_head(self, block: int) -> bytes:
        """Give the same; searches begin at the same few blocks, which are kept."""
        head = self._met.get(block)
        if head is None:
            head = self._head(block)
            if len(self._met) < _HEADS:
                self._met[block] = head
        return head

    @cached_property
    def _met(self) -> dict[int, bytes]:
        return {}

    def place(self, wanted: bytes) -> int:
        """Give the ordinal of the first entry that is not less."""
        block = bisect_right(range(len(self.blocks)), wanted, key=self._known_head) - 1
        if block < 0:
            return 0
        if self._packed:
            return bisect_left(self, wanted, block * BLOCK, min((block + 1) * BLOCK, len(self)))
        return self._place_in(block, wanted)

    def _place_in(self, block: int, wanted: bytes) -> int:
        """Give the same, of which it is known that the block's first entry is not greater."""
        blob, blocks, shared, rests = self._views
        start = blocks[block]
        at = start + shared[block]
        first, last = block * BLOCK, min((block + 1) * BLOCK, len(self))
        if bytes(blob[start:at]) != wanted[: at - start]:
            return last
        rest = wanted[at - start :]
        for place in range(first, last):
            end = at + (rests[place] if not self._width else self._width - shared[block])
            if bytes(blob[at:end]) >= rest:
                return place
            at = end
        return last

    def find(self, text: str) -> int:
        """Give the ordinal of an entry, -1 when it is not there."""
        wanted = encode(text)
        place = self.place(wanted)
        return place if place < len(self) and self[place] == wanted else -1

    def find_all(self, texts: Iterable[str]) -> Docs:
        """Give the ordinals of those texts that are entries, ascending, each once."""
        wanted = set(texts)
        if len(wanted) * _WORTH_A_SEARCH < len(self):
            found = sorted(place for text in wanted if (place := self.find(text)) >= 0)
        else:
            sought = set(map(encode, wanted))
            found = [place for place, entry in enumerate(self.entries()) if entry in sought]
        return np.array(found, np.intp)

    def prefix(self, prefix: str) -> tuple[int, int]:
        """Give the interval of ordinals whose entries start with ``prefix``."""
        wanted = encode(prefix)
        if not wanted:
            return 0, len(self)
        # No byte of UTF-8 is the highest there is.
        return self.place(wanted), self.place(wanted[:-1] + bytes([wanted[-1] + 1]))

    def interval(self, low: str | None, high: str | None) -> tuple[int, int]:
        """Give the interval of ordinals between two bounds, both included, None open."""
        start = 0 if low is None else self.place(encode(low))
        # The successor of a byte string is itself followed by a zero byte.
        stop = len(self) if high is None else self.place(encode(high) + b"\0")
        return start, max(start, stop)

    def entries(self, start: int = 0, stop: int | None = None) -> list[bytes]:
        """Give the entries of an interval at once, much faster than one by one."""
        text, bounds = self.joined(start, stop)
        ends = bounds.tolist()
        return [text[begin:end] for begin, end in pairwise(ends)]

    def joined(self, start: int = 0, stop: int | None = None) -> tuple[bytes, Ints]:
        """Give the entries of an interval one after another, and the bounds of each."""
        stop = len(self) if stop is None else stop
        if stop <= start:
            return b"", np.zeros(1, np.int64)
        low, high = start // BLOCK, -(-stop // BLOCK)
        pieces = [
            self._joined(block, min(block + _AT_ONCE, high)) for block in range(low, high, _AT_ONCE)
        ]
        text = b"".join([piece for piece, _ in pieces])
        bounds = offsets(np.concatenate([sizes for _, sizes in pieces]))
        if self._packed:
            text, bounds = text.hex().encode("ascii"), 2 * bounds
        bounds = bounds[start - low * BLOCK : stop - low * BLOCK + 1]
        first, last = int(bounds[0]), int(bounds[-1])
        return text[first:last], bounds - first

    def _joined(self, low: int, high: int) -> tuple[bytes, Docs]:
        """Write out the entries of some blocks; give also their lengths."""
        first, last = low * BLOCK, min(high * BLOCK, len(self))
        shared = self.shared[low:high].astype(np.intp)
        heads = np.repeat(shared, BLOCK)[: last - first]
        if self.rests is None:
            rests = self._width - heads
        else:
            rests = self.rests[first:last].astype(np.intp)
        starts = self.blocks[low:high].astype(np.intp)
        end = int(self.blocks[high]) if high < len(self.blocks) else self.blob.size
        blob = self.blob[int(starts[0]) : end]
        begin = np.zeros(blob.size, np.bool_)
        begin[spread(starts - starts[0], shared)] = True
        # Every entry is the beginning that its block shares, then what the block lists for it.
        head = np.repeat(
            np.tile([True, False], last - first), np.stack((heads, rests), axis=1).ravel()
        )
        written = np.empty(head.size, np.uint8)
        written[~head] = blob[~begin]
        written[head] = self._heads(low, high, last - first)
        return written.tobytes(), heads + rests

    def _heads(self, low: int, high: int, entries: int) -> Ints:
        """Give the shared beginning of each entry of some blocks, one after another."""
        starts = self.blocks[low:high].tolist()
        sizes = self.shared[low:high].tolist()
        view = self._views[0]
        copies = [BLOCK] * (high - low - 1) + [entries - BLOCK * (high - low - 1)]
        return np.frombuffer(
            b"".join(
                [
                    bytes(view[start : start + size]) * count
                    for start, size, count in zip(starts, sizes, copies, strict=True)
                ]
            ),
            np.uint8,
        )

    def text(self, ordinal: int) -> str:
        """Give one entry as a string."""
        return self[ordinal].decode("utf-8", "surrogatepass")

    def save(self, writer: ContainerWriter, prefix: str) -> None:
        """Write the arrays into a container."""
        writer.add(prefix + "form", self.form)
        writer.add(prefix + "blob", self.blob)
        writer.add(prefix + "blocks", self.blocks)
        writer.add(prefix + "shared", self.shared)
        if self.rests is not None:
            writer.add(prefix + "rests", self.rests)

    @classmethod
    def load(cls, container: Container, prefix: str) -> "Dictionary":
        """Map the arrays of a container."""
        return cls(
            container[prefix + "blob"],
            container[prefix + "blocks"],
            container[prefix + "shared"],
            container.get(prefix + "rests"),
            container[prefix + "form"],
        )


def _shared(text: Ints, starts: Ints, sizes: Ints) -> Ints:
    """Measure what the first and the last entry of each block, so all of it, begin with alike."""
    last = np.minimum(np.arange(BLOCK - 1, sizes.size + BLOCK - 1, BLOCK), sizes.size - 1)
    heads, tails = starts[::BLOCK], starts[last]
    most = np.minimum(np.minimum(sizes[::BLOCK], sizes[last]), _LONGEST_SHARED)
    shared = np.zeros(heads.size, np.int64)
    alike = np.flatnonzero(most)
    while alike.size:
        at = shared[alike]
        alike = alike[text[heads[alike] + at] == text[tails[alike] + at]]
        shared[alike] += 1
        alike = alike[shared[alike] < most[alike]]
    return shared


def union(dictionaries: Sequence[list[bytes]]) -> tuple[list[bytes], list[Docs]]:
    """Merge sorted lists of entries: the entries of all, and where those of each list went."""
    if len(dictionaries) == 1:
        return dictionaries[0], [np.arange(len(dictionaries[0]))]
    # Sorting runs that are sorted already is merging them.
    merged = list(dict.fromkeys(sorted(chain.from_iterable(dictionaries))))
    place = dict(zip(merged, range(len(merged)), strict=True))
    homes = [
        np.fromiter(map(place.__getitem__, entries), np.intp, len(entries))
        for entries in dictionaries
    ]
    return merged, homes
