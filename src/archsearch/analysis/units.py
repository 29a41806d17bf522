"""Units: the smallest things that are matched, with ordinal positions and character offsets.

A unit is one Han character (of any extension), a run of letters, or a run of digits. Spaces and
punctuation are no units and leave no gap, so that ``张 伟`` is ``张伟`` and brackets do not matter;
the end of a sentence or of one of several values leaves a gap of one, so that no phrase runs across
it.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import NamedTuple

from archsearch.analysis.folding import fold, fold_with_offsets

_HAN_RANGES = (
    ("\u4e00", "\u9fff"),
    ("\u3007", "\u3007"),
    ("\u2e80", "\u2fdf"),
    ("\u3400", "\u4dbf"),
    ("\uf900", "\ufaff"),
    ("\U00020000", "\U0002fa1f"),
    ("\U00030000", "\U000323af"),
)
HAN = "".join(f"{first}-{last}" for first, last in _HAN_RANGES)
"""Han characters as a regular expression class body: the unified block, 〇, radicals, compatibility
ideographs, extensions A to H and those of planes 2 and 3."""

_STOPS = "。！？；!?;\n\r"
_PIECE = re.compile(rf"([{HAN}]|[0-9]+|[^\W\d_{HAN}]+)|([{_STOPS}])")
_JOINING = "\u3400-\u4dbf\u4e00-\u9fff\U00020000-\U0002fa1f\U00030000-\U000323af"
GAP = 1
"""What the end of a sentence or of a value leaves between positions."""
WORD = "\0"
BREAK = "\n"

MAX_POSITION = 2**20 - 1
"""Positions past this one are not indexed; fields are capped far below it on ingest."""


@cache
def _stretches() -> Callable[[str], list[str]]:
    """Give what cuts a text into stretches and stops; a search never compiles it."""
    return re.compile(rf"[{_JOINING}]+|[{HAN}]|[0-9]+|[^\W\d_{HAN}]+|[{_STOPS}]").findall


class Marked(NamedTuple):
    """The units of a folded text, with a character for each position.

    ``text`` holds a Han character for itself, ``WORD`` for each of ``words`` in turn, and ``BREAK``
    where there is a gap.
    """

    text: str
    words: list[str]

    def units(self) -> list[str]:
        """List the units."""
        if not self.words:
            return list(self.text.replace(BREAK, ""))
        words = iter(self.words)
        return [next(words) if c == WORD else c for c in self.text if c != BREAK]


@dataclass(frozen=True, slots=True)
class Unit:
    """One unit: folded text, ordinal position, and the span of the original text it stands for."""

    text: str
    position: int
    start: int
    end: int


def is_han(text: str) -> bool:
    """Whether a unit is one Han character."""
    return len(text) == 1 and any(first <= text <= last for first, last in _HAN_RANGES)


def units(text: str) -> Iterator[Unit]:
    """Yield the units of a text with offsets into it.

    >>> [(u.text, u.position, u.start, u.end) for u in units("A４ 纸")]
    [('a', 0, 0, 1), ('4', 1, 1, 2), ('纸', 2, 3, 4)]
    """
    folded, offsets = fold_with_offsets(text)
    position = 0
    for piece in _PIECE.finditer(folded):
        if piece.group(2):
            position += GAP
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
                position += GAP
            else:
                found.append((unit, position))
                position += 1
        position += GAP
    if position > MAX_POSITION:
        found = [entry for entry in found if entry[1] <= MAX_POSITION]
    return found


def bigram(first: str, second: str) -> str:
    """Join two neighbouring units to one token; unambiguous, as no unit holds a space.

    >>> bigram("张", "伟"), bigram("a", "4")
    ('张伟', 'a 4')
    """
    return first + second if joins(first) and joins(second) else f"{first} {second}"


def joins(unit: str) -> bool:
    """Whether a unit is joined to its neighbour without a space."""
    # Han units are single characters, so comparing tells them; a match for each costs too much.
    return "㐀" <= unit < "ꀀ" or unit >= "𠀀"


def marked(folded: str) -> Marked:
    """Mark the units of a folded text.

    What :func:`positioned` tells, but a stretch of Han characters at a time; for indexing.
    """
    marks: list[str] = []
    words: list[str] = []
    for stretch in _stretches()(folded):
        # As in joins(), whose call would cost as much as all the rest.
        if "㐀" <= stretch < "ꀀ" or stretch >= "𠀀":
            marks.append(stretch)
        elif stretch in _STOPS:
            marks.append(BREAK)
        else:
            # Han characters that do not join their neighbours are among them.
            marks.append(WORD)
            words.append(stretch)
    return Marked("".join(marks), words)
