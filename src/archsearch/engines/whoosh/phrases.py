"""Documents that hold a phrase: every token at its offset from one start.

Documents first: only those that hold all the tokens, the rarest token's looked at first, have their
positions read. A start is packed with its document into one integer, so that the starts that two
tokens allow intersect as sorted sets.
"""

import numpy as np

from archsearch.domain.plan import PhraseNode
from archsearch.engines.whoosh.arrays import NO_DOCS, SPARSE, Docs, Ints, common, places
from archsearch.engines.whoosh.postings import TextField
from archsearch.engines.whoosh.reach import Reach

_ROOM = 64
"""A bitmap of packed starts may have this many places for each start."""


def occurrences(field: TextField, node: PhraseNode, within: Reach) -> tuple[Docs, Ints]:
    """Give the documents in reach that hold the phrase, and how often each does."""
    pairs = sorted({(field.terms.find(token), offset) for token, offset in node.tokens})
    if pairs[0][0] < 0:
        return NO_DOCS, NO_DOCS
    terms = sorted({term for term, _ in pairs}, key=lambda term: _postings(field, term).size)
    docs = _holding_all(field, terms, within)
    if not docs.size:
        return NO_DOCS, NO_DOCS
    pairs.sort(key=lambda pair: terms.index(pair[0]))
    return _counted(*_starts(field, pairs, within.narrowed(docs)))


def _postings(field: TextField, term: int) -> Ints:
    begin, end = field.slice(term)
    return field.docs[begin:end]


def _holding_all(field: TextField, terms: list[int], within: Reach) -> Docs:
    first = _postings(field, terms[0])
    docs = first[within.places(first)].astype(np.intp)
    for term in terms[1:]:
        docs = common(docs, _postings(field, term), within.mask.size)
    return docs


def _starts(field: TextField, pairs: list[tuple[int, int]], within: Reach) -> tuple[Docs, int]:
    """Give the packed starts, ascending, of documents that hold all tokens, and the stride."""
    tokens = []
    for term, _ in pairs:
        which = within.places(_postings(field, term))
        tokens.append(field.positions_at(term, which))
    # A start may lie before the document, by the largest offset at most.
    shift = max(offset for _, offset in pairs)
    stride = shift + 1 + max(int(positions.max()) for positions, _ in tokens)
    starts: Docs | None = None
    for (_, offset), (positions, counts) in zip(pairs, tokens, strict=True):
        found = np.repeat(within.docs * stride, counts) + (
            positions.astype(np.intp) + (shift - offset)
        )
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
