"""The search for names: readings, candidates, alignment; the best names of each record."""

import re
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

from archsearch.analysis.parts import Part
from archsearch.domain.plan import Gather, Node
from archsearch.domain.record import RecordId
from archsearch.engines.base import Gathered
from archsearch.search.likeness.align import Prices, Sheet, align, sheet
from archsearch.search.likeness.candidates import Candidates
from archsearch.search.likeness.costs import Vector
from archsearch.search.likeness.letters import Letters
from archsearch.search.likeness.lexicon import Lexicon
from archsearch.search.likeness.reading import Reading, Readings
from archsearch.search.likeness.typing_slips import TypingSlips
from archsearch.search.likeness.units import Sort, Unit, Weigher

Flags = npt.NDArray[np.bool_]
Ask = Callable[[tuple[Gather, ...]], Gathered]
"""Asks an engine, inside the scope of whoever searches."""

_FEWEST_MIXED: Final = 2
_ROUNDING: Final = 1e-4
_LETTERS: Final = re.compile("[a-z]+")


class Sought(NamedTuple):
    """A text to find names by, among the records that match all filters.

    ``field`` is the number of the one name field to look into, None for all.
    """

    text: str
    field: int | None = None
    filters: tuple[Node, ...] = ()


class Match(NamedTuple):
    """A record that may be meant."""

    record_id: RecordId
    score: float
    """From 0 to 1; 1 is the same."""
    reading: Reading
    stored: str
    """Its names, as :func:`archsearch.engines.names.stored_values` reads them."""


class _Best(NamedTuple):
    score: float
    reading: Reading


