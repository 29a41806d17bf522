import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from archsearch.engines.whoosh import arrays

SIZE = 60
SETS = st.sets(st.integers(0, SIZE - 1)).map(lambda numbers: np.array(sorted(numbers), np.intp))


@given(SETS, SETS)
def test_common_is_the_intersection(left: arrays.Docs, right: arrays.Docs) -> None:
    assert arrays.common(left, right, SIZE).tolist() == sorted(set(left) & set(right))


@given(SETS, SETS)
def test_without_is_the_difference(left: arrays.Docs, right: arrays.Docs) -> None:
    assert arrays.without(left, right, SIZE).tolist() == sorted(set(left) - set(right))


@given(st.lists(SETS, max_size=5))
def test_united_is_the_union(sets: list[arrays.Docs]) -> None:
    assert arrays.united(sets, SIZE).tolist() == sorted(set().union(*map(set, sets)))


def test_sets_of_very_different_size_take_the_sparse_way_to_the_same_result() -> None:
    few, many = np.array([3, 500, 999]), np.arange(0, 1000, 3)

    assert arrays.common(few, many, 1000).tolist() == [3, 999]
    assert arrays.without(few, many, 1000).tolist() == [500]
    assert arrays.united([few, few], 1000).tolist() == [3, 500, 999]


@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, 4))))
def test_spread_concatenates_ranges(pairs: list[tuple[int, int]]) -> None:
    starts = np.array([start for start, _ in pairs], np.intp)
    counts = np.array([count for _, count in pairs], np.intp)

    expected = [number for start, count in pairs for number in range(start, start + count)]

    assert arrays.spread(starts, counts).tolist() == expected


@given(st.lists(st.integers(0, 2**40)))
def test_compact_keeps_values_in_the_smallest_type(values: list[int]) -> None:
    stored = arrays.compact(np.array(values, np.uint64))

    assert stored.tolist() == values
    assert stored.dtype == arrays.smallest(max(values, default=0))


@given(st.lists(st.integers(0, 9)))
def test_widths_undo_offsets(counts: list[int]) -> None:
    assert arrays.widths(arrays.offsets(np.array(counts, np.intp))).tolist() == counts
