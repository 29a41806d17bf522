import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.vocabulary import Vocabulary

TIERS = Vocabulary(
    "value_tier",
    ("高价值", "中价值", "低价值"),
    {"VIP": "高价值", "重要客户": "高价值", "一般客户": "低价值"},
)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("高价值", "高价值"),
        (" 高 价 值 ", "高价值"),
        ("高　价值", "高价值"),
        ("vip", "高价值"),
        ("ＶＩＰ", "高价值"),
        ("一般客户", "低价值"),
        ("高", None),
        ("", None),
    ],
)
def test_a_wording_finds_its_term(text: str, term: str | None) -> None:
    assert TIERS.resolve(text) == term


def test_the_nearest_term_is_found_through_synonyms_too() -> None:
    assert TIERS.nearest("重要客") == "高价值"
    assert TIERS.nearest("中价質") == "中价值"
    assert TIERS.nearest("qqqq") is None


def test_rank_follows_the_order_of_the_terms() -> None:
    assert [TIERS.rank(term) for term in TIERS.terms] == [0, 1, 2]

    with pytest.raises(ValueError, match="tuple"):
        TIERS.rank("VIP")


def test_a_wording_for_two_terms_is_refused() -> None:
    with pytest.raises(ValueError, match="two terms"):
        Vocabulary("v", ("甲", "乙"), {"A": "甲", "ａ": "乙"})


def test_a_synonym_of_no_term_is_refused() -> None:
    with pytest.raises(ValueError, match="not a term"):
        Vocabulary("v", ("甲",), {"A": "丙"})


@given(st.sampled_from([*TIERS.terms, *TIERS.synonyms]), st.sampled_from(["", " ", "　", "\t"]))
def test_resolving_twice_is_resolving_once(wording: str, space: str) -> None:
    term = TIERS.resolve(space.join(wording))

    assert term is not None
    assert TIERS.resolve(term) == term
