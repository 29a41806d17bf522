"""Names as arrays, and postings from what may lead to them."""

from collections.abc import Sequence
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
    keys, documents = _tokens(alphabet, codes, starts)
    return NameIndex(alphabet, codes, flags, starts, *_postings(keys, documents))


def _tokens(
    alphabet: Alphabet, codes: Codes, starts: npt.NDArray[np.int64]
) -> tuple[Keys, Documents]:
    lengths = np.diff(starts)
    owners = np.repeat(np.arange(len(lengths), dtype=np.int32), lengths)
    first = np.zeros(len(codes), bool)
    first[starts[:-1][lengths > 0]] = True
    keys: list[Keys] = []
    documents: list[Documents] = []

    def add(kind: Kind, one: Codes, other: Codes | int, owned: Documents, mask: object) -> None:
        chosen = np.asarray(mask)
        made = (np.int64(kind) << _KIND) | (one[chosen].astype(np.int64) << _SHIFT)
        made |= other if isinstance(other, int) else other[chosen].astype(np.int64)
        keys.append(made)
        documents.append(owned[chosen])

    sounds = alphabet.sound_table(alphabet.readings, 2)[codes]
    sounds[first] = alphabet.sound_table(alphabet.surname_readings, 2)[codes[first]]
    everywhere = np.ones(len(codes), bool)
    add(Kind.UNIT, codes, 0, owners, everywhere)
    for column in range(2):
        add(Kind.SOUND, sounds[:, column], 0, owners, sounds[:, column] != NO_SOUND)
    for step, units, heard in (
        (1, Kind.PAIR, Kind.SOUND_PAIR),
        (2, Kind.SPLIT, Kind.SOUND_SPLIT),
    ):
        near = owners[:-step] == owners[step:]
        add(units, codes[:-step], codes[step:], owners[step:], near)
        for one, other in ((0, 0), (1, 0), (0, 1)):
            before, after = sounds[:-step, one], sounds[step:, other]
            both = near & (before != NO_SOUND) & (after != NO_SOUND)
            add(heard, before, after, owners[step:], both)
    said = alphabet.syllable_table(alphabet.readings)[codes]
    said[first] = alphabet.syllable_table(alphabet.surname_readings)[codes[first]]
    near = owners[:-1] == owners[1:]
    for one, other in ((0, 0), (1, 0), (0, 1)):
        before, after = said[:-1, one], said[1:, other]
        both = near & (before != NO_SOUND) & (after != NO_SOUND)
        add(Kind.SAID_PAIR, before, after, owners[1:], both)
    letters = alphabet.initial_table(alphabet.readings)[codes]
    letters[first] = alphabet.initial_table(alphabet.surname_readings)[codes[first]]
    _add_initials(add, letters, owners, starts)
    return np.concatenate(keys), np.concatenate(documents)


def _add_initials(
    add: object, letters: Codes, owners: Documents, starts: npt.NDArray[np.int64]
) -> None:
    assert callable(add)  # noqa: S101
    window = letters
    for width, kind in INITIALS.items():
        step = width - 1
        near = owners[:-step] == owners[step:]
        window = window[:-1] * 27 + letters[step:]
        add(kind, window >> 10, window & 1023, owners[step:], near)
    lengths = np.diff(starts)
    for width in range(2, LONGEST_PERSON + 1):
        chosen = np.flatnonzero(lengths == width)
        whole = np.zeros(len(chosen), np.int32)
        for place in range(width):
            whole = whole * 27 + letters[starts[chosen] + place]
        add(
            Kind.INITIALS_WHOLE,
            whole >> 10,
            whole & 1023,
            chosen.astype(np.int32),
            np.ones(len(chosen), bool),
        )


def initials_token(letters: str, *, whole: bool = False) -> int:
    """Token of two to four initials."""
    number = 0
    for letter in letters:
        number = number * 27 + ord(letter) - ord("a") + 1
    kind = Kind.INITIALS_WHOLE if whole else INITIALS[len(letters)]
    return token(kind, number >> 10, number & 1023)


def _postings(keys: Keys, documents: Documents) -> tuple[Keys, npt.NDArray[np.int64], Documents]:
    # The documents of one kind come in order, so that a stable sort keeps them so.
    order = np.argsort(keys, kind="stable")
    keys, documents = keys[order], documents[order]
    order = np.lexsort((documents, keys)) if np.any(_falls(keys, documents)) else order[:0]
    if len(order):
        keys, documents = keys[order], documents[order]
    new = np.ones(len(keys), bool)
    new[1:] = (keys[1:] != keys[:-1]) | (documents[1:] != documents[:-1])
    keys, documents = keys[new], documents[new]
    heads = np.ones(len(keys), bool)
    heads[1:] = keys[1:] != keys[:-1]
    places = np.flatnonzero(heads)
    ends = np.append(places[1:], len(keys))
    return keys[places], ends, documents


def _falls(keys: Keys, documents: Documents) -> Flags:
    falls: Flags = (keys[1:] == keys[:-1]) & (documents[1:] < documents[:-1])
    return falls
