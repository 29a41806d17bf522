"""Alignment of a query with many names at once.

The usual dynamic programme of edit distance, a row a unit of the query, with costs by what the
units are and by the parts of the name; every step works on all names together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from archsearch.search.likeness.costs import Vector
from archsearch.search.likeness.index import Documents, NameIndex

LONGEST: Final = 40
"""Units of a name that are compared."""

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Sheet:
    """Names side by side, padded to one length."""

    codes: npt.NDArray[np.int32]
    parts: npt.NDArray[np.uint8]
    lengths: npt.NDArray[np.int64]

    def gaps(self, prices: Vector) -> Matrix:
        """What it costs to leave each unit out, by its part; nothing after the end."""
        inside = np.arange(self.codes.shape[1]) < self.lengths[:, None]
        return np.where(inside, prices[self.parts], np.float32(0))


def sheet(index: NameIndex, documents: Documents) -> Sheet:
    """Take names out of an index."""
    starts = index.starts[documents]
    lengths = np.minimum(index.starts[documents + 1] - starts, LONGEST)
    width = int(lengths.max()) if len(lengths) else 0
    places = starts[:, None] + np.arange(width)
    inside = np.arange(width) < lengths[:, None]
    places[~inside] = 0
    codes = np.where(inside, index.codes[places], 0)
    return Sheet(codes, np.where(inside, index.parts[places], 0).astype(np.uint8), lengths)


@dataclass(frozen=True)
class Prices:
    """What gaps cost in an alignment."""

    before: Matrix
    """Leaving out each unit of a name before the query begins."""
    inside: Matrix
    after: Matrix
    extras: Vector
    """Each unit of the query that the name lacks."""
    swap: float
    loose: frozenset[int] = frozenset()
    """Places in the query after which units are left out at the price of the end."""


def align(
    codes: npt.NDArray[np.int32],
    vectors: Sequence[Vector],
    firsts: Sequence[Vector],
    prices: Prices,
) -> Vector:
    """Compute the least cost of each name.

    Args:
        codes: The names, padded.
        vectors: For each unit of the query its cost against every code.
        firsts: The same against the first unit of a name.
        prices: What gaps cost.
    """
    leading, inner, trailing = map(_summed, (prices.before, prices.inside, prices.after))
    last = before = leading
    previous: Matrix | None = None
    units = zip(vectors, firsts, prices.extras, strict=True)
    for place, (vector, first, extra) in enumerate(units, 1):
        here = vector[codes]
        if first is not vector:
            here[:, 0] = first[codes[:, 0]]
        row = last + extra
        row[:, 1:] = np.minimum(row[:, 1:], last[:, :-1] + here)
        if previous is not None and codes.shape[1] > 1:
            swapped = before[:, :-2] + here[:, :-1] + previous[:, 1:] + np.float32(prices.swap)
            row[:, 2:] = np.minimum(row[:, 2:], swapped)
        # A run of units left out inside: the best place to have come from, in one sweep.
        left_out = trailing if place in prices.loose else inner
        row = left_out + np.minimum.accumulate(row - left_out, axis=1)
        before, last, previous = last, row, here
    rest = trailing[:, -1:] - trailing
    return np.asarray((last + rest).min(axis=1), np.float32)


def _summed(gaps: Matrix) -> Matrix:
    summed = np.zeros((gaps.shape[0], gaps.shape[1] + 1), np.float32)
    np.cumsum(gaps, axis=1, out=summed[:, 1:])
    return summed
