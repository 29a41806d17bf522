"""Documents that hold a phrase: every token at its offset from one start.

Documents first: only those that hold all the tokens, the rarest token's looked at first, have their
positions read. A start is packed with its document into one integer, so that the starts that two
tokens allow intersect as sorted sets.
"""

from functools import cached_property

import numpy as np

from archsearch.domain.plan import PhraseNode
from archsearch.engines.whoosh.format.arrays import NO_DOCS, SPARSE, Docs, Ints, common, places
from archsearch.engines.whoosh.format.docsets import DocSet
from archsearch.engines.whoosh.format.lists import SKIPPING
from archsearch.engines.whoosh.format.postings import TextField

_ROOM = 64
"""A bitmap of packed starts may have this many places for each start."""


def occurrences(field: TextField, node: PhraseNode, within: DocSet) -> tuple[Docs, Ints]:
    """Give the documents in reach that hold the phrase, and how often each does."""
    terms: dict[str, int] = {}
    for token, _ in node.tokens:
        terms[token] = field.terms.find(token)
        if terms[token] < 0:
            return NO_DOCS, NO_DOCS
    pairs = sorted({(terms[token], offset) for token, offset in node.tokens})
    known = {term: _Holders(field, term) for term, _ in pairs}
    docs = None
    for holders in sorted(known.values(), key=lambda holders: holders.df):
        docs = holders.among(within) if docs is None else holders.common(docs, within.size)
    if docs is None or not docs.size:
        return NO_DOCS, NO_DOCS
    pairs.sort(key=lambda pair: known[pair[0]].df)
    chosen = DocSet(within.size, docs)
    positions = {term: holders.positions(chosen) for term, holders in known.items()}
    return _counted(*_starts(docs, [(offset, *positions[term]) for term, offset in pairs]))


class _Holders:
    """The documents that hold one term, read only if there is no need to be sparing."""

    def __init__(self, field: TextField, term: int) -> None:
        self._field = field
        self._term = term
        self.df = field.df(term)

    @cached_property
    def _docs(self) -> Docs:
        return self._field.docs(self._term)

    def among(self, within: DocSet) -> Docs:
        """Give those in reach."""
        if within.complete:
            return self._docs
        if within.count * SKIPPING < self.df:
            return within.docs[self._field.lists.places(self._term, within.docs)[1]]
        return self._docs[within.inside(self._docs)]

    def common(self, docs: Docs, size: int) -> Docs:
        """Keep those of some documents that hold the term."""
        if docs.size * SKIPPING < self.df:
            return docs[self._field.lists.places(self._term, docs)[1]]
        return common(docs, self._docs, size)

    def positions(self, chosen: DocSet) -> tuple[Ints, Docs]:
        """Give the positions in documents that all hold the term, and how many in each."""
        if chosen.count == self.df:
            which = np.arange(self.df)
        elif chosen.count * SKIPPING < self.df:
            which = self._field.lists.places(self._term, chosen.docs)[0]
        elif chosen.count * SPARSE < self.df:
            which = places(chosen.docs, self._docs)[0]
        else:
            which = np.flatnonzero(chosen.mask[self._docs])
        return self._field.positions_at(self._term, which)


def _starts(docs: Docs, tokens: list[tuple[int, Ints, Docs]]) -> tuple[Docs, int]:
    """Give the packed starts, ascending, that all tokens allow, and the stride of a document.

    ``tokens`` are (offset, positions, how many in each document).
    """
    # A start may lie before the document, by the largest offset at most.
    shift = max(offset for offset, _, _ in tokens)
    stride = shift + 1 + max(int(positions.max()) for _, positions, _ in tokens)
    starts: Docs | None = None
    for offset, positions, counts in tokens:
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
