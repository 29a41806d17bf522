"""What access to records depends on, for all records at once."""

from collections.abc import Iterator
from typing import Final

from sqlalchemy import Connection, select

from archsearch.domain.policy import Facts
from archsearch.storage.tables import RECORDS

_FACTS: Final = select(
    RECORDS.c.record_id, RECORDS.c.owner, RECORDS.c.department, RECORDS.c.secrecy
).execution_options(yield_per=10_000)


def all_facts(connection: Connection) -> Iterator[Facts]:
    """Walk through all records, in no particular order."""
    for row in connection.execute(_FACTS):
        yield Facts(*row)
