"""Scores, to the last bit those that ``domain/plan.py`` defines.

Statistics are sums over the segments of documents in reach, so they do not depend on how documents
are spread over segments, nor on any document outside. Arrays are computed elementwise in the order
of the formula; sums add children in the order given.
"""

import math
from collections.abc import Sequence

import numpy as np

from archsearch.domain.plan import (
    K1,
    AllOf,
    AnyOf,
    AtLeast,
    B,
    BestOf,
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
from archsearch.engines.whoosh.arrays import SPARSE, Docs, Floats, Mask, marked, places
from archsearch.engines.whoosh.matching import Matcher, Scored


class Statistics:
    """What BM25 counts over all documents in reach of a query."""

    def __init__(self, matchers: Sequence[Matcher]) -> None:
        self._matchers = matchers
        self._documents = sum(matcher.reach.docs.size for matcher in matchers)
        self._idf: dict[int, float] = {}
        self._average: dict[str, float] = {}

    def idf(self, node: Scored) -> float:
        """Give the inverse document frequency of a leaf."""
        known = self._idf.get(id(node))
        if known is None:
            df = sum(matcher.postings(node)[0].size for matcher in self._matchers)
            known = math.log(1 + (self._documents - df + 0.5) / (df + 0.5))
            self._idf[id(node)] = known
        return known

    def average_length(self, field: str) -> float:
        """Give the mean length of a field, 0.0 only if it has no units anywhere."""
        known = self._average.get(field)
        if known is None:
            total = sum(_total_length(matcher, field) for matcher in self._matchers)
            known = self._average[field] = total / self._documents
        return known


def _total_length(matcher: Matcher, name: str) -> int:
    field = matcher.content.texts.get(name)
    if field is None:
        return 0
    if matcher.reach.complete:
        return field.total_length
    return matcher.cache.get(
        (matcher.identity, "length", name),
        lambda: int(field.lengths[matcher.reach.docs].sum(dtype=np.int64)),
    )


def flat(node: Node) -> bool:
    """Tell whether a node scores 0 wherever it matches."""
    match node:
        case MatchAll() | MatchNone() | NotNode():
            return True
        case TermNode() | PhraseNode():
            return False
        case KeyNode() | PrefixNode() | WildcardNode() | RangeNode():
            return node.weight == 0
        case Labelled():
            return flat(node.child)
        case _:
            return all(flat(child) for child in node.children)


class Scorer:
    """Scores the documents of one segment."""

    def __init__(self, matcher: Matcher, statistics: Statistics) -> None:
        self._matcher = matcher
        self._statistics = statistics

    def scores(self, node: Node, docs: Docs) -> Floats:
        """Give the score of each of ``docs``, sorted and all matching ``node``."""
        match node:
            case MatchAll() | MatchNone() | NotNode():
                return np.zeros(docs.size)
            case TermNode() | PhraseNode():
                return self._leaf(node, docs)
            case KeyNode() | PrefixNode() | WildcardNode() | RangeNode():
                return np.full(docs.size, float(node.weight))
            case Labelled():
                return self.scores(node.child, docs)
            case BestOf():
                return self._best(node, docs)
            case _:
                return self._sum(node, docs)

    def _sum(self, node: AllOf | AnyOf | AtLeast, docs: Docs) -> Floats:
        children = [child for child in node.children if not flat(child)]
        if isinstance(node, AllOf):
            return self._added(children, docs)
        matches = [self._matcher.docs(child) for child in children]
        if sum(found.size for found in matches) <= 2 * docs.size * len(children):
            return self._accumulated(children, docs)
        total = np.zeros(docs.size)
        for child, found in zip(children, matches, strict=True):
            inside, some = self._inside(docs, found)
            total[inside] += self.scores(child, some)
        return total

    def _added(self, children: Sequence[Node], docs: Docs) -> Floats:
        """Add up children that all match every document."""
        total = np.zeros(docs.size)
        for child in children:
            total += self.scores(child, docs)
        return total

    def _accumulated(self, children: Sequence[Node], docs: Docs) -> Floats:
        """Add up over the whole segment: cheaper while most matches are wanted."""
        total = np.zeros(self._matcher.size)
        for child in children:
            found = self._matcher.docs(child)
            total[found] += self.scores(child, found)
        return total[docs]

    def _best(self, node: BestOf, docs: Docs) -> Floats:
        best = np.full(docs.size, -np.inf)
        for child in node.children:
            inside, some = self._inside(docs, self._matcher.docs(child))
            best[inside] = np.maximum(best[inside], self.scores(child, some))
        return best

    def _inside(self, docs: Docs, found: Docs) -> tuple[Mask | slice, Docs]:
        """Select those of ``docs`` that are in ``found``."""
        if docs.size == found.size and np.array_equal(docs, found):
            return slice(None), docs
        if docs.size * SPARSE < found.size:
            inside = places(docs, found)[1]
        else:
            inside = marked(found, self._matcher.size)[docs]
        return inside, docs[inside]

    def _leaf(self, node: Scored, docs: Docs) -> Floats:
        found, counts = self._matcher.postings(node)
        if docs.size * SPARSE < found.size:
            return self._bm25(node, docs, counts[places(docs, found)[0]])
        every = self._matcher.cache.get(
            (self._matcher.identity, "scores", node), lambda: self._bm25(node, found, counts)
        )
        if docs.size == found.size:
            return every
        return every[marked(docs, self._matcher.size)[found]]

    def _bm25(self, node: Scored, docs: Docs, counts: Docs) -> Floats:
        if not docs.size:
            return np.empty(0)
        tf = counts.astype(np.float64)
        idf = self._statistics.idf(node)
        return node.weight * idf * tf * (K1 + 1) / (tf + self._norms(node.field, docs))

    def _norms(self, name: str, docs: Docs) -> Floats:
        lengths = self._matcher.content.texts[name].lengths
        average = self._statistics.average_length(name)
        if lengths.size < docs.size * SPARSE and lengths.itemsize <= 2:  # noqa: PLR2004 - the table has at most 65,536 entries
            table = _norm(np.arange(int(lengths.max()) + 1, dtype=np.float64), average)
            return table[lengths[docs]]
        return _norm(lengths[docs].astype(np.float64), average)


def _norm(length: Floats, average_length: float) -> Floats:
    if not average_length:
        return np.full(length.size, K1 * (1 - B))
    return K1 * (1 - B + B * length / average_length)
