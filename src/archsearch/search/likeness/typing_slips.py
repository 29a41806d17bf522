"""Pinyin with one slip of the keyboard: which syllables may have been meant."""

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from archsearch.analysis.pinyin import Pinyin

_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
_LONGEST: Final = 7
_MOST: Final = 60
_MOST_SYLLABLES: Final = 8


class TypingSlips:
    """Cuts mistyped letters into syllables."""

    def __init__(self, pinyin: Pinyin) -> None:
        self._pinyin = pinyin
        self._near = lru_cache(4_096)(self._find_near)

    def ways(self, letters: str) -> list[tuple[str, ...]]:
        """List the rows of syllables that the letters are one slip away from, short ones first."""
        heads = self._exact(letters)
        tails = self._exact_tails(letters)
        found: dict[tuple[str, ...], None] = {}
        for place in range(1, len(letters)):
            # Neighbours that changed places may belong to two syllables.
            swapped = (
                f"{letters[: place - 1]}{letters[place]}{letters[place - 1]}{letters[place + 1 :]}"
            )
            way = self._exact(swapped).get(len(letters))
            if way:
                found[way] = None
        for start, head in heads.items():
            for end in range(start + 1, min(start + _LONGEST, len(letters)) + 1):
                if end in tails:
                    for syllable in self._near(letters[start:end]):
                        found[(*head, syllable, *tails[end])] = None
        return sorted((way for way in found if len(way) <= _MOST_SYLLABLES), key=len)[:_MOST]

    def _exact(self, letters: str) -> dict[int, tuple[str, ...]]:
        """For each place, the fewest syllables that reach it from the start."""
        ways: dict[int, tuple[str, ...]] = {0: ()}
        for end in range(1, len(letters) + 1):
            reaching = [
                (*ways[start], letters[start:end])
                for start in range(max(0, end - _LONGEST + 1), end)
                if start in ways and letters[start:end] in self._pinyin.syllables
            ]
            if reaching:
                ways[end] = min(reaching, key=len)
        return ways

    def _exact_tails(self, letters: str) -> dict[int, tuple[str, ...]]:
        size = len(letters)
        ways: dict[int, tuple[str, ...]] = {size: ()}
        for start in range(size - 1, -1, -1):
            reaching = [
                (letters[start:end], *ways[end])
                for end in range(start + 1, min(start + _LONGEST, size) + 1)
                if end in ways and letters[start:end] in self._pinyin.syllables
            ]
            if reaching:
                ways[start] = min(reaching, key=len)
        return ways

    def _find_near(self, chunk: str) -> tuple[str, ...]:
        known = self._pinyin.syllables
        return tuple(dict.fromkeys(edit for edit in _edits(chunk) if edit in known))


def _edits(chunk: str) -> Iterator[str]:
    for place in range(len(chunk) + 1):
        head, tail = chunk[:place], chunk[place:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        if tail:
            yield head + tail[1:]
            for letter in _LETTERS:
                yield head + letter + tail[1:]
        for letter in _LETTERS:
            yield head + letter + tail
