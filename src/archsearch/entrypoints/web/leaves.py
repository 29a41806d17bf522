"""Pages of scans as pictures, and the leave to look at them.

Who opens a scan says why, once for the scans of a record. That is sealed into the addresses of the
pictures, for the one session and half an hour from the last look; rights are asked for every time.
"""

import asyncio
import base64
import binascii
from collections.abc import Iterator
from typing import Any, Final

import orjson
from starlette.responses import Response, StreamingResponse

from archsearch.domain.media import PDF as DOCUMENT
from archsearch.domain.media import SHOWN, TIFF
from archsearch.entrypoints.web.frame import rendered
from archsearch.entrypoints.web.visit import Visitor
from archsearch.errors import BusyError
from archsearch.security.sealing import NotSealedHereError
from archsearch.services.painting import Painted

MOST_PAGES: Final = 100_000
_SECONDS: Final = 1800
_UNPROCESSABLE: Final = 422
_LONGEST: Final = 4000
DRAWN: Final = frozenset({TIFF, DOCUMENT})
WHY: Final = {
    "busy": "正在显示的扫描件太多，请稍后再看。",
    "damaged": "这一页损坏了，显示不出来。",
    "encrypted": "文件设有密码，显示不出来。",
    "no_page": "没有这一页。",
    "no_reader": "这台服务器不能显示这种文件，请下载原件查看。",
    "too_large": "这一页太大，显示不出来，请下载原件查看。",
    "too_slow": "这一页显示得太久，已经停下，请下载原件查看。",
    "unknown": "这种文件不能在这里显示，请下载原件查看。",
}


def leave(visitor: Visitor, record_id: str, reason: str) -> str:
    """Write down, sealed, why somebody looks at the scans of a record."""
    house = visitor.guest.house
    told = orjson.dumps([reason, house.now() + _SECONDS])
    sealed = house.seal.seal(told, _place(visitor, record_id))
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def reason_in(visitor: Visitor, record_id: str, written: str) -> str:
    """Read why somebody looks; empty where they have not said so, or too long ago."""
    if not written or len(written) > _LONGEST:
        return ""
    house = visitor.guest.house
    try:
        sealed = base64.b64decode(written + "=" * (-len(written) % 4), b"-_", validate=True)
        reason, until = orjson.loads(house.seal.open(sealed, _place(visitor, record_id)))
    except (NotSealedHereError, binascii.Error, ValueError):
        return ""
    return str(reason) if house.now() < until else ""


def _place(visitor: Visitor, record_id: str) -> bytes:
    parts = (
        b"scans",
        visitor.guest.owner,
        visitor.user.via.encode(),
        record_id.encode("utf-8", "replace"),
    )
    return b"\0".join(parts)


async def shown(visitor: Visitor, media_type: str, chunks: Iterator[bytes], page: int) -> Response:
    """Answer with a page as a picture: as it is where browsers show it, else drawn."""
    if media_type in SHOWN:
        return StreamingResponse(chunks, media_type=media_type)
    if media_type not in DRAWN:
        return instead("unknown")
    painted = await _painted(visitor, chunks, page)
    if painted.fault:
        return instead(painted.fault)
    return Response(painted.picture, media_type="image/png")


async def _painted(visitor: Visitor, chunks: Iterator[bytes], page: int) -> Painted:
    """Have a page drawn; no thread that answers requests waits for it."""
    try:
        promised = visitor.guest.house.application.mail.painter.later(chunks, page)
    except BusyError:
        return Painted(b"", fault="busy")
    return await asyncio.wrap_future(promised)


async def counted(visitor: Visitor, media_type: str, chunks: Iterator[bytes]) -> tuple[int, str]:
    """Count the pages of a scan; where it cannot be shown, say why."""
    if media_type in SHOWN:
        return 1, ""
    if media_type not in DRAWN:
        return 0, WHY["unknown"]
    painted = await _painted(visitor, chunks, 0)
    return painted.pages, WHY[painted.fault] if painted.fault else ""


def instead(fault: str) -> Response:
    """Answer with a picture that says why there is none."""
    text = rendered("no_leaf.svg", {"why": WHY[fault]})
    return Response(text, _UNPROCESSABLE, media_type="image/svg+xml")


def page_in(text: str) -> int:
    """Read the number of a page; what is none is the first."""
    fits = text.isascii() and text.isdigit() and len(text) < _DIGITS
    return min(max(int(text), 1), MOST_PAGES) if fits else 1


_DIGITS: Final = 9


def turning(page: int, pages: int) -> dict[str, Any]:
    """Give what a page needs to lead to the next and the one before; pages may not be known."""
    return {
        "leaf": page,
        "leaves": pages,
        "before": page - 1 if page > 1 else 0,
        "after": page + 1 if page < pages else 0,
    }
