"""Scans of records."""

import base64
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query
from starlette.responses import Response, StreamingResponse

from archsearch.domain.media import ENDINGS, UNKNOWN
from archsearch.entrypoints.http.addresses import OwnedRoute
from archsearch.entrypoints.http.answers import handed_out, listed
from archsearch.entrypoints.http.bodies import WhyParameters
from archsearch.entrypoints.http.described import several
from archsearch.entrypoints.http.entry import Entered, Guest
from archsearch.entrypoints.http.house import API
from archsearch.entrypoints.http.models import ReasonBody
from archsearch.services.attachments import Attached

router = APIRouter(prefix=f"{API}/records", route_class=OwnedRoute, tags=["扫描件"])
Number = Annotated[int, Path(ge=1, le=2**31, description="第几份，从 1 起")]
_BYTES: Final = {"schema": {"type": "string", "format": "binary"}}
_SCAN: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "扫描件的原件；Repr-Digest 是它的摘要",
        "content": dict.fromkeys((*ENDINGS, UNKNOWN), _BYTES),
    }
}


@router.get("/{record_id:path}/attachments", response_model=several(Attached), summary="扫描件")
def everything(guest: Entered, record_id: str) -> Response:
    """List the scans of a record, with what the record says of them."""
    return listed(guest.house.archive.attachments(record_id, user=guest.user))


@router.get(
    "/{record_id:path}/attachments/{number}",
    response_class=StreamingResponse,
    responses=_SCAN,
    summary="取出扫描件（理由在地址里）",
)
def fetch(
    guest: Entered, record_id: str, number: Number, asked: Annotated[WhyParameters, Query()]
) -> Response:
    """Give a scan as it came; it takes what revealing takes, and goes into the log."""
    return _given(guest, record_id, number, asked.reason)


@router.post(
    "/{record_id:path}/attachments/{number}",
    response_class=StreamingResponse,
    responses=_SCAN,
    summary="取出扫描件",
)
def open_(guest: Entered, record_id: str, number: Number, asked: ReasonBody) -> Response:
    """Give a scan as it came; it takes what revealing takes, and goes into the log."""
    return _given(guest, record_id, number, asked.reason)


def _given(guest: Guest, record_id: str, number: int, reason: str) -> Response:
    found = guest.house.archive.attachment(record_id, number, reason=reason, user=guest.user)
    digest = base64.b64encode(bytes.fromhex(found.sha256)).decode()
    told = {"Content-Length": str(found.size), "Repr-Digest": f"sha-256=:{digest}:"}
    return handed_out(found.name, found.media_type, found.chunks, told)
