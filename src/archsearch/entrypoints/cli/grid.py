"""Tables drawn for people: aligned in columns of the terminal, wrapped where Chinese may break."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, zip_longest
from typing import Final, NamedTuple

from archsearch.entrypoints.cli.text import broken, pieces, safe, width

MATCHED: Final = "bold red"
"""How what matched a query is shown."""

_CODES: Final = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "cyan": "36",
}
_LINE_ENDS: Final = str.maketrans("\r\n\t", "   ")
_GAP: Final = 2
_BESIDE: Final = 4


class Piece(NamedTuple):
    """A stretch of text and its style: words such as ``bold red``, or nothing."""

    text: str
    style: str = ""


Line = Sequence[Piece]
Cell = str | Sequence[Line]
"""Text, or styled lines."""


class Column(NamedTuple):
    """A column. ``whole`` ones are never wrapped, others never narrower than ``least``."""

    title: str
    style: str = ""
    whole: bool = False
    right: bool = False
    least: int = 4


@dataclass(frozen=True, slots=True)
class Table:
    """A table. ``below`` are lines under a row, by its number, over the width of the table."""

    columns: Sequence[Column]
    rows: Sequence[Sequence[Cell]]
    title: str = ""
    below: Mapping[int, Sequence[Line]] = field(default_factory=dict)


def draw(table: Table, columns: int, *, color: bool) -> str:
    """Draw a table for a terminal of so many columns."""
    return "\n".join(_painted(line, color=color) for line in _lines(table, columns))


def draw_beside(tables: Iterable[Table], columns: int, *, color: bool) -> str:
    """Draw small tables beside each other as far as there is room."""
    shelves: list[list[list[Line]]] = []
    room = 0
    for table in tables:
        block = list(_lines(table, columns))
        needed = max(map(_width, block), default=0) + _BESIDE
        if needed > room:
            shelves.append([])
            room = columns
        shelves[-1].append(block)
        room -= needed
    drawn = ("\n".join(_painted(line, color=color) for line in _shelf(each)) for each in shelves)
    return "\n\n".join(drawn)


def marked(text: str, spans: Iterable[tuple[int, int]], style: str = "") -> Line:
    """Style the spans of a text that matched; the ends of its lines become spaces."""
    text = text.translate(_LINE_ENDS)
    found, at = [], 0
    for start, end in spans:
        found += [Piece(text[at:start], style), Piece(text[start:end], MATCHED)]
        at = end
    return tuple(piece for piece in (*found, Piece(text[at:], style)) if piece.text)


def _lines(table: Table, columns: int) -> Iterator[Line]:
    rows = [[_cell(cell) for cell in row] for row in table.rows]
    widths = _widths(table.columns, rows, columns)
    if table.title:
        yield (Piece(table.title, "bold"),)
    if any(column.title for column in table.columns):
        titles = [[[Piece(column.title, "dim")]] for column in table.columns]
        yield from _row(table.columns, titles, widths)
    for number, row in enumerate(rows):
        yield from _row(table.columns, row, widths)
        for line in table.below.get(number, ()):
            for part in _wrapped(line, columns - 2 * _GAP):
                yield (Piece(" " * 2 * _GAP), *part)


def _cell(cell: Cell) -> Sequence[Line]:
    return ((Piece(cell),),) if isinstance(cell, str) else cell


def _widths(
    columns: Sequence[Column], rows: Sequence[Sequence[Sequence[Line]]], room: int
) -> list[int]:
    """Give every column what it needs; where that is too much, the widest ones give way."""
    widths = [
        max([width(column.title), *(_width(line) for row in rows for line in row[at])])
        for at, column in enumerate(columns)
    ]
    while sum(widths) + _GAP * (len(widths) - 1) > room:
        elastic = [
            at
            for at, column in enumerate(columns)
            if not column.whole and widths[at] > column.least
        ]
        if not elastic:
            break
        widths[max(elastic, key=widths.__getitem__)] -= 1
    return widths


def _row(
    columns: Sequence[Column], cells: Sequence[Sequence[Line]], widths: Sequence[int]
) -> Iterator[Line]:
    folded = [
        [part for line in cell for part in _wrapped(line, taken)]
        for cell, taken in zip(cells, widths, strict=True)
    ]
    for parts in zip_longest(*folded, fillvalue=()):
        line: list[Piece] = []
        missing = 0
        for column, part, taken in zip(columns, parts, widths, strict=True):
            spare = taken - _width(part)
            line.append(Piece(" " * (missing + (spare if column.right else 0))))
            line += [Piece(text, style or column.style) for text, style in part]
            missing = _GAP + (0 if column.right else spare)
        yield _trimmed(line)


def _wrapped(line: Line, columns: int) -> list[Line]:
    tokens = [(token, piece.style) for piece in line for token in pieces(safe(piece.text))]
    parts = broken(tokens, columns) or [[]]
    return [tuple(Piece(text, style) for text, style in part) for part in parts]


def _shelf(blocks: Sequence[Sequence[Line]]) -> Iterator[Line]:
    widths = [max(map(_width, block), default=0) for block in blocks]
    for lines in zip_longest(*blocks, fillvalue=()):
        joined: list[Piece] = []
        for line, taken in zip(lines, widths, strict=True):
            joined += [*line, Piece(" " * (taken - _width(line) + _BESIDE))]
        yield _trimmed(joined)


def _trimmed(line: Sequence[Piece]) -> Line:
    end = len(line)
    while end and not line[end - 1].text.strip():
        end -= 1
    return tuple(line[:end])


def _width(line: Line) -> int:
    return sum(width(safe(piece.text)) for piece in line)


def _painted(line: Line, *, color: bool) -> str:
    runs = groupby(line, key=lambda piece: piece.style)
    parts = (_styled("".join(each.text for each in run), style, color) for style, run in runs)
    return "".join(parts).rstrip()


def _styled(text: str, style: str, color: bool) -> str:  # noqa: FBT001 - the last of a pipeline
    text = safe(text)
    if not (color and style and text):
        return text
    codes = ";".join(_CODES[word] for word in style.split())
    return f"\x1b[{codes}m{text}\x1b[0m"
