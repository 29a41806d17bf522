"""The alignment of many names at once is the textbook one of each."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from archsearch.search.likeness.align import Prices, align

LETTERS = 4
PRICE = st.sampled_from((0.0, 0.1, 0.25, 0.5, 1.0))
NAME = st.lists(st.integers(1, LETTERS), min_size=1, max_size=5)
SWAP = 0.25


def textbook(name: list[int], weights: list[list[float]], gap: float, extra: float) -> float:
    """Edit distance with swaps, one cell at a time."""
    best = [[0.0] * (len(name) + 1) for _ in range(len(weights) + 1)]
    for i in range(len(weights) + 1):
        for j in range(len(name) + 1):
            ways = [best[i][j - 1] + gap] if j else []
            if i:
                ways.append(best[i - 1][j] + extra)
            if i and j:
                ways.append(best[i - 1][j - 1] + weights[i - 1][name[j - 1]])
            if i > 1 and j > 1:
                crossed = weights[i - 1][name[j - 2]] + weights[i - 2][name[j - 1]]
                ways.append(best[i - 2][j - 2] + crossed + SWAP)
            best[i][j] = min(ways, default=0.0)
    return best[-1][-1]


@given(
    names=st.lists(NAME, min_size=1, max_size=4),
    weights=st.lists(
        st.lists(PRICE, min_size=LETTERS + 1, max_size=LETTERS + 1), min_size=1, max_size=4
    ),
    gap=PRICE,
    extra=PRICE,
)
def test_each_name_costs_what_the_textbook_says(
    names: list[list[int]], weights: list[list[float]], gap: float, extra: float
) -> None:
    width = max(map(len, names))
    codes = np.array([name + [0] * (width - len(name)) for name in names], np.int32)
    gaps = np.where(codes > 0, np.float32(gap), np.float32(0))
    # What stands after the end of a name can be no one's counterpart.
    vectors = [np.array([9.0, *row[1:]], np.float32) for row in weights]
    extras = np.full(len(weights), extra, np.float32)

    costs = align(codes, vectors, vectors, Prices(gaps, gaps, gaps, extras, SWAP))

    expected = [textbook(name, [v.tolist() for v in vectors], gap, extra) for name in names]
    assert np.allclose(costs, expected, atol=1e-5)
