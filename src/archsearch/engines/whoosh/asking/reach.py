"""Which documents of a segment a query may count, match and return.

A document outside is treated as absent everywhere: it neither matches nor enters any statistic, so
an answer cannot depend on it.
"""

import itertools
from collections.abc import Sequence

import numpy as np

from archsearch.domain.access import Scope
from archsearch.domain.record import RecordId
from archsearch.engines.base import DEPARTMENT, ID, OWNER, SECRECY
from archsearch.engines.whoosh.asking.cache import ArrayCache
from archsearch.engines.whoosh.format.arrays import SPARSE, Docs, Mask, places
from archsearch.engines.whoosh.format.content import Content
from archsearch.engines.whoosh.format.docsets import DocSet
from archsearch.engines.whoosh.snapshot import SegmentView

_numbers = itertools.count()


class Reach(DocSet):
    """The documents in reach. ``number`` tells it from every other in this process."""

    __slots__ = ("number",)

    def __init__(self, size: int, mask: Mask) -> None:
        super().__init__(size, mask=mask)
        self.number = next(_numbers)

    def places(self, docs: Docs) -> Docs:
        """Give the places in a sorted list of documents that are in reach."""
        if self.count * SPARSE < docs.size:
            found, there = places(self.docs, docs)
            return found[there]
        return np.flatnonzero(self.mask[docs])


def reaches_of(
    segments: Sequence[SegmentView],
    scope: Scope,
    excluded: frozenset[RecordId],
    cache: ArrayCache,
) -> tuple[Reach, ...]:
    """Work out the documents in reach of each of some segments."""
    # Kept together: to look up each by itself would take longer than all the rest of it.
    key = (tuple([segment.token for segment in segments]), scope, excluded)
    return cache.get(
        key, lambda: tuple([reach(segment, scope, excluded, cache) for segment in segments])
    )


def reach(
    segment: SegmentView, scope: Scope, excluded: frozenset[RecordId], cache: ArrayCache
) -> Reach:
    """Work out the documents of a segment that are alive, in scope and not excluded."""
    key = (segment.token, scope, excluded) if excluded else (segment.token, scope)
    return cache.get(key, lambda: _reach(segment, scope, excluded, cache))


def _reach(
    segment: SegmentView, scope: Scope, excluded: frozenset[RecordId], cache: ArrayCache
) -> Reach:
    # The scope's own mask outlives commits that only delete from the segment.
    permitted = cache.get(
        ("scope", segment.name, scope), lambda: _permitted(segment.content, scope)
    )
    mask = permitted if segment.complete else permitted & segment.alive
    gone = segment.content.ids.find_all(excluded)
    if gone.size:
        mask = mask.copy()
        mask[gone] = False
    return Reach(mask.size, mask)


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
    field = content.key_field(name) if keys else None
    if field is None:
        return np.zeros(len(content), np.bool_)
    found = field.keys.find_all(keys)
    if found.size == len(field.keys) and field.universal:
        return np.ones(len(content), np.bool_)
    return field.mask_of(found)
