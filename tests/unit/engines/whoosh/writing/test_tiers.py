from hypothesis import given
from hypothesis import strategies as st

from archsearch.engines.whoosh.writing.tiers import (
    COMPACT,
    FANOUT,
    LARGEST,
    LOWEST,
    Size,
    groups,
    small,
)

SIZES = st.lists(
    st.builds(Size, st.integers(0, LARGEST), st.sampled_from([0, 0, 1, 1000])), max_size=40
)


def settled(sizes: list[Size], *, purge: bool = False, compact: bool = False) -> list[Size]:
    """Merge until there is nothing left to merge, as a commit does."""
    rounds = 0
    while found := groups(sizes, purge=purge, compact=compact):
        gone = {place for group in found for place in group}
        merged = [Size(sum(sizes[place].alive for place in group), 0) for group in found]
        kept = [size for place, size in enumerate(sizes) if place not in gone]
        sizes = kept + [size for size in merged if size.alive]
        compact = False
        rounds += 1
        assert rounds < 100
    return sizes


@given(SIZES)
def test_merging_ends_and_loses_no_document(sizes: list[Size]) -> None:
    assert sum(size.alive for size in settled(sizes)) == sum(size.alive for size in sizes)


@given(SIZES)
def test_a_purge_leaves_no_deleted_document(sizes: list[Size]) -> None:
    assert all(not size.deleted for size in settled(sizes, purge=True))


@given(SIZES)
def test_no_merge_exceeds_the_largest_size(sizes: list[Size]) -> None:
    for compact, most in ((False, LARGEST), (True, COMPACT)):
        for group in groups(sizes, purge=False, compact=compact):
            assert len(group) == 1 or sum(sizes[place].alive for place in group) <= most


@given(st.lists(st.integers(1, LOWEST), max_size=200))
def test_single_edits_stay_few_segments(edits: list[int]) -> None:
    sizes: list[Size] = []
    for _ in edits:
        sizes = settled([*sizes, Size(1, 0)])

    assert len(sizes) < FANOUT


def test_a_half_deleted_segment_is_rewritten_and_others_are_left_alone() -> None:
    assert groups([Size(10, 10), Size(10, 9)], purge=False, compact=False) == [[0]]


def test_compacting_packs_everything_that_fits_together() -> None:
    sizes = [Size(COMPACT // 2, 0)] * 4 + [Size(5, 0)]

    assert len(settled(sizes, compact=True)) == 3


def test_tidying_merges_small_segments_but_not_two_for_the_sake_of_one() -> None:
    tiny = Size(10, 0)

    assert small([tiny] * 2) == []
    assert small([tiny, Size(LARGEST, 0), tiny, tiny]) == [0, 2, 3]
