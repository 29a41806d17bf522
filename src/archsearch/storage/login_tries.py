"""Wrong tries to log in, and the sources from which users have logged in before; by digests."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Connection, delete, func, insert, select, update

from archsearch.domain.throttle import Tries
from archsearch.storage.account_tables import KNOWN_SOURCES, LOGIN_TRIES
from archsearch.storage.tables import USERS
from archsearch.storage.users import user_id_of


class Kind(StrEnum):
    """What tries are counted by."""

    PAIR = "pair"
    ACCOUNT = "account"
    SOURCE = "source"


def get(connection: Connection, kind: Kind, digest: bytes) -> Tries | None:
    """Look a count up."""
    row = connection.execute(
        select(LOGIN_TRIES.c.count, LOGIN_TRIES.c.latest, LOGIN_TRIES.c.noted).where(
            *_at(kind, digest)
        )
    ).one_or_none()
    return None if row is None else Tries(*row)


def put(connection: Connection, kind: Kind, digest: bytes, tries: Tries | None) -> None:
    """Keep a count in place of the one before, or none."""
    connection.execute(delete(LOGIN_TRIES).where(*_at(kind, digest)))
    if tries is not None and tries.count > 0:
        values = {"kind": kind, "digest": digest, "count": tries.count, "latest": tries.latest}
        connection.execute(insert(LOGIN_TRIES).values(**values, noted=tries.noted))


def note(connection: Connection, kind: Kind, digest: bytes) -> None:
    """Keep that the wait after the tries so far is in the log."""
    change = update(LOGIN_TRIES).where(*_at(kind, digest))
    connection.execute(change.values(noted=LOGIN_TRIES.c.count))


def forget_account(connection: Connection, account: bytes) -> None:
    """Forget the tries at an account, whose digest those by source begin with."""
    beginning = func.substr(LOGIN_TRIES.c.digest, 1, len(account))
    kinds = LOGIN_TRIES.c.kind.in_([Kind.PAIR, Kind.ACCOUNT])
    connection.execute(delete(LOGIN_TRIES).where(kinds, beginning == account))


def forget_before(connection: Connection, moment: datetime) -> None:
    """Forget what is older, so that nobody can fill the store with names that are not there."""
    connection.execute(delete(LOGIN_TRIES).where(LOGIN_TRIES.c.latest < moment))


def is_known(connection: Connection, name: str, digest: bytes, since: datetime) -> bool:
    """Whether a user has logged in from a source since a moment."""
    statement = (
        select(KNOWN_SOURCES.c.latest)
        .join(USERS, USERS.c.id == KNOWN_SOURCES.c.user_id)
        .where(
            USERS.c.name == name,
            KNOWN_SOURCES.c.digest == digest,
            KNOWN_SOURCES.c.latest >= since,
        )
    )
    return connection.execute(statement).scalar() is not None


def make_known(
    connection: Connection, name: str, digest: bytes, *, at: datetime, most: int
) -> None:
    """Note that a user has logged in from a source; all but the latest ``most`` are forgotten.

    Raises:
        NotFoundError: The user does not exist.
    """
    user_id = user_id_of(connection, name)
    known = KNOWN_SOURCES.c.user_id == user_id
    connection.execute(delete(KNOWN_SOURCES).where(known, KNOWN_SOURCES.c.digest == digest))
    connection.execute(insert(KNOWN_SOURCES).values(user_id=user_id, digest=digest, latest=at))
    kept = select(KNOWN_SOURCES.c.digest).where(known)
    latest = kept.order_by(KNOWN_SOURCES.c.latest.desc()).limit(most)
    connection.execute(delete(KNOWN_SOURCES).where(known, KNOWN_SOURCES.c.digest.not_in(latest)))


def _at(kind: Kind, digest: bytes) -> tuple[ColumnElement[bool], ...]:
    return LOGIN_TRIES.c.kind == kind, LOGIN_TRIES.c.digest == digest
