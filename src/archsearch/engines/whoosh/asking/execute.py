"""A scoped query over a snapshot: reach, matches, facets, scores, page, channels."""

from collections.abc import Sequence

import numpy as np

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
from archsearch.engines.whoosh.asking.cache import ArrayCache
from archsearch.engines.whoosh.asking.facets import facets
from archsearch.engines.whoosh.asking.matching import Matcher, matchers_of
from archsearch.engines.whoosh.asking.pruning import pruned
from archsearch.engines.whoosh.asking.ranking import Place, page, ranked
from archsearch.engines.whoosh.asking.scoring import Scorer, Statistics
from archsearch.engines.whoosh.format.arrays import Docs, Mask
from archsearch.engines.whoosh.format.docsets import DocSet
from archsearch.engines.whoosh.snapshot import Snapshot


def execute(snapshot: Snapshot, query: ScopedQuery, cache: ArrayCache) -> EngineResult:
    """Answer a query from one snapshot."""
    scope, excluded = query.scope, query.excluded
    if scope.empty:
        return nothing(query.plan)
    plan = pruned(query.plan, snapshot)
    matchers = matchers_of(snapshot, scope, excluded, cache)
    hits = [matcher.filtered(matcher.found(plan.node), plan.filters) for matcher in matchers]
    total = sum(found.count for found in hits)
    if not total:
        return nothing(plan, snapshot.index.state.mark)
    return EngineResult(
        total,
        _page(plan, matchers, hits, Statistics(matchers, cache)) if total > plan.offset else (),
        facets(plan.facets, matchers, hits, cache) if plan.facets else {},
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
    names = [segment.matcher.content.ids.text for segment in segments]
    if not _labelled(plan.node):
        return tuple(
            [EngineHit(RecordId(names[number](doc)), score) for number, doc, score in places]
        )
    channels = _channels_of(plan.node, [segment.matcher for segment in segments], places)
    return tuple(
        [
            EngineHit(RecordId(names[number](doc)), score, channels[number][doc])
            for number, doc, score in places
        ]
    )


def _labelled(node: Node) -> bool:
    """Tell whether there is any channel to report."""
    if isinstance(node, AllOf | AnyOf | BestOf | AtLeast):
        return any(map(_labelled, node.children))
    return isinstance(node, Labelled)


def _channels_of(
    node: Node, matchers: Sequence[Matcher], places: Sequence[Place]
) -> list[dict[int, tuple[Channel, ...]]]:
    """Give the channels of the hits of a page, by segment and document."""
    found = []
    for number, matcher in enumerate(matchers):
        docs = np.array(sorted(place.doc for place in places if place.segment == number), np.intp)
        labels: dict[Channel, Mask] = {}
        _mark(node, matcher, docs, np.ones(docs.size, np.bool_), labels)
        ordered = [(channel, labels[channel].tolist()) for channel in Channel if channel in labels]
        found.append(
            {
                doc: tuple([channel for channel, inside in ordered if inside[place]])
                for place, doc in enumerate(docs.tolist())
            }
        )
    return found


def _mark(
    node: Node, matcher: Matcher, docs: Docs, above: Mask, labels: dict[Channel, Mask]
) -> None:
    """Mark by channel the documents that match a labelled node and every node above it."""
    if not _labelled(node):
        return
    inside = above & matcher.found(node).inside(docs)
    if isinstance(node, Labelled):
        labels[node.channel] = labels.get(node.channel, False) | inside
        _mark(node.child, matcher, docs, inside, labels)
    elif isinstance(node, AllOf | AnyOf | BestOf | AtLeast):
        for child in node.children:
            _mark(child, matcher, docs, inside, labels)
