"""Why a name was found: which units of the query stand for which of the name, and how."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from archsearch.analysis.parts import TELLING
from archsearch.domain.plan import Channel
from archsearch.search.likeness.lexicon import Lexicon
from archsearch.search.likeness.reading import Reading
from archsearch.search.likeness.units import Sort, Unit, Weigher


class Trace(NamedTuple):
    """One piece of evidence.

    ``said`` is what the query has, ``meant`` what the name has, ``start`` and ``end`` where in the
    name's own text; either text may be empty.
    """

    way: Channel
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


_Step = tuple[int | None, int | None]
"""Places in the query and in the name; None for a gap."""


class Explainer:
    """Explains matches; works on the few names that are shown."""

    def __init__(self, lexicon: Lexicon, weigher: Weigher) -> None:
        self._lexicon = lexicon
        self._weigher = weigher
        self._extras: list[float] = lexicon.costs.extras.tolist()
        self._gaps: list[float] = lexicon.costs.gaps.tolist()

    def explain(self, reading: Reading, query: str, name: str) -> tuple[float, list[Trace]]:
        """Align a reading of a query with a name; give its cost, and how each unit matched.

        Neighbouring units that match in the same way are one trace.
        """
        if reading.letters:
            return 0.0, [Trace(Channel.PINYIN, reading.letters, name, 0, len(name))]
        there = self._name(name)
        cost, steps = self._steps(reading, there)
        traces = list(self._traces(steps, reading, query, there))
        if traces and all(t.way in (Channel.EXACT, Channel.SUBSTRING) for t in traces):
            # A part of a name that is as it is written needs no word about the rest.
            traces = [t for t in traces if t.way is Channel.EXACT]
        return cost, _merged(traces, name)

    def _name(self, text: str) -> _Name:
        plain = self._lexicon.parts.writing.written(text)
        parted = self._lexicon.parts.of(plain)
        order = parted.order or tuple(range(len(plain.units)))
        starts = tuple(plain.starts[place] for place in order)
        return _Name(text, parted.units, starts, tuple(s + 1 for s in starts), parted.parts)

    def _steps(self, reading: Reading, name: _Name) -> tuple[float, list[_Step]]:
        costs = self._lexicon.costs
        extras = [self._extras[part] for part in reading.parts]
        gaps = [self._gaps[part] for part in name.parts]
        head, tail = _alike(reading.units, name.units)
        rows, columns = len(extras) - tail, len(gaps) - tail
        with self._weigher.lock:
            middle = self._weigher.table(reading.units, name.units, (head, rows), (head, columns))
        cost, steps = _path(middle, extras[head:rows], gaps[head:columns], costs.swap)
        return cost, [
            *((place, place) for place in range(head)),
            *((_moved(i, head), _moved(j, head)) for i, j in steps),
            *((rows + place, columns + place) for place in range(tail)),
        ]

    def _traces(
        self, steps: list[_Step], reading: Reading, query: str, name: _Name
    ) -> Iterator[Trace]:
        matched = [j for i, j in steps if i is not None and j is not None]
        first, last = (min(matched), max(matched)) if matched else (0, -1)
        for i, j in steps:
            if i is None and j is not None:
                yield self._left_out(name, j, inside=first < j < last)
            elif j is None and i is not None:
                yield Trace(Channel.EXTRA, _said(reading.units[i], query), "", 0, 0)
            elif i is not None and j is not None:
                yield self._matched(reading.units[i], query, name, j)

    def _left_out(self, name: _Name, place: int, *, inside: bool) -> Trace:
        way = Channel.MISSING if inside and name.parts[place] in TELLING else Channel.SUBSTRING
        start, end = name.starts[place], name.ends[place]
        return Trace(way, "", name.text[start:end], start, end)

    def _matched(self, unit: Unit, query: str, name: _Name, place: int) -> Trace:
        start, end = name.starts[place], name.ends[place]
        meant = name.text[start:end]
        said = _said(unit, query)
        way = self._way(unit, name.units[place])
        if way is Channel.EXACT and said != meant:
            way = Channel.WRITTEN
        return Trace(way, said, meant, start, end)

    def _way(self, unit: Unit, there: str) -> Channel:
        if unit.text == there:
            return Channel.ALIAS if unit.end - unit.start > 1 else Channel.EXACT
        if unit.sort in _FIXED:
            return _FIXED[unit.sort]
        if there in self._lexicon.variants.get(unit.text, ()):
            return Channel.WRITTEN
        heard = set(self._lexicon.pinyin.name_readings([there])[0])
        if unit.sort is not Sort.UNIT:
            said = {unit.text}
            if any(syllable.startswith(unit.text) for syllable in heard):
                return Channel.PINYIN
        else:
            said = set(self._lexicon.pinyin.name_readings([unit.text])[0])
        return self._slip(unit, there, heard, said)

    def _slip(self, unit: Unit, there: str, heard: set[str], said: set[str]) -> Channel:
        if heard & said:
            return Channel.HOMOPHONE
        if there in self._lexicon.lookalikes.of(unit.text):
            return Channel.LOOKALIKE
        coarse = self._lexicon.pinyin.coarse
        similar = {coarse(s) for s in heard} & {coarse(s) for s in said}
        return Channel.SIMILAR if similar else Channel.WRONG


_FIXED: Final = {
    Sort.UNKNOWN: Channel.MASKED,
    Sort.INITIAL: Channel.INITIALS,
    Sort.BEGINNING: Channel.PINYIN,
}


def _said(unit: Unit, query: str) -> str:
    return query[unit.start : unit.end] if unit.end else unit.text


def _alike(units: Sequence[Unit], name: str) -> tuple[int, int]:
    """Count the units that two equally long texts begin and end with alike."""
    size = len(units)
    if size != len(name):
        return 0, 0
    head = next((place for place in range(size) if units[place].text != name[place]), size)
    tail = 0
    while tail < size - head and units[size - tail - 1].text == name[size - tail - 1]:
        tail += 1
    return head, tail


def _moved(place: int | None, by: int) -> int | None:
    return None if place is None else place + by


def _path(
    costs: list[list[float]], extra: list[float], gap: list[float], swap: float
) -> tuple[float, list[_Step]]:
    """Find the cheapest way through, and its cost."""
    rows, columns = len(extra), len(gap)
    best = [[0.0] * (columns + 1) for _ in range(rows + 1)]
    for j in range(columns):
        best[0][j + 1] = best[0][j] + gap[j]
    for i in range(rows):
        above, here, prices, more = best[i], best[i + 1], costs[i], extra[i]
        before, others = (best[i - 1], costs[i - 1]) if i else ([], [])
        left = here[0] = above[0] + more
        for j, (price, left_out) in enumerate(zip(prices, gap, strict=True)):
            # Compared one by one: to call for the least of them takes twice as long.
            cost = above[j] + price
            if (other := left + left_out) < cost:
                cost = other
            if (other := above[j + 1] + more) < cost:
                cost = other
            if i and j and (other := before[j - 1] + prices[j - 1] + others[j] + swap) < cost:
                cost = other
            left = here[j + 1] = cost
    return best[rows][columns], _walked(best, costs, extra, gap)


def _walked(
    best: list[list[float]], costs: list[list[float]], extra: list[float], gap: list[float]
) -> list[_Step]:
    i, j = len(extra), len(gap)
    steps: list[_Step] = []
    while i or j:
        here = best[i][j]
        if j and here == best[i][j - 1] + gap[j - 1]:
            j -= 1
            steps.append((None, j))
        elif i and here == best[i - 1][j] + extra[i - 1]:
            i -= 1
            steps.append((i, None))
        elif i and j and here == best[i - 1][j - 1] + costs[i - 1][j - 1]:
            i, j = i - 1, j - 1
            steps.append((i, j))
        else:
            i, j = i - 2, j - 2
            steps += [(i + 1, j), (i, j + 1)]
    return steps[::-1]


def _merged(traces: list[Trace], name: str) -> list[Trace]:
    """Join neighbours that matched in one way; say which of two neighbours changed places."""
    merged: list[Trace] = []
    for trace in traces:
        last = merged[-1] if merged else None
        alike = last is not None and last.way is trace.way and trace.way is not Channel.EXTRA
        if last and alike and last.end == trace.start:
            said = last.said if trace.way is Channel.ALIAS else last.said + trace.said
            meant = name[last.start : trace.end]
            merged[-1] = Trace(trace.way, said, meant, last.start, trace.end)
        elif last and alike and last.start == trace.end:
            meant = name[trace.start : last.end]
            said = last.said + trace.said
            merged[-1] = Trace(Channel.SWAPPED, said, meant, trace.start, last.end)
        else:
            merged.append(trace)
    return merged
