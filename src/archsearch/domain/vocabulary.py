"""Controlled vocabularies: the values a field may hold, in order, with the synonyms people use."""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

CUTOFF = 0.5
"""How alike a word must be to a term to be offered as a correction."""


@dataclass(frozen=True)
class Vocabulary:
    """The terms of one vocabulary.

    ``terms`` are in order; where the order means rank (secrecy, value tier), the file says which
    end is high. ``synonyms`` map other wordings to terms. An ``open`` vocabulary also accepts words
    that are not in it. A wording that stands for two terms raises ValueError.
    """

    name: str
    terms: tuple[str, ...]
    synonyms: Mapping[str, str] = field(default_factory=dict)
    open: bool = False
    _by_key: Mapping[str, str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        by_key: dict[str, str] = {}
        for wording, term in [*((term, term) for term in self.terms), *self.synonyms.items()]:
            if term not in self.terms:
                raise ValueError(f"{self.name}: {term} is not a term")
            if by_key.setdefault(fold(wording), term) != term:
                raise ValueError(f"{self.name}: {wording} stands for two terms")
        object.__setattr__(self, "_by_key", by_key)

    def resolve(self, text: str) -> str | None:
        """Find the term that a text means, whatever its case, width and spaces."""
        return self._by_key.get(text) or self._by_key.get(fold(text))

    def nearest(self, text: str) -> str | None:
        """Find the term whose wording looks most like the text, for error messages."""
        close = get_close_matches(fold(text)[:40], self._by_key, n=1, cutoff=CUTOFF)
        return self._by_key[close[0]] if close else None

    def rank(self, term: str) -> int:
        """Tell a term's place in the order, from 0; ValueError for anything else."""
        return self.terms.index(term)


def fold(text: str) -> str:
    """Fold what does not tell terms apart: width, case, spaces."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
