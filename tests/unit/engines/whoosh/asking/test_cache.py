import tracemalloc
from typing import Any

import numpy as np

from archsearch.domain.plan import TermNode
from archsearch.engines.whoosh.asking.cache import ArrayCache


def test_a_value_is_made_once() -> None:
    cache = ArrayCache(10_000)
    made: list[int] = []

    for _ in range(3):
        cache.get("key", lambda: made.append(1))

    assert made == [1]


def test_the_least_recently_used_goes_first_when_the_bound_is_reached() -> None:
    cache = ArrayCache(10_000)
    made: list[str] = []

    def make(key: str) -> np.ndarray[Any, Any]:
        made.append(key)
        return np.zeros(1_800, np.uint8)

    def ask(key: str) -> None:
        cache.get(key, lambda: make(key))

    for key in ("a", "b", "c", "d", "a", "e", "a", "b"):
        ask(key)

    assert made == ["a", "b", "c", "d", "e", "b"]


def test_what_would_crowd_out_the_rest_is_not_kept() -> None:
    cache = ArrayCache(10_000)
    made: list[int] = []

    def make() -> np.ndarray[Any, Any]:
        made.append(1)
        return np.zeros(9_000, np.uint8)

    for _ in range(2):
        cache.get("big", make)

    assert made == [1, 1]


def test_clear_forgets() -> None:
    cache = ArrayCache(10_000)
    cache.get("key", lambda: 1)

    cache.clear()

    assert cache.get("key", lambda: 2) == 2


def test_many_small_entries_take_hardly_more_memory_than_the_bound() -> None:
    limit = 2_000_000
    cache = ArrayCache(limit)

    tracemalloc.start()
    try:
        for number in range(20_000):
            cache.get((number % 50, TermNode("name", f"词{number}")), lambda: np.arange(3))
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert limit / 2 < taken < limit * 1.5
