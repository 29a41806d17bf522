"""Running numbers for generated record ids, one counter a prefix (template and year)."""

from sqlalchemy import Connection, insert, select, update

from archsearch.errors import InvalidRequestError
from archsearch.storage.tables import COUNTERS


def take(connection: Connection, prefix: str, amount: int = 1) -> range:
    """Take the next numbers of a prefix, counted from 1.

    They are given back if the transaction does not end well, and never given twice otherwise.
    """
    if amount < 0:
        raise InvalidRequestError("取号数量不能为负数。")
    before = _find(connection, prefix)
    if before is None:
        connection.execute(insert(COUNTERS).values(prefix=prefix, last=amount))
        return range(1, amount + 1)
    change = update(COUNTERS).where(COUNTERS.c.prefix == prefix).values(last=before + amount)
    connection.execute(change)
    return range(before + 1, before + amount + 1)


def last(connection: Connection, prefix: str) -> int:
    """Tell the number of a prefix that was taken last, 0 if none was."""
    return _find(connection, prefix) or 0


def _find(connection: Connection, prefix: str) -> int | None:
    statement = select(COUNTERS.c.last).where(COUNTERS.c.prefix == prefix)
    return connection.execute(statement).scalar()
