"""Wildcard patterns over a key dictionary, without a pattern that takes for ever.

The longest literal piece of a pattern is looked for in all keys at once, as the bytes they are
stored as, and only keys that have it are matched.
Between two stars the first place that fits is as good as any, so every piece is an atomic group and
the time is bounded by key length times pattern length.
"""

import re
from itertools import takewhile
from typing import Final

import numpy as np

from archsearch.engines.whoosh.format.arrays import Docs, Ints
from archsearch.engines.whoosh.format.dictionary import Dictionary, decode, encode

_SPECIAL: Final = "*?"
_LITERAL: Final = re.compile(r"[^*?]+")


class Wildcard:
    """A pattern of ``*`` (any run of characters) and ``?`` (one character)."""

    def __init__(self, pattern: str) -> None:
        head, *rest = pattern.split("*")
        self._open = bool(rest)
        *middle, tail = rest or [""]
        jumps = "".join(f"(?>.*?{_expression(piece)})" for piece in middle if piece)
        self._front = re.compile(_expression(head) + jumps, re.DOTALL)
        self._back = re.compile(_expression(tail), re.DOTALL)
        self._last = len(tail)

    def match(self, key: str) -> bool:
        """Whether it fits a whole key."""
        if not self._open:
            return self._front.fullmatch(key) is not None
        # What is behind the last star is as long as it is: no need to look where it begins.
        end = len(key) - self._last
        return (
            end >= 0
            and self._back.match(key, end) is not None
            and self._front.match(key, 0, end) is not None
        )


def _expression(text: str) -> str:
    return "".join("." if char == "?" else re.escape(char) for char in text)


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
    match = Wildcard(pattern).match
    ranges = zip(bounds[chosen].tolist(), bounds[chosen + 1].tolist(), strict=True)
    fitting = [match(decode(text[begin:end])) for begin, end in ranges]
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
