"""The rim around the pages: a problem document on its way to a browser becomes a page."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final
from urllib.parse import quote

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from archsearch.entrypoints.http.house import API
from archsearch.entrypoints.http.problems import MEDIA
from archsearch.entrypoints.web.frame import page
from archsearch.entrypoints.web.visit import Visitor, welcome

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_STRANGER: Final = 401
_MISSING: Final = 404
_FAILED: Final = 500
_SEE_OTHER: Final = 303
_OURS: Final = {"content-type", "content-length", "www-authenticate"}
RECORDS: Final = "/records/"
ACCOUNT: Final = "/account"


class Edge:
    """Wraps the application and its guard; programs get what they always get."""

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http" or not _browses(scope):
            await self._app(scope, receive, send)
            return
        await self._app(scope, receive, _Turning(scope, receive, send).send)


class _Turning:
    """Holds a problem document back until it is whole."""

    def __init__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self._scope, self._receive, self._send = scope, receive, send
        self._start: Message | None = None
        self._body = bytearray()

    async def send(self, message: Message) -> None:
        """Take a part of the answer."""
        if message["type"] == "http.response.start":
            if Headers(raw=message["headers"]).get("content-type") == MEDIA:
                self._start = message
                return
        elif self._start is not None:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._turn(self._start)
            return
        await self._send(message)

    async def _turn(self, start: Message) -> None:
        headers = Headers(raw=start["headers"])
        visitor = await run_in_threadpool(_visitor, self._scope)
        response = shown(self._scope, orjson.loads(self._body), visitor)
        for name, value in headers.items():
            if name not in _OURS:
                response.headers[name] = value
        await response(self._scope, self._receive, self._send)


def shown(scope: Scope, problem: dict[str, Any], visitor: Visitor | None = None) -> Response:
    """Make the page of a problem; whoever has to log in is led there, and back again."""
    status, asked = problem["status"], Headers(scope=scope)
    if problem["code"] == "password_change_needed":
        return _led(asked, ACCOUNT)
    if status == _STRANGER:
        return _led(asked, "/login" + _back(scope))
    where = scope["path"]
    record_id = where.removeprefix(RECORDS) if where.startswith(RECORDS) else ""
    return page(
        "problem.html",
        status,
        title=problem["title"],
        detail=problem["detail"],
        number=problem["instance"] if status >= _FAILED else "",
        record_id=record_id if status == _MISSING else "",
        visitor=visitor,
    )


def _visitor(scope: Scope) -> Visitor | None:
    """Find out whose frame the page of a problem gets; nobody's, if that fails as well."""
    known: Visitor | None = scope["state"].get("visitor")
    if known is not None or not Headers(scope=scope).get("cookie"):
        return known
    try:
        return welcome(Request(scope))
    except Exception:  # noqa: BLE001 - a page that tells of a failure must not fail itself
        return None


def _browses(scope: Scope) -> bool:
    """Whether a person's browser asks: programs want no HTML."""
    if scope["path"].startswith(API):
        return False
    headers = Headers(scope=scope)
    return "text/html" in headers.get("accept", "") or "hx-request" in headers


def _led(asked: Headers, location: str) -> Response:
    if "hx-request" in asked:
        return Response(status_code=200, headers={"HX-Redirect": location})
    return RedirectResponse(location, _SEE_OTHER)


def _back(scope: Scope) -> str:
    if scope["method"] != "GET" or scope["path"] == "/":
        return ""
    # As it came, so that it stays what it was.
    raw = scope.get("raw_path") or quote(scope["path"]).encode()
    query = scope.get("query_string", b"")
    address = raw.partition(b"?")[0] + (b"?" + query if query else b"")
    return "?next=" + quote(address.decode("latin-1"), safe="")
