"""Users, grants, dictionary and records as they were at a moment."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, and_, func, not_, or_, select

from archsearch.domain.access import Role
from archsearch.domain.dictionary import Dictionary, Entry, EntryKind
from archsearch.domain.policy import Facts
from archsearch.domain.record import Record, RecordId, Status
from archsearch.domain.users import User
from archsearch.errors import StoreError
from archsearch.storage import dictionary, users
from archsearch.storage.bulk import chunks
from archsearch.storage.database import Database
from archsearch.storage.encoding import read_array, read_member
from archsearch.storage.grants import Lent, reached
from archsearch.storage.moments import Moment, next_seq, versions_upto
from archsearch.storage.records import contents_of, last_version, of_rows
from archsearch.storage.tables import (
    BORROW_ITEMS,
    BORROW_REQUESTS,
    DICTIONARY_STATES,
    GRANTS,
    RECORD_VERSIONS,
    RECORDS,
    USER_STATES,
    USERS,
)

_STEP: Final = 500
_LENDS: Final = GRANTS.join(USERS, USERS.c.id == GRANTS.c.user_id)


@dataclass(frozen=True, slots=True)
class Loan:
    """A grant that was in force: to whom, by whom, until when, and the request it came of."""

    user: str
    sensitive: bool
    granted_by: str
    until: datetime
    request: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a record was at a moment, as far as access depends on it."""

    facts: Facts
    version: int
    deleted: bool = False


def users_at(connection: Connection, seq: int) -> tuple[User, ...]:
    """List everybody who had been added, by name, as they were; names shown are today's."""
    state = USER_STATES.c
    last = select(func.max(state.id)).where(state.seq <= seq).group_by(state.user_id)
    statement = (
        select(USER_STATES, USERS.c.name, USERS.c.display_name)
        .join(USERS, USERS.c.id == state.user_id)
        .where(state.id.in_(last))
        .order_by(USERS.c.name)
    )
    return tuple(_user(row) for row in connection.execute(statement))


def user_at(connection: Connection, name: str, seq: int) -> User | None:
    """Look one of them up."""
    return next((each for each in users_at(connection, seq) if each.name == name), None)


def lent_at(connection: Connection, user: str, moment: Moment) -> Lent:
    """Find the records that were lent to a user."""
    statement = (
        select(GRANTS.c.record_id, GRANTS.c.sensitive)
        .select_from(_LENDS)
        .where(USERS.c.name == user, *_in_force(moment))
    )
    rows = connection.execute(statement).all()
    return Lent(
        frozenset(RecordId(row.record_id) for row in rows),
        frozenset(RecordId(row.record_id) for row in rows if row.sensitive),
    )


def loans_at(connection: Connection, record_id: RecordId, moment: Moment) -> tuple[Loan, ...]:
    """Find to whom a record was lent, the longest first."""
    borrower = USERS.alias("borrower")
    statement = (
        select(
            USERS.c.name,
            GRANTS.c.sensitive,
            GRANTS.c.granted_by,
            GRANTS.c.until,
            borrower.c.name.label("asked_by"),
            BORROW_REQUESTS.c.number,
        )
        .select_from(
            _LENDS.outerjoin(BORROW_ITEMS, BORROW_ITEMS.c.id == GRANTS.c.item)
            .outerjoin(BORROW_REQUESTS, BORROW_REQUESTS.c.id == BORROW_ITEMS.c.request)
            .outerjoin(borrower, borrower.c.id == BORROW_REQUESTS.c.user_id)
        )
        .where(GRANTS.c.record_id == record_id, *_in_force(moment))
        .order_by(GRANTS.c.until.desc(), GRANTS.c.id)
    )
    return tuple(
        Loan(
            row.name,
            row.sensitive,
            row.granted_by,
            row.until,
            "" if row.number is None else f"{row.asked_by}-{row.number}",
        )
        for row in connection.execute(statement)
    )


def dictionary_at(connection: Connection, seq: int) -> Dictionary:
    """Put the dictionary together, in the order in which its entries were added."""
    steps = DICTIONARY_STATES.c
    statement = select(steps.kind, steps.term, steps.meaning, steps.present)
    found: dict[Entry, None] = {}
    for kind, term, meaning, present in connection.execute(
        statement.where(steps.seq <= seq).order_by(steps.id)
    ):
        entry = Entry(read_member(EntryKind, kind), term, meaning)
        if present:
            found[entry] = None
        else:
            found.pop(entry, None)
    return Dictionary(tuple(found))


def sighting(connection: Connection, record_id: RecordId, seq: int) -> Sighting | None:
    """Find what a record was; None if it had not been created yet.

    Raises:
        StoreError: What it was cannot be opened any more.
    """
    upto = versions_upto(connection, seq)
    versions = RECORD_VERSIONS.c
    statement = (
        select(
            RECORDS.c.id,
            RECORDS.c.version.label("current"),
            RECORDS.c.owner,
            RECORDS.c.department,
            RECORDS.c.secrecy,
            RECORDS.c.status,
            versions.version,
            versions.content,
        )
        .join(RECORD_VERSIONS, versions.record == RECORDS.c.id)
        .where(RECORDS.c.record_id == record_id, versions.id <= upto)
        .order_by(versions.version.desc())
        .limit(1)
    )
    row = connection.execute(statement).first()
    if row is None:
        return None
    if row.version == row.current:
        # Told without its key, which may have been destroyed with its content.
        facts = Facts(record_id, row.owner, row.department, row.secrecy)
        return Sighting(facts, row.version, row.status == Status.DELETED)
    ((values, _),) = contents_of(connection, [(row.id, row.version, row.content)])
    record = Record(record_id, row.version, values)
    facts = Facts(record_id, record.owner, record.department, record.secrecy)
    return Sighting(facts, row.version, record.status == Status.DELETED)


