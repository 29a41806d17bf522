"""The page of a result: the first hits of all segments in the order of the plan.

Each segment gives its own first ``offset + limit`` documents, ties by document number, which is the
order of record ids. Only these are compared across segments, by their keys and record ids.
"""

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice, pairwise
from typing import NamedTuple

import numpy as np

from archsearch.domain.plan import AnyOf, AtLeast, Labelled, Node, PhraseNode, Plan, TermNode
from archsearch.engines.whoosh.asking.matching import Matcher
from archsearch.engines.whoosh.asking.scoring import Scorer, flat, positive
from archsearch.engines.whoosh.format.arrays import NO_DOCS, Docs, Floats, Ints, top
from archsearch.engines.whoosh.format.columns import KeyField
from archsearch.engines.whoosh.format.docsets import DocSet, repeated

_WORTHWHILE = 2_000
"""Of fewer hits all are scored."""
_SLACK = 1 + 1e-9
"""A sum rounded at every step may come out above the exact one, by much less than this."""


@dataclass(frozen=True, slots=True)
class Ranked:
    """Documents of one segment in order. ``tiers`` and ``values`` decide across segments."""

    matcher: Matcher
    docs: Docs
    scores: Floats
    tiers: Ints
    keys: Docs


def ranked(plan: Plan, scorer: Scorer, matcher: Matcher, hits: DocSet) -> Ranked:
    """Give the first ``offset + limit`` of a segment's hits."""
    wanted = plan.offset + plan.limit
    if plan.order.field is not None:
        return _by_key(plan, scorer, matcher, hits)
    if plan.first is not None:
        return _in_tiers(plan, scorer, matcher, hits)
    if flat(plan.node):
        docs = hits.first(wanted)
        return Ranked(matcher, docs, np.zeros(docs.size), np.zeros(docs.size), NO_DOCS)
    node = plan.node
    while isinstance(node, Labelled):
        node = node.child
    if isinstance(node, TermNode | PhraseNode) and hits is matcher.found(node):
        docs, scores = hits.docs, scorer.best(node).values
        order = scorer.best(node).first(wanted)
    else:
        docs, scores = contenders(node, scorer, matcher, hits, wanted)
        order = top(scores, wanted)
    return Ranked(matcher, docs[order], scores[order], np.zeros(order.size), NO_DOCS)


def _in_tiers(plan: Plan, scorer: Scorer, matcher: Matcher, hits: DocSet) -> Ranked:
    wanted = plan.offset + plan.limit
    scores = scorer.scores(plan.node, hits)
    earlier = matcher.found(plan.first).inside(hits.docs) if plan.first is not None else None
    later = ~earlier if earlier is not None else np.zeros(hits.count, np.bool_)
    order = _top_of(scores, np.flatnonzero(~later), wanted)
    rest = _top_of(scores, np.flatnonzero(later), wanted - order.size)
    order = np.concatenate((order, rest))
    return Ranked(matcher, hits.docs[order], scores[order], later[order], NO_DOCS)


def _top_of(scores: Floats, places: Docs, wanted: int) -> Docs:
    return places[top(scores[places], wanted)]


def contenders(
    node: Node, scorer: Scorer, matcher: Matcher, hits: DocSet, wanted: int
) -> tuple[Docs, Floats]:
    """Give hits, and their scores, without some that cannot be among the first.

    In a sum of several, those that match two children or more are scored first. What matches one
    child alone has that child's score, and is out if it is lower than that of enough others.
    """
    several = _several(node, matcher, hits, wanted)
    if several is None:
        return hits.docs, scorer.scores(node, hits)
    scores = scorer.scores(node, several)
    least = float(np.partition(scores, -wanted)[-wanted])
    pieces = [(several.docs, scores)]
    for child in _summands(node):
        if scorer.bound(child) * _SLACK >= least:
            alone = _from_score(child, least, scorer, matcher).both(hits).without(several)
            pieces.append((alone.docs, scorer.scores(child, alone)))
    docs, scores = (
        np.concatenate([piece[values >= least] for piece, values in parts])
        for parts in (pieces, [(values, values) for _, values in pieces])
    )
    order = np.argsort(docs)
    return docs[order], scores[order]


def _from_score(node: Node, least: float, scorer: Scorer, matcher: Matcher) -> DocSet:
    """Give at least those documents of a node that score so much."""
    found = matcher.found(node)
    if not isinstance(node, TermNode | PhraseNode):
        return found
    return DocSet(found.size, np.sort(found.docs[scorer.best(node).from_score(least)]))


def _summands(node: Node) -> list[Node]:
    """Give the children whose scores a node adds up."""
    children = node.children if isinstance(node, AnyOf | AtLeast) else ()
    return [child for child in children if not flat(child)]


def _several(node: Node, matcher: Matcher, hits: DocSet, wanted: int) -> DocSet | None:
    """Give the hits that match two children of a sum, None unless they make a difference."""
    children = _summands(node)
    if hits.count <= _WORTHWHILE + wanted or len(children) < 2 or not positive(node):  # noqa: PLR2004
        return None
    sets = [matcher.found(child) for child in children]
    several = repeated(sets, 2, matcher.size)
    if hits is not matcher.found(node):
        several = several.both(hits)
    return several if wanted <= several.count < hits.count / 2 else None


