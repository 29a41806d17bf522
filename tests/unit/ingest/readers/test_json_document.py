import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archsearch.ingest.readers.limits import Limits
from tests.unit.ingest.readers.conftest import Read


def test_an_array_gives_a_row_for_each_object(read_file: Read) -> None:
    found = read_file("a.json", '[{"姓名": "张三", "电话": ["1"]}, {"姓名": "李四"}]')

    assert found.values == [{"姓名": "张三", "电话": ["1"]}, {"姓名": "李四"}]
    assert found.positions == ["第 1 个元素", "第 2 个元素"]


@pytest.mark.parametrize(
    "text",
    [
        '{"code": 0, "records": [{"a": 1}, {"a": 2}], "next": null}',
        '{"记录": [{"a": 1}, {"a": 2}]}',
        '{"a": 1}\n{"a": 2}\n',
        '\ufeff [ {"a":1} ,\n{"a":2} ] \n',
    ],
)
def test_wrapped_and_consecutive_objects_are_rows_too(read_file: Read, text: str) -> None:
    found = read_file("a.json", text)

    assert found.values == [{"a": 1}, {"a": 2}]
    assert found.problems == []


def test_one_object_is_one_row_even_if_a_field_is_called_data(read_file: Read) -> None:
    found = read_file("a.json", '{"name": "张三", "data": ["x", "y"], "contacts": [{"a": 1}]}')

    assert found.values == [{"name": "张三", "data": ["x", "y"], "contacts": [{"a": 1}]}]


@pytest.mark.parametrize(
    ("element", "code"),
    [
        ('{"a": 1, "a": 1}', "json_duplicate_key"),
        ('{"b": {"a": 1, "a": 2}}', "json_duplicate_key"),
        ('{"a": NaN}', "json_number"),
        ('{"a": -Infinity}', "json_number"),
        ('{"a": 1e400}', "json_number"),
        ('{"a": ' + "9" * 5000 + "}", "json_number"),
        ("7", "row_not_object"),
        ('"x"', "row_not_object"),
        ("null", "row_not_object"),
        ('{"a": "\\ud800"}', "encoding"),
        ('{"a": ' + "[" * 40 + "]" * 40 + "}", "too_deep"),
        ('{"a": "' + "x" * 100_001 + '"}', "row_too_long"),
        ("{" + ",".join(f'"{n}":1' for n in range(1_001)) + "}", "too_many_columns"),
    ],
)
def test_a_bad_element_is_refused_and_the_next_one_read(
    read_file: Read, element: str, code: str
) -> None:
    found = read_file("a.json", f'[{element}, {{"好": 1}}]')

    assert found.problems == [(code, 1)]
    assert found.values == [{"好": 1}]


def test_long_numbers_stay_exact(read_file: Read) -> None:
    found = read_file("a.json", '[{"卡号": 6222021234567890123456}]')

    assert found.values == [{"卡号": 6222021234567890123456}]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[{"a": 1} {"a": 2}]', "json_syntax"),
        ('[{"a": 1},, {"a": 2}]', "json_syntax"),
        ("[{'a': 1}]", "json_syntax"),
        ('[{"a": 1}] x', "json_syntax"),
        ("客户名称,电话\n张三,1", "json_syntax"),
        ('[{"a": "line\nbreak"}]', "json_syntax"),
        ("[" * 100_000, "too_deep"),
        ('{"a":' * 100_000, "too_deep"),
        ("[]", "empty"),
        (" \n", "empty"),
        ("", "empty"),
    ],
)
def test_what_is_no_json_is_refused_as_a_file(read_file: Read, text: str, code: str) -> None:
    found = read_file("a.json", text)

    assert found.problems == [(code, 0)]


def test_a_syntax_error_names_its_line(read_file: Read) -> None:
    found = read_file("a.json", '[\n{"a": 1},\n{"a": 2,}\n]')

    assert found.values == [{"a": 1}]
    assert found.positions[-1] == "第 3 行"


def test_a_document_cut_anywhere_gives_the_rows_before_and_says_so(read_file: Read) -> None:
    whole = '[{"姓名": "张\\u4e09", "数": -1.5e3, "有": true}, {"无": null, "列": [1, {}]}]'
    rows = json.loads(whole)

    for end in range(1, len(whole) - 1):
        found = read_file("a.json", whole[:end])

        assert found.problems == [("truncated", 0)], whole[:end]
        assert found.values == rows[: len(found.values)]


def test_rows_larger_than_what_is_read_at_once_are_whole(read_file: Read) -> None:
    rows = [{"n": n, "text": "长" * 90_000, "end": n} for n in range(8)]

    found = read_file("a.json", json.dumps(rows, ensure_ascii=False))

    assert found.values == rows


def test_a_row_over_the_limit_ends_reading(read_file: Read) -> None:
    limits = Limits(max_row_bytes=1_000_000)
    text = '[{"a": 1}, {"b": [' + '"x",' * 900_000

    found = read_file("a.json", text, limits)

    assert found.values == [{"a": 1}]
    assert found.problems == [("row_too_long", 0)]


_NUMBERS = st.integers(-(10**38), 10**38) | st.floats(allow_nan=False, allow_infinity=False)
_SCALARS = st.none() | st.booleans() | st.text() | _NUMBERS
_ROWS = st.lists(
    st.dictionaries(st.text(), _SCALARS | st.lists(_SCALARS), max_size=5), min_size=1, max_size=5
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=_ROWS, indent=st.sampled_from([None, 1]), ascii_only=st.booleans())
def test_what_json_writes_is_read_again(
    read_file: Read, rows: list[dict[str, Any]], indent: int | None, *, ascii_only: bool
) -> None:
    found = read_file("a.json", json.dumps(rows, indent=indent, ensure_ascii=ascii_only))

    assert found.values == rows
