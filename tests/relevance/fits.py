"""Which records fit a query as well as the one that it was made from.

A search that shows one of them first has done all that can be asked of it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from itertools import pairwise

from tests.relevance.corpus import Corpus, Entry, Kind, plain
from tests.relevance.lore import Lore, coarse

Fit = Callable[[Corpus], set[int]]
"""Finds the acceptable records of a corpus."""


class Fits:
    """Makes fits; the key functions are fields so that a corpus indexes each only once."""

    def __init__(self, lore: Lore) -> None:
        self._lore = lore
        self.sound_keys = partial(_sound_keys, lore)
        self.coarse_keys = partial(_coarse_keys, lore)
        self.joined_keys = partial(_joined_keys, lore)
        self.muddled_keys = partial(_muddled_keys, lore)
        self.initial_keys = partial(_initial_keys, lore)

    def text(self, text: str) -> Fit:
        """Names that are this text."""
        return lambda corpus: corpus.find(text_keys, plain(text))

    def sound(self, source: Entry, heard: str) -> Fit:
        """Names that sound like the source and differ from the query in no more places."""
        return partial(_no_further, self.sound_keys, source, heard)

    def similar_sound(self, source: Entry, heard: str) -> Fit:
        """The same for sounds that are mixed up."""
        return partial(_no_further, self.coarse_keys, source, heard)

    def joined(self, letters: str) -> Fit:
        """Names that may be spelt with these letters."""
        return lambda corpus: corpus.find(self.joined_keys, letters)

    def spelt_nearly(self, letters: str) -> Fit:
        """Names spelt with these letters but for one slip of the keyboard."""
        return _one_off(self.joined_keys, letters)

    def spelt_nearly_alike(self, letters: str) -> Fit:
        """The same, where letters that are not told apart count as the same."""
        return _one_off(self.muddled_keys, muddled(letters))

    def spelt_from(self, letters: str) -> Fit:
        """Names whose spelling begins with these letters."""
        return lambda corpus: {
            number
            for number in corpus.find(partial_heads(self.joined_keys), letters[:4])
            if any(k.startswith(letters) for k in self.joined_keys(corpus.entries[number]))
        }

    def initials(self, letters: str, kind: Kind) -> Fit:
        """Names with these initials; of companies, names that begin with them."""
        keys = self.initial_keys if kind is Kind.PERSON else self._first_initials
        return lambda corpus: corpus.find(keys, letters)

    def _first_initials(self, entry: Entry) -> list[str]:
        return [key[:8] for key in self.initial_keys(entry)] if entry.kind is Kind.COMPANY else []

    def pattern(self, source: Entry, pattern: Sequence[str]) -> Fit:
        """Names that sound like the source and have the characters of the pattern (or empty)."""

        def find(corpus: Corpus) -> set[int]:
            found = corpus.find(self.sound_keys, *self.sound_keys(source))
            return {n for n in found if _matches(plain(corpus.entries[n].name), pattern)}

        return find


def _one_off(keys: Callable[[Entry], list[str]], letters: str) -> Fit:
    return lambda corpus: (
        {
            number
            for number in corpus.find(partial_deletions(keys), *deletions(letters))
            if any(distance(letters, key) <= 1 for key in keys(corpus.entries[number]))
        }
        | corpus.find(keys, letters)
    )


def muddled(letters: str) -> str:
    """Letters as those write them who do not tell z from zh, n from l, an from ang.

    >>> muddled("zhangning")
    'zallil'
    """
    return re.sub("(?<=[zcs])h|(?<=n)g", "", letters).translate(_MUDDLED)


_MUDDLED = str.maketrans("nrf", "llh")


def _matches(name: str, pattern: Sequence[str]) -> bool:
    return len(name) == len(pattern) and all(
        not wanted or wanted == there for wanted, there in zip(pattern, name, strict=True)
    )


def masked(pattern: str) -> Fit:
    """Names that agree with a pattern of characters and ``*`` for one unknown."""
    return lambda corpus: {
        number
        for number in corpus.find(outer_keys, f"{pattern[0]}{len(pattern)}")
        if _matches(plain(corpus.entries[number].name), pattern.replace("*", " ").split(" "))
        or _masks(pattern, plain(corpus.entries[number].name))
    }


def _masks(pattern: str, name: str) -> bool:
    return all(there in ("*", here) for there, here in zip(pattern, name, strict=True))


def near(text: str, slips: int = 1) -> Fit:
    """Names no more than some slips (wrong, missing, extra, swapped) away from the text."""
    wanted = plain(text)

    def find(corpus: Corpus) -> set[int]:
        short = len(wanted) <= 6 and slips == 1
        if short:
            found = corpus.find(deletion_keys, *deletions(wanted))
        else:
            found = corpus.find(SEGMENTS[slips], *_segment_sought(wanted, slips))
        return {n for n in found if distance(wanted, plain(corpus.entries[n].name)) <= slips}

    return find


def either(*fits: Fit) -> Fit:
    """What fits in one way or another."""
    return lambda corpus: set().union(*(fit(corpus) for fit in fits))


def holding(keys: Callable[[Entry], Iterable[str]], *sought: str) -> Fit:
    """Records with one of some keys."""
    return lambda corpus: corpus.find(keys, *sought)


# Keys --------------------------------------------------------------------------------------------


def text_keys(entry: Entry) -> list[str]:
    """The name itself."""
    return [plain(entry.name)]


def surname_keys(entry: Entry) -> list[str]:
    """The first character of persons, and the first two."""
    return [entry.name[0], entry.name[:2]] if entry.kind is Kind.PERSON else []


def outer_keys(entry: Entry) -> list[str]:
    """First character and length of persons' names."""
    name = plain(entry.name)
    return [f"{name[0]}{len(name)}"] if entry.kind is Kind.PERSON else []


