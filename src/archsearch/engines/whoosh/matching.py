"""Which documents of one segment a node matches, as sorted arrays of document numbers.

Everything is inside the reach of the query from the leaves up. Sets are small arrays or go through
a bitmap, whichever is cheaper for their sizes (see :mod:`.arrays`).
"""

from collections.abc import Hashable, Sequence
from typing import TypeAlias

import numpy as np

from archsearch.domain.plan import (
    AllOf,
    AnyOf,
    AtLeast,
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
from archsearch.engines.whoosh.arrays import NO_DOCS, Docs, Ints, common, united, without
from archsearch.engines.whoosh.cache import ArrayCache
from archsearch.engines.whoosh.columns import KeyField
from archsearch.engines.whoosh.lists import SKIPPING
from archsearch.engines.whoosh.phrases import occurrences
from archsearch.engines.whoosh.reach import Reach
from archsearch.engines.whoosh.snapshot import SegmentView
from archsearch.engines.whoosh.wildcard import matching

Scored: TypeAlias = TermNode | PhraseNode
Keyed: TypeAlias = KeyNode | PrefixNode | WildcardNode | RangeNode


class Matcher:
    """Matches the nodes of one query in one segment.

    ``identity`` names all that a leaf's matches depend on besides the leaf.
    """

    def __init__(
        self, segment: SegmentView, reach: Reach, cache: ArrayCache, identity: Hashable
    ) -> None:
        self.content = segment.content
        self.size = len(segment.content)
        self.reach = reach
        self.cache = cache
        self.identity = identity
        self._known: dict[int, Docs] = {}

    def docs(self, node: Node) -> Docs:
        """Give the documents that match; the plan must outlive the matcher."""
        known = self._known.get(id(node))
        if known is None:
            known = self._known[id(node)] = self._match(node)
        return known

    def holds(self, node: Node, doc: int) -> bool:
        """Tell whether one document matches."""
        docs = self.docs(node)
        place = int(np.searchsorted(docs, doc))
        return place < docs.size and int(docs[place]) == doc

    def narrowed(self, docs: Docs, nodes: Sequence[Node]) -> Docs:
        """Keep the documents that match all of some nodes."""
        for node in nodes:
            if isinstance(node, NotNode):
                docs = without(docs, self.docs(node.child), self.size)
            elif not isinstance(node, MatchAll):
                docs = common(docs, self.docs(node), self.size)
        return docs

    def postings(self, node: Scored) -> tuple[Docs, Ints]:
        """Give the documents of a scored leaf, and its occurrences in each."""
        return self.cache.get((self.identity, "leaf", node), lambda: self._postings(node))

    def _match(self, node: Node) -> Docs:
        match node:
            case MatchAll() | MatchNone():
                return self.reach.docs if isinstance(node, MatchAll) else NO_DOCS
            case TermNode() | PhraseNode():
                return self.postings(node)[0]
            case KeyNode() | PrefixNode() | WildcardNode() | RangeNode():
                return self.cache.get((self.identity, "keys", node), lambda: self._keyed(node))
            case Labelled():
                return self.docs(node.child)
            case NotNode():
                return without(self.reach.docs, self.docs(node.child), self.size)
            case _:
                return self._combined(node)

    def _combined(self, node: AllOf | AnyOf | BestOf | AtLeast) -> Docs:
        match node:
            case AllOf():
                return self._all(node.children)
            case AtLeast():
                return self._at_least(node.count, node.children)
            case _:
                return united([self.docs(child) for child in node.children], self.size)

    def _all(self, children: Sequence[Node]) -> Docs:
        def reached(child: Node) -> int:
            return self.size if isinstance(child, NotNode) else self.docs(child).size

        if not children:
            return self.reach.docs
        first, *rest = sorted(children, key=reached)
        return self.narrowed(self.docs(first), rest)

    def _at_least(self, count: int, children: Sequence[Node]) -> Docs:
        if len(children) < count:
            return NO_DOCS
        found = np.concatenate([self.docs(child) for child in children])
        docs, times = np.unique(found, return_counts=True)
        return docs[times >= count]

    def _postings(self, node: Scored) -> tuple[Docs, Ints]:
        field = self.content.texts.get(node.field)
        if field is None:
            return NO_DOCS, NO_DOCS
        if isinstance(node, PhraseNode):
            return occurrences(field, node, self.reach)
        term = field.terms.find(node.token)
        if term < 0:
            return NO_DOCS, NO_DOCS
        if self.reach.docs.size * SKIPPING < field.df(term):
            places, there = field.lists.places(term, self.reach.docs)
            return self.reach.docs[there], field.counts_at(term, places[there])
        docs, counts = field.postings(term)
        if not self.reach.complete:
            places = self.reach.places(docs)
            docs, counts = docs[places], counts[places]
        return docs, counts

    def _keyed(self, node: Keyed) -> Docs:
        field = self.content.key_field(node.field)
        if field is None:
            return NO_DOCS
        docs = _holders(field, node)
        return docs if self.reach.complete else docs[self.reach.places(docs)]


def _holders(field: KeyField, node: Keyed) -> Docs:
    match node:
        case KeyNode():
            return field.of_keys(field.keys.find_all(node.keys))
        case PrefixNode():
            return field.of_interval(*field.keys.prefix(node.prefix))
        case WildcardNode():
            return field.of_keys(matching(field.keys, node.pattern))
        case RangeNode():
            return field.of_interval(*field.keys.interval(node.low, node.high))
