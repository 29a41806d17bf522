"""Small facts about the workspace itself, by name."""

from sqlalchemy import Connection, delete, insert, select

from archsearch.storage.tables import META


def get(connection: Connection, key: str) -> str | None:
    """Look a fact up."""
    return connection.execute(select(META.c.value).where(META.c.key == key)).scalar()


def put(connection: Connection, key: str, value: str) -> None:
    """Note a fact, in place of what was noted before."""
    connection.execute(delete(META).where(META.c.key == key))
    connection.execute(insert(META).values(key=key, value=value))
