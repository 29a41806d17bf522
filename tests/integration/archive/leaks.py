"""Leaks, each put into the program on purpose, to see that the tests notice."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any, Final, TypeAlias

import pytest
from sqlalchemy import Connection, select

from archsearch.domain.access import Scope, ScopedQuery, confine, restrict
from archsearch.domain.plan import Plan
from archsearch.domain.policy import Policy
from archsearch.domain.query import Expression, Mode, Page
from archsearch.engines.base import EngineResult
from archsearch.engines.whoosh.engine import WhooshEngine
from archsearch.errors import AccessDeniedError, NotFoundError
from archsearch.services import duplicates
from archsearch.services.asking import Asker
from archsearch.services.borrowing import BorrowService
from archsearch.services.names import NameService
from archsearch.services.reading import ReadingService
from archsearch.services.search import SearchService, _Answer
from archsearch.storage import access, grants, records
from archsearch.storage.tables import GRANTS, USERS
from tests.contract.worlds import MOST, globally_ranked
from tests.integration.archive.corpus import LEVELS

_Search: TypeAlias = Callable[[ScopedQuery], EngineResult]
Leak: TypeAlias = Callable[[pytest.MonkeyPatch], None]

ALL: Final = Scope(frozenset(LEVELS), everything=True)
ANYBODY: Final = Asker(ALL, frozenset())


def _around(patch: pytest.MonkeyPatch, owner: Any, name: str, leaky: Callable[..., Any]) -> None:
    """Put something around a function that is called with it first."""
    original = getattr(owner, name)
    patch.setattr(owner, name, lambda *given, **more: leaky(original, *given, **more))


def _answering(change: Callable[..., EngineResult]) -> Leak:
    """Change what the engine answers, given how to ask it, and the query."""

    def leak(patch: pytest.MonkeyPatch) -> None:
        _around(
            patch,
            WhooshEngine,
            "search",
            lambda search, engine, query: (
                search(engine, query)
                if query.scope.empty
                else change(partial(search, engine), query)
            ),
        )

    leak.__name__ = change.__name__
    return leak


@_answering
def statistics_of_all(search: _Search, query: ScopedQuery) -> EngineResult:
    return globally_ranked(search, query)


@_answering
def facets_of_all(search: _Search, query: ScopedQuery) -> EngineResult:
    return replace(search(query), facets=search(restrict(query.plan, ALL)).facets)


@_answering
def total_before_filter(search: _Search, query: ScopedQuery) -> EngineResult:
    return replace(search(query), total=search(restrict(query.plan, ALL)).total)


@_answering
def page_cut_before_filter(search: _Search, query: ScopedQuery) -> EngineResult:
    whole = replace(query.plan, limit=MOST, offset=0)
    inside = {hit.record_id for hit in search(restrict(whole, query.scope, query.excluded)).hits}
    cut = search(restrict(query.plan, ALL)).hits
    return replace(search(query), hits=tuple(hit for hit in cut if hit.record_id in inside))


@_answering
def moved_records_counted_until_indexed(search: _Search, query: ScopedQuery) -> EngineResult:
    stale = search(restrict(query.plan, query.scope))
    return replace(search(query), total=stale.total, facets=stale.facets)


def answers_kept_without_their_user(patch: pytest.MonkeyPatch) -> None:
    kept: dict[tuple[int, Plan], int] = {}

    def leaky(search: Any, engine: WhooshEngine, query: Any) -> EngineResult:
        result: EngineResult = search(engine, query)
        return replace(result, total=kept.setdefault((id(engine), query.plan), result.total))

    _around(patch, WhooshEngine, "search", leaky)


def names_gathered_from_all(patch: pytest.MonkeyPatch) -> None:
    _around(
        patch,
        WhooshEngine,
        "gather",
        lambda gather, engine, query: gather(engine, confine(query.gathers, ALL)),
    )


def completions_from_all(patch: pytest.MonkeyPatch) -> None:
    _around(
        patch,
        NameService,
        "suggestions",
        lambda complete, service, text, _, limit: complete(service, text, ANYBODY, limit),
    )


def meant_from_all(patch: pytest.MonkeyPatch) -> None:
    def leaky(suggest: Any, service: SearchService, *given: Any) -> str | None:
        meant: str | None = suggest(service, *given[:-1], ANYBODY)
        return meant

    _around(patch, SearchService, "_suggestion", leaky)


def enough_hits_counted_over_all(patch: pytest.MonkeyPatch) -> None:
    def leaky(
        answer: Any,
        service: SearchService,
        plan: Plan,
        expression: Expression,
        mode: Mode,
        asker: Asker,
    ) -> _Answer:
        there = service._asking.ask(replace(plan, limit=0, offset=0), ANYBODY).result.total
        if mode is Mode.AUTO and there >= service._rules.enough_exact:
            return _Answer(service._asking.ask(plan, asker), Mode.EXACT)
        found: _Answer = answer(service, plan, expression, mode, asker)
        return found

    _around(patch, SearchService, "_answer", leaky)


def hidden_hits_told(patch: pytest.MonkeyPatch) -> None:
    def leaky(make: Any, service: SearchService, request: Any, asker: Asker) -> Page:
        page: Page = make(service, request, asker)
        over_all: Page = make(service, replace(request, limit=0, offset=0), ANYBODY)
        more = over_all.total - page.total
        return replace(page, note=f"{page.note}另有 {more} 条无权查看。") if more else page

    _around(patch, SearchService, "page", leaky)


def hidden_is_forbidden(patch: pytest.MonkeyPatch) -> None:
    def leaky(
        visible: Any, service: ReadingService, record_id: Any, *more: Any, **named: Any
    ) -> Any:
        try:
            return visible(service, record_id, *more, **named)
        except NotFoundError:
            with service._trail.database.read() as connection:
                if access.facts_of(connection, record_id) is None:
                    raise
            raise AccessDeniedError("您无权查看这份档案。") from None

    _around(patch, ReadingService, "_visible", leaky)


def history_of_all(patch: pytest.MonkeyPatch) -> None:
    _around(
        patch,
        ReadingService,
        "history",
        lambda history, service, record_id, _, *more: history(service, record_id, "admin", *more),
    )


def leave_outlives_its_end(patch: pytest.MonkeyPatch) -> None:
    lent = (
        select(GRANTS.c.record_id)
        .join(USERS, USERS.c.id == GRANTS.c.user_id)
        .where(GRANTS.c.revoked_at.is_(None))
    )

    def leaky(in_force: Any, connection: Connection, user: str, at: datetime) -> Any:
        ever = connection.execute(lent.where(USERS.c.name == str(user))).scalars()
        now = in_force(connection, user, at)
        return now._replace(records=now.records.union(ever))

    _around(patch, grants, "in_force", leaky)


def clearance_forgotten(patch: pytest.MonkeyPatch) -> None:
    _around(
        patch,
        Policy,
        "scope",
        lambda scope, *given: replace(scope(*given), secrecies=frozenset(LEVELS)),
    )


def duplicates_of_all(patch: pytest.MonkeyPatch) -> None:
    _around(
        patch,
        duplicates,
        "_visible",
        lambda _, connection, scope: () if scope.empty else records.iterate_all(connection),
    )


def missing_is_not_lent(patch: pytest.MonkeyPatch) -> None:
    def leaky(request: Any, service: BorrowService, wish: Any, user: str) -> Any:
        with service.trail.database.read() as connection:
            if any(access.facts_of(connection, each) is None for each in wish.records):
                raise NotFoundError("没有这份档案。")
        return request(service, wish, user)

    _around(patch, BorrowService, "request", leaky)


LEAKS: Final[tuple[Leak, ...]] = (
    statistics_of_all,
    facets_of_all,
    total_before_filter,
    answers_kept_without_their_user,
    completions_from_all,
    meant_from_all,
    hidden_hits_told,
    hidden_is_forbidden,
    history_of_all,
    clearance_forgotten,
    duplicates_of_all,
    missing_is_not_lent,
)
SUBTLE: Final[tuple[Leak, ...]] = (
    page_cut_before_filter,
    moved_records_counted_until_indexed,
    names_gathered_from_all,
    enough_hits_counted_over_all,
    leave_outlives_its_end,
)
"""Those that take many questions to be noticed."""
