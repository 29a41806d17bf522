"""Comparing by letters: for pinyin with slips of the keyboard."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from archsearch.search.likeness.align import Prices, Sheet, align
from archsearch.search.likeness.characters import Characters
from archsearch.search.likeness.costs import Costs, Vector

_LONGEST: Final = 6
_MOST_UNITS: Final = 12
_A: Final = ord("a") - 1


class Letters:
    """Aligns letters with the spellings of names."""

    def __init__(self, characters: Characters, costs: Costs) -> None:
        # Letters behind others that many speakers do not hear, and letters they do not tell apart.
        mixed = characters.pinyin.mixed
        pairs = [*mixed.beginnings, *mixed.endings]
        self._soft = _table(said[-2:] for said, heard in pairs if said[:-1] == heard)
        alike = [said + heard for said, heard in pairs if len(said) == len(heard) == 1]
        alike += [pair[::-1] for pair in alike]
        self._costs = costs
        self._characters = characters
        self._known = [np.zeros((0, _LONGEST), np.int32) for _ in range(2)]
        self._vectors = np.where(np.eye(27, dtype=bool), 0, costs.letter).astype(np.float32)
        self._vectors[_table(alike)] = costs.letter_similar

    def align(self, letters: str, names: Sheet) -> Vector:
        """Compute the cost of each name; only its first units are looked at."""
        codes, shares = self._spelt(names)
        inside = codes > 0
        outer = np.where(inside, shares, np.float32(0))
        inner = np.where(inside, np.float32(self._costs.letter), np.float32(0))
        inner[:, 1:][self._soft[codes[:, :-1], codes[:, 1:]]] = self._costs.letter_similar
        numbers = [ord(letter) - _A for letter in letters]
        vectors = [self._vectors[number] for number in numbers]
        extras = np.full(len(letters), self._costs.letter, np.float32)
        extras[1:][self._soft[numbers[:-1], numbers[1:]]] = self._costs.letter_similar
        prices = Prices(outer, inner, outer, extras, self._costs.letter)
        return align(codes, vectors, vectors, prices)

    def _spelt(self, names: Sheet) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        codes = names.codes[:, :_MOST_UNITS]
        ordinary, surnames = self._tables()
        letters = ordinary[codes]
        letters[:, 0] = surnames[codes[:, 0]]
        counts = np.maximum((letters > 0).sum(axis=2), 1)
        shares = np.repeat(
            names.gaps(self._costs.edges)[:, :_MOST_UNITS] / counts, _LONGEST, axis=1
        )
        flat = letters.reshape(len(codes), -1)
        there = flat > 0
        rows, _ = np.nonzero(there)
        columns = (np.cumsum(there, axis=1) - 1)[there]
        width = int(columns.max()) + 1 if len(columns) else 1
        packed = np.zeros((len(codes), width), np.int32)
        prices = np.zeros((len(codes), width), np.float32)
        packed[rows, columns] = flat[there]
        prices[rows, columns] = shares[there]
        return packed, prices

    def _tables(self) -> list[npt.NDArray[np.int32]]:
        """Letters of the spelling of each character, and of each surname."""
        known = self._characters
        if len(self._known[0]) < len(known):
            several = (known.readings, known.surname_readings)
            for number, readings in enumerate(several):
                done = len(self._known[number])
                more = _spelling(known.units[done:], readings[done:])
                self._known[number] = np.concatenate((self._known[number], more))
        return self._known


def _table(pairs: Iterable[str]) -> npt.NDArray[np.bool_]:
    table = np.zeros((27, 27), np.bool_)
    for pair in pairs:
        table[ord(pair[0]) - _A, ord(pair[1]) - _A] = True
    return table


def _spelling(units: Sequence[str], readings: Sequence[Sequence[str]]) -> npt.NDArray[np.int32]:
    table = np.zeros((len(units), _LONGEST), np.int32)
    for code, (unit, syllables) in enumerate(zip(units, readings, strict=True)):
        spelt = syllables[0] if syllables else unit
        numbers = [ord(letter) - _A for letter in spelt if "a" <= letter <= "z"][:_LONGEST]
        table[code, : len(numbers)] = numbers
    return table
