"""Saved searches: kept from the search page, listed with what is new, opened again."""

from typing import Any, Final

from fastapi import APIRouter
from starlette.datastructures import QueryParams
from starlette.responses import Response

from archsearch.domain.saved import Saved
from archsearch.entrypoints.web.address import Asked, of_api, read
from archsearch.entrypoints.web.frame import path_of
from archsearch.entrypoints.web.visit import Form, Typed, Visitor, Welcome, go
from archsearch.errors import ConflictError, InvalidRequestError

router = APIRouter(include_in_schema=False)
_ADDRESS: Final = "/saved"


@router.get(_ADDRESS)
def everything(visitor: Welcome, done: str = "") -> Response:
    """List one's searches, with what is new."""
    return _listed(visitor, done=done)


@router.post(_ADDRESS)
def save(visitor: Welcome, form: Typed) -> Response:
    """Keep the search that an address states."""
    asked = read(QueryParams(form["search"]), visitor.schema)
    try:
        visitor.archive.saved.save(
            form["name"],
            asked.text,
            user=visitor.user,
            mode=asked.mode,
            filters=asked.api_filters,
            sort=asked.sort,
        )
    except (ConflictError, InvalidRequestError) as error:
        return _listed(visitor, 400, wrong=error.message, again=form)
    return go(f"{_ADDRESS}?done=saved")


@router.get(_ADDRESS + "/{number}")
def look(visitor: Welcome, number: str) -> Response:
    """Open a search; what it finds now is not new any more."""
    saved = visitor.guest.house.application.desk.saved.look(number, visitor.user)
    return go(_asked(saved).link())


@router.post(_ADDRESS + "/{number}/{deed}")
def act(visitor: Welcome, number: str, deed: str, form: Typed) -> Response:
    """Call a search otherwise, or forget it."""
    try:
        _do(visitor, number, deed, form)
    except (ConflictError, InvalidRequestError) as error:
        return _listed(visitor, 400, wrong=error.message)
    return go(f"{_ADDRESS}?done={path_of(deed)}")


def _do(visitor: Visitor, number: str, deed: str, form: Form) -> None:
    desk, user = visitor.archive.saved, visitor.user
    if deed == "rename":
        desk.rename(number, form["name"], user=user)
    elif deed == "delete":
        desk.delete(number, user=user)
    else:
        raise InvalidRequestError("没有这种操作。")


def _asked(saved: Saved) -> Asked:
    return of_api(saved.query, saved.mode, saved.filters, saved.sort)


def _listed(visitor: Visitor, status: int = 200, **more: Any) -> Response:
    found = [(each, _asked(each)) for each in visitor.archive.saved.list(user=visitor.user)]
    context: dict[str, Any] = {"wrong": "", "done": "", "again": Form({})}
    context |= {"saved": found, "schema": visitor.schema}
    return visitor.page("saved.html", status, **{**context, **more})
