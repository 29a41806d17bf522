"""Wildcard patterns over a key dictionary, without a pattern that takes for ever.

Between two stars the first place that fits is as good as any, so every piece is an atomic group and
the time is bounded by key length times pattern length.
"""

import re
from itertools import takewhile

import numpy as np

from archsearch.engines.whoosh.format.arrays import Docs
from archsearch.engines.whoosh.format.dictionary import Dictionary, decode

_SPECIAL = "*?"


def compiled(pattern: str) -> re.Pattern[str]:
    """Translate ``*`` (any run) and ``?`` (one character) to a regular expression."""
    head, *rest = [_piece(piece) for piece in pattern.split("*")]
    if not rest:
        return re.compile(head + r"\Z", re.DOTALL)
    *middle, tail = rest
    jumps = "".join(f"(?>.*?{piece})" for piece in middle if piece)
    return re.compile(f"{head}{jumps}.*{tail}" + r"\Z", re.DOTALL)


def _piece(text: str) -> str:
    return "".join("." if char == "?" else re.escape(char) for char in text)


def matching(keys: Dictionary, pattern: str) -> Docs:
    """Give the ordinals of the keys that match the whole pattern."""
    literal = "".join(takewhile(lambda char: char not in _SPECIAL, pattern))
    low, high = keys.prefix(literal)
    match = compiled(pattern).match
    entries = keys.entries(low, high)
    found = [low + place for place, key in enumerate(entries) if match(decode(key))]
    return np.array(found, np.intp)
