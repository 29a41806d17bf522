"""Stars that somebody was shown and typed again: they must replace nothing they stand for."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from typing import Final, NamedTuple

from archsearch.domain.record import JsonValue

_APART: Final = re.compile(r"(?<=\*)[\s_.·()\-‐‑‒–—―−\u00ad\u200b-\u200f\u2060\ufeff]{1,3}(?=\*)")
_RUN: Final = re.compile(r"((?<![0-9A-Za-z@.])|[0-9A-Za-z@.]{1,2})(\*{2,})(?=([0-9A-Za-z@.]{0,2}))")
_EMPHASIS: Final = 2
"""Stars that people write around words (``**重要**``); no mask is as short."""


class _Run(NamedTuple):
    """Stars in a row, and up to two letters or digits at either end."""

    left: str
    stars: str
    right: str

    def resembles(self, other: "_Run") -> bool:
        """Whether it may be what is left of another one."""
        ends = ((self.left, other.left), (self.right, other.right))
        return len(self.stars) > _EMPHASIS or any(one and one == two for one, two in ends)


def has_stars(value: JsonValue) -> bool:
    """Whether a value holds several stars in a row, however wide or far apart."""
    return bool(_runs(value))


def is_copied(said: JsonValue, before: JsonValue, shown: JsonValue) -> bool:
    """Whether stars in what is said of a field may be those that hide something of it.

    Stars that stand in the record itself may stay, and where nothing is hidden, anybody may write
    some. The words around them do not matter: those beside a number are mended, digits beside its
    stars cut off, and it would be lost all the same.

    Args:
        said: What the field is to hold.
        before: What it holds.
        shown: How that is shown.
    """
    new = _runs(said)
    if not new:
        return False
    real, seen = _runs(before), _runs(shown)
    hiding = seen - real
    # Own stars are those that are seen as well: else who guesses right what stands beside them
    # would hear of it.
    return any(run.resembles(one) for run in new - (real & seen) for one in hiding)


def _runs(value: JsonValue) -> Counter[_Run]:
    return Counter(
        _Run(*run.groups()) for text in _texts(value) for run in _RUN.finditer(_folded(text))
    )


def _folded(text: str) -> str:
    text = unicodedata.normalize("NFKC", text)
    return _APART.sub("", text) if "*" in text else ""


def _texts(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | dict):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _texts(item)
