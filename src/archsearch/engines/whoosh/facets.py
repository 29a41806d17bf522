"""Counts of keys over all hits."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np

from archsearch.engines.whoosh.arrays import Ints
from archsearch.engines.whoosh.columns import KeyField
from archsearch.engines.whoosh.docsets import DocSet
from archsearch.engines.whoosh.matching import Matcher

Facet = tuple[tuple[str, int], ...]
_FEW = 64
"""Up to so many hits are counted one by one."""


def facets(
    names: Sequence[str], matchers: Sequence[Matcher], hits: Sequence[DocSet]
) -> Mapping[str, Facet]:
    """Count the keys of some fields over the hits of all segments: most first, then by key."""
    segments = [
        (matcher, found) for matcher, found in zip(matchers, hits, strict=True) if found.count
    ]
    return {name: _facet(name, segments) for name in names}


def _facet(name: str, segments: Sequence[tuple[Matcher, DocSet]]) -> Facet:
    fields = [
        (field, found)
        for matcher, found in segments
        if (field := matcher.content.key_field(name)) is not None
    ]
    if len(fields) == 1 and fields[0][1].count > _FEW:
        field, found = fields[0]
        return _counted(field, field.count(found.docs))
    total: Counter[str] = Counter()
    for field, found in fields:
        if found.count <= _FEW:
            for held in field.held(found.docs):
                total.update(held)
        else:
            total.update(dict(_counted(field, field.count(found.docs))))
    return tuple(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def _counted(field: KeyField, counts: Ints) -> Facet:
    """List the keys that were counted, most first, then by key."""
    ordinals = np.flatnonzero(counts)
    found = counts[ordinals]
    # One sort of packed integers: fewest missing from the highest count, then lowest ordinal.
    order = np.sort((int(found.max(initial=0)) - found) * len(field.keys) + ordinals)
    ordinals = order % len(field.keys)
    return tuple(zip(field.texts(ordinals), counts[ordinals].tolist(), strict=True))
