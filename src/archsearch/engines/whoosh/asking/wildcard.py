"""Wildcard patterns over a key dictionary, without a pattern that takes for ever.

Keys are matched as the bytes they are stored as, written one after another: the longest literal
piece of a pattern is looked for in all of them at once, and only keys that have it are matched.
Between two stars the first place that fits is as good as any, so every piece is an atomic group and
the time is bounded by key length times pattern length.
"""

import re
from itertools import takewhile
from typing import Final

import numpy as np

from archsearch.engines.whoosh.format.arrays import Docs, Ints
from archsearch.engines.whoosh.format.dictionary import Dictionary, encode

_SPECIAL: Final = "*?"
_LITERAL: Final = re.compile(r"[^*?]+")
_ONE: Final = rb"[\x00-\x7f\xc0-\xff][\x80-\xbf]*+"
"""One character of UTF-8."""


def compiled(pattern: str) -> re.Pattern[bytes]:
    """Translate ``*`` (any run) and ``?`` (one character) to an expression for encoded keys."""
    head, *rest = [_piece(piece) for piece in pattern.split("*")]
    if not rest:
        return re.compile(head + rb"\Z", re.DOTALL)
    *middle, tail = rest
    jumps = b"".join(b"(?>.*?%b)" % piece for piece in middle if piece)
    # Only where a character begins may the tail begin.
    return re.compile(b"%b%b.*%b" % (head, jumps, tail) + rb"\Z", re.DOTALL)


def _piece(text: str) -> bytes:
    return b"".join(_ONE if char == "?" else re.escape(encode(char)) for char in text)


def matching(keys: Dictionary, pattern: str) -> Docs:
    """Give the ordinals of the keys that match the whole pattern."""
    prefix = "".join(takewhile(lambda char: char not in _SPECIAL, pattern))
    low, high = keys.prefix(prefix)
    text, bounds = keys.joined(low, high)
    literals = _LITERAL.findall(pattern[len(prefix) :])
    if not literals:
        chosen = np.arange(high - low)
    else:
        chosen = _holding(encode(max(literals, key=len)), text, bounds)
        if pattern == f"*{literals[0]}*":
            return low + chosen
    match = compiled(pattern).match
    ranges = zip(bounds[chosen].tolist(), bounds[chosen + 1].tolist(), strict=True)
    fitting = [match(text, begin, end) is not None for begin, end in ranges]
    return low + chosen[np.array(fitting, np.bool_)]


def _holding(needle: bytes, text: bytes, bounds: Ints) -> Docs:
    """Tell which of the keys written one after another have a piece in them."""
    found = re.finditer(re.escape(needle), text)
    places = np.array([each.start() for each in found], np.intp)
    first = np.searchsorted(bounds, places, side="right") - 1
    last = np.searchsorted(bounds, places + len(needle), side="left") - 1
    inside = first == last
    # What lies across several keys may hide that one of them has the piece by itself.
    hidden = {
        ordinal
        for begin, end in zip(first[~inside].tolist(), last[~inside].tolist(), strict=True)
        for ordinal in range(begin, end + 1)
        if text.find(needle, int(bounds[ordinal]), int(bounds[ordinal + 1])) >= 0
    }
    return np.union1d(first[inside], np.array(sorted(hidden), np.intp))
