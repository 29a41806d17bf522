"""Coming and going: log-in, log-out, one's own password and second factor."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from archsearch.domain.sessions import Session
from archsearch.entrypoints.http.entry import cookie_name, device_name, give, remember, same_site
from archsearch.entrypoints.http.house import House, house_of
from archsearch.entrypoints.web.edge import ACCOUNT
from archsearch.entrypoints.web.frame import page
from archsearch.entrypoints.web.qr import code_of
from archsearch.entrypoints.web.visit import Form, Typed, Visitor, Welcome, go, home_of
from archsearch.errors import (
    ArchsearchError,
    CodeNeededError,
    InvalidRequestError,
    LoginRefusedError,
    LoginWaitError,
)

router = APIRouter(include_in_schema=False)


@router.get("/login")
def ask(next_: Annotated[str, Query(alias="next")] = "") -> Response:
    """Ask who it is."""
    return page("login.html", next=within(next_))


@router.post("/login")
def login(request: Request, form: Typed) -> Response:
    """Begin a session; always a new one, whatever cookie was sent."""
    same_site(request)
    house = house_of(request)
    try:
        begun = house.archive.doors.login(
            form["name"],
            form.exact("password"),
            code=form["code"],
            address=request.client.host if request.client else "",
            device=request.cookies.get(device_name(house), ""),
        )
    except (LoginRefusedError, CodeNeededError, LoginWaitError) as error:
        return _again(form, error)
    wanted = within(form["next"]) or home_of(house, begun.session.caller)
    response = go(ACCOUNT if begun.session.must_change_password else wanted)
    _open(response, house, begun.session, begun.secret)
    remember(response, house, begun.device)
    return response


@router.post("/logout")
def logout(visitor: Welcome) -> Response:
    """End the session."""
    house = visitor.guest.house
    house.archive.doors.logout(visitor.guest.secret)
    response = go("/login")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    give(response, house, cookie_name(house), "", 0)
    return response


@router.get(ACCOUNT)
def account(visitor: Welcome) -> Response:
    """Show one's own account."""
    return _account(visitor)


@router.post(ACCOUNT + "/password")
def change_password(visitor: Welcome, form: Typed) -> Response:
    """Change one's own password; all sessions end, and a new one begins."""
    old, new = form.exact("old"), form.exact("new")
    if new != form.exact("again"):
        return _account(visitor, 400, wrong={"again": "两次输入的新密码不一样。"})
    doors = visitor.archive.doors
    try:
        begun = doors.change_password(visitor.guest.secret, old, new)
    except (LoginRefusedError, LoginWaitError) as error:
        return _account(visitor, 400, wrong={"old": error.message})
    except InvalidRequestError as error:
        return _account(visitor, 400, wrong={"new": error.message})
    first = visitor.guest.session is not None and visitor.guest.session.must_change_password
    home = home_of(visitor.guest.house, begun.session.caller)
    response = go(home if first else ACCOUNT + "?done=password")
    _open(response, visitor.guest.house, begun.session, begun.secret)
    return response


@router.post(ACCOUNT + "/second-factor")
def second_factor(visitor: Welcome, form: Typed) -> Response:
    """Begin, confirm or take away a second factor."""
    accounts, user = visitor.archive.accounts, visitor.user
    try:
        if form["deed"] == "begin":
            enrolment = accounts.begin_second_factor(user, user=user, password=form["password"])
            return _account(visitor, enrolment=enrolment, code=code_of(enrolment.uri))
        if form["deed"] == "confirm":
            recovery = accounts.confirm_second_factor(user, form["code"], user=user)
            return _account(visitor, recovery=recovery)
        accounts.remove_second_factor(user, user=user, code=form["code"])
    except (InvalidRequestError, LoginRefusedError, LoginWaitError) as error:
        return _account(visitor, 400, wrong={"code": error.message})
    return go("/login")


@router.post(ACCOUNT + "/sessions")
def end_session(visitor: Welcome, form: Typed) -> Response:
    """End another of one's own sessions."""
    visitor.archive.accounts.end_sessions(
        visitor.user, user=visitor.user, session=form.whole("session")
    )
    return go(ACCOUNT)


def within(address: str) -> str:
    r"""Give an address if it is one of ours, else nothing.

    >>> within("/records/A-1?x=1"), within("//evil.example"), within("/\\evil.example")
    ('/records/A-1?x=1', '', '')
    """
    ours = address.startswith("/") and address.isascii() and address.isprintable()
    return "" if not ours or address[1:2] in {"/", "\\"} or "\\" in address else address


def _again(form: Form, error: ArchsearchError) -> Response:
    status = 429 if isinstance(error, LoginWaitError) else 401
    code = isinstance(error, CodeNeededError) or bool(form["code"])
    asked = {"next": within(form["next"]), "name": form["name"], "with_code": code}
    response = page("login.html", status, **asked, wrong=error.message)
    if isinstance(error, LoginWaitError):
        response.headers["Retry-After"] = str(error.seconds)
    return response


def _open(response: Response, house: House, session: Session, secret: str) -> None:
    seconds = int((session.ends_at - session.created_at).total_seconds())
    give(response, house, cookie_name(house), secret, seconds)


def _account(visitor: Visitor, status: int = 200, **more: object) -> Response:
    session = visitor.guest.session
    first = bool(session and session.must_change_password)
    accounts = visitor.archive.accounts
    context: dict[str, object] = {"first": first, "kept": None, "sessions": ()}
    if not first:
        context["kept"] = accounts.show(visitor.user, user=visitor.user)
        context["sessions"] = accounts.sessions(visitor.user, user=visitor.user)
    return visitor.page("account.html", status, **context, session=session, **more)
