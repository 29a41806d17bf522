"""Rows of marks to the postings of a field of grams: tokens are made as numbers, all at once."""

from array import array
from collections.abc import Sequence

import numpy as np

from archsearch.engines.base import PAIRS, SINGLES, SPLITS, Grams
from archsearch.engines.whoosh.format.arrays import Docs, Ints
from archsearch.engines.whoosh.format.grams import GramField
from archsearch.engines.whoosh.writing.numbers import numbers_of
from archsearch.engines.whoosh.writing.texts import GONE

_MARK_BITS = 21
_TOKEN_BITS = 2 * _MARK_BITS + 3
_FLAGS = SINGLES | PAIRS | SPLITS
KEY_BITS = 64
"""Width of a packed sort key."""


class GramColumn:
    """The grams of one field as they come in."""

    def __init__(self) -> None:
        self._slots = array("I")
        self._lengths = array("I")
        self._sizes = array("I")
        self._rows: list[str] = []

    def add(self, slots: Sequence[int], grams: Sequence[Grams]) -> int:
        """Take in the grams of some slots; give about the number of their tokens."""
        rows = [one.rows for one in grams]
        self._slots.extend(slots)
        self._lengths.extend([one.length for one in grams])
        self._sizes.extend(map(len, rows))
        self._rows.append("".join(rows))
        return 2 * len(self._rows[-1])

    def finish(self, homes: Docs, size: int) -> GramField | None:
        """Make the field; ``homes`` has the document of each slot."""
        home = homes[numbers_of(self._slots)]
        lengths = np.zeros(size, np.int64)
        lengths[home[home != GONE]] = numbers_of(self._lengths)[home != GONE]
        marks = np.frombuffer("".join(self._rows).encode("utf-32-le", "surrogatepass"), np.uint32)
        docs = np.repeat(home, numbers_of(self._sizes))
        kept = docs != GONE
        if not kept.all():
            marks, docs = marks[kept], docs[kept]
        tokens, docs = _tokens(marks, docs)
        if not tokens.size and not lengths.any():
            return None
        return posted(tokens, docs, lengths)


def posted(tokens: Ints, docs: Ints, lengths: Ints) -> GramField:
    """Make a field of (token, document) pairs in any order, repeats among them."""
    tokens, docs = ordered(tokens, docs)
    first = np.flatnonzero(np.diff(tokens, prepend=-1))
    return GramField.of(tokens[first], np.diff(first, append=tokens.size), docs, lengths)


def ordered(tokens: Ints, docs: Ints) -> tuple[Ints, Ints]:
    """Order pairs by token, then document, without repeats."""
    if not tokens.size:
        return tokens, docs
    bits = int(docs.max()).bit_length()
    if bits + int(tokens.max()).bit_length() > KEY_BITS:
        order = np.lexsort((docs, tokens))
        tokens, docs = tokens[order], docs[order]
    else:
        keys = tokens.astype(np.uint64)
        keys <<= np.uint64(bits)
        keys |= docs.astype(np.uint64)
        keys.sort()
        docs = (keys & np.uint64((1 << bits) - 1)).astype(np.int64)
        keys >>= np.uint64(bits)
        tokens = keys.astype(np.int64)
    fresh = np.ones(tokens.size, np.bool_)
    fresh[1:] = (tokens[1:] != tokens[:-1]) | (docs[1:] != docs[:-1])
    return (tokens, docs) if fresh.all() else (tokens[fresh], docs[fresh])


def _tokens(marks: Ints, docs: Ints) -> tuple[Ints, Ints]:
    """Make the tokens of all rows."""
    begins = (marks > 0) & (marks <= _FLAGS)
    if not begins.any():
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    flags = marks[begins][np.cumsum(begins) - 1]
    there = ~begins & (marks > 0)
    numbers = marks.astype(np.int64)
    tokens, owners = [], []
    for shape, step in ((SINGLES, 0), (PAIRS, 1), (SPLITS, 2)):
        first = np.flatnonzero(
            there[: there.size - step] & (flags[: flags.size - step] & shape > 0)
        )
        last = first + step
        # A row begins with its flags, so that two marks with one between them are of one row.
        near = there[last]
        for between in range(1, step + 1):
            near &= ~begins[first + between]
        first, last = first[near], last[near]
        second = numbers[last] if step else 0
        tokens.append((((shape << _MARK_BITS) | numbers[first]) << _MARK_BITS) | second)
        owners.append(docs[first])
    return np.concatenate(tokens), np.concatenate(owners)
