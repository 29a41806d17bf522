"""Many rows or many keys in few statements, without paying SQLAlchemy for each of them."""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, Table

Item = TypeVar("Item")

KEYS_A_STATEMENT: Final = 512
"""Bound values in one ``IN``; every SQLite takes 999."""


def chunks(items: Collection[Item], size: int = KEYS_A_STATEMENT) -> Iterator[tuple[Item, ...]]:
    """Cut items into pieces of at most ``size``, in order."""
    source = iter(items)
    while piece := tuple(islice(source, size)):
        yield piece


def insert_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows given as tuples of what the columns hold on disk (times as text, and so on)."""
    mark = _mark(connection)
    names = ", ".join(table.c[name].name for name in columns)
    marks = ", ".join(mark for _ in columns)
    _run(connection, f"INSERT INTO {table.name} ({names}) VALUES ({marks})", rows)  # noqa: S608 - own names


def update_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Set columns of rows; each tuple holds their values and then the row's ``id``."""
    mark = _mark(connection)
    changes = ", ".join(f"{table.c[name].name} = {mark}" for name in columns)
    _run(connection, f"UPDATE {table.name} SET {changes} WHERE id = {mark}", rows)  # noqa: S608 - own names


def _run(connection: Connection, statement: str, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        connection.exec_driver_sql(statement, list(rows))


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.paramstyle == "qmark" else "%s"
