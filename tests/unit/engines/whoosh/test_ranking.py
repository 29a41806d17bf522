import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from archsearch.engines.whoosh.ranking import top

VALUES = st.lists(st.sampled_from([-1.5, 0.0, 0.25, 1.0, 7.0]), max_size=400)


@given(VALUES, st.integers(0, 30) | st.just(10**9))
def test_top_gives_the_largest_first_and_equals_by_place(values: list[float], wanted: int) -> None:
    expected = sorted(range(len(values)), key=lambda place: (-values[place], place))[:wanted]

    assert top(np.array(values), wanted).tolist() == expected


def test_a_shortlist_of_blocks_loses_nothing() -> None:
    values = np.random.default_rng(3).integers(0, 50, 10_000).astype(np.float64)

    expected = sorted(range(values.size), key=lambda place: (-values[place], place))[:20]

    assert top(values, 20).tolist() == expected
