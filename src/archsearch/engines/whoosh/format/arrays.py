"""Array operations that every module of the engine shares.

Stored arrays are *compact*: the smallest unsigned little-endian type that holds their largest
value. Document numbers in flight are ``intp``, because numpy converts any other index type first.
"""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = np.ndarray[Any, Any]
"""Integers of whichever type fits; the type is data, so it is not part of the annotation."""
Docs: TypeAlias = npt.NDArray[np.intp]
Mask: TypeAlias = npt.NDArray[np.bool_]
Floats: TypeAlias = npt.NDArray[np.float64]

NO_DOCS: Docs = np.empty(0, np.intp)
SPARSE = 16
"""Looking values up one by one beats marking and reading a bitmap when this many times fewer."""

if sys.byteorder != "little":  # pragma: no cover
    raise ImportError("segment files are mapped as they are and little-endian")


_BLOCKS = 64


class _Kept(threading.local):
    """The arrays that each thread lends next, or writes into."""

    zeros: Floats | None = None
    places: Ints | None = None


_kept = _Kept()


@contextmanager
def scratch(size: int) -> Iterator[Floats]:
    """Lend an array of zeros, to be given back as one; lost if anything goes wrong meanwhile.

    A fresh one for every query would cost more than what the query adds up in it.
    """
    lent, _kept.zeros = _kept.zeros, None
    if lent is None or lent.size < size:
        lent = np.zeros(size)
    yield lent[:size]
    _kept.zeros = lent


def distinct(docs: Ints, size: int) -> Docs:
    """Give each of some documents below ``size`` once, in no order.

    Each notes its place where all can see it; those whose note is the last are given. Neither
    sorted nor marked in a bitmap, which take longer for many of them, or for many others.
    """
    seen = _kept.places
    if seen is None or seen.size < size:
        seen = _kept.places = np.empty(size, np.int32)
    docs = docs.astype(np.intp, copy=False)
    order = np.arange(docs.size, dtype=np.int32)
    seen[docs] = order
    last: Docs = docs[seen[docs] == order]
    return last


def smallest(top: int) -> np.dtype[Any]:
    """Choose the compact type for values up to ``top``."""
    for kind in ("<u1", "<u2", "<u4"):
        if top <= np.iinfo(kind).max:
            return np.dtype(kind)
    return np.dtype("<u8")


def compact(values: Ints) -> Ints:
    """Store non-negative integers in the smallest type that holds them."""
    return values.astype(smallest(int(values.max()) if values.size else 0), copy=False)


def offsets(counts: Ints) -> Ints:
    """Turn counts into the bounds of consecutive runs, one more than there are counts."""
    bounds = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=bounds[1:])
    return bounds


def widths(bounds: Ints) -> Docs:
    """Turn the bounds of consecutive runs back into counts."""
    wide = bounds.astype(np.intp)
    return np.asarray(wide[1:] - wide[:-1])


def spread(starts: Ints, counts: Ints) -> Docs:
    """Concatenate ``range(start, start + count)`` of every pair."""
    counts = counts.astype(np.intp, copy=False)
    ends = np.cumsum(counts)
    total = int(ends[-1]) if ends.size else 0
    shifts = starts.astype(np.intp, copy=False) - (ends - counts)
    return np.repeat(shifts, counts) + np.arange(total)


def places(needles: Ints, haystack: Ints) -> tuple[Docs, Mask]:
    """Find sorted-set members: their places in ``haystack``, and which needles are there at all."""
    if not haystack.size:
        return np.zeros(needles.size, np.intp), np.zeros(needles.size, np.bool_)
    wanted = narrowed(needles, haystack.dtype)
    found = np.minimum(np.searchsorted(haystack, wanted), haystack.size - 1)
    return found, haystack[found] == needles


def narrowed(needles: Ints, kind: np.dtype[Any]) -> Ints:
    """Convert what is looked up to the type it is looked up in; what is too large to the largest.

    Otherwise numpy converts all that is searched.
    """
    most = np.iinfo(kind).max
    if np.iinfo(needles.dtype).max > most:
        needles = np.minimum(needles, most)
    return needles.astype(kind, copy=False)


def marked(docs: Ints, size: int) -> Mask:
    """Make a bitmap of ``size`` documents with ``docs`` set."""
    bitmap = np.zeros(size, np.bool_)
    bitmap[docs] = True
    return bitmap


def common(left: Ints, right: Ints, size: int) -> Docs:
    """Intersect two sorted sets of document numbers below ``size``."""
    small, large = (left, right) if left.size <= right.size else (right, left)
    if small.size * SPARSE < large.size:
        kept = small[places(small, large)[1]]
    else:
        kept = small[marked(large, size)[small]]
    return kept.astype(np.intp, copy=False)


def top(values: Ints | Floats, wanted: int) -> Docs:
    """Give the places of the largest values, largest first, ties by place."""
    if wanted <= 0:
        return np.empty(0, np.intp)
    if values.size <= wanted:
        return np.argsort(-values, kind="stable")
    kept = shortlist(values, wanted)
    found = values[kept]
    threshold = np.partition(found, -wanted)[-wanted]
    above = np.flatnonzero(found > threshold)
    level = np.flatnonzero(found == threshold)[: wanted - above.size]
    chosen = kept[np.sort(np.concatenate((above, level)))]
    return chosen[np.argsort(-values[chosen], kind="stable")]


def shortlist(values: Ints | Floats, wanted: int) -> Docs:
    """Drop what is below the best of enough blocks: one pass instead of a partition of all."""
    width = values.size // _BLOCKS
    if width <= wanted:
        return np.arange(values.size)
    best = values[: width * _BLOCKS].reshape(_BLOCKS, width).max(axis=0)
    return np.flatnonzero(values >= np.partition(best, -wanted)[-wanted])
