"""Searching: a request to a page.

A query's way: principal → parse → scope → engine → load and check again → mask → highlight → audit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from time import perf_counter

from archsearch.analysis.folding import fold_key
from archsearch.domain.audit import Action
from archsearch.domain.plan import BY_SCORE, AnyOf, Channel, Node, Order, Plan
from archsearch.domain.query import (
    Everything,
    Expression,
    Hit,
    Mode,
    Page,
    SearchRequest,
    Word,
)
from archsearch.domain.record import JsonValue, RecordId
from archsearch.search.filters import RELEVANCE
from archsearch.search.language import Language
from archsearch.search.likely import NOBODY, LikelyNames
from archsearch.search.walks import positive_texts
from archsearch.services.asking import Asker, Found, Oracle, SearchRules, bounded
from archsearch.services.presenting import Presenter
from archsearch.services.questions import Questions, digest_of
from archsearch.services.trail import Trail

NEWEST_FIRST = Order("created_at", descending=True)

_SLIPS = frozenset(
    {
        Channel.HOMOPHONE,
        Channel.SIMILAR,
        Channel.LOOKALIKE,
        Channel.WRONG,
        Channel.MISSING,
        Channel.EXTRA,
        Channel.SWAPPED,
    }
)
"""Channels that say that something else may have been meant."""


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was found, and by which mode in the end."""

    found: Found
    mode: str
    note: str = ""
    likely: LikelyNames = NOBODY


@dataclass(frozen=True, slots=True)
class _Asked:
    """A request as it was put to the engine, and the answer; ``marked`` are names in the text."""

    plan: Plan
    expression: Expression
    marked: LikelyNames
    answer: _Answer


@dataclass(frozen=True, slots=True)
class Listing:
    """The records that a search finds, in its order, and how many there are in all."""

    record_ids: tuple[RecordId, ...]
    total: int
    mode: str


