"""The scans of a record: why somebody looks, then page by page, larger and smaller."""

from typing import Any, Final

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from archsearch.domain.policy import Right
from archsearch.domain.record import Record
from archsearch.entrypoints.http.answers import handed_out
from archsearch.entrypoints.http.problems import TurnedAwayError
from archsearch.entrypoints.web.frame import path_of
from archsearch.entrypoints.web.leaves import (
    leave,
    page_in,
    reason_in,
    shown,
    turning,
)
from archsearch.entrypoints.web.visit import Typed, Visitor, Welcome, go
from archsearch.errors import InvalidRequestError, NotFoundError
from archsearch.services.attachments import Attached

router = APIRouter(include_in_schema=False)
_LARGEST: Final = 6


@router.get("/scans/{number}/{record_id:path}")
def show(visitor: Welcome, request: Request, number: str, record_id: str) -> Response:
    """Show a page of a scan, or ask why it is to be seen."""
    record, asked = visitor.archive.get(record_id, user=visitor.user), request.query_params
    scan = _scan(visitor, record, number)
    reason = reason_in(visitor, record_id, asked.get("seen", ""))
    if not reason:
        return _ask(visitor, record, scan)
    page = min(page_in(asked.get("page", "")), max(scan.pages, 1))
    return _page(
        visitor,
        "scan.html",
        record,
        scan,
        seen=leave(visitor, record_id, reason),
        **turning(page, scan.pages),
    )


@router.post("/scans/{number}/{record_id:path}")
def ask(visitor: Welcome, number: str, record_id: str, form: Typed) -> Response:
    """Take down why somebody looks at the scans of a record."""
    record = visitor.archive.get(record_id, user=visitor.user)
    scan = _scan(visitor, record, number)
    try:
        visitor.archive.attachment(record_id, scan.number, reason=form["reason"], user=visitor.user)
    except InvalidRequestError as error:
        return _ask(visitor, record, scan, 400, wrong=error.message)
    seen = leave(visitor, record_id, form["reason"])
    return go(f"/scans/{scan.number}/{path_of(record_id)}?seen={seen}")


@router.get("/scan-page/{number}/{record_id:path}")
async def leaf(visitor: Welcome, request: Request, number: str, record_id: str) -> Response:
    """Give a page as a picture; each is a look that is entered in the log."""
    asked = request.query_params
    page = page_in(asked.get("page", ""))
    scans = visitor.guest.house.application.mail.attachments
    which = (record_id, _whole(number), page, _reason(visitor, record_id, asked))
    found = await run_in_threadpool(scans.look, *which, visitor.user)
    return await shown(visitor, found.media_type, found.chunks, page)


@router.get("/scan-file/{number}/{record_id:path}")
def file(visitor: Welcome, request: Request, number: str, record_id: str) -> Response:
    """Give a scan as it came."""
    reason = _reason(visitor, record_id, request.query_params)
    found = visitor.archive.attachment(record_id, _whole(number), reason=reason, user=visitor.user)
    size = {"Content-Length": str(found.size)}
    return handed_out(found.name, found.media_type, found.chunks, size)


def _reason(visitor: Visitor, record_id: str, asked: Any) -> str:
    reason = reason_in(visitor, record_id, asked.get("seen", ""))
    if not reason:
        raise TurnedAwayError(403, "access_denied", "查看扫描件须先写明理由；请从档案页面打开。")
    return reason


def _scan(visitor: Visitor, record: Record, number: str) -> Attached:
    listed = visitor.guest.house.application.mail.attachments.listed(record)
    wanted = _whole(number)
    if wanted > len(listed) or not listed[wanted - 1].kept:
        raise NotFoundError(f"这份档案没有第 {wanted} 份扫描件的原件。")
    return listed[wanted - 1]


def _whole(number: str) -> int:
    if not (number.isascii() and number.isdigit() and len(number) <= _LARGEST and int(number)):
        raise NotFoundError("没有这份扫描件。")
    return int(number)


def _ask(
    visitor: Visitor, record: Record, scan: Attached, status: int = 200, wrong: str = ""
) -> Response:
    bare = record.record_id in visitor.principal.unmasked
    may = bare or visitor.may_with(Right.REVEAL, record)
    return _page(visitor, "scan_ask.html", record, scan, status, wrong=wrong, may_reveal=may)


def _page(
    visitor: Visitor,
    template: str,
    record: Record,
    scan: Attached,
    status: int = 200,
    **more: Any,
) -> Response:
    context = {
        "record": record,
        "name": str(record.values.get("name", "")),
        "direct": visitor.may_with(Right.CHANGE, record),
        "scan": scan,
        "scans": visitor.guest.house.application.mail.attachments.listed(record),
    }
    return visitor.page(template, status, **context, **more)
