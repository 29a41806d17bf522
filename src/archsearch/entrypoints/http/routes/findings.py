"""What was read on scans, for people to confirm."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from archsearch.entrypoints.http.addresses import OwnedRoute
from archsearch.entrypoints.http.answers import listed
from archsearch.entrypoints.http.bodies import ConfirmBody, FindingsParameters
from archsearch.entrypoints.http.described import several
from archsearch.entrypoints.http.entry import Entered
from archsearch.entrypoints.http.house import API
from archsearch.entrypoints.http.models import ReasonBody
from archsearch.entrypoints.http.routes.attachments import Number
from archsearch.entrypoints.http.routes.records import REVISED, Condition, revised, version
from archsearch.services.findings import Finding

router = APIRouter(prefix=f"{API}/findings", route_class=OwnedRoute, tags=["识别内容"])
of_records = APIRouter(prefix=f"{API}/records", route_class=OwnedRoute, tags=["识别内容"])
FINDINGS: Final = several(Finding)
_EXAMPLE: Final = {
    "items": [
        {
            "record_id": "A001-GR-2026-000001",
            "number": 1,
            "name": "张玮",
            "file": "张伟_002X_申请书.pdf",
            "values": {
                "name": "张伟",
                "id_number": "110***********002X",
                "phones": ["138****5678"],
            },
            "differs": ["name"],
            "held": {"name": "张玮"},
            "version": 2,
        }
    ]
}
_LISTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"application/json": {"example": _EXAMPLE}}}
}


@router.get("", response_model=FINDINGS, responses=_LISTED, summary="待核对的识别内容")
def everything(guest: Entered, asked: Annotated[FindingsParameters, Query()]) -> Response:
    """List what was read on scans of records that one may change, and is to be confirmed."""
    return listed(guest.house.archive.findings.list(user=guest.user, limit=asked.limit))


@of_records.get(
    "/{record_id:path}/findings",
    response_model=FINDINGS,
    responses=_LISTED,
    summary="一份档案待核对的识别内容",
)
def of(guest: Entered, record_id: str) -> Response:
    """List what was read on the scans of a record and is to be confirmed, masked."""
    return listed(guest.house.archive.findings.of(record_id, user=guest.user))


@of_records.post(
    "/{record_id:path}/findings", response_model=FINDINGS, summary="待核对的识别内容的原文"
)
def revealed(guest: Entered, record_id: str, asked: ReasonBody) -> Response:
    """List it as it was read; the reason goes into the log."""
    desk = guest.house.archive.findings
    return listed(desk.of(record_id, user=guest.user, reason=asked.reason))


@of_records.post(
    "/{record_id:path}/findings/{number}/confirm", response_model=REVISED, summary="采用识别内容"
)
def confirm(
    guest: Entered,
    record_id: str,
    number: Number,
    asked: ConfirmBody,
    condition: Condition = None,
) -> Response:
    """Take what is right into the record; say by If-Match what version was seen."""
    return revised(
        guest.house.archive.findings.confirm(
            record_id,
            number,
            user=guest.user,
            fields=asked.fields,
            expected_version=_seen(condition),
        )
    )


@of_records.post(
    "/{record_id:path}/findings/{number}/refuse", response_model=REVISED, summary="识别内容都不对"
)
def refuse(guest: Entered, record_id: str, number: Number, condition: Condition = None) -> Response:
    """Refuse everything that was read on a scan; it is proposed no more."""
    desk, seen = guest.house.archive.findings, _seen(condition)
    return revised(desk.refuse(record_id, number, user=guest.user, expected_version=seen))


def _seen(condition: str | None) -> int | None:
    return None if condition is None else version(condition)
