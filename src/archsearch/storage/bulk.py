"""Many rows or many keys in few statements, without paying SQLAlchemy for each of them."""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache
from itertools import chain, islice
from typing import Any, Final, TypeVar

from sqlalchemy import BindParameter, ClauseElement, Connection, Table, bindparam

from archsearch.storage.prepared import Prepared, Row, execute

Item = TypeVar("Item")

KEYS_A_STATEMENT: Final = 512
"""Bound values in one ``IN``."""
_VALUES_A_STATEMENT: Final = 999
"""Bound values that every SQLite takes."""


def chunks(items: Collection[Item], size: int = KEYS_A_STATEMENT) -> Iterator[tuple[Item, ...]]:
    """Cut items into pieces of at most ``size``, in order."""
    source = iter(items)
    while piece := tuple(islice(source, size)):
        yield piece


def insert_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows given as tuples of what the columns hold on disk (times as text, and so on)."""
    names = ", ".join(table.c[name].name for name in columns)
    row = f"({', '.join(_mark(connection) for _ in columns)})"
    # Several rows in a statement, as every step of one has its price.
    for piece in chunks(rows, _VALUES_A_STATEMENT // len(columns)):
        marks = ", ".join([row] * len(piece))
        text = f"INSERT INTO {table.name} ({names}) VALUES {marks}"  # noqa: S608 - own names
        execute(connection, text, tuple(chain.from_iterable(piece)))


def update_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Set columns of rows; each tuple holds their values and then the row's ``id``."""
    mark = _mark(connection)
    changes = ", ".join(f"{table.c[name].name} = {mark}" for name in columns)
    if rows:
        text = f"UPDATE {table.name} SET {changes} WHERE id = {mark}"  # noqa: S608 - own names
        connection.exec_driver_sql(text, list(rows))


class PreparedByKeys:
    """A :class:`~archsearch.storage.prepared.Prepared` statement that asks with many keys at once.

    Args:
        write: Writes it for as many keys as it is given places for.
    """

    def __init__(self, write: Callable[[Sequence[BindParameter[Any]]], ClauseElement]) -> None:
        self._write = write
        self._for = cache(self._prepared)

    def rows(
        self, connection: Connection, keys: Collection[str | int], **values: object
    ) -> Iterator[Row]:
        """Execute it for all keys, some hundred at a time."""
        for piece in chunks(keys):
            # As many places as a power of two, so that few statements serve all numbers of keys.
            places = 1 << (len(piece) - 1).bit_length()
            padded = (*piece, *[piece[-1]] * (places - len(piece)))
            given = {f"key_{place}": key for place, key in enumerate(padded)}
            yield from self._for(places).rows(connection, **given, **values)

    def _prepared(self, places: int) -> Prepared:
        return Prepared(self._write([bindparam(f"key_{place}") for place in range(places)]))


def _mark(connection: Connection) -> str:
    return "?" if connection.dialect.paramstyle == "qmark" else "%s"
