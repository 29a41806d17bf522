"""Who visits a page: somebody with a session, what they may do, and what they are called."""

from dataclasses import dataclass
from typing import Annotated, Any, Final
from urllib.parse import parse_qsl

from fastapi import Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from archsearch.domain.access import Principal
from archsearch.domain.callers import Caller
from archsearch.domain.policy import Facts, Right
from archsearch.domain.record import Record
from archsearch.domain.schema import Schema
from archsearch.entrypoints.archive import Archive
from archsearch.entrypoints.http.entry import Guest, enter
from archsearch.entrypoints.http.house import House
from archsearch.entrypoints.http.problems import TurnedAwayError
from archsearch.entrypoints.web.frame import page
from archsearch.errors import NotAuthenticatedError
from archsearch.services.identity import principal_of
from archsearch.storage import users

SEE_OTHER: Final = 303
_MOST_FIELDS: Final = 1000


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody at a page."""

    guest: Guest
    principal: Principal
    display_name: str

    @property
    def user(self) -> Caller:
        """Whom the Python API acts for."""
        return self.guest.user

    @property
    def archive(self) -> Archive:
        """The archive."""
        return self.guest.house.archive

    @property
    def schema(self) -> Schema:
        """The metadata schema."""
        return self.guest.house.application.settings.schema

    def may(self, right: str) -> bool:
        """Whether they have a right at all; it decides what is offered, never what is done."""
        return self.guest.house.application.policy.may(self.principal, Right(right))

    def may_with(self, right: Right, record: Record) -> bool:
        """Whether they have a right over a record; it too decides no more than what is offered."""
        facts = Facts(record.record_id, record.owner, record.department, record.secrecy)
        return self.guest.house.application.policy.decide(self.principal, right, facts).allowed

    def page(self, template: str, status: int = 200, /, **context: Any) -> HTMLResponse:
        """Answer with a page in their frame."""
        return page(template, status, **{**context, "visitor": self})


def welcome(request: Request) -> Visitor:
    """Let somebody in who has a session.

    Raises:
        NotAuthenticatedError: They have none.
        TurnedAwayError: They have to choose a password of their own first.
    """
    guest = enter(request)
    if guest.session is None:
        raise NotAuthenticatedError("网页须登录后使用；令牌只用于接口。")
    application = guest.house.application
    with application.database.read() as connection:
        principal = principal_of(connection, guest.user, application.clock())
        user = users.existing(connection, str(guest.user))
    visitor = Visitor(guest, principal, user.display_name or user.name)
    request.state.visitor = visitor
    return visitor


def home_of(house: House, caller: Caller) -> str:
    """Tell where somebody begins: who may find nothing has no use for a search."""
    application = house.application
    with application.database.read() as connection:
        principal = principal_of(connection, caller, application.clock())
    for right, address in ((Right.READ, "/search"), (Right.LOG, "/log"), (Right.USERS, "/users")):
        if application.policy.may(principal, right):
            return address
    return "/account"


async def typed(request: Request) -> dict[str, list[str]]:
    """Read the fields of a form."""
    body = (await request.body()).decode("utf-8", "replace")
    found: dict[str, list[str]] = {}
    try:
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError as error:
        raise TurnedAwayError(400, "request_invalid", "表单的内容太多。") from error
    for key, value in pairs:
        found.setdefault(key, []).append(value.replace("\r\n", "\n"))
    return found


class Form:
    """The fields of a form, as they were typed."""

    def __init__(self, fields: dict[str, list[str]]) -> None:
        self.fields = fields

    def __getitem__(self, name: str) -> str:
        """Give a field, without the spaces around it; empty if it is not there."""
        return self.exact(name).strip()

    def exact(self, name: str) -> str:
        """Give a field as it is, such as a password."""
        return self.fields.get(name, [""])[0]

    def all(self, name: str) -> list[str]:
        """Give every value of a field."""
        return self.fields.get(name, [])

    def whole(self, name: str) -> int | None:
        """Give a number; None where there is none."""
        text = self[name]
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) < _DIGITS):
            raise TurnedAwayError(400, "request_invalid", "须填写一个不大的整数。")
        return int(text)


_DIGITS: Final = 10


async def _form(request: Request) -> Form:
    return Form(await typed(request))


Welcome = Annotated[Visitor, Depends(welcome)]
Typed = Annotated[Form, Depends(_form)]


def go(address: str) -> Response:
    """Send the browser on, after something was done."""
    return RedirectResponse(address, SEE_OTHER)
