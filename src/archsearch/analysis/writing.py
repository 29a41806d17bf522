"""A name as a row of units: one for each Han character, letter or digit, written in one way.

Digits of every kind become Han numerals (第1, 第一 and 第壹 are one); spaces, dots, brackets and
other signs are no units. Every unit keeps the place in the original text that it stands for.
"""

import re
from dataclasses import dataclass
from typing import Final

from archsearch.analysis.folding import fold, fold_with_offsets
from archsearch.analysis.units import HAN

_UNIT: Final = re.compile(rf"[{HAN}\w]")
_NUMERALS: Final = str.maketrans(
    "0123456789零壹贰叁肆柒捌玖拾", "〇一二三四五六七八九〇一二三四七八九十"
)
_SURNAMES: Final = re.compile("(?<=第)[伍陆]|(?<=[〇一二三四五六七八九十])[伍陆]")
"""伍 and 陆 are surnames as well as numerals."""
_TENS: Final = re.compile(
    "(?<![一二三四五六七八九百])([二三四五六七八九]?)十([一二三四五六七八九]?)"
)
_BRACKETS: Final = {
    "(": ")",
    "[": "]",
    "【": "】",
    "〔": "〕",
    "「": "」",
    "<": ">",
    "《": "》",
    "{": "}",
}


@dataclass(frozen=True, slots=True)
class Written:
    """Units of a text, where each came from, and which of them stood in brackets."""

    units: str
    starts: tuple[int, ...]
    bracketed: tuple[tuple[int, int], ...] = ()
    """Ranges of units that were in brackets of their own."""


_PLAIN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]*")
_WRITTEN_ANEW: Final = frozenset("零壹贰叁肆柒捌玖拾伍陆十")


def plainly(folded: str) -> str | None:
    """Give the units of a folded text that is nothing but them, as most are; else None."""
    if _PLAIN.fullmatch(folded) and _WRITTEN_ANEW.isdisjoint(folded):
        return folded
    return None


def written(text: str) -> Written:
    """Write a text as units.

    >>> written("上海(第10)店").units
    '上海第一〇店'
    """
    if plainly(text) is not None and fold(text) == text:
        return Written(text, tuple(range(len(text))))
    folded, offsets = fold_with_offsets(text)
    units: list[str] = []
    starts: list[int] = []
    brackets: list[tuple[int, int]] = []
    opened: tuple[str, int] | None = None
    for character, offset in zip(folded, offsets, strict=False):
        if _UNIT.match(character) and character != "_":
            units.append(character)
            starts.append(offset)
        elif character in _BRACKETS:
            opened = (_BRACKETS[character], len(units))
        elif opened and character == opened[0]:
            brackets.append((opened[1], len(units)))
            opened = None
    joined = "".join(units).translate(_NUMERALS)
    if "伍" in joined or "陆" in joined:
        joined = _SURNAMES.sub(lambda found: "五" if found[0] == "伍" else "六", joined)
    if "十" in joined and len(joined) > 1:
        return _with_tens(joined, starts, brackets)
    return Written(joined, tuple(starts), tuple(brackets))


def _with_tens(units: str, starts: list[int], brackets: list[tuple[int, int]]) -> Written:
    """Write 十七 as 一七 and 第十 as 第一〇; 十 alone is a word of names as well (十全)."""
    found = _TENS.search(units)
    if not found or not (found[1] or found[2] or units[: found.start()].endswith("第")):
        return Written(units, tuple(starts), tuple(brackets))
    digits = (found[1] or "一") + (found[2] or "〇")
    longer = len(digits) - len(found[0])
    places = (starts[found.start()], starts[found.end() - 1])
    return Written(
        units[: found.start()] + digits + units[found.end() :],
        (*starts[: found.start()], *places, *starts[found.end() :]),
        tuple(
            (start + longer * (start >= found.end()), end + longer * (end >= found.end()))
            for start, end in brackets
        ),
    )
