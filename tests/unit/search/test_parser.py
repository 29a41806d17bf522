import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.query import (
    Both,
    Either,
    Everything,
    Expression,
    InField,
    Interval,
    Pattern,
    Quoted,
    Without,
    Word,
)
from archsearch.errors import InvalidRequestError, QuerySyntaxError, QueryTooComplexError
from archsearch.search.parser import QueryLimits, parse

FIELDS = {"备注": "notes", "notes": "notes", "地区": "region", "部门": "department"}


def read(text: str, limits: QueryLimits | None = None) -> Expression:
    return parse(text, FIELDS.get, limits or QueryLimits())


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("", Everything()),
        ("  \u3000 ", Everything()),
        ("张伟", Word("张伟", 0)),
        ("张伟 逾期", Both((Word("张伟", 0), Word("逾期", 3)))),
        ("张伟 AND 逾期", Both((Word("张伟", 0), Word("逾期", 7)))),
        ("逾期 或 展期", Either((Word("逾期", 0), Word("展期", 5)))),
        ("a OR b c", Either((Word("a", 0), Both((Word("b", 5), Word("c", 7)))))),
        ("-销户", Without(Word("销户", 1))),
        ("－销户", Without(Word("销户", 1))),
        ("NOT 销户", Without(Word("销户", 4))),
        ("NOT NOT 销户", Word("销户", 8)),
        ('"北京 天安门"', Quoted("北京 天安门", 1)),
        ("“天安门”", Quoted("天安门", 1)),
        ("备注:逾期", InField("notes", Word("逾期", 3), 0)),
        ("备注：逾期", InField("notes", Word("逾期", 3), 0)),
        ("notes:“还 款”", InField("notes", Quoted("还 款", 7), 0)),
        ("备注:(a OR b)", InField("notes", Either((Word("a", 4), Word("b", 9))), 0)),
        ("（张伟）", Word("张伟", 1)),
        ("#授信", InField("tags", Word("授信", 1), 0)),
        ("-#授信", Without(InField("tags", Word("授信", 2), 1))),
        ("张玮~", Word("张玮", 0, fuzzy=True)),
        ("QY-2024*", Pattern("QY-2024*", 0)),
        ("张？明", Word("张？明", 0)),
        ("张?明", Pattern("张?明", 0)),
        ("地区:2024-01..2024-06", InField("region", Interval("2024-01", "2024-06", 3), 0)),
        ("地区:..5", InField("region", Interval("", "5", 3), 0)),
        ("010-12345678", Word("010-12345678", 0)),
        ("a-b", Word("a-b", 0)),
        ("-", Word("-", 0)),
        ("华夏（北京）科技", Word("华夏（北京）科技", 0)),
        ("华夏科技(北京)", Word("华夏科技(北京)", 0)),
        ("（北京）华夏", Word("（北京）华夏", 0)),
        ("(010)12345678", Word("(010)12345678", 0)),
        ("备注:华夏(北京)", InField("notes", Word("华夏(北京)", 3), 0)),
        ("备注:(北京)华夏", Both((InField("notes", Word("北京", 4), 0), Word("华夏", 7)))),
        ("-(北京)华夏", Both((Without(Word("北京", 2)), Word("华夏", 5)))),
        ("张伟(-逾期)", Both((Word("张伟", 0), Without(Word("逾期", 4))))),
        ("张伟(逾期 a)", Both((Word("张伟", 0), Both((Word("逾期", 3), Word("a", 6)))))),
    ],
)
def test_text_is_read_as(text: str, expression: Expression) -> None:
    assert read(text) == expression


@pytest.mark.parametrize(
    ("text", "position"),
    [
        ('张伟 "北京', 3),
        ("张伟 (逾期", 3),
        ("张伟) OR (部门:乙", 2),
        ("()", 0),
        ("OR 张伟", 0),
        ("张伟 OR", 5),
        ("张伟 AND", 6),
        ("姓氏:张", 0),
        ("备注: 逾期", 3),
        ("备注:", 3),
        (":张伟", 0),
        ("*:*", 0),
        ("备注:(部门:乙)", 3),
        ("张伟 ..", 3),
        ('""', 0),
        ("NOT", 3),
    ],
)
def test_a_mistake_is_told_with_its_position(text: str, position: int) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        read(text)

    assert caught.value.position == position


@pytest.mark.parametrize(
    "text",
    [
        "x" * 513,
        " ".join("x" * 33),
        "(" * 9 + "x" + ")" * 9,
        "NOT " * 9 + "x",
    ],
)
def test_a_query_beyond_the_limits_is_refused(text: str) -> None:
    with pytest.raises(QueryTooComplexError):
        read(text)


def test_a_query_at_the_limits_is_read() -> None:
    read("x" * 512)
    read(" ".join("x" * 32))
    read("(" * 8 + "x" + ")" * 8)


def test_ten_thousand_brackets_are_refused_without_recursion() -> None:
    with pytest.raises(QueryTooComplexError):
        read("(" * 10_000, QueryLimits(length=20_000))


@given(st.text(st.sampled_from('张伟ab1 ()（）“”":：-#~*?.. ORNTAD或备注'), max_size=40))
def test_any_text_is_read_or_refused_with_an_explanation(text: str) -> None:
    try:
        read(text)
    except InvalidRequestError as error:
        refused = error
    else:
        return
    assert refused.message
    assert 0 <= getattr(refused, "position", 0) <= len(text)
