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
from archsearch.engines.whoosh.cache import ArrayCache
from archsearch.engines.whoosh.docsets import DocSet
from archsearch.engines.whoosh.facets import facets
from archsearch.engines.whoosh.matching import Matcher
from archsearch.engines.whoosh.ranking import Place, page, ranked
from archsearch.engines.whoosh.reach import reach
from archsearch.engines.whoosh.scoring import Scorer, Statistics
from archsearch.engines.whoosh.snapshot import Snapshot

_ORDER = {channel: number for number, channel in enumerate(Channel)}


def execute(snapshot: Snapshot, query: ScopedQuery, cache: ArrayCache) -> EngineResult:
    """Answer a query from one snapshot."""
    plan, scope, excluded = query.plan, query.scope, query.excluded
    if scope.empty:
        return nothing(plan)
    matchers = [
        Matcher(segment, reach(segment, scope, excluded, cache), cache)
        for segment in snapshot.segments
    ]
    hits = [matcher.narrowed(matcher.found(plan.node), plan.filters) for matcher in matchers]
    total = sum(found.count for found in hits)
    if not total:
        return nothing(plan, snapshot.index.state.mark)
    return EngineResult(
        total,
        _page(plan, matchers, hits, Statistics(matchers, cache)) if total > plan.offset else (),
        facets(plan.facets, matchers, hits) if plan.facets else {},
        snapshot.index.state.mark,
    )


def nothing(plan: Plan, mark: str = "") -> EngineResult:
    """Give the answer that has no hits."""
    return EngineResult(0, (), dict.fromkeys(plan.facets, ()), mark)


def _page(
    plan: Plan, matchers: Sequence[Matcher], hits: Sequence[DocSet], statistics: Statistics
) -> tuple[EngineHit, ...]:
    if plan.limit <= 0:
        return ()
    segments = [
        ranked(plan, Scorer(matcher, statistics), matcher, found)
        for matcher, found in zip(matchers, hits, strict=True)
        if found.count
    ]
    places = page(plan, segments)
    if not _labelled(plan.node):
        names = [segment.matcher.content.ids.text for segment in segments]
        return tuple(
            [EngineHit(RecordId(names[number](doc)), score) for number, doc, score in places]
        )
    return tuple([_hit(plan.node, segments[place.segment].matcher, place) for place in places])


def _hit(node: Node, matcher: Matcher, place: Place) -> EngineHit:
    found = sorted(set(_channels(node, matcher, place.doc)), key=_ORDER.__getitem__)
    record_id = RecordId(matcher.content.ids.text(place.doc))
    return EngineHit(record_id, place.score, tuple(found))


def _labelled(node: Node) -> bool:
    """Tell whether there is any channel to report."""
    if isinstance(node, AllOf | AnyOf | BestOf | AtLeast):
        return any(map(_labelled, node.children))
    return isinstance(node, Labelled)


def _channels(node: Node, matcher: Matcher, doc: int) -> Iterator[Channel]:
    """Walk down through the nodes that match the document."""
    if not isinstance(node, Labelled | AllOf | AnyOf | BestOf | AtLeast):
        return
    if not matcher.found(node).holds(doc):
        return
    if isinstance(node, Labelled):
        yield node.channel
        yield from _channels(node.child, matcher, doc)
        return
    for child in node.children:
        yield from _channels(child, matcher, doc)
