"""Borrowing: asking for records of others, and deciding about it."""

from typing import Annotated, Final
from urllib.parse import quote

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from archsearch.entrypoints.http.addresses import OwnedRoute
from archsearch.entrypoints.http.answers import answer, listed
from archsearch.entrypoints.http.bodies import (
    ApproveBody,
    BorrowBody,
    BorrowListParameters,
    DecideBody,
    FindBody,
    RenewBody,
    ReturnBody,
)
from archsearch.entrypoints.http.described import described, several
from archsearch.entrypoints.http.entry import Entered
from archsearch.entrypoints.http.house import API
from archsearch.entrypoints.http.repeats import once
from archsearch.services.borrow_desk import Borrowing
from archsearch.services.borrowing import OnFile

router = APIRouter(prefix=f"{API}/borrow", route_class=OwnedRoute, tags=["调阅"])
SHOWN: Final = described(Borrowing)
_FORM_CSP: Final = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@router.post("", response_model=SHOWN, status_code=201, summary="申请调阅")
def request(request: Request, guest: Entered, asked: BorrowBody) -> Response:
    """Ask for records by id, or for a customer's by exact name and number."""

    def make() -> Response:
        made = guest.house.archive.borrow.request(
            asked.records,
            purpose=asked.purpose,
            reason=asked.reason,
            user=guest.user,
            name=asked.name,
            id_number=asked.id_number,
            days=asked.days,
            sensitive=asked.sensitive,
        )
        return answer(made, 201, {"Location": f"{API}/borrow/{quote(made.id, safe='')}"})

    return once(request, guest, make)


@router.get("", response_model=several(Borrowing), summary="调阅申请")
def everything(guest: Entered, asked: Annotated[BorrowListParameters, Query()]) -> Response:
    """List requests, the newest first."""
    desk = guest.house.archive.borrow
    return listed(desk.list(user=guest.user, which=asked.which, due=asked.due, limit=asked.limit))


@router.post("/find", response_model=described(OnFile), summary="查询是否另有存档")
def find(guest: Entered, asked: FindBody) -> Response:
    """Tell whether a customer is on file out of one's scope and may be borrowed."""
    return answer(guest.house.archive.borrow.find(asked.name, asked.id_number, user=guest.user))


@router.get("/{request_id}", response_model=SHOWN, summary="一个调阅申请")
def show(guest: Entered, request_id: str) -> Response:
    """Show a request to whoever made it, or answers for it."""
    return answer(guest.house.archive.borrow.show(request_id, user=guest.user))


@router.post("/{request_id}/approve", response_model=SHOWN, summary="批准")
def approve(guest: Entered, request_id: str, asked: ApproveBody) -> Response:
    """Approve what waits and is one's to decide."""
    shown = guest.house.archive.borrow.approve(
        request_id,
        asked.records,
        user=guest.user,
        days=asked.days,
        sensitive=asked.sensitive,
        note=asked.note,
    )
    return answer(shown)


@router.post("/{request_id}/refuse", response_model=SHOWN, summary="退回申请")
def refuse(guest: Entered, request_id: str, asked: DecideBody) -> Response:
    """Refuse what waits and is one's to decide."""
    desk = guest.house.archive.borrow
    return answer(desk.refuse(request_id, asked.records, reason=asked.reason, user=guest.user))


@router.post("/{request_id}/revoke", response_model=SHOWN, summary="收回")
def revoke(guest: Entered, request_id: str, asked: DecideBody) -> Response:
    """Take back what was lent."""
    desk = guest.house.archive.borrow
    return answer(desk.revoke(request_id, asked.records, reason=asked.reason, user=guest.user))


@router.post("/{request_id}/withdraw", response_model=SHOWN, summary="撤回申请")
def withdraw(guest: Entered, request_id: str) -> Response:
    """Take back what of one's own request nobody has answered yet."""
    return answer(guest.house.archive.borrow.withdraw(request_id, user=guest.user))


@router.post("/{request_id}/give_back", response_model=SHOWN, summary="归还")
def give_back(guest: Entered, request_id: str, asked: ReturnBody) -> Response:
    """Return what was lent before its time."""
    desk = guest.house.archive.borrow
    return answer(desk.give_back(request_id, asked.records, user=guest.user))


@router.post("/{request_id}/renew", response_model=SHOWN, summary="续借")
def renew(guest: Entered, request_id: str, asked: RenewBody) -> Response:
    """Ask for more days behind the end."""
    desk = guest.house.archive.borrow
    return answer(
        desk.renew(request_id, asked.records, reason=asked.reason, user=guest.user, days=asked.days)
    )


@router.get(
    "/{request_id}/form",
    summary="客户档案使用申请表",
    response_class=Response,
    responses={200: {"content": {"text/html": {"schema": {"type": "string"}}}}},
)
def form(guest: Entered, request_id: str) -> Response:
    """Write the application form as a page to print; it has styles of its own, and no script."""
    page = guest.house.archive.borrow.form(request_id, user=guest.user)
    headers = {"Content-Security-Policy": _FORM_CSP}
    return Response(page, headers=headers, media_type="text/html")
