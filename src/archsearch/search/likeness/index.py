"""Names as arrays, and postings from what may lead to them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Final

import numpy as np
import numpy.typing as npt

from archsearch.search.likeness.alphabet import NO_SOUND, Alphabet, Codes
from archsearch.search.likeness.lexicon import Lexicon
from archsearch.search.likeness.parts import LONGEST_PERSON, Part
from archsearch.search.likeness.writing import written

_SHIFT: Final = 20
_KIND: Final = 2 * _SHIFT
_HALF: Final = 10
_LETTERS: Final = 27
"""The letters, and none."""


class Kind(IntEnum):
    """What a token says of a name."""

    UNIT = 1
    PAIR = 2
    """Two neighbours."""
    SPLIT = 3
    """Two units with one between."""
    SOUND = 4
    SOUND_PAIR = 5
    SOUND_SPLIT = 6
    INITIALS_TWO = 7
    INITIALS_THREE = 8
    INITIALS_FOUR = 9
    INITIALS_WHOLE = 10
    SAID_PAIR = 11
    """Two neighbours by exact syllables; the other sounds are coarse."""


INITIALS: Final = {2: Kind.INITIALS_TWO, 3: Kind.INITIALS_THREE, 4: Kind.INITIALS_FOUR}
"""Kinds of runs of initials by length."""


def token(kind: Kind, first: int, second: int = 0) -> int:
    """Number of a token."""
    return (kind << _KIND) | (first << _SHIFT) | second


Keys = npt.NDArray[np.int64]
Documents = npt.NDArray[np.int32]
Flags = npt.NDArray[np.bool_]
Table = Callable[[list[tuple[str, ...]], int], Codes]


@dataclass(frozen=True)
class NameIndex:
    """All names; documents are numbered in the order given."""

    alphabet: Alphabet
    codes: Codes
    parts: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]
    keys: Keys
    ends: npt.NDArray[np.int64]
    documents: Documents

    @cached_property
    def persons(self) -> Flags:
        """Which names are persons'."""
        told: Flags = np.isin(self.parts[self.starts[:-1]], (Part.PERSON, Part.LINKED))
        return told

    @property
    def size(self) -> int:
        """How many names there are."""
        return len(self.starts) - 1

    def postings(self, keys: Sequence[int]) -> list[Documents]:
        """Documents of each token."""
        sought = np.array(keys, np.int64)
        places = np.searchsorted(self.keys, sought)
        places[places == len(self.keys)] = 0
        known = self.keys[places] == sought
        return [
            self.documents[(self.ends[place - 1] if place else 0) : self.ends[place]]
            if there
            else self.documents[:0]
            for place, there in zip(places, known, strict=True)
        ]


def build(names: Sequence[str], lexicon: Lexicon) -> NameIndex:
    """Index names."""
    parted = [lexicon.parts.of(written(name)) for name in names]
    joined = "".join(each.units for each in parted)
    lengths = np.fromiter((len(each.units) for each in parted), np.int64, len(parted))
    starts = np.zeros(len(parted) + 1, np.int64)
    np.cumsum(lengths, out=starts[1:])
    alphabet = Alphabet(joined, lexicon.pinyin)
    points = np.frombuffer(joined.encode("utf-32-le"), np.uint32)
    # Numbering by a table over code points is quicker than looking up each unit.
    table = np.zeros(0x110000, np.int32)
    table[[ord(unit) for unit in alphabet.units[1:]]] = np.arange(1, len(alphabet))
    codes = table[points]
    flags = np.frombuffer(b"".join(each.parts for each in parted), np.uint8)
    tokens = _Tokens(alphabet, codes, starts)
    tokens.add_units()
    tokens.add_sounds()
    tokens.add_initials()
    return NameIndex(alphabet, codes, flags, starts, *tokens.postings())


