"""Lists of names to screen, from text files, tables, or standard input."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePath
from typing import BinaryIO

from archsearch.domain.problem import Problem, Severity
from archsearch.domain.schema import Schema
from archsearch.errors import NotFoundError, ReadError
from archsearch.ingest.readers.decoding import decode
from archsearch.ingest.readers.reader import is_readable, read

_STANDARD_INPUT = Path("-")
_CHUNK = 1 << 16


def names_in(path: Path, schema: Schema) -> Iterator[str]:
    """Yield the names in a file; ``-`` is standard input.

    Raises:
        NotFoundError: There is no such file.
        ReadError: It cannot be read, or is a table without a column of names.
    """
    if path == _STANDARD_INPUT:
        yield from _lines(sys.stdin.buffer)
    elif is_readable(path) and not _is_text(path):
        yield from _column(path, schema)
    else:
        try:
            with path.open("rb") as file:
                yield from _lines(file)
        except FileNotFoundError as error:
            raise NotFoundError("没有名单文件；请检查 --file 后面的路径。") from error


def _is_text(path: PurePath) -> bool:
    return path.suffix.lower() == ".txt"


def _lines(file: BinaryIO) -> Iterator[str]:
    rest = ""
    for text in decode(iter(lambda: file.read(_CHUNK), b"")):
        *lines, rest = (rest + text).split("\n")
        yield from _filled(lines)
    yield from _filled([rest])


def _filled(lines: Iterable[str]) -> Iterator[str]:
    return (line.strip() for line in lines if line.strip())


def _column(path: Path, schema: Schema) -> Iterator[str]:
    named = False
    for item in read(path):
        if isinstance(item, Problem):
            if item.severity is Severity.ERROR:
                where = f"{item.where.position}：" if item.where.number else ""
                raise ReadError(f"名单读不出：{where}{item.message}")
            continue
        names = [value for column, value in item.values.items() if _is_name(str(column), schema)]
        named = named or bool(names)
        yield from _filled(str(name) for name in names if name is not None)
    if not named:
        raise ReadError("名单里没有“客户名称”一列；请补上列名，或另存为每行一个名称的 .txt。")


def _is_name(column: str, schema: Schema) -> bool:
    spec = schema.find(column)
    return spec is not None and spec.key == "name"
