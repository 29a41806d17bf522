"""Counts of keys over all hits."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from archsearch.engines.whoosh.arrays import Docs
from archsearch.engines.whoosh.dictionary import decode
from archsearch.engines.whoosh.matching import Matcher


def facet(
    name: str, matchers: Sequence[Matcher], hits: Sequence[Docs]
) -> tuple[tuple[str, int], ...]:
    """Count the keys of a field over the hits of all segments: most first, then by key."""
    counts: Counter[bytes] = Counter()
    for matcher, docs in zip(matchers, hits, strict=True):
        field = matcher.content.key_field(name)
        if field is None or not docs.size:
            continue
        found = field.count(docs)
        for ordinal in np.flatnonzero(found).tolist():
            counts[field.keys[ordinal]] += int(found[ordinal])
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple((decode(key), count) for key, count in ordered)
