"""The operation log, for who may read it."""

from datetime import date, datetime, time, timedelta
from functools import partial
from io import BytesIO
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from archsearch.domain.audit import Action, AuditFilter, Outcome
from archsearch.domain.policy import Right
from archsearch.domain.zone import CHINA, day_of
from archsearch.entrypoints.cli.audit_page import page as report_page
from archsearch.entrypoints.cli.moments import shown
from archsearch.entrypoints.details import detail_of
from archsearch.entrypoints.web import words
from archsearch.entrypoints.web.pages.overview import review
from archsearch.entrypoints.web.styles import framed
from archsearch.entrypoints.web.visit import Visitor, Welcome
from archsearch.services.identity import require
from archsearch.services.spreadsheets import write_csv

router = APIRouter(include_in_schema=False)
_STEP: Final = 50
_LARGEST: Final = 15
_TITLES: Final = ("序号", "时间", "用户", "操作", "对象", "结果", "详情", "校验值")


@router.get("/log")
def log(visitor: Welcome, request: Request) -> Response:
    """List entries, the newest first."""
    asked = dict(request.query_params)
    before = asked.get("before", "")
    at = int(before) if before.isascii() and before.isdigit() and len(before) < _LARGEST else None
    entries = visitor.guest.house.application.audit.search(
        _conditions(asked), visitor.user, limit=_STEP, before=at
    )
    # Who looks for something has had the first look.
    told = None if asked else review(visitor)
    return _page(visitor, asked, entries=entries, more=len(entries) == _STEP, review=told)


@router.post("/log/verify")
def verify(visitor: Welcome) -> Response:
    """Check the chain from the first entry to the last."""
    report = visitor.guest.house.application.audit.verify(visitor.user)
    return _page(visitor, {}, report=report)


@router.get("/log/export")
def export(visitor: Welcome, request: Request) -> Response:
    """Give every entry that the conditions hold for as a table."""
    audit = visitor.guest.house.application.audit
    found = audit.export(_conditions(dict(request.query_params)), visitor.user)
    rows = (
        (
            *(str(each.seq), shown(each.entry.at), each.entry.user),
            *(words.ACTIONS[each.entry.action], each.entry.target),
            *(words.OUTCOMES[each.entry.outcome], detail_of(each, visitor.schema), each.digest),
        )
        for each in found
    )
    file = BytesIO()
    write_csv(file, _TITLES, rows)
    name = f"audit-{day_of(visitor.guest.house.application.clock())}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(file.getvalue(), headers=headers, media_type="text/csv; charset=utf-8")


@router.get("/log/report")
def report(visitor: Welcome, request: Request) -> HTMLResponse:
    """Count the log: who, which department, what, when; and what was unusual."""
    asked = dict(request.query_params)
    conditions = _conditions(asked)
    found = visitor.guest.house.application.audit.report(conditions, visitor.user)
    back = f"/log?{urlencode(asked)}" if asked else "/log"
    return framed(report_page(found, conditions, back))


def _page(visitor: Visitor, asked: dict[str, str], **more: Any) -> Response:
    require(visitor.guest.house.application.policy, visitor.principal, Right.LOG)
    context = {
        "asked": asked,
        "entries": (),
        "more": False,
        "report": None,
        "detail": partial(detail_of, schema=visitor.schema),
    }
    context |= {"review": None}
    return visitor.page("log.html", **{**context, **more})


def _conditions(asked: dict[str, str]) -> AuditFilter:
    """Read conditions; what cannot be meant is passed over."""
    action, outcome = asked.get("action", ""), asked.get("outcome", "")
    return AuditFilter(
        user=asked.get("user", "").strip() or None,
        action=Action(action) if action in set(Action) else None,
        target=asked.get("target", "").strip() or None,
        outcome=Outcome(outcome) if outcome in set(Outcome) else None,
        since=_day(asked.get("since", "")),
        until=_day(asked.get("until", ""), days=1),
    )


def _day(text: str, days: int = 0) -> datetime | None:
    try:
        return datetime.combine(date.fromisoformat(text), time(), CHINA) + timedelta(days=days)
    except (ValueError, OverflowError):
        return None