def disagreements(connection: Connection) -> Iterator[str]:
    """Say, in Chinese, where the history does not end with what is so now."""
    last = next_seq(connection)
    if users_at(connection, last) != users.all_users(connection):
        yield "用户"
    if dictionary_at(connection, last) != dictionary.load(connection):
        yield "词典"
    if versions_upto(connection, last) < last_version(connection):
        yield "档案版本"


class RecordsThen:
    """The records of a moment that some condition on access lets through.

    Versions are never changed, so that short transactions read what one long one would.

    Args:
        database: The store.
        seq: The moment, as the number of the log.
        allows: The condition.
    """

    def __init__(self, database: Database, seq: int, allows: Callable[..., bool]) -> None:
        self._database = database
        self._allows = allows
        with database.read() as connection:
            self._upto = versions_upto(connection, seq)
        self.lost = 0
        """How many could not be opened any more, of those looked at so far."""

    def all(self) -> Iterator[Record]:
        """Walk through them, in the order in which they were last changed."""
        with self._database.read() as connection:
            numbers = self._numbers(connection)
        for some in chunks(numbers, _STEP):
            with self._database.read() as connection:
                found = self._opened(connection, some)
            yield from found

    def get(self, record_ids: Collection[RecordId]) -> dict[RecordId, Record]:
        """Load some of them."""
        wanted = select(RECORDS.c.id)
        found: dict[RecordId, Record] = {}
        for some in chunks(record_ids):
            with self._database.read() as connection:
                rows = connection.execute(wanted.where(RECORDS.c.record_id.in_(some))).scalars()
                numbers = self._numbers(connection, rows.all())
                found |= {each.record_id: each for each in self._opened(connection, numbers)}
        return found

    def changed_since(self, most: int) -> frozenset[RecordId] | None:
        """List what is new or has changed since.

        Returns:
            The records; None if they are more than ``most``, or one that the condition lets
            through is among them.
        """
        versions = RECORD_VERSIONS.c
        newer = select(versions.record).where(versions.id > self._upto).distinct()
        statement = select(RECORDS.c.id, RECORDS.c.record_id).where(RECORDS.c.id.in_(newer))
        with self._database.read() as connection:
            rows = connection.execute(statement.limit(most + 1)).all()
            if len(rows) > most:
                return None
            for some in chunks([row.id for row in rows]):
                if self._opened(connection, self._numbers(connection, some)) or self.lost:
                    return None
        return frozenset(RecordId(row.record_id) for row in rows)

    def _numbers(self, connection: Connection, of: Sequence[int] | None = None) -> list[int]:
        versions = RECORD_VERSIONS.c
        statement = select(func.max(versions.id)).where(versions.id <= self._upto)
        if of is not None:
            statement = statement.where(versions.record.in_(of))
        return sorted(connection.execute(statement.group_by(versions.record)).scalars())

    def _opened(self, connection: Connection, numbers: Sequence[int]) -> list[Record]:
        rows = []
        for row in connection.execute(_OF_THEN.where(RECORD_VERSIONS.c.id.in_(numbers))):
            current, *access = row[_CONTENT:]
            # What is still so need not be opened to tell whether it may be seen.
            if current != row[2] or self._allows(RecordId(row[1]), *access):
                rows.append(row[:_CONTENT])
        return [
            each
            for each in self._readable(connection, rows)
            if self._allows(each.record_id, each.owner, each.department, each.secrecy)
        ]

    def _readable(self, connection: Connection, rows: Sequence[Sequence[Any]]) -> list[Record]:
        try:
            return list(of_rows(connection, rows))
        except StoreError:
            if len(rows) == 1:
                self.lost += 1
                return []
            return [each for row in rows for each in self._readable(connection, [row])]


_OF_THEN: Final = (
    select(
        RECORDS.c.id,
        RECORDS.c.record_id,
        RECORD_VERSIONS.c.version,
        RECORD_VERSIONS.c.quality,
        RECORD_VERSIONS.c.origins,
        RECORD_VERSIONS.c.content,
        RECORDS.c.version,
        RECORDS.c.owner,
        RECORDS.c.department,
        RECORDS.c.secrecy,
    )
    .join(RECORDS, RECORDS.c.id == RECORD_VERSIONS.c.record)
    .order_by(RECORD_VERSIONS.c.id)
)
_CONTENT: Final = 6
"""Columns before those of the record as it is now."""


def _in_force(moment: Moment) -> tuple[ColumnElement[bool], ...]:
    grants, at = GRANTS.c, moment.at
    return (
        grants.granted_seq <= moment.seq,
        or_(grants.granted_at <= at, reached(grants.granted_at, moment.seq)),
        grants.until > at,
        not_(reached(grants.until, moment.seq)),
        or_(
            grants.revoked_at.is_(None),
            grants.revoked_seq > moment.seq,
            # Revoked before the log's number of it was noted.
            and_(grants.revoked_seq.is_(None), grants.revoked_at > at),
        ),
    )


def _user(row: Any) -> User:
    return User(
        name=row.name,
        display_name=row.display_name,
        role=None if row.role is None else read_member(Role, row.role),
        departments=frozenset(read_array(row.departments)),
        clearance=row.clearance,
        disabled=row.disabled,
    )
