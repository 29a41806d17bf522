from collections.abc import Sequence
from typing import Any

import pytest

from archsearch.ingest.readers.header import find_header


def table(*rows: Sequence[Any]) -> tuple[list[str], list[tuple[int, Sequence[Any]]]]:
    found = find_header(iter(list(enumerate(rows, 1))))
    assert found is not None
    header, lines = found
    return list(header.names), list(lines)


def test_titles_and_blank_lines_above_the_header_are_passed_over() -> None:
    names, lines = table(["客户信息表", "", ""], ["", ""], ["姓名", "电话"], ["张三", "1"])

    assert names == ["姓名", "电话"]
    assert lines == [(4, ["张三", "1"])]


def test_data_below_a_header_with_an_unnamed_column_is_no_second_header() -> None:
    names, lines = table(["姓名", "", "电话"], ["张三", "男", "13800138000"], ["李四", "", "2"])

    assert names == ["姓名", "第2列", "电话"]
    assert len(lines) == 2


def test_names_under_merged_cells_are_joined_with_those_above() -> None:
    names, lines = table(
        ["姓名", "联系人", None, "财务", None], [None, "姓名", "电话", "收入", "负债"], ["张三"]
    )

    assert names == ["姓名", "联系人姓名", "联系人电话", "财务收入", "财务负债"]
    assert lines == [(3, ["张三"])]


def test_columns_named_alike_give_a_list() -> None:
    found = find_header(iter([(1, ["姓名", "电话", "电话"])]))

    assert found is not None
    header, _ = found
    assert header.values(["张三", "1", "2"]) == {"姓名": "张三", "电话": ["1", "2"]}
    assert header.values(["张三", "", "2"]) == {"姓名": "张三", "电话": "2"}
    assert header.values(["张三", "", ""]) == {"姓名": "张三", "电话": None}


@pytest.mark.parametrize("rows", [[], [[]], [["", None, " "]]])
def test_a_blank_table_has_no_header(rows: list[list[Any]]) -> None:
    assert find_header(iter(list(enumerate(rows, 1)))) is None
