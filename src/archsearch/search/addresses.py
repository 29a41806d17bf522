"""Addresses: numbers in one form, and what stands next to what."""

import re
from collections.abc import Sequence
from itertools import pairwise

from archsearch.analysis.numerals import (
    read_digits,
    read_number,
    write_digits,
    write_number,
)
from archsearch.analysis.units import bigram, positioned


class Addresses:
    """Writes the numbers of addresses.

    Args:
        counters: What they count: 号, 栋, ….
    """

    def __init__(self, counters: Sequence[str]) -> None:
        behind = "|".join(map(re.escape, counters))
        self._counted = re.compile(f"[〇零一二三四五六七八九十百千]+(?={behind})")
        # A sign is not kept as a unit: without it a numeral could be any.
        behind = "|".join(re.escape(counter) for counter in counters if counter.isalnum())
        self._figures = re.compile(f"(?<![0-9])[1-9][0-9]{{0,3}}(?={behind})")

    def neighbouring(self, texts: Sequence[str]) -> tuple[str, ...]:
        """List the pairs of neighbouring characters and numbers in texts that have a number.

        Where somebody lives is told by what stands next to what: words cut off numbers.
        """
        pairs = {
            bigram(one, other): None
            for text in texts
            if any(map(str.isdigit, text))
            for (one, _), (other, _) in pairwise(positioned([self.in_figures(text)]))
        }
        return tuple(pairs)

    def other_numerals(self, text: str) -> tuple[str, ...]:
        """Give an address with its numbers in the other ways that people write them.

        >>> addresses = Addresses(["号", "栋"])
        >>> addresses.other_numerals("解放路105号"), addresses.other_numerals("解放路三号")
        (('解放路一百零五号', '解放路一〇五号'), ('解放路3号',))
        """
        figures = self.in_figures(text)
        ways = (
            figures,
            self._figures.sub(lambda found: write_number(int(found[0])), figures),
            self._figures.sub(lambda found: write_digits(found[0]), figures),
        )
        return tuple(way for way in dict.fromkeys(ways) if way != text)

    def in_figures(self, text: str) -> str:
        """Write the numbers of an address as people mostly do.

        >>> Addresses(["号", "栋"]).in_figures("解放路一百零五号三栋")
        '解放路105号3栋'
        """

        def figures(found: re.Match[str]) -> str:
            digits = read_digits(found[0])
            number = None if digits else read_number(found[0])
            return digits or (found[0] if number is None else str(number))

        return self._counted.sub(figures, text)
