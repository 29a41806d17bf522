"""Folding: one form for characters that mean the same, for index and query alike.

Folds width, case, accents, compatibility forms and traditional or variant characters (OpenCC's
character table), and drops what cannot be seen (zero-width, bidi and variation selectors). It never
touches sound: pinyin is a search channel, not a fold (景点 is not 经典).
"""

import re
import unicodedata
from collections.abc import Callable
from functools import cache

import opencc

_INVISIBLE = frozenset({"Cf", "Mn", "Me", "Cc", "Co", "Cs"})
_KEPT_CONTROLS = "\t\n\r"


@cache
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


class _FoldTable(dict[int, str]):
    """Fold of each character, worked out when first met; for ``str.translate``."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = self[code] = _fold_character(character)
        if folded == character:
            _SETTLED.add(character)
        return folded


def _fold_character(character: str) -> str:
    if character in _KEPT_CONTROLS:
        return character
    if unicodedata.category(character) in _INVISIBLE:
        return ""
    # NFKD separates accents so that é and e + combining accent end alike; NFKC closes up the rest.
    apart = unicodedata.normalize("NFKD", character)
    bare = "".join(part for part in apart if unicodedata.category(part) not in _INVISIBLE)
    text = unicodedata.normalize("NFKC", bare).casefold()
    simplified: str = _converter().convert(text)
    return simplified


class _Settled:
    """Characters met that fold to themselves: texts of these alone, which most are, cost little.

    Who meets many gets a pattern of them: it goes through a text five times as fast.
    """

    def __init__(self) -> None:
        self._characters: set[str] = set()
        self._many = 512
        self.has_all: Callable[[str], object] = self._characters.issuperset

    def add(self, character: str) -> None:
        self._characters.add(character)
        if len(self._characters) >= self._many:
            self._many *= 2
            every = re.escape("".join(self._characters.copy()))
            self.has_all = re.compile(f"[{every}]*").fullmatch


_TABLE = _FoldTable()
_SETTLED = _Settled()


def fold(text: str) -> str:
    """Fold a text; the result may be shorter or longer.

    >>> fold("ＡＢＣ銀行　峯")
    'abc银行 峰'
    """
    if text.isascii() and text.isprintable():
        return text.lower()
    return text if _SETTLED.has_all(text) else text.translate(_TABLE)


def fold_with_offsets(text: str) -> tuple[str, list[int]]:
    """Fold a text and tell where each folded character came from.

    Returns:
        The folded text, and for each of its characters the offset in ``text``; one more entry at
        the end holds ``len(text)``.
    """
    parts: list[str] = []
    offsets: list[int] = []
    for offset, character in enumerate(text):
        folded = _TABLE[ord(character)]
        parts.append(folded)
        offsets.extend([offset] * len(folded))
    offsets.append(len(text))
    return "".join(parts), offsets


def fold_key(text: str) -> str:
    """Fold a whole value for comparison as one: as :func:`fold`, without any white space.

    >>> fold_key("张 三")
    '张三'
    """
    return "".join(fold(text).split())
