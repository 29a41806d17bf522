"""Comparing by letters: for pinyin with slips of the keyboard."""

from typing import Final

import numpy as np
import numpy.typing as npt

from archsearch.search.likeness.align import Prices, Sheet, align
from archsearch.search.likeness.alphabet import Alphabet
from archsearch.search.likeness.costs import Costs, Vector

_LONGEST: Final = 6
_MOST_UNITS: Final = 12
_A: Final = ord("a") - 1


class Letters:
    """Aligns letters with the spellings of names."""

    def __init__(self, alphabet: Alphabet, costs: Costs) -> None:
        self._costs = costs
        self._tables = tuple(
            _spelling(alphabet, readings)
            for readings in (alphabet.readings, alphabet.surname_readings)
        )
        self._vectors = np.where(np.eye(27, dtype=bool), 0, costs.letter).astype(np.float32)

    def align(self, letters: str, names: Sheet) -> Vector:
        """Compute the cost of each name; only its first units are looked at."""
        codes, shares = self._spelt(names)
        inside = codes > 0
        outer = np.where(inside, shares, np.float32(0))
        inner = np.where(inside, np.float32(self._costs.letter), np.float32(0))
        vectors = [self._vectors[ord(letter) - _A] for letter in letters]
        extras = np.full(len(letters), self._costs.letter, np.float32)
        prices = Prices(outer, inner, outer, extras, self._costs.letter)
        return align(codes, vectors, vectors, prices)

    def _spelt(self, names: Sheet) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]:
        codes = names.codes[:, :_MOST_UNITS]
        letters = self._tables[0][codes]
        letters[:, 0] = self._tables[1][codes[:, 0]]
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


def _spelling(alphabet: Alphabet, readings: list[tuple[str, ...]]) -> npt.NDArray[np.int32]:
    table = np.zeros((len(alphabet), _LONGEST), np.int32)
    for code, syllables in enumerate(readings):
        spelt = syllables[0] if syllables else alphabet.units[code]
        numbers = [ord(letter) - _A for letter in spelt if "a" <= letter <= "z"]
        table[code, : len(numbers)] = numbers[:_LONGEST]
    return table
