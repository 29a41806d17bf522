"""Marks: single characters that stand for how a unit of a name sounds or begins.

They are of Unicode's private use, which folding drops from texts, so that a mark is never a unit.
A name as a row of marks has tokens like a name as a row of characters: marks, and pairs of them.
"""

from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final

from archsearch.analysis.pinyin import Pinyin

_BEGINNINGS: Final = (
    *("zh", "ch", "sh", "b", "p", "m", "f", "d", "t", "n", "l", "g", "k", "h", "j", "q", "x"),
    *("r", "z", "c", "s", "y", "w", ""),
)
_ENDINGS: Final = (
    *("a", "o", "e", "ai", "ei", "ao", "ou", "an", "en", "ang", "eng", "ong", "er"),
    *("i", "ia", "ie", "iao", "iu", "ian", "in", "iang", "ing", "iong", "io"),
    *("u", "ua", "uo", "uai", "ui", "uan", "un", "uang", "ueng", "ue", "v", "ve", "van", "vn"),
)
_NUMBERS: Final = {
    begin + end: number * 64 + place
    for number, begin in reversed(list(enumerate(_BEGINNINGS)))
    for place, end in enumerate(_ENDINGS)
}
_HEARD: Final = 0xE000
_SAID: Final = 0xE600
_LETTERS: Final = 0xEC00
_WHOLE: Final = 0xF000
_ALPHABET: Final = 27
"""The letters, and none."""
HOLE: Final = "\0"
"""Stands in a row of marks for a unit that has none."""
_REMEMBERED: Final = 1 << 14
"""Whole initials that are kept at hand; there are half a million."""
_READINGS: Final = 2
"""Readings of one unit that a name is found by."""


@cache
def said(syllable: str) -> str:
    """Mark a syllable."""
    number = _NUMBERS.get(syllable)
    return HOLE if number is None else chr(_SAID + number)


def _letters(first: str, second: str) -> int:
    return _letter(first) * _ALPHABET + _letter(second)


def _letter(letter: str) -> int:
    return ord(letter) - ord("a") + 1 if "a" <= letter <= "z" else 0


@cache
def begun(first: str, second: str) -> str:
    """Mark two neighbours that begin with these letters."""
    if not (_letter(first) and _letter(second)):
        return HOLE
    return chr(_LETTERS + _letters(first, second))


@lru_cache(_REMEMBERED)
def wholly(letters: str) -> str:
    """Mark a whole name of two to four units that begin with these letters: one mark or two.

    >>> len(wholly("zw")), len(wholly("zwm"))
    (1, 2)
    """
    if not all(map(_letter, letters)):
        return HOLE
    marks = [_letters(letters[at], letters[at + 1 : at + 2]) for at in range(0, len(letters), 2)]
    return "".join(chr(_WHOLE + mark) for mark in marks)


class Sounds:
    """What units sound like, as marks; looked up in the readings when first met."""

    def __init__(self, pinyin: Pinyin) -> None:
        self.pinyin = pinyin
        self.heard = _Table(self, self.mark)
        self.said = _Table(self, said)
        self.first_heard = _Table(self, self.mark, first=True)
        self.first_said = _Table(self, said, first=True)
        self.several: set[str] = set()
        """Units met that may be read in more than one way."""
        self.letters = _Letters(pinyin, first=False)
        self.first_letters = _Letters(pinyin, first=True)

    def marks(self, core: str) -> tuple[str, str, str]:
        """Mark the units of a name: what is heard, what is said, and with which letters."""
        heard_marks = core.translate(self.heard)
        said_marks = core.translate(self.said)
        letters = core.translate(self.letters)
        first = ord(core[0])
        said_first = self.first_said[first]
        if said_first != said_marks[0]:
            heard_marks = self.first_heard[first] + heard_marks[1:]
            said_marks = said_first + said_marks[1:]
            letters = self.first_letters[first] + letters[1:]
        return heard_marks, said_marks, letters

    def mark(self, syllable: str) -> str:
        """Mark all syllables that are mixed up with this one."""
        number = _NUMBERS.get(self.pinyin.coarse(syllable))
        return HOLE if number is None else chr(_HEARD + number)

    def readings(self, unit: str, *, first: bool = False) -> tuple[str, ...]:
        """Readings of a unit, the main one first; at the beginning of a name as a surname's."""
        if unit.isascii():
            return ()
        if not first:
            return self.pinyin.readings(unit)
        main = self.pinyin.main_spelling([unit])[0]
        every = self.pinyin.name_readings([unit])[0]
        return (main, *(syllable for syllable in every if syllable != main))


class _Table(dict[int, str]):
    """Marks by unit, of the main reading; for ``str.translate``."""

    def __init__(self, sounds: Sounds, mark: Callable[[str], str], *, first: bool = False) -> None:
        super().__init__()
        self._sounds = sounds
        self._mark = mark
        self._first = first
        self.others: dict[str, tuple[str, ...]] = {}
        """Marks of the other readings, by unit."""

    def __missing__(self, code: int) -> str:
        unit = chr(code)
        readings = self._sounds.readings(unit, first=self._first)
        marks = tuple(dict.fromkeys(map(self._mark, readings)))[:_READINGS] or (HOLE,)
        if len(marks) > 1:
            self.others[unit] = marks[1:]
            self._sounds.several.add(unit)
        self[code] = marks[0]
        return marks[0]


class _Letters(dict[int, str]):
    """First letter of the main reading by unit; for ``str.translate``."""

    def __init__(self, pinyin: Pinyin, *, first: bool) -> None:
        super().__init__()
        self._pinyin = pinyin
        self._first = first

    def __missing__(self, code: int) -> str:
        unit = chr(code)
        readings = (
            self._pinyin.main_spelling([unit]) if self._first else self._pinyin.readings(unit)
        )
        letter = unit if unit.isascii() else readings[0][0]
        self[code] = letter if "a" <= letter <= "z" else HOLE
        return self[code]
