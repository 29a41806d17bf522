"""The application: resources, error pages, and the guard around them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Final

from anyio import to_thread
from fastapi import Depends, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response

from archsearch.bootstrap import Application
from archsearch.entrypoints.archive import Archive
from archsearch.entrypoints.http.addresses import methods_of
from archsearch.entrypoints.http.answers import answer
from archsearch.entrypoints.http.entry import cookie_name
from archsearch.entrypoints.http.guard import Guard
from archsearch.entrypoints.http.house import House
from archsearch.entrypoints.http.metrics import Metrics
from archsearch.entrypoints.http.models import SearchParameters, lists_of
from archsearch.entrypoints.http.openapi import describe
from archsearch.entrypoints.http.problems import TurnedAwayError, misread, problem, problem_of
from archsearch.entrypoints.http.routes import (
    attachments,
    audit,
    borrow,
    dictionary,
    findings,
    health,
    inbox,
    policy,
    proposals,
    records,
    saved,
    search,
    session,
    tasks,
    users,
)
from archsearch.entrypoints.web.edge import Edge
from archsearch.entrypoints.web.site import PAGES
from archsearch.errors import ArchsearchError

ROUTERS: Final = (
    session.router,
    search.router,
    tasks.router,
    saved.router,
    proposals.made,
    attachments.router,
    findings.of_records,
    records.router,
    records.elsewhere,
    proposals.router,
    borrow.router,
    inbox.router,
    findings.router,
    audit.router,
    dictionary.router,
    policy.router,
    users.router,
    users.tokens,
    users.departments,
    health.router,
    *PAGES,
)
"""In this order: what is more particular comes first."""
_LISTS: Final = lists_of(SearchParameters)


def make_app(
    application: Application, *, secure: bool = False, close: Callable[[], None] = lambda: None
) -> FastAPI:
    """Make the application that answers for an open workspace.

    Args:
        application: The workspace.
        secure: Whether cookies are for HTTPS alone.
        close: Called when the server has stopped.
    """
    options = application.settings.options.server
    house = House(application, Archive(application), Metrics(), secure or options.https)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        to_thread.current_default_thread_limiter().total_tokens = options.threads
        try:
            yield
        finally:
            house.close()
            close()

    app = FastAPI(
        title="archsearch",
        # Their pages load scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
        middleware=[Middleware(Edge), Middleware(Guard, house=house)],
        exception_handlers=_HANDLERS,
    )
    app.state.house = house
    for router in ROUTERS:
        strict = () if router in PAGES else (Depends(_once_each),)
        app.include_router(router, dependencies=strict)
    _describe(app, house)
    return app


def _describe(app: FastAPI, house: House) -> None:
    def openapi() -> dict[str, Any]:
        if not app.openapi_schema:
            app.openapi_schema = describe(app, cookie_name(house))
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way the framework documents

    app.get("/openapi.json", include_in_schema=False)(_document)


def _document(request: Request) -> Response:
    # The framework remembers every endpoint for good: one that held the application would keep it.
    return answer(request.app.openapi())


async def _once_each(request: Request) -> None:
    """Refuse a parameter that is given twice: which of the two was meant nobody can tell."""
    names = [name for name, _ in request.query_params.multi_items() if name not in _LISTS]
    if len(set(names)) < len(names):
        raise RequestValidationError([{"type": "repeated", "loc": ("query",)}])


async def _expected(request: Request, error: Exception) -> Response:
    if not isinstance(error, ArchsearchError):
        raise error
    return problem_of(error, request.state.id)


async def _turned_away(request: Request, error: Exception) -> Response:
    if not isinstance(error, TurnedAwayError):
        raise error
    found = request.state.id
    return problem(error.status, error.code, error.message, found, headers=error.headers)


async def _misread(request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    return misread(request, error.errors())


async def _unrouted(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    found = request.state.id
    if error.status_code == _NO_METHOD:
        detail = "这个地址不支持这种方法。"
        routes = (route for router in ROUTERS for route in router.routes)
        known = methods_of(request.scope["path"], routes) or _own(error)
        allowed = {"Allow": ", ".join(sorted(known))}
        return problem(405, "method_not_allowed", detail, found, headers=allowed)
    if error.status_code == _NOT_FOUND:
        return problem(404, "not_found", "没有这个地址。", found)
    return problem(400, "request_invalid", "请求无法读取。", found)


def _own(error: HTTPException) -> list[str]:
    return [(error.headers or {}).get("Allow", "GET")]


_NOT_FOUND: Final = 404
_NO_METHOD: Final = 405
_HANDLERS: Final[dict[Any, Any]] = {
    ArchsearchError: _expected,
    TurnedAwayError: _turned_away,
    RequestValidationError: _misread,
    HTTPException: _unrouted,
}
