"""Finding: the search page, and what completes the words in its box."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from archsearch.domain.query import Hit, Page
from archsearch.domain.schema import Schema
from archsearch.entrypoints.cli.hits import why
from archsearch.entrypoints.web.address import PAGE_SIZES, Asked, dated, read
from archsearch.entrypoints.web.visit import Visitor, Welcome, go, home_of
from archsearch.errors import InvalidRequestError, QuerySyntaxError

router = APIRouter(include_in_schema=False)

FACETS: Final = ("value_tier", "nature", "region", "tags", "business_type", "department")
_AROUND: Final = 2


@dataclass
class Branch:
    """A value of a facet, with those below it."""

    value: str
    label: str
    count: int
    below: list["Branch"] = field(default_factory=list)


@router.get("/search")
def search(visitor: Welcome, request: Request) -> Response:
    """Find records."""
    if not visitor.may("read"):
        return go(home_of(visitor.guest.house, visitor.user))
    asked = read(request.query_params, visitor.schema)
    context: dict[str, Any] = {
        "asked": asked,
        "wrong": "",
        "position": None,
        "found": None,
        "facets": (),
        "chips": list(_chips(asked, visitor.schema)),
        "sorts": _sorts(visitor.schema),
        "sizes": PAGE_SIZES,
        "dates": dated(visitor.schema),
        "why": why,
        "evidence": _evidence,
        "schema": visitor.schema,
    }
    status = 200
    try:
        found = _found(visitor, asked)
        context.update(found=found, facets=_facets(visitor, asked, found), pages=_pages(found))
    except QuerySyntaxError as error:
        status = 400
        context.update(wrong=error.message, position=error.position)
    except InvalidRequestError as error:
        status = 400
        context.update(wrong=error.message)
    if "hx-request" in request.headers:
        # Else the page would stay as it is.
        status = 200
    response = visitor.page("search.html", status, **context)
    response.headers["Vary"] = "HX-Request"
    return response


@router.get("/suggest")
def suggest(visitor: Welcome, text: Annotated[str, Query()] = "") -> Response:
    """Complete what is being typed."""
    found = visitor.archive.suggest(text, user=visitor.user) if text.strip() else ()
    return visitor.page("suggestions.html", suggestions=found)


def _found(visitor: Visitor, asked: Asked) -> Page:
    return visitor.archive.search(
        asked.text,
        user=visitor.user,
        mode=asked.mode,
        filters=asked.api_filters,
        facets=_keys(visitor.schema),
        sort=asked.sort,
        limit=asked.size,
        offset=asked.offset,
    )


def _keys(schema: Schema) -> list[str]:
    return [key for key in FACETS if key in schema.by_key and schema.by_key[key].facet]


def _facets(visitor: Visitor, asked: Asked, found: Page) -> list[dict[str, Any]]:
    facets = []
    for key in _keys(visitor.schema):
        spec, chosen = visitor.schema.by_key[key], asked.filters.get(key, ())
        counts = dict(found.facets.get(key, ()))
        if chosen:
            counts = {**dict.fromkeys(chosen, 0), **_widened(visitor, asked, key, found), **counts}
        listed = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        branches = tree(listed) if spec.hierarchical else _flat(listed, chosen)
        facets.append({"key": key, "label": spec.label, "chosen": chosen, "branches": branches})
    return facets


def _widened(visitor: Visitor, asked: Asked, key: str, found: Page) -> dict[str, int]:
    """Count what a field could be widened to: any of several values will do."""
    bare = visitor.archive.search(
        asked.text,
        user=visitor.user,
        mode=asked.mode,
        filters=asked.bare(key).api_filters,
        facets=[key],
        limit=0,
    )
    # Without the filter another way of finding may have been enough, which compares with nothing.
    return dict(bare.facets[key]) if bare.mode == found.mode else {}


def _flat(counts: Sequence[tuple[str, int]], chosen: Sequence[str]) -> list[Branch]:
    first = sorted(counts, key=lambda each: each[0] not in chosen)
    return [Branch(value, value, count) for value, count in first]


def tree(counts: Sequence[tuple[str, int]]) -> list[Branch]:
    """Order paths below each other; children follow the order of their counts."""
    known: dict[str, Branch] = {}
    top: list[Branch] = []
    for path, count in sorted(counts, key=lambda each: (each[0].count("/"), -each[1], each[0])):
        above, _, label = path.rpartition("/")
        branch = known[path] = Branch(path, label, count)
        (known[above].below if above in known else top).append(branch)
    return top


def _chips(asked: Asked, schema: Schema) -> Iterator[tuple[str, str, str]]:
    """Give label, value and the address without it, of every condition."""
    for key, values in asked.filters.items():
        for value in values:
            yield schema.by_key[key].label, value, asked.toggled(key, value)
    for key, (low, high) in asked.ranges.items():
        shown = f"{low or '最早'} 至 {high or '今天'}"
        yield schema.by_key[key].label, shown, asked.without_range(key)


def _sorts(schema: Schema) -> list[tuple[str, str]]:
    found = [("relevance", "相关程度")]
    for key, up, down in _ORDERS:
        if key in schema.by_key and schema.by_key[key].sortable:
            label = schema.by_key[key].label
            found += [(f"-{key}", f"{label}：{down}")] if down else []
            found += [(key, f"{label}：{up}")] if up else []
    return found


_ORDERS: Final = (
    ("created_at", "旧的在前", "新的在前"),
    ("updated_at", "", "新的在前"),
    ("name", "按字", ""),
    ("value_tier", "", "高的在前"),
    ("review_due", "早的在前", ""),
)


def _pages(found: Page) -> list[int]:
    """List the pages to offer: the first, the last, and those around; 0 stands for a gap."""
    size = max(found.limit, 1)
    last, now = max(1, -(-found.total // size)), found.offset // size + 1
    near = {1, last, *range(max(1, now - _AROUND), min(last, now + _AROUND) + 1)}
    shown: list[int] = []
    for number in sorted(near):
        if shown and number - shown[-1] > 1:
            shown.append(0)
        shown.append(number)
    return shown


def _evidence(hit: Hit, schema: Schema) -> list[tuple[str, Any]]:
    """List what else than the name matched."""
    return [
        (schema.by_key[key].label, snippet)
        for key, snippets in hit.highlights.items()
        if key != "name" and key in schema.by_key
        for snippet in snippets
    ][:3]
