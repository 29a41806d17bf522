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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

from archsearch.engines.whoosh.format.arrays import Docs, Ints, compact, offsets
from archsearch.engines.whoosh.format.container import Container, ContainerWriter

BLOCK = 16
_LONGEST_SHARED = 255
_WORTH_A_SEARCH = 20
"""Entries that are read one after the other in the time that one search takes."""
_HEX = frozenset(b"0123456789abcdef")


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
        width = len(entries[0]) if len({len(entry) for entry in entries}) == 1 else 0
        packed = width > 0 and width % 2 == 0 and _HEX.issuperset(b"".join(entries))
        stored = [bytes.fromhex(entry.decode("ascii")) for entry in entries] if packed else entries
        pieces: list[bytes] = []
        rests: list[int] = []
        shared: list[int] = []
        for start in range(0, len(stored), BLOCK):
            block = stored[start : start + BLOCK]
            size = _common(block[0], block[-1])
            pieces.append(block[0][:size])
            pieces.extend([entry[size:] for entry in block])
            rests.extend([len(entry) - size for entry in block])
            shared.append(size)
        sizes = np.fromiter(map(len, pieces), np.int64, len(pieces))
        starts = offsets(sizes)[: -1 : BLOCK + 1]
        return cls(
            np.frombuffer(b"".join(pieces), np.uint8),
            compact(starts),
            np.array(shared, np.uint8),
            None if width else compact(np.array(rests, np.int64)),
            np.array([len(entries), width, packed], np.uint32),
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

    def place(self, wanted: bytes) -> int:
        """Give the ordinal of the first entry that is not less."""
        block = bisect_right(range(len(self.blocks)), wanted, key=self._head) - 1
        if block < 0:
            return 0
        return bisect_left(self, wanted, block * BLOCK, min((block + 1) * BLOCK, len(self)))

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
        stop = len(self) if stop is None else stop
        if stop <= start:
            return []
        first = start // BLOCK
        found = [entry for block in range(first, -(-stop // BLOCK)) for entry in self._block(block)]
        return found[start - first * BLOCK : stop - first * BLOCK]

    def _block(self, block: int) -> Iterator[bytes]:
        blob, blocks, shared, rests = self._views
        start, common = blocks[block], shared[block]
        count = min(BLOCK, len(self) - block * BLOCK)
        if self._width:
            sizes: Iterable[int] = (self._width - common,) * count
        else:
            sizes = rests[block * BLOCK : block * BLOCK + count]
        begin = bytes(blob[start : start + common])
        at = start + common
        for size in sizes:
            entry = begin + blob[at : at + size]
            yield entry.hex().encode("ascii") if self._packed else entry
            at += size

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


def _common(first: bytes, last: bytes) -> int:
    """Measure what two entries, and so all sorted between them, begin with alike."""
    size = min(len(first), len(last), _LONGEST_SHARED)
    if first[:size] == last[:size]:
        return size
    return next(place for place in range(size) if first[place] != last[place])


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
