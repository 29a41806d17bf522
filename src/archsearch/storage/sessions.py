"""Sessions, found by a digest of their secrets."""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update

from archsearch.domain.access import Role
from archsearch.domain.sessions import End, Session
from archsearch.storage.account_tables import PASSWORDS, SESSIONS
from archsearch.storage.encoding import read_time
from archsearch.storage.prepared import Prepared, Row
from archsearch.storage.tables import USERS
from archsearch.storage.users import user_id_of

_SESSION: Final = (
    select(
        SESSIONS.c.id,
        USERS.c.name,
        SESSIONS.c.created_at,
        SESSIONS.c.seen_at,
        SESSIONS.c.ends_at,
        SESSIONS.c.source,
        PASSWORDS.c.must_change,
    )
    .join(USERS, USERS.c.id == SESSIONS.c.user_id)
    .outerjoin(PASSWORDS, PASSWORDS.c.user_id == USERS.c.id)
    .where(
        SESSIONS.c.ended_at.is_(None),
        SESSIONS.c.role.is_not_distinct_from(USERS.c.role),
        USERS.c.disabled.is_(False),
    )
)
"""Those that nothing but time may have ended."""

_BY_DIGEST: Final = Prepared(_SESSION.where(SESSIONS.c.digest == bindparam("digest")))
_OF_USER: Final = Prepared(
    _SESSION.where(USERS.c.name == bindparam("name")).order_by(SESSIONS.c.id)
)


class NewSession(NamedTuple):
    """A session that is to begin."""

    user: str
    role: Role | None
    digest: bytes
    source: str
    created_at: datetime
    ends_at: datetime


def add(connection: Connection, new: NewSession) -> int:
    """Begin a session and give its number.

    Raises:
        NotFoundError: The user does not exist.
    """
    made = connection.execute(
        insert(SESSIONS).values(
            user_id=user_id_of(connection, new.user),
            digest=new.digest,
            role=new.role,
            source=new.source,
            created_at=new.created_at,
            seen_at=new.created_at,
            ends_at=new.ends_at,
        )
    )
    return int(made.lastrowid)


def find(connection: Connection, digest: bytes) -> Session | None:
    """Find a session that nothing but time may have ended."""
    row = _BY_DIGEST.row(connection, digest=digest)
    return None if row is None else _session(row)


def of_user(connection: Connection, name: str) -> tuple[Session, ...]:
    """List a user's sessions that nothing but time may have ended, the earliest first."""
    return tuple(_session(row) for row in _OF_USER.rows(connection, name=name))


def touch(connection: Connection, session_id: int, at: datetime) -> None:
    """Note that a session was used."""
    connection.execute(update(SESSIONS).where(SESSIONS.c.id == session_id).values(seen_at=at))


def end(connection: Connection, session_id: int, why: End, at: datetime) -> None:
    """End a session."""
    _end(connection, SESSIONS.c.id == session_id, why, at)


def end_all(connection: Connection, name: str, why: End, at: datetime) -> int:
    """End all sessions of a user; tell how many there were.

    Raises:
        NotFoundError: The user does not exist.
    """
    return _end(connection, SESSIONS.c.user_id == user_id_of(connection, name), why, at)


def forget_before(connection: Connection, moment: datetime) -> None:
    """Forget sessions that would have ended before a moment; the log remembers."""
    connection.execute(delete(SESSIONS).where(SESSIONS.c.ends_at < moment))


def _end(connection: Connection, which: ColumnElement[bool], why: End, at: datetime) -> int:
    change = update(SESSIONS).where(which, SESSIONS.c.ended_at.is_(None))
    return connection.execute(change.values(ended_at=at, ended_why=why)).rowcount


def _session(row: Row) -> Session:
    number, user, created, seen, ends, source, must_change = row
    times = (read_time(created), read_time(seen), read_time(ends))
    return Session(number, user, *times, source, bool(must_change))
