"""The units of a query, and what each costs against every unit of the names."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np

from archsearch.search.likeness.alphabet import PAD, Alphabet, Components
from archsearch.search.likeness.costs import Vector
from archsearch.search.likeness.lexicon import Lexicon
from archsearch.search.likeness.sounds import coarse

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
    """Costs of a query's units against all units of an alphabet, remembered."""

    def __init__(self, alphabet: Alphabet, lexicon: Lexicon) -> None:
        self._alphabet = alphabet
        self._lookalikes = lexicon.lookalikes
        self._components = lexicon.components
        self._costs = lexicon.costs
        self._known: OrderedDict[tuple[Sort, str, bool], Vector] = OrderedDict()
        self._said = (_spoken(alphabet.readings), _spoken(alphabet.surname_readings))
        self._sharing = _sharing(alphabet, lexicon.components)
        self._heard = (_coarse(self._said[0]), _coarse(self._said[1]))

    def vector(self, unit: Unit, *, first: bool = False) -> Vector:
        """Cost of a unit against each code; with ``first`` at the beginning of a name."""
        key = (unit.sort, unit.text, first)
        found = self._known.get(key)
        if found is None:
            found = self._known[key] = self._make(unit, first=first)
            if len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return found

    def against(self, unit: Unit, name: str) -> Vector:
        """Cost of a unit against each unit of one name."""
        codes = self._alphabet.encode(name)
        costs = self.vector(unit)[codes]
        if len(costs):
            costs[0] = self.vector(unit, first=True)[codes[0]]
        return costs

    def _make(self, unit: Unit, *, first: bool) -> Vector:
        costs = np.full(len(self._alphabet), self._costs.other, np.float32)
        match unit.sort:
            case Sort.UNKNOWN:
                costs[:] = self._costs.wildcard
            case Sort.INITIAL | Sort.BEGINNING:
                self._begin(costs, unit.text, first=first)
            case Sort.SYLLABLE | Sort.LAST:
                c = self._costs
                if unit.sort is Sort.LAST:
                    self._begin(costs, unit.text, first=first)
                self._sound(
                    costs,
                    (unit.text,),
                    (c.syllable, c.syllable_rare, c.syllable_similar),
                    first=first,
                )
            case Sort.UNIT:
                self._unit(costs, unit.text, first=first)
        costs[PAD] = self._costs.other
        return costs

    def _begin(self, costs: Vector, letters: str, *, first: bool) -> None:
        single = len(letters) == 1
        common = self._costs.initial if single else self._costs.beginning
        for syllable, (main, rare) in self._said[first].items():
            if syllable.startswith(letters):
                costs[rare] = np.minimum(costs[rare], self._costs.initial_rare)
                costs[main] = common
        code = self._alphabet.codes.get(letters)
        if code is not None:
            costs[code] = 0

    def _sound(
        self, costs: Vector, syllables: Sequence[str], prices: tuple[float, ...], *, first: bool
    ) -> None:
        same, rare_price, similar = prices
        for syllable in syllables:
            near = self._heard[first].get(coarse(syllable))
            if near is not None:
                costs[near] = np.minimum(costs[near], similar)
        for rank, syllable in enumerate(syllables):
            main, rare = self._said[first].get(syllable, (_NONE, _NONE))
            costs[rare] = np.minimum(costs[rare], rare_price)
            costs[main] = np.minimum(costs[main], rare_price if rank else same)

    def _unit(self, costs: Vector, text: str, *, first: bool) -> None:
        c = self._costs
        if not text.isascii():
            pinyin = self._alphabet.pinyin
            readings = pinyin.name_readings([text])[0] if first else pinyin.readings(text)
            if first:
                main = pinyin.main_spelling([text])[0]
                readings = (main, *(s for s in readings if s != main))
            if readings != (text,):
                prices = (c.homophone, c.homophone_rare, c.similar_sound)
                self._sound(costs, readings, prices, first=first)
        for component in self._components.of(text):
            sharing = self._sharing.get(component, _NONE)
            costs[sharing] = np.minimum(costs[sharing], c.related)
        for other, degree in self._lookalikes.of(text).items():
            code = self._alphabet.codes.get(other)
            if code is not None:
                seen = c.lookalike_most - (c.lookalike_most - c.lookalike_least) * degree
                both = costs[code] < c.related
                costs[code] = min(float(costs[code]), seen) - (c.both if both else 0)
        code = self._alphabet.codes.get(text)
        if code is not None:
            costs[code] = 0


_NONE: Final = np.zeros(0, np.int64)
_Places = np.ndarray[tuple[int], np.dtype[np.int64]]


def _sharing(alphabet: Alphabet, components: Components) -> dict[str, _Places]:
    """Codes that have a component."""
    found: dict[str, list[int]] = {}
    for code, unit in enumerate(alphabet.units):
        for component in components.of(unit):
            found.setdefault(component, []).append(code)
    return {component: np.array(codes, np.int64) for component, codes in found.items()}


def _spoken(readings: Sequence[Sequence[str]]) -> dict[str, tuple[_Places, _Places]]:
    """Codes that are mainly read so, and codes that may be."""
    found: dict[str, tuple[list[int], list[int]]] = {}
    for code, syllables in enumerate(readings):
        for rank, syllable in enumerate(syllables):
            found.setdefault(syllable, ([], []))[rank > 0].append(code)
    return {
        syllable: (np.array(main, np.int64), np.array(rare, np.int64))
        for syllable, (main, rare) in found.items()
    }


def _coarse(said: dict[str, tuple[_Places, _Places]]) -> dict[str, _Places]:
    found: dict[str, list[_Places]] = {}
    for syllable, (main, rare) in said.items():
        found.setdefault(coarse(syllable), []).extend((main, rare))
    return {sound: np.concatenate(places) for sound, places in found.items()}
