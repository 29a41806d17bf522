"""CSV tables that people open in a spreadsheet: the one way in which all of them are written."""

import csv
import re
from collections.abc import Iterable, Sequence
from io import TextIOWrapper
from typing import BinaryIO, Final

_FORMULA: Final = re.compile(r"[\s\u200b\ufeff]*[=+\-@＝＋－＠]|[\t\r\n]")
"""Full-width signs begin a formula too: Excel in Chinese takes them for the others."""
_MANGLED: Final = re.compile(r"0[0-9]+|[0-9]{12,}")
"""Digits that a spreadsheet would not leave as they are."""


def as_cell(text: str) -> str:
    """Keep a spreadsheet from computing a cell of a CSV file, or from rounding its number.

    >>> as_cell("=1+1"), as_cell("＝1+1"), as_cell("张伟"), as_cell("0.93")
    ("'=1+1", "'＝1+1", '张伟', '0.93')
    >>> as_cell("110105194912310026")
    "'110105194912310026"
    """
    text = text.replace("\0", "")
    return f"'{text}" if _FORMULA.match(text) or _MANGLED.fullmatch(text) else text


def write_csv(file: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write a CSV file as Excel reads it, with a byte order mark."""
    text = TextIOWrapper(file, encoding="utf-8-sig", newline="", write_through=True)
    writer = csv.writer(text)
    writer.writerow(header)
    for row in rows:
        writer.writerow([as_cell(cell) for cell in row])
    text.detach()
