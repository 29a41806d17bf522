"""The overview: what the archive holds, inside one's scope, as bars."""

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response

from archsearch.entrypoints.web.address import Asked
from archsearch.entrypoints.web.visit import Welcome

router = APIRouter(include_in_schema=False)
_CHARTS: Final = (
    "region", "value_tier", "nature", "business_type", "tags", "department", "status", "secrecy",
)  # fmt: skip
_MOST_BARS: Final = 12
_TOP: Final = {"region": 1, "department": 0}
"""How deep the paths are that are drawn: provinces, and the departments at the top."""


@router.get("/overview")
def overview(visitor: Welcome) -> Response:
    """Count what there is."""
    schema = visitor.schema
    keys = [key for key in _CHARTS if key in schema.by_key and schema.by_key[key].facet]
    found = visitor.archive.search("", user=visitor.user, facets=keys, limit=0)
    charts = []
    for key in keys:
        depth = _TOP.get(key)
        counts = [
            each for each in found.facets[key] if depth is None or each[0].count("/") == depth
        ]
        if counts:
            most = max(count for _, count in counts)
            bars = [
                (value.rpartition("/")[2], count, 100 * count / most,
                 Asked(filters={key: (value,)}).link())
                for value, count in counts[:_MOST_BARS]
            ]  # fmt: skip
            label, left = schema.by_key[key].label, max(len(counts) - _MOST_BARS, 0)
            charts.append({"label": label, "bars": bars, "left": left})
    waiting = {
        "borrow": len(visitor.archive.borrow.list(user=visitor.user, which="inbox")),
        "proposals": len(visitor.archive.proposals.list(user=visitor.user, which="inbox")),
    }
    return visitor.page("overview.html", total=found.total, charts=charts, waiting=waiting)
