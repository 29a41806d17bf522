"""What questions are made of: words by how many records hold them, names, pieces of notes."""

from collections import Counter
from collections.abc import Sequence
from functools import cached_property
from random import Random
from typing import Any

from archsearch.analysis.segmenter import Segmenter
from archsearch.analysis.units import is_han
from archsearch.engines.fields import word_tokens


class Drawing:
    """Draws from rows of the corpus; the source of chance says what."""

    def __init__(self, rows: Sequence[dict[str, Any]], segmenter: Segmenter) -> None:
        self.rows = rows
        self._segmenter = segmenter

    @cached_property
    def _held(self) -> list[list[str]]:
        """The words of each row's notes."""
        return [list(word_tokens([row["notes"]], self._segmenter).terms) for row in self.rows]

    @cached_property
    def _frequencies(self) -> list[tuple[str, int]]:
        counted = Counter(word for words in self._held for word in dict.fromkeys(words))
        return sorted(counted.items(), key=lambda item: (-item[1], item[0]))

    @cached_property
    def common(self) -> list[str]:
        """Words that one record in twenty or more holds."""
        return [word for word, count in self._frequencies if count * 20 >= len(self.rows)]

    @cached_property
    def middling(self) -> list[str]:
        """Words that one record in a hundred to a thousand holds."""
        rows = len(self.rows)
        return [word for word, count in self._frequencies if rows >= count * 100 > rows / 10]

    @cached_property
    def rare(self) -> list[str]:
        """Words that very few records hold."""
        most = max(1, len(self.rows) // 4_000)
        return [word for word, count in self._frequencies if count <= most]

    def several(self, rng: Random, number: int) -> list[str]:
        """Draw different words that one record holds together."""
        while True:
            words = list(dict.fromkeys(rng.choice(self._held)))
            if len(words) >= number:
                return rng.sample(words, number)

    def name(self, rng: Random) -> str:
        """Draw a person's whole name or a piece of a company's."""
        name = str(rng.choice(self.rows)["name"])
        return name if len(name) <= 4 else name[2 : 2 + rng.choice((2, 4, 6))]

    def piece(self, rng: Random, length: int) -> str:
        """Draw so many Han characters in a row from a note."""
        while True:
            text = str(rng.choice(self.rows)["notes"])
            start = rng.randrange(max(1, len(text) - length))
            found = text[start : start + length]
            if len(found) == length and all(map(is_han, found)):
                return found
