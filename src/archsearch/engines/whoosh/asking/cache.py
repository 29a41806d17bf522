"""A cache bounded by the bytes of the arrays in it, least recently used out first."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

_T = TypeVar("_T")
_OVERHEAD = 600
"""What an entry takes besides the bytes of its arrays: its key, its place, the arrays' heads.

Measured, 550 to 780 bytes. Most entries are a few numbers long: with less, hundreds of thousands of
them take twice the limit.
"""


def _size(value: Any) -> int:
    if isinstance(value, tuple):
        return sum(map(_size, value))
    return int(getattr(value, "nbytes", 8))


class ArrayCache:
    """Keeps arrays, sets, and tuples of them, by key.

    Keys name everything the value depends on.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._used = 0
        self._lock = threading.Lock()
        self._entries: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], _T]) -> _T:
        """Give the value of a key, made now if it is not there. Values must not be changed."""
        entry = self._entry(key)
        if entry is not None:
            value: _T = entry[0]
            return value
        made = make()
        self._put(key, made)
        return made

    def peek(self, key: Hashable) -> Any:
        """Give the value of a key if it is there, else None."""
        entry = self._entry(key)
        return None if entry is None else entry[0]

    def _entry(self, key: Hashable) -> tuple[Any, int] | None:
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None:
                self._entries.move_to_end(key)
            return entry

    def _put(self, key: Hashable, value: object) -> None:
        size = _size(value) + _OVERHEAD
        if size > self._limit // 4:
            return
        with self._lock:
            self._drop(key)
            self._entries[key] = (value, size)
            self._used += size
            while self._used > self._limit:
                self._drop(next(iter(self._entries)))

    def _drop(self, key: Hashable) -> None:
        entry = self._entries.pop(key, None)
        if entry is not None:
            self._used -= entry[1]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._entries.clear()
            self._used = 0
