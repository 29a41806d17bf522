"""Cells that a spreadsheet leaves as they are."""

import csv
from collections.abc import Iterator
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archsearch.entrypoints.cli.files import replaced
from archsearch.errors import StoreError
from archsearch.services.spreadsheets import as_cell, write_csv

SIGNS = "=+-@＝＋－＠"


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("before", ["", " ", "\u3000", "\u200b", "\ufeff", "\t", "\r", "\n", " \t"])
def test_what_would_begin_a_formula_is_text(sign: str, before: str) -> None:
    assert as_cell(f"{before}{sign}1+1") == f"'{before}{sign}1+1"


@pytest.mark.parametrize("text", ["0123", "110105194912310026", "\tx", "\rx", "\nx"])
def test_what_would_be_rounded_or_hidden_is_text(text: str) -> None:
    assert as_cell(text) == f"'{text}"


def test_a_table_that_breaks_off_leaves_the_file_as_it_was(tmp_path: Path) -> None:
    target = tmp_path / "x.csv"
    target.write_text("alt", encoding="utf-8")

    def rows() -> Iterator[list[str]]:
        yield ["一"]
        raise StoreError("磁盘已满。")

    with pytest.raises(StoreError), replaced(target) as file:
        write_csv(file, ("甲",), rows())

    assert target.read_text(encoding="utf-8") == "alt"
    assert [path.name for path in tmp_path.iterdir()] == ["x.csv"]


@given(st.lists(st.lists(st.text(max_size=12), min_size=2, max_size=2), max_size=5))
def test_rows_come_back_as_cells(rows: list[list[str]]) -> None:
    rows = [[cell.encode("utf-8", "ignore").decode() for cell in row] for row in rows]
    file = BytesIO()

    write_csv(file, ("甲", "乙"), rows)

    text = file.getvalue()
    assert text.startswith(b"\xef\xbb\xbf")
    found = list(csv.reader(StringIO(text.decode("utf-8-sig"), newline="")))
    assert found == [["甲", "乙"], *([as_cell(cell) for cell in row] for row in rows)]
    assert not any(cell.lstrip()[:1] in set(SIGNS) for row in found for cell in row if cell)
