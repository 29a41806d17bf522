"""Names worth comparing: what leads from a reading of the query to names like it."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from archsearch.analysis.marks import HOLE, Sounds, begun, said, wholly
from archsearch.analysis.parts import Part
from archsearch.analysis.pinyin import Pinyin
from archsearch.domain.plan import Gather, KeyNode, Node
from archsearch.engines.base import PAIRS, SINGLES, SPLITS, gram
from archsearch.engines.names import KINDS, NAMES, ORGANISATION, PERSON
from archsearch.search.likeness.characters import Lookalikes
from archsearch.search.likeness.lexicon import Lexicon
from archsearch.search.likeness.reading import Reading
from archsearch.search.likeness.units import Sort, Unit

_SAID_BY_MANY: Final = frozenset({Part.FORM, Part.LEVEL})
"""Parts that tell too few names apart to be looked up; they count in the alignment."""

Token = tuple[int, float]


class Candidates:
    """Makes gathers of readings."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._pinyin: Pinyin = lexicon.pinyin
        self._mark = Sounds(lexicon.pinyin).mark
        self._longest_person = lexicon.parts.longest_person
        self._lookalikes: Lookalikes = lexicon.lookalikes
        self._variants = lexicon.variants
        c = self._costs = lexicon.costs
        self._units = {
            SINGLES: c.gather_unit,
            PAIRS: c.gather_unit_pair,
            SPLITS: c.gather_unit_split,
        }
        self._sounds = {
            SINGLES: c.gather_heard,
            PAIRS: c.gather_heard_pair,
            SPLITS: c.gather_heard_split,
        }
        self._letters = {
            SINGLES: c.gather_begun,
            PAIRS: c.gather_begun_pair,
            SPLITS: c.gather_begun_split,
        }
        # As many of each kind: neither persons nor companies may crowd the others out.
        self._kinds = tuple(
            (KeyNode(KINDS, frozenset({kind})), c.gathered) for kind in (PERSON, ORGANISATION)
        )

    def of(self, readings: Iterable[Reading], filters: tuple[Node, ...]) -> Gather:
        """Make the gather for one reading, or for several together."""
        tokens: dict[int, float] = {}
        length = 0
        for reading in readings:
            length = len(reading.units) if reading.whole else 0
            for token, weight in self._tokens(reading):
                tokens.setdefault(token, weight)
        return Gather(NAMES, tuple(tokens.items()), self._kinds, length, filters)

    def _tokens(self, reading: Reading) -> Iterator[Token]:
        units = reading.units
        telling = [part not in _SAID_BY_MANY for part in reading.parts]
        for place, unit in enumerate(units):
            if telling[place] or not any(telling):
                yield from self._alone(unit)
            for step, shape in ((1, PAIRS), (2, SPLITS)):
                last = place + step
                if last < len(units) and (telling[place] or telling[last] or not any(telling)):
                    yield from self._together(unit, units[last], shape)
        if any(unit.sort is not Sort.UNIT for unit in units):
            yield from self._initials(units)
        if len(units) <= self._longest_person:
            yield from self._slips(units)

    def _alone(self, unit: Unit) -> Iterator[Token]:
        if unit.sort is Sort.UNIT:
            for text in (unit.text, *self._variants.get(unit.text, ())):
                yield gram(SINGLES, text), self._units[SINGLES]
        for sound in self._heard(unit):
            yield gram(SINGLES, sound), self._sounds[SINGLES]

    def _together(self, one: Unit, other: Unit, shape: int) -> Iterator[Token]:
        if one.sort is Sort.UNIT and other.sort is Sort.UNIT:
            # One forgotten between them, one too many between them.
            for each in (shape, PAIRS + SPLITS - shape):
                yield gram(each, one.text, other.text), self._units[each]
        for first in self._heard(one):
            for second in self._heard(other):
                yield gram(shape, first, second), self._sounds[shape]
        if shape == PAIRS:
            for first in self._said(one):
                for second in self._said(other):
                    yield gram(PAIRS, first, second), self._costs.gather_said_pair

    def _slips(self, units: tuple[Unit, ...]) -> Iterator[Token]:
        """Swapped neighbours and look-alikes, of which short names keep no pair intact."""
        weight = self._units[PAIRS]
        for one, other in pairwise(units):
            if one.sort is Sort.UNIT and other.sort is Sort.UNIT:
                yield gram(PAIRS, other.text, one.text), weight
                for seen in self._seen(one):
                    yield gram(PAIRS, seen, other.text), weight
                for seen in self._seen(other):
                    yield gram(PAIRS, one.text, seen), weight

    def _seen(self, unit: Unit) -> list[str]:
        alike = self._lookalikes.of(unit.text)
        return [*self._variants.get(unit.text, ()), *list(alike)[: self._costs.gathered_alike]]

    def _heard(self, unit: Unit) -> list[str]:
        marks = dict.fromkeys(map(self._mark, self._syllables(unit)))
        return [mark for mark in marks if mark != HOLE]

    def _said(self, unit: Unit) -> list[str]:
        return [mark for mark in map(said, self._syllables(unit)) if mark != HOLE]

    def _syllables(self, unit: Unit) -> tuple[str, ...]:
        if unit.sort in (Sort.SYLLABLE, Sort.LAST):
            return (unit.text,)
        if unit.sort is Sort.UNIT and not unit.text.isascii():
            return self._pinyin.name_readings([unit.text])[0][: self._costs.most_readings]
        return ()

    def _initial(self, unit: Unit, *, first: bool) -> str:
        if unit.sort is not Sort.UNIT or unit.text.isascii():
            return unit.text[0]
        spelt = (
            self._pinyin.main_spelling([unit.text]) if first else self._pinyin.readings(unit.text)
        )
        return spelt[0][0]

    def _initials(self, units: tuple[Unit, ...]) -> Iterator[Token]:
        letters = "".join(self._initial(unit, first=not at) for at, unit in enumerate(units))
        if not letters.isascii() or not letters.isalpha():
            return
        if 1 < len(letters) <= self._longest_person:
            marks = wholly(letters)
            spelt = all(unit.sort is not Sort.INITIAL for unit in units)
            weight = self._costs.gather_whole_spelt if spelt else self._costs.gather_whole
            yield gram(SINGLES if len(marks) == 1 else PAIRS, *marks), weight
        runs = [begun(first, second) for first, second in pairwise(letters)]
        for place, run in enumerate(runs):
            yield gram(SINGLES, run), self._letters[SINGLES]
            for step, shape in ((1, PAIRS), (2, SPLITS)):
                if place + step < len(runs):
                    yield gram(shape, run, runs[place + step]), self._letters[shape]
