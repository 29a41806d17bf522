"""From the lines that were read on a page to text: rows from top to bottom, cells apart by tabs."""

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

CELL: Final = "\t"
"""Stands between what is in one row, and not in one piece."""
_SHARE: Final = 0.5
"""Of the lower one's height, that two lines of one row have in common."""
_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])[0-9OoQlI|]{10,17}[0-9XxOoQlI|](?![0-9A-Za-z])")
_DIGITS: Final = str.maketrans("OoQlI|", "000111")
_FEWEST_DIGITS: Final = 8


class Line(NamedTuple):
    """A line of text and where it stands, in points of the picture."""

    text: str
    left: float
    top: float
    right: float
    bottom: float


def text_of(lines: Iterable[Line]) -> str:
    """Write the lines of a page as text."""
    return mended("\n".join(CELL.join(line.text for line in row) for row in rows(lines)))


def rows(lines: Iterable[Line]) -> list[list[Line]]:
    """Put lines that stand beside each other into rows, each from left to right."""
    found: list[list[Line]] = []
    for line in sorted(lines, key=lambda each: each.top + each.bottom):
        if found and _level(found[-1], line):
            found[-1].append(line)
        else:
            found.append([line])
    return [sorted(row, key=lambda each: each.left) for row in found]


def _level(row: Sequence[Line], line: Line) -> bool:
    """Tell whether a line is level with the nearest one of a row."""
    beside = min(row, key=lambda each: abs(each.left - line.left))
    common = min(beside.bottom, line.bottom) - max(beside.top, line.top)
    return common >= _SHARE * min(beside.bottom - beside.top, line.bottom - line.top)


def mended(text: str) -> str:
    """Put digits for the letters that they were taken for, inside of long numbers.

    Otherwise nothing would know such a number for one, to find it by or to mask it.
    """
    return _NUMBER.sub(_as_digits, text)


def _as_digits(found: re.Match[str]) -> str:
    number = found[0]
    enough = sum(map(str.isdecimal, number)) >= _FEWEST_DIGITS
    return number.translate(_DIGITS) if enough else number
