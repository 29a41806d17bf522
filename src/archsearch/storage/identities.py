"""Which records are already there: the look-ups that tell a new record from a known one."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, select

from archsearch.domain.record import RecordId
from archsearch.storage.bulk import chunks
from archsearch.storage.tables import RECORDS


class SourceKey(NamedTuple):
    """What a source system calls the record."""

    source: str
    source_id: str


class Identity(NamedTuple):
    """A stored record without its content."""

    record_id: RecordId
    version: int
    digest: str
    owner: str
    department: str
    secrecy: str


@dataclass(frozen=True, slots=True)
class Identities:
    """The records found, by what they were looked up with."""

    by_record_id: dict[RecordId, Identity]
    by_source: dict[SourceKey, Identity]
    by_digest: dict[str, tuple[Identity, ...]]
    """Several records may have the same content; oldest first."""


def find_identities(
    connection: Connection,
    *,
    record_ids: Collection[RecordId] = (),
    sources: Collection[SourceKey] = (),
    digests: Collection[str] = (),
) -> Identities:
    """Look a batch up by record id, by name in its source, and by content."""
    return Identities(
        by_record_id={found.record_id: found for found in _by_record_id(connection, record_ids)},
        by_source=_by_source(connection, sources),
        by_digest=_by_digest(connection, digests),
    )


def _by_record_id(connection: Connection, record_ids: Collection[RecordId]) -> list[Identity]:
    return [
        _identity(row)
        for piece in chunks(record_ids)
        for row in connection.execute(_identities().where(RECORDS.c.record_id.in_(piece)))
    ]


def _by_source(connection: Connection, sources: Collection[SourceKey]) -> dict[SourceKey, Identity]:
    ids_of: dict[str, list[str]] = defaultdict(list)
    for key in sources:
        ids_of[key.source].append(key.source_id)
    return {
        SourceKey(row.source, row.source_id): _identity(row)
        for source, source_ids in ids_of.items()
        for piece in chunks(source_ids)
        for row in connection.execute(
            _identities().where(RECORDS.c.source == source, RECORDS.c.source_id.in_(piece))
        )
    }


def _by_digest(connection: Connection, digests: Collection[str]) -> dict[str, tuple[Identity, ...]]:
    found: dict[str, tuple[Identity, ...]] = {}
    for piece in chunks(digests):
        statement = _identities().where(RECORDS.c.digest.in_(piece)).order_by(RECORDS.c.id)
        for row in connection.execute(statement):
            found[row.digest] = (*found.get(row.digest, ()), _identity(row))
    return found


def _identities() -> Select[Any]:
    columns = RECORDS.c
    return select(
        columns.record_id,
        columns.version,
        columns.digest,
        columns.owner,
        columns.department,
        columns.secrecy,
        columns.source,
        columns.source_id,
    )


def _identity(row: Row[Any]) -> Identity:
    return Identity(
        RecordId(row.record_id), row.version, row.digest, row.owner, row.department, row.secrecy
    )
