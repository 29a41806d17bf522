"""Searching: one way for search, suggestions, screening and single records to be answered.

A query's way: principal → parse → scope → engine → load and check again → mask → highlight → audit.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Protocol

from archsearch.domain.access import Principal, Scope, restrict, scope_of
from archsearch.domain.audit import Action
from archsearch.domain.plan import Channel, Node, Order, Plan
from archsearch.domain.query import (
    Everything,
    Expression,
    Hit,
    Mode,
    Page,
    SearchRequest,
    Suggestion,
)
from archsearch.domain.record import Record, RecordId, RecordVersion, Values
from archsearch.engines.base import EngineHit, EngineResult
from archsearch.errors import BusyError, InvalidRequestError, NotFoundError
from archsearch.search.compiler import positive_texts
from archsearch.search.filters import RELEVANCE
from archsearch.search.highlight import Term
from archsearch.search.language import Language
from archsearch.services.identity import principal_of
from archsearch.services.index import IndexService
from archsearch.services.trail import Trail
from archsearch.storage import outbox, records


class Masker(Protocol):
    """Hides sensitive values on every way out."""

    def values(self, values: Values) -> Values:
        """Mask a record's values."""
        ...

    def text(self, text: str) -> str:
        """Mask identifiers inside free text, such as a query on its way into the log."""
        ...


NEWEST_FIRST = Order("created_at", descending=True)
_NOT_FOUND = "没有这份档案，或不在您的检索范围内。"
_RIGHTS_CHECKED = 10_000
_RETRIES = 3


@dataclass(frozen=True, slots=True)
class SearchRules:
    """What configuration decides about searching.

    ``levels`` are the secrecy labels, lowest first; ``enough_exact`` the number of exact hits from
    which automatic mode looks no further.
    """

    levels: tuple[str, ...]
    enough_exact: int = 10
    most_hits: int = 1000
    deepest_offset: int = 100_000
    most_suggestions: int = 50
    most_lines: int = 10_000


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who asks, and what the index must not count for them."""

    principal: Principal
    scope: Scope
    excluded: frozenset[RecordId]


@dataclass(frozen=True, slots=True)
class _Answer:
    """An engine's answer with the records of its hits, all checked against the scope."""

    result: EngineResult
    found: Mapping[RecordId, Record]
    mode: str
    note: str = ""


