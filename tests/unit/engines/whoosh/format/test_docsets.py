import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.engines.whoosh.format import docsets
from archsearch.engines.whoosh.format.docsets import DocSet, repeated, united

SIZE = 40
NUMBERS = st.sets(st.integers(0, SIZE - 1))


@st.composite
def made(draw: st.DrawFn) -> tuple[set[int], DocSet]:
    """A set in one of its forms, and the same as Python has it."""
    numbers = draw(NUMBERS)
    docs = np.array(sorted(numbers), np.intp)
    if draw(st.booleans()):
        return numbers, DocSet(SIZE, docs)
    mask = np.zeros(SIZE, np.bool_)
    mask[docs] = True
    return numbers, DocSet(SIZE, mask=mask)


PAIRS = made()


def members(found: DocSet) -> set[int]:
    """The members by list, by bitmap and by count, which must agree."""
    copy = DocSet(SIZE, mask=found.mask)
    assert copy.docs.tolist() == found.docs.tolist()
    assert copy.count == found.count == len(found.docs)
    return set(found.docs.tolist())


@pytest.fixture(
    params=[0, 16, 10**9], ids=["lists", "both", "bitmaps"], autouse=True, scope="module"
)
def sparse(request: pytest.FixtureRequest) -> object:
    """Run everything with lists preferred, with bitmaps preferred, and as it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(docsets, "SPARSE", request.param)
        patch.setattr(docsets, "_SORTED", request.param)
        yield


@given(PAIRS, PAIRS)
def test_both_is_the_intersection(
    left: tuple[set[int], DocSet], right: tuple[set[int], DocSet]
) -> None:
    assert members(left[1].both(right[1])) == left[0] & right[0]


@given(PAIRS, PAIRS)
def test_without_is_the_difference(
    left: tuple[set[int], DocSet], right: tuple[set[int], DocSet]
) -> None:
    assert members(left[1].without(right[1])) == left[0] - right[0]


@given(st.lists(PAIRS, max_size=5))
def test_united_is_the_union(sets: list[tuple[set[int], DocSet]]) -> None:
    found = united([one for _, one in sets], SIZE)

    assert members(found) == set().union(*(numbers for numbers, _ in sets))


@given(st.lists(PAIRS, max_size=5), st.integers(1, 6))
def test_repeated_counts_sets(sets: list[tuple[set[int], DocSet]], least: int) -> None:
    found = repeated([one for _, one in sets], least, SIZE)

    times = [sum(doc in numbers for numbers, _ in sets) for doc in range(SIZE)]
    assert members(found) == {doc for doc in range(SIZE) if times[doc] >= least}


@given(PAIRS, NUMBERS, st.integers(0, SIZE))
def test_members_are_told_from_others(
    one: tuple[set[int], DocSet], others: set[int], wanted: int
) -> None:
    numbers, found = one
    asked = sorted(others)

    assert [found.holds(doc) for doc in asked] == [doc in numbers for doc in asked]
    assert found.inside(np.array(asked, np.intp)).tolist() == [doc in numbers for doc in asked]
    assert found.first(wanted).tolist() == sorted(numbers)[:wanted]


def test_the_first_of_a_long_bitmap_are_found_without_all_of_it() -> None:
    mask = np.zeros(100_000, np.bool_)
    mask[[5, 9_000, 70_000]] = True

    assert DocSet(100_000, mask=mask).first(2).tolist() == [5, 9_000]
    assert DocSet(100_000, mask=mask).first(9).tolist() == [5, 9_000, 70_000]


@given(PAIRS, PAIRS)
def test_a_set_takes_no_more_memory_than_it_says(
    one: tuple[set[int], DocSet], other: tuple[set[int], DocSet]
) -> None:
    said = one[1].nbytes
    one[1].both(other[1])
    other[1].without(one[1])
    one[1].inside(np.arange(SIZE))
    members(one[1])

    held = [array.nbytes for array in (one[1]._docs, one[1]._mask) if array is not None]
    assert sum(held) <= said
