"""Values that were read on scans: what waits for somebody's word, and giving it beside the scan."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from archsearch.domain.policy import Right
from archsearch.domain.problem import Severity
from archsearch.entrypoints.web.frame import path_of
from archsearch.entrypoints.web.leaves import leave, page_in, reason_in, turning
from archsearch.entrypoints.web.visit import Form, Typed, Visitor, Welcome, go
from archsearch.errors import ConflictError, InvalidRequestError, NotFoundError, RejectedError

if TYPE_CHECKING:
    from archsearch.services.findings import Finding

router = APIRouter(include_in_schema=False)
_ADDRESS: Final = "/findings"
_STEP: Final = 50
_LARGEST: Final = 6
_NONE: Final = "没有勾选任何一项；识别出的都不对的，请选“都不采用”。"
_GONE: Final = "这份扫描件没有待核对的识别内容，可能已经有人核对过了。"


@dataclass(frozen=True, slots=True)
class Sight:
    """How a finding is to be shown: ``reason`` is why it is seen in full, empty for masked."""

    reason: str = ""
    page: int = 1
    wrong: str = ""
    faults: tuple[str, ...] = ()
    chosen: frozenset[str] | None = None


@router.get(_ADDRESS)
def findings(visitor: Welcome, done: str = "", record: str = "") -> Response:
    """List what waits for somebody's word."""
    found = visitor.archive.findings.list(user=visitor.user, limit=_STEP)
    waiting = visitor.guest.house.application.mail.findings.waiting(visitor.user)
    context = {"findings": found, "waiting": waiting, "done": done, "confirmed": record}
    return visitor.page("findings.html", schema=visitor.schema, **context)


@router.get(_ADDRESS + "/{number}/{record_id:path}")
def show(visitor: Welcome, request: Request, number: str, record_id: str) -> Response:
    """Show what was read on a scan beside the scan, or ask why it is to be seen."""
    asked = request.query_params
    reason = reason_in(visitor, record_id, asked.get("seen", ""))
    sight = Sight(reason, page_in(asked.get("page", "")))
    return _shown(visitor, record_id, _whole(number), sight)


@router.post(_ADDRESS + "/{number}/{record_id:path}")
def decide(visitor: Welcome, number: str, record_id: str, form: Typed) -> Response:
    """Take what is right, refuse all of it, or take down why it is to be seen in full."""
    wanted, desk, user = _whole(number), visitor.archive.findings, visitor.user
    reason = reason_in(visitor, record_id, form["seen"])
    sight = Sight(reason, page_in(form["at-page"]), chosen=frozenset(form.all("field")))
    try:
        if form["deed"] == "look":
            desk.of(record_id, user=user, reason=form["reason"])
            seen = leave(visitor, record_id, form["reason"])
            return go(f"{_ADDRESS}/{wanted}/{path_of(record_id)}?seen={seen}")
        _decide(visitor, record_id, wanted, form)
    except RejectedError as error:
        faults = tuple(_faults(error))
        told = replace(sight, wrong="没有写进档案。", faults=faults)
        return _shown(visitor, record_id, wanted, told, 400)
    except (InvalidRequestError, ConflictError) as error:
        return _shown(visitor, record_id, wanted, replace(sight, wrong=error.message), 400)
    return go(f"{_ADDRESS}?done={form['deed']}&record={path_of(record_id)}")


def _decide(visitor: Visitor, record_id: str, number: int, form: Form) -> None:
    desk, fields, version = visitor.archive.findings, form.all("field"), form.whole("version")
    if form["deed"] == "confirm":
        if not fields:
            raise InvalidRequestError(_NONE)
        desk.confirm(record_id, number, user=visitor.user, fields=fields, expected_version=version)
    elif form["deed"] == "refuse":
        desk.refuse(record_id, number, user=visitor.user, expected_version=version)
    else:
        raise InvalidRequestError("没有这种操作。")


def _shown(
    visitor: Visitor, record_id: str, number: int, sight: Sight, status: int = 200
) -> Response:
    archive, user = visitor.archive, visitor.user
    record = archive.get(record_id, user=user)
    found = _found(archive.findings.of(record_id, user=user, reason=sight.reason or None), number)
    scan = visitor.guest.house.application.mail.attachments.listed(record)[number - 1]
    context = {
        "record": record,
        "name": str(record.values.get("name", "")),
        "direct": True,
        "schema": visitor.schema,
        "finding": found,
        "scan": scan,
        "seen": leave(visitor, record_id, sight.reason) if sight.reason else "",
        "may_reveal": scan.kept and visitor.may_with(Right.REVEAL, record),
        "wrong": sight.wrong,
        "faults": sight.faults,
        "chosen": sight.chosen,
        **turning(min(sight.page, max(scan.pages, 1)), scan.pages),
    }
    return visitor.page("finding.html", status, **context)


def _found(findings_: "tuple[Finding, ...]", number: int) -> "Finding":
    found = next((each for each in findings_ if each.number == number), None)
    if found is None:
        raise NotFoundError(_GONE)
    return found


def _faults(error: RejectedError) -> list[str]:
    return [
        str(getattr(each, "message", each))
        for each in error.problems
        if getattr(each, "severity", Severity.ERROR) is Severity.ERROR
    ]


def _whole(number: str) -> int:
    if not (number.isascii() and number.isdigit() and len(number) <= _LARGEST and int(number)):
        raise NotFoundError("没有这份扫描件。")
    return int(number)
