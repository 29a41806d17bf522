"""Grants (授权): a user may see a record that is not otherwise theirs, until a time."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    and_,
    bindparam,
    exists,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)

from archsearch.domain.record import RecordId
from archsearch.errors import InvalidRequestError, NotFoundError
from archsearch.storage.encoding import time_text
from archsearch.storage.moments import next_seq
from archsearch.storage.prepared import Prepared
from archsearch.storage.tables import (
    AUDIT,
    BORROW_ITEMS,
    BORROW_REQUESTS,
    GRANTS,
    RECORDS,
    USERS,
)
from archsearch.storage.users import user_id_of


def reached(moment: ColumnElement[datetime], upto: int | None = None) -> ColumnElement[bool]:
    """Say whether the log, from a grant on, has come to a moment, whatever the clock says now.

    What has ended stays ended, though the clock is set back. What the clock said before there was
    a grant does not count against it: a clock that was wrong once lends nothing for longer, and
    keeps nothing from being lent anew.
    """
    seq = AUDIT.c.seq
    until = () if upto is None else (seq <= upto,)
    # Reckoned with, or else the log itself would be read instead of the index of its times.
    since = seq + 0 >= GRANTS.c.granted_seq
    return exists().where(AUDIT.c.at >= moment, since, *until).correlate(GRANTS)


_LIVE: Final = (
    USERS.c.name == bindparam("user"),
    or_(GRANTS.c.granted_at <= bindparam("at"), reached(GRANTS.c.granted_at)),
    GRANTS.c.until > bindparam("at"),
    not_(reached(GRANTS.c.until)),
    or_(
        GRANTS.c.revoked_at.is_(None),
        and_(GRANTS.c.revoked_at > bindparam("at"), not_(reached(GRANTS.c.revoked_at))),
    ),
)
_IN_FORCE: Final = Prepared(
    select(GRANTS.c.record_id, GRANTS.c.sensitive)
    .join(USERS, USERS.c.id == GRANTS.c.user_id)
    .where(*_LIVE)
)
_LOAN: Final = (
    select(BORROW_REQUESTS.c.number, GRANTS.c.until, BORROW_ITEMS.c.extension)
    .join(USERS, USERS.c.id == GRANTS.c.user_id)
    .join(BORROW_ITEMS, BORROW_ITEMS.c.id == GRANTS.c.item)
    .join(BORROW_REQUESTS, BORROW_REQUESTS.c.id == BORROW_ITEMS.c.request)
    .where(*_LIVE, GRANTS.c.record_id == bindparam("record_id"))
    .order_by(GRANTS.c.until.desc(), GRANTS.c.id.desc())
    .limit(1)
)


@dataclass(frozen=True, slots=True)
class Grant:
    """Leave to see one record from ``granted_at`` up to, and not including, ``until``."""

    record_id: RecordId
    user: str
    granted_at: datetime
    until: datetime
    granted_by: str
    sensitive: bool = False
    """Whether sensitive fields may be shown unmasked."""
    item: int | None = None
    """The item of a borrow request that it came of."""


def add(connection: Connection, grant: Grant) -> int:
    """Note a grant and give its number.

    Raises:
        InvalidRequestError: It would end before it began.
        NotFoundError: The user or the record does not exist.
    """
    if grant.until <= grant.granted_at:
        raise InvalidRequestError("授权的截止时间须晚于开始时间。")
    known = select(RECORDS.c.id).where(RECORDS.c.record_id == grant.record_id)
    if connection.execute(known).scalar() is None:
        raise NotFoundError("没有这份档案。")
    grant_id = (connection.execute(select(func.max(GRANTS.c.id))).scalar() or 0) + 1
    connection.execute(
        insert(GRANTS).values(
            id=grant_id,
            record_id=grant.record_id,
            user_id=user_id_of(connection, grant.user),
            granted_at=grant.granted_at,
            until=grant.until,
            granted_by=grant.granted_by,
            sensitive=grant.sensitive,
            item=grant.item,
            granted_seq=next_seq(connection),
        )
    )
    return grant_id


class Lent(NamedTuple):
    """The records granted to a user, and those of them whose sensitive fields are, too."""

    records: frozenset[RecordId]
    unmasked: frozenset[RecordId]


def in_force(connection: Connection, user: str, at: datetime) -> Lent:
    """Find the records granted to a user by a clock that shows ``at``; what has ended has ended."""
    rows = _IN_FORCE.rows(connection, user=user, at=time_text(at))
    return Lent(
        frozenset(RecordId(record_id) for record_id, _ in rows),
        frozenset(RecordId(record_id) for record_id, sensitive in rows if sensitive),
    )


class Loan(NamedTuple):
    """By what request of its borrower a record is lent, and until when.

    ``extension`` are the days of a renewal that waits for an answer.
    """

    request: int
    until: datetime
    extension: int | None


def loan(connection: Connection, user: str, record_id: RecordId, at: datetime) -> Loan | None:
    """Find what lends a record to a user now, of several the one that ends last."""
    given = {"user": user, "record_id": record_id, "at": at}
    row = connection.execute(_LOAN, given).first()
    return None if row is None else Loan(*row)


def end(connection: Connection, user: str, record_id: RecordId, at: datetime) -> datetime | None:
    """Tell when the grants of a record that are in force at a moment will all have ended."""
    statement = (
        select(func.max(GRANTS.c.until))
        .join(USERS, USERS.c.id == GRANTS.c.user_id)
        .where(
            USERS.c.name == user,
            GRANTS.c.record_id == record_id,
            GRANTS.c.granted_at <= at,
            GRANTS.c.until > at,
            or_(GRANTS.c.revoked_at.is_(None), GRANTS.c.revoked_at > at),
        )
    )
    return connection.execute(statement).scalar()


def revoke_of(connection: Connection, item: int, *, by: str, at: datetime) -> None:
    """End the grants that came of an item of a borrow request now."""
    connection.execute(
        update(GRANTS)
        .where(GRANTS.c.item == item, GRANTS.c.revoked_at.is_(None))
        .values(revoked_at=at, revoked_by=by, revoked_seq=next_seq(connection))
    )


def revoke_record(
    connection: Connection, record_id: RecordId, *, by: str, at: datetime
) -> set[int]:
    """End every grant of a record now, future ones too.

    Returns:
        The items of borrow requests that they came of.
    """
    live = (GRANTS.c.record_id == record_id, GRANTS.c.until > at, GRANTS.c.revoked_at.is_(None))
    items = connection.execute(select(GRANTS.c.item).where(*live, GRANTS.c.item.is_not(None)))
    found = set(items.scalars())
    seq = next_seq(connection)
    ended = {"revoked_at": at, "revoked_by": by, "revoked_seq": seq}
    connection.execute(update(GRANTS).where(*live).values(ended))
    return found


def others_in_force(connection: Connection, item: int, at: datetime) -> bool:
    """Tell whether something is still lent by an item of a borrow request."""
    live = (GRANTS.c.item == item, GRANTS.c.until > at, GRANTS.c.revoked_at.is_(None))
    return connection.execute(select(GRANTS.c.id).where(*live).limit(1)).first() is not None


def revoke(connection: Connection, grant_id: int, *, by: str, at: datetime) -> None:
    """End a grant now; ending it again changes nothing.

    Raises:
        NotFoundError: There is no such grant.
    """
    known = select(GRANTS.c.id).where(GRANTS.c.id == grant_id)
    if connection.execute(known).scalar() is None:
        raise NotFoundError("没有这项授权。")
    connection.execute(
        update(GRANTS)
        .where(GRANTS.c.id == grant_id, GRANTS.c.revoked_at.is_(None))
        .values(revoked_at=at, revoked_by=by, revoked_seq=next_seq(connection))
    )
