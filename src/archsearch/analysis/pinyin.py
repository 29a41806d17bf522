"""Pinyin without tones: the readings of characters, and pinyin text cut into syllables."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from itertools import product
from pathlib import Path

_MAX_COMBINATIONS = 8


class Pinyin:
    """Readings from a table, with further readings for characters that are surnames.

    The tables are read when first needed; building one costs nothing.

    Args:
        readings: File with lines ``character<TAB>syllable[,syllable…]``, main reading first.
        surnames: File with lines ``surname<TAB>syllable[ syllable…][,…]``; readings that a name may
            have at its start, beside the ordinary ones.
    """

    def __init__(self, readings: Path, surnames: Path) -> None:
        self._readings_path = readings
        self._surnames_path = surnames

    @cached_property
    def _readings(self) -> Mapping[str, tuple[str, ...]]:
        return {
            character: tuple(syllables.split(","))
            for character, syllables in _table(self._readings_path)
        }

    @cached_property
    def _surnames(self) -> Mapping[str, tuple[tuple[str, ...], ...]]:
        return {
            surname: tuple(tuple(reading.split()) for reading in readings.split(","))
            for surname, readings in _table(self._surnames_path)
        }

    @cached_property
    def syllables(self) -> frozenset[str]:
        """Every syllable that some character has."""
        return frozenset(s for readings in self._readings.values() for s in readings)

    @cached_property
    def _longest(self) -> int:
        return max(map(len, self.syllables))

    def readings(self, unit: str) -> tuple[str, ...]:
        """Readings of one unit, main one first; a unit that is no character reads as itself."""
        return self._readings.get(unit, (unit,))

    def name_readings(self, name: Sequence[str]) -> list[tuple[str, ...]]:
        """Readings of each unit of a name, with those of its first one or two as a surname.

        >>> # 单 is dan as a word and shan as a surname: [('dan', 'chan', 'shan'), ('wei',)]
        """
        found = [self.readings(unit) for unit in name]
        for length in (2, 1):
            for reading in self._surnames.get("".join(name[:length]), ()):
                for index, syllable in enumerate(reading):
                    if syllable not in found[index]:
                        found[index] = (*found[index], syllable)
        return found

    def spellings(self, name: Sequence[str]) -> list[tuple[str, ...]]:
        """Whole readings of a name, syllable by syllable, main ones first; at most eight."""
        choices = self.name_readings(name)
        excess = [list(choice) for choice in choices]
        while _count(excess) > _MAX_COMBINATIONS:
            # The last characters lose their rare readings first: a surname's matter most.
            widest = max(range(len(excess)), key=lambda index: (len(excess[index]), index))
            excess[widest].pop()
        return list(product(*excess))

    def main_spelling(self, name: Sequence[str]) -> list[str]:
        """Spell a name in the one way it is most likely read, for collation."""
        spelling = [self.readings(unit)[0] for unit in name]
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


def _count(choices: Iterable[Sequence[str]]) -> int:
    total = 1
    for choice in choices:
        total *= len(choice)
    return total


def _table(path: Path) -> list[tuple[str, str]]:
    with path.open(encoding="utf-8") as lines:
        rows = (line.rstrip("\n").split("\t") for line in lines if not line.startswith("#"))
        return [(row[0], row[1]) for row in rows if len(row) > 1]
