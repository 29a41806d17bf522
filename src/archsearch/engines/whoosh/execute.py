"""A scoped query over a snapshot: reach, matches, facets, scores, page, channels."""

from collections.abc import Iterator, Sequence

from archsearch.domain.access import ScopedQuery
from archsearch.domain.plan import (
    AllOf,
    AnyOf,
    AtLeast,
    BestOf,
    Channel,
    Labelled,
    Node,
    Plan,
)
from archsearch.domain.record import RecordId
from archsearch.engines.base import EngineHit, EngineResult
from archsearch.engines.whoosh.arrays import Docs
from archsearch.engines.whoosh.cache import ArrayCache
from archsearch.engines.whoosh.dictionary import decode
from archsearch.engines.whoosh.facets import facets
from archsearch.engines.whoosh.matching import Matcher
from archsearch.engines.whoosh.ranking import Place, page, ranked
from archsearch.engines.whoosh.reach import reach
from archsearch.engines.whoosh.scoring import Scorer, Statistics
from archsearch.engines.whoosh.snapshot import SegmentView, Snapshot

_ORDER = {channel: number for number, channel in enumerate(Channel)}


def execute(snapshot: Snapshot, query: ScopedQuery, cache: ArrayCache) -> EngineResult:
    """Answer a query from one snapshot."""
    if query.scope.empty:
        return nothing(query.plan)
    plan = query.plan
    matchers = [_matcher(snapshot, segment, query, cache) for segment in snapshot.segments]
    hits = [matcher.narrowed(matcher.docs(plan.node), plan.filters) for matcher in matchers]
    return EngineResult(
        total=sum(docs.size for docs in hits),
        hits=_page(plan, matchers, hits),
        facets=facets(plan.facets, matchers, hits),
    )


def nothing(plan: Plan) -> EngineResult:
    """Give the answer that has no hits."""
    return EngineResult(0, (), dict.fromkeys(plan.facets, ()))


def _matcher(
    snapshot: Snapshot, segment: SegmentView, query: ScopedQuery, cache: ArrayCache
) -> Matcher:
    identity = (snapshot.token, segment.name, query.scope, query.excluded)
    inside = cache.get(
        (identity, "reach"), lambda: reach(segment, query.scope, query.excluded, cache)
    )
    return Matcher(segment, inside, cache, identity)


def _page(plan: Plan, matchers: Sequence[Matcher], hits: Sequence[Docs]) -> tuple[EngineHit, ...]:
    if plan.limit <= 0 or plan.offset >= sum(docs.size for docs in hits):
        return ()
    statistics = Statistics(matchers)
    segments = [
        ranked(plan, Scorer(matcher, statistics), matcher, docs)
        for matcher, docs in zip(matchers, hits, strict=True)
        if docs.size
    ]
    places = page(plan, segments)
    return tuple(_hit(plan.node, segments[place.segment].matcher, place) for place in places)


def _hit(node: Node, matcher: Matcher, place: Place) -> EngineHit:
    found = sorted(set(_channels(node, matcher, place.doc)), key=_ORDER.__getitem__)
    record_id = RecordId(decode(matcher.content.ids[place.doc]))
    return EngineHit(record_id, place.score, tuple(found))


def _channels(node: Node, matcher: Matcher, doc: int) -> Iterator[Channel]:
    """Walk down through the nodes that match the document."""
    if not isinstance(node, Labelled | AllOf | AnyOf | BestOf | AtLeast):
        return
    if not matcher.holds(node, doc):
        return
    if isinstance(node, Labelled):
        yield node.channel
        yield from _channels(node.child, matcher, doc)
        return
    for child in node.children:
        yield from _channels(child, matcher, doc)
