"""Which records are already there: the look-ups that tell a new record from a known one."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import Connection, bindparam, select

from archsearch.domain.policy import Facts
from archsearch.domain.record import RecordId, Status
from archsearch.storage.bulk import PreparedByKeys
from archsearch.storage.database import vault_of
from archsearch.storage.prepared import Row
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
    status: str
    created_by: str

    @property
    def deleted(self) -> bool:
        """Whether it was deleted, and not restored."""
        return self.status == Status.DELETED

    @property
    def facts(self) -> Facts:
        """What access to it depends on."""
        return Facts(self.record_id, self.owner, self.department, self.secrecy)


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
    return [_identity(row) for row in _OF_RECORD_IDS.rows(connection, record_ids)]


def _by_source(connection: Connection, sources: Collection[SourceKey]) -> dict[SourceKey, Identity]:
    ids_of: dict[str, list[str]] = defaultdict(list)
    keys: dict[tuple[str, str], SourceKey] = {}
    for key in sources:
        stamped = vault_of(connection).stamp(key.source_id)
        ids_of[key.source].append(stamped)
        keys[key.source, stamped] = key
    return {
        keys[row[_FIELDS], row[_FIELDS + 1]]: _identity(row)
        for source, source_ids in ids_of.items()
        for row in _OF_SOURCE.rows(connection, source_ids, of=source)
    }


def _by_digest(connection: Connection, digests: Collection[str]) -> dict[str, tuple[Identity, ...]]:
    found: dict[str, tuple[Identity, ...]] = {}
    for row in _OF_DIGESTS.rows(connection, digests):
        identity = _identity(row)
        found[identity.digest] = (*found.get(identity.digest, ()), identity)
    return found


_FIELDS: Final = len(Identity._fields)
_WANTED: Final = tuple(RECORDS.c[name] for name in (*Identity._fields, *SourceKey._fields))
_OF_RECORD_IDS: Final = PreparedByKeys(
    lambda ids: select(*_WANTED).where(RECORDS.c.record_id.in_(ids))
)
_OF_SOURCE: Final = PreparedByKeys(
    lambda ids: select(*_WANTED).where(
        RECORDS.c.source == bindparam("of"), RECORDS.c.source_id.in_(ids)
    )
)
_OF_DIGESTS: Final = PreparedByKeys(
    lambda digests: select(*_WANTED).where(RECORDS.c.digest.in_(digests)).order_by(RECORDS.c.id)
)


def _identity(row: Row) -> Identity:
    return Identity(*row[:_FIELDS])
