"""What somebody may have meant by a query: rows of units, the likeliest first."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import accumulate, pairwise
from typing import Final

from archsearch.analysis.parts import Part
from archsearch.analysis.units import is_han
from archsearch.analysis.writing import Written
from archsearch.search.likeness.lexicon import Lexicon
from archsearch.search.likeness.units import Sort, Unit

_LETTERS: Final = re.compile("[a-z]+")
_TONES: Final = re.compile("(?<=[a-zA-Zü])[1-5](?![0-9])")
"""Digits of tones behind pinyin: zhang1 wei3."""

_UMLAUT: Final = re.compile("([lnLN])(?:ü|Ü|u:|U:)|(?<![a-zA-Z])([lnLN])[yY][uU]")
"""Ways of writing ü where it matters; passports write LYU."""

_FEWEST_WORDS: Final = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """One way of understanding a query."""

    units: tuple[Unit, ...]
    parts: bytes
    price: float = 0.0
    """What is added to the cost of every name, for understanding it in this way."""
    label: str = ""
    """What kind of understanding it is, where that is more than reading what is written."""
    loose: frozenset[int] = frozenset()
    """Places between words, where a name may have anything."""
    whole: bool = False
    """Whether every unit of a name has its own in the query."""
    letters: str = ""
    """Letters that are compared as such, where they are no pinyin as they stand."""
    anchored: bool = False
    """Whether a name must begin with the first unit."""


class Readings:
    """Finds the ways of understanding queries."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._pinyin = lexicon.pinyin
        self._parts = lexicon.parts
        self._honorifics = sorted(lexicon.honorifics, key=len, reverse=True)
        self._lexicon = lexicon
        self._surnames = lexicon.surnames
        self._costs = lexicon.costs
        self._longest_person = lexicon.parts.longest_person
        self._written = lexicon.parts.writing.written
        self._masks = _masks(lexicon.parts.writing.masks)

    def of(self, text: str) -> list[Reading]:
        """List the ways, the plain one first."""
        text = _UMLAUT.sub(r"\1\2v", _TONES.sub("", text))
        plain = self._written(text)
        if not plain.units:
            return []
        return list(self._all(text, plain))

    def as_person(self, reading: Reading) -> bool:
        """Whether a reading looks like the whole name of a person: a surname and two more."""
        units = reading.units
        whole = len(units) == self._costs.usual_person and all(
            unit.sort is Sort.UNIT for unit in units
        )
        return whole and units[0].text in self._surnames

    def _all(self, text: str, plain: Written) -> Iterator[Reading]:
        if plain.units.isascii() and plain.units.isalpha():
            yield from self._letters(text, plain)
            return
        yield from self._characters(text, plain)
        yield from self._key_words(text)

    # Characters ----------------------------------------------------------------------------------

    def _characters(self, text: str, plain: Written) -> Iterator[Reading]:
        parted = self._parts.of(plain, query=True)
        places = parted.order or range(len(plain.units))
        units = tuple(
            Unit(Sort.UNIT, unit, plain.starts[place], plain.starts[place] + 1)
            for unit, place in zip(parted.units, places, strict=True)
        )
        masked = self._masked(text)
        if masked:
            yield masked
            return
        spelt = self._mixed(units, parted.parts)
        if spelt:
            yield from spelt
        else:
            yield Reading(units, parted.parts, loose=_between_words(text, units))
        yield from self._manners(units, parted.parts)

    def _masked(self, text: str) -> Reading | None:
        marks = list(self._masks.finditer(text))
        if not marks or not any(map(is_han, text)) or len(text) > 2 * self._longest_person:
            return None
        units: list[Unit] = []
        at = 0
        for mark in marks:
            units.extend(self._plain_units(text[at : mark.start()], at))
            units.extend(Unit(Sort.UNKNOWN, "*", i, i + 1) for i in range(mark.start(), mark.end()))
            at = mark.end()
        units.extend(self._plain_units(text[at:], at))
        known = units[0].sort is Sort.UNIT
        return Reading(tuple(units), bytes(len(units)), label="掩码", anchored=known, whole=True)

    def _plain_units(self, text: str, offset: int) -> list[Unit]:
        plain = self._written(text)
        return [
            Unit(Sort.UNIT, unit, offset + start, offset + start + 1)
            for unit, start in zip(plain.units, plain.starts, strict=True)
        ]

    def _mixed(self, units: tuple[Unit, ...], parts: bytes) -> list[Reading]:
        joined = "".join(unit.text for unit in units)
        run = _LETTERS.search(joined)
        if run is None:
            return []
        found = []
        typing = run.end() == len(joined)
        for spelling in self._spellings(run[0], typing=typing):
            ends = [run.start() + end for end in accumulate(len(unit.text) for unit in spelling)]
            begins = [run.start(), *ends[:-1]]
            spelt = tuple(
                replace(unit, start=units[begin].start, end=units[end - 1].end)
                for unit, begin, end in zip(spelling, begins, ends, strict=True)
            )
            # Where letters stand for syllables, each is as much of the name as a character.
            part = parts[run.start() : run.start() + 1]
            if part[0] != Part.PERSON:
                part = bytes([Part.BRAND])
            found.append(
                Reading(
                    units[: run.start()] + spelt + units[run.end() :],
                    parts[: run.start()] + part * len(spelt) + parts[run.end() :],
                    label="拼音",
                )
            )
        if len(run[0]) < self._costs.shortest_spelt or not found:
            first = tuple(
                Unit(Sort.INITIAL, u.text, u.start, u.end) if u.text in run[0] else u for u in units
            )
            found.append(Reading(first, parts, self._costs.price_first_letters, "首字母"))
        found.append(Reading(units, parts))
        return found

    def _spellings(self, letters: str, *, typing: bool) -> Iterator[tuple[Unit, ...]]:
        """Cut letters among characters into syllables; the last may be unfinished at the end."""
        ways = self._ways(letters)
        for syllables in ways:
            *before, last = syllables
            sort = Sort.LAST if typing else Sort.SYLLABLE
            yield (*(Unit(Sort.SYLLABLE, s) for s in before), Unit(sort, last))
        if typing and not ways:
            for syllables, tail in self._unfinished(letters, 0):
                yield (*(Unit(Sort.SYLLABLE, s) for s in syllables), Unit(Sort.BEGINNING, tail))

    def _manners(self, units: tuple[Unit, ...], parts: bytes) -> Iterator[Reading]:
        joined = "".join(unit.text for unit in units)
        for honorific in self._honorifics:
            left = len(joined) - len(honorific)
            if joined.endswith(honorific) and 0 < left <= self._longest_person:
                yield Reading(units[:left], bytes(left), label="称谓", anchored=left == 1)
                break
        for short, full in self._lexicon.abbreviations:
            at = joined.find(short)
            if at >= 0:
                end = at + len(short)
                span = units[at].start, units[end - 1].end
                parted = self._parts.of(Written(full, tuple(range(len(full)))))
                whole = tuple(Unit(Sort.UNIT, unit, *span) for unit in parted.units)
                rest = units[:at] + whole + units[end:]
                kinds = parts[:at] + parted.parts + parts[end:]
                kinds = kinds.replace(b"\0", bytes([Part.BODY]))
                yield Reading(rest, kinds, self._costs.price_alias, "简称")
        if 1 < len(joined) <= self._longest_person and joined[-1] in self._surnames:
            yield Reading((units[-1], *units[:-1]), parts, self._costs.price_given_first, "换位")

    def _key_words(self, text: str) -> Iterator[Reading]:
        """Put words that stand in any order into the order of names."""
        words = text.split()
        if len(words) < _FEWEST_WORDS:
            return
        ranked = sorted(
            (self._parts.rank(self._written(word)), place) for place, word in enumerate(words)
        )
        if [place for _, place in ranked] == sorted(place for _, place in ranked):
            return
        joined = self._written("".join(words[place] for _, place in ranked))
        parted = self._parts.of(joined, query=True)
        units = tuple(Unit(Sort.UNIT, unit) for unit in parted.units)
        ends = accumulate(len(self._written(words[place]).units) for _, place in ranked)
        yield Reading(
            units, parted.parts, self._costs.price_word_order, "词序", loose=frozenset(ends)
        )

    # Letters -------------------------------------------------------------------------------------

    def _letters(self, text: str, plain: Written) -> Iterator[Reading]:
        c = self._costs
        letters = plain.units
        words = re.findall("[a-z]+", text.casefold())
        ways = self._ways(letters)
        western = 1 < len(words) <= c.most_western and ways and self._western(words)
        # Wei Zhang is Zhang Wei, who has a given name of two; Zhang Weiming is what it says.
        turned = bool(western) and len(words) == _FEWEST_WORDS and len(words[0]) > len(words[1])
        for rank, syllables in enumerate(ways):
            yield _spelt(syllables, c.price_way * rank + c.price_turned * turned)
        if western:
            yield _spelt(western, 0.0 if turned else c.price_turned)
        if not ways and len(letters) > _FEWEST_WORDS:
            yield from self._typed(letters)
        if len(letters) <= c.longest_initials and (
            len(letters) <= self._longest_person or not ways
        ):
            units = tuple(Unit(Sort.INITIAL, letter) for letter in letters)
            yield Reading(units, bytes(len(units)), c.price_initials, "首字母")

    def _ways(self, letters: str) -> list[tuple[str, ...]]:
        """Cut letters into syllables in the likely ways: xian may be xi an, but not xi a n."""
        ways = self._pinyin.split(letters)
        return [way for way in ways if len(way) <= len(ways[0]) + 1][: self._costs.most_ways]

    def _western(self, words: list[str]) -> tuple[str, ...] | None:
        given, surname = self._pinyin.split("".join(words[:-1])), self._pinyin.split(words[-1])
        return (*surname[0], *given[0]) if given and surname else None

    def _typed(self, letters: str) -> Iterator[Reading]:
        """Understand pinyin whose last syllable is not finished."""
        for syllables, tail in self._unfinished(letters, 2):
            units = (*(Unit(Sort.SYLLABLE, s) for s in syllables), Unit(Sort.BEGINNING, tail))
            yield Reading(units, bytes(len(units)), 0.0, "拼音")

    def _unfinished(self, letters: str, least: int) -> Iterator[tuple[tuple[str, ...], str]]:
        """Cut letters into syllables, of so many letters at least, and the beginning of one."""
        shortest = max(least, len(letters) - self._costs.longest_beginning)
        for end in range(len(letters) - 1, shortest - 1, -1):
            tail = letters[end:]
            if any(syllable.startswith(tail) for syllable in self._pinyin.syllables):
                ways = self._pinyin.split(letters[:end])[: self._costs.most_ways] if end else [()]
                yield from ((syllables, tail) for syllables in ways)


def _between_words(text: str, units: tuple[Unit, ...]) -> frozenset[int]:
    """Places after which the text has a space; none where every character has one."""
    gaps = [
        place
        for place, (unit, following) in enumerate(pairwise(units), 1)
        if text[unit.end : following.start].isspace()
    ]
    return frozenset(gaps) if len(gaps) < len(units) - 1 else frozenset()


def _masks(marks: str) -> re.Pattern[str]:
    """Find runs of marks; letters hide a character only before one that is no letter."""
    signs = "".join(mark for mark in marks if not (mark.isascii() and mark.isalpha()))
    return re.compile(rf"[{re.escape(marks)}]+(?=[\u3400-\u9fff{re.escape(signs)}]|$)")


def _spelt(syllables: tuple[str, ...], price: float) -> Reading:
    *before, last = syllables
    units = (*(Unit(Sort.SYLLABLE, s) for s in before), Unit(Sort.LAST, last))
    return Reading(units, bytes(len(units)), price, "拼音")
