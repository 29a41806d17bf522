"""Alignment of a query with many names at once.

The usual dynamic programme of edit distance, a row a unit of the query, with costs by what the
units are and by the parts of the name; every step works on all names together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from archsearch.analysis.parts import Part
from archsearch.engines.names import FIRST_FIELD
from archsearch.search.likeness.characters import Characters, points_of
from archsearch.search.likeness.costs import Vector

LONGEST: Final = 40
"""Units of a name that are compared."""

_UNITS: Final = 0x20
"""Where units begin; what is below marks fields and parts."""

Matrix = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Sheet:
    """Names side by side, padded to one length, and whose each is."""

    codes: npt.NDArray[np.int32]
    parts: npt.NDArray[np.uint8]
    lengths: npt.NDArray[np.int64]
    owners: npt.NDArray[np.int64]
    """Ascending places of the records that bear the names."""
    fields: npt.NDArray[np.uint8]
    top: int
    """All codes are below it."""

    def gaps(self, prices: Vector) -> Matrix:
        """What it costs to leave each unit out, by its part; nothing after the end."""
        inside = np.arange(self.codes.shape[1]) < self.lengths[:, None]
        return np.where(inside, prices[self.parts], np.float32(0))

    @cached_property
    def persons(self) -> npt.NDArray[np.bool_]:
        """Which names are persons'."""
        told: npt.NDArray[np.bool_] = np.isin(self.parts[:, 0], (Part.PERSON, Part.LINKED))
        return told

    def some(self, owners: Sequence[int], field: int | None = None) -> "Sheet":
        """Take the names of some records, given ascending, and of one field if it is given."""
        wanted = np.zeros(int(self.owners[-1]) + 1 if self.owners.size else 0, np.bool_)
        wanted[owners] = True
        rows = np.flatnonzero(wanted[self.owners])
        if field is not None:
            rows = rows[self.fields[rows] == field]
        lengths = self.lengths[rows]
        width = int(lengths.max()) if rows.size else 0
        return Sheet(
            self.codes[rows, :width],
            self.parts[rows, :width],
            lengths,
            self.owners[rows],
            self.fields[rows],
            self.top,
        )


def sheet(values: Sequence[str], characters: Characters) -> Sheet:
    """Read the stored names of some records; see :mod:`archsearch.engines.names`."""
    points = points_of("".join(values))
    control = points < _UNITS
    begins = control & (points >= FIRST_FIELD)
    rows = np.cumsum(begins) - 1
    marks = np.maximum.accumulate(np.where(control, np.arange(points.size), 0))
    parts = np.where(begins[marks], 0, points[marks].astype(np.int64) - 1)
    starts = np.flatnonzero(begins)
    kept = ~control
    before = np.cumsum(kept)
    columns = before - before[starts][rows] - 1
    kept &= columns < LONGEST
    rows, columns = rows[kept], columns[kept]
    lengths = np.bincount(rows, minlength=starts.size)
    width = max(1, int(lengths.max(initial=0)))
    codes = np.zeros((starts.size, width), np.int32)
    held = np.zeros((starts.size, width), np.uint8)
    codes[rows, columns] = characters.numbers(points[kept])
    held[rows, columns] = parts[kept]
    ends = np.cumsum([len(value) for value in values])
    owners = np.searchsorted(ends, starts, side="right")
    fields = (points[starts] - FIRST_FIELD).astype(np.uint8)
    return Sheet(codes, held, lengths, owners, fields, int(codes.max(initial=0)) + 1)


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
    # A row a place in the names, so that every step goes along whole rows.
    across = np.ascontiguousarray(codes.T)
    leading, inner, trailing = map(_summed, (prices.before, prices.inside, prices.after))
    last = before = leading
    previous: Matrix | None = None
    units = zip(vectors, firsts, prices.extras, strict=True)
    for place, (vector, first, extra) in enumerate(units, 1):
        here = vector[across]
        if first is not vector:
            here[0] = first[across[0]]
        row = last + extra
        np.minimum(row[1:], last[:-1] + here, out=row[1:])
        if previous is not None and len(across) > 1:
            swapped = before[:-2] + here[:-1]
            swapped += previous[1:]
            swapped += np.float32(prices.swap)
            np.minimum(row[2:], swapped, out=row[2:])
        # A run of units left out inside: the best place to have come from, in one sweep.
        left_out = trailing if place in prices.loose else inner
        row -= left_out
        for above, there in pairwise(row):
            # Row by row, which numpy's own way of accumulating takes three times as long for.
            np.minimum(there, above, out=there)
        row += left_out
        before, last, previous = last, row, here
    rest = trailing[-1:] - trailing
    return np.asarray((last + rest).min(axis=0), np.float32)


def _summed(gaps: Matrix) -> Matrix:
    summed = np.zeros((gaps.shape[1] + 1, gaps.shape[0]), np.float32)
    summed[1:] = gaps.T
    for above, there in pairwise(summed):
        np.add(there, above, out=there)
    return summed
