"""Units: the smallest things that are matched, with ordinal positions and character offsets.

A unit is one Han character (of any extension), a run of letters, or a run of digits. Spaces and
punctuation are no units and leave no gap, so that ``张 伟`` is ``张伟`` and brackets do not matter;
the end of a sentence or of one of several values leaves a gap of one, so that no phrase runs across
it.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archsearch.analysis.folding import fold, fold_with_offsets

HAN = (
    "\u3007\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0002fa1f\U00030000-\U000323af"
)
"""Han characters as a regular expression class body: 〇, radicals, the unified block, compatibility
ideographs, extensions A to H and those of planes 2 and 3."""

_PIECE = re.compile(rf"([{HAN}]|[0-9]+|[^\W\d_{HAN}]+)|([。！？；!?;\n\r])")
_ONE_HAN = re.compile(rf"[{HAN}]")
_GAP = 1
MAX_POSITION = 2**20 - 1
"""Positions past this one are not indexed; fields are capped far below it on ingest."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: folded text, ordinal position, and the span of the original text it stands for."""

    text: str
    position: int
    start: int
    end: int


def is_han(text: str) -> bool:
    """Whether a unit is one Han character."""
    return len(text) == 1 and _ONE_HAN.match(text) is not None


def units(text: str) -> Iterator[Unit]:
    """Yield the units of a text with offsets into it.

    >>> [(u.text, u.position, u.start, u.end) for u in units("A４ 纸")]
    [('a', 0, 0, 1), ('4', 1, 1, 2), ('纸', 2, 3, 4)]
    """
    folded, offsets = fold_with_offsets(text)
    position = 0
    for piece in _PIECE.finditer(folded):
        if piece.group(2):
            position += _GAP
            continue
        start, stop = piece.span()
        yield Unit(piece.group(1), position, offsets[start], offsets[stop - 1] + 1)
        position += 1


def positioned(values: Iterable[str]) -> list[tuple[str, int]]:
    """List (unit, position) over one or several values of a field; fast, for indexing."""
    found: list[tuple[str, int]] = []
    position = 0
    for value in values:
        for unit, stop in _PIECE.findall(fold(value)):
            if stop:
                position += _GAP
            else:
                found.append((unit, position))
                position += 1
        position += _GAP
    if position > MAX_POSITION:
        found = [entry for entry in found if entry[1] <= MAX_POSITION]
    return found


def bigram(first: str, second: str) -> str:
    """Join two neighbouring units to one token; unambiguous, as no unit holds a space.

    >>> bigram("张", "伟"), bigram("a", "4")
    ('张伟', 'a 4')
    """
    # Han units are single characters, so comparing tells them; a match for each costs too much.
    if ("㐀" <= first <= "鿿" or first >= "𠀀") and ("㐀" <= second <= "鿿" or second >= "𠀀"):
        return first + second
    return f"{first} {second}"
