"""The characters that names are made of, numbered as they are met; how each sounds and looks.

Costs are arrays over these numbers. Nothing depends on which characters are known already: what a
character costs is between it and a unit of the query alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from itertools import count, islice
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from archsearch.analysis.marks import Sounds
from archsearch.analysis.pinyin import Pinyin

Codes = npt.NDArray[np.int32]
Points = npt.NDArray[np.uint32]

PAD: Final = 0
"""The number that stands after the end of a name."""
_POINTS: Final = 0x110000
_DIGITS: Final = 3
_FEW: Final = 40
"""Looking up so many characters takes as long as parsing the table."""
_AHEAD: Final = 64
_OFTEN: Final = 8
"""Whenever a character is met for the first time, so many are numbered that will be met later: what
is remembered of the costs of others has to be made again then. Not at the first few times, which
may be all that there are."""


class Lookalikes:
    """Characters that may be taken for a character, with how alike they are from 0 to 1.

    A search meets few characters and looks them up in the text; who meets many has it parsed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Mapping[str, float]] = {}

    @cached_property
    def _text(self) -> str:
        return f"\n{self._path.read_text(encoding='utf-8')}\n"

    @cached_property
    def _table(self) -> Mapping[str, Mapping[str, float]]:
        table: dict[str, dict[str, float]] = defaultdict(dict)
        for line in self._text.splitlines():
            if not line or line.startswith("#"):
                continue
            character, others = line.split("\t")
            for entry in others.split():
                degree = int(entry[1:]) / 100
                # The lists are cut at a length: who is in one list belongs into the other.
                table[character][entry[0]] = degree
                table[entry[0]].setdefault(character, degree)
        return table

    def of(self, character: str) -> Mapping[str, float]:
        """Look-alikes of a character."""
        if len(self._known) >= _FEW:
            return self._table.get(character, {})
        found = self._known.get(character)
        if found is None:
            found = self._known[character] = self._looked_up(character)
        return found

    def _looked_up(self, character: str) -> Mapping[str, float]:
        """Find the same as the table has, in the same order."""
        found: dict[str, float] = {}
        text = self._text
        at = text.find(character)
        while at >= 0:
            after = at + len(character)
            if text[at - 1] == "\n" and text[after : after + 1] == "\t":
                entries = text[after + 1 : text.index("\n", after)].split()
                found |= {entry[0]: int(entry[1:]) / 100 for entry in entries}
            elif text[after : after + 1].isdigit():
                line = text.rfind("\n", 0, at) + 1
                degree = text[after : after + _DIGITS].split()[0]
                found.setdefault(text[line], int(degree) / 100)
            at = text.find(character, after)
        return found


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


class Characters:
    """Numbers for characters, and what is known of each. Not for several threads at once."""

    def __init__(self, pinyin: Pinyin, components: Components) -> None:
        self.pinyin = pinyin
        self.units = [""]
        self.readings: list[tuple[str, ...]] = [()]
        self.surname_readings: list[tuple[str, ...]] = [()]
        self.codes: dict[str, int] = {}
        self._groups: defaultdict[_Key, list[int]] = defaultdict(list)
        self._syllables: tuple[dict[str, None], dict[str, None]] = ({}, {})
        self._arrays: dict[_Key, Codes] = {}
        self._sounds = Sounds(pinyin)
        self._components = components
        self._table = np.zeros(_POINTS, np.int32)
        self._common = _common_characters()
        self._growths = count()

    def __len__(self) -> int:
        return len(self.units)

    def numbers(self, points: Points) -> Codes:
        """Number characters; 0 stays what it is."""
        found = self._table[points]
        new = points[(found == 0) & (points != 0)]
        if new.size:
            self._arrays.clear()
            ahead = _AHEAD if next(self._growths) >= _OFTEN else 0
            for unit in (*map(chr, sorted(set(new.tolist()))), *islice(self._common, ahead)):
                if unit and unit not in self.codes:
                    self._add(unit)
            found = self._table[points]
        return found

    def encode(self, text: str) -> Codes:
        """Number the characters of a text."""
        return self.numbers(points_of(text))

    def said(self, syllable: str, *, first: bool) -> tuple[Codes, Codes]:
        """Give who is mainly read so, and who may be; as surnames if ``first``."""
        return self._group(("said", first, syllable)), self._group(("rarely", first, syllable))

    def heard(self, syllable: str, *, first: bool) -> Codes:
        """Give who may be read like a syllable, or as one that is mixed up with it."""
        return self._group(("heard", first, self.pinyin.coarse(syllable)))

    def sharing(self, component: str) -> Codes:
        """Give who has a component."""
        return self._group(("sharing", False, component))

    def syllables(self, *, first: bool) -> Iterable[str]:
        """List the syllables of all characters."""
        return self._syllables[first]

    def _group(self, key: "_Key") -> Codes:
        found = self._arrays.get(key)
        if found is None:
            found = self._arrays[key] = np.array(self._groups.get(key, ()), np.int32)
        return found

    def _add(self, unit: str) -> None:
        code = self._table[ord(unit)] = self.codes[unit] = len(self.units)
        self.units.append(unit)
        self.readings.append(self._sounds.readings(unit))
        self.surname_readings.append(self._sounds.readings(unit, first=True))
        for first, readings in enumerate((self.readings[-1], self.surname_readings[-1])):
            for rank, syllable in enumerate(readings):
                kind = "rarely" if rank else "said"
                self._syllables[first][syllable] = None
                self._groups[kind, bool(first), syllable].append(code)
                self._groups["heard", bool(first), self.pinyin.coarse(syllable)].append(code)
        for component in self._components.of(unit):
            self._groups["sharing", False, component].append(code)


_Key = tuple[str, bool, str]


def _common_characters() -> Iterator[str]:
    """Give the characters of GB 2312, the commonest first; hardly any name has others."""
    for row in range(0xB0, 0xF8):
        for cell in range(0xA1, 0xFF):
            yield bytes((row, cell)).decode("gb2312", "ignore")


def points_of(text: str) -> Points:
    """Give the code points of a text."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
