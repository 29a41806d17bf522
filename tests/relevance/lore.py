"""What the generators know of characters: sounds, slips of sound, older forms, look-alikes."""

import random
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cached_property

import opencc

from archsearch.analysis.folding import fold
from tests import lists
from tests.relevance.corpus import Entry, Kind, plain
from tests.relevance.lists import words

_BEGINNINGS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"), ("f", "h"), ("r", "l"))
_ENDINGS = (("ang", "an"), ("eng", "en"), ("ing", "in"))
_COMMON = 20
"""How often a character must occur in the names to be one that people write by mistake."""


class Lore:
    """Knowledge of characters, restricted to those that the names are made of."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.pinyin = lists.pinyin()
        self._entries = entries

    @cached_property
    def common(self) -> list[str]:
        """Characters in daily use, frequent first."""
        counts: dict[str, int] = defaultdict(int)
        for entry in self._entries:
            for character in plain(entry.name):
                counts[character] += 1
        usual = [c for c, count in counts.items() if count >= _COMMON and not c.isascii()]
        return sorted(usual, key=lambda c: -counts[c])

    @cached_property
    def by_sound(self) -> dict[str, list[str]]:
        """Characters in daily use by main reading."""
        found: dict[str, list[str]] = defaultdict(list)
        for character in self.common:
            found[self.pinyin.readings(character)[0]].append(character)
        return found

    @cached_property
    def surnames(self) -> dict[str, list[str]]:
        """Usual surnames by reading."""
        found: dict[str, list[str]] = defaultdict(list)
        usual: dict[str, int] = defaultdict(int)
        for entry in self._entries:
            if entry.kind is Kind.PERSON:
                usual[plain(entry.name)[0]] += 1
        for surname, count in usual.items():
            if count >= _COMMON:
                found[self.syllables(surname)[0]].append(surname)
        return found

    @cached_property
    def lookalikes(self) -> dict[str, str]:
        """Characters that may be taken for a character."""
        found: dict[str, str] = defaultdict(str)
        for group in words("lookalikes"):
            for character in group:
                found[character] += group.replace(character, "")
        return found

    @cached_property
    def variants(self) -> dict[str, str]:
        """Other forms of a simplified character than its usual traditional one."""
        found: dict[str, str] = defaultdict(str)
        for code in range(0x4E00, 0x9FFF):
            character = chr(code)
            folded = fold(character)
            if folded != character and len(folded) == 1 and self.traditional(folded) != character:
                found[folded] += character
        return found

    @cached_property
    def _converter(self) -> opencc.OpenCC:
        return opencc.OpenCC("s2t")

    def traditional(self, text: str) -> str:
        """The text in traditional characters."""
        converted: str = self._converter.convert(text)
        return converted

    def syllables(self, name: str) -> list[str]:
        """The likeliest reading of a name."""
        return self.pinyin.main_spelling(list(plain(name)))

    def spellings(self, name: str) -> list[tuple[str, ...]]:
        """All readings of a name that are worth a thought."""
        return self.pinyin.spellings(list(plain(name)))

    def homophone(self, rng: random.Random, character: str) -> str | None:
        """Another character in daily use that sounds the same."""
        others = self.by_sound.get(self.pinyin.readings(character)[0], ())
        return _other(rng, character, others)

    def similar(self, rng: random.Random, character: str) -> str | None:
        """A character that sounds the same to many, such as 林 for 宁."""
        sound = self.pinyin.readings(character)[0]
        known = [near for near in slips_of_sound(sound) if near in self.by_sound]
        return _other(rng, character, self.by_sound[rng.choice(known)]) if known else None


def _other(rng: random.Random, character: str, choice: Sequence[str]) -> str | None:
    choice = [other for other in choice if fold(other) != fold(character)]
    return rng.choice(choice) if choice else None


def slips_of_sound(syllable: str) -> list[str]:
    """Syllables that many speakers do not tell from this one.

    >>> slips_of_sound("zhang")
    ['zang', 'zhan']
    """
    found = []
    for one, other in _BEGINNINGS:
        for here, there in ((one, other), (other, one)):
            if re.match(f"{here}(?!h)", syllable):
                found.append(there + syllable.removeprefix(here))
    for one, other in _ENDINGS:
        for here, there in ((one, other), (other, one)):
            if syllable.endswith(here):
                found.append(syllable.removesuffix(here) + there)
    return found


def coarse(syllable: str) -> str:
    """One form of all syllables that are mixed up; for look-ups."""
    for one, other in _BEGINNINGS:
        if syllable.startswith(one):
            syllable = other + syllable.removeprefix(one)
    return re.sub("ng$", "n", syllable).replace("h", "f", 1)
