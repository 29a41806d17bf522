"""Single records."""

from fastapi import APIRouter
from starlette.responses import Response

from archsearch.domain.record import Record
from archsearch.entrypoints.http.answers import answer
from archsearch.entrypoints.http.entry import Entered
from archsearch.entrypoints.http.house import API
from archsearch.entrypoints.http.models import ReasonBody, RecordModel

router = APIRouter(prefix=f"{API}/records", tags=["档案"])


@router.post("/{record_id:path}/reveal", response_model=RecordModel, summary="查看敏感内容")
def reveal(guest: Entered, record_id: str, asked: ReasonBody) -> Response:
    """Load a record with its sensitive fields as they are; the reason goes into the log."""
    return _shown(guest.house.archive.reveal(record_id, reason=asked.reason, user=guest.user))


# Last of all: a record id may have anything in it, a slash too.
last = APIRouter(prefix=f"{API}/records", tags=["档案"])


@last.get("/{record_id:path}", response_model=RecordModel, summary="查看一份档案")
def get(guest: Entered, record_id: str) -> Response:
    """Load a record, its sensitive fields masked; its version is the ETag."""
    return _shown(guest.house.archive.get(record_id, user=guest.user))


def etag(version: int) -> str:
    """Write a version as an entity tag."""
    return f'"{version}"'


def _shown(record: Record) -> Response:
    return answer(record, headers={"ETag": etag(record.version)})
