"""Hashes of passwords, by user."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from archsearch.storage.account_tables import PASSWORDS
from archsearch.storage.prepared import Prepared
from archsearch.storage.tables import USERS
from archsearch.storage.users import user_id_of

_OF: Final = Prepared(
    select(PASSWORDS.c.hash, PASSWORDS.c.must_change)
    .join(USERS, USERS.c.id == PASSWORDS.c.user_id)
    .where(USERS.c.name == bindparam("name"))
)


class Kept(NamedTuple):
    """The hash of a password, and whether it is good for nothing but choosing another."""

    hash: str
    must_change: bool


def get(connection: Connection, name: str) -> Kept | None:
    """Look up the hash of a user's password; None without a password or user."""
    row = _OF.row(connection, name=name)
    return None if row is None else Kept(row[0], bool(row[1]))


def put(connection: Connection, name: str, hashed: str, *, must_change: bool, at: datetime) -> None:
    """Keep the hash of a password, in place of the one before.

    Raises:
        NotFoundError: The user does not exist.
    """
    user_id = user_id_of(connection, name)
    connection.execute(delete(PASSWORDS).where(PASSWORDS.c.user_id == user_id))
    values = {"user_id": user_id, "hash": hashed, "set_at": at, "must_change": must_change}
    connection.execute(insert(PASSWORDS).values(values))


def rehash(connection: Connection, name: str, hashed: str) -> None:
    """Keep another hash of the same password."""
    change = update(PASSWORDS).where(PASSWORDS.c.user_id == user_id_of(connection, name))
    connection.execute(change.values(hash=hashed))
