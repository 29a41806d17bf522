"""Letters that a machine, or an eye, takes digits of numbers for."""

from collections.abc import Iterator
from functools import cached_property
from itertools import islice, product
from pathlib import Path
from typing import Final

from archsearch.analysis.tables import Table
from archsearch.domain.identifiers import USCC_ALPHABET

_MOST_READINGS: Final = 1024


class Misread:
    """Reads digits where letters are written.

    Args:
        path: File with lines ``letter<TAB>digit``. It is read when first needed.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _digits(self) -> dict[str, str]:
        table = Table(self._path)
        return {letter: table.text(letter) for letter in table}

    @cached_property
    def _every(self) -> dict[int, str]:
        return str.maketrans(self._digits)

    def as_digits(self, text: str) -> str:
        """Read every letter that may be a digit as one."""
        return text.translate(self._every)

    def readings(self, number: str) -> Iterator[str]:
        """Give the ways to read a number of 18; what a USCC cannot have is no letter there."""
        last = number[17] if number[17] == "X" else self.as_digits(number[17])
        yield self.as_digits(number[:17]) + last
        choices = [self._choices(character) for character in number]
        yield from map("".join, islice(product(*choices), _MOST_READINGS))

    def _choices(self, character: str) -> str:
        digit = self._digits.get(character, "")
        return character + digit if character in USCC_ALPHABET else digit or character
