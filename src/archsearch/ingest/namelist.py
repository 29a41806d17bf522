"""Lists to screen: lines of text, or tables whose columns are named as those of records are."""

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path, PurePath
from typing import Any, Final

from archsearch.domain.problem import Severity
from archsearch.domain.schema import Schema
from archsearch.domain.screening import LINE, Entry
from archsearch.errors import NotFoundError, ReadError
from archsearch.ingest.cells import as_text
from archsearch.ingest.mapping import ColumnMapping, RowMapper
from archsearch.ingest.readers.decoding import decode
from archsearch.ingest.readers.reader import is_readable, read
from archsearch.ingest.rows import Row

_CHUNK: Final = 1 << 16
_NO_NAMES: Final = "名单里没有“客户名称”一列；请补上列名，或另存为每行一个名称的 .txt。"


def entries_in(
    path: Path, schema: Schema, mappings: Iterable[ColumnMapping] = ()
) -> Iterator[Entry]:
    """Yield the lines of a list; a table of one column needs no column name.

    Raises:
        NotFoundError: There is no such file.
        ReadError: It cannot be read, or is a table without a column of names.
    """
    if is_readable(path) and not _is_text(path):
        yield from _rows(path, RowMapper(schema, tuple(mappings)))
        return
    try:
        with path.open("rb") as file:
            yield from entries_of(iter(lambda: file.read(_CHUNK), b""))
    except FileNotFoundError as error:
        raise NotFoundError("没有名单文件；请检查 --file 后面的路径。") from error
    except OSError as error:
        raise ReadError("名单文件无法读取；请检查它是不是文件、有没有读取权限。") from error


def entries_of(chunks: Iterator[bytes]) -> Iterator[Entry]:
    """Yield the lines of a text."""
    rest = ""
    for text in decode(chunks):
        *lines, rest = (rest + text).split("\n")
        yield from _filled(lines)
    yield from _filled([rest])


def _is_text(path: PurePath) -> bool:
    return path.suffix.lower() == ".txt"


def _filled(lines: Iterable[str]) -> Iterator[Entry]:
    return (Entry(line.strip()) for line in lines if line.strip())


def _rows(path: Path, mapper: RowMapper) -> Iterator[Entry]:
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
        yield from _filled([columns[0], *(as_text(row.values.get(columns[0])) for row in rows)])
        return
    mapped = [mapper.map_row(row)[0] for row in rows]
    if not any("name" in raw for raw in mapped) and "name" not in map(mapper.leads, columns):
        raise ReadError(_NO_NAMES)
    for raw in mapped:
        entry = Entry(**{key: _text(raw, key) for key in LINE})
        if entry.name:
            yield entry


def _text(raw: Mapping[str, Any], key: str) -> str:
    value = raw.get(key)
    if isinstance(value, list):
        return "、".join(map(as_text, value))
    return as_text(value).strip()
