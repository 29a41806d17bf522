"""Idempotency keys: a request that is sent again is answered as it was, and done once.

A key holds for the user (with what limits them) and a day, say. The answer is kept sealed. Of a
request that was refused nothing is kept: nothing was done.
"""

import base64
import hashlib
from collections.abc import Callable
from typing import Final

import orjson
from starlette.requests import Request
from starlette.responses import Response

from archsearch.entrypoints.http.entry import Guest
from archsearch.entrypoints.http.problems import TurnedAwayError
from archsearch.errors import ArchsearchError
from archsearch.security.sealing import NotSealedHereError

HEADER: Final = "Idempotency-Key"
_LONGEST: Final = 200
_KEPT: Final = ("etag", "location")
_HOUR: Final = 3600


def once(request: Request, guest: Guest, do: Callable[[], Response]) -> Response:
    """Do something, or answer as when it was done.

    Raises:
        TurnedAwayError: The key is none, was used for another request, or for one that is not
            finished.
    """
    written = request.headers.get(HEADER)
    if written is None:
        return do()
    if not (0 < len(written) <= _LONGEST and written.isascii() and written.isprintable()):
        raise TurnedAwayError(400, "idempotency_key", f"{HEADER} 须是 1 到 {_LONGEST} 个可见字符。")
    book, now = guest.house.book, guest.house.now()
    key = hashlib.sha256(b"\0".join((guest.owner, written.encode()))).digest()
    asked = request.state.digest
    kept = book.begin(key, asked, now, now - guest.house.options.repeat_hours * _HOUR)
    if kept is None:
        return _done(guest, key, do)
    if kept.request != asked:
        detail = f"这个 {HEADER} 已用于另一个请求；请换一个。"
        raise TurnedAwayError(422, "idempotency_reused", detail)
    if kept.sealed is None:
        detail = "同一请求还在处理，或中途断了、结果未知；请稍后再试，或查证后换一个键。"
        raise TurnedAwayError(409, "idempotency_pending", detail, {"Retry-After": "1"})
    return _again(guest, key, kept.sealed)


def _done(guest: Guest, key: bytes, do: Callable[[], Response]) -> Response:
    try:
        response = do()
    except (ArchsearchError, TurnedAwayError):
        guest.house.book.forget(key)
        raise
    kept = {
        "status": response.status_code,
        "headers": {name: response.headers[name] for name in _KEPT if name in response.headers},
        "body": base64.b64encode(bytes(response.body)).decode(),
    }
    guest.house.book.finish(key, guest.house.seal.seal(orjson.dumps(kept), key))
    return response


def _again(guest: Guest, key: bytes, sealed: bytes) -> Response:
    try:
        kept = orjson.loads(guest.house.seal.open(sealed, key))
    except NotSealedHereError:
        detail = f"这个 {HEADER} 的结果已不能读取；请查证后换一个键。"
        raise TurnedAwayError(409, "idempotency_pending", detail) from None
    headers = {**kept["headers"], "Idempotency-Replayed": "true"}
    body = base64.b64decode(kept["body"])
    return Response(body, kept["status"], headers, "application/json")
