"""Finding: search, facets, suggestions, screening, and the fields there are."""

from collections.abc import Sequence
from dataclasses import fields as fields_of
from typing import Annotated, Any

from fastapi import APIRouter, Query
from starlette.responses import Response

from archsearch.domain.duplicates import DuplicatePage
from archsearch.entrypoints.http.addresses import OwnedRoute
from archsearch.entrypoints.http.answers import answer, listed
from archsearch.entrypoints.http.bodies import DuplicatesParameters
from archsearch.entrypoints.http.described import described
from archsearch.entrypoints.http.entry import Entered, Guest
from archsearch.entrypoints.http.house import API
from archsearch.entrypoints.http.models import (
    FacetsBody,
    FacetsModel,
    FieldsModel,
    MatchBody,
    MatchesModel,
    PageModel,
    SearchBody,
    SearchParameters,
    SuggestionsModel,
    SuggestParameters,
    names_of,
)
from archsearch.entrypoints.http.problems import TurnedAwayError
from archsearch.errors import InvalidRequestError

router = APIRouter(prefix=API, route_class=OwnedRoute, tags=["检索"])


@router.get("/search", response_model=PageModel, summary="检索（参数在地址里）")
def search_by_address(guest: Entered, asked: Annotated[SearchParameters, Query()]) -> Response:
    """Search by an address; addresses get into the logs of proxies, so prefer POST for names."""
    body = SearchBody(
        query=asked.query,
        mode=asked.mode,
        filters=_filters(asked.filter),
        facets=asked.facet,
        sort=asked.sort,
        limit=asked.limit,
        offset=asked.offset,
        cursor=asked.cursor,
    )
    return _page(guest, body)


@router.post("/search", response_model=PageModel, summary="检索")
def search(guest: Entered, asked: SearchBody) -> Response:
    """Find records inside one's scope."""
    return _page(guest, asked)


@router.post("/facets", response_model=FacetsModel, summary="统计")
def facets(guest: Entered, asked: FacetsBody) -> Response:
    """Count the values of fields over all hits."""
    page = guest.house.archive.search(
        asked.query,
        user=guest.user,
        mode=asked.mode,
        filters=asked.filters,
        facets=asked.facets,
        limit=0,
    )
    return answer({"total": page.total, "facets": page.facets})


@router.get("/suggest", response_model=SuggestionsModel, summary="补全客户名称")
def suggest(guest: Entered, asked: Annotated[SuggestParameters, Query()]) -> Response:
    """Complete what is being typed."""
    return listed(guest.house.archive.suggest(asked.text, user=guest.user, limit=asked.limit))


@router.post("/match", response_model=MatchesModel, summary="名单比对")
def match(guest: Entered, asked: MatchBody) -> Response:
    """Screen a list: for each line the best hits, with a verdict."""
    names = names_of(asked.names)
    return listed(guest.house.archive.match(names, user=guest.user, limit=asked.limit))


@router.get("/duplicates", response_model=described(DuplicatePage), summary="疑似重复的档案")
def duplicates(guest: Entered, asked: Annotated[DuplicatesParameters, Query()]) -> Response:
    """Propose groups of records that may be one customer's, the surest first.

    All records in one's scope are compared, one such comparison at a time in a process of the
    server; of many records the first answer may come too late (504), and later ones at once.
    """
    comparing = guest.house.comparing
    if not comparing.acquire(blocking=False):
        again = {"Retry-After": "5"}
        raise TurnedAwayError(503, "busy", "正在查重，请稍后再试。", again)
    try:
        page = guest.house.archive.duplicates(
            user=guest.user, least=asked.least, limit=asked.limit, offset=asked.offset
        )
    finally:
        comparing.release()
    return answer(page)


@router.get("/fields", response_model=FieldsModel, summary="元数据标准里的字段")
def fields(guest: Entered) -> Response:
    """List the fields of the schema, for filters, facets and sorting."""
    specs = guest.house.application.settings.schema.fields
    keys = ("key", "label", "type", "facet", "sortable")
    return listed([{key: getattr(spec, key) for key in keys} for spec in specs])


def _page(guest: Guest, asked: SearchBody) -> Response:
    cursors = guest.house.cursors
    bound = asked.model_dump(exclude={"cursor", "offset"})
    offset = asked.offset
    if asked.cursor is not None:
        offset = cursors.read(asked.cursor, guest.user, bound)
    page = guest.house.archive.search(
        asked.query,
        user=guest.user,
        mode=asked.mode,
        filters=asked.filters,
        facets=asked.facets,
        sort=asked.sort,
        limit=asked.limit,
        offset=offset,
    )
    end = page.offset + len(page.hits)
    further = bool(page.hits) and end < page.total
    following = cursors.write(end, guest.user, bound) if further else None
    told = {each.name: getattr(page, each.name) for each in fields_of(page)}
    return answer({**told, "next_cursor": following})


def _filters(written: Sequence[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for each in written:
        key, mark, value = each.partition("=")
        if not mark or not key:
            raise InvalidRequestError("参数 filter 须写成 字段=值。")
        found.setdefault(key, []).append(value)
    return found
