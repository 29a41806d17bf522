"""Dates, whole or partial, as ISO 8601 text: YYYY, YYYY-MM or YYYY-MM-DD.

Partial dates are kept partial: archives often know no more, and inventing a day would be a lie. The
time of day is dropped; an instant with an offset is moved to China's time first.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from archsearch.analysis.numerals import read_digits, read_number
from archsearch.domain.zone import CHINA
from archsearch.ingest.faults import Fault
from archsearch.ingest.normalise.cells import Faults, as_text, is_blank, is_placeholder
from archsearch.ingest.normalise.text import clean_line

OPEN_END: Final = "9999-12-31"
"""How 长期 is stored, as core banking systems do."""

_EXCEL_EPOCH: Final = date(1899, 12, 30)
_EXCEL_LAST: Final = 80_000
_LEAP_BUG: Final = 60
"""Excel counts a 29 February 1900 that never was; serials up to it are one day off."""
_YEARS: Final = range(1800, 2200)
_CELL_LIMIT: Final = 64
_OPEN: Final = frozenset({"长期", "长期有效", "永久", "永久有效", "无固定期限"})

_TIME: Final = (
    r"(?:[T ]?\d{1,2}(?:[:时点]\d{1,2}(?:[:分](?:\d{1,2}(?:\.\d+)?秒?)?)?分?|时|点)"
    r" ?(?:Z|[+-]\d{2}:?\d{2})?)?"
)
_NUMERIC: Final = re.compile(
    r"(?P<y>\d{4})(?:(?P<sep>[-/.])(?P<m>\d{1,2})(?:(?P=sep)(?P<d>\d{1,2})" + _TIME + r")?)?"
)
_COMPACT: Final = re.compile(r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})?")
_WORDED: Final = re.compile(
    r"(?P<y>\d{4})年(?:(?P<m>\d{1,2})月(?:份|底|初)?(?:(?P<d>\d{1,2})[日号]?" + _TIME + r")?)?"
)
_CHINESE: Final = re.compile(
    r"([零〇○一二三四五六七八九]{4})年(?:([^年月]+)月(?:([^月日]+)[日号])?)?"
)
_INSTANT: Final = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*(?:Z|[+-]\d{2}:?\d{2})", re.ASCII)
_SPACE_IN_DATE: Final = re.compile(r"(?<=[年月/.\-]) | (?=[年月日号/.\-])")

_HINT: Final = "不是有效的日期，请写成 2024-03-05、2024年3月5日，或只写到年、月。"


def normalise_date(cell: Any, faults: Faults) -> str | None:
    """Normalise a date as people, spreadsheets and programs write it.

    >>> normalise_date("二〇二四年三月五日", []), normalise_date(45356, [])
    ('2024-03-05', '2024-03-05')
    """
    if type(cell) is str:
        found = _read(cell) if len(cell) <= _CELL_LIMIT else None
    elif isinstance(cell, datetime):
        found = _of_instant(cell)
    elif isinstance(cell, date):
        found = _iso(cell.year, cell.month, cell.day)
    elif isinstance(cell, (int, float)) and not isinstance(cell, bool):
        found = "" if is_blank(cell) else _of_number(cell)
    else:
        text = as_text(cell, faults)
        found = _read(text) if text and len(text) <= _CELL_LIMIT else "" if text is None else None
    if found is None:
        faults.append(Fault("date_invalid", _HINT))
    return found or None


@lru_cache(maxsize=16_384)
def _read(text: str) -> str | None:
    """Read a date from text; empty where the text says nothing, None where it is no date."""
    line = clean_line(text, [])
    if not line or is_placeholder(line):
        return ""
    if line in _OPEN:
        return OPEN_END
    if _INSTANT.fullmatch(line):
        return _of_instant_text(line)
    line = _SPACE_IN_DATE.sub("", line)
    for pattern in (_NUMERIC, _COMPACT, _WORDED):
        if found := pattern.fullmatch(line):
            return _iso(*(int(found[part]) if found[part] else None for part in "ymd"))
    return _of_chinese(line)


def _iso(year: int | None, month: int | None = None, day: int | None = None) -> str | None:
    if year is None or (year not in _YEARS and (year, month, day) != (9999, 12, 31)):
        return None
    if month is None:
        return f"{year:04d}"
    try:
        whole = date(year, month, 1 if day is None else day)
    except ValueError:
        return None
    return whole.isoformat()[: 7 if day is None else 10]


def _of_chinese(line: str) -> str | None:
    found = _CHINESE.fullmatch(line)
    if not found:
        return None
    parts = [read_number(part) if part else None for part in found.groups()[1:]]
    missing = [
        part for part, text in zip(parts, found.groups()[1:], strict=True) if text and part is None
    ]
    year = read_digits(found[1])
    if missing or year is None:
        return None
    return _iso(int(year), *(None if part is None else int(part) for part in parts))


def _of_instant_text(line: str) -> str | None:
    try:
        return _of_instant(datetime.fromisoformat(line))
    except (ValueError, OverflowError):
        return None


def _of_instant(moment: datetime) -> str | None:
    if moment.tzinfo is not None and moment.year in _YEARS:
        moment = moment.astimezone(UTC).astimezone(CHINA)
    return _iso(moment.year, moment.month, moment.day)


def _of_number(number: float) -> str | None:
    """Read a spreadsheet's day count, or a date or year written as a number."""
    whole = int(number) if abs(number) < 10**9 else -1
    if whole == number and (whole > _EXCEL_LAST or whole in _YEARS):
        return _read(str(whole))
    if not 1 <= whole <= _EXCEL_LAST or whole in _YEARS:
        # 2024.1 may be January or October, or the day 2024.1: nobody can tell.
        return None
    correction = 1 if whole < _LEAP_BUG else 0
    return (_EXCEL_EPOCH + timedelta(days=whole + correction)).isoformat()
