"""What is worked out of the nodes of one query once, for all segments.

Where the records of a :class:`~archsearch.domain.plan.GivenNode` are, and what keys a filter has.
"""

import numpy as np

from archsearch.domain.plan import AnyOf, GivenNode, KeyNode, Labelled, Node
from archsearch.engines.whoosh.format.arrays import NO_DOCS, Docs, Floats
from archsearch.engines.whoosh.snapshot import Snapshot


class Shared:
    """What the matchers of all segments share. The plan must outlive it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[int, list[tuple[Docs, Floats]]] = {}
        self._merged: dict[int, KeyNode | None] = {}

    def merged(self, node: Node) -> KeyNode | None:
        """Join alternatives that are all keys of one field into one node; None for others."""
        if id(node) not in self._merged:
            self._merged[id(node)] = merged_keys(node)
        return self._merged[id(node)]

    def given(self, node: GivenNode, segment: int) -> tuple[Docs, Floats]:
        """Give the documents of one segment, ascending, and the score of each."""
        known = self._known.get(id(node))
        if known is None:
            known = self._known[id(node)] = self._find(node)
        return known[segment]

    def _find(self, node: GivenNode) -> list[tuple[Docs, Floats]]:
        places = self._snapshot.places([record_id for record_id, _ in node.records])
        found: list[list[tuple[int, float]]] = [[] for _ in self._snapshot.segments]
        for (segment, doc), (_, score) in zip(places, node.records, strict=True):
            if segment >= 0:
                found[segment].append((doc, score))
        return [_arrays(sorted(pairs)) for pairs in found]


def merged_keys(node: Node) -> KeyNode | None:
    """Join alternatives that are all keys of one field into one node; None for anything else."""
    while isinstance(node, Labelled):
        node = node.child
    if isinstance(node, KeyNode):
        return node
    if not isinstance(node, AnyOf) or not node.children:
        return None
    known = [part for part in map(merged_keys, node.children) if part is not None]
    if len(known) < len(node.children) or len({part.field for part in known}) > 1:
        return None
    return KeyNode(known[0].field, frozenset().union(*(part.keys for part in known)))


def _arrays(pairs: list[tuple[int, float]]) -> tuple[Docs, Floats]:
    if not pairs:
        return NO_DOCS, np.zeros(0)
    docs, scores = zip(*pairs, strict=True)
    return np.array(docs, np.intp), np.array(scores, np.float64)
