"""The outbox: which records the index has to hear of, written with the records themselves.

Draining: in one read transaction take ``pending`` and load those records as they now are, bring
them into the index, then ``acknowledge``. A crash in between repeats the drain and changes nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, delete, func, literal_column, select

from archsearch.domain.record import GONE, RecordId
from archsearch.storage.bulk import insert_rows
from archsearch.storage.prepared import Prepared
from archsearch.storage.tables import OUTBOX, RECORDS

_COLUMNS: Final = ("record_id", "access_changed")
# Written out, not bound: only then is the partial index used, and every search asks this.
_ACCESS_CHANGED: Final = OUTBOX.c.access_changed == literal_column("1")


def _prepared_access() -> Prepared:
    changed = (
        select(OUTBOX.c.record_id)
        .where(_ACCESS_CHANGED)
        .group_by(OUTBOX.c.record_id)
        .order_by(func.min(OUTBOX.c.seq))
        .limit(bindparam("most"))
        .subquery()
    )
    facts = RECORDS.c.owner, RECORDS.c.department, RECORDS.c.secrecy
    columns = changed.c.record_id, *facts, RECORDS.c.status
    joined = changed.outerjoin(RECORDS, RECORDS.c.record_id == changed.c.record_id)
    return Prepared(select(*columns).select_from(joined))


_PENDING_ACCESS: Final = _prepared_access()
_ANY: Final = Prepared(select(OUTBOX.c.seq).limit(1))


@dataclass(frozen=True, slots=True)
class Pending:
    """The oldest entries: each record once, and the number to acknowledge them by."""

    record_ids: tuple[RecordId, ...]
    upto: int


class Access(NamedTuple):
    """What decides who may see a record."""

    owner: str
    department: str
    secrecy: str


@dataclass(frozen=True, slots=True)
class PendingAccess:
    """Records whose access the index may have wrong, with the access they have now.

    None stands for a record that nobody finds any more. ``complete`` is False when there are more.
    """

    records: dict[RecordId, Access | None]
    complete: bool


def enqueue(
    connection: Connection,
    record_ids: Iterable[RecordId],
    *,
    access_changed: frozenset[RecordId] = frozenset(),
) -> None:
    """Note that the index has to hear of records.

    Args:
        connection: The transaction that changes the records.
        record_ids: The records.
        access_changed: Those of them whom other people may see from now on.
    """
    rows = [(record_id, int(record_id in access_changed)) for record_id in record_ids]
    insert_rows(connection, OUTBOX, _COLUMNS, rows)


def pending(connection: Connection, limit: int) -> Pending:
    """Take the oldest ``limit`` entries."""
    statement = select(OUTBOX.c.record_id, OUTBOX.c.seq).order_by(OUTBOX.c.seq).limit(limit)
    rows = connection.execute(statement).all()
    record_ids = dict.fromkeys(RecordId(row.record_id) for row in rows)
    return Pending(tuple(record_ids), rows[-1].seq if rows else 0)


def between(connection: Connection, after: int, upto: int) -> tuple[RecordId, ...]:
    """List the records of the entries behind one number up to another, each once."""
    statement = (
        select(OUTBOX.c.record_id)
        .where(OUTBOX.c.seq > after, OUTBOX.c.seq <= upto)
        .order_by(OUTBOX.c.seq)
    )
    return tuple(dict.fromkeys(connection.execute(statement).scalars()))


def versions_between(connection: Connection, after: int, upto: int) -> dict[RecordId, int | None]:
    """Tell the same records with the versions they are at now, None for one that is gone."""
    statement = (
        select(OUTBOX.c.record_id, RECORDS.c.version)
        .select_from(OUTBOX.outerjoin(RECORDS, RECORDS.c.record_id == OUTBOX.c.record_id))
        .where(OUTBOX.c.seq > after, OUTBOX.c.seq <= upto)
        .order_by(OUTBOX.c.seq)
    )
    rows = connection.execute(statement).all()
    return {RecordId(row[0]): row[1] for row in rows}


def acknowledge(connection: Connection, upto: int, *, after: int = 0) -> None:
    """Forget the entries up to a number: the index holds those records at least as new."""
    connection.execute(delete(OUTBOX).where(OUTBOX.c.seq > after, OUTBOX.c.seq <= upto))


def last(connection: Connection) -> int:
    """Tell the newest entry's number, 0 if there is none.

    What to acknowledge after a rebuild from records read in the same transaction.
    """
    return connection.execute(select(func.max(OUTBOX.c.seq))).scalar() or 0


def count(connection: Connection) -> int:
    """Count the entries."""
    return connection.execute(select(func.count()).select_from(OUTBOX)).scalar_one()


def empty(connection: Connection) -> bool:
    """Whether the index has heard of everything."""
    return _ANY.row(connection) is None


def pending_access(connection: Connection, limit: int) -> PendingAccess:
    """Find the records whose access changed since the index heard of them, at most ``limit``.

    New records are not among them: the index does not have those at all.
    """
    found: dict[RecordId, Access | None] = {
        RecordId(record_id): None if owner is None or status in GONE else Access(owner, *rest)
        for record_id, owner, *rest, status in _PENDING_ACCESS.rows(connection, most=limit + 1)
    }
    complete = len(found) <= limit
    return PendingAccess(dict(list(found.items())[:limit]), complete)
