import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.ingest.readers.json_text import JsonText, plain_object, row_fault, skip_space
from archsearch.ingest.readers.limits import Limits
from tests.unit.ingest.readers.conftest import Read


def test_each_line_is_a_row_at_its_line(read_file: Read) -> None:
    found = read_file("a.jsonl", '{"a": "一"}\n\n{"a": "二\u2028"}\r\n{"a": "三"}')

    assert found.values == [{"a": "一"}, {"a": "二\u2028"}, {"a": "三"}]
    assert found.positions == ["第 1 行", "第 3 行", "第 4 行"]


def test_bad_lines_do_not_spoil_the_ones_after_them(read_file: Read) -> None:
    bad = ['{"a": 1', '{"a": "x}', "{'a': 1}", '{"a": 1} {"b": 2}', "[1]", "[" * 100_000]
    bad += ['{"a": 1, "a": 2}', '{"a": NaN}', "姓名,电话", '{"a": "' + "x" * 5_000_000 + '"}']
    codes = ["json_syntax"] * 4 + ["row_not_object", "too_deep"]
    codes += ["json_duplicate_key", "json_number", "json_syntax", "row_too_long"]
    lines = [line for text in bad for line in (text, '{"好": 1}')]

    found = read_file("a.ndjson", "\n".join(lines))

    assert found.values == [{"好": 1}] * len(bad)
    assert found.problems == [(code, 2 * at + 1) for at, code in enumerate(codes)]


def test_a_last_line_without_its_end_is_a_cut_file(read_file: Read) -> None:
    whole = '{"a": 1}\n{"a": "二", "b": [1.5, null]}'

    for end in range(len('{"a": 1}\n') + 1, len(whole)):
        found = read_file("a.jsonl", whole[:end])

        assert found.values == [{"a": 1}]
        assert found.problems == [("truncated", 0)], whole[:end]


def test_gb18030_lines_are_read(read_file: Read) -> None:
    found = read_file("a.jsonl", '{"姓名": "张䶮"}\n{"姓名": "李四"}\n'.encode("gb18030"))

    assert found.values == [{"姓名": "张䶮"}, {"姓名": "李四"}]


_KEYS = st.sampled_from(["a", "b", "名称", "a b", 'q"', "c:"])
_CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(min_value=2**62, max_value=2**70),
    st.floats(),
    st.text(max_size=6),
    st.sampled_from(["12:30", '":', '{"a": 1}', "\ud83d\ude00", "\ud800", "x" * 40]),
)
_VALUES = st.recursive(
    _CELLS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
    max_leaves=6,
)


@st.composite
def objects(draw: st.DrawFn) -> str:
    """Write an object, perhaps with a key twice, and with spaces anywhere."""
    pairs = draw(st.lists(st.tuples(_KEYS, _VALUES), max_size=4))
    space = st.sampled_from(["", " ", "\t", " \t "])
    written = (
        f"{draw(space)}{json.dumps(key)}{draw(space)}:{draw(space)}"
        f"{json.dumps(value, ensure_ascii=draw(st.booleans()))}"
        for key, value in pairs
    )
    return f"{draw(space)}{{{','.join(written)}}}{draw(space)}"


@given(text=objects(), cut=st.integers(0, 3))
def test_what_is_read_in_the_short_way_is_what_a_close_look_reads(text: str, cut: int) -> None:
    limits = Limits(max_cell_chars=100, max_columns=3)
    text = text[: len(text) - cut] if cut else text
    plain = plain_object(text, limits)

    if plain is not None:
        value, end, fault = JsonText(limits).value(text, skip_space(text, 0))

        assert fault is row_fault(value, limits) is None
        assert skip_space(text, end) == len(text)
        assert repr(plain) == repr(value)


@pytest.mark.parametrize(
    "text",
    [
        *('{"a":1,"a":2}', '{"a" :1,"a":2}', '{"b":{"a":1,"a":2}}', '{"a":[[[[[1]]]]]}'),
        *('{"a":1.5}', '{"a":123456789012345678901}', '{"a":NaN}', '{"a":"\\ud800"}'),
        *("[1]", '{"a":1} 2', '{"a":1', "1", ""),
    ],
)
def test_what_needs_a_close_look_is_not_read_in_the_short_way(text: str) -> None:
    assert plain_object(text, Limits()) is None


def test_plain_rows_are_read_in_the_short_way() -> None:
    text = (
        '{"名称":"张伟","at":"12:30","tags":["a","b"],"contacts":[{"phone":"1"}],"n":-3,"x":null}'
    )

    assert plain_object(text, Limits()) == json.loads(text)
