"""Counts of keys over all hits.

Segments number their keys for themselves. What each of their numbers is in the keys of all is
worked out once for the same segments, so that counts of many keys are added up as arrays.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from archsearch.engines.whoosh.arrays import Docs, Ints
from archsearch.engines.whoosh.cache import ArrayCache
from archsearch.engines.whoosh.columns import KeyField
from archsearch.engines.whoosh.dictionary import decode, union
from archsearch.engines.whoosh.docsets import DocSet
from archsearch.engines.whoosh.matching import Matcher

Facet = tuple[tuple[str, int], ...]
_FEW = 64
"""Up to so many hits are counted one by one."""


class _Counted(NamedTuple):
    """A field of one segment, and the hits there."""

    segment: str
    field: KeyField
    hits: DocSet


def facets(
    names: Sequence[str], matchers: Sequence[Matcher], hits: Sequence[DocSet], cache: ArrayCache
) -> Mapping[str, Facet]:
    """Count the keys of some fields over the hits of all segments: most first, then by key."""
    return {name: _facet(name, matchers, hits, cache) for name in names}


def _facet(
    name: str, matchers: Sequence[Matcher], hits: Sequence[DocSet], cache: ArrayCache
) -> Facet:
    fields = [
        _Counted(matcher.name, field, found)
        for matcher, found in zip(matchers, hits, strict=True)
        if found.count and (field := matcher.content.key_field(name)) is not None
    ]
    if sum(one.hits.count for one in fields) <= _FEW:
        return _one_by_one(fields)
    if len(fields) == 1:
        return _ordered(fields[0].field.all_texts, fields[0].field.count(fields[0].hits.docs))
    key = ("facet", name, tuple(one.segment for one in fields))
    texts, *homes = cache.get(key, lambda: _joined([one.field for one in fields]))
    counts = np.zeros(texts.size, np.int64)
    for one, home in zip(fields, homes, strict=True):
        counts[home] += one.field.count(one.hits.docs)
    return _ordered(texts, counts)


def _one_by_one(fields: Sequence[_Counted]) -> Facet:
    total: Counter[str] = Counter()
    for _, field, hits in fields:
        for held in field.held(hits.docs):
            total.update(held)
    return tuple(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def _joined(fields: Sequence[KeyField]) -> tuple[Ints, *tuple[Docs, ...]]:
    """Give the keys of all fields, ascending, and the places there of each field's keys."""
    keys, homes = union([field.keys.entries() for field in fields])
    texts = np.empty(len(keys), np.object_)
    texts[:] = list(map(decode, keys))
    return (texts, *homes)


def _ordered(texts: Ints, counts: Ints) -> Facet:
    """List the keys that were counted, most first, then by key."""
    ordinals = np.flatnonzero(counts)
    found = counts[ordinals]
    # One sort of packed integers: fewest missing from the highest count, then lowest ordinal.
    order = np.sort((int(found.max(initial=0)) - found) * texts.size + ordinals)
    ordinals = order % max(texts.size, 1)
    return tuple(zip(texts[ordinals].tolist(), counts[ordinals].tolist(), strict=True))