class SearchService:
    """Answers every question about records."""

    def __init__(
        self,
        index: IndexService,
        language: Language,
        trail: Trail,
        rules: SearchRules,
        masker: Masker,
    ) -> None:
        self._database = trail.database
        self._index = index
        self._language = language
        self._trail = trail
        self._rules = rules
        self._mask = masker.values
        self._mask_text = masker.text
        self._caught_up = False

    def search(self, request: SearchRequest, user: str) -> Page:
        """Find records.

        Raises:
            AccessDeniedError: There is no such user.
            InvalidRequestError: The query or a parameter is wrong.
        """
        started = perf_counter()
        with self._trail.failures(user, Action.SEARCH):
            asker = self._asker(user)
            page = self._page(request, asker)
        self._trail.note(user, Action.SEARCH, detail=self._search_detail(request, page))
        took = (perf_counter() - started) * 1000
        return Page(
            total=page.total,
            hits=page.hits,
            took_ms=round(took, 3),
            mode=page.mode,
            facets=page.facets,
            suggestion=page.suggestion,
            note=page.note,
            offset=page.offset,
            limit=page.limit,
        )

    def suggest(self, text: str, user: str, limit: int) -> tuple[Suggestion, ...]:
        """Complete what is being typed to names inside the scope."""
        limit = self._bounded(limit, self._rules.most_suggestions, "limit")
        with self._trail.failures(user, Action.SUGGEST):
            asker = self._asker(user)
            node = self._language.leaves.beginning(text[: self._language.limits.length])
            found = self._suggestions(node, asker, limit) if node is not None else ()
        self._trail.note(
            user, Action.SUGGEST, detail={"query": self._mask_text(text[:512]), "total": len(found)}
        )
        return found

    def match(self, texts: Sequence[str], user: str, limit: int) -> tuple[tuple[Hit, ...], ...]:
        """Screen a list of names: the best hits of each line."""
        limit = self._bounded(limit, self._rules.most_suggestions, "limit")
        if len(texts) > self._rules.most_lines:
            raise InvalidRequestError(f"一次最多比对 {self._rules.most_lines} 行；请分批提交。")
        with self._trail.failures(user, Action.MATCH):
            asker = self._asker(user)
            found = tuple(self._matches(text, asker, limit) for text in texts)
        hits = sum(map(len, found))
        self._trail.note(user, Action.MATCH, detail={"lines": len(texts), "hits": hits})
        return found

    def get(self, record_id: str, user: str) -> Record:
        """Load one record, masked.

        Raises:
            NotFoundError: It does not exist or is out of scope: the two look alike.
        """
        record, _ = self._visible(record_id, user, Action.SHOW)
        masked = self._mask(record.values)
        return Record(record.record_id, record.version, masked, {}, record.origins, record.quality)

    def history(self, record_id: str, user: str) -> tuple[RecordVersion, ...]:
        """Load every version of a record, masked, oldest first."""
        scope = self._visible(record_id, user, Action.HISTORY)[1]
        with self._database.read() as connection:
            versions = records.history(connection, RecordId(record_id))
        return tuple(
            RecordVersion(v.record_id, v.version, self._mask(v.values), v.changed_by, v.changed_at)
            for v in versions
            # What was secret while it was secret stays so.
            if str(v.values.get("secrecy", "")) in scope.secrecies
        )

    # Asking --------------------------------------------------------------------------------------

    def _asker(self, user: str) -> _Asker:
        if not self._caught_up:
            # A process that was killed may have stored records and not indexed them.
            self._caught_up = True
            self._index.catch_up()
        for _ in range(_RETRIES):
            with self._database.read() as connection:
                principal = principal_of(connection, user, self._trail.clock())
                moved = outbox.pending_access(connection, _RIGHTS_CHECKED)
            if moved.complete:
                break
            self._index.drain()
        else:
            # Answering now would count records that are no longer this user's to see.
            raise BusyError("大量档案的权限正在变动，请稍后重试。")
        scope = scope_of(principal, self._rules.levels)
        excluded = frozenset(
            record_id
            for record_id, access in moved.records.items()
            if access is None
            or not scope.allows(record_id, access.owner, access.department, access.secrecy)
        )
        return _Asker(principal, scope, excluded)

    def _ask(self, plan: Plan, asker: _Asker) -> tuple[EngineResult, dict[RecordId, Record]]:
        """Ask the engine, then load the hits and check each of them against the scope again."""
        excluded = asker.excluded
        for _ in range(_RETRIES):
            result = self._index.answer(restrict(plan, asker.scope, excluded))
            with self._database.read() as connection:
                found = records.get(connection, [hit.record_id for hit in result.hits])
            refused = {
                hit.record_id
                for hit in result.hits
                if hit.record_id not in found or not asker.scope.permits(found[hit.record_id])
            }
            if not refused:
                return result, found
            excluded |= refused
        raise BusyError("档案正在变动，请稍后重试。")

    def _page(self, request: SearchRequest, asker: _Asker) -> Page:
        limit = self._bounded(request.limit, self._rules.most_hits, "limit")
        offset = self._bounded(request.offset, self._rules.deepest_offset, "offset")
        expression = self._language.parse(request.text)
        facets = self._language.filters.facets(request.facets)
        plan = Plan(
            node=self._language.compiler.exact(expression),
            filters=self._language.filters.nodes(request.filters),
            order=self._order(request, expression),
            facets=tuple(facets.values()),
            limit=limit,
            offset=offset,
        )
        answer = self._answer(plan, expression, request.mode, asker)
        terms = list(positive_texts(expression))
        loose = answer.mode != Mode.EXACT
        return Page(
            total=answer.result.total,
            hits=tuple(self._hit(h, answer.found, terms, loose=loose) for h in answer.result.hits),
            took_ms=0.0,
            mode=answer.mode,
            facets={key: answer.result.facets.get(name, ()) for key, name in facets.items()},
            suggestion=self._suggestion(plan, expression, answer, asker),
            note=answer.note,
            offset=offset,
            limit=limit,
        )

    def _answer(self, plan: Plan, expression: Expression, mode: Mode, asker: _Asker) -> _Answer:
        exact, found = self._ask(plan, asker)
        loose = self._language.compiler.fuzzy(expression)
        enough = mode is Mode.AUTO and exact.total >= self._rules.enough_exact
        if mode is Mode.EXACT or enough or isinstance(expression, Everything):
            return _Answer(exact, found, Mode.EXACT)
        if loose != plan.node:
            fuzzy, near = self._ask(_with(plan, loose, first=plan.node), asker)
            if fuzzy.total > exact.total:
                note = f"精确匹配 {exact.total} 条，其余为近似匹配。" if exact.total else ""
                return _Answer(fuzzy, near, Mode.FUZZY, note or "没有精确匹配，以下为近似匹配。")
        if exact.total:
            return _Answer(exact, found, Mode.EXACT)
        evidence = self._language.compiler.evidence(expression)
        if evidence is not None:
            some, partly = self._ask(_with(plan, evidence), asker)
            if some.total:
                note = "没有档案同时包含全部词语，以下按符合程度排列。"
                return _Answer(some, partly, "evidence", note)
        return _Answer(exact, found, Mode.EXACT)

    def _order(self, request: SearchRequest, expression: Expression) -> Order:
        if isinstance(expression, Everything) and request.sort in {"", RELEVANCE}:
            return NEWEST_FIRST
        return self._language.filters.order(request.sort)

    # Answering -----------------------------------------------------------------------------------

    def _hit(
        self,
        hit: EngineHit,
        found: Mapping[RecordId, Record],
        terms: Sequence[Term],
        *,
        loose: bool,
    ) -> Hit:
        shown = self._mask(found[hit.record_id].values)
        highlights = self._language.highlighter.highlight(shown, terms, loose=loose)
        channels = tuple(str(channel) for channel in hit.channels)
        return Hit(hit.record_id, round(hit.score, 6), channels, highlights, shown)

    def _suggestion(
        self, plan: Plan, expression: Expression, answer: _Answer, asker: _Asker
    ) -> str | None:
        """Offer the name that comes nearest when nothing matched exactly."""
        if answer.mode == Mode.FUZZY and not plan.offset:
            best = answer.result.hits[:1]
            found = answer.found
        elif answer.result.total == 0 and not isinstance(expression, Everything):
            loose = self._language.compiler.fuzzy(expression)
            nearest = Plan(loose, plan.filters, limit=1)
            result, records_found = self._ask(nearest, asker)
            best, found = result.hits, records_found
        else:
            return None
        if not best or Channel.EXACT in best[0].channels:
            return None
        return str(found[best[0].record_id].values.get("name", "")) or None

    def _suggestions(self, node: Node, asker: _Asker, limit: int) -> tuple[Suggestion, ...]:
        # Several records may bear one name; a few more than asked for make up for it.
        result, found = self._ask(Plan(node, limit=limit * 4), asker)
        named: dict[str, Suggestion] = {}
        for hit in result.hits:
            name = str(found[hit.record_id].values.get("name", ""))
            channel = str(hit.channels[0]) if hit.channels else ""
            named.setdefault(name, Suggestion(name, channel, hit.record_id))
        return tuple(named.values())[:limit]

    def _matches(self, text: str, asker: _Asker, limit: int) -> tuple[Hit, ...]:
        if len(text) > self._language.limits.length:
            raise InvalidRequestError(f"名单中有超过 {self._language.limits.length} 字的行。")
        node = self._language.leaves.name_fuzzy(text)
        first = self._language.leaves.name_exact(text)
        if node is None:
            return ()
        result, found = self._ask(Plan(node, first=first, limit=limit), asker)
        return tuple(self._hit(hit, found, [(text, None)], loose=True) for hit in result.hits)

    def _visible(self, record_id: str, user: str, action: Action) -> tuple[Record, Scope]:
        with self._trail.failures(user, action, target=self._mask_text(record_id[:200])):
            with self._database.read() as connection:
                principal = principal_of(connection, user, self._trail.clock())
                found = records.get(connection, [RecordId(record_id)])
            record = found.get(RecordId(record_id))
            scope = scope_of(principal, self._rules.levels)
            if record is None or not scope.permits(record):
                raise NotFoundError(_NOT_FOUND)
        self._trail.note(user, action, target=record_id)
        return record, scope

    def _search_detail(self, request: SearchRequest, page: Page) -> dict[str, str | int]:
        ids = "\n".join(hit.record_id for hit in page.hits)
        return {
            "query": self._mask_text(request.text),
            "mode": page.mode,
            "total": page.total,
            "offset": page.offset,
            "hits": len(page.hits),
            "digest": hashlib.sha256(ids.encode()).hexdigest(),
        }

    def _bounded(self, number: int, most: int, name: str) -> int:
        if not 0 <= number <= most:
            raise InvalidRequestError(f"参数 {name} 须在 0 到 {most} 之间。")
        return number


def _with(plan: Plan, node: Node, *, first: Node | None = None) -> Plan:
    return Plan(node, plan.filters, first, plan.order, plan.facets, plan.limit, plan.offset)
