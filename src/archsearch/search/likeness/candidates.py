"""Names worth comparing: those that share the most telling tokens with a reading of the query."""

import math
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Final

import numpy as np

from archsearch.search.likeness.alphabet import Lookalikes
from archsearch.search.likeness.costs import Vector
from archsearch.search.likeness.index import (
    INITIALS,
    Documents,
    Flags,
    Kind,
    NameIndex,
    initials_token,
    token,
)
from archsearch.search.likeness.parts import LONGEST_PERSON, Part
from archsearch.search.likeness.reading import Reading
from archsearch.search.likeness.sounds import coarse
from archsearch.search.likeness.units import Sort, Unit

_MOST_READ: Final = 120_000
"""Postings that are read for one reading at most; the most telling tokens come first."""

_WEIGHTS: Final = {
    Kind.UNIT: 0.5,
    Kind.PAIR: 1.0,
    Kind.SPLIT: 0.7,
    Kind.SOUND: 0.2,
    Kind.SOUND_PAIR: 0.5,
    Kind.SAID_PAIR: 0.5,
    Kind.SOUND_SPLIT: 0.5,
    Kind.INITIALS_TWO: 0.3,
    Kind.INITIALS_THREE: 0.7,
    Kind.INITIALS_FOUR: 1.0,
    Kind.INITIALS_WHOLE: 2.0,
}
_LENGTH: Final = 0.02
"""What each unit of a name takes from its weight, so that of equals the short ones are compared."""

_SAID_BY_MANY: Final = frozenset({Part.FORM, Part.LEVEL})
"""Parts that tell too few names apart to be looked up; they count in the alignment."""

_READINGS: Final = 3
_ALIKE: Final = 20
"""Look-alikes of a character that are looked up."""


