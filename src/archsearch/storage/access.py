"""What access to records depends on, without their contents."""

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, select

from archsearch.domain.policy import Facts
from archsearch.domain.record import GONE, RecordId, Status
from archsearch.storage.prepared import Prepared
from archsearch.storage.tables import RECORDS

_AT_ONCE: Final = 500
_FACTS: Final = select(
    RECORDS.c.record_id, RECORDS.c.owner, RECORDS.c.department, RECORDS.c.secrecy
)
_OF_ONE: Final = Prepared(
    _FACTS.add_columns(RECORDS.c.status).where(RECORDS.c.record_id == bindparam("record_id"))
)


class Held(NamedTuple):
    """What access to a record depends on, and whether it was deleted."""

    facts: Facts
    deleted: bool


def all_facts(connection: Connection) -> Iterator[Facts]:
    """Walk through all records but deleted ones, in no particular order."""
    there = _FACTS.where(RECORDS.c.status != Status.DELETED.value)
    for row in connection.execute(there.execution_options(yield_per=10_000)):
        yield Facts(*row)


def facts_among(connection: Connection, record_ids: Sequence[RecordId]) -> Iterator[Facts]:
    """Look several records up; those that are gone, or never were, are left out."""
    gone = [status.value for status in GONE]
    for start in range(0, len(record_ids), _AT_ONCE):
        some = record_ids[start : start + _AT_ONCE]
        wanted = _FACTS.where(RECORDS.c.record_id.in_(some), RECORDS.c.status.not_in(gone))
        for row in connection.execute(wanted):
            yield Facts(*row)


def facts_of(connection: Connection, record_id: RecordId) -> Facts | None:
    """Look one record up; a deleted one is none."""
    held = held_of(connection, record_id)
    return None if held is None or held.deleted else held.facts


def held_of(connection: Connection, record_id: RecordId) -> Held | None:
    """Look one record up, deleted or not."""
    row = _OF_ONE.row(connection, record_id=record_id)
    return None if row is None else Held(Facts(*row[:-1]), row[-1] == Status.DELETED)
