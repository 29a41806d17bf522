"""The dictionary (词典) of an archive: words, short names and synonyms that administrators add.

It holds for everybody who searches, and says nothing of any record.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class EntryKind(StrEnum):
    """What an entry says. Values are stored for ever: add, never rename."""

    WORD = "word"
    """That its term is a word, not to be cut."""
    SHORT_NAME = "short_name"
    """That its term stands for its meaning in names: 农发行 for 中国农业发展银行."""
    SYNONYM = "synonym"
    """That who looks for one of term and meaning looks for the other as well."""


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One entry; ``meaning`` is empty for words."""

    kind: EntryKind
    term: str
    meaning: str = ""


@dataclass(frozen=True)
class Dictionary:
    """All entries at one time."""

    entries: tuple[Entry, ...] = ()

    @cached_property
    def words(self) -> frozenset[str]:
        """Words that are not to be cut."""
        return frozenset(each.term for each in self.entries if each.kind is EntryKind.WORD)

    @cached_property
    def short_names(self) -> tuple[tuple[str, str], ...]:
        """Short names, each with what it stands for."""
        return tuple(
            (each.term, each.meaning) for each in self.entries if each.kind is EntryKind.SHORT_NAME
        )

    @cached_property
    def synonyms(self) -> Mapping[str, tuple[str, ...]]:
        """Terms that mean the same, by term."""
        found: defaultdict[str, dict[str, None]] = defaultdict(dict)
        for each in self.entries:
            if each.kind is EntryKind.SYNONYM:
                found[each.term][each.meaning] = None
                found[each.meaning][each.term] = None
        return {term: tuple(meanings) for term, meanings in found.items()}

    def meanings(self, term: str) -> tuple[str, ...]:
        """List everything that a term is taken to mean."""
        full = (meaning for short, meaning in self.short_names if short == term)
        return (*full, *self.synonyms.get(term, ()))


@dataclass(slots=True)
class Glossary:
    """The dictionary in force, replaced as a whole when it changes.

    Whoever reads it twice in one step takes it once.
    """

    dictionary: Dictionary = field(default_factory=Dictionary)
