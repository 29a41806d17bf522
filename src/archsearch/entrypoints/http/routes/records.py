"""Single records: reading, changing, deleting, exporting."""

from collections.abc import Iterator
from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Header
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from archsearch.domain.record import Record, RecordVersion
from archsearch.entrypoints.http.addresses import OwnedRoute
from archsearch.entrypoints.http.answers import answer, encoded, listed
from archsearch.entrypoints.http.bodies import CouldBody, ExportBody, FieldsBody
from archsearch.entrypoints.http.described import described, several
from archsearch.entrypoints.http.entry import Entered
from archsearch.entrypoints.http.house import API
from archsearch.entrypoints.http.models import ReasonBody, RecordModel
from archsearch.entrypoints.http.moments import moment
from archsearch.entrypoints.http.problems import TurnedAwayError
from archsearch.entrypoints.http.repeats import once
from archsearch.services.exporting import Export
from archsearch.services.past import WhoCould
from archsearch.services.reading import Viewer
from archsearch.services.revising import Revised

router = APIRouter(prefix=f"{API}/records", route_class=OwnedRoute, tags=["档案"])
elsewhere = APIRouter(prefix=API, route_class=OwnedRoute, tags=["档案"])
LINES: Final = "application/x-ndjson"

REVISED: Final = described(Revised)
VERSIONS: Final = several(RecordVersion)
Condition = Annotated[str | None, Header(alias="If-Match", description='看到的版本，如 "3"')]


@router.post("", response_model=REVISED, status_code=201, summary="新建档案")
def create(request: Request, guest: Entered, asked: FieldsBody) -> Response:
    """Make a record."""

    def make() -> Response:
        archive = guest.house.archive
        made = archive.create(asked.fields, user=guest.user, reason=asked.reason)
        return revised(made, 201)

    return once(request, guest, make)


@router.post("/{record_id:path}/reveal", response_model=RecordModel, summary="查看敏感内容")
def reveal(guest: Entered, record_id: str, asked: ReasonBody) -> Response:
    """Load a record with its sensitive fields as they are; the reason goes into the log."""
    return _shown(guest.house.archive.reveal(record_id, reason=asked.reason, user=guest.user))


@router.get("/{record_id:path}/history", response_model=VERSIONS, summary="历次版本")
def history(guest: Entered, record_id: str) -> Response:
    """Load every version with its changes, masked, oldest first."""
    return listed(guest.house.archive.history(record_id, user=guest.user))


@router.post("/{record_id:path}/history", response_model=VERSIONS, summary="历次版本的敏感内容")
def history_revealed(guest: Entered, record_id: str, asked: ReasonBody) -> Response:
    """Load every version with its sensitive fields as they are; the reason goes into the log."""
    archive = guest.house.archive
    return listed(archive.history(record_id, user=guest.user, reason=asked.reason))


@router.post("/{record_id:path}/delete", response_model=REVISED, summary="删除档案")
def delete(guest: Entered, record_id: str, asked: ReasonBody) -> Response:
    """Take a record out of all search; it can be restored."""
    return revised(guest.house.archive.delete(record_id, reason=asked.reason, user=guest.user))


@router.post("/{record_id:path}/restore", response_model=REVISED, summary="恢复档案")
def restore(guest: Entered, record_id: str, asked: ReasonBody) -> Response:
    """Bring a deleted record back."""
    return revised(guest.house.archive.restore(record_id, reason=asked.reason, user=guest.user))


@router.get("/{record_id:path}/who", response_model=several(Viewer), summary="谁能看到")
def who(guest: Entered, record_id: str) -> Response:
    """List who may see a record now, and why."""
    return listed(guest.house.archive.who(record_id, user=guest.user))


@router.post(
    "/{record_id:path}/who_could", response_model=described(WhoCould), summary="谁曾能看到"
)
def who_could(guest: Entered, record_id: str, asked: CouldBody) -> Response:
    """List who had a right over a record at a moment."""
    at = asked.at if isinstance(asked.at, int) else moment(asked.at)
    archive = guest.house.archive
    return answer(
        archive.who_could(record_id, at, user=guest.user, right=asked.right, seen=asked.seen)
    )


# Below all that is more particular: a record id may have anything in it, a slash too.
@router.get("/{record_id:path}", response_model=RecordModel, summary="查看一份档案")
def get(guest: Entered, record_id: str) -> Response:
    """Load a record, its sensitive fields masked; its version is the ETag."""
    return _shown(guest.house.archive.get(record_id, user=guest.user))


@router.patch("/{record_id:path}", response_model=REVISED, summary="修改档案")
def change(
    guest: Entered, record_id: str, asked: FieldsBody, condition: Condition = None
) -> Response:
    """Change fields of a record that is still at the version in If-Match."""
    expected = version(condition)
    archive = guest.house.archive
    return revised(
        archive.change(
            record_id,
            asked.fields,
            user=guest.user,
            expected_version=expected,
            reason=asked.reason,
        )
    )


@elsewhere.post(
    "/export",
    summary="导出检索到的全部档案",
    response_class=StreamingResponse,
    responses={200: {"content": {LINES: {"schema": {"type": "string"}}}}},
)
def export(guest: Entered, asked: ExportBody) -> Response:
    """Hand out all that a search finds, a record a line, as far as one may export it."""
    found = guest.house.archive.export(
        asked.query,
        user=guest.user,
        reason=asked.reason,
        mode=asked.mode,
        filters=asked.filters,
        sort=asked.sort,
        reveal=asked.reveal,
    )
    headers = {"X-Total": str(found.total), "X-Number": str(found.number)}
    return StreamingResponse(_lines(found), headers=headers, media_type=LINES)


def version(condition: str | None) -> int:
    """Read the version that whoever changes a record has seen.

    Raises:
        TurnedAwayError: It is not said, or no version.
    """
    if condition is None:
        detail = '请用 If-Match 说明看到的是哪一版，如 If-Match: "3"；版本见 ETag。'
        raise TurnedAwayError(428, "version_needed", detail)
    tag = condition.strip()
    number = tag[1:-1]
    if tag[:1] + tag[-1:] != '""' or not number.isdecimal() or len(number) > _DIGITS:
        raise TurnedAwayError(412, "stale", 'If-Match 须是一个版本，如 "3"。')
    return int(number)


_DIGITS: Final = 9


def _lines(found: Export) -> Iterator[bytes]:
    for record in found:
        yield encoded(record) + b"\n"


def _tagged(number: int) -> dict[str, str]:
    return {"ETag": f'"{number}"'}


def _shown(record: Record) -> Response:
    return answer(record, headers=_tagged(record.version))


def revised(made: Revised, status: int = 200) -> Response:
    """Answer with what became of a record; its version is the ETag."""
    headers = _tagged(made.version)
    if status != 200:  # noqa: PLR2004 - made anew
        headers["Location"] = f"{API}/records/{quote(made.record_id, safe='')}"
    return answer(made, status, headers)
