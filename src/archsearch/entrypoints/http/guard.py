"""The outermost ring: every request gets an id, limits, headers, a line in the log, and an answer.

An ASGI middleware. What fails inside comes out as a problem document; its text, which may hold
personal data, goes nowhere.
"""

import asyncio
import hashlib
import logging
import secrets
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from time import perf_counter
from typing import Any, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import Response

from archsearch.entrypoints.http.house import API, House
from archsearch.entrypoints.http.problems import problem

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

LOG: Final = logging.getLogger("archsearch.http")

CSP: Final = (
    "default-src 'self'; base-uri 'none'; object-src 'none'; form-action 'self'; "
    "frame-ancestors 'none'"
)
API_CSP: Final = "default-src 'none'; frame-ancestors 'none'"

_HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_DAY: Final = 86_400
_SMALL: Final = 16 << 10
"""Bytes of a body that is always taken."""
_MOST_ARRIVING: Final = 64
"""Bodies of the greatest length that a process holds while they arrive."""


class GoneError(Exception):
    """The client has gone, or reads too slowly to be waited for."""


class Visit:
    """One request on its way: what was answered so far."""

    def __init__(self, scope: Scope, send: Send, house: House) -> None:
        self.id = secrets.token_hex(8)
        self.status = 0
        self._scope, self._send, self._house = scope, send, house
        self._left = False
        scope.setdefault("state", {})["id"] = self.id

    async def send(self, message: Message) -> None:
        """Send a part of the answer, unless the visitor was sent away meanwhile."""
        if self._left:
            raise GoneError
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self._dress(MutableHeaders(scope=message))
        try:
            await asyncio.wait_for(self._send(message), self._house.options.answer_seconds)
        except TimeoutError:
            self._left = True
            raise GoneError from None

    def _dress(self, headers: MutableHeaders) -> None:
        headers["X-Request-ID"] = self.id
        headers.update(self._scope["state"].get("headers", {}))
        for name, value in _HEADERS.items():
            headers.setdefault(name, value)
        policy = API_CSP if self._scope["path"].startswith(API) else CSP
        headers.setdefault("Content-Security-Policy", policy)
        days = self._house.options.hsts_days
        if days and self._house.options.https:
            headers["Strict-Transport-Security"] = f"max-age={days * _DAY}; includeSubDomains"

    async def turn_away(self, response: Response, *, close: bool = False) -> None:
        """Answer, if nothing was yet, and send nothing more."""
        if close:
            response.headers["Connection"] = "close"
        if not self.status and not self._left:
            await response(self._scope, _nothing, self.send)
        self._left = True

    def refuse(self, status: int, code: str, detail: str, **headers: str) -> Response:
        """Make a problem document for this request."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return problem(status, code, detail, self.id, headers=named)


class Guard:
    """Wraps the application."""

    def __init__(self, app: App, house: House) -> None:
        self._app, self._house = app, house
        self._running: set[asyncio.Task[None]] = set()
        self._arriving = 0
        """Bytes of the bodies that are on their way."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit, started = Visit(scope, send, self._house), perf_counter()
        self._house.metrics.began()
        try:
            await self._admitted(scope, receive, visit)
        except GoneError:
            pass
        finally:
            self._note(scope, visit, perf_counter() - started)

    async def _admitted(self, scope: Scope, receive: Receive, visit: Visit) -> None:
        options = self._house.options
        if len(scope["headers"]) > options.max_headers:
            refused = visit.refuse(431, "too_many_headers", "请求头太多。")
            await visit.turn_away(refused, close=True)
            return
        if len(self._running) >= options.max_waiting + options.threads:
            refused = visit.refuse(503, "overloaded", "服务繁忙，请稍后再试。", Retry_After="1")
            await visit.turn_away(refused, close=True)
            return
        body = await self._body(scope, receive, visit)
        if body is not None:
            asked = f"{scope['method']} {scope['path']}?".encode() + scope["query_string"]
            scope["state"]["digest"] = hashlib.sha256(asked + b"\0" + body).digest()
            await self._run(scope, _Replay(body, receive), visit)

    async def _body(self, scope: Scope, receive: Receive, visit: Visit) -> bytes | None:
        """Read the body; None when it is too long, too slow, or of no kind known."""
        headers, body = Headers(scope=scope), bytearray()
        try:
            async with asyncio.timeout(self._house.options.body_seconds):
                refused = await self._arrive(headers, receive, body, visit)
        except TimeoutError:
            refused = visit.refuse(408, "body_too_slow", "请求体到得太慢。")
        finally:
            self._arriving -= len(body)
        if refused is not None:
            await visit.turn_away(refused, close=True)
            return None
        if body and _kind(headers) != "application/json" and scope["path"].startswith(API):
            refused = visit.refuse(415, "media_type", "请求体须是 application/json。")
            await visit.turn_away(refused)
            return None
        return bytes(body)

    async def _arrive(
        self, headers: Headers, receive: Receive, body: bytearray, visit: Visit
    ) -> Response | None:
        """Read a body to its end, or say why it is not read any further."""
        kib = self._house.options.max_body_kib
        most, more = kib << 10, True
        too_long = visit.refuse(413, "body_too_large", f"请求体超过 {kib} KiB。")
        if _longer(headers.get("content-length", "0"), most):
            return too_long
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise GoneError
            body += message.get("body", b"")
            self._arriving += len(message.get("body", b""))
            more = message.get("more_body", False)
            if len(body) > most:
                return too_long
            # So many may be on their way that all of them together are too long.
            if more and len(body) > _SMALL and self._arriving > _MOST_ARRIVING * most:
                return visit.refuse(503, "overloaded", "服务繁忙，请稍后再试。", Retry_After="1")
        return None

    async def _run(self, scope: Scope, replay: "_Replay", visit: Visit) -> None:
        task = asyncio.create_task(self._inside(scope, replay, visit))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        # A thread cannot be stopped: what takes too long goes on, but nobody waits for it.
        seconds = self._house.options.answer_seconds
        done, _ = await asyncio.wait({task}, timeout=seconds)
        while not done and visit.status:
            # The answer has begun; how slowly it may be read, every send sees to.
            done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done:
            detail = "处理超时；写操作可能已经完成，请查证后再重试。"
            await visit.turn_away(visit.refuse(504, "timeout", detail))

    async def _inside(self, scope: Scope, replay: "_Replay", visit: Visit) -> None:
        try:
            await self._app(scope, replay, visit.send)
        except GoneError:
            pass
        except Exception as error:  # noqa: BLE001 - the end of the line: every failure gets its words
            # The text of an unforeseen exception may hold personal data; its kind does not.
            where = "".join(traceback.format_tb(error.__traceback__))
            LOG.error(  # noqa: TRY400 - see above
                "request %s failed: %s\n%s", visit.id, type(error).__name__, where
            )
            detail = f"程序内部出错；请重试。若仍然出错，请把请求编号 {visit.id} 交给维护人员。"
            await visit.turn_away(visit.refuse(500, "internal", detail))

    def _note(self, scope: Scope, visit: Visit, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "") or "unmatched"
        method = scope["method"] if scope["method"] in _METHODS else "other"
        self._house.metrics.ended(route, method, visit.status, seconds)
        milliseconds = seconds * 1000
        LOG.info("%s %s %s %d %.1f ms", visit.id, method, route, visit.status, milliseconds)


class _Replay:
    """Gives a body that was read already."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        """Give the body once, then whatever comes."""
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _nothing() -> Message:
    return {"type": "http.disconnect"}


def _kind(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def _longer(length: str, most: int) -> bool:
    return not length.isdecimal() or len(length) > len(str(most)) or int(length) > most
