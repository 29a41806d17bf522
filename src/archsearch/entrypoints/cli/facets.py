"""Facets: how many hits there are of each value."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from archsearch.entrypoints.cli.grid import Column, Piece, Table
from archsearch.entrypoints.cli.output import Output

if TYPE_CHECKING:
    from archsearch.domain.schema import Schema

Counts = Sequence[tuple[str, int]]

_MOST_ROWS: Final = 20
_LEVELS_SHOWN: Final = 2
_BAR: Final = 12


def write(found: Mapping[str, Counts], out: Output, *, apart: bool) -> None:
    """Write facets as lines of key, value, count; ``apart`` from the hits by an empty line."""
    if found and apart:
        out.text("")
    out.lines((key, value, str(count)) for key, counts in found.items() for value, count in counts)


def draw(found: Mapping[str, Counts], schema: "Schema", out: Output) -> None:
    """Draw a small table for each facet."""
    tables = []
    for key, counts in found.items():
        spec = schema.by_key[key]
        rows = outline(counts) if spec.hierarchical else [(value, count) for value, count in counts]
        tables.append(_table(spec.label, rows))
    if tables:
        out.text("")
        out.tables(tables)


def outline(counts: Counts) -> list[tuple[str, int]]:
    """Order paths as a tree of two levels: children, indented, below their parents."""
    shown = {path: count for path, count in counts if path.count("/") < _LEVELS_SHOWN}

    def place(path: str) -> list[tuple[int, str]]:
        parts = path.split("/")
        above = ["/".join(parts[: depth + 1]) for depth in range(len(parts))]
        return [(-shown.get(each, 0), each) for each in above]

    return [
        ("  " * path.count("/") + path.rpartition("/")[2], shown[path])
        for path in sorted(shown, key=place)
    ]


def _table(label: str, rows: Counts) -> Table:
    most = max((count for _, count in rows), default=1)
    lines = [
        (value, f"{count:,}", ((Piece("█" * max(1, _BAR * count // most), "blue"),),))
        for value, count in rows[:_MOST_ROWS]
    ]
    more = len(rows) - _MOST_ROWS
    if more > 0:
        lines.append((f"……另有 {more} 个", "", ((Piece(""),),)))
    if not rows:
        lines.append(("（没有）", "", ((Piece(""),),)))
    return Table([Column(""), Column("", right=True), Column("")], lines, label)
