"""Documents that hold a phrase: every token at its offset from one start.

Documents first: only those that hold all the tokens, the rarest token's looked at first, have their
positions read. A start is packed with its document into one integer, so that the starts of two
tokens intersect as sorted sets.
"""

import numpy as np

from archsearch.domain.plan import PhraseNode
from archsearch.engines.whoosh.arrays import NO_DOCS, Docs, Ints, places
from archsearch.engines.whoosh.postings import TextField
from archsearch.engines.whoosh.reach import Reach

_SHIFT = 1 << 32
_ZERO = 1 << 31
"""Where start 0 lies inside a packed integer; a lone late token starts before it."""


def occurrences(field: TextField, node: PhraseNode, within: Reach) -> tuple[Docs, Ints]:
    """Give the documents in reach that hold the phrase, and how often each does."""
    terms = [field.terms.find(token) for token, _ in node.tokens]
    if min(terms) < 0:
        return NO_DOCS, np.empty(0, np.intp)
    docs = _holding_all(field, sorted(set(terms), key=lambda term: _frequency(field, term)), within)
    starts: Ints | None = None
    for term, (_, offset) in sorted(
        zip(terms, node.tokens, strict=True), key=lambda pair: _frequency(field, pair[0])
    ):
        found = _starts(field, term, offset, docs)
        starts = found if starts is None else starts[places(starts, found)[1]]
        docs = np.unique(starts // _SHIFT).astype(np.intp)
    if starts is None:
        return NO_DOCS, np.empty(0, np.intp)
    holders, counts = np.unique(starts // _SHIFT, return_counts=True)
    return holders.astype(np.intp), counts


def _frequency(field: TextField, term: int) -> int:
    begin, end = field.slice(term)
    return end - begin


def _postings(field: TextField, term: int) -> Ints:
    begin, end = field.slice(term)
    return field.docs[begin:end]


def _holding_all(field: TextField, terms: list[int], within: Reach) -> Docs:
    first = _postings(field, terms[0])
    docs = first[within.places(first)].astype(np.intp)
    for term in terms[1:]:
        docs = docs[places(docs, _postings(field, term))[1]]
    return docs


def _starts(field: TextField, term: int, offset: int, docs: Docs) -> Ints:
    """Give the packed starts, ascending, that one token allows in documents that all hold it."""
    which, _ = places(docs, _postings(field, term))
    positions, counts = field.positions_at(term, which)
    return np.repeat(docs, counts) * _SHIFT + (positions.astype(np.int64) - offset + _ZERO)
