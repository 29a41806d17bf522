import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.vocabulary import Vocabulary
from archsearch.ingest.normalise.cells import Faults
from archsearch.ingest.normalise.terms import (
    TAG_LIMIT,
    normalise_keyword,
    normalise_path,
    tag,
    vocabulary_keyword,
)

TIERS = Vocabulary("value_tier", ("高价值", "中价值"), {"VIP": "高价值"})
MANY = Vocabulary("many", tuple(f"第{number}类" for number in range(20)))


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("A001-GR-2024-000001", "A001-GR-2024-000001"),
        ("ＧＲ－００１", "GR-001"),
        (" GR 001 ", "GR 001"),
        ("扫描件（正面）１.pdf", "扫描件（正面）１.pdf"),
        (1001.0, "1001"),
        (1001, "1001"),
        ("  ", None),
    ],
)
def test_key_words_keep_their_characters_unless_all_become_ascii(
    cell: object, expected: object
) -> None:
    assert normalise_keyword(cell, []) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("华东分行/信贷部", "华东分行/信贷部"),
        ("华东分行／信贷部", "华东分行/信贷部"),
        (r"华东分行\信贷部", "华东分行/信贷部"),
        ("华东分行 > 信贷部", "华东分行/信贷部"),
        ("/华东分行//信贷部/", "华东分行/信贷部"),
        ("/", None),
    ],
)
def test_paths_have_one_separator(cell: object, expected: object) -> None:
    assert normalise_path(cell, []) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("高价值", "高价值"),
        ("vip", "高价值"),
        ("ＶＩＰ", "高价值"),
        ("高 价 值", "高价值"),
        ("无", None),
        ("", None),
    ],
)
def test_wordings_become_terms(cell: object, expected: object) -> None:
    faults: Faults = []

    assert vocabulary_keyword(TIERS)(cell, faults) == expected
    assert faults == []


def test_the_message_on_an_unknown_word_names_what_may_be_written() -> None:
    faults: Faults = []

    assert vocabulary_keyword(TIERS)("中价質", faults) is None
    assert vocabulary_keyword(MANY)("别的", faults) is None

    few, many = faults
    assert few.code == many.code == "vocabulary_unknown"
    assert "是否应为“中价值”" in few.text
    assert "可填：高价值、中价值" in few.text
    assert "第19类" not in many.text


def test_tags_without_a_vocabulary_are_free() -> None:
    faults: Faults = []

    assert tag(None)("＃新客户 ", faults) == "新客户"
    assert tag(None)("#", faults) is None
    assert faults == []
    assert tag(None)("字" * (TAG_LIMIT + 1), faults) is None
    assert [fault.code for fault in faults] == ["too_long"]


@given(st.text("甲乙 ／/\\>A１-－\u3000\u200b.,", max_size=20))
def test_normalising_twice_changes_nothing(text: str) -> None:
    for normalise in (normalise_keyword, normalise_path, tag(None)):
        once = normalise(text, [])

        assert normalise(once, []) == once
