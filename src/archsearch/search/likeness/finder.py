"""The search for names: readings, candidates, alignment; the best of each name."""

import re
from dataclasses import dataclass
from typing import Final

import numpy as np

from archsearch.search.likeness.align import Prices, Sheet, align, sheet
from archsearch.search.likeness.candidates import Candidates
from archsearch.search.likeness.costs import Vector
from archsearch.search.likeness.evidence import Explainer, Trace
from archsearch.search.likeness.index import Documents, Flags, NameIndex
from archsearch.search.likeness.letters import Letters
from archsearch.search.likeness.lexicon import Lexicon
from archsearch.search.likeness.parts import Part
from archsearch.search.likeness.reading import Reading, Readings
from archsearch.search.likeness.typing_slips import TypingSlips
from archsearch.search.likeness.units import Sort, Unit, Weigher

_MOST: Final = 300
"""Names compared for one reading."""

_SHORT: Final = 4
_SURE: Final = 0.86
"""Above this the letters of a query are taken for what they say."""
_PLAIN: Final = re.compile("[a-z]{5,24}")


@dataclass(frozen=True, slots=True)
class Match:
    """A name that may be meant."""

    document: int
    score: float
    """From 0 to 1; 1 is the same."""
    reading: Reading


class Finder:
    """Finds names in one index."""

    def __init__(self, index: NameIndex, lexicon: Lexicon) -> None:
        self._index = index
        self._costs = lexicon.costs
        self._readings = Readings(lexicon)
        self._candidates = Candidates(index, lexicon.lookalikes)
        self._weigher = Weigher(index.alphabet, lexicon)
        self._letters = Letters(index.alphabet, lexicon.costs)
        self._explainer = Explainer(lexicon, self._weigher)
        self._slips = TypingSlips(lexicon.pinyin)

    def find(self, text: str, limit: int, scope: Flags | None = None) -> list[Match]:
        """Find the names that fit a text best.

        Args:
            text: What somebody typed.
            limit: How many names are wanted.
            scope: For each document whether it may be seen. The answer is the one that an index of
                these names alone would give, to the last bit.
        """
        best: dict[int, tuple[float, Reading]] = {}
        for reading in self._readings.of(text):
            documents = self._candidates.of(reading, _MOST, scope)
            if len(documents):
                scores = self._scores(reading, documents)
                _keep(best, reading, documents, scores, limit)
        letters = "".join(text.casefold().split())
        if _PLAIN.fullmatch(letters) and max((s for s, _ in best.values()), default=0) < _SURE:
            self._mistyped(letters, best, limit, scope)
        ranked = sorted(best.items(), key=lambda item: (-item[1][0], item[0]))
        return [
            Match(document, score, reading)
            for document, (score, reading) in ranked[:limit]
            if score >= self._costs.least
        ]

    def explain(self, match: Match, query: str, name: str) -> list[Trace]:
        """Say why a name was found."""
        return self._explainer.explain(match.reading, query, name)

    def _mistyped(
        self,
        letters: str,
        best: dict[int, tuple[float, Reading]],
        limit: int,
        scope: Flags | None,
    ) -> None:
        readings = [
            Reading(tuple(Unit(Sort.SYLLABLE, s) for s in way), bytes(len(way)), label="拼音")
            for way in self._slips.ways(letters)
        ]
        documents = self._candidates.of_several(readings, _MOST, scope)
        if len(documents):
            costs = self._letters.align(letters, sheet(self._index, documents))
            costs = costs + self._costs.typed
            units = min(len(reading.units) for reading in readings)
            weight = float(self._costs.extras[Part.PERSON]) * units
            scores = np.maximum(0, 1 - costs / weight).astype(np.float32)
            reading = Reading((), b"", label="拼音", letters=letters)
            _keep(best, reading, documents, scores, limit)

    def _scores(self, reading: Reading, documents: Documents) -> Vector:
        vectors = [self._weigher.vector(unit) for unit in reading.units]
        firsts = [self._weigher.vector(unit, first=True) for unit in reading.units]
        extras = self._costs.extras[np.frombuffer(reading.parts, np.uint8)]
        names = sheet(self._index, documents)
        weight = max(float(extras.sum()), 0.8)
        if reading.anchored and len(reading.units) == 1:
            # A surname and an honorific are more than the surname.
            weight = 3 * weight
        if len(reading.units) <= _SHORT and not any(reading.parts):
            costs = self._short(reading, names, documents, (vectors, firsts), extras)
        else:
            gaps = names.gaps(self._costs.gaps)
            prices = Prices(
                gaps, names.gaps(self._costs.insides), gaps, extras, self._costs.swap, reading.loose
            )
            costs = align(names.codes, vectors, firsts, prices)
        return np.asarray(np.maximum(0, 1 - (costs + reading.price) / weight), np.float32)

    def _short(
        self,
        reading: Reading,
        names: Sheet,
        documents: Documents,
        vectors: tuple[list[Vector], list[Vector]],
        extras: Vector,
    ) -> Vector:
        """Compare a text that may be part of a person's name or a brand with both alike."""
        c = self._costs
        gaps = names.gaps(c.edges)
        before = np.full_like(gaps, 1) if reading.anchored else names.gaps(c.fronts)
        inside = names.gaps(c.insides)
        free = np.zeros_like(gaps)
        costs = align(names.codes, *vectors, Prices(before, inside, gaps, extras, c.swap))
        cores = align(names.codes, *vectors, Prices(free, inside, free, extras, c.swap))
        persons = self._index.persons[documents]
        costs = costs + np.where(~persons & (names.lengths > len(reading.units)), c.whole, 0)
        close = cores <= cores.min() + c.close
        partly = costs > cores
        lean = self._lean(close, persons)
        costs = costs + np.where(partly & persons, max(lean, 0), 0)
        costs = costs - np.where(partly & ~persons, min(lean, 0), 0)
        # Who has only a part of a person's name does not mishear it as well; a brand is a whole.
        twice = persons & (names.lengths > len(reading.units)) & (cores > c.misheard)
        return np.asarray(costs + np.where(twice, c.twice, 0), np.float32)

    def _lean(self, close: Flags, persons: Flags) -> float:
        """How far organisations are preferred, from how many of each kind fit."""
        c = self._costs
        ratio = (np.sum(close & ~persons) + 0.5) / (np.sum(close & persons) + 0.5)
        return float(np.clip(c.lean * np.log(ratio * c.favour), -c.most_lean, c.most_lean))


def _keep(
    best: dict[int, tuple[float, Reading]],
    reading: Reading,
    documents: Documents,
    scores: Vector,
    limit: int,
) -> None:
    top = np.lexsort((documents, -scores))[: 2 * limit]
    for document, score in zip(documents[top].tolist(), scores[top].tolist(), strict=True):
        if score > best.get(document, (-1.0, reading))[0]:
            best[document] = (score, reading)
