"""Lists to screen: lines of text, or tables whose columns are named as those of records are."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path, PurePath
from typing import Any, Final

from archsearch.domain.problem import Severity
from archsearch.domain.schema import Schema
from archsearch.domain.screening import LINE, Entry, Listed
from archsearch.errors import NotFoundError, ReadError
from archsearch.ingest.cells import as_text
from archsearch.ingest.mapping import ColumnMapping, RowMapper
from archsearch.ingest.readers.decoding import decode
from archsearch.ingest.readers.faults import column_name
from archsearch.ingest.readers.reader import is_readable, read
from archsearch.ingest.rows import Row

_CHUNK: Final = 1 << 16
_POSITION: Final = re.compile(r"(?:(?P<sheet>.*) )?第 (?P<number>[0-9]+) \w+", re.DOTALL)
_PLACE: Final = re.compile(r"(.*?)([0-9]+)", re.DOTALL)
_NO_NAMES: Final = "名单里没有“客户名称”一列；请补上列名，或另存为每行一个名称的 .txt。"


def entries_in(
    path: Path,
    schema: Schema,
    mappings: Iterable[ColumnMapping] = (),
    *,
    warn: Callable[[str], None] = lambda _: None,
) -> Iterator[Listed]:
    """Yield the lines of a list; a table of one column needs no column name.

    Places are the numbers of rows as a spreadsheet shows them, those of lines in a text. A row of
    a table may be without a name; empty lines of a text are none. ``warn`` is told of columns of
    a table that are no help.

    Raises:
        NotFoundError: There is no such file.
        ReadError: It cannot be read, or is a table without a column of names.
    """
    if is_readable(path) and not _is_text(path):
        yield from _rows(path, RowMapper(schema, tuple(mappings)), warn)
        return
    try:
        with path.open("rb") as file:
            yield from entries_of(iter(lambda: file.read(_CHUNK), b""))
    except FileNotFoundError as error:
        raise NotFoundError("没有名单文件；请检查 --file 后面的路径。") from error
    except OSError as error:
        raise ReadError("名单文件无法读取；请检查它是不是文件、有没有读取权限。") from error


def entries_of(chunks: Iterator[bytes]) -> Iterator[Listed]:
    """Yield the lines of a text; empty ones count, and are left out."""
    for number, line in enumerate(_lines(chunks), 1):
        if line.strip():
            yield Listed(str(number), Entry(line.strip()))


def _is_text(path: PurePath) -> bool:
    return path.suffix.lower() == ".txt"


def _lines(chunks: Iterator[bytes]) -> Iterator[str]:
    rest = ""
    for text in decode(chunks):
        *lines, rest = (rest + text).split("\n")
        yield from lines
    yield rest


def _rows(path: Path, mapper: RowMapper, warn: Callable[[str], None]) -> Iterator[Listed]:
    rows: list[Row] = []
    for item in read(path):
        if isinstance(item, Row):
            rows.append(item)
        elif item.severity is Severity.ERROR:
            where = f"{item.where.position}：" if item.where.number else ""
            raise ReadError(f"名单读不出：{where}{item.message}")
    columns = list(dict.fromkeys(column for row in rows for column in row.values))
    if len(columns) == 1 and mapper.leads(columns[0]) is None:
        # A table without column names: what stands where one would be is a name itself.
        yield from _bare(rows, columns[0])
        return
    mapped = [mapper.map_row(row)[0] for row in rows]
    if not any("name" in raw for raw in mapped) and "name" not in map(mapper.leads, columns):
        raise ReadError(_NO_NAMES)
    if unknown := mapper.unknown([each for each in columns if _is_filled(rows, each)]):
        warn(f"未识别的列：{'、'.join(map(column_name, unknown))}；没有用于比对。")
    for place, raw in zip(places_of(rows), mapped, strict=True):
        yield Listed(place, Entry(**{key: _text(raw, key) for key in LINE}))


def _is_filled(rows: Sequence[Row], column: str) -> bool:
    return any(as_text(row.values.get(column)).strip() for row in rows)


def _bare(rows: Sequence[Row], column: str) -> Iterator[Listed]:
    """Yield a table without column names; its first line was taken for them."""
    places = places_of(rows)
    above, number = _PLACE.fullmatch(places[0]).groups()  # type: ignore[union-attr] # always is one
    yield Listed(f"{above}{max(int(number) - 1, 1)}", Entry(column.strip()))
    for place, row in zip(places, rows, strict=True):
        yield Listed(place, Entry(as_text(row.values.get(column)).strip()))


def places_of(rows: Sequence[Row]) -> list[str]:
    """Give the number of each row; with the sheet's name where there are several sheets."""
    found = [_POSITION.fullmatch(row.where.position) for row in rows]
    parts = [(each["sheet"] or "", each["number"]) if each else ("", "") for each in found]
    several = len({sheet for sheet, _ in parts}) > 1
    return [
        (f"{sheet}!" if several else "") + (number or str(row.where.number))
        for (sheet, number), row in zip(parts, rows, strict=True)
    ]


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    if isinstance(value, list):
        return "、".join(map(as_text, value))
    return as_text(value).strip()
