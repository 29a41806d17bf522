"""Checks that the record tables agree with each other and that no content was altered."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from archsearch.domain.record import Origin, RecordId, Values
from archsearch.errors import StoreError
from archsearch.storage.content import content_digest
from archsearch.storage.database import vault_of
from archsearch.storage.encoding import read_object
from archsearch.storage.records import contents_of
from archsearch.storage.tables import RECORD_VERSIONS, RECORDS

_STEP: Final = 500
_REPEATED: Final = ("owner", "department", "secrecy", "status")
"""What a record's row repeats of its content: access is decided by it."""


@dataclass(frozen=True, slots=True)
class Inconsistency:
    """One thing wrong with a record; ``reason`` is in Chinese and holds no content."""

    record_id: RecordId
    reason: str
    sealed: bool = False
    """Whether it cannot be opened, for want of its key or because it was damaged."""


def find_inconsistencies(connection: Connection) -> Iterator[Inconsistency]:
    """Walk through all records and versions and yield what is wrong; reads all content."""
    yield from _incomplete_histories(connection)
    yield from _altered_contents(connection)


def _incomplete_histories(connection: Connection) -> Iterator[Inconsistency]:
    versions = RECORD_VERSIONS.c
    held = (
        select(
            versions.record,
            func.count().label("amount"),
            func.min(versions.version).label("first"),
            func.max(versions.version).label("last"),
        )
        .group_by(versions.record)
        .subquery()
    )
    statement = (
        select(RECORDS.c.record_id, RECORDS.c.version, held.c.amount, held.c.first, held.c.last)
        .select_from(RECORDS.outerjoin(held, held.c.record == RECORDS.c.id))
        .where(
            held.c.amount.is_(None)
            | (held.c.amount != RECORDS.c.version)
            | (held.c.first != 1)
            | (held.c.last != RECORDS.c.version)
        )
    )
    for row in connection.execute(statement):
        reason = f"应有 {row.version} 个版本，实有 {row.amount or 0} 个，且须连续"
        yield Inconsistency(RecordId(row.record_id), reason)


def _altered_contents(connection: Connection) -> Iterator[Inconsistency]:
    versions = RECORD_VERSIONS.c
    wanted = select(
        versions.id,
        versions.version,
        versions.digest,
        versions.origins,
        versions.content,
        versions.record,
        RECORDS.c.record_id,
        RECORDS.c.version.label("current"),
        RECORDS.c.digest.label("current_digest"),
        RECORDS.c.owner,
        RECORDS.c.department,
        RECORDS.c.secrecy,
        RECORDS.c.status,
    ).join(RECORDS, RECORDS.c.id == versions.record)
    last = 0
    while True:
        statement = wanted.where(versions.id > last).order_by(versions.id).limit(_STEP)
        rows = connection.execute(statement).all()
        for row in rows:
            record_id = RecordId(row.record_id)
            values = _values(connection, row)
            if values is None:
                yield Inconsistency(record_id, f"第 {row.version} 版的内容无法解密", sealed=True)
            elif _digest_of(connection, values, row.origins) != row.digest:
                yield Inconsistency(record_id, f"第 {row.version} 版的内容与校验值不符")
            elif row.version != row.current:
                continue
            elif row.digest != row.current_digest:
                yield Inconsistency(record_id, "当前版本与档案条目的校验值不一致")
            elif _differs(row, values):
                yield Inconsistency(record_id, "档号、建档人、部门、密级或状态与档案内容不一致")
        if len(rows) < _STEP:
            return
        last = rows[-1].id


def _differs(row: Row[*tuple[Any, ...]], values: Values) -> bool:
    named = values.get("record_id", row.record_id) == row.record_id
    return not named or any(getattr(row, key) != values.get(key, "") for key in _REPEATED)


def _values(connection: Connection, row: Row[*tuple[Any, ...]]) -> Values | None:
    """Open a content; None if it cannot even be read."""
    try:
        ((values, _),) = contents_of(connection, [(row.record, row.version, row.content)])
    except StoreError:
        return None
    return values


def _digest_of(connection: Connection, values: Values, origins: str | None) -> str | None:
    """Digest stored content; None if its origins cannot be read."""
    try:
        marks = {key: Origin(origin) for key, origin in read_object(origins).items()}
    except (StoreError, ValueError):
        return None
    return content_digest(values, marks, vault_of(connection).content_key)
