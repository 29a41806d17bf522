"""Text fit for a terminal: made harmless, measured in columns, wrapped, pointed into."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from typing import Final

_HARMFUL: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u180e\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\ufeff\ufff0-\ufffb\ud800-\udfff\U000110bd\U000110cd"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e00ff]"
)
"""Control characters, those that change direction or are invisible, halves of surrogate pairs.

Private and unassigned characters stay: banks keep rare characters of names there.
"""

_NO_LINE_START: Final = "，。、；：！？）”’》】…"
_WIDE: Final = 2
_LOWEST_WIDE: Final = "\u0300"


def safe(text: str) -> str:
    r"""Make text from outside harmless for a terminal; nothing in it is lost.

    >>> safe("张\x1b[31m伟")
    '张\\x1b[31m伟'
    """
    return _HARMFUL.sub(_escaped, text)


def safe_json(text: str) -> str:
    """Make a JSON document harmless: the same document, its dangerous characters escaped."""
    return _HARMFUL.sub(_json_escaped, text)


def width(text: str) -> int:
    """Count the columns a text takes; Han characters take two."""
    if text.isascii() or max(text) < _LOWEST_WIDE:
        return len(text)
    return sum(map(_columns, text))


def wrapped(text: str, columns: int) -> list[str]:
    """Break a text into lines of so many columns; a closing mark may stand out by one more."""
    lines = broken([(piece, "") for piece in pieces(text)], columns, overhang=_WIDE)
    return ["".join(piece for piece, _ in line).rstrip() for line in lines]


def broken(
    tokens: Iterable[tuple[str, str]], columns: int, *, overhang: int = 0
) -> list[list[tuple[str, str]]]:
    """Break tokens with their styles into lines of so many columns.

    Args:
        tokens: Where a line may break between; one that is too long is cut.
        columns: Width of a line.
        overhang: By how much closing punctuation may stand out rather than begin a line.
    """
    lines: list[list[tuple[str, str]]] = [[]]
    taken = 0
    for text, style in ((cut, style) for token, style in tokens for cut in _cut(token, columns)):
        room = columns + (overhang if text in _NO_LINE_START else 0)
        if lines[-1] and taken + width(text.rstrip()) > room:
            lines.append([])
            taken = 0
        lines[-1].append((text, style))
        taken += width(text)
    return [line for line in lines if line]


def pieces(text: str) -> Iterator[str]:
    """Split where a line may break: after spaces, and on both sides of wide characters."""
    word = ""
    for character in text:
        if _columns(character) == _WIDE or character in _NO_LINE_START:
            if word:
                yield word
            word = ""
            yield character
        elif character == " ":
            yield word + character
            word = ""
        else:
            word += character
    if word:
        yield word


def pointed(query: str, position: int, columns: int) -> tuple[str, str]:
    """Give the part of a query around a position, and a line with a caret under that position."""
    start = position
    while start > 0 and width(safe(query[start - 1 : position])) <= columns // 2:
        start -= 1
    end = position
    while end < len(query) and width(safe(query[start : end + 1])) <= columns:
        end += 1
    head = "…" if start else ""
    tail = "…" if end < len(query) else ""
    return (
        head + safe(query[start:end]) + tail,
        " " * (len(head) + width(safe(query[start:position]))) + "^",
    )


def _escaped(found: re.Match[str]) -> str:
    character = found.group()
    plain = character.encode("unicode_escape", "surrogatepass").decode("ascii")
    return plain if plain.startswith("\\") else f"\\x{ord(character):02x}"


def _json_escaped(found: re.Match[str]) -> str:
    character = found.group()
    if character in "\n ":
        return character
    units = character.encode("utf-16-be", "surrogatepass")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))


def _columns(character: str) -> int:
    if unicodedata.east_asian_width(character) in "WF":
        return 2
    return 0 if unicodedata.combining(character) or "\ufe00" <= character <= "\ufe0f" else 1


def _cut(token: str, columns: int) -> Iterator[str]:
    while width(token) > max(columns, _WIDE):
        end = 1
        while width(token[: end + 1]) <= columns:
            end += 1
        yield token[:end]
        token = token[end:]
    yield token
