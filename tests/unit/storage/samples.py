"""Small values that the storage tests build on."""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from archsearch.domain.record import JsonValue, Record, RecordId
from archsearch.storage import records
from archsearch.storage.content import content_digest
from archsearch.storage.records import Revision
from tests.vaults import CONTENT_KEY

NOON = datetime(2024, 3, 5, 12, tzinfo=UTC)


def after(**duration: float) -> datetime:
    return NOON + timedelta(**duration)


def revision(record_id: str, version: int = 1, **values: JsonValue) -> Revision:
    given: dict[str, JsonValue] = {
        "record_id": record_id,
        "name": "张伟",
        "owner": "li.na",
        "department": "华东分行/信贷部",
        "secrecy": "内部",
        "status": "在档",
        **values,
    }
    return Revision(
        Record(RecordId(record_id), version, given), content_digest(given, {}, CONTENT_KEY)
    )


def save(connection: Connection, *revisions: Revision, by: str = "admin") -> None:
    records.save(connection, revisions, by=by, at=NOON)
