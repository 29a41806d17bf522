import os
import stat
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archsearch.domain.problem import Problem, Severity, Where
from archsearch.domain.schema import Schema
from archsearch.ingest.cells import as_text
from archsearch.ingest.mapping import RowMapper
from archsearch.ingest.readers.reader import read
from archsearch.ingest.rejects import RejectsWriter
from archsearch.ingest.rows import Row

DIGEST = "0123456789abcdef"
WHERE = Where("客户.csv", "第 7 行", 6)


def rejected(values: dict[str, Any], *messages: str) -> tuple[list[Problem], Row]:
    return [Problem(WHERE, "x", message) for message in messages or ("不对",)], Row(WHERE, values)


def write(folder: Path, *rows: dict[str, Any]) -> Path:
    writer = RejectsWriter(folder, "客户.csv", DIGEST)
    for values in rows:
        writer.add(*rejected(values))
    path = writer.close()
    assert path is not None
    return path


def cells(path: Path) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return [[cell.value for cell in line] for line in sheet.iter_rows()]


def test_the_workbook_holds_the_row_as_it_was_and_the_reasons(tmp_path: Path) -> None:
    problems = [
        Problem(WHERE, "id_checksum", "第 18 位校验码不对。", "id_number"),
        Problem(WHERE, "incomplete", "缺少电话。", severity=Severity.WARNING),
    ]
    with RejectsWriter(tmp_path, "客户.csv", DIGEST, labels={"id_number": "证件号码"}) as writer:
        writer.add(problems, Row(WHERE, {"姓名": "张三", "身份证号": "1", "备注": None}))
        writer.add(*rejected({"电话": ["1", "2"], "姓名": "李四"}))

    assert cells(tmp_path / "客户-01234567.拒收.xlsx") == [
        ["姓名", "身份证号", "备注", "电话", "拒收原因", "原文件", "原位置"],
        [
            *("张三", "1", None, None),
            *("证件号码：第 18 位校验码不对。\n（提醒）缺少电话。", "客户.csv", "第 7 行"),
        ],
        ["李四", None, None, '["1", "2"]', "不对", "客户.csv", "第 7 行"],
    ]


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+8613800138000", "-1", "@SUM(A1)", "00123", "11010519491231002X", "1E5", "\t=1"],
)
def test_every_cell_is_text(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, {"值": text})

    cell = openpyxl.load_workbook(path).worksheets[0]["A2"]
    assert cell.value == text.strip()
    assert cell.data_type in ("s", "inlineStr")
    assert cell.number_format == "@"


def test_nothing_is_left_when_no_row_was_rejected(tmp_path: Path) -> None:
    folder = tmp_path / "rejects"

    assert RejectsWriter(folder, "客户.csv", DIGEST).close() is None
    assert not folder.exists()


def test_abort_and_exceptions_leave_no_file(tmp_path: Path) -> None:
    writer = RejectsWriter(tmp_path, "客户.csv", DIGEST)
    writer.add(*rejected({"姓名": "张三"}))
    writer.abort()
    with suppress(KeyError), RejectsWriter(tmp_path, "客户.csv", DIGEST) as second:
        second.add(*rejected({"姓名": "张三"}))
        raise KeyError

    assert list(tmp_path.iterdir()) == []


def test_a_failed_write_leaves_no_file_and_keeps_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = write(tmp_path, {"姓名": "张三"})
    before = old.read_bytes()

    def full_disk(_descriptor: int) -> None:
        raise OSError(28, "no space")

    monkeypatch.setattr(os, "fsync", full_disk)
    with pytest.raises(OSError, match="no space"):
        write(tmp_path, {"姓名": "李四"})

    assert [path.name for path in tmp_path.iterdir()] == [old.name]
    assert old.read_bytes() == before


def test_only_the_owner_may_read_it(tmp_path: Path) -> None:
    path = write(tmp_path / "new", {"姓名": "张三"})

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_equal_rows_give_equal_bytes_under_one_name(tmp_path: Path) -> None:
    first = write(tmp_path, {"姓名": "张三"})
    before = first.read_bytes()
    second = write(tmp_path, {"姓名": "张三"})

    assert first == second
    assert second.read_bytes() == before


def test_an_untouched_file_is_replaced_and_an_edited_one_kept(tmp_path: Path) -> None:
    first = write(tmp_path, {"姓名": "张三"})
    replaced = write(tmp_path, {"姓名": "李四"})
    book = openpyxl.load_workbook(replaced)
    book.worksheets[0]["A2"] = "改过"
    book.save(replaced)
    kept = replaced.read_bytes()

    numbered = write(tmp_path, {"姓名": "王五"})
    again = write(tmp_path, {"姓名": "赵六"})

    assert first == replaced
    assert numbered == again == tmp_path / "客户-01234567-2.拒收.xlsx"
    assert replaced.read_bytes() == kept


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("a/b/客户.json.gz", "客户-01234567.拒收.xlsx"),
        ("../../etc/passwd", "passwd-01234567.拒收.xlsx"),
        ("a\nb.csv", "a_b-01234567.拒收.xlsx"),
        (".csv", "csv-01234567.拒收.xlsx"),
        ("", "来源-01234567.拒收.xlsx"),
        ("<dict>", "<dict>-01234567.拒收.xlsx"),
        ("客户-01234567.拒收.xlsx", "客户-01234567-01234567.拒收.xlsx"),
        ("户" * 200 + ".csv", "户" * 40 + "-01234567.拒收.xlsx"),
    ],
)
def test_the_name_comes_from_the_source_and_stays_in_the_folder(
    tmp_path: Path, source: str, name: str
) -> None:
    writer = RejectsWriter(tmp_path, source, DIGEST)
    writer.add(*rejected({"姓名": "张三"}))

    assert writer.close() == tmp_path / name


