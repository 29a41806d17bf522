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
    last = connection.execute(select(COUNTERS.c.last).where(COUNTERS.c.prefix == prefix)).scalar()
    if last is None:
        last = 0
        connection.execute(insert(COUNTERS).values(prefix=prefix, last=amount))
    else:
        change = update(COUNTERS).where(COUNTERS.c.prefix == prefix).values(last=last + amount)
        connection.execute(change)
    return range(last + 1, last + amount + 1)
