"""Handing out: the export of all that a search finds."""

from typing import Any

from fastapi import APIRouter
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from archsearch.entrypoints.web.address import read
from archsearch.entrypoints.web.files import KINDS, attached
from archsearch.entrypoints.web.visit import Typed, Visitor, Welcome
from archsearch.errors import AccessDeniedError, InvalidRequestError
from archsearch.services.tabulating import write_records

router = APIRouter(include_in_schema=False)


@router.get("/export")
def begin(visitor: Welcome, request: Request) -> Response:
    """Ask for what an export is."""
    return _ask(visitor, request.url.query)


@router.post("/export")
def export(visitor: Welcome, form: Typed) -> Response:
    """Hand out all hits as a file; numbers stay as they are, and formulas compute nothing."""
    kind = form["kind"] if form["kind"] in KINDS else "xlsx"
    asked = read(QueryParams(form["search"]), visitor.schema)
    try:
        found = visitor.archive.export(
            asked.text,
            user=visitor.user,
            reason=form["reason"],
            mode=asked.mode,
            filters=asked.api_filters,
            sort=asked.sort,
            reveal=bool(form["reveal"]),
        )
        answer = attached(visitor.guest.house, "档案", kind)
        write_records(answer.file, f".{kind}", found, visitor.schema)
    except (InvalidRequestError, AccessDeniedError) as error:
        return _ask(visitor, form["search"], 400, wrong=error.message)
    return answer.response()


def _ask(visitor: Visitor, search: str, status: int = 200, **more: Any) -> Response:
    asked = read(QueryParams(search), visitor.schema)
    found = visitor.archive.search(
        asked.text, user=visitor.user, mode=asked.mode, filters=asked.api_filters, limit=0
    )
    context = {"asked": asked, "total": found.total, "search": search, "wrong": ""}
    return visitor.page("export.html", status, **{**context, **more})
