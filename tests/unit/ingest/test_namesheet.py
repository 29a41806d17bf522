from pathlib import Path

import pytest

from archsearch.domain.schema import Schema
from archsearch.domain.sifting import Sheet
from archsearch.errors import InvalidRequestError, ReadError
from archsearch.ingest.namesheet import sheet_of_names, sheet_of_table


def table(folder: Path, content: str, schema: Schema, most: int = 10) -> Sheet:
    path = folder / "list.csv"
    path.write_text(content, encoding="gb18030")
    return sheet_of_table("名单", path, schema, most=most)


def test_pasted_names_stand_where_they_stood() -> None:
    sheet = sheet_of_names("名单", "张伟\n\n 李娜 \r\n")

    assert (sheet.places, sheet.rows) == (("1", "3"), (("张伟",), ("李娜",)))
    assert sheet.entry(1).name == "李娜"


def test_columns_lead_where_their_names_say_and_only_one_is_the_name(
    tmp_path: Path, schema: Schema
) -> None:
    sheet = table(tmp_path, "姓名,客户名称,手机,部门\n张伟,张玮,13812345678,甲部\n", schema)

    assert sheet.targets == ("name", "", "phones", "")
    assert sheet.places == ("2",)
    assert sheet.rows == (("张伟", "张玮", "13812345678", "甲部"),)


def test_a_table_of_one_unknown_column_has_no_column_names(tmp_path: Path, schema: Schema) -> None:
    sheet = table(tmp_path, "张伟\n李娜\n", schema)

    assert (sheet.places, sheet.rows) == (("1", "2"), (("张伟",), ("李娜",)))
    assert sheet.targets == ("name",)


def test_columns_for_one_thing_are_put_together_and_what_is_endless_is_cut() -> None:
    rows = (("张伟", "138", "139", "x"), ("长" * 400, "1" * 300, "", ""))
    sheet = Sheet("名单", ("a", "b", "c", "d"), ("1", "2"), rows, ("name", "phones", "phones", ""))

    assert sheet.entry(0).phones == "138、139"
    assert len(sheet.entry(1).phones) == 200


LONG = "姓名\n" + "张伟\n" * 11
WIDE = ",".join(f"列{at}" for at in range(70)) + "\n" + ",".join("x" * 70) + "\n"


@pytest.mark.parametrize("content", [LONG, WIDE])
def test_what_is_too_long_or_too_wide_is_refused(
    tmp_path: Path, schema: Schema, content: str
) -> None:
    with pytest.raises(InvalidRequestError):
        table(tmp_path, content, schema)


def test_a_table_without_a_row_is_refused(tmp_path: Path, schema: Schema) -> None:
    with pytest.raises(ReadError):
        table(tmp_path, "", schema)
