"""Which documents of a segment a query may count, match and return.

A document outside is treated as absent everywhere: it neither matches nor enters any statistic, so
an answer cannot depend on it.
"""

from typing import NamedTuple

import numpy as np

from archsearch.domain.access import Scope
from archsearch.domain.record import RecordId
from archsearch.engines.base import DEPARTMENT, ID, OWNER, SECRECY
from archsearch.engines.whoosh.arrays import SPARSE, Docs, Ints, Mask, marked, places
from archsearch.engines.whoosh.cache import ArrayCache
from archsearch.engines.whoosh.content import Content
from archsearch.engines.whoosh.snapshot import SegmentView


class Reach(NamedTuple):
    """The documents in reach, as a bitmap and as a list."""

    mask: Mask
    docs: Docs

    @property
    def complete(self) -> bool:
        """Whether every document of the segment is in reach."""
        return self.docs.size == self.mask.size

    def narrowed(self, docs: Docs) -> "Reach":
        """Give the reach that has only these documents left."""
        return Reach(marked(docs, self.mask.size), docs)

    def places(self, docs: Ints) -> Docs:
        """Give the places in a sorted list of documents that are in reach."""
        if self.docs.size * SPARSE < docs.size:
            found, there = places(self.docs, docs)
            return found[there]
        return np.flatnonzero(self.mask[docs])


def reach(
    segment: SegmentView, scope: Scope, excluded: frozenset[RecordId], cache: ArrayCache
) -> Reach:
    """Work out the documents of a segment that are alive, in scope and not excluded."""
    # The scope's own mask outlives commits, for the segments that they leave alone.
    permitted = cache.get(
        ("scope", segment.name, scope), lambda: _permitted(segment.content, scope)
    )
    mask = permitted if segment.complete else permitted & segment.alive
    gone = segment.content.ids.find_all(excluded)
    if gone.size:
        mask = mask.copy()
        mask[gone] = False
    return Reach(mask, np.flatnonzero(mask))


def _permitted(content: Content, scope: Scope) -> Mask:
    mask = _holding(content, SECRECY, scope.secrecies)
    if scope.everything:
        return mask
    reached = _holding(content, DEPARTMENT, scope.departments)
    if scope.owner is not None:
        reached |= _holding(content, OWNER, frozenset({scope.owner}))
    reached |= _holding(content, ID, scope.granted)
    return mask & reached


def _holding(content: Content, name: str, keys: frozenset[str]) -> Mask:
    mask = np.zeros(len(content), np.bool_)
    field = content.key_field(name)
    if field is not None and keys:
        mask[field.of_keys(field.keys.find_all(keys))] = True
    return mask
