"""Fields of grams of several segments into one, token range by token range."""

from collections.abc import Sequence

import numpy as np

from archsearch.engines.whoosh.format.arrays import Docs, Ints, compact
from archsearch.engines.whoosh.format.grams import GramField, Numbers
from archsearch.engines.whoosh.format.lists import DocLists
from archsearch.engines.whoosh.format.packed import Packed
from archsearch.engines.whoosh.writing.grams import ordered
from archsearch.engines.whoosh.writing.texts import GONE


def merge_grams(
    fields: Sequence[GramField | None], homes: Sequence[Docs], size: int, chunk: int
) -> GramField | None:
    """Merge the fields of some parts, whose documents move to ``homes``."""
    sources = [
        (field, home) for field, home in zip(fields, homes, strict=True) if field is not None
    ]
    lengths = np.zeros(size, np.int64)
    for field, home in sources:
        alive = home != GONE
        lengths[home[alive]] = field.lengths[alive]
    every = np.unique(np.concatenate([field.tokens for field, _ in sources]))
    tokens: list[Numbers] = []
    sizes: list[Ints] = []
    docs: list[Ints] = []
    for low, high in _ranges([field for field, _ in sources], every, chunk):
        pieces = [_between(field, home, low, high) for field, home in sources]
        found, holders = ordered(
            np.concatenate([found for found, _ in pieces]),
            np.concatenate([holders for _, holders in pieces]),
        )
        first = np.flatnonzero(np.diff(found, prepend=-1))
        tokens.append(found[first])
        sizes.append(np.diff(first, append=found.size))
        docs.append(compact(holders))
    return _joined(tokens, sizes, docs, lengths)


def _joined(
    tokens: list[Numbers], sizes: list[Ints], docs: list[Ints], lengths: Ints
) -> GramField | None:
    whole = np.concatenate(tokens) if tokens else np.zeros(0, np.int64)
    if not whole.size and not lengths.any():
        return None
    return GramField(
        Packed.of(compact(np.diff(whole, prepend=0))),
        DocLists.of(
            np.concatenate(sizes) if sizes else np.zeros(0, np.int64),
            np.concatenate(docs) if docs else np.zeros(0, np.int64),
        ),
        compact(lengths),
    )


def _between(field: GramField, home: Docs, low: int, high: int) -> tuple[Ints, Ints]:
    """Give the living postings of the tokens ``[low, high)``."""
    first, last = (int(place) for place in np.searchsorted(field.tokens, (low, high)))
    if first == last:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    bounds = field.lists.bounds.between(first, last)
    tokens = np.repeat(field.tokens[first:last], np.diff(bounds))
    docs = home[field.lists.docs_of(first, last)]
    kept = docs != GONE
    return tokens[kept], docs[kept].astype(np.int64)


def _ranges(fields: Sequence[GramField], every: Numbers, chunk: int) -> list[tuple[int, int]]:
    """Cut all tokens into ranges of about so many postings."""
    if not every.size:
        return []
    counts = np.zeros(every.size, np.int64)
    for field in fields:
        counts[np.searchsorted(every, field.tokens)] += field.lists.sizes()
    piece = (np.cumsum(counts) - 1) // chunk
    firsts = every[np.flatnonzero(np.diff(piece, prepend=-1))].tolist()
    return list(zip(firsts, [*firsts[1:], int(every[-1]) + 1], strict=True))
