from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.schema import FieldSpec, FieldType, Schema
from archsearch.ingest.cells import as_text, plain, reader, scalar, split, structured


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("  张三\u3000", "张三"),
        ("\t13800138000", "13800138000"),
        ('="00123"', "00123"),
        ("'00123", "00123"),
        ("'\u200b=x", "\u200b=x"),
        ("'\ufeff ＝x", "\ufeff ＝x"),
        ("'t Hooft", "'t Hooft"),
        ("=1+1", "=1+1"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("   ", None),
        (5.0, 5),
        (5.5, 5.5),
        (1.10105e17, 1.10105e17),
        (True, "是"),
        (("a", "b"), ["a", "b"]),
        (date(2024, 3, 5), date(2024, 3, 5)),
    ],
)
def test_a_cell_is_freed_of_what_spreadsheets_do_to_it(cell: object, value: object) -> None:
    assert plain(cell) == value
    assert type(plain(cell)) is type(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (13800138000.0, "13800138000"),
        (1.10105e17, "1.10105e+17"),
        (datetime(2024, 3, 5, 8, 30), "2024-03-05T08:30:00"),  # noqa: DTZ001 - as Excel gives it
        ([{"姓名": "张三", "日期": date(2024, 3, 5)}], '[{"姓名": "张三", "日期": "2024-03-05"}]'),
    ],
)
def test_values_are_written_as_a_person_would(value: object, text: str) -> None:
    assert as_text(value) == text


@pytest.mark.parametrize(
    "text", ["[1, 2", "[张三]", '{"a": 1, "a": 2}', "[1] 和 [2]", "[" * 100_000, "[NaN]"]
)
def test_text_that_is_no_sound_json_stays_text(text: str) -> None:
    assert structured(text) == text


@pytest.mark.parametrize(
    ("kind", "text", "values"),
    [
        (FieldType.PHONE, "010-1234 5678，138/139", ["010-1234 5678", "138", "139"]),
        (FieldType.TAGS, "#授信 #High Value", ["授信", "High Value"]),
        (FieldType.NAME, "甲公司,乙公司", ["甲公司", "乙公司"]),
        (FieldType.NAME, "Foo, Inc.; Bar", ["Foo, Inc.", "Bar"]),
        (FieldType.TEXT, "一，二\n三", ["一，二", "三"]),
    ],
)
def test_each_kind_is_split_where_it_makes_sense(
    kind: FieldType, text: str, values: list[str]
) -> None:
    assert split(text, FieldSpec("x", "x", kind, many=True)) == values


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        (FieldType.NAME, ["张三", "李四"], "张三；李四"),
        (FieldType.NAME, ["张三", "张三", None], "张三"),
        (FieldType.NAME, {"a": 1}, '{"a": 1}'),
        (FieldType.TEXT, '{"a": 1}', '{"a": 1}'),
        (FieldType.REGION, ["江苏省", "苏州市"], "江苏省/苏州市"),
    ],
)
def test_a_single_field_given_several_values_loses_none(
    kind: FieldType, value: object, expected: str
) -> None:
    assert scalar(value, FieldSpec("x", "x", kind)) == expected


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@given(value=_JSON)
def test_no_value_breaks_any_kind_of_field(schema: Schema, value: Any) -> None:
    for spec in schema.leaves:
        cell = plain(value)
        if spec.many:
            assert isinstance(split(cell, spec), list)
        else:
            assert not isinstance(scalar(cell, spec), list | dict)


WRITTEN = st.one_of(
    st.text(alphabet="张三1２ -.\r\n\t[]{}='\",、", max_size=12),
    st.sampled_from(["45356", "45356.5", "2024-03-05", '["a", "b"]', '="001"', "'01", "12万"]),
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.dates(),
)


@given(
    cell=st.one_of(
        WRITTEN, st.lists(st.one_of(WRITTEN, st.lists(WRITTEN, max_size=2)), max_size=3)
    ),
    kind=st.sampled_from([kind for kind in FieldType if kind is not FieldType.GROUP]),
    many=st.booleans(),
    unit=st.sampled_from(["", "万元"]),
)
def test_a_reader_of_a_column_reads_as_cell_by_cell(
    cell: object, kind: FieldType, many: bool, unit: str
) -> None:
    spec = FieldSpec("field", "字段", kind, many=many)
    value = plain(cell)

    expected = split(value, spec) if many else scalar(value, spec, unit)

    # Compared as text, for NaN is not equal to itself.
    assert repr(reader(spec, unit)(cell) or None) == repr(expected or None)
