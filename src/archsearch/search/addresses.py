"""Addresses: numbers in one form, and what stands next to what."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from archsearch.analysis.numerals import (
    read_digits,
    read_number,
    write_digits,
    write_number,
)
from archsearch.analysis.units import bigram, positioned

_COUNTED: Final = re.compile(r"[〇零一二三四五六七八九十百千]+(?=[号栋幢座楼层室弄巷期#]|单元)")
_FIGURES: Final = re.compile(r"(?<![0-9])[1-9][0-9]{0,3}(?=[号栋幢座楼层室弄巷期]|单元)")


def neighbouring(texts: Sequence[str]) -> tuple[str, ...]:
    """List the pairs of neighbouring characters and numbers in texts that have a number.

    Where somebody lives is told by what stands next to what: words cut off numbers.
    """
    pairs = {
        bigram(one, other): None
        for text in texts
        if any(map(str.isdigit, text))
        for (one, _), (other, _) in pairwise(positioned([in_figures(text)]))
    }
    return tuple(pairs)


def other_numerals(text: str) -> tuple[str, ...]:
    """Give an address with its numbers in the other ways that people write them.

    >>> other_numerals("解放路105号"), other_numerals("解放路三号")
    (('解放路一百零五号', '解放路一〇五号'), ('解放路3号',))
    """
    figures = in_figures(text)
    ways = (
        figures,
        _FIGURES.sub(lambda found: write_number(int(found[0])), figures),
        _FIGURES.sub(lambda found: write_digits(found[0]), figures),
    )
    return tuple(way for way in dict.fromkeys(ways) if way != text)


def in_figures(text: str) -> str:
    """Write the numbers of an address as people mostly do.

    >>> in_figures("解放路一百零五号三栋")
    '解放路105号3栋'
    """

    def figures(found: re.Match[str]) -> str:
        digits = read_digits(found[0])
        number = None if digits else read_number(found[0])
        return digits or (found[0] if number is None else str(number))

    return _COUNTED.sub(figures, text)
