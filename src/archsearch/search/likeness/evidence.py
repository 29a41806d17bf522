"""Why a name was found: which units of the query stand for which of the name, and how."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from archsearch.search.likeness.costs import Vector
from archsearch.search.likeness.lexicon import Lexicon
from archsearch.search.likeness.parts import TELLING
from archsearch.search.likeness.reading import Reading
from archsearch.search.likeness.sounds import coarse
from archsearch.search.likeness.units import Sort, Unit, Weigher
from archsearch.search.likeness.writing import written


class Way(StrEnum):
    """How a unit of the query stands for a unit of the name."""

    SAME = "精确"
    WRITTEN = "繁简"
    """Another form of the same: traditional, variant, full width, another numeral."""
    ALIAS = "别名"
    """A short name in public use."""
    PINYIN = "拼音"
    INITIAL = "首字母"
    HOMOPHONE = "同音"
    SIMILAR = "模糊音"
    LOOKALIKE = "形近"
    WRONG = "错字"
    MISSING = "缺字"
    EXTRA = "多字"
    SWAPPED = "换位"
    PART = "子串"
    MASKED = "掩码"


@dataclass(frozen=True, slots=True)
class Trace:
    """One piece of evidence.

    ``said`` is what the query has, ``meant`` what the name has, ``start`` and ``end`` where in the
    name's own text; either text may be empty.
    """

    way: Way
    said: str
    meant: str
    start: int
    end: int

    def __str__(self) -> str:
        """Say it as it is shown: ``同音 章→张``."""
        if self.said and self.meant and self.said != self.meant:
            return f"{self.way} {self.said}→{self.meant}"
        return f"{self.way} {self.said or self.meant}"


@dataclass(frozen=True, slots=True)
class _Name:
    text: str
    units: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]
    parts: bytes


class Explainer:
    """Explains matches; works on the few names that are shown."""

    def __init__(self, lexicon: Lexicon, weigher: Weigher) -> None:
        self._lexicon = lexicon
        self._weigher = weigher

    def explain(self, reading: Reading, query: str, name: str) -> list[Trace]:
        """Align a reading of a query with a name, and say how each unit matched.

        Neighbouring units that match in the same way are one trace.
        """
        if reading.letters:
            return [Trace(Way.PINYIN, reading.letters, name, 0, len(name))]
        there = self._name(name)
        traces = list(self._traces(reading, query, there))
        if traces and all(t.way in (Way.SAME, Way.PART) for t in traces):
            # A part of a name that is as it is written needs no word about the rest.
            traces = [t for t in traces if t.way is Way.SAME]
        return _merged(traces, name)

    def _name(self, text: str) -> _Name:
        plain = written(text)
        parted = self._lexicon.parts.of(plain)
        order = parted.order or tuple(range(len(plain.units)))
        starts = tuple(plain.starts[place] for place in order)
        return _Name(text, parted.units, starts, tuple(s + 1 for s in starts), parted.parts)

    def _traces(self, reading: Reading, query: str, name: _Name) -> Iterator[Trace]:
        costs = self._lexicon.costs
        extras = costs.extras[np.frombuffer(reading.parts, np.uint8)]
        gaps = costs.gaps[np.frombuffer(name.parts, np.uint8)]
        weights = np.stack([self._weigher.against(unit, name.units) for unit in reading.units])
        steps = _path(weights, extras, gaps, costs.swap)
        matched = [j for i, j in steps if i is not None and j is not None]
        first, last = (min(matched), max(matched)) if matched else (0, -1)
        for i, j in steps:
            if i is None and j is not None:
                yield self._left_out(name, j, inside=first < j < last)
            elif j is None and i is not None:
                yield Trace(Way.EXTRA, _said(reading.units[i], query), "", 0, 0)
            elif i is not None and j is not None:
                yield self._matched(reading.units[i], query, name, j)

    def _left_out(self, name: _Name, place: int, *, inside: bool) -> Trace:
        way = Way.MISSING if inside and name.parts[place] in TELLING else Way.PART
        start, end = name.starts[place], name.ends[place]
        return Trace(way, "", name.text[start:end], start, end)

    def _matched(self, unit: Unit, query: str, name: _Name, place: int) -> Trace:
        start, end = name.starts[place], name.ends[place]
        meant = name.text[start:end]
        said = _said(unit, query)
        way = self._way(unit, name.units[place])
        if way is Way.SAME and said != meant:
            way = Way.WRITTEN
        return Trace(way, said, meant, start, end)

    def _way(self, unit: Unit, there: str) -> Way:
        if unit.sort in _FIXED and unit.text != there:
            return _FIXED[unit.sort]
        if unit.text == there:
            return Way.ALIAS if unit.end - unit.start > 1 else Way.SAME
        heard = set(self._lexicon.pinyin.name_readings([there])[0])
        if unit.sort is not Sort.UNIT:
            said = {unit.text}
            if any(syllable.startswith(unit.text) for syllable in heard):
                return Way.PINYIN
        else:
            said = set(self._lexicon.pinyin.name_readings([unit.text])[0])
        if heard & said:
            return Way.HOMOPHONE
        if there in self._lexicon.lookalikes.of(unit.text):
            return Way.LOOKALIKE
        similar = {coarse(s) for s in heard} & {coarse(s) for s in said}
        return Way.SIMILAR if similar else Way.WRONG


_FIXED: Final = {
    Sort.UNKNOWN: Way.MASKED,
    Sort.INITIAL: Way.INITIAL,
    Sort.BEGINNING: Way.PINYIN,
}


def _said(unit: Unit, query: str) -> str:
    return query[unit.start : unit.end] if unit.end else unit.text


def _path(
    weights: np.ndarray[tuple[int, int], np.dtype[np.float32]],
    extras: Vector,
    gaps: Vector,
    swap: float,
) -> list[tuple[int | None, int | None]]:
    """Find the cheapest way through, as pairs of places; one of a pair is None for a gap."""
    rows, columns = weights.shape
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    moves = [[(0, 1)] * (columns + 1) for _ in range(rows + 1)]
    for i in range(rows + 1):
        for j in range(columns + 1):
            choices = []
            if i and j:
                choices.append((best[i - 1][j - 1] + float(weights[i - 1, j - 1]), (1, 1)))
            if i > 1 and j > 1:
                crossed = float(weights[i - 1, j - 2] + weights[i - 2, j - 1])
                choices.append((best[i - 2][j - 2] + crossed + swap, (2, 2)))
            if j:
                choices.append((best[i][j - 1] + float(gaps[j - 1]), (0, 1)))
            if i:
                choices.append((best[i - 1][j] + float(extras[i - 1]), (1, 0)))
            if choices:
                best[i][j], moves[i][j] = min(choices)
    return _walked(moves, rows, columns)


def _walked(
    moves: list[list[tuple[int, int]]], i: int, j: int
) -> list[tuple[int | None, int | None]]:
    steps: list[tuple[int | None, int | None]] = []
    while i or j:
        down, across = moves[i][j]
        if (down, across) == (2, 2):
            steps += [(i - 1, j - 2), (i - 2, j - 1)]
        else:
            steps.append((i - 1 if down else None, j - 1 if across else None))
        i, j = i - down, j - across
    return steps[::-1]


def _merged(traces: list[Trace], name: str) -> list[Trace]:
    """Join neighbours that matched in one way; say which of two neighbours changed places."""
    merged: list[Trace] = []
    for trace in traces:
        last = merged[-1] if merged else None
        alike = last is not None and last.way is trace.way and trace.way is not Way.EXTRA
        if last and alike and last.end == trace.start:
            said = last.said if trace.way is Way.ALIAS else last.said + trace.said
            meant = name[last.start : trace.end]
            merged[-1] = Trace(trace.way, said, meant, last.start, trace.end)
        elif last and alike and last.start == trace.end:
            meant = name[trace.start : last.end]
            said = last.said + trace.said
            merged[-1] = Trace(Way.SWAPPED, said, meant, trace.start, last.end)
        else:
            merged.append(trace)
    return merged
