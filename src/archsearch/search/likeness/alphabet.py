"""The units that names are made of, numbered; how each sounds, what each may be taken for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from archsearch.analysis.pinyin import Pinyin
from archsearch.search.likeness.sounds import coarse

Codes = npt.NDArray[np.int32]

PAD: Final = 0
"""The code that stands after the end of a name."""

NO_SOUND: Final = 0


class Lookalikes:
    """Characters that may be taken for a character, with how alike they are from 0 to 1."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _table(self) -> Mapping[str, Mapping[str, float]]:
        table: dict[str, dict[str, float]] = defaultdict(dict)
        with self._path.open(encoding="utf-8") as lines:
            for line in lines:
                if line.startswith("#"):
                    continue
                character, others = line.rstrip("\n").split("\t")
                for entry in others.split():
                    degree = int(entry[1:]) / 100
                    # The lists are cut at a length: who is in one list belongs into the other.
                    table[character][entry[0]] = degree
                    table[entry[0]].setdefault(character, degree)
        return table

    def of(self, character: str) -> Mapping[str, float]:
        """Look-alikes of a character."""
        return self._table.get(character, {})


class Components:
    """What characters are put together from."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _table(self) -> Mapping[str, str]:
        with self._path.open(encoding="utf-8") as lines:
            rows = (line.rstrip("\n").split("\t") for line in lines if not line.startswith("#"))
            return {row[0]: row[1] for row in rows}

    def of(self, character: str) -> str:
        """Parts of a character; none for one that is put together from nothing simpler."""
        return self._table.get(character, "")


class Alphabet:
    """Numbers for units, and for each its sounds; made from the names of an index.

    Args:
        units: All units that occur.
        pinyin: Readings of characters.
    """

    def __init__(self, units: Iterable[str], pinyin: Pinyin) -> None:
        self.units = ["", *sorted(set(units))]
        self.pinyin = pinyin
        self.codes = {unit: code for code, unit in enumerate(self.units)}

    def __len__(self) -> int:
        return len(self.units)

    def encode(self, units: str) -> Codes:
        """Numbers of the units of a text; those that no name has become PAD."""
        return np.array([self.codes.get(unit, PAD) for unit in units], np.int32)

    @cached_property
    def readings(self) -> list[tuple[str, ...]]:
        """Readings by code; letters have none."""
        return [
            () if not unit or unit.isascii() else self.pinyin.readings(unit) for unit in self.units
        ]

    @cached_property
    def surname_readings(self) -> list[tuple[str, ...]]:
        """What a unit is read as where a name begins, main reading first."""
        found = []
        for unit, ordinary in zip(self.units, self.readings, strict=True):
            if not ordinary:
                found.append(ordinary)
                continue
            main = self.pinyin.main_spelling([unit])[0]
            every = self.pinyin.name_readings([unit])[0]
            found.append((main, *(syllable for syllable in every if syllable != main)))
        return found

    @cached_property
    def sounds(self) -> dict[str, int]:
        """Numbers of the coarse sounds."""
        found = sorted({coarse(s) for readings in self.surname_readings for s in readings})
        return {sound: number for number, sound in enumerate(found, 1)}

    @cached_property
    def syllables(self) -> dict[str, int]:
        """Numbers of the syllables."""
        found = sorted({s for readings in self.surname_readings for s in readings})
        return {syllable: number for number, syllable in enumerate(found, 1)}

    def syllable_table(self, readings: list[tuple[str, ...]], most: int) -> Codes:
        """Syllables by code, so many columns; NO_SOUND where there is none (or no other)."""
        table = np.zeros((len(self), most), np.int32)
        for code, syllables in enumerate(readings):
            numbers = [self.syllables[s] for s in syllables[:most]]
            table[code, : len(numbers)] = numbers
        return table

    def sound_table(self, readings: list[tuple[str, ...]], most: int) -> Codes:
        """Coarse sounds by code, so many columns; NO_SOUND where there is none (or no other)."""
        table = np.zeros((len(self), most), np.int32)
        for code, syllables in enumerate(readings):
            heard = list(dict.fromkeys(self.sounds[coarse(s)] for s in syllables))[:most]
            table[code, : len(heard)] = heard
        return table

    def initial_table(self, readings: list[tuple[str, ...]], most: int) -> Codes:
        """First letters of the readings by code, from 1; 0 for none."""
        table = np.zeros((len(self), most), np.int32)
        for code, syllables in enumerate(readings):
            for column, spelt in enumerate((syllables or (self.units[code],))[:most]):
                if "a" <= spelt[:1] <= "z":
                    table[code, column] = ord(spelt[0]) - ord("a") + 1
        return table
