"""Saved searches; what they ask for and what they found is sealed by who keeps them."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, delete, func, insert, select, update

from archsearch.storage.tables import SAVED_SEARCHES
from archsearch.storage.users import user_id_of

_S: Final = SAVED_SEARCHES.c
_COLUMNS: Final = (_S.number, _S.saved_at, _S.looked_at, _S.content, _S.seen)


class Kept(NamedTuple):
    """A search as it is stored; numbers are the user's own."""

    number: int
    saved_at: datetime
    looked_at: datetime
    content: bytes
    seen: bytes


def all_of(connection: Connection, user: str) -> list[Kept]:
    """List a user's, in the order in which they were saved."""
    mine = select(*_COLUMNS).where(_S.user_id == user_id_of(connection, user))
    return [Kept(*row) for row in connection.execute(mine.order_by(_S.number))]


def next_number(connection: Connection, user: str) -> int:
    """Give the number of a user's next one."""
    mine = select(func.max(_S.number)).where(_S.user_id == user_id_of(connection, user))
    return (connection.execute(mine).scalar() or 0) + 1


def add(connection: Connection, user: str, kept: Kept) -> None:
    """Store a new one."""
    values = {**kept._asdict(), "user_id": user_id_of(connection, user)}
    connection.execute(insert(SAVED_SEARCHES).values(values))


def change(connection: Connection, user: str, kept: Kept) -> None:
    """Store what became different about one."""
    mine = (_S.user_id == user_id_of(connection, user), _S.number == kept.number)
    connection.execute(update(SAVED_SEARCHES).where(*mine).values(kept._asdict()))


def remove(connection: Connection, user: str, number: int) -> None:
    """Forget one."""
    mine = (_S.user_id == user_id_of(connection, user), _S.number == number)
    connection.execute(delete(SAVED_SEARCHES).where(*mine))
