import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archsearch.ingest.readers.limits import Limits
from tests.unit.ingest.readers.conftest import Read


def test_rows_carry_the_physical_line_they_begin_on(read_file: Read) -> None:
    found = read_file("a.csv", '姓名,备注\n张三,"两\n行"\n\n李四,一行\n')

    assert found.values == [{"姓名": "张三", "备注": "两\n行"}, {"姓名": "李四", "备注": "一行"}]
    assert found.positions == ["第 2 行", "第 5 行"]


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_the_delimiter_is_found(read_file: Read, delimiter: str, ending: str) -> None:
    lines = ["姓名;电话;备注".replace(";", delimiter), "张三;1;逗号, 也有".replace(";", delimiter)]
    lines[1] = lines[1] if delimiter != "," else '张三,1,"逗号, 也有"'

    found = read_file("a.csv", ending.join([*lines, ""]))

    assert found.values == [{"姓名": "张三", "电话": "1", "备注": "逗号, 也有"}]


def test_excel_can_name_the_delimiter(read_file: Read) -> None:
    found = read_file("a.csv", "sep=;\n姓名;备注\n张三;a,b\n")

    assert found.values == [{"姓名": "张三", "备注": "a,b"}]
    assert found.positions == ["第 3 行"]


def test_a_single_column_is_a_table_too(read_file: Read) -> None:
    found = read_file("a.csv", "客户名称\n张三\n李四\n")

    assert found.values == [{"客户名称": "张三"}, {"客户名称": "李四"}]


def test_a_row_with_more_cells_than_the_header_is_refused_alone(read_file: Read) -> None:
    found = read_file("a.csv", "姓名,电话\n张三,1,多\n李四,2,,\n王五,3\n")

    assert found.problems == [("csv_columns", 1)]
    assert found.values == [{"姓名": "李四", "电话": "2"}, {"姓名": "王五", "电话": "3"}]


def test_missing_cells_at_the_end_are_tolerated(read_file: Read) -> None:
    found = read_file("a.csv", "姓名,电话,备注\n张三\n李四,2,x\n")

    assert found.values == [{"姓名": "张三"}, {"姓名": "李四", "电话": "2", "备注": "x"}]
    assert found.problems == []


def test_an_unfinished_last_line_is_a_cut_file(read_file: Read) -> None:
    found = read_file("a.csv", "姓名,电话\n张三,1\n李")

    assert found.values == [{"姓名": "张三", "电话": "1"}]
    assert found.problems == [("truncated", 0)]


def test_a_file_without_a_final_line_end_is_whole_when_its_last_row_is(read_file: Read) -> None:
    found = read_file("a.csv", "姓名,电话\n张三,1\n李四,2")

    assert len(found.values) == 2
    assert found.problems == []


def test_a_quote_that_never_closes_is_reported_where_it_opens(read_file: Read) -> None:
    found = read_file("a.csv", '姓名,电话\n张三,1\n李四,"2\n王五,3\n')

    assert found.values == [{"姓名": "张三", "电话": "1"}]
    assert found.problems == [("truncated", 0)]
    assert found.positions[-1] == "第 3 行"


def test_a_row_that_is_too_long_is_refused_alone(read_file: Read) -> None:
    limits = Limits(max_row_bytes=1_000, max_cell_chars=500)
    rows = ["张三," + "x" * 400, "李四," + "x" * 600, "王五," + "x" * 2_000, "赵六,1"]

    found = read_file("a.csv", "姓名,备注\n" + "\n".join(rows) + "\n", limits)

    assert [row["姓名"] for row in found.values] == ["张三", "赵六"]
    assert found.problems == [("row_too_long", 2), ("row_too_long", 3)]


def test_an_open_quote_does_not_swallow_a_large_file(read_file: Read) -> None:
    rows = [f"客户{number},{number}\n" for number in range(40_000)]
    rows[10] = '坏,"开\n'

    found = read_file("a.csv", "姓名,电话\n" + "".join(rows))

    assert found.problems == [("row_too_long", 11)]
    assert len(found.values) > 25_000


def test_a_million_columns_are_refused(read_file: Read) -> None:
    header = read_file("a.csv", "," * 1_000_000 + "x\n1,2\n")
    row = read_file("b.csv", "姓名,电话\n" + "1," * 1_000_000 + "\n张三,1\n")

    assert header.problems == [("too_many_columns", 0)]
    assert row.problems == [("too_many_columns", 1)]
    assert row.values == [{"姓名": "张三", "电话": "1"}]


def test_a_file_with_only_a_header_is_empty(read_file: Read) -> None:
    found = read_file("a.csv", "姓名,电话\n")

    assert found.problems == [("empty", 0)]


_CELLS = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"]), min_size=1)
_TABLES = st.lists(st.lists(_CELLS, min_size=3, max_size=3), min_size=1, max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=_TABLES, delimiter=st.sampled_from(",\t;|"))
def test_what_csv_writes_is_read_again(
    read_file: Read, rows: list[list[str]], delimiter: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerow(["甲", "乙", "丙"])
    writer.writerows(rows)

    found = read_file("a.csv", "\ufeff" + text.getvalue())

    expected = [row for row in rows if any(cell.strip() for cell in row)]
    assert [list(row.values()) for row in found.values] == expected
