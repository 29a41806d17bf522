from bisect import bisect_left

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.engines.whoosh.format.dictionary import Dictionary, decode, encode, union

CHARS = st.sampled_from("ab甲乙𬱖\ufffd\ud800\0")
TEXTS = st.sets(st.text(CHARS, max_size=4))


def packed(texts: set[str]) -> Dictionary:
    return Dictionary.of(sorted(map(encode, texts)))


@given(TEXTS)
def test_order_is_code_point_order(texts: set[str]) -> None:
    assert [decode(entry) for entry in packed(texts).entries()] == sorted(texts)


@given(TEXTS, st.text(CHARS, max_size=4))
def test_find_gives_the_ordinal_or_nothing(texts: set[str], wanted: str) -> None:
    ordered = sorted(texts)

    expected = ordered.index(wanted) if wanted in texts else -1

    assert packed(texts).find(wanted) == expected


@given(TEXTS, st.sets(st.text(CHARS, max_size=4), max_size=5))
def test_find_all_gives_the_ordinals_of_those_there(texts: set[str], wanted: set[str]) -> None:
    dictionary = Dictionary.of(sorted(map(encode, texts)))

    found = dictionary.find_all([*wanted, *wanted]).tolist()

    assert found == sorted(dictionary.find(text) for text in wanted & texts)


@pytest.mark.parametrize("every", [1, 7, 500])
def test_find_all_finds_few_and_many_alike(every: int) -> None:
    texts = [f"{number:05d}" for number in range(2000)]
    dictionary = Dictionary.of(list(map(encode, texts)))

    found = dictionary.find_all([*texts[3::every], "absent"]).tolist()

    assert found == list(range(3, 2000, every))


@given(TEXTS, st.text(CHARS, max_size=3))
def test_prefix_is_the_interval_of_what_starts_so(texts: set[str], prefix: str) -> None:
    low, high = packed(texts).prefix(prefix)

    assert sorted(texts)[low:high] == [text for text in sorted(texts) if text.startswith(prefix)]


@given(TEXTS, st.none() | st.text(CHARS, max_size=3), st.none() | st.text(CHARS, max_size=3))
def test_interval_includes_both_bounds(texts: set[str], low: str | None, high: str | None) -> None:
    start, stop = packed(texts).interval(low, high)

    inside = [
        text
        for text in sorted(texts)
        if (low is None or text >= low) and (high is None or text <= high)
    ]
    assert sorted(texts)[start:stop] == inside


@given(TEXTS, st.integers(0, 8), st.integers(0, 8))
def test_entries_of_an_interval_are_those_one_by_one(texts: set[str], low: int, high: int) -> None:
    dictionary = packed(texts)
    high = min(high, len(dictionary))

    assert dictionary.entries(low, high) == [dictionary[place] for place in range(low, high)]


@given(st.lists(TEXTS, max_size=4))
def test_union_merges_and_says_where_entries_went(many: list[set[str]]) -> None:
    lists = [sorted(map(encode, texts)) for texts in many]

    merged, homes = union(lists)

    assert merged == sorted(set().union(*lists))
    for entries, home in zip(lists, homes, strict=True):
        assert [merged[place] for place in home] == entries


def test_negative_ordinals_are_refused() -> None:
    """The one caller that would pass one has forgotten to check what find said."""
    with pytest.raises(IndexError):
        packed({"a"})[-1]


def test_bisect_works_on_it() -> None:
    assert bisect_left(packed({"a", "c"}), b"b") == 1
