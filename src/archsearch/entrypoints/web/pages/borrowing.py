"""Borrowing: asking, my requests, the inbox of who answers, the form to print."""

from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from archsearch.domain.borrowing import State
from archsearch.entrypoints.web.frame import path_of
from archsearch.entrypoints.web.pages.news import requests_waiting
from archsearch.entrypoints.web.styles import framed
from archsearch.entrypoints.web.visit import Form, Typed, Visitor, Welcome, go
from archsearch.errors import AccessDeniedError, ConflictError, InvalidRequestError

router = APIRouter(include_in_schema=False)
_ADDRESS: Final = "/borrow"


@router.get(_ADDRESS)
def requests(visitor: Welcome, which: str = "") -> Response:
    """List requests; by default those that wait for the visitor, if any do."""
    waiting = requests_waiting(visitor)
    usual = "inbox" if waiting else "mine"
    wanted = which if which in _LISTS else usual
    found = visitor.archive.borrow.list(user=visitor.user, which=wanted)
    return visitor.page("requests.html", requests=found, which=wanted, waiting=waiting)


_LISTS: Final = ("mine", "inbox", "all")


@router.get(_ADDRESS + "/new")
def begin(visitor: Welcome, record: str = "") -> Response:
    """Ask what is wanted, and why."""
    return _ask(visitor, Form({"records": [record]}))


@router.post(_ADDRESS + "/find")
def find(visitor: Welcome, form: Typed) -> Response:
    """Tell whether somebody is on file elsewhere, by exact name and number."""
    try:
        told = visitor.archive.borrow.find(form["name"], form["id_number"], user=visitor.user)
    except (InvalidRequestError, AccessDeniedError) as error:
        return _ask(visitor, form, 400, wrong=error.message)
    return _ask(visitor, form, told=told)


@router.post(_ADDRESS)
def ask(visitor: Welcome, form: Typed) -> Response:
    """Make a request."""
    try:
        made = visitor.archive.borrow.request(
            form["records"].split(),
            purpose=form["purpose"],
            reason=form["reason"],
            user=visitor.user,
            name=form["name"],
            id_number=form["id_number"],
            days=form.whole("days"),
            sensitive=bool(form["sensitive"]),
        )
    except (InvalidRequestError, ConflictError, AccessDeniedError) as error:
        return _ask(visitor, form, 400, wrong=error.message)
    return go(f"{_ADDRESS}/{path_of(made.id)}?done=request")


@router.get(_ADDRESS + "/{request_id}/form")
def printed(visitor: Welcome, request_id: str) -> Response:
    """Give the form to print; it has a style of its own and runs nothing."""
    text = visitor.archive.borrow.form(request_id, user=visitor.user)
    return framed(text)


@router.get(_ADDRESS + "/{request_id}")
def show(visitor: Welcome, request_id: str, done: str = "") -> Response:
    """Show a request with what was done about it."""
    return _show(visitor, request_id, done=done)


@router.post(_ADDRESS + "/{request_id}/{deed}")
def act(visitor: Welcome, request_id: str, deed: str, form: Typed) -> Response:
    """Answer a request, or do something about one's own."""
    try:
        _do(visitor, request_id, deed, form)
    except (InvalidRequestError, ConflictError, AccessDeniedError) as error:
        return _show(visitor, request_id, 400, wrong=error.message)
    return go(f"{_ADDRESS}/{path_of(request_id)}?done={deed}")


def _do(visitor: Visitor, request_id: str, deed: str, form: Form) -> None:
    desk, user = visitor.archive.borrow, visitor.user
    chosen, reason = form.all("records"), form["reason"]
    if deed == "approve":
        days = form.whole("days")
        lent = {} if form["sensitive"] else {"sensitive": False}
        desk.approve(request_id, chosen, user=user, days=days, note=form["note"], **lent)
    elif deed == "refuse":
        desk.refuse(request_id, chosen, reason=reason, user=user)
    elif deed == "revoke":
        desk.revoke(request_id, chosen, reason=reason, user=user)
    elif deed == "withdraw":
        desk.withdraw(request_id, user=user)
    elif deed == "return":
        desk.give_back(request_id, chosen, user=user)
    elif deed == "renew":
        desk.renew(request_id, chosen, reason=reason, user=user, days=form.whole("days"))
    else:
        raise InvalidRequestError("没有这种操作。")


def _ask(visitor: Visitor, form: Form, status: int = 200, **more: Any) -> Response:
    rules = visitor.guest.house.application.settings.options.borrowing
    context = {"form": form, "wrong": "", "told": None, "rules": rules}
    return visitor.page("request_new.html", status, **{**context, **more})


def _show(visitor: Visitor, request_id: str, status: int = 200, **more: Any) -> Response:
    found = visitor.archive.borrow.show(request_id, user=visitor.user)
    states = {item.state for item in found.items}
    mine = found.user == visitor.user
    context = {
        "request": found,
        "mine": mine,
        "to_decide": any(item.to_decide for item in found.items),
        "lent": State.APPROVED in states,
        "waits": State.APPLIED in states or any(i.extension is not None for i in found.items),
        "done": "",
        "wrong": "",
    }
    return visitor.page("request.html", status, **{**context, **more})
