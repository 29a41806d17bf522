"""Texts of documents to the postings of a field.

Of a text of units only the units are taken in, as characters; their pairs exist as numbers until
the end, and become strings once each, however often they occur. All other tokens are numbered in
order of appearance as they come.
"""

from array import array
from collections.abc import Sequence
from itertools import chain

import numpy as np

from archsearch.analysis.units import BREAK, WORD
from archsearch.engines.base import TextTokens, UnitTokens
from archsearch.engines.whoosh.format.arrays import Docs, Ints, compact, spread
from archsearch.engines.whoosh.format.postings import TextAssembler, TextField, Tokens
from archsearch.engines.whoosh.writing.numbers import (
    Numbers,
    arranged,
    numbered,
    numbering,
    numbers_of,
    ranked,
)

GONE = -1
"""Marks a slot or document without a place in the new numbering."""
_STRINGS = 0x110000
"""Numbers below are code points; those of strings begin here."""


class TextColumn:
    """The tokens of one text field as they come in."""

    def __init__(self) -> None:
        self._numbers = numbering(_STRINGS)
        self._units = _Units()
        self._terms = _Terms()

    def add(self, slots: Sequence[int], texts: Sequence[TextTokens | UnitTokens]) -> int:
        """Take in the texts of some slots; give the number of their tokens."""
        units: list[UnitTokens] = []
        others: list[TextTokens] = []
        for slot, text in zip(slots, texts, strict=True):
            if isinstance(text, UnitTokens):
                units.append(text)
                self._units.slots.append(slot)
            else:
                others.append(text)
                self._terms.slots.append(slot)
        weight = self._units.add(units, self._numbers) if units else 0
        return weight + self._terms.add(others, self._numbers) if others else weight

    def finish(self, homes: Docs, size: int) -> TextField | None:
        """Make the field; ``homes`` has the document of each slot."""
        lengths = np.zeros(size, np.int64)
        units, pairs = self._units.finish(homes, lengths)
        tokens = Tokens.joined([units, self._terms.finish(homes, lengths)])
        if not tokens.terms.size and not lengths.any():
            return None
        numbers, terms = ranked(tokens.terms)
        tokens = Tokens(terms, tokens.docs, tokens.positions)
        strings = list(self._numbers)
        names = [
            chr(number) if number < _STRINGS else strings[number - _STRINGS]
            for number in numbers.tolist()
        ]
        if pairs.size:
            characters = int(np.searchsorted(numbers, _STRINGS))
            tokens = Tokens.joined([tokens, _paired(tokens, pairs, names, characters)])
        entries, ordinals = arranged(names)
        assembler = TextAssembler(entries)
        assembler.append(Tokens(ordinals[tokens.terms], tokens.docs, tokens.positions).sorted())
        return assembler.finish(lengths)


class _Units:
    """Texts of units, one after another."""

    def __init__(self) -> None:
        self.slots = array("I")
        self._sizes = array("I")
        self._marks: list[str] = []
        self._words: list[Ints] = []

    def add(self, texts: list[UnitTokens], numbers: Numbers) -> int:
        marks = [text.text for text in texts]
        words = [text.words for text in texts if text.words]
        self._sizes.extend(map(len, marks))
        self._marks.append("".join(marks))
        self._words.append(numbered(numbers, chain.from_iterable(words), sum(map(len, words))))
        # Nearly every unit begins a pair.
        return 2 * len(self._marks[-1])

    def finish(self, homes: Docs, lengths: Ints) -> tuple[Tokens, Docs]:
        """Give the units and the places of those whose successor stands next to them."""
        units = np.frombuffer(
            "".join(self._marks).encode("utf-32-le", "surrogatepass"), np.uint32
        ).copy()
        units[units == ord(WORD)] = _whole(self._words)
        sizes = numbers_of(self._sizes).astype(np.intp)
        docs = np.repeat(homes[numbers_of(self.slots)].astype(np.int32), sizes)
        positions = spread(np.zeros(sizes.size, np.intp), sizes).astype(np.uint32)
        kept = (units != ord(BREAK)) & (docs != GONE)
        near = kept[:-1] & kept[1:] & (positions[1:] > 0)
        pairs = (np.cumsum(kept) - 1)[:-1][near]
        lengths += np.bincount(docs[kept], minlength=lengths.size)
        return _tokens(units[kept], docs[kept], positions[kept]), pairs


class _Terms:
    """Texts whose tokens are listed."""

    def __init__(self) -> None:
        self.slots = array("I")
        self._counts = array("I")
        self._lengths = array("I")
        self._numbers: list[Ints] = []
        self._positions: list[Ints] = []

    def add(self, texts: list[TextTokens], numbers: Numbers) -> int:
        terms = [text.terms for text in texts]
        counts = list(map(len, terms))
        total = sum(counts)
        self._counts.extend(counts)
        self._lengths.extend([text.length for text in texts])
        self._numbers.append(numbered(numbers, chain.from_iterable(terms), total))
        positions = array("I")
        for text in texts:
            positions.extend(text.positions)
        self._positions.append(compact(np.frombuffer(positions, np.uint32)))
        return total

    def finish(self, homes: Docs, lengths: Ints) -> Tokens:
        home = homes[numbers_of(self.slots)]
        alive = home != GONE
        lengths[home[alive]] = numbers_of(self._lengths)[alive]
        docs = np.repeat(home.astype(np.int32), numbers_of(self._counts))
        terms, positions = _whole(self._numbers), _whole(self._positions)
        if not alive.all():
            kept = docs != GONE
            terms, docs, positions = terms[kept], docs[kept], positions[kept]
        return _tokens(terms, docs, positions)


def _paired(tokens: Tokens, pairs: Docs, names: list[str], characters: int) -> Tokens:
    """Make tokens of pairs, and add their strings to the names of the terms.

    The first so many names are characters, which join without a space.
    """
    size = len(names)
    keys = tokens.terms[pairs].astype(np.int64) * size + tokens.terms[pairs + 1]
    distinct, numbers = np.unique(keys, return_inverse=True)
    left, right = np.divmod(distinct, size)
    joins = np.maximum(left, right) < characters
    names += [
        names[first] + names[second] if join else f"{names[first]} {names[second]}"
        for first, second, join in zip(left.tolist(), right.tolist(), joins.tolist(), strict=True)
    ]
    return _tokens(numbers + size, tokens.docs[pairs], tokens.positions[pairs])


def _tokens(terms: Ints, docs: Ints, positions: Ints) -> Tokens:
    return Tokens(
        terms.astype(np.uint32, copy=False),
        docs.astype(np.uint32, copy=False),
        positions.astype(np.uint32, copy=False),
    )


def _whole(pieces: list[Ints]) -> Ints:
    return np.concatenate(pieces) if pieces else np.empty(0, np.uint32)
