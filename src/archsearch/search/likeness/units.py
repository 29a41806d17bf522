"""The units of a query, and what each costs against every unit of the names."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from threading import RLock
from typing import Final

import numpy as np

from archsearch.search.likeness.characters import PAD, Characters
from archsearch.search.likeness.costs import Vector
from archsearch.search.likeness.lexicon import Lexicon

_REMEMBERED: Final = 2_000


class Sort(Enum):
    """What a unit of a query stands for."""

    UNIT = 0
    """Itself: a character, letter or digit."""
    SYLLABLE = 1
    BEGINNING = 2
    """The beginning of a syllable, while somebody types."""
    INITIAL = 3
    UNKNOWN = 4
    """Any one unit, as in 张*明."""
    LAST = 5
    """A syllable that may be the beginning of a longer one."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit of a query, and where it stood in the text."""

    sort: Sort
    text: str
    start: int = 0
    end: int = 0


class Weigher:
    """Costs of a query's units against all characters met so far, remembered.

    Whoever numbers characters or asks for costs holds ``lock`` meanwhile.
    """

    def __init__(self, lexicon: Lexicon) -> None:
        self.lock = RLock()
        self.characters = Characters(lexicon.pinyin, lexicon.components)
        self._lookalikes = lexicon.lookalikes
        self._components = lexicon.components
        self._variants = lexicon.variants
        self._costs = lexicon.costs
        self._known: OrderedDict[_Key, Vector] = OrderedDict()
        self._last: tuple[Sequence[Unit], int, list[Vector], list[Vector]] = ((), 0, [], [])

    def vector(self, unit: Unit, size: int, *, first: bool = False, heard: bool = False) -> Vector:
        """Cost of a unit against each character; with ``first`` at the beginning of a name.

        With ``heard`` only sounds are alike, not shapes. At least against those numbered below
        ``size``: one that is remembered may be older than characters that were met since, and
        serves wherever these are not.
        """
        key = (unit.sort, unit.text, first, heard)
        found = self._known.get(key)
        if found is None or len(found) < size:
            found = self._known[key] = self._make(unit, first=first, heard=heard)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        self._known.move_to_end(key)
        return found

    def vectors(self, units: Sequence[Unit], size: int) -> tuple[list[Vector], list[Vector]]:
        """Costs of all units of a query, inside names and at their beginning."""
        return (
            [self.vector(unit, size) for unit in units],
            [self.vector(unit, size, first=True) for unit in units],
        )

    def table(
        self, units: Sequence[Unit], name: str, rows: tuple[int, int], columns: tuple[int, int]
    ) -> list[list[float]]:
        """Cost of some units of a query, from one to before another, against some of one name."""
        begin, end = columns
        if begin == end:
            return [[] for _ in range(*rows)]
        codes = self.characters.encode(name[begin:end])
        size = int(codes.max()) + 1
        if self._last[0] is not units or self._last[1] < size:
            # One query is compared with several names, one after another.
            self._last = (units, size, *self.vectors(units, size))
        _, _, vectors, firsts = self._last
        if begin:
            return [vector[codes].tolist() for vector in vectors[slice(*rows)]]
        first, others = int(codes[0]), codes[1:]
        return [
            [float(beginning[first]), *vector[others].tolist()]
            for vector, beginning in zip(vectors[slice(*rows)], firsts[slice(*rows)], strict=True)
        ]

    def _make(self, unit: Unit, *, first: bool, heard: bool) -> Vector:
        costs = np.full(len(self.characters), self._costs.other, np.float32)
        match unit.sort:
            case Sort.UNKNOWN:
                costs[:] = self._costs.wildcard
            case Sort.INITIAL | Sort.BEGINNING:
                self._begin(costs, unit.text, first=first)
            case Sort.SYLLABLE | Sort.LAST:
                c = self._costs
                if unit.sort is Sort.LAST:
                    self._begin(costs, unit.text, first=first, more=c.completed)
                self._sound(
                    costs,
                    (unit.text,),
                    (c.syllable, c.syllable_rare, c.syllable_similar),
                    first=first,
                )
            case Sort.UNIT:
                self._sounding(costs, unit.text, first=first)
                if not heard:
                    self._shaped(costs, unit.text)
                code = self.characters.codes.get(unit.text)
                if code is not None:
                    costs[code] = 0
        costs[PAD] = self._costs.other
        return costs

    def _begin(
        self, costs: Vector, letters: str, *, first: bool, more: float | None = None
    ) -> None:
        single = len(letters) == 1
        common = self._costs.initial if single else self._costs.beginning
        common = common if more is None else more
        for syllable in self.characters.syllables(first=first):
            if syllable.startswith(letters):
                main, rare = self.characters.said(syllable, first=first)
                costs[rare] = np.minimum(costs[rare], self._costs.initial_rare)
                costs[main] = common
        code = self.characters.codes.get(letters)
        if code is not None:
            costs[code] = 0

    def _sound(
        self, costs: Vector, syllables: Sequence[str], prices: tuple[float, ...], *, first: bool
    ) -> None:
        same, rare_price, similar = prices
        for syllable in syllables:
            near = self.characters.heard(syllable, first=first)
            costs[near] = np.minimum(costs[near], similar)
        for rank, syllable in enumerate(syllables):
            main, rare = self.characters.said(syllable, first=first)
            costs[rare] = np.minimum(costs[rare], rare_price)
            costs[main] = np.minimum(costs[main], rare_price if rank else same)

    def _sounding(self, costs: Vector, text: str, *, first: bool) -> None:
        c = self._costs
        if not text.isascii():
            pinyin = self.characters.pinyin
            readings = pinyin.name_readings([text])[0] if first else pinyin.readings(text)
            if first:
                main = pinyin.main_spelling([text])[0]
                readings = (main, *(s for s in readings if s != main))
            if readings != (text,):
                prices = (c.homophone, c.homophone_rare, c.similar_sound)
                self._sound(costs, readings, prices, first=first)

    def _shaped(self, costs: Vector, text: str) -> None:
        c = self._costs
        for component in self._components.of(text):
            sharing = self.characters.sharing(component)
            costs[sharing] = np.minimum(costs[sharing], c.related)
        for other, degree in self._lookalikes.of(text).items():
            code = self.characters.codes.get(other)
            if code is not None:
                seen = c.lookalike_most - (c.lookalike_most - c.lookalike_least) * degree
                both = costs[code] < c.related
                costs[code] = min(float(costs[code]), seen) - (c.both if both else 0)
        for other in self._variants.get(text, ()):
            code = self.characters.codes.get(other)
            if code is not None:
                costs[code] = c.variant


_Key = tuple[Sort, str, bool, bool]
