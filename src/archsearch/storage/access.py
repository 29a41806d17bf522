"""What access to records depends on, without their contents."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, bindparam, select

from archsearch.domain.policy import Facts
from archsearch.domain.record import RecordId
from archsearch.storage.prepared import Prepared
from archsearch.storage.tables import RECORDS

_FACTS: Final = select(
    RECORDS.c.record_id, RECORDS.c.owner, RECORDS.c.department, RECORDS.c.secrecy
)
_OF_ONE: Final = Prepared(_FACTS.where(RECORDS.c.record_id == bindparam("record_id")))


def all_facts(connection: Connection) -> Iterator[Facts]:
    """Walk through all records, in no particular order."""
    for row in connection.execute(_FACTS.execution_options(yield_per=10_000)):
        yield Facts(*row)


def facts_of(connection: Connection, record_id: RecordId) -> Facts | None:
    """Look one record up."""
    row = _OF_ONE.row(connection, record_id=record_id)
    return None if row is None else Facts(*row)
