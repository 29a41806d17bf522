"""Lists to screen, as people keep them."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from archsearch.domain.schema import FieldSpec, FieldType, Schema
from archsearch.domain.screening import Entry, Listed
from archsearch.errors import NotFoundError, ReadError
from archsearch.ingest.namelist import entries_in, entries_of


@pytest.fixture
def schema() -> Schema:
    """The fields that a list may have, and one more."""
    return Schema(
        1,
        (
            FieldSpec("name", "客户名称", FieldType.NAME, aliases=("姓名", "户名")),
            FieldSpec("id_number", "证件号码", FieldType.ID_NUMBER, aliases=("身份证号",)),
            FieldSpec("phones", "电话", FieldType.PHONE, aliases=("手机号",), many=True),
            FieldSpec("birth_date", "出生日期", FieldType.DATE, aliases=("生日",)),
            FieldSpec("region", "地区", FieldType.REGION, aliases=("所在地区",)),
            FieldSpec("notes", "备注", FieldType.TEXT),
        ),
    )


def listed(path: Path, schema: Schema) -> list[Entry]:
    return [line.entry for line in entries_in(path, schema)]


def places(path: Path, schema: Schema) -> list[tuple[str, str]]:
    return [(line.place, line.entry.name) for line in entries_in(path, schema)]


def test_columns_are_told_by_labels_and_aliases(tmp_path: Path, schema: Schema) -> None:
    path = tmp_path / "名单.csv"
    path.write_text(
        "序号,户名,身份证号,手机号,生日,所在地区\n"
        '1,张伟,110105194912310026,"138 1234 5678；0571-88888888",1949-12-31,杭州\n'
        "2,王芳,,,,\n3,,110105194912310026,,,\n",
        encoding="gb18030",
    )

    first, second, third = listed(path, schema)

    assert (first.name, first.id_number) == ("张伟", "110105194912310026")
    assert first.phones.split("、") == ["138 1234 5678", "0571-88888888"]
    assert (first.birth_date, first.region) == ("1949-12-31", "杭州")
    assert second == Entry("王芳")
    assert third == Entry("", id_number="110105194912310026")


@pytest.mark.parametrize("title", ["", "姓名\n"])
def test_one_column_needs_no_name(tmp_path: Path, schema: Schema, title: str) -> None:
    path = tmp_path / "名单.csv"
    path.write_text(f"{title}张伟\n王芳\n中国农业发展银行\n", encoding="utf-8")

    assert [entry.name for entry in listed(path, schema)] == ["张伟", "王芳", "中国农业发展银行"]


def test_numbers_of_a_workbook_keep_their_digits(tmp_path: Path, schema: Schema) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["客户名称", "电话", "证件号码"], ["张伟", 13812345678, "110105194912310026"]):
        sheet.append(row)
    book.save(tmp_path / "名单.xlsx")

    (entry,) = listed(tmp_path / "名单.xlsx", schema)

    assert (entry.phones, entry.id_number) == ("13812345678", "110105194912310026")


def test_a_table_without_names_and_what_is_no_file_are_refused(
    tmp_path: Path, schema: Schema
) -> None:
    (tmp_path / "a.csv").write_text("编号,金额\n1,2\n", encoding="utf-8")
    with pytest.raises(ReadError, match="客户名称"):
        listed(tmp_path / "a.csv", schema)
    with pytest.raises(NotFoundError):
        listed(tmp_path / "没有.txt", schema)
    with pytest.raises(ReadError):
        listed(tmp_path, schema)


def test_lines_of_a_text_may_be_cut_anywhere() -> None:
    data = "张伟\r\n\r\n  王芳  \n李".encode()
    pieces = iter([data[at : at + 2] for at in range(0, len(data), 2)])

    assert list(entries_of(pieces)) == [
        Listed("1", Entry("张伟")), Listed("3", Entry("王芳")), Listed("4", Entry("李")),
    ]  # fmt: skip


def test_rows_are_numbered_as_a_spreadsheet_shows_them(tmp_path: Path, schema: Schema) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (["客户名单"], ["序号", "户名"], [1, "张伟"], [], [2, None], [3, "王芳"]):
        sheet.append(row)
    book.save(tmp_path / "一.xlsx")
    other = book.create_sheet("分行")
    for row in (["户名"], ["李四"]):
        other.append(row)
    book.save(tmp_path / "二.xlsx")
    (tmp_path / "三.csv").write_text("序号,户名\n1,张伟\n\n2,\n3,王芳\n", encoding="utf-8")

    expected = [("3", "张伟"), ("5", ""), ("6", "王芳")]
    assert places(tmp_path / "一.xlsx", schema) == expected
    assert places(tmp_path / "二.xlsx", schema) == [
        *((f"Sheet!{number}", name) for number, name in expected),
        ("分行!2", "李四"),
    ]
    assert places(tmp_path / "三.csv", schema) == [("2", "张伟"), ("4", ""), ("5", "王芳")]


def test_columns_that_are_not_known_are_told_once(tmp_path: Path, schema: Schema) -> None:
    path, told = tmp_path / "名单.csv", list[str]()
    path.write_text("身分証,户名,空列,备注\n1101,张伟,,甲\n1102,王芳,,乙\n", encoding="utf-8")

    assert len(list(entries_in(path, schema, warn=told.append))) == 2
    (warning,) = told
    assert "未识别的列：" in warning
    assert "身分証" in warning
    assert not any(each in warning for each in ("户名", "空列", "备注", "1101"))


def test_a_table_whose_columns_are_known_needs_no_warning(tmp_path: Path, schema: Schema) -> None:
    path, told = tmp_path / "名单.csv", list[str]()
    path.write_text("户名,生日\n张伟,1990-01-01\n", encoding="utf-8")

    assert len(list(entries_in(path, schema, warn=told.append))) == 1
    assert told == []


def test_a_table_without_column_names_is_numbered_from_its_first_row(
    tmp_path: Path, schema: Schema
) -> None:
    (tmp_path / "a.csv").write_text("张伟\n王芳\n", encoding="utf-8")

    assert places(tmp_path / "a.csv", schema) == [("1", "张伟"), ("2", "王芳")]
