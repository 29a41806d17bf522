"""Statements that every search executes: written by SQLAlchemy once, then handed to the driver.

SQLAlchemy takes ten times as long over such a statement as the database does. What goes in and out
is as the columns hold it: times as text, numbers for flags.
"""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from sqlalchemy import ClauseElement, Connection

Row: TypeAlias = Sequence[Any]
_Written: TypeAlias = tuple[str, tuple[str, ...] | None, Mapping[str, Any]]


class Prepared:
    """One statement, with the values that change as ``bindparam``."""

    def __init__(self, statement: ClauseElement) -> None:
        self._statement: Final = statement
        self._written: dict[str, _Written] = {}

    def rows(self, connection: Connection, **values: object) -> Sequence[Row]:
        """Execute it in a transaction, and give all its rows, if it has any."""
        text, names, fixed = self._for(connection)
        given = {**fixed, **values}
        return execute(
            connection, text, given if names is None else tuple([given[name] for name in names])
        )

    def row(self, connection: Connection, **values: object) -> Row | None:
        """Execute it, and give the first of its rows if there is one."""
        return next(iter(self.rows(connection, **values)), None)

    def _for(self, connection: Connection) -> _Written:
        dialect = connection.dialect
        known = self._written.get(dialect.name)
        if known is None:
            compiled = self._statement.compile(dialect=dialect)
            names = getattr(compiled, "positiontup", None)
            fixed = {name: value for name, value in compiled.params.items() if value is not None}
            known = str(compiled), None if names is None else tuple(names), fixed
            self._written[dialect.name] = known
        return known


def execute(
    connection: Connection, text: str, values: Sequence[object] | Mapping[str, object]
) -> Sequence[Row]:
    """Hand a statement to the driver in a transaction, and give all its rows, if it has any."""
    cursor = connection.connection.cursor()
    try:
        cursor.execute(text, values)
        return cursor.fetchall()
    except sqlite3.Error:
        _give_up_if_lost(connection)
        raise
    finally:
        cursor.close()


def _give_up_if_lost(connection: Connection) -> None:
    """Give a connection up when SQLite has rolled its transaction back by itself.

    See ``database._condemn``, which does so where SQLAlchemy executes the statement.
    """
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection) and not driver.in_transaction:
        connection.invalidate()