def part_keys(entry: Entry) -> list[str]:
    """Every run of characters in a person's name that is more than one."""
    name = plain(entry.name) if entry.kind is Kind.PERSON else ""
    return [name[i:j] for i in range(len(name)) for j in range(i + 2, len(name) + 1)]


def deletion_keys(entry: Entry) -> list[str]:
    """A short name, and what is left of it without one character."""
    name = plain(entry.name)
    return deletions(name) if len(name) <= 7 else []


def deletions(text: str) -> list[str]:
    """A text, and the text without each one of its characters."""
    return [text, *(text[:i] + text[i + 1 :] for i in range(len(text)))]


def _sound_keys(lore: Lore, entry: Entry) -> list[str]:
    return [" ".join(spelling) for spelling in lore.spellings(entry.name)]


def _coarse_keys(lore: Lore, entry: Entry) -> list[str]:
    return [" ".join(map(coarse, spelling)) for spelling in lore.spellings(entry.name)]


def _joined_keys(lore: Lore, entry: Entry) -> list[str]:
    if entry.kind is Kind.COMPANY:
        return []
    return ["".join(spelling) for spelling in lore.spellings(entry.name)]


def _muddled_keys(lore: Lore, entry: Entry) -> list[str]:
    return list(map(muddled, _joined_keys(lore, entry)))


def _initial_keys(lore: Lore, entry: Entry) -> list[str]:
    return ["".join(s[0] for s in spelling) for spelling in lore.spellings(entry.name)]


_derived: dict[tuple[str, object], Callable[[Entry], list[str]]] = {}


def partial_deletions(keys: Callable[[Entry], list[str]]) -> Callable[[Entry], list[str]]:
    """The deletions of other keys."""
    make = lambda entry: [d for key in keys(entry) for d in deletions(key)]  # noqa: E731
    return _derived.setdefault(("deletions", keys), make)


def partial_heads(keys: Callable[[Entry], list[str]]) -> Callable[[Entry], list[str]]:
    """The first four letters of other keys."""
    make = lambda entry: [key[:4] for key in keys(entry)]  # noqa: E731
    return _derived.setdefault(("heads", keys), make)


def _segments(length: int, count: int) -> list[tuple[int, int]]:
    cuts = [length * i // count for i in range(count + 1)]
    return list(pairwise(cuts))


def _segment_keys(slips: int, entry: Entry) -> list[str]:
    name = plain(entry.name)
    if entry.kind is Kind.PERSON:
        return []
    return [f"{len(name)}:{a}:{name[a:b]}" for a, b in _segments(len(name), slips + 1)]


SEGMENTS = {slips: partial(_segment_keys, slips) for slips in (1, 2, 3)}
"""Keys of which at least one is untouched by so many slips."""


def _segment_sought(text: str, slips: int) -> list[str]:
    return [
        f"{length}:{a}:{text[a + shift : b + shift]}"
        for length in range(len(text) - slips, len(text) + slips + 1)
        for a, b in _segments(length, slips + 1)
        for shift in range(-slips, slips + 1)
        if a + shift >= 0
    ]


def _no_further(
    keys: Callable[[Entry], list[str]], source: Entry, heard: str, corpus: Corpus
) -> set[int]:
    limit = _differences(heard, source.name)
    found = corpus.find(keys, *keys(source))
    return {n for n in found if _differences(heard, corpus.entries[n].name) <= limit}


def _differences(one: str, other: str) -> int:
    return sum(a != b for a, b in zip(plain(one), plain(other), strict=False))


def distance(one: str, other: str) -> int:
    """Optimal string alignment: edits and swaps of neighbours."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, last = last, row
    return last[-1]
