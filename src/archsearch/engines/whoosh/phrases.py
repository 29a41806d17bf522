"""Documents that hold a phrase: every token at its offset from one start.

Documents first: only those that hold all the tokens, the rarest token's looked at first, have their
positions read. A start is packed with its document into one integer, so that the starts that two
tokens allow intersect as sorted sets.
"""

import numpy as np

from archsearch.domain.plan import PhraseNode
from archsearch.engines.whoosh.arrays import NO_DOCS, SPARSE, Docs, Ints, common, places
from archsearch.engines.whoosh.lists import SKIPPING
from archsearch.engines.whoosh.postings import TextField
from archsearch.engines.whoosh.reach import Reach

_ROOM = 64
"""A bitmap of packed starts may have this many places for each start."""


def occurrences(field: TextField, node: PhraseNode, within: Reach) -> tuple[Docs, Ints]:
    """Give the documents in reach that hold the phrase, and how often each does."""
    pairs = sorted({(field.terms.find(token), offset) for token, offset in node.tokens})
    if pairs[0][0] < 0:
        return NO_DOCS, NO_DOCS
    terms = sorted({term for term, _ in pairs}, key=field.df)
    docs = _holding_all(field, terms, within)
    if not docs.size:
        return NO_DOCS, NO_DOCS
    pairs.sort(key=lambda pair: terms.index(pair[0]))
    return _counted(*_starts(field, pairs, docs))


def _holding_all(field: TextField, terms: list[int], within: Reach) -> Docs:
    docs = within.docs
    for term in terms:
        if docs.size * SKIPPING < field.df(term):
            docs = docs[field.lists.places(term, docs)[1]]
        elif docs is within.docs:
            first = field.docs(term)
            docs = first[within.places(first)]
        else:
            docs = common(docs, field.docs(term), within.mask.size)
    return docs


def _places(field: TextField, term: int, docs: Docs) -> Docs:
    """Give the places of documents, all of which hold a term, in its list."""
    if docs.size * SKIPPING < field.df(term):
        return field.lists.places(term, docs)[0]
    return places(docs, field.docs(term))[0]


def _starts(field: TextField, pairs: list[tuple[int, int]], docs: Docs) -> tuple[Docs, int]:
    """Give the packed starts, ascending, of documents that hold all tokens, and the stride."""
    tokens = []
    for term, _ in pairs:
        which = _places(field, term, docs)
        tokens.append(field.positions_at(term, which))
    # A start may lie before the document, by the largest offset at most.
    shift = max(offset for _, offset in pairs)
    stride = shift + 1 + max(int(positions.max()) for positions, _ in tokens)
    starts: Docs | None = None
    for (_, offset), (positions, counts) in zip(pairs, tokens, strict=True):
        found = np.repeat(docs * stride, counts) + (positions.astype(np.intp) + (shift - offset))
        starts = found if starts is None else _common(starts, found)
    return (NO_DOCS if starts is None else starts), stride


def _common(left: Docs, right: Docs) -> Docs:
    """Intersect two sorted sets of packed starts, the left one to be the smaller."""
    if not left.size or left.size * SPARSE < right.size:
        return left[places(left, right)[1]]
    low, high = int(right[0]), int(right[-1])
    if high - low > _ROOM * right.size:
        return left[places(left, right)[1]]
    bitmap = np.zeros(high - low + 1, np.bool_)
    bitmap[right - low] = True
    inside = left[np.searchsorted(left, low) : np.searchsorted(left, high, side="right")]
    return inside[bitmap[inside - low]]


def _counted(starts: Docs, stride: int) -> tuple[Docs, Ints]:
    """Count starts by document."""
    holders = starts // stride
    first = np.flatnonzero(np.diff(holders, prepend=-1))
    return holders[first], np.diff(first, append=holders.size)
