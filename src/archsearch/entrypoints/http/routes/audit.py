"""The operation log, for who may read it."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from archsearch.domain.audit import AuditFilter, ChainReport, LoggedEntry
from archsearch.domain.audit_report import AuditReport
from archsearch.domain.zone import CHINA
from archsearch.entrypoints.http.addresses import OwnedRoute
from archsearch.entrypoints.http.answers import answer, listed
from archsearch.entrypoints.http.bodies import LogPageParameters, LogParameters
from archsearch.entrypoints.http.described import described, several
from archsearch.entrypoints.http.entry import Entered
from archsearch.entrypoints.http.house import API
from archsearch.services.replay import Replay

router = APIRouter(prefix=f"{API}/audit", route_class=OwnedRoute, tags=["操作日志"])


@router.get("", response_model=several(LoggedEntry), summary="查询日志")
def search(guest: Entered, asked: Annotated[LogPageParameters, Query()]) -> Response:
    """List entries, the newest first."""
    audit = guest.house.application.audit
    conditions = _conditions(asked)
    return listed(audit.search(conditions, guest.user, limit=asked.limit, before=asked.before))


@router.get("/report", response_model=described(AuditReport), summary="统计日志")
def report(guest: Entered, asked: Annotated[LogParameters, Query()]) -> Response:
    """Count entries, and point out what is unusual."""
    return answer(guest.house.application.audit.report(_conditions(asked), guest.user))


@router.post("/verify", response_model=described(ChainReport), summary="验证日志")
def verify(guest: Entered) -> Response:
    """Check the chain from the first entry to the last; ``breaks`` is empty where it is whole."""
    return answer(guest.house.application.audit.verify(guest.user))


@router.post("/{seq}/replay", response_model=described(Replay), summary="重放一次检索")
def replay(guest: Entered, seq: Annotated[int, Path(ge=1, le=2**53)]) -> Response:
    """Put a question of the log again, to the archive as it was."""
    return answer(guest.house.archive.replay(seq, user=guest.user))


def _conditions(asked: LogParameters) -> AuditFilter:
    since, until = (
        each.replace(tzinfo=CHINA) if each is not None and each.tzinfo is None else each
        for each in (asked.since, asked.until)
    )
    return AuditFilter(asked.user, asked.action, asked.target, asked.outcome, since, until)
