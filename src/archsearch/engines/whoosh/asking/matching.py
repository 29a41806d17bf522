"""Which documents of one segment a node matches, as sets of document numbers.

Everything is inside the reach of the query from the leaves up. Sets are lists or bitmaps, whichever
is cheaper for their sizes (see :mod:`..format.docsets`).
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple, TypeAlias

import numpy as np

from archsearch.domain.access import Scope
from archsearch.domain.plan import (
    AllOf,
    AnyOf,
    AtLeast,
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
from archsearch.domain.record import RecordId
from archsearch.engines.whoosh.asking.cache import ArrayCache
from archsearch.engines.whoosh.asking.phrases import occurrences
from archsearch.engines.whoosh.asking.reach import Reach, reaches_of
from archsearch.engines.whoosh.asking.shared import Shared
from archsearch.engines.whoosh.asking.wildcard import matching
from archsearch.engines.whoosh.format.arrays import NO_DOCS, Docs, Floats, Ints
from archsearch.engines.whoosh.format.columns import KeyField
from archsearch.engines.whoosh.format.docsets import DocSet, nothing, repeated, united
from archsearch.engines.whoosh.format.lists import SKIPPING
from archsearch.engines.whoosh.format.postings import TextField
from archsearch.engines.whoosh.snapshot import SegmentView, Snapshot

Scored: TypeAlias = TermNode | PhraseNode
Keyed: TypeAlias = KeyNode | PrefixNode | WildcardNode | RangeNode


class Leaf(NamedTuple):
    """The documents of a scored leaf, and its occurrences in each."""

    found: DocSet
    counts: Ints


class Matcher:
    """Matches the nodes of one query in one segment. The plan must outlive it."""

    def __init__(
        self, segment: SegmentView, reach: Reach, cache: ArrayCache, shared: Shared, number: int
    ) -> None:
        self.name = segment.name
        self.content = segment.content
        self.size = reach.size
        self.reach = reach
        self._cache = cache
        self._shared = shared
        self._number = number
        self._sets: dict[int, DocSet] = {}
        self._leaves: dict[int, Leaf] = {}

    def found(self, node: Node) -> DocSet:
        """Give the documents that match."""
        known = self._sets.get(id(node))
        if known is None:
            known = self._sets[id(node)] = self._match(node)
        return known

    def filtered(self, found: DocSet, filters: Sequence[Node]) -> DocSet:
        """Keep the documents that pass all filters, whose sets are kept as wholes."""
        for node in filters:
            if not found.count:
                return found
            found = found.both(self._filter(node))
        return found

    def _filter(self, node: Node) -> DocSet:
        merged = self._shared.merged(node)
        if merged is not None:
            # As one node, whose documents are found, and kept, at once.
            return self.found(merged)
        key = (self.reach.number, "filter", node)
        return self._cache.get(key, partial(self.found, node))

    def narrowed(self, found: DocSet, nodes: Sequence[Node]) -> DocSet:
        """Keep the documents that match all of some nodes."""
        for node in nodes:
            if isinstance(node, NotNode):
                found = found.without(self.found(node.child))
            elif not isinstance(node, MatchAll):
                found = found.both(self.found(node))
        return found

    def leaf(self, node: Scored) -> Leaf:
        """Give the documents of a scored leaf, and its occurrences in each."""
        known = self._leaves.get(id(node))
        if known is None:
            if node.field in self.content.texts:
                known = self._cache.get((self.reach.number, node), partial(self._leaf, node))
            else:
                known = Leaf(nothing(self.size), NO_DOCS)
            self._leaves[id(node)] = known
        return known

    def given(self, node: GivenNode) -> tuple[Docs, Floats]:
        """Give the documents of given records, ascending, in reach or not, and their scores."""
        return self._shared.given(node, self._number)

    def _match(self, node: Node) -> DocSet:
        match node:
            case TermNode() | PhraseNode():
                return self.leaf(node).found
            case KeyNode() | PrefixNode() | WildcardNode() | RangeNode():
                return self._cache.get((self.reach.number, node), partial(self._keyed, node))
            case MatchAll() | MatchNone() | GivenNode():
                return self._listed(node)
            case Labelled():
                return self.found(node.child)
            case NotNode():
                return self.reach.without(self.found(node.child))
            case _:
                return self._combined(node)

    def _listed(self, node: MatchAll | MatchNone | GivenNode) -> DocSet:
        if isinstance(node, GivenNode):
            return DocSet(self.size, self.given(node)[0]).both(self.reach)
        return self.reach if isinstance(node, MatchAll) else nothing(self.size)

    def _combined(self, node: AllOf | AnyOf | BestOf | AtLeast) -> DocSet:
        match node:
            case AllOf():
                return self._all(node.children)
            case AtLeast():
                sets = [self.found(child) for child in node.children]
                return repeated(sets, node.count, self.size)
            case _:
                return united([self.found(child) for child in node.children], self.size)

    def _all(self, children: Sequence[Node]) -> DocSet:
        def reached(child: Node) -> int:
            return self.size if isinstance(child, NotNode) else self.found(child).count

        if not children:
            return self.reach
        first, *rest = sorted(children, key=reached)
        return self.narrowed(self.found(first), rest)

    def _leaf(self, node: Scored) -> Leaf:
        field = self.content.texts[node.field]
        if isinstance(node, TermNode):
            docs, counts = self._term(field, node.token)
        elif len(node.tokens) == 1:
            # A start for every occurrence.
            docs, counts = self._term(field, node.tokens[0][0])
        else:
            docs, counts = occurrences(field, node, self.reach)
        return Leaf(DocSet(self.size, docs), counts)

    def _term(self, field: TextField, token: str) -> tuple[Docs, Ints]:
        term = field.terms.find(token)
        if term < 0:
            return NO_DOCS, NO_DOCS
        if self.reach.count * SKIPPING < field.df(term):
            places, there = field.lists.places(term, self.reach.docs)
            return self.reach.docs[there], field.counts_at(term, places[there])
        docs, counts = field.postings(term)
        if not self.reach.complete:
            places = self.reach.places(docs)
            docs, counts = docs[places], counts[places]
        return docs, counts

    def _keyed(self, node: Keyed) -> DocSet:
        field = self.content.key_field(node.field)
        if field is None:
            return nothing(self.size)
        return _holders(field, node).both(self.reach)


def _holders(field: KeyField, node: Keyed) -> DocSet:
    match node:
        case KeyNode():
            return field.holders(field.keys.find_all(node.keys))
        case PrefixNode():
            return field.holders(np.arange(*field.keys.prefix(node.prefix)))
        case WildcardNode():
            return field.holders(matching(field.keys, node.pattern))
        case RangeNode():
            return field.holders(np.arange(*field.keys.interval(node.low, node.high)))


def matchers_of(
    snapshot: Snapshot, scope: Scope, excluded: frozenset[RecordId], cache: ArrayCache
) -> list[Matcher]:
    """Make the matchers of all segments for one query."""
    shared = Shared(snapshot)
    reaches = reaches_of(snapshot.segments, scope, excluded, cache)
    return [
        Matcher(segment, reach, cache, shared, number)
        for number, (segment, reach) in enumerate(zip(snapshot.segments, reaches, strict=True))
    ]
