"""Records and their versions: saving batches, reading back, walking through all."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Select, func, select

from archsearch.domain.record import (
    GONE,
    JsonValue,
    Origin,
    Record,
    RecordId,
    RecordVersion,
    Values,
)
from archsearch.errors import ConflictError, UnreadableError
from archsearch.storage import moments, outbox
from archsearch.storage.bulk import PreparedByKeys, insert_rows, update_rows
from archsearch.storage.database import vault_of
from archsearch.storage.encoding import (
    json_bytes,
    object_text,
    read_list,
    read_member,
    read_object,
    time_text,
)
from archsearch.storage.outbox import Access
from archsearch.storage.tables import RECORD_VERSIONS, RECORDS
from archsearch.storage.vault import Vault

_HEAD_COLUMNS: Final = (
    "version",
    "digest",
    "source",
    "source_id",
    "owner",
    "department",
    "secrecy",
    "status",
    "quality",
    "updated_at",
)
_NEW_COLUMNS: Final = (*_HEAD_COLUMNS, "id", "record_id", "created_at", "created_by")
_VERSION_COLUMNS: Final = (
    "record",
    "version",
    "digest",
    "quality",
    "changed_by",
    "changed_at",
    "origins",
    "content",
)
_WALK_STEP: Final = 200
_MOST_LOST: Final = 100
_GONE: Final = tuple(status.value for status in GONE)
_UNTOLD: Final[Mapping[str, str]] = MappingProxyType({})


class Revision(NamedTuple):
    """A record as it is to be from now on, and its ``content.content_digest``.

    Version 1 is a new record; version n + 1 replaces version n and nothing else.
    """

    record: Record
    digest: str
    cause: Mapping[str, str] = _UNTOLD
    """Where it comes from; see :class:`archsearch.domain.record.RecordVersion`."""


@dataclass(slots=True)
class _Head:
    """Where a record stands while a batch is being worked through."""

    id: int
    version: int
    access: Access
    status: str
    new: bool
    latest: Revision | None = None
    access_changed: bool = False


def save(connection: Connection, revisions: Sequence[Revision], *, by: str, at: datetime) -> None:
    """Save new records and new versions, and tell the outbox, in a handful of statements.

    A batch may hold several versions of one record, in order.

    Args:
        connection: A write transaction.
        revisions: A batch; 500 to 5,000 is a good size.
        by: The user who does it; the creator of what is new.
        at: When.

    Raises:
        ConflictError: A record exists already, or is no longer at the version before.
        InvalidRequestError: A value cannot be written as JSON.
    """
    heads = _heads(connection, {item.record.record_id for item in revisions})
    next_id = _next_id(connection)
    moment = time_text(at)
    entries = []
    for revision in revisions:
        record = revision.record
        access = Access(record.owner, record.department, record.secrecy)
        head = heads.get(record.record_id)
        if head is None:
            head = heads[record.record_id] = _Head(next_id, 0, access, record.status, new=True)
            next_id += 1
        _advance(head, revision, access)
        entries.append((head.id, revision))
    vault = vault_of(connection)
    vault.renew([head.id for head in heads.values() if head.new])
    dates = (by, moment)
    versions = [_version_row(vault, row_id, revision, dates) for row_id, revision in entries]
    stamp = vault.stamp
    created = [
        (*_head_row(head, moment, stamp), head.id, record_id, moment, by)
        for record_id, head in heads.items()
        if head.new and head.latest
    ]
    changed = [
        (*_head_row(head, moment, stamp), head.id)
        for head in heads.values()
        if head.latest and not head.new
    ]
    insert_rows(connection, RECORDS, _NEW_COLUMNS, created)
    update_rows(connection, RECORDS, _HEAD_COLUMNS, changed)
    insert_rows(connection, RECORD_VERSIONS, _VERSION_COLUMNS, versions)
    moments.note_versions(connection, last_version(connection))
    moved = frozenset(record_id for record_id, head in heads.items() if head.access_changed)
    outbox.enqueue(connection, heads, access_changed=moved)


def get(
    connection: Connection, record_ids: Collection[RecordId], lost: list[RecordId] | None = None
) -> dict[RecordId, Record]:
    """Load records as they now are, in the order asked for; unknown ids are left out.

    Args:
        connection: Any transaction.
        record_ids: Which.
        lost: Takes those that cannot be opened, a few at most; without it they are an error.

    Raises:
        UnreadableError: The content of one cannot be opened, or of very many.
    """
    rows = [*_SOME.rows(connection, record_ids)]
    found = {record.record_id: record for record in _readable(connection, rows, lost)}
    return {record_id: found[record_id] for record_id in record_ids if record_id in found}


def history(connection: Connection, record_id: RecordId) -> tuple[RecordVersion, ...]:
    """List every version of a record, the current one too, oldest first."""
    statement = (
        select(RECORD_VERSIONS)
        .join(RECORDS, RECORDS.c.id == RECORD_VERSIONS.c.record)
        .where(RECORDS.c.record_id == record_id)
        .order_by(RECORD_VERSIONS.c.version)
    )
    rows = connection.execute(statement).all()
    contents = _opened(connection, [(row.record, row.version, row.content) for row in rows])
    return tuple(
        RecordVersion(
            record_id,
            row.version,
            parts[0],
            row.changed_by,
            row.changed_at,
            parts[_CAUSE] if len(parts) > _CAUSE else {},
        )
        for row, parts in zip(rows, contents, strict=True)
    )


def at_version(connection: Connection, record_id: RecordId, version: int) -> Record | None:
    """Load a record as it was at a version."""
    columns = RECORD_VERSIONS.c
    statement = (
        select(
            RECORDS.c.id,
            RECORDS.c.record_id,
            columns.version,
            columns.quality,
            columns.origins,
            columns.content,
        )
        .join(RECORD_VERSIONS, columns.record == RECORDS.c.id)
        .where(RECORDS.c.record_id == record_id, columns.version == version)
    )
    return next(of_rows(connection, connection.execute(statement).all()), None)


def iterate_all(connection: Connection, lost: list[RecordId] | None = None) -> Iterator[Record]:
    """Walk through all records in the order they were created, a few hundred in memory at a time.

    Every record is that of the connection's one snapshot, whatever is written meanwhile. ``lost``
    is as for :func:`get`.
    """
    last = 0
    while True:
        statement = _current().where(RECORDS.c.id > last).order_by(RECORDS.c.id).limit(_WALK_STEP)
        rows = connection.execute(statement).all()
        yield from _readable(connection, rows, lost)
        if len(rows) < _WALK_STEP:
            return
        last = rows[-1].id


def _readable(
    connection: Connection, rows: Sequence[Sequence[Any]], lost: list[RecordId] | None
) -> list[Record]:
    """Make records of the rows that can be opened."""
    try:
        return [*of_rows(connection, rows)]
    except UnreadableError:
        # Where very many cannot be, it is the key that is wrong.
        if lost is None or len(lost) >= _MOST_LOST:
            raise
        if len(rows) == 1:
            lost.append(RecordId(rows[0][1]))
            return []
        half = len(rows) // 2
        parts = (rows[:half], rows[half:])
        return [record for part in parts for record in _readable(connection, part, lost)]


def last_version(connection: Connection) -> int:
    """Give a number that grows with every change of any record."""
    return connection.execute(select(func.max(RECORD_VERSIONS.c.id))).scalar() or 0


def revisions(connection: Connection) -> Iterator[tuple[RecordId, int]]:
    """Walk through (record id, version) of all records that can be found, by record id."""
    last = ""
    while True:
        statement = (
            select(RECORDS.c.record_id, RECORDS.c.version)
            .where(RECORDS.c.record_id > last, RECORDS.c.status.not_in(_GONE))
            .order_by(RECORDS.c.record_id)
            .limit(_WALK_STEP)
        )
        rows = connection.execute(statement).all()
        for row in rows:
            yield RecordId(row.record_id), row.version
        if len(rows) < _WALK_STEP:
            return
        last = rows[-1].record_id


def count(connection: Connection) -> int:
    """Count the records."""
    return connection.execute(select(func.count()).select_from(RECORDS)).scalar_one()


def _heads(connection: Connection, record_ids: Collection[RecordId]) -> dict[RecordId, _Head]:
    return {
        record_id: _Head(row_id, version, Access(*access), status, new=False)
        for record_id, row_id, version, *access, status in _HEADS.rows(connection, record_ids)
    }


def _next_id(connection: Connection) -> int:
    # There is one writer at a time, so counting on from the highest is safe.
    return (connection.execute(select(func.max(RECORDS.c.id))).scalar() or 0) + 1


def _advance(head: _Head, revision: Revision, access: Access) -> None:
    record = revision.record
    if record.version != head.version + 1:
        raise ConflictError("档案在此期间已被他人修改或建立；请重新读取后再试。")
    moved = access != head.access or (head.status in GONE) != (record.status in GONE)
    head.access_changed = head.access_changed or moved
    head.status = record.status
    head.version, head.access, head.latest = record.version, access, revision


def _head_row(head: _Head, moment: str, stamp: Callable[[str], str]) -> tuple[Any, ...]:
    revision = head.latest
    if revision is None:
        return ()
    record = revision.record
    values = record.values
    source_id = _text_or_none(values.get("source_id"))
    owner, department, secrecy = head.access
    return (
        record.version,
        revision.digest,
        _text_or_none(values.get("source")),
        # It may be anything, a number of identity too.
        None if source_id is None else stamp(source_id),
        owner,
        department,
        secrecy,
        record.status,
        record.quality,
        moment,
    )


def _text_or_none(value: JsonValue) -> str | None:
    return None if value is None or value == "" else str(value)


def _version_row(
    vault: Vault, row_id: int, revision: Revision, dates: tuple[str, str]
) -> tuple[Any, ...]:
    record, digest, cause = revision
    parts: list[object] = [record.values]
    if record.original or cause:
        parts.append(record.original)
    if cause:
        parts.append(dict(cause))
    content = json_bytes(parts)
    return (
        row_id,
        record.version,
        digest,
        record.quality,
        *dates,
        object_text(record.origins),
        vault.seal(row_id, record.version, content),
    )


def _current() -> Select[Any]:
    versions = RECORD_VERSIONS.c
    return select(
        RECORDS.c.id,
        RECORDS.c.record_id,
        versions.version,
        versions.quality,
        versions.origins,
        versions.content,
    ).join(
        RECORD_VERSIONS,
        (versions.record == RECORDS.c.id) & (versions.version == RECORDS.c.version),
    )


def of_rows(connection: Connection, rows: Sequence[Sequence[Any]]) -> Iterator[Record]:
    """Make records of rows: number, record id, version, quality, origins, content."""
    # By place: looking each column up by name takes as long as reading the row.
    contents = contents_of(connection, [(row[0], row[2], row[5]) for row in rows])
    for row, (values, original) in zip(rows, contents, strict=True):
        _, record_id, version, quality, origins, _ = row
        marks = dict(_origins(origins)) if origins else {}
        yield Record(record_id, version, values, original, marks, quality)


def contents_of(
    connection: Connection, sealed: Sequence[tuple[int, int, bytes]]
) -> Iterator[tuple[Values, dict[str, Any]]]:
    """Open contents, given as row of the record, version, and what was sealed.

    Yields:
        Values and, where they differ, what they were in the source.

    Raises:
        UnreadableError: One is damaged.
    """
    for values, *more in _opened(connection, sealed):
        yield values, more[0] if more else {}


_CAUSE: Final = 2
"""Its place in a content."""


def _opened(
    connection: Connection, sealed: Sequence[tuple[int, int, bytes]]
) -> Iterator[list[dict[str, Any]]]:
    return map(read_list, vault_of(connection).opened(sealed))


@lru_cache(maxsize=1024)
def _origins(text: str) -> Mapping[str, Origin]:
    """Read origins; few texts occur, in very many records."""
    return {key: read_member(Origin, origin) for key, origin in read_object(text).items()}


_SOME: Final = PreparedByKeys(lambda ids: _current().where(RECORDS.c.record_id.in_(ids)))
_HEADS: Final = PreparedByKeys(
    lambda ids: select(
        RECORDS.c.record_id,
        RECORDS.c.id,
        RECORDS.c.version,
        RECORDS.c.owner,
        RECORDS.c.department,
        RECORDS.c.secrecy,
        RECORDS.c.status,
    ).where(RECORDS.c.record_id.in_(ids))
)
