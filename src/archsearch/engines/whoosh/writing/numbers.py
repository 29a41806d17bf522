"""Strings as numbers: in order of appearance as documents come in, in order of text at last."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import count
from operator import ne
from typing import TypeAlias

import numpy as np

from archsearch.engines.whoosh.format.arrays import Ints
from archsearch.engines.whoosh.format.dictionary import encode

Numbers: TypeAlias = defaultdict[str, int]
"""Strings in order of appearance."""


def numbering(start: int = 0) -> Numbers:
    """Number strings from ``start`` on as they are met."""
    return defaultdict(count(start).__next__)


def numbered(numbers: Numbers, texts: Iterable[str], total: int) -> Ints:
    """Give the numbers of so many strings."""
    return np.fromiter(map(numbers.__getitem__, texts), np.uint32, total)


def ranked(numbers: Ints) -> tuple[Ints, Ints]:
    """Give the distinct numbers, ascending, and the place of each among them."""
    top = int(numbers.max()) + 1 if numbers.size else 0
    present = np.zeros(top, np.bool_)
    present[numbers] = True
    distinct = np.flatnonzero(present)
    ranks = np.empty(top, np.uint32)
    ranks[distinct] = np.arange(distinct.size)
    return distinct, ranks[numbers]


def arranged(names: list[str]) -> tuple[list[bytes], Ints]:
    """Sort strings and drop repeats; give them encoded, and the ordinal of each as it stood."""
    # Code points sort as their UTF-8 does.
    order = sorted(range(len(names)), key=names.__getitem__)
    ordered = [names[place] for place in order]
    fresh = np.fromiter(map(ne, ordered[1:], ordered), np.bool_, max(len(names) - 1, 0))
    ordinals = np.zeros(len(names), np.uint32)
    ordinals[order[1:]] = np.cumsum(fresh)
    return encoded(ordered if fresh.all() else list(dict.fromkeys(ordered))), ordinals


def encoded(names: list[str]) -> list[bytes]:
    """Give the bytes that strings are stored as."""
    try:
        return list(map(str.encode, names))
    except UnicodeEncodeError:
        return list(map(encode, names))
