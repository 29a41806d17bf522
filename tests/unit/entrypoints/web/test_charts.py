from hypothesis import given
from hypothesis import strategies as st

from archsearch.entrypoints.web.charts import WIDTH, bars, tree_map

COUNTS = st.lists(st.integers(1, 10_000), min_size=1, max_size=40)


@given(COUNTS)
def test_tiles_are_as_large_as_their_counts_and_fill_the_map(counts: list[int]) -> None:
    tiles = tree_map([(str(at), count, "") for at, count in enumerate(counts)])

    areas = [tile.width * tile.height / tile.number for tile in tiles]
    assert sorted(tile.number for tile in tiles) == sorted(counts)
    assert max(areas) - min(areas) < max(areas) * 1e-6
    assert abs(sum(tile.width * tile.height for tile in tiles) - WIDTH * 300) < 1


@given(COUNTS)
def test_tiles_lie_inside_and_beside_each_other(counts: list[int]) -> None:
    tiles = tree_map([(str(at), count, "") for at, count in enumerate(counts)])

    slack = 1e-6
    for at, one in enumerate(tiles):
        assert one.left >= -slack
        assert one.top >= -slack
        assert one.left + one.width <= WIDTH + slack
        assert one.top + one.height <= 300 + slack
        for two in tiles[at + 1 :]:
            across = min(one.left + one.width, two.left + two.width) - max(one.left, two.left)
            down = min(one.top + one.height, two.top + two.height) - max(one.top, two.top)
            assert across < slack * WIDTH or down < slack * WIDTH


def test_nothing_makes_an_empty_map() -> None:
    assert tree_map([]) == tree_map([("甲", 0, "")]) == []


def test_of_many_bars_some_are_named_and_the_last_always() -> None:
    drawn = bars([(str(at), at) for at in range(30)], 8)

    assert [bar.label for bar in drawn if bar.named][-1] == "29"
    assert sum(bar.named for bar in drawn) <= 8
    assert drawn[-1].height == 1
    assert bars([]) == []
    assert bars([("甲", 0)])[0].height == 0
