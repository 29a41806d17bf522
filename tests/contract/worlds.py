"""Two worlds that differ in what a scope hides, and the questions that must not tell them apart."""

import random
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from typing import Final, TypeAlias

from archsearch.domain.access import (
    NOTHING,
    Principal,
    Role,
    Scope,
    ScopedGather,
    ScopedQuery,
    confine,
    restrict,
)
from archsearch.domain.plan import Order
from archsearch.domain.record import RecordId
from archsearch.engines.base import Document, EngineHit, EngineResult, SearchEngine
from tests.contract.differential import Setting, identical, listed, take
from tests.generate_plans import (
    DEPARTMENTS,
    IDS,
    OWNERS,
    SECRECIES,
    Step,
    StepKind,
    make_any,
    make_gather,
    make_plan,
    make_scope,
    make_story,
)
from tests.oracle import visible
from tests.policies import made, scope_of

SCOPES_PER_STORY: Final = 4
QUESTIONS_PER_SCOPE: Final = 20
GATHERINGS_PER_SCOPE: Final = 5
MOST: Final = 1_000_000
Search: TypeAlias = Callable[[ScopedQuery], EngineResult]


@dataclass(frozen=True)
class Trace:
    """A question whose answers give away that something is hidden."""

    seed: int
    query: ScopedQuery | ScopedGather
    one: object
    other: object


def examples(engine: SearchEngine, seed: int) -> Iterator[Trace | None]:
    """Ask in an archive, then in one that hides other records; yield one outcome a question."""
    rng = random.Random(seed)
    kept: dict[RecordId, Document] = {}
    for step in make_story(rng):
        take(engine, step)
        keep(kept, step)
    asked = []
    gathered = []
    for _ in range(SCOPES_PER_STORY):
        bound = make_bound(rng)
        plans = [make_plan(rng) for _ in range(QUESTIONS_PER_SCOPE)]
        queries = [restrict(plan, bound.scope, bound.excluded) for plan in plans]
        gathers = [
            tuple(make_gather(rng, ()) for _ in range(2)) for _ in range(GATHERINGS_PER_SCOPE)
        ]
        confined = [confine(each, bound.scope, bound.excluded) for each in gathers]
        asked.append((bound, queries, [engine.search(query) for query in queries]))
        gathered.append([(each, listed(engine.gather(each))) for each in confined])
    for (bound, queries, found), gatherings in zip(asked, gathered, strict=True):
        for step in elsewhere(rng, kept.values(), bound):
            take(engine, step)
        for query, one in zip(queries, found, strict=True):
            other = engine.search(query)
            yield None if identical(one, other) else Trace(seed, query, one, other)
        for gathering, before in gatherings:
            after = listed(engine.gather(gathering))
            yield None if before == after else Trace(seed, gathering, before, after)


def first_trace(
    engine: SearchEngine, *, amount: int, first_seed: int = 0, setting: Setting = nullcontext
) -> Trace | None:
    """Put ``amount`` questions to two worlds each; stop at one that tells them apart."""
    size = SCOPES_PER_STORY * (QUESTIONS_PER_SCOPE + GATHERINGS_PER_SCOPE)
    for seed in range(first_seed, first_seed + (amount + size - 1) // size):
        with setting(random.Random(seed)):
            for trace in examples(engine, seed):
                if trace is not None:
                    return trace
    return None


def make_bound(rng: random.Random) -> ScopedQuery:
    """The scope of somebody by some policy, or of any kind, some records excluded."""
    excluded = frozenset(rng.sample(IDS, rng.choice((0, 0, 1, 8))))
    scope = NOTHING
    while scope.empty and rng.random() < 0.95:
        kind = rng.random()
        if kind < 0.4:
            scope = make_scope(rng)
        elif kind < 0.7:
            scope = scope_of(make_principal(rng), SECRECIES)
        else:
            scope = made(rng, SECRECIES).scope(make_principal(rng))
    return restrict(make_plan(rng), scope, excluded)


def make_principal(rng: random.Random) -> Principal:
    """Somebody in any role."""
    return Principal(
        rng.choice(OWNERS),
        rng.choice((*Role, Role.EMPLOYEE, Role.MANAGER)),
        frozenset(rng.sample(DEPARTMENTS, rng.choice((0, 1, 1, 2)))),
        rng.choice((*SECRECIES, "机密")),
        frozenset(rng.sample(IDS, rng.choice((0, 1, 5, 20)))),
    )


def elsewhere(
    rng: random.Random, documents: Iterable[Document], bound: ScopedQuery
) -> Iterator[Step]:
    """Steps to an archive with the same visible documents and other hidden ones."""
    seen = [document for document in documents if visible(document, bound)]
    taken = {document.record_id for document in seen}
    free = [each for each in IDS if each not in taken]
    made = [make_any(rng, each, 7) for each in rng.sample(free, rng.randint(0, len(free)))]
    world = seen + [document for document in made if not visible(document, bound)]
    rng.shuffle(world)
    cut = rng.choice((0, len(world) // 2, len(world)))
    yield Step(StepKind.REBUILD, tuple(world[cut:]))
    if cut:
        yield Step(StepKind.APPLY, tuple(world[:cut]))


def keep(kept: dict[RecordId, Document], step: Step) -> None:
    """Carry a step out on a plain dict."""
    if step.kind is StepKind.REBUILD:
        kept.clear()
    for change in step.changes:
        kept.pop(change.record_id, None)
        if isinstance(change, Document):
            kept[change.record_id] = change


def globally_ranked(search: Search, query: ScopedQuery) -> EngineResult:
    """Answer as with a filter on top of ranking: idf and mean length count every document."""
    plan = query.plan
    whole = replace(plan, limit=MOST, offset=0)
    inside = search(restrict(whole, query.scope, query.excluded))
    if query.scope.empty:
        return inside
    every = Scope(frozenset(SECRECIES), everything=True)
    everywhere = replace(whole, order=Order(), filters=(), facets=(), first=None)
    scores = {hit.record_id: hit.score for hit in search(restrict(everywhere, every)).hits}
    hits = [replace(hit, score=scores[hit.record_id]) for hit in inside.hits]
    if plan.order.field is None and plan.first is None:
        hits.sort(key=_by_score)
    return replace(inside, hits=tuple(hits[plan.offset : plan.offset + plan.limit]))


def _by_score(hit: EngineHit) -> tuple[float, RecordId]:
    return -hit.score, hit.record_id
