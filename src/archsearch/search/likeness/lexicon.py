"""The published word lists that names are read with."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path

from archsearch.analysis.parts import Parts
from archsearch.analysis.pinyin import Pinyin
from archsearch.analysis.tables import rows_of, words_of
from archsearch.analysis.writing import Writing
from archsearch.domain.dictionary import Glossary
from archsearch.search.addresses import Addresses
from archsearch.search.likeness.characters import Components, Lookalikes
from archsearch.search.likeness.costs import Costs
from archsearch.search.misread import Misread
from archsearch.search.weights import Weights


@dataclass(frozen=True)
class Lexicon:
    """Everything that is known of names in general, the same for every archive; read when needed.

    Args:
        pinyin: Readings of characters.
        parts: Tells the parts of names.
        find: Finds a list by the name of its file.
        glossary: Has short names that administrators add, which may change at any time.
    """

    pinyin: Pinyin
    parts: Parts
    find: Callable[[str], Path]
    glossary: Glossary = field(default_factory=Glossary)

    @cached_property
    def lookalikes(self) -> Lookalikes:
        """Characters that look alike."""
        return Lookalikes(self.find("lookalikes.tsv"))

    @cached_property
    def variants(self) -> Mapping[str, tuple[str, ...]]:
        """Other ways of writing a character."""
        found: dict[str, tuple[str, ...]] = {}
        for one, other in _pairs(self.find("variants.tsv")):
            found[one] = (*found.get(one, ()), other)
            found[other] = (*found.get(other, ()), one)
        return found

    @cached_property
    def components(self) -> Components:
        """What characters are put together from."""
        return Components(self.find("components.tsv"))

    @cached_property
    def costs(self) -> Costs:
        """The numbers of the ranking."""
        return Costs.load(self.find("likeness.tsv"))

    @cached_property
    def weights(self) -> Weights:
        """The numbers of what matches otherwise than by likeness."""
        return Weights.load(self.find("weights.tsv"))

    @cached_property
    def misread(self) -> Misread:
        """Letters that digits are taken for."""
        return Misread(self.find("misread.tsv"))

    @cached_property
    def addresses(self) -> Addresses:
        """Writes the numbers of addresses."""
        return Addresses(self.parts.writing.counters)

    @cached_property
    def honorifics(self) -> tuple[str, ...]:
        """What follows a name or a surname."""
        return tuple(words_of(self.find("honorifics.txt")))

    @cached_property
    def _published(self) -> tuple[tuple[str, str], ...]:
        return tuple(_pairs(self.find("abbreviations.tsv")))

    @property
    def abbreviations(self) -> Sequence[tuple[str, str]]:
        """Short names, in public use and of the dictionary, and what they stand for, as units."""
        return self._published + _as_units(self.parts.writing, self.glossary.dictionary.short_names)

    @cached_property
    def question_words(self) -> frozenset[str]:
        """Words of questions that say nothing of what is asked for."""
        return frozenset(words_of(self.find("question_words.txt")))

    @cached_property
    def surnames(self) -> frozenset[str]:
        """Surnames."""
        return frozenset(words_of(self.find("surnames.txt")))


@lru_cache(1)
def _as_units(writing: Writing, pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    return tuple(
        (writing.written(short).units, writing.written(full).units) for short, full in pairs
    )


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    return ((short, full) for short, full in rows_of(path, 2))
