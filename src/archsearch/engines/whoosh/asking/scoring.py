"""Scores, to the last bit those that ``domain/plan.py`` defines.

Statistics are sums over the segments of documents in reach, so they do not depend on how documents
are spread over segments, nor on any document outside. Arrays are computed elementwise in the order
of the formula; sums add children in the order given.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from archsearch.domain.plan import (
    K1,
    AllOf,
    AnyOf,
    AtLeast,
    B,
    BestOf,
    GivenNode,
    KeyNode,
    Labelled,
    MatchAll,
    MatchNone,
    Node,
    NotNode,
    PhraseNode,
    PrefixNode,
    RangeNode,
    TermNode,
    WildcardNode,
)
from archsearch.engines.whoosh.asking.cache import ArrayCache
from archsearch.engines.whoosh.asking.matching import Matcher, Scored
from archsearch.engines.whoosh.format.arrays import (
    SPARSE,
    Docs,
    Floats,
    Ints,
    Mask,
    places,
    scratch,
    top,
)
from archsearch.engines.whoosh.format.docsets import DocSet

_ACCUMULATED = 3
"""Children of a sum may match so many times as many documents as are wanted to be all added up."""
_BEST = 128
"""Of the documents of a leaf so many are kept in order of score."""
_TABLE = 65_536
"""Up to this length of a document the norms of all lengths are computed at once."""


class Statistics:
    """What BM25 counts over all documents in reach of a query."""

    def __init__(self, matchers: Sequence[Matcher], cache: ArrayCache) -> None:
        self._matchers = matchers
        self._cache = cache
        self._reach = tuple(matcher.reach.number for matcher in matchers)
        self._documents = sum(matcher.reach.count for matcher in matchers)
        self._average: dict[str, float] = {}

    def idf(self, node: Scored) -> float:
        """Give the inverse document frequency of a leaf."""
        df = sum(matcher.leaf(node).found.count for matcher in self._matchers)
        return math.log(1 + (self._documents - df + 0.5) / (df + 0.5))

    def average_length(self, field: str) -> float:
        """Give the mean length of a field, 0.0 only if it has no units anywhere."""
        known = self._average.get(field)
        if known is None:
            total = sum(self._total_length(matcher, field) for matcher in self._matchers)
            known = self._average[field] = total / self._documents
        return known

    def _total_length(self, matcher: Matcher, name: str) -> int:
        field = matcher.content.texts.get(name)
        if field is None:
            return 0
        if matcher.reach.complete:
            return field.total_length
        key = (matcher.reach.number, "length", name)
        return self._cache.get(key, lambda: _total(field.lengths, matcher.reach))

    def scores(self, matcher: Matcher, node: Scored) -> "LeafScores":
        """Give the scores of all documents of a leaf."""
        key = (self._reach, matcher.reach.number, node)
        return self._cache.get(key, lambda: self._scores(matcher, node))

    def known(self, matcher: Matcher, node: Scored) -> "LeafScores | None":
        """Give the same if they are at hand."""
        found: LeafScores | None = self._cache.peek((self._reach, matcher.reach.number, node))
        return found

    def _scores(self, matcher: Matcher, node: Scored) -> "LeafScores":
        found, counts = matcher.leaf(node)
        values = self.bm25(matcher, node, found.docs, counts)
        best = top(values, _BEST)
        return LeafScores(values, best, float(values[best[0]]) if best.size else 0.0)

    def bm25(self, matcher: Matcher, node: Scored, docs: Docs, counts: Ints) -> Floats:
        """Score some documents of a leaf, of which its occurrences are known."""
        if not docs.size:
            return np.empty(0)
        tf = counts.astype(np.float64)
        norms = self._norms(matcher, node.field, docs)
        norms += tf
        tf *= node.weight * self.idf(node)
        tf *= K1 + 1
        tf /= norms
        return tf

    def _norms(self, matcher: Matcher, name: str, docs: Docs) -> Floats:
        lengths = matcher.content.texts[name].lengths
        average = self.average_length(name)
        found = lengths[docs]
        top = int(found.max())
        if top < min(docs.size, _TABLE):
            return _norm(np.arange(top + 1, dtype=np.float64), average).take(found)
        return _norm(found.astype(np.float64), average)


class LeafScores(NamedTuple):
    """The scores of all documents of a leaf, the places of its best, and the highest score."""

    values: Floats
    best: Docs
    most: float

    def first(self, wanted: int) -> Docs:
        """Give the places of the best, in order."""
        if wanted <= self.best.size or self.best.size == self.values.size:
            return self.best[:wanted]
        return top(self.values, wanted)

    def from_score(self, least: float) -> Docs:
        """Give the places of all that score so much or more, in any order."""
        if self.best.size < self.values.size and self.values[self.best[-1]] >= least:
            return np.flatnonzero(self.values >= least)
        return self.best[self.values[self.best] >= least]


def _total(lengths: Ints, reach: DocSet) -> int:
    if reach.dense:
        return int(np.multiply(lengths, reach.mask).sum(dtype=np.int64))
    return int(lengths[reach.docs].sum(dtype=np.int64))


def _norm(length: Floats, average_length: float) -> Floats:
    if not average_length:
        return np.full(length.size, K1 * (1 - B))
    return K1 * (1 - B + B * length / average_length)


def flat(node: Node) -> bool:
    """Tell whether a node scores 0 wherever it matches."""
    match node:
        case TermNode() | PhraseNode():
            return False
        case KeyNode() | PrefixNode() | WildcardNode() | RangeNode():
            return node.weight == 0
        case MatchAll() | MatchNone() | NotNode():
            return True
        case Labelled():
            return flat(node.child)
        case GivenNode():
            return not any(score for _, score in node.records)
        case _:
            return all(flat(child) for child in node.children)


def positive(node: Node) -> bool:
    """Tell whether no part of a node can take away from a score."""
    match node:
        case MatchAll() | MatchNone() | NotNode():
            return True
        case Labelled():
            return positive(node.child)
        case GivenNode():
            return all(score >= 0 for _, score in node.records)
        case AllOf() | AnyOf() | BestOf() | AtLeast():
            return all(map(positive, node.children))
        case _:
            return node.weight >= 0


class Scorer:
    """Scores the documents of one segment."""

    def __init__(self, matcher: Matcher, statistics: Statistics) -> None:
        self._matcher = matcher
        self._statistics = statistics

    def scores(self, node: Node, within: DocSet) -> Floats:
        """Give the score of each document of a set, all of which match ``node``."""
        match node:
            case TermNode() | PhraseNode():
                return self._leaf(node, within)
            case MatchAll() | MatchNone() | NotNode():
                return np.zeros(within.count)
            case KeyNode() | PrefixNode() | WildcardNode() | RangeNode() | GivenNode():
                return self._constant(node, within)
            case Labelled():
                return self.scores(node.child, within)
            case BestOf():
                return self._best(node, within)
            case _:
                return self._sum(node, within)

    def _constant(
        self, node: KeyNode | PrefixNode | WildcardNode | RangeNode | GivenNode, within: DocSet
    ) -> Floats:
        if not isinstance(node, GivenNode):
            return np.full(within.count, float(node.weight))
        docs, scores = self._matcher.given(node)
        return scores[np.searchsorted(docs, within.docs)]

    def _sum(self, node: AllOf | AnyOf | AtLeast, within: DocSet) -> Floats:
        children = [child for child in node.children if not flat(child)]
        if isinstance(node, AllOf):
            total = np.zeros(within.count)
            for child in children:
                total += self.scores(child, within)
            return total
        children = [child for child in children if self._matcher.found(child).count]
        everything = sum(self._matcher.found(child).count for child in children)
        if everything <= _ACCUMULATED * within.count:
            return self._accumulated(children, within)
        total = np.zeros(within.count)
        for child in children:
            if isinstance(child, TermNode | PhraseNode):
                self._add(child, within, total)
                continue
            inside, some = self._inside(within, self._matcher.found(child))
            if inside is None and some.count:
                total += self.scores(child, some)
            elif some.count:
                total[inside] += self.scores(child, some)
        return total

    def _add(self, node: Scored, within: DocSet, total: Floats) -> None:
        """Add the scores of a leaf to those documents of a set that match it."""
        found = self._matcher.leaf(node).found
        if within.count * SPARSE < found.count:
            at, inside = places(within.docs, found.docs)
            total[inside] += self._some(node, within.docs[inside], at[inside])
        elif found.count:
            known = self._statistics.scores(self._matcher, node).values
            total[found.inside(within.docs)] += known[within.mask[found.docs]]

    def _accumulated(self, children: Sequence[Node], within: DocSet) -> Floats:
        """Add up over all that the children match: cheaper while most of it is wanted."""
        with scratch(self._matcher.size) as total:
            sets = [self._matcher.found(child) for child in children]
            for child, found in zip(children, sets, strict=True):
                total[found.docs] += self.scores(child, found)
            added: Floats = total[within.docs]
            for found in sets:
                total[found.docs] = 0.0
        return added

    def _best(self, node: BestOf, within: DocSet) -> Floats:
        best = np.full(within.count, -np.inf)
        for child in node.children:
            inside, some = self._inside(within, self._matcher.found(child))
            if inside is None and some.count:
                np.maximum(best, self.scores(child, some), out=best)
            elif some.count:
                best[inside] = np.maximum(best[inside], self.scores(child, some))
        return best

    def _inside(self, within: DocSet, found: DocSet) -> tuple[Mask | None, DocSet]:
        """Select those of a set that are in another: which of its documents, None for all."""
        if within is found:
            return None, within
        if not found.count:
            return None, found
        inside = found.inside(within.docs)
        some = DocSet(within.size, within.docs[inside])
        return (None, within) if some.count == within.count else (inside, some)

    def _leaf(self, node: Scored, within: DocSet) -> Floats:
        found = self._matcher.leaf(node).found
        if within.count * SPARSE < found.count:
            return self._some(node, within.docs, places(within.docs, found.docs)[0])
        every = self._statistics.scores(self._matcher, node).values
        if within.count == found.count:
            return every
        return every[within.mask[found.docs]]

    def _some(self, node: Scored, docs: Docs, at: Docs) -> Floats:
        """Score some documents of a leaf, which are at these places of it."""
        known = self._statistics.known(self._matcher, node)
        if known is not None:
            return known.values[at]
        counts = self._matcher.leaf(node).counts[at]
        return self._statistics.bm25(self._matcher, node, docs, counts)

    def best(self, node: Scored) -> LeafScores:
        """Give the scores of a leaf, ordered as far as they are known to be."""
        return self._statistics.scores(self._matcher, node)

    def bound(self, node: Node) -> float:
        """Give a score that no document exceeds."""
        match node:
            case TermNode() | PhraseNode():
                return self._statistics.scores(self._matcher, node).most
            case KeyNode() | PrefixNode() | WildcardNode() | RangeNode():
                return float(node.weight)
            case MatchAll() | MatchNone() | NotNode():
                return 0.0
            case Labelled():
                return self.bound(node.child)
            case GivenNode() | BestOf():
                return max(self._bounds(node), default=0.0)
            case _:
                return math.fsum(self.bound(child) for child in node.children)

    def _bounds(self, node: GivenNode | BestOf) -> list[float]:
        if isinstance(node, GivenNode):
            return [score for _, score in node.records]
        return [self.bound(child) for child in node.children]