class Finder:
    """Finds names; one for all archives, and for any number of threads."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._costs = lexicon.costs
        self._readings = Readings(lexicon)
        self._candidates = Candidates(lexicon)
        self.weigher = Weigher(lexicon)
        self._letters = Letters(self.weigher.characters, lexicon.costs)
        self._slips = TypingSlips(lexicon.pinyin)

    def find(self, sought: Sequence[Sought], ask: Ask, limit: int) -> list[list[Match]]:
        """Find the records whose names fit each text best, at most so many, best first.

        The answer is a function of the texts and of the records that may be seen, to the last bit.
        """
        readings = [self._readings.of(one.text) for one in sought]
        gathers = [
            self._candidates.of([reading], one.filters)
            for one, several in zip(sought, readings, strict=True)
            for reading in several
        ]
        gathered = ask(tuple(gathers)) if gathers else Gathered((), (), ())
        with self.weigher.lock:
            best = self._compared(sought, readings, gathered, limit)
        found = []
        for one, scores in zip(sought, best, strict=True):
            letters = "".join(one.text.casefold().split())
            surest = max((each.score for each in scores.values()), default=0.0)
            if surest < self._costs.sure and self._may_be_mistyped(letters):
                found.append(
                    self._mistyped(one, letters, _matches(scores, gathered, limit), ask, limit)
                )
            else:
                found.append(_matches(scores, gathered, limit))
        return [self._ranked(matches, limit) for matches in found]

    def compare(
        self,
        texts: Sequence[str],
        chosen: Sequence[Sequence[int]],
        record_ids: Sequence[RecordId],
        stored: Sequence[str],
    ) -> list[list[Match]]:
        """Compare each text with the names of some records, however little they have in common.

        Args:
            texts: What is compared.
            chosen: For each text the ascending places of the records.
            record_ids: The records.
            stored: Their names, as an engine stores them.
        """
        sought = [Sought(text) for text in texts]
        readings = [self._readings.of(text) for text in texts]
        each = [some for some, several in zip(chosen, readings, strict=True) for _ in several]
        gathered = Gathered(tuple(each), record_ids, stored)
        limit = max(len(record_ids), 1)
        with self.weigher.lock:
            best = self._compared(sought, readings, gathered, limit)
        return [self._ranked(_matches(scores, gathered, limit), limit) for scores in best]

    def _compared(
        self,
        sought: Sequence[Sought],
        readings: Sequence[Sequence[Reading]],
        gathered: Gathered,
        limit: int,
    ) -> list[dict[int, _Best]]:
        """Compare the candidates of each reading; give the best of each record, by its place."""
        names = sheet(gathered.values, self.weigher.characters)
        chosen = iter(gathered.chosen)
        found = []
        for one, several in zip(sought, readings, strict=True):
            best: dict[int, _Best] = {}
            for reading in several:
                some = names.some(next(chosen), one.field)
                if some.lengths.size:
                    _keep(
                        best, reading, some.owners, self._scores(reading, some), self._least(limit)
                    )
            found.append(best)
        return found

    def _may_be_mistyped(self, letters: str) -> bool:
        c = self._costs
        within = c.shortest_typed <= len(letters) <= c.longest_typed
        return within and _LETTERS.fullmatch(letters) is not None

    def _least(self, limit: int) -> tuple[float, int]:
        return self._costs.least, limit

    def _mistyped(
        self, one: Sought, letters: str, found: list[Match], ask: Ask, limit: int
    ) -> list[Match]:
        """Find also by letters, among names that sound like them with one slip mended."""
        readings = [
            Reading(tuple(Unit(Sort.SYLLABLE, s) for s in way), bytes(len(way)), label="拼音")
            for way in self._slips.ways(letters)
        ]
        if not readings:
            return found
        gathered = ask((self._candidates.of(readings, one.filters),))
        with self.weigher.lock:
            names = sheet(gathered.values, self.weigher.characters)
            names = names.some(gathered.chosen[0], one.field)
            if not names.lengths.size:
                return found
            costs = self._letters.align(letters, names) + self._costs.typed
        sizes = sorted(len(reading.units) for reading in readings)
        units = sizes[(len(sizes) - 1) // 2]
        weight = float(self._costs.extras[Part.PERSON]) * units
        scores = np.maximum(0, 1 - costs / weight).astype(np.float32)
        best: dict[int, _Best] = {}
        reading = Reading((), b"", label="拼音", letters=letters)
        _keep(best, reading, names.owners, scores, self._least(limit))
        return found + _matches(best, gathered, limit)

    def _ranked(self, matches: list[Match], limit: int) -> list[Match]:
        """Order by score, then record id; each record once."""
        best: dict[RecordId, Match] = {}
        for match in sorted(matches, key=lambda match: (-match.score, match.record_id)):
            best.setdefault(match.record_id, match)
        return list(best.values())[:limit]

    def _scores(self, reading: Reading, names: Sheet) -> Vector:
        vectors, firsts = self.weigher.vectors(reading.units, names.top)
        extras = self._costs.extras[np.frombuffer(reading.parts, np.uint8)]
        weight = max(float(extras.sum()), self._costs.least_weight)
        if reading.anchored and len(reading.units) == 1:
            # A surname and an honorific are more than the surname.
            weight = self._costs.surname_alone * weight
        if len(reading.units) <= self._costs.longest_short and not any(reading.parts):
            costs = self._short(reading, names, (vectors, firsts), extras)
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
        vectors: tuple[list[Vector], list[Vector]],
        extras: Vector,
    ) -> Vector:
        """Compare a text that may be part of a person's name or a brand with both alike."""
        c = self._costs
        gaps = names.gaps(c.edges)
        before = np.full_like(gaps, 1) if reading.anchored else names.gaps(c.fronts)
        if reading.units[0].sort is Sort.INITIAL:
            before = before + np.float32(c.front_initial)
        inside = names.gaps(c.insides)
        free = np.zeros_like(gaps)
        costs = align(names.codes, *vectors, Prices(before, inside, gaps, extras, c.swap))
        cores = align(names.codes, *vectors, Prices(free, inside, free, extras, c.swap))
        persons = names.persons
        costs = costs + np.where(~persons & (names.lengths > len(reading.units)), c.whole, 0)
        if self._readings.as_person(reading):
            costs = costs + np.where(persons | (cores <= c.misheard), 0, c.surnamed)
        close = cores <= cores.min() + c.close
        costs = self._mixed(reading, names, vectors, costs)
        partly = costs > cores
        lean = self._lean(close, persons)
        costs = costs + np.where(partly & persons, max(lean, 0), 0)
        costs = costs - np.where(partly & ~persons, min(lean, 0), 0)
        # Who has only a part of a person's name does not mishear it as well; a brand is a whole.
        typing = reading.units[-1].sort is Sort.LAST
        most = max(c.misheard, c.completed) if typing else c.misheard
        twice = persons & (names.lengths > len(reading.units)) & (cores > most + _ROUNDING)
        return np.asarray(costs + np.where(twice, c.twice, 0), np.float32)

    def _mixed(
        self,
        reading: Reading,
        names: Sheet,
        vectors: tuple[list[Vector], list[Vector]],
        costs: Vector,
    ) -> Vector:
        """Raise the cost of persons of whom several characters are wrong for different reasons."""
        units = reading.units
        rows = np.flatnonzero(names.persons & (names.lengths == len(units)))
        if (
            len(units) < _FEWEST_MIXED
            or not rows.size
            or any(u.sort is not Sort.UNIT for u in units)
        ):
            return costs
        across = names.codes[rows, : len(units)].T
        by_place = [vectors[1][0], *vectors[0][1:]]
        here = np.array([v[codes] for v, codes in zip(by_place, across, strict=True)])
        by_sound = [
            self.weigher.vector(unit, names.top, first=not place, heard=True)
            for place, unit in enumerate(units)
        ]
        heard = np.array([v[codes] for v, codes in zip(by_sound, across, strict=True)]).sum(axis=0)
        wrong = np.where(here > 0, np.float32(self._costs.other), np.float32(0))
        once = wrong.sum(axis=0) - (wrong - here).max(axis=0)
        there = costs[rows]
        straight = there >= here.sum(axis=0) - _ROUNDING
        dear = np.minimum(np.minimum(heard, once), there + self._costs.mixed)
        costs[rows] = np.where(straight, np.maximum(there, dear), there)
        return costs

    def _lean(self, close: Flags, persons: Flags) -> float:
        """How far organisations are preferred, from how many of each kind fit."""
        c = self._costs
        ratio = (np.sum(close & ~persons) + 0.5) / (np.sum(close & persons) + 0.5)
        return float(np.clip(c.lean * np.log(ratio * c.favour), -c.most_lean, c.most_lean))


def _keep(
    best: dict[int, _Best],
    reading: Reading,
    owners: npt.NDArray[np.int64],
    scores: Vector,
    bounds: tuple[float, int],
) -> None:
    """Keep the best names; those that score as the last of so many all together."""
    least, limit = bounds
    if scores.size > limit:
        least = max(least, float(np.partition(scores, -limit)[-limit]))
    kept = np.flatnonzero(scores >= least)
    for owner, score in zip(owners[kept].tolist(), scores[kept].tolist(), strict=True):
        if owner not in best or score > best[owner].score:
            best[owner] = _Best(score, reading)


def _matches(best: dict[int, _Best], gathered: Gathered, limit: int) -> list[Match]:
    """Look up who the best are; those that score as the last of so many all together."""
    least = sorted((each.score for each in best.values()), reverse=True)[:limit][-1:]
    return [
        Match(gathered.record_ids[place], each.score, each.reading, gathered.values[place])
        for place, each in best.items()
        if each.score >= least[0]
    ]
