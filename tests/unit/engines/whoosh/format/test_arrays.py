import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from archsearch.engines.whoosh.format import arrays

SIZE = 60
SETS = st.sets(st.integers(0, SIZE - 1)).map(lambda numbers: np.array(sorted(numbers), np.intp))


@given(SETS, SETS)
def test_common_is_the_intersection(left: arrays.Docs, right: arrays.Docs) -> None:
    assert arrays.common(left, right, SIZE).tolist() == sorted(set(left) & set(right))


def test_sets_of_very_different_size_take_the_sparse_way_to_the_same_result() -> None:
    few, many = np.array([3, 500, 999]), np.arange(0, 1000, 3)

    assert arrays.common(few, many, 1000).tolist() == [3, 999]


@given(
    st.sets(st.integers(0, 70_000)), st.sets(st.integers(0, 400) | st.sampled_from([65_535, 2**16]))
)
def test_what_is_larger_than_all_there_is_not_found(wanted: set[int], held: set[int]) -> None:
    haystack = arrays.compact(np.array(sorted(held), np.int64))
    needles = np.array(sorted(wanted), np.intp)

    places, there = arrays.places(needles, haystack)

    assert there.tolist() == [number in held for number in sorted(wanted)]
    assert haystack[places[there]].tolist() == needles[there].tolist()


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


VALUES = st.lists(st.sampled_from([-1.5, 0.0, 0.25, 1.0, 7.0]), max_size=400)


@given(VALUES, st.integers(0, 30) | st.just(10**9))
def test_top_gives_the_largest_first_and_equals_by_place(values: list[float], wanted: int) -> None:
    expected = sorted(range(len(values)), key=lambda place: (-values[place], place))[:wanted]

    assert arrays.top(np.array(values), wanted).tolist() == expected


def test_a_shortlist_of_blocks_loses_nothing() -> None:
    values = np.random.default_rng(3).integers(0, 50, 10_000).astype(np.float64)

    expected = sorted(range(values.size), key=lambda place: (-values[place], place))[:20]

    assert arrays.top(values, 20).tolist() == expected


@given(st.lists(st.integers(0, SIZE - 1)), st.lists(st.integers(0, SIZE - 1)))
def test_each_document_is_given_once_whatever_was_asked_before(
    before: list[int], asked: list[int]
) -> None:
    arrays.distinct(np.array(before, np.intp), SIZE)

    found = arrays.distinct(np.array(asked, np.int32), SIZE)

    assert sorted(found.tolist()) == sorted(set(asked))
