"""Counts of keys over all hits."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from archsearch.engines.whoosh.arrays import Docs, Ints, Mask, marked
from archsearch.engines.whoosh.columns import KeyField
from archsearch.engines.whoosh.matching import Matcher

Facet = tuple[tuple[str, int], ...]


class _Hits(NamedTuple):
    """The hits of one segment, as a list and as a bitmap that the facets share."""

    matcher: Matcher
    docs: Docs
    bitmap: Mask


def facets(
    names: Sequence[str], matchers: Sequence[Matcher], hits: Sequence[Docs]
) -> Mapping[str, Facet]:
    """Count the keys of some fields over the hits of all segments: most first, then by key."""
    if not names:
        return {}
    segments = [
        _Hits(matcher, docs, marked(docs, matcher.size))
        for matcher, docs in zip(matchers, hits, strict=True)
        if docs.size
    ]
    return {name: _facet(name, segments) for name in names}


def _facet(name: str, segments: Sequence[_Hits]) -> Facet:
    found = []
    for segment in segments:
        field = segment.matcher.content.key_field(name)
        if field is not None:
            found.append(_counted(field, field.count(segment.docs)))
    if len(found) == 1:
        return tuple(found[0])
    total: Counter[str] = Counter()
    for counts in found:
        total.update(dict(counts))
    return tuple(sorted(total.items(), key=lambda item: (-item[1], item[0])))


def _counted(field: KeyField, counts: Ints) -> list[tuple[str, int]]:
    """List the keys that were counted, most first, then by key."""
    ordinals = np.flatnonzero(counts)
    ordinals = ordinals[np.argsort(-counts[ordinals], kind="stable")]
    return list(zip(field.texts(ordinals), counts[ordinals].tolist(), strict=True))