def test_rows_that_could_not_be_read_are_listed_and_passed_over_when_fed_again(
    tmp_path: Path,
) -> None:
    writer = RejectsWriter(tmp_path, "客户.csv", DIGEST)
    writer.add([Problem(Where("客户.csv", "第 3 行", 2), "csv_columns", "多了一格。")])
    writer.add(*rejected({"姓名": "张三"}))
    path = writer.close()

    assert path is not None
    assert cells(path)[1] == [None, "多了一格。", "客户.csv", "第 3 行"]
    (row,) = read(path)
    assert isinstance(row, Row)
    assert row.values["姓名"] == "张三"


def test_a_row_rejected_again_keeps_the_place_it_came_from(tmp_path: Path) -> None:
    (row,) = read(write(tmp_path, {"姓名": "张三"}))
    assert isinstance(row, Row)

    path = write(tmp_path / "again", dict(row.values))

    assert cells(path)[1] == ["张三", "不对", "客户.csv", "第 7 行"]
    assert cells(path)[0] == ["姓名", "拒收原因", "原文件", "原位置"]


# A workbook holds no control characters; a test of its own shows what becomes of them.
_TEXT = st.text(
    st.characters(
        exclude_categories=["Cs", "Cc"],
        include_characters="\t\n\r",
        exclude_characters="\ufffe\uffff",
    ),
    max_size=30,
)
_SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXT
    | st.dates(min_value=date(1900, 1, 1))
    | st.datetimes(min_value=datetime(1900, 1, 1))  # noqa: DTZ001 - spreadsheets know no zones
)
_CONTACTS = st.lists(
    st.dictionaries(st.sampled_from(["姓名", "电话", "name"]), _SCALARS, max_size=3), max_size=3
)
_ROWS = st.fixed_dictionaries(
    {
        "客户名称*": _SCALARS | st.lists(_SCALARS, max_size=2),
        "电话": _SCALARS | st.lists(_SCALARS, max_size=3),
        "标签": _SCALARS | st.lists(_TEXT, max_size=3),
        "出生日期": _SCALARS,
        "年收入(万元)": _SCALARS,
        "联系人": _CONTACTS | _TEXT,
        "联系人2电话": _SCALARS,
        "财务状况": st.dictionaries(st.sampled_from(["收入", "负债(元)"]), _SCALARS),
        "地区": st.dictionaries(st.sampled_from(["省", "市"]), _TEXT) | _TEXT,
        "备注": _SCALARS,
        "说明": st.lists(_TEXT, max_size=3),
        "别的": _SCALARS,
    },
).map(lambda row: dict(sorted(row.items())))
"""All with their columns in one order, as those of a table are."""


def text_of(value: Any) -> Any:
    """What is left of a value in a file of text: every scalar as its text."""
    if isinstance(value, dict):
        return {key: text_of(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [text_of(inner) for inner in value]
    return as_text(value)


@pytest.mark.parametrize("text", ["长" * 40_000, "𬱖" * 33_000, "x " * 49_000])
def test_text_longer_than_a_cell_goes_on_in_further_columns(tmp_path: Path, text: str) -> None:
    path = write(tmp_path, {"备注": "短", "姓名": "张三"}, {"备注": text, "姓名": "李四"})

    header = cells(path)[0]
    again = [row.values["备注"] for row in read(path) if isinstance(row, Row)]

    assert header[:2] == ["备注", "备注〔续1〕"]
    assert again == ["短", text.strip()]


def test_what_a_workbook_cannot_hold_is_marked(tmp_path: Path) -> None:
    path = write(tmp_path, {"a\0": "x\0\x1b\ud800\uffff", "b": "\t\n"})

    assert cells(path)[:2] == [
        ["a\ufffd", "b", "拒收原因", "原文件", "原位置"],
        ["x\ufffd\ufffd?\ufffd", None, "不对", "客户.csv", "第 7 行"],
    ]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(_ROWS, min_size=1, max_size=4))
def test_a_row_fed_again_gives_the_values_it_had(
    tmp_path: Path, schema: Schema, rows: list[dict[str, Any]]
) -> None:
    again = [row for row in read(write(tmp_path, *rows)) if isinstance(row, Row)]
    given = [Row(WHERE, values) for values in rows]

    before, after = (
        [text_of(values) for row in source if (values := RowMapper(schema).map_row(row)[0])]
        for source in (given, again)
    )

    assert after == before
