"""The overview: what the archive holds, how it grows and how good it is, inside one's scope."""

from collections.abc import Mapping, Sequence
from datetime import datetime, time, timedelta
from typing import Any, Final

from fastapi import APIRouter
from starlette.responses import Response

from archsearch.domain.audit import AuditFilter
from archsearch.domain.zone import CHINA
from archsearch.entrypoints.web.address import Asked
from archsearch.entrypoints.web.charts import bars, tree_map
from archsearch.entrypoints.web.visit import Visitor, Welcome
from archsearch.services.overview import MOST_READ, Overview

router = APIRouter(include_in_schema=False)
_CHARTS: Final = (
    "value_tier", "nature", "business_type", "tags", "department", "status", "secrecy",
)  # fmt: skip
_WANTED: Final = ("id_number", "phones", "address", "region", "business_type")
_MOST_BARS: Final = 10
_REGION: Final = "region"
_PROVINCE: Final = 1
"""How deep the paths of regions are that are drawn."""
_DAYS: Final = 30
_GOOD: Final = ("好", "较好", "一般", "较差")


@router.get("/overview")
def overview(visitor: Welcome) -> Response:
    """Show what there is."""
    by_key = visitor.schema.by_key
    keys = [key for key in (_REGION, *_CHARTS) if key in by_key and by_key[key].facet]
    wanted = [key for key in _WANTED if key in by_key]
    found = visitor.guest.house.application.desk.overview.look(visitor.user, keys, wanted)
    context = {
        "found": found,
        "growth": bars(found.months),
        "year": sum(count for _, count in found.months[-12:]),
        "quality": _quality(found),
        "gaps": _gaps(visitor, found),
        "sampled": found.total > MOST_READ,
        "regions": _regions(found.facets.get(_REGION, ())),
        "charts": [each for key in keys if key != _REGION for each in _chart(visitor, key, found)],
        "waiting": _waiting(visitor),
        "review": review(visitor),
    }
    return visitor.page("overview.html", **context)


def review(visitor: Visitor) -> Mapping[str, Any] | None:
    """Sum the log of the last days up, for who may read it."""
    if not visitor.may("log"):
        return None
    application = visitor.guest.house.application
    today = application.clock().astimezone(CHINA).date()
    span = [today - timedelta(days=ago) for ago in range(_DAYS - 1, -1, -1)]
    conditions = AuditFilter(since=datetime.combine(span[0], time(), CHINA))
    report = application.audit.report(conditions, visitor.user)
    counts = dict(report.days)
    days = [(day.strftime("%m-%d"), counts.get(day, 0)) for day in span]
    hours = [(f"{hour:02d}", count) for hour, count in enumerate(report.hours)]
    return {"report": report, "days": bars(days, 8), "hours": bars(hours, 8), "span": _DAYS}


def _chart(visitor: Visitor, key: str, found: Overview) -> list[dict[str, Any]]:
    """Draw a facet; of paths those at the top."""
    counts = [each for each in found.facets[key] if "/" not in each[0]]
    if not counts:
        return []
    most = max(count for _, count in counts)
    lines = [
        (value, count, 100 * count / most, Asked(filters={key: (value,)}).link())
        for value, count in counts[:_MOST_BARS]
    ]
    left = max(len(counts) - _MOST_BARS, 0)
    return [{"label": visitor.schema.by_key[key].label, "bars": lines, "left": left}]


def _regions(counts: Sequence[tuple[str, int]]) -> list[Any]:
    provinces = [each for each in counts if each[0].count("/") == _PROVINCE]
    return tree_map(
        [
            (value.rpartition("/")[2], count, Asked(filters={_REGION: (value,)}).link())
            for value, count in provinces
        ]
    )


def _quality(found: Overview) -> list[tuple[str, int, int, int, str]]:
    """Give each band's word, bounds, count, and the search for it."""
    return [
        (word, low, high, count, Asked(ranges={"quality": (str(low), str(high))}).link())
        for word, (low, high, count) in zip(_GOOD, found.quality, strict=True)
    ]


def _gaps(visitor: Visitor, found: Overview) -> list[tuple[str, int, float]]:
    read = max(found.gaps.read, 1)
    return [
        (visitor.schema.by_key[key].label, count, 100 * count / read)
        for key, count in found.gaps.missing.items()
    ]


def _waiting(visitor: Visitor) -> dict[str, Any]:
    archive, user = visitor.archive, visitor.user
    waiting: dict[str, Any] = {
        "borrow": len(archive.borrow.list(user=user, which="inbox")),
        "proposals": len(archive.proposals.list(user=user, which="inbox")),
        "inbox": None,
        "findings": None,
    }
    if visitor.may("change"):
        findings = visitor.guest.house.application.mail.findings
        waiting["findings"] = findings.waiting(user)
    if visitor.may("create"):
        counts = archive.inbox(user=user, limit=1).counts
        waiting["inbox"] = {key: number for key, number in counts.items() if key in _TO_DO}
    return waiting


_TO_DO: Final = ("waiting", "quarantined")
