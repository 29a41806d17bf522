"""Pinyin without tones: the readings of characters, and pinyin text cut into syllables."""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import product
from math import prod
from pathlib import Path

from archsearch.analysis.sounds import MixedSounds

_MAX_COMBINATIONS = 8
_FEW = 40
"""Looking up so many units takes as long as parsing the table."""
# One pass of an expression over all: half the time of splitting lines, and everybody waits for it.
_ROW = re.compile(r"^([^#\t\n][^\t\n]*)\t([^\t\n]+)", re.MULTILINE)


class Pinyin:
    """Readings from a table, with further readings for characters that are surnames.

    The tables are read when first needed; building one costs nothing.

    Args:
        readings: File with lines ``character<TAB>syllable[,syllable…]``, main reading first.
        surnames: File with lines ``surname<TAB>syllable[ syllable…][,…]``; readings that a name may
            have at its start, beside the ordinary ones.
        mixed: Which syllables are taken for one another.
    """

    def __init__(self, readings: Path, surnames: Path, mixed: MixedSounds) -> None:
        self.coarse = mixed.coarse
        self.mixed = mixed
        self._readings_path = readings
        self._surnames_path = surnames

    @cached_property
    def _readings(self) -> "_Readings":
        return _Readings(self._readings_path.read_text(encoding="utf-8"))

    @cached_property
    def _surnames(self) -> Mapping[str, tuple[tuple[str, ...], ...]]:
        return {
            surname: tuple(tuple(reading.split()) for reading in readings.split(","))
            for surname, readings in _table(self._surnames_path.read_text(encoding="utf-8")).items()
        }

    @cached_property
    def syllables(self) -> frozenset[str]:
        """Every syllable that some character has."""
        return frozenset(s for line in set(self._readings.lines.values()) for s in line.split(","))

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.syllables))

    def readings(self, unit: str) -> tuple[str, ...]:
        """Readings of one unit, main one first; a unit that is no character reads as itself."""
        return self._readings[unit]

    def name_readings(self, name: Sequence[str]) -> list[tuple[str, ...]]:
        """Readings of each unit of a name, with those of its first one or two as a surname.

        >>> # 单 is dan as a word and shan as a surname: [('dan', 'chan', 'shan'), ('wei',)]
        """
        found = list(map(self._readings.__getitem__, name))
        for length in (2, 1):
            for reading in self._surnames.get("".join(name[:length]), ()):
                for index, syllable in enumerate(reading):
                    if syllable not in found[index]:
                        found[index] = (*found[index], syllable)
        return found

    def spellings(self, name: Sequence[str]) -> list[tuple[str, ...]]:
        """Whole readings of a name, syllable by syllable, main ones first; at most eight."""
        return combined(self.name_readings(name))

    def main_spelling(self, name: Sequence[str]) -> list[str]:
        """Spell a name in the one way it is most likely read, for collation."""
        readings = self._readings
        spelling = [readings[unit][0] for unit in name]
        for length in (1, 2):
            for reading in self._surnames.get("".join(name[:length]), ())[:1]:
                spelling[: len(reading)] = reading
        return spelling

    def split(self, letters: str) -> list[tuple[str, ...]]:
        """Cut joined pinyin into syllables in every way, fewest syllables first; at most eight.

        >>> # 'xian' is xian or xi an: [('xian',), ('xi', 'an')]
        """
        ways: list[list[tuple[str, ...]]] = [[] for _ in range(len(letters) + 1)]
        ways[0].append(())
        for end in range(1, len(letters) + 1):
            for start in range(max(0, end - self._longest), end):
                syllable = letters[start:end]
                if ways[start] and syllable in self.syllables:
                    ways[end].extend((*way, syllable) for way in ways[start])
            ways[end] = sorted(ways[end], key=len)[:_MAX_COMBINATIONS]
        return ways[-1] if letters else []


class _Readings(dict[str, tuple[str, ...]]):
    """Readings by unit, taken from the lines of the table when a unit is first met.

    A search meets few units and looks their lines up in the text; who meets many has it parsed.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = "\n" + text
        self._asked = 0

    @cached_property
    def lines(self) -> Mapping[str, str]:
        """Joined readings by character."""
        return _table(self._text)

    def __missing__(self, unit: str) -> tuple[str, ...]:
        self._asked += 1
        line = self._line(unit) if self._asked <= _FEW else self.lines.get(unit)
        if line is None:
            # Not kept: there are as many of these as there are words and numbers.
            return (unit,)
        readings = self[unit] = tuple(dict.fromkeys(line.split(",")))
        return readings

    def _line(self, unit: str) -> str | None:
        start = self._text.rfind(f"\n{unit}\t") if unit[:1] not in "#" else -1
        if start < 0:
            return None
        return self._text[start + len(unit) + 2 :].partition("\n")[0].partition("\t")[0]


def combined(choices: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Choose one reading of each unit in every way, main readings first; at most eight ways."""
    excess = [list(choice) for choice in choices]
    while _count(excess) > _MAX_COMBINATIONS:
        # The last characters lose their rare readings first: a surname's matter most.
        widest = max(range(len(excess)), key=lambda index: (len(excess[index]), index))
        excess[widest].pop()
    return list(product(*excess))


def _count(choices: Iterable[Sequence[str]]) -> int:
    return prod(map(len, choices))


def _table(text: str) -> dict[str, str]:
    """Read the first two columns of every line that is no comment."""
    return dict(_ROW.findall(text))
