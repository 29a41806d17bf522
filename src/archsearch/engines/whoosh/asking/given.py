"""Where the records of a :class:`~archsearch.domain.plan.GivenNode` are, segment by segment."""

import numpy as np

from archsearch.domain.plan import GivenNode
from archsearch.engines.whoosh.format.arrays import NO_DOCS, Docs, Floats
from archsearch.engines.whoosh.snapshot import Snapshot


class Homes:
    """Looks given records up, once for all segments. The plan must outlive it."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        self._known: dict[int, list[tuple[Docs, Floats]]] = {}

    def of(self, node: GivenNode, segment: int) -> tuple[Docs, Floats]:
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


def _arrays(pairs: list[tuple[int, float]]) -> tuple[Docs, Floats]:
    if not pairs:
        return NO_DOCS, np.zeros(0)
    docs, scores = zip(*pairs, strict=True)
    return np.array(docs, np.intp), np.array(scores, np.float64)
