"""Finding the column names of a table, and making rows of its lines.

Tables made by people begin with titles and blank lines, leave columns unnamed, name two columns
alike, and group columns under merged cells; none of this needs knowledge of the schema.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from archsearch.ingest.readers.faults import Fault

REJECT_COLUMNS = ("拒收原因", "原文件", "原位置")
"""Columns that the file of rejected rows adds; they are no content when it is fed again."""
CONTINUATION = "〔续{}〕"
"""What follows the name of a column that goes on where another one's cells were full."""
_CONTINUED = re.compile(re.escape(CONTINUATION).replace(r"\{\}", r"\d+") + "$")
_LONGEST_LABEL = 20

Line = tuple[int, Sequence[Any]]
"""Line number and cells; a line that cannot be read has a Fault for its only cell."""


@dataclass(frozen=True, slots=True)
class Header:
    """The column names of a table, in order."""

    names: tuple[str, ...]
    repeated: bool

    def values(self, cells: Sequence[Any]) -> dict[str, Any] | None:
        """Make a row; columns named alike give a list. None when there are more cells than names.

        Missing and surplus blank cells at the end are tolerated, as spreadsheets write them.
        """
        if len(cells) > len(self.names) and not is_blank(cells[len(self.names) :]):
            return None
        if not self.repeated:
            return dict(zip(self.names, cells, strict=False))
        gathered: dict[str, list[Any]] = {name: [] for name in self.names}
        for name, cell in zip(self.names, cells, strict=False):
            if not is_empty(cell):
                gathered[name].append(cell)
        return {
            name: found[0] if len(found) == 1 else found or None for name, found in gathered.items()
        }


def find_header(lines: Iterator[Line]) -> tuple[Header, Iterator[Line]] | None:
    """Find the header; return it with the lines below, or None when the table is blank.

    A line with one cell above a line with several is a title. Two lines make one header when the
    second only fills in names under merged cells of the first.

    Raises:
        RefusalError: The header itself cannot be read.
    """
    filled = (line for line in lines if not is_blank(line[1]))
    first = next(filled, None)
    if first is None:
        return None
    if isinstance(first[1][0], Fault):
        raise first[1][0].refusal("列名行")
    second = next(filled, None)
    while second and _count(first[1]) == 1 < _count(second[1]):
        first, second = second, next(filled, None)
    names = [_label(cell) for cell in first[1]]
    if second and _completes(first[1], second[1]):
        names = _combine(names, [_label(cell) for cell in second[1]])
        second = None
    while names and not names[-1]:
        names.pop()
    header = _header(names)
    return header, chain([second] if second else [], filled)


def is_empty(cell: object) -> bool:
    """Tell whether a cell holds nothing but white space."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def is_blank(cells: Sequence[object]) -> bool:
    """Tell whether all cells are empty."""
    return all(map(is_empty, cells))


def join_continued(values: dict[str, Any]) -> dict[str, Any]:
    """Give columns that were continued in others their whole text back."""
    joined: dict[str, Any] = {}
    for name, cell in values.items():
        whole = _CONTINUED.sub("", name)
        if whole not in joined:
            joined[whole] = cell
        elif cell is not None:
            joined[whole] = f"{joined[whole]}{cell}"
    return joined


def is_reject_note(values: dict[str, Any]) -> bool:
    """Tell whether a row holds nothing but what the file of rejected rows added."""
    return all(name in REJECT_COLUMNS or is_empty(cell) for name, cell in values.items())


def _header(names: list[str]) -> Header:
    full = tuple(name or f"第{number}列" for number, name in enumerate(names, 1))
    return Header(full, repeated=len(set(full)) < len(full))


def _label(cell: object) -> str:
    return "" if cell is None else str(cell).strip()


def _count(cells: Sequence[object]) -> int:
    return sum(not is_empty(cell) for cell in cells)


def _completes(upper: Sequence[Any], lower: Sequence[Any]) -> bool:
    """Tell whether ``lower`` is the second line of a header with merged cells.

    Merged across: a name followed by blanks, with names under all of them. Merged down: a name
    with nothing below.
    """
    if not all(is_empty(cell) or _is_label(cell) for cell in lower):
        return False
    pairs = [
        (not is_empty(above), position < len(lower) and not is_empty(lower[position]))
        for position, above in enumerate(upper)
    ]
    across = any(not above and below for above, below in pairs)
    down = any(above and not below for above, below in pairs)
    complete = all(above or below for above, below in pairs)
    grouped = all(
        above or pairs[position - 1][1] for position, (above, _) in enumerate(pairs) if position
    )
    return across and down and complete and grouped and pairs[0][0] and len(lower) <= len(upper)


def _is_label(cell: object) -> bool:
    return isinstance(cell, str) and len(cell) <= _LONGEST_LABEL and not any(map(str.isdigit, cell))


def _combine(upper: list[str], lower: list[str]) -> list[str]:
    combined, group = [], ""
    for position, name in enumerate(upper):
        below = lower[position] if position < len(lower) else ""
        group = name or group
        combined.append(group + below)
    return combined
