"""Lists to screen as people bring them: read as they stand, with a guess what each column is."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from archsearch.domain.problem import Severity
from archsearch.domain.schema import Schema
from archsearch.domain.screening import LINE
from archsearch.domain.sifting import IGNORED, Sheet
from archsearch.errors import InvalidRequestError, ReadError
from archsearch.ingest.cells import as_text
from archsearch.ingest.mapping import ColumnMapping, RowMapper
from archsearch.ingest.namelist import places_of
from archsearch.ingest.readers.reader import read
from archsearch.ingest.rows import Row

_MOST_COLUMNS: Final = 60
_LONGEST: Final = 400
"""Characters of a cell that are kept: a name has no more."""


def sheet_of_names(title: str, text: str) -> Sheet:
    """Take names that were pasted, one a line; empty lines count, and are left out."""
    lines = [(str(at), line.strip()) for at, line in enumerate(text.splitlines(), 1)]
    named = [(place, name) for place, name in lines if name]
    rows = tuple((name,) for _, name in named)
    return Sheet(title, ("客户名称",), tuple(place for place, _ in named), rows, ("name",))


def sheet_of_table(
    title: str, path: Path, schema: Schema, mappings: Iterable[ColumnMapping] = (), *, most: int
) -> Sheet:
    """Read a table, with what its columns lead to by their names.

    A table of one column that is called nothing known is one without column names.

    Raises:
        ReadError: It cannot be read.
        InvalidRequestError: It is too long or too wide.
    """
    rows = _rows(path, most)
    columns = list(dict.fromkeys(column for row in rows for column in row.values))
    if len(columns) > _MOST_COLUMNS:
        raise InvalidRequestError(f"名单超过 {_MOST_COLUMNS} 列；请只留下比对要用的列。")
    mapper = RowMapper(schema, tuple(mappings))
    if len(columns) == 1 and mapper.leads(columns[0]) is None:
        cells = ((columns[0].strip(),), *_cells(rows, columns))
        above = places_of(rows)
        return Sheet(title, ("客户名称",), ("1", *above), cells, ("name",))
    targets = _guessed([mapper.leads(column) for column in columns])
    return Sheet(title, tuple(columns), tuple(places_of(rows)), _cells(rows, columns), targets)


def _rows(path: Path, most: int) -> list[Row]:
    rows: list[Row] = []
    for item in read(path):
        if isinstance(item, Row):
            rows.append(item)
            if len(rows) > most:
                raise InvalidRequestError(f"名单超过 {most:,} 行；请分成几份。")
        elif item.severity is Severity.ERROR:
            where = f"{item.where.position}：" if item.where.number else ""
            raise ReadError(f"名单读不出：{where}{item.message}")
    if not rows:
        raise InvalidRequestError("名单是空的。")
    return rows


def _cells(rows: Sequence[Row], columns: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(_cell(row.values.get(column)) for column in columns) for row in rows)


def _cell(value: object) -> str:
    if isinstance(value, list):
        return "、".join(_cell(each) for each in value)[:_LONGEST]
    return as_text(value).strip()[:_LONGEST]


def _guessed(leads: Sequence[str | None]) -> tuple[str, ...]:
    """Keep what a line can say; there is one name, the first that is called so."""
    found: list[str] = []
    for key in leads:
        fits = key in LINE and (key != "name" or "name" not in found)
        found.append(str(key) if fits else IGNORED)
    return tuple(found)
