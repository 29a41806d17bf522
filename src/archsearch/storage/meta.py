"""Small facts about the workspace itself, by name."""

from typing import Final

from sqlalchemy import Connection, bindparam, delete, insert, select

from archsearch.storage.prepared import Prepared
from archsearch.storage.tables import META

_VALUE: Final = Prepared(select(META.c.value).where(META.c.key == bindparam("key")))


def get(connection: Connection, key: str) -> str | None:
    """Look a fact up."""
    row = _VALUE.row(connection, key=key)
    return None if row is None else row[0]


def put(connection: Connection, key: str, value: str) -> None:
    """Note a fact, in place of what was noted before."""
    connection.execute(delete(META).where(META.c.key == key))
    connection.execute(insert(META).values(key=key, value=value))