class _Tokens:
    """Collects the tokens of all names, one kind after the other."""

    def __init__(self, alphabet: Alphabet, codes: Codes, starts: npt.NDArray[np.int64]) -> None:
        self._alphabet = alphabet
        self._codes = codes
        self._starts = starts
        self._lengths = np.diff(starts)
        self._owners = np.repeat(np.arange(len(self._lengths), dtype=np.int32), self._lengths)
        self._first = np.zeros(len(codes), bool)
        self._first[starts[:-1][self._lengths > 0]] = True
        self._keys: list[Keys] = []
        self._documents: list[Documents] = []

    def add_units(self) -> None:
        """Add units, and pairs of them."""
        self._add(Kind.UNIT, self._codes, np.zeros_like(self._codes), self._owners)
        for step, kind in ((1, Kind.PAIR), (2, Kind.SPLIT)):
            near = self._together(step)
            before, after = self._codes[:-step][near], self._codes[step:][near]
            self._add(kind, before, after, self._owners[step:][near])

    def add_sounds(self) -> None:
        """Add coarse sounds and pairs of them, and pairs of exact ones."""
        alphabet = self._alphabet
        sounds = self._placed(alphabet.sound_table, most=2)
        for column in range(sounds.shape[1]):
            heard = sounds[:, column] != NO_SOUND
            found = sounds[heard, column]
            self._add(Kind.SOUND, found, np.zeros_like(found), self._owners[heard])
        self._add_pairs(Kind.SOUND_PAIR, sounds, 1)
        self._add_pairs(Kind.SOUND_SPLIT, sounds, 2)
        self._add_pairs(Kind.SAID_PAIR, self._placed(alphabet.syllable_table, most=2), 1)

    def add_initials(self) -> None:
        """Add runs of initials, and those of whole names of persons."""
        letters = self._placed(self._alphabet.initial_table, most=1)[:, 0]
        window = letters
        for width, kind in INITIALS.items():
            step = width - 1
            window = window[:-1] * _LETTERS + letters[step:]
            near = self._together(step)
            self._add(kind, *_halves(window[near]), self._owners[step:][near])
        for width in range(2, LONGEST_PERSON + 1):
            chosen = np.flatnonzero(self._lengths == width)
            whole = np.zeros(len(chosen), np.int32)
            for place in range(width):
                whole = whole * _LETTERS + letters[self._starts[chosen] + place]
            self._add(Kind.INITIALS_WHOLE, *_halves(whole), chosen.astype(np.int32))

    def postings(self) -> tuple[Keys, npt.NDArray[np.int64], Documents]:
        """Sort everything by token, without repetitions."""
        keys, documents = np.concatenate(self._keys), np.concatenate(self._documents)
        order = np.lexsort((documents, keys))
        keys, documents = keys[order], documents[order]
        new = np.ones(len(keys), bool)
        new[1:] = (keys[1:] != keys[:-1]) | (documents[1:] != documents[:-1])
        keys, documents = keys[new], documents[new]
        heads = np.ones(len(keys), bool)
        heads[1:] = keys[1:] != keys[:-1]
        places = np.flatnonzero(heads)
        return keys[places], np.append(places[1:], len(keys)), documents

    def _placed(self, table: Table, *, most: int) -> Codes:
        """Look every unit up, those at the beginning of a name as surnames."""
        found = table(self._alphabet.readings, most)[self._codes]
        surnames = table(self._alphabet.surname_readings, most)
        found[self._first] = surnames[self._codes[self._first]]
        return found

    def _together(self, step: int) -> Flags:
        """Tell which units have another of the same name so many places on."""
        return np.asarray(self._owners[:-step] == self._owners[step:])

    def _add_pairs(self, kind: Kind, sounds: Codes, step: int) -> None:
        near = self._together(step)
        # A rare reading is looked for beside a main one, not beside another rare one.
        for one, other in ((0, 0), (1, 0), (0, 1)):
            before, after = sounds[:-step, one], sounds[step:, other]
            both = near & (before != NO_SOUND) & (after != NO_SOUND)
            self._add(kind, before[both], after[both], self._owners[step:][both])

    def _add(self, kind: Kind, first: Codes, second: Codes, documents: Documents) -> None:
        tokens = (np.int64(kind) << _KIND) | (first.astype(np.int64) << _SHIFT) | second
        self._keys.append(tokens)
        self._documents.append(documents)


def _halves(numbers: Codes) -> tuple[Codes, Codes]:
    """Cut a number in two, each small enough for a token."""
    return numbers >> _HALF, numbers & ((1 << _HALF) - 1)


def initials_token(letters: str, *, whole: bool = False) -> int:
    """Token of two to four initials."""
    number = 0
    for letter in letters:
        number = number * _LETTERS + ord(letter) - ord("a") + 1
    kind = Kind.INITIALS_WHOLE if whole else INITIALS[len(letters)]
    return token(kind, number >> _HALF, number & ((1 << _HALF) - 1))
