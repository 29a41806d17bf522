"""Names worth comparing: what leads from a reading of the query to names like it."""

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

from archsearch.analysis.marks import HOLE, begun, heard, said, wholly
from archsearch.analysis.parts import LONGEST_PERSON, Part
from archsearch.analysis.pinyin import Pinyin
from archsearch.domain.plan import Gather, KeyNode, Node
from archsearch.engines.base import PAIRS, SINGLES, SPLITS, gram
from archsearch.engines.names import KINDS, NAMES, ORGANISATION, PERSON
from archsearch.search.likeness.characters import Lookalikes
from archsearch.search.likeness.lexicon import Lexicon
from archsearch.search.likeness.reading import Reading
from archsearch.search.likeness.units import Sort, Unit

_MOST: Final = 100
"""Records of each kind that are compared for one reading."""
_UNITS: Final = {SINGLES: 0.5, PAIRS: 1.0, SPLITS: 0.7}
_HEARD: Final = {SINGLES: 0.2, PAIRS: 0.5, SPLITS: 0.5}
_SAID: Final = 0.5
_BEGUN: Final = {SINGLES: 0.3, PAIRS: 0.7, SPLITS: 1.0}
"""Weights of two, three and four initials."""
_WHOLE: Final = 2.0
_WHOLE_SPELT: Final = 0.3
"""Weight of all initials of a name; less where its syllables are known."""

_SAID_BY_MANY: Final = frozenset({Part.FORM, Part.LEVEL})
"""Parts that tell too few names apart to be looked up; they count in the alignment."""

_READINGS: Final = 3
_ALIKE: Final = 40
"""Look-alikes of a character that are looked up."""
_KINDS: Final = tuple((KeyNode(KINDS, frozenset({kind})), _MOST) for kind in (PERSON, ORGANISATION))
"""Half of each kind: neither persons nor companies may crowd the others out."""

Token = tuple[int, float]


class Candidates:
    """Makes gathers of readings."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._pinyin: Pinyin = lexicon.pinyin
        self._lookalikes: Lookalikes = lexicon.lookalikes
        self._variants = lexicon.variants

    def of(self, readings: Iterable[Reading], filters: tuple[Node, ...]) -> Gather:
        """Make the gather for one reading, or for several together."""
        tokens: dict[int, float] = {}
        length = 0
        for reading in readings:
            length = len(reading.units) if reading.whole else 0
            for token, weight in self._tokens(reading):
                tokens.setdefault(token, weight)
        return Gather(NAMES, tuple(tokens.items()), _KINDS, length, filters)

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
        if len(units) <= LONGEST_PERSON:
            yield from self._slips(units)

    def _alone(self, unit: Unit) -> Iterator[Token]:
        if unit.sort is Sort.UNIT:
            for text in (unit.text, *self._variants.get(unit.text, ())):
                yield gram(SINGLES, text), _UNITS[SINGLES]
        for sound in self._heard(unit):
            yield gram(SINGLES, sound), _HEARD[SINGLES]

    def _together(self, one: Unit, other: Unit, shape: int) -> Iterator[Token]:
        if one.sort is Sort.UNIT and other.sort is Sort.UNIT:
            # One forgotten between them, one too many between them.
            for each in (shape, PAIRS + SPLITS - shape):
                yield gram(each, one.text, other.text), _UNITS[each]
        for first in self._heard(one):
            for second in self._heard(other):
                yield gram(shape, first, second), _HEARD[shape]
        if shape == PAIRS:
            for first in self._said(one):
                for second in self._said(other):
                    yield gram(PAIRS, first, second), _SAID

    def _slips(self, units: tuple[Unit, ...]) -> Iterator[Token]:
        """Swapped neighbours and look-alikes, of which short names keep no pair intact."""
        weight = _UNITS[PAIRS]
        for one, other in pairwise(units):
            if one.sort is Sort.UNIT and other.sort is Sort.UNIT:
                yield gram(PAIRS, other.text, one.text), weight
                for seen in self._seen(one):
                    yield gram(PAIRS, seen, other.text), weight
                for seen in self._seen(other):
                    yield gram(PAIRS, one.text, seen), weight

    def _seen(self, unit: Unit) -> list[str]:
        alike = self._lookalikes.of(unit.text)
        return [*self._variants.get(unit.text, ()), *list(alike)[:_ALIKE]]

    def _heard(self, unit: Unit) -> list[str]:
        marks = dict.fromkeys(map(heard, self._syllables(unit)))
        return [mark for mark in marks if mark != HOLE]

    def _said(self, unit: Unit) -> list[str]:
        return [mark for mark in map(said, self._syllables(unit)) if mark != HOLE]

    def _syllables(self, unit: Unit) -> tuple[str, ...]:
        if unit.sort in (Sort.SYLLABLE, Sort.LAST):
            return (unit.text,)
        if unit.sort is Sort.UNIT and not unit.text.isascii():
            return self._pinyin.name_readings([unit.text])[0][:_READINGS]
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
        if 1 < len(letters) <= LONGEST_PERSON:
            marks = wholly(letters)
            spelt = all(unit.sort is not Sort.INITIAL for unit in units)
            weight = _WHOLE_SPELT if spelt else _WHOLE
            yield gram(SINGLES if len(marks) == 1 else PAIRS, *marks), weight
        runs = [begun(first, second) for first, second in pairwise(letters)]
        for place, run in enumerate(runs):
            yield gram(SINGLES, run), _BEGUN[SINGLES]
            for step, shape in ((1, PAIRS), (2, SPLITS)):
                if place + step < len(runs):
                    yield gram(shape, run, runs[place + step]), _BEGUN[shape]
