"""What building and ingesting cost: on the clock, and of the processor."""

import resource
from collections.abc import Iterator
from time import perf_counter, thread_time
from typing import Generic, TypeVar

_T = TypeVar("_T")


class Spent:
    """Adds up the time spent inside ``with`` blocks.

    ``cpu_seconds`` is that of this thread alone, or with ``everything`` that of all threads and of
    child processes that have ended.
    """

    def __init__(self, *, everything: bool = False) -> None:
        self.seconds = 0.0
        self.cpu_seconds = 0.0
        self._worked = worked if everything else thread_time

    def __enter__(self) -> None:
        self._start = (perf_counter(), self._worked())

    def __exit__(self, *_: object) -> None:
        self.seconds += perf_counter() - self._start[0]
        self.cpu_seconds += self._worked() - self._start[1]


class Meter(Generic[_T]):
    """Passes things on and keeps what making them took."""

    def __init__(self, made: Iterator[_T]) -> None:
        self._made = made
        self.spent = Spent()

    def __iter__(self) -> Iterator[_T]:
        while True:
            with self.spent:
                one = next(self._made, None)
            if one is None:
                return
            yield one


def worked() -> float:
    """Give the seconds of processor time that this process and its children have used."""
    used = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in used)
