"""Saved searches."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from archsearch.domain.saved import Saved
from archsearch.entrypoints.http.addresses import OwnedRoute
from archsearch.entrypoints.http.answers import answer, listed
from archsearch.entrypoints.http.described import described, several
from archsearch.entrypoints.http.entry import Entered
from archsearch.entrypoints.http.house import API
from archsearch.entrypoints.http.models import Body, FilterModel, FoundModel, Mode, Parameters
from archsearch.entrypoints.http.repeats import once

router = APIRouter(prefix=f"{API}/saved", route_class=OwnedRoute, tags=["保存的检索"])


class SaveBody(Body):
    """A search to be kept."""

    name: str = Field(examples=["华东高价值"])
    query: str = Field("", examples=["逾期"])
    mode: Mode = "auto"
    filters: dict[str, FilterModel] = Field(
        default_factory=dict, examples=[{"region": ["华东"], "value_tier": ["高价值"]}]
    )
    sort: str = "relevance"


class NameBody(Body):
    """Another name."""

    name: str = Field(examples=["华东重点客户"])


class PartParameters(Parameters):
    """Which part of the hits."""

    limit: int = Field(20, ge=0, le=10_000)
    offset: int = Field(0, ge=0, le=10**9)


@router.post("", response_model=described(Saved), status_code=201, summary="保存检索")
def save(request: Request, guest: Entered, asked: SaveBody) -> Response:
    """Keep a search under a name."""

    def make() -> Response:
        made = guest.house.archive.saved.save(
            asked.name,
            asked.query,
            user=guest.user,
            mode=asked.mode,
            filters=asked.filters,
            sort=asked.sort,
        )
        return answer(made, 201, {"Location": f"{API}/saved/{made.id}"})

    return once(request, guest, make)


@router.get("", response_model=several(Saved), summary="我保存的检索")
def everything(guest: Entered) -> Response:
    """List one's searches, with what of their hits is new."""
    return listed(guest.house.archive.saved.list(user=guest.user))


@router.post("/{saved_id}/run", response_model=FoundModel, summary="再检索一次")
def run(guest: Entered, saved_id: str, asked: Annotated[PartParameters, Query()]) -> Response:
    """Search again; what is found now is not new any more."""
    desk = guest.house.archive.saved
    page = desk.run(saved_id, user=guest.user, limit=asked.limit, offset=asked.offset)
    return answer(page)


@router.patch("/{saved_id}", response_model=described(Saved), summary="改名")
def rename(guest: Entered, saved_id: str, asked: NameBody) -> Response:
    """Call a search otherwise."""
    return answer(guest.house.archive.saved.rename(saved_id, asked.name, user=guest.user))


@router.delete("/{saved_id}", status_code=204, summary="删除保存的检索")
def delete(guest: Entered, saved_id: str) -> Response:
    """Forget a search."""
    guest.house.archive.saved.delete(saved_id, user=guest.user)
    return Response(status_code=204)
