import gzip
import io
import zipfile
from collections.abc import Sequence
from datetime import date
from typing import Any

import openpyxl
import pytest

from archsearch.ingest.readers.limits import Limits
from tests.unit.ingest.readers.conftest import Read


def workbook(**sheets: Sequence[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def with_part(data: bytes, name: str, old: bytes, new: bytes) -> bytes:
    """Replace something inside one member of a workbook."""
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(file, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == name:
                assert old in content
                content = content.replace(old, new, 1)
            target.writestr(info.filename, content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
PLAIN = workbook(客户=[["姓名", "电话"], ["张三", "1"]])


def test_numbers_text_and_dates_keep_their_kind(read_file: Read) -> None:
    cells = ["张三", "00123", 13800138000, 1.5, 5.0, True, date(2024, 3, 5), 0]
    data = workbook(客户=[["甲", "乙", "丙", "丁", "戊", "己", "庚", "辛"], cells])

    found = read_file("a.xlsx", data)

    (row,) = found.values
    assert list(row.values()) == [
        *("张三", "00123", 13800138000, 1.5, 5, True),
        *(date(2024, 3, 5), 0),
    ]
    assert [type(value) for value in row.values()][2:5] == [int, float, int]


def test_every_sheet_with_a_header_is_read_at_its_own_lines(read_file: Read) -> None:
    people = [["姓名"], ["张三"], [], ["李四"]]
    data = workbook(个人=people, 空表=[], 企业=[["客户信息表"], [], ["名称", "电话"], ["甲", 1]])

    found = read_file("a.XLSX", data)

    assert found.values == [{"姓名": "张三"}, {"姓名": "李四"}, {"名称": "甲", "电话": 1}]
    assert found.positions == ["个人 第 2 行", "个人 第 4 行", "企业 第 4 行"]
    assert [item.where.number for item in found.items] == [1, 2, 3]


def test_hidden_sheets_are_not_read(read_file: Read) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["姓名"])
    book.worksheets[0].append(["张三"])
    lookup = book.create_sheet("下拉项")
    lookup.append(["性质"])
    lookup.append(["企业"])
    lookup.sheet_state = "hidden"
    file = io.BytesIO()
    book.save(file)

    assert read_file("a.xlsx", file.getvalue()).values == [{"姓名": "张三"}]


def test_columns_under_merged_cells_are_named_by_both_lines(read_file: Read) -> None:
    header = [["姓名", "联系人", None, "备注"], [None, "姓名", "电话", None]]
    data = workbook(客户=[*header, ["张三", "李四", "1", "无"]])

    assert read_file("a.xlsx", data).values == [
        {"姓名": "张三", "联系人姓名": "李四", "联系人电话": "1", "备注": "无"}
    ]


def test_a_row_wider_than_the_header_is_refused_alone(read_file: Read) -> None:
    data = workbook(客户=[["姓名", "电话"], ["张三", None, "多"], ["李四", 1]])

    found = read_file("a.xlsx", data)

    assert found.problems == [("csv_columns", 1)]
    assert found.values == [{"姓名": "李四", "电话": 1}]


def test_a_compressed_workbook_is_read(read_file: Read) -> None:
    assert read_file("a.xlsx.gz", gzip.compress(PLAIN)).values == [{"姓名": "张三", "电话": "1"}]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"name,phone\n", "unreadable"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "unreadable"),
        (PLAIN[: len(PLAIN) // 2], "truncated"),
        (b"PK\x05\x06" + b"\0" * 18, "unreadable"),
    ],
)
def test_what_is_no_workbook_is_refused(read_file: Read, data: bytes, code: str) -> None:
    assert read_file("a.xlsx", data).problems == [(code, 0)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"<sheetData>", b"<sheetData><row r='x'/>"),
        (b"</sheetData>", b"<row><c t='s'><v>9999</v></c></row></sheetData>"),
        (b"</sheetData>", b"<row><c r='AAAA1'><v>1</v></c></row></sheetData>"),
        (b"</sheetData>", b"<row><c><v>abc</v></c></row></sheetData>"),
        (b"</sheetData>", b"<row r='999999999999'><c><v>1</v></c></row></sheetData>"),
        (b"</worksheet>", b""),
    ],
)
def test_a_crafted_sheet_is_refused_without_harm(read_file: Read, old: bytes, new: bytes) -> None:
    found = read_file("a.xlsx", with_part(PLAIN, SHEET, old, new))

    assert [code for code, number in found.problems if number == 0] == ["unreadable"]


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/styles.xml"])
def test_a_document_type_in_any_part_is_forbidden(read_file: Read, part: str) -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as archive:
        start = archive.read(part)[:10]

    declared = start if start.startswith(b"<?xml") else b""
    data = with_part(PLAIN, part, start, laughs + start if not declared else start)
    if declared:
        data = with_part(PLAIN, part, b"?>", b"?>" + laughs)

    assert read_file("a.xlsx", data).problems == [("xml_forbidden", 0)]


def test_a_bomb_is_refused_before_it_is_unpacked(read_file: Read) -> None:
    bomb = with_part(PLAIN, SHEET, b"<sheetData>", b"<sheetData>" + b" " * (40 << 20))
    limits = Limits(max_uncompressed_bytes=10 << 20)
    large = with_part(PLAIN, SHEET, b"<sheetData>", b"<sheetData>" + b" " * (11 << 20))

    assert read_file("a.xlsx", bomb).problems == [("zip_bomb", 0)]
    assert read_file("b.xlsx", large, limits).problems == [("zip_bomb", 0)]


def test_members_that_share_their_bytes_are_a_bomb(read_file: Read) -> None:
    """Overlapping members unpack the same bytes again and again (Fifield 2019)."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kernel.xml", bytes(range(256)) * 64)
        kernel = archive.infolist()[0]
        archive.filelist.extend([kernel] * 50)
        archive._didModify = True  # type: ignore[attr-defined]  # forces the forged directory out

    assert read_file("a.xlsx", file.getvalue()).problems == [("zip_bomb", 0)]


def test_too_many_columns_refuse_the_file(read_file: Read) -> None:
    data = workbook(客户=[[f"列{number}" for number in range(30)], ["x"]])

    found = read_file("a.xlsx", data, Limits(max_columns=20))

    assert found.problems == [("too_many_columns", 0)]