class SearchService:
    """Finds records by queries."""

    def __init__(
        self,
        asking: Oracle,
        language: Language,
        trail: Trail,
        rules: SearchRules,
        presenter: Presenter,
        questions: Questions,
    ) -> None:
        self._asking = asking
        self._language = language
        self._trail = trail
        self._rules = rules
        self._presenter = presenter
        self._questions = questions

    def search(self, request: SearchRequest, user: str) -> Page:
        """Find records.

        Raises:
            AccessDeniedError: There is no such user.
            InvalidRequestError: The query or a parameter is wrong.
        """
        started = perf_counter()
        with self._trail.failures(user, Action.SEARCH):
            asker = self._asking.asker(user)
            page = self.page(request, asker)
        asked = asker.asked
        at = None if asked is None else asked.at
        detail = self._detail(request, page, asker)
        self._trail.note(user, Action.SEARCH, detail=detail, at=at)
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

    def page(self, request: SearchRequest, asker: Asker) -> Page:
        """Answer a search for somebody, without entering it in the log.

        Raises:
            InvalidRequestError: The query or a parameter is wrong.
        """
        limit = bounded(request.limit, self._rules.most_hits, "limit")
        offset = bounded(request.offset, self._rules.deepest_offset, "offset")
        facets = self._language.filters.facets(request.facets)
        asked = self._asked(request, asker, limit, offset)
        plan, expression, answer = asked.plan, asked.expression, asked.answer
        result, records = answer.found.result, answer.found.records
        terms = list(positive_texts(expression))
        likely = asked.marked if answer.likely is NOBODY else answer.likely
        synonyms = self._language.leaves.synonyms.of_terms(terms)
        hits = tuple(
            self._presenter.hit(hit, records[hit.record_id], terms, likely, synonyms)
            for hit in result.hits
        )
        return Page(
            total=result.total,
            hits=hits,
            took_ms=0.0,
            mode=answer.mode,
            facets={key: result.facets.get(name, ()) for key, name in facets.items()},
            suggestion=self._suggestion(plan, expression, answer, hits, asker),
            note=asker.note or _lost(answer.found.lost) + _note(answer, hits),
            offset=offset,
            limit=limit,
        )

    def listed(self, request: SearchRequest, asker: Asker, most: int) -> Listing:
        """List the records that a search finds, in its order, not more than ``most`` of them.

        Raises:
            InvalidRequestError: The query or a parameter is wrong.
        """
        answer = self._asked(request, asker, most, 0).answer
        result = answer.found.result
        return Listing(tuple(hit.record_id for hit in result.hits), result.total, answer.mode)

    def _asked(self, request: SearchRequest, asker: Asker, limit: int, offset: int) -> _Asked:
        expression = self._language.parse(request.text)
        facets = self._language.filters.facets(request.facets)
        marked = self._likely(expression, asker, fuzzy=False)
        # What is another word for one that was said is not written so, but no guess either.
        exactly = request.mode is Mode.EXACT
        alike = {} if exactly else self._language.compiler.synonymous(expression)
        plan = Plan(
            node=self._language.compiler.exact(expression, {**alike, **marked.nodes}),
            filters=self._language.filters.nodes(request.filters),
            order=self._order(request, expression),
            facets=tuple(facets.values()),
            limit=limit,
            offset=offset,
        )
        answer = self._answer(plan, expression, request.mode, asker)
        return _Asked(plan, expression, marked, answer)

    def _answer(self, plan: Plan, expression: Expression, mode: Mode, asker: Asker) -> _Answer:
        exact = self._asking.ask(plan, asker)
        there = exact.result.total
        if mode is Mode.EXACT or isinstance(expression, Everything):
            return _Answer(exact, Mode.EXACT)
        if mode is Mode.AUTO and there >= self._rules.enough_exact:
            return self._names_first(plan, expression, exact, asker)
        likely = self._likely(expression, asker, plan.filters, fuzzy=True)
        answer = self._loosely(plan, expression, likely, exact, asker)
        texts = [text for text, _ in positive_texts(expression)]
        if self._language.likeness.named(texts, likely):
            return answer
        return self._by_evidence(plan, expression, answer, there, asker) or answer

    def _loosely(
        self, plan: Plan, expression: Expression, likely: LikelyNames, exact: Found, asker: Asker
    ) -> _Answer:
        """Add those who may be meant to those that are found exactly."""
        there = exact.result.total
        loose = self._language.compiler.fuzzy(expression, likely.nodes, exact=bool(there))
        if loose == plan.node:
            return _Answer(exact, Mode.EXACT)
        fuzzy = self._asking.ask(_with(plan, loose, first=plan.node if there else None), asker)
        if fuzzy.result.total == there:
            return _Answer(fuzzy, Mode.EXACT, likely=likely if there else NOBODY)
        return _Answer(fuzzy, Mode.FUZZY, _first(there) or _NEAR, likely)

    def _names_first(
        self, plan: Plan, expression: Expression, exact: Found, asker: Asker
    ) -> _Answer:
        """Order many exact hits by their names, if the text is a part of some."""
        if plan.order != BY_SCORE or not self._is_part_of_names(expression, exact):
            return _Answer(exact, Mode.EXACT)
        likely = self._likely(expression, asker, (*plan.filters, plan.node), fuzzy=True)
        node = AnyOf((plan.node, *likely.nodes.values()))
        filters = (*plan.filters, plan.node)
        ordered = Plan(node, filters, None, plan.order, plan.facets, plan.limit, plan.offset)
        return _Answer(self._asking.ask(ordered, asker), Mode.EXACT, likely=likely)

    def _is_part_of_names(self, expression: Expression, exact: Found) -> bool:
        """Whether a word is in the name of the best hit, but not all of it."""
        if not isinstance(expression, Word) or not exact.result.hits:
            return False
        best = exact.records[exact.result.hits[0].record_id]
        word = fold_key(expression.text)
        names = [fold_key(name) for name in self._language.likeness.names_of(best.values)]
        return word not in names and any(word in name for name in names)

    def _by_evidence(
        self, plan: Plan, expression: Expression, answer: _Answer, there: int, asker: Asker
    ) -> _Answer | None:
        """Put records that hold most of the words before names that are hardly like them."""
        compiler = self._language.compiler
        found = answer.found.result.total
        by_number = found > len(answer.likely.meant)
        if found and by_number and any(map(_has_digit, positive_texts(expression))):
            return None
        named = bool(answer.likely.meant)
        evidence = compiler.evidence(expression, beside=bool(there), named=named)
        if evidence is None:
            return None
        likely = answer.likely.behind()
        loose = compiler.fuzzy(expression, likely.nodes, exact=bool(there))
        node = AnyOf((loose, evidence))
        some = self._asking.ask(_with(plan, node, first=plan.node if there else None), asker)
        if some.result.total == found:
            return None
        if there:
            return _Answer(some, Mode.FUZZY, _first(there), likely)
        return _Answer(some, "evidence", "没有档案同时包含全部词语，以下按符合程度排列。", likely)

    def _likely(
        self, expression: Expression, asker: Asker, filters: tuple[Node, ...] = (), *, fuzzy: bool
    ) -> LikelyNames:
        """Find whose names may be meant."""
        sought = self._language.compiler.sought(expression, fuzzy=fuzzy)
        narrowed = {
            word: one._replace(filters=(*filters, *one.filters)) for word, one in sought.items()
        }
        return self._language.likeness.find(
            narrowed, lambda gathers: self._asking.gather(gathers, asker)
        )

    def _order(self, request: SearchRequest, expression: Expression) -> Order:
        if isinstance(expression, Everything) and request.sort in {"", RELEVANCE}:
            return NEWEST_FIRST
        return self._language.filters.order(request.sort)

    def _suggestion(
        self,
        plan: Plan,
        expression: Expression,
        answer: _Answer,
        hits: Sequence[Hit],
        asker: Asker,
    ) -> str | None:
        """Offer the name that comes nearest when nothing matched exactly."""
        if answer.found.result.total == 0 and not isinstance(expression, Everything):
            likely = self._likely(expression, asker, plan.filters, fuzzy=True)
            loose = self._language.compiler.fuzzy(expression, likely.nodes)
            found = self._asking.ask(Plan(loose, plan.filters, limit=1), asker)
            hits = [
                self._presenter.hit(best, found.records[best.record_id], (), likely)
                for best in found.result.hits
            ]
        elif answer.mode != Mode.FUZZY or plan.offset:
            return None
        for hit in hits[:1]:
            if Channel.EXACT not in hit.channels and _SLIPS.intersection(hit.channels):
                return str(hit.record.get("name", "")) or None
        return None

    def logged(self, request: SearchRequest) -> dict[str, JsonValue]:
        """Write what was asked for the log."""
        return self._questions.shown(request)

    def _detail(self, request: SearchRequest, page: Page, asker: Asker) -> dict[str, JsonValue]:
        return {
            **self._questions.search(request, asker.asked),
            "mode": page.mode,
            "total": page.total,
            "hits": len(page.hits),
            "digest": digest_of(hit.record_id for hit in page.hits),
        }


def _first(there: int) -> str:
    """Say how many of the hits are exact."""
    return f"精确匹配 {there} 条，其余为近似匹配。" if there else ""


_NEAR = "没有精确匹配，以下为近似匹配。"


def _note(answer: _Answer, hits: Sequence[Hit]) -> str:
    """Say how near the hits are; a part of a number is no guess."""
    by_part = hits and all(
        hit.channels == (Channel.SUBSTRING,) and any(each.telling for each in hit.reasons)
        for hit in hits
    )
    return "以下是号码中有这几位的。" if answer.note == _NEAR and by_part else answer.note


def _lost(number: int) -> str:
    return (
        f"有 {number} 份档案无法读取，没有列出；请联系管理员（archsearch doctor）。"
        if number
        else ""
    )


def _has_digit(term: tuple[str, str | None]) -> bool:
    return any(map(str.isdigit, term[0]))


def _with(plan: Plan, node: Node, *, first: Node | None = None) -> Plan:
    return Plan(node, plan.filters, first, plan.order, plan.facets, plan.limit, plan.offset)
