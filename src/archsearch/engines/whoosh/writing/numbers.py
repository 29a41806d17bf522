"""Strings as numbers: in order of appearance as documents come in, in order of text at last."""

from array import array
from collections import defaultdict
from collections.abc import Iterable
from itertools import count
from operator import ne
from typing import Final, TypeAlias

import numpy as np

from archsearch.engines.whoosh.format.arrays import Ints
from archsearch.engines.whoosh.format.dictionary import Dictionary, encode

_DIGITS: Final = "0123456789abcdef"
_WORD: Final = 8
"""Bytes that are compared at once."""
Numbers: TypeAlias = defaultdict[str, int]
"""Strings in order of appearance."""


def numbering(start: int = 0) -> Numbers:
    """Number strings from ``start`` on as they are met."""
    return defaultdict(count(start).__next__)


def numbered(numbers: Numbers, texts: Iterable[str], total: int) -> Ints:
    """Give the numbers of so many strings."""
    return np.fromiter(map(numbers.__getitem__, texts), np.uint32, total)


def catalogued(texts: list[str]) -> tuple[Dictionary, Ints]:
    """Make a dictionary of strings, at least one; give it, and the ordinal of each of them."""
    rows = _as_digits(texts)
    if rows is not None:
        return _sorted_rows(rows)
    numbers = numbering()
    found = numbered(numbers, texts, len(texts))
    entries, ordinals = arranged(list(numbers))
    return Dictionary.of(entries), ordinals[found]


def _as_digits(texts: list[str]) -> Ints | None:
    """Give what strings stand for as rows of bytes, if all are equally many hexadecimal digits."""
    width = len(texts[0])
    if width == 0 or width % 2 or texts[0].strip(_DIGITS) or set(map(len, texts)) != {width}:
        return None
    joined = "".join(texts)
    if not joined.isascii() or joined.encode().translate(None, _DIGITS.encode()):
        return None
    return np.frombuffer(bytes.fromhex(joined), np.uint8).reshape(-1, width // 2)


def _sorted_rows(rows: Ints) -> tuple[Dictionary, Ints]:
    count, size = rows.shape
    padded = np.zeros((count, -(-size // _WORD) * _WORD), np.uint8)
    padded[:, :size] = rows
    words = padded.view(">u8").astype(np.uint64)
    order = np.lexsort(words.T[::-1])
    fresh = np.ones(count, np.bool_)
    fresh[1:] = (words[order[1:]] != words[order[:-1]]).any(axis=1)
    ordinals = np.empty(count, np.uint32)
    ordinals[order] = np.cumsum(fresh) - 1
    return Dictionary.of_digits(rows[order[fresh]]), ordinals


def numbers_of(gathered: "array[int]") -> Ints:
    """View gathered numbers; nothing may be added to them as long as the view lives."""
    return np.frombuffer(gathered, np.uint32)


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
