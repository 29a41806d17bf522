"""A name as a row of units: one for each Han character, letter or digit, written in one way.

Digits of every kind become Han numerals (第1, 第一 and 第壹 are one); spaces, dots, brackets and
other signs are no units. Every unit keeps the place in the original text that it stands for.
"""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

from archsearch.analysis.folding import fold, fold_with_offsets
from archsearch.analysis.tables import Table
from archsearch.analysis.units import HAN

_UNIT: Final = re.compile(rf"[{HAN}\w]")
_PLAIN: Final = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]*")
_NUMERAL: Final = "〇一二三四五六七八九十"
_TENS: Final = re.compile(
    "(?<![一二三四五六七八九百])([二三四五六七八九]?)十([一二三四五六七八九]?)"
)


@dataclass(frozen=True, slots=True)
class Written:
    """Units of a text, where each came from, and which of them stood in brackets."""

    units: str
    starts: tuple[int, ...]
    bracketed: tuple[tuple[int, int], ...] = ()
    """Ranges of units that were in brackets of their own."""


class Writing:
    """Writes texts in one way, by a table of numerals, brackets and other signs.

    Args:
        path: The table; its comments say what the rows mean. It is read when first needed.
    """

    def __init__(self, path: Path) -> None:
        self._table = Table(path)

    @cached_property
    def masks(self) -> str:
        """Characters that hide one."""
        return "".join(self._table.words("mask"))

    @cached_property
    def counters(self) -> list[str]:
        """What the numbers of an address count."""
        return self._table.words("counter")

    @cached_property
    def _numerals(self) -> dict[int, str]:
        return {ord(one): other for one, other in self._table.pairs("numeral")}

    @cached_property
    def _brackets(self) -> dict[str, str]:
        return dict(self._table.pairs("bracket"))

    @cached_property
    def _surnames(self) -> dict[str, str]:
        """Numerals that are surnames as well."""
        return dict(self._table.pairs("surname"))

    @cached_property
    def _counting(self) -> re.Pattern[str]:
        """These where they are numerals."""
        return re.compile(f"(?<=[第{_NUMERAL}])[{''.join(self._surnames)}]")

    @cached_property
    def _written_anew(self) -> frozenset[str]:
        return frozenset((*map(chr, self._numerals), *self._surnames, "十"))

    def plainly(self, folded: str) -> str | None:
        """Give the units of a folded text that is nothing but them, as most are; else None."""
        if _PLAIN.fullmatch(folded) and self._written_anew.isdisjoint(folded):
            return folded
        return None

    def written(self, text: str) -> Written:
        """Write a text as units: 上海第一〇店 for 上海(第10)店."""
        if self.plainly(text) is not None and fold(text) == text:
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
            elif character in self._brackets:
                opened = (self._brackets[character], len(units))
            elif opened and character == opened[0]:
                brackets.append((opened[1], len(units)))
                opened = None
        joined = "".join(units).translate(self._numerals)
        if not self._surnames.keys().isdisjoint(joined):
            joined = self._counting.sub(lambda found: self._surnames[found[0]], joined)
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
