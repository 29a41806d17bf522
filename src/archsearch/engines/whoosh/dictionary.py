"""A sorted dictionary of strings: the terms of a field, its keys, or record ids.

Two arrays: ``blob``, the UTF-8 bytes of every entry one after the other in ascending order, and
``bounds``, where each begins and the last ends. UTF-8 sorts as code points do, so ordinals compare
like the strings; a prefix or a range is an interval of ordinals. Lone surrogates are kept.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np

from archsearch.engines.whoosh.arrays import Docs, Ints, compact, offsets


def encode(text: str) -> bytes:
    """Give the bytes a string is stored and ordered by."""
    return text.encode("utf-8", "surrogatepass")


def decode(data: bytes) -> str:
    """Give the string back."""
    return data.decode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class Dictionary(Sequence[bytes]):
    """Entries by ordinal, ordinals by entry."""

    blob: Ints
    bounds: Ints

    @classmethod
    def of(cls, entries: Sequence[bytes]) -> "Dictionary":
        """Pack entries that are sorted and distinct already."""
        lengths = np.fromiter(map(len, entries), np.int64, len(entries))
        blob = np.frombuffer(b"".join(entries), np.uint8)
        return cls(blob, compact(offsets(lengths)))

    @cached_property
    def _bytes(self) -> memoryview:
        return self.blob.data

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def __getitem__(self, ordinal: int) -> bytes:  # type: ignore[override]  # no slices here
        if ordinal < 0:
            raise IndexError(ordinal)
        return bytes(self._bytes[int(self.bounds[ordinal]) : int(self.bounds[ordinal + 1])])

    def find(self, text: str) -> int:
        """Give the ordinal of an entry, -1 when it is not there."""
        wanted = encode(text)
        place = bisect_left(self, wanted)
        return place if place < len(self) and self[place] == wanted else -1

    def find_all(self, texts: Iterable[str]) -> Docs:
        """Give the ordinals of those texts that are entries, ascending."""
        found = sorted(place for text in texts if (place := self.find(text)) >= 0)
        return np.array(found, np.intp)

    def prefix(self, prefix: str) -> tuple[int, int]:
        """Give the interval of ordinals whose entries start with ``prefix``."""
        wanted = encode(prefix)
        low = bisect_left(self, wanted)
        size = len(wanted)
        high = bisect_left(self, 1, low, key=lambda entry: int(entry[:size] != wanted))
        return low, high

    def interval(self, low: str | None, high: str | None) -> tuple[int, int]:
        """Give the interval of ordinals between two bounds, both included, None open."""
        start = 0 if low is None else bisect_left(self, encode(low))
        # The successor of a byte string is itself followed by a zero byte.
        stop = len(self) if high is None else bisect_left(self, encode(high) + b"\0")
        return start, max(start, stop)

    def entries(self, start: int = 0, stop: int | None = None) -> list[bytes]:
        """Give the entries of an interval at once, much faster than one by one."""
        bounds = self.bounds[start : (len(self) if stop is None else stop) + 1].tolist()
        if len(bounds) < 2:  # noqa: PLR2004 - one bound encloses nothing
            return []
        base = bounds[0]
        data = bytes(self._bytes[base : bounds[-1]])
        return [data[begin - base : end - base] for begin, end in pairwise(bounds)]

    def text(self, ordinal: int) -> str:
        """Give one entry as a string."""
        return decode(self[ordinal])


def union(dictionaries: Sequence[list[bytes]]) -> tuple[list[bytes], list[Docs]]:
    """Merge sorted lists of entries: the entries of all, and where those of each list went."""
    merged = sorted(set().union(*dictionaries))
    place = {entry: number for number, entry in enumerate(merged)}
    homes = [
        np.fromiter(map(place.__getitem__, entries), np.intp, len(entries))
        for entries in dictionaries
    ]
    return merged, homes