class Candidates:
    """Finds candidates in one index; not for several threads at once."""

    def __init__(self, index: NameIndex, lookalikes: Lookalikes) -> None:
        self._index = index
        self._lookalikes = lookalikes
        self._weights = np.zeros(index.size, np.float32)
        self._lengths = np.minimum(np.diff(index.starts), 60).astype(np.float32) * _LENGTH

    def of(self, reading: Reading, most: int, scope: Flags | None = None) -> Documents:
        """Find so many names at most, in no order.

        Only names in the scope are counted, weighed and returned: what is outside has no influence.
        """
        length = len(reading.units) if reading.whole else 0
        return self._found(list(dict.fromkeys(self._tokens(reading))), most, scope, length)

    def of_several(
        self, readings: Iterable[Reading], most: int, scope: Flags | None = None
    ) -> Documents:
        """Find names for several readings together."""
        tokens = dict.fromkeys(found for each in readings for found in self._tokens(each))
        return self._found(list(tokens), most, scope)

    def _found(
        self,
        tokens: list[tuple[int, Kind]],
        most: int,
        scope: Flags | None,
        length: int = 0,
    ) -> Documents:
        postings = self._index.postings([number for number, _ in tokens])
        size = self._index.size
        if scope is not None:
            postings = [found[scope[found]] for found in postings]
            size = int(np.count_nonzero(scope))
        ranked = sorted(
            (
                (math.log1p(size / len(found)) * _WEIGHTS[kind], place)
                for place, (found, (_, kind)) in enumerate(zip(postings, tokens, strict=True))
                if len(found)
            ),
            reverse=True,
        )
        read: list[Documents] = []
        total = 0
        for worth, place in ranked:
            found = postings[place]
            total += len(found)
            if total > _MOST_READ and read:
                break
            self._weights[found] += worth
            read.append(found)
        if not read:
            return self._index.documents[:0]
        chosen = self._best(read, most, length)
        for found in read:
            self._weights[found] = 0
        return chosen

    def _best(self, read: list[Documents], most: int, length: int) -> Documents:
        touched = np.concatenate(read)
        weights = self._weights[touched] - np.abs(self._lengths[touched] - length * _LENGTH)
        # Half of each kind: neither persons nor companies may crowd the others out.
        persons = self._index.persons[touched]
        return np.concatenate(
            [_most(touched[chosen], weights[chosen], most // 2) for chosen in (persons, ~persons)]
        )

    # Tokens --------------------------------------------------------------------------------------

    def _tokens(self, reading: Reading) -> Iterator[tuple[int, Kind]]:
        units = reading.units
        telling = [part not in _SAID_BY_MANY for part in reading.parts]
        for place, unit in enumerate(units):
            if telling[place] or not any(telling):
                yield from self._alone(unit)
            for step, pair, heard in (
                (1, Kind.PAIR, Kind.SOUND_PAIR),
                (2, Kind.SPLIT, Kind.SOUND_SPLIT),
            ):
                last = place + step
                if last < len(units) and (telling[place] or telling[last] or not any(telling)):
                    yield from self._together(unit, units[last], pair, heard)
        if any(unit.sort is not Sort.UNIT for unit in units):
            yield from self._initials(units)
        if len(units) <= LONGEST_PERSON:
            yield from self._slips(units)

    def _alone(self, unit: Unit) -> Iterator[tuple[int, Kind]]:
        for code in self._codes(unit):
            yield token(Kind.UNIT, code), Kind.UNIT
        for sound in self._sounds(unit):
            yield token(Kind.SOUND, sound), Kind.SOUND

    def _together(
        self, one: Unit, other: Unit, pair: Kind, heard: Kind
    ) -> Iterator[tuple[int, Kind]]:
        for first in self._codes(one):
            for second in self._codes(other):
                yield token(pair, first, second), pair
                # One forgotten between them, one too many between them.
                wider = Kind.SPLIT if pair is Kind.PAIR else Kind.PAIR
                yield token(wider, first, second), wider
        for first in self._sounds(one):
            for second in self._sounds(other):
                yield token(heard, first, second), heard
        if pair is Kind.PAIR:
            for said in self._said(one):
                for following in self._said(other):
                    yield token(Kind.SAID_PAIR, said, following), Kind.SAID_PAIR

    def _slips(self, units: tuple[Unit, ...]) -> Iterator[tuple[int, Kind]]:
        """Swapped neighbours and look-alikes, of which short names keep no pair intact."""
        for one, other in pairwise(units):
            for first in self._codes(one):
                for second in self._codes(other):
                    yield token(Kind.PAIR, second, first), Kind.PAIR
                    for seen in self._seen(one):
                        yield token(Kind.PAIR, seen, second), Kind.PAIR
                    for seen in self._seen(other):
                        yield token(Kind.PAIR, first, seen), Kind.PAIR

    def _seen(self, unit: Unit) -> list[int]:
        alike = self._lookalikes.of(unit.text) if unit.sort is Sort.UNIT else {}
        codes = self._index.alphabet.codes
        return [codes[other] for other in list(alike)[: _ALIKE * 2] if other in codes]

    def _codes(self, unit: Unit) -> list[int]:
        if unit.sort is not Sort.UNIT:
            return []
        code = self._index.alphabet.codes.get(unit.text)
        return [] if code is None else [code]

    def _sounds(self, unit: Unit) -> list[int]:
        known = self._index.alphabet.sounds
        heard = dict.fromkeys(coarse(s) for s in self._syllables(unit))
        return [known[s] for s in heard if s in known]

    def _said(self, unit: Unit) -> list[int]:
        known = self._index.alphabet.syllables
        return [known[s] for s in self._syllables(unit) if s in known]

    def _syllables(self, unit: Unit) -> tuple[str, ...]:
        if unit.sort in (Sort.SYLLABLE, Sort.LAST):
            return (unit.text,)
        if unit.sort is Sort.UNIT and not unit.text.isascii():
            return self._index.alphabet.pinyin.name_readings([unit.text])[0][:_READINGS]
        return ()

    def _initial(self, unit: Unit, *, first: bool) -> str:
        if unit.sort is not Sort.UNIT or unit.text.isascii():
            return unit.text[0]
        pinyin = self._index.alphabet.pinyin
        return (pinyin.main_spelling([unit.text]) if first else pinyin.readings(unit.text))[0][0]

    def _initials(self, units: tuple[Unit, ...]) -> Iterator[tuple[int, Kind]]:
        letters = "".join(self._initial(unit, first=not at) for at, unit in enumerate(units))
        if not letters.isascii() or not letters.isalpha():
            return
        if 1 < len(letters) <= LONGEST_PERSON:
            yield initials_token(letters, whole=True), Kind.INITIALS_WHOLE
        for width, kind in INITIALS.items():
            for place in range(len(letters) - width + 1):
                yield initials_token(letters[place : place + width]), kind


def _most(touched: Documents, weights: Vector, most: int) -> Documents:
    if len(touched) > 4 * most:
        # Names are counted once for each token; cut before making them unique.
        cut = np.partition(weights, len(weights) - 4 * most)[len(weights) - 4 * most]
        above = weights >= cut
        touched, weights = touched[above], weights[above]
    chosen, places = np.unique(touched, return_index=True)
    if len(chosen) > most:
        order = np.lexsort((chosen, -weights[places]))[:most]
        chosen = chosen[order]
    return chosen