def _by_key(plan: Plan, scorer: Scorer, matcher: Matcher, hits: DocSet) -> Ranked:
    field = matcher.content.key_field(str(plan.order.field))
    wanted = plan.offset + plan.limit
    if field is None:
        docs = hits.first(wanted)
        keys = np.full(docs.size, -1, np.intp)
    else:
        docs, keys = _first_by_key(field, hits, wanted, descending=plan.order.descending)
    return Ranked(matcher, docs, _scores(plan, scorer, docs, matcher.size), keys < 0, keys)


def _first_by_key(
    field: KeyField, hits: DocSet, wanted: int, *, descending: bool
) -> tuple[Docs, Docs]:
    """Give the first documents by their key, and the ordinal of each one's key."""
    if hits.dense:
        found = field.walk(hits, wanted, descending=descending)
        if found is not None:
            return found
    keys = field.highest(hits.docs) if descending else field.lowest(hits.docs)
    values = keys + 1 if descending else np.where(keys < 0, 0, len(field.keys) - keys)
    order = top(values, wanted)
    return hits.docs[order], keys[order]


def _scores(plan: Plan, scorer: Scorer, docs: Docs, size: int) -> Floats:
    """Score documents that are in no order of their numbers."""
    if flat(plan.node):
        return np.zeros(docs.size)
    order = np.argsort(docs)
    scores = np.empty(docs.size)
    scores[order] = scorer.scores(plan.node, DocSet(size, docs[order]))
    return scores


class Place(NamedTuple):
    """One hit of the page: the segment (by number), the document, its score."""

    segment: int
    doc: int
    score: float


def page(plan: Plan, segments: Sequence[Ranked]) -> list[Place]:
    """Put the segments' first hits together and cut the page out."""
    start, stop = plan.offset, plan.offset + plan.limit
    if len(segments) == 1:
        only = segments[0]
        docs, scores = only.docs[start:stop].tolist(), only.scores[start:stop].tolist()
        return [Place(0, doc, score) for doc, score in zip(docs, scores, strict=True)]
    values = _by_keys(plan, segments) if plan.order.field is not None else _by_scores(segments)
    tiers = np.concatenate([segment.tiers for segment in segments])
    numbers = np.repeat(np.arange(len(segments)), [segment.docs.size for segment in segments])
    docs = np.concatenate([segment.docs for segment in segments])
    scores = np.concatenate([segment.scores for segment in segments])
    order = np.lexsort((-values, tiers))
    edges = _edges(values[order], tiers[order], start, min(stop, order.size))
    wanted: list[int] = []
    for low, high in pairwise(edges):
        rows = order[low:high]
        wanted += _by_id(rows, numbers[rows], docs[rows], segments, stop - low)
    wanted = wanted[start - edges[0] : stop - edges[0]]
    found = zip(numbers[wanted].tolist(), docs[wanted].tolist(), scores[wanted], strict=True)
    return [Place(number, doc, float(score)) for number, doc, score in found]


def _by_id(
    rows: Docs, numbers: Docs, docs: Docs, segments: Sequence[Ranked], wanted: int
) -> list[int]:
    """Order equal rows by record id, as far as they are wanted; each segment's are in order."""
    if rows.size == 1:
        return [int(rows[0])]
    streams = []
    for number in sorted(set(numbers.tolist())):
        mine = numbers == number
        names = map(segments[number].matcher.content.ids.__getitem__, docs[mine].tolist())
        streams.append(zip(names, rows[mine].tolist(), strict=True))
    return [row for _, row in islice(heapq.merge(*streams), wanted)]


def _by_scores(segments: Sequence[Ranked]) -> Floats:
    return np.concatenate([segment.scores for segment in segments])


def _by_keys(plan: Plan, segments: Sequence[Ranked]) -> Ints:
    """Rank the keys of all segments: the higher, the earlier."""
    keys: list[bytes] = []
    for segment in segments:
        field = segment.matcher.content.key_field(str(plan.order.field))
        keys += [
            field.keys[ordinal] if field is not None and ordinal >= 0 else b""
            for ordinal in segment.keys.tolist()
        ]
    rank = {key: place for place, key in enumerate(sorted(set(keys)))}
    values = np.array([rank[key] for key in keys])
    return values if plan.order.descending else -values


def _edges(values: Ints | Floats, tiers: Ints, start: int, stop: int) -> list[int]:
    """Give the bounds of the runs of equal rows that a range of sorted rows touches."""
    if start >= stop:
        return [start]
    fresh = np.flatnonzero((values[1:] != values[:-1]) | (tiers[1:] != tiers[:-1])) + 1
    bounds = np.concatenate(((0,), fresh, (values.size,)))
    low = int(np.searchsorted(bounds, start, side="right")) - 1
    high = int(np.searchsorted(bounds, stop, side="left"))
    found: list[int] = bounds[low : high + 1].tolist()
    return found
