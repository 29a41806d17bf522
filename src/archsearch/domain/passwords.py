"""Which passwords are good enough (NIST SP 800-63B): long, not among the commonest, not one's name.

No rules of composition and no change by the calendar: both make people choose worse ones.
"""

import unicodedata
from collections.abc import Container
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

PRODUCT: Final = "archsearch"
_FEWEST_DIFFERENT: Final = 5
_PARTS: Final = 4


@dataclass(frozen=True, slots=True)
class PasswordRules:
    """How long a password has to be, and may be; in characters, of which a Han one is one."""

    shortest: int
    longest: int


def prepared(password: str) -> str:
    """Give a password the one form in which it is hashed (NIST SP 800-63B: NFKC or NFKD)."""
    return unicodedata.normalize("NFKC", password)


def is_too_long(password: str, rules: PasswordRules) -> bool:
    """Whether a text is longer than passwords are, as it is hashed; told without preparing floods.

    No character takes more than four when it is written apart, as some keyboards do.
    """
    return len(password) > _PARTS * rules.longest or len(prepared(password)) > rules.longest


def fault(
    password: str, rules: PasswordRules, common: Container[str], names: tuple[str, ...] = ()
) -> str:
    """Say in Chinese what keeps a text from being a password; nothing if nothing does.

    Args:
        password: The text.
        rules: How long it has to be.
        common: The commonest passwords, in small letters.
        names: What whoever guesses would try first: the user's names.
    """
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in password):
        return "密码不能含控制字符或不完整的字符。"
    if is_too_long(password, rules):
        return f"密码最多 {rules.longest} 个字。"
    password = prepared(password)
    if len(password) < rules.shortest:
        return f"密码至少 {rules.shortest} 个字；可以是几个不相干的词，不必有符号和数字。"
    return _guessed(password.casefold(), common, names)


def _guessed(folded: str, common: Container[str], names: tuple[str, ...]) -> str:
    """Say why a password would be among the first that are tried; nothing if it would not."""
    if folded in common:
        return "这是最常见的密码之一，会首先被试到；请换一个。"
    if len(set(folded)) < _FEWEST_DIFFERENT or _is_run(folded):
        return "密码里重复或连续的字太多，容易猜到；请换一个。"
    if _core(folded) in {_core(name.casefold()) for name in (*names, PRODUCT) if name}:
        return "密码不能是用户名、姓名或产品名加上数字和符号；请换一个。"
    return ""


def _is_run(text: str) -> bool:
    """Whether every character follows the one before it, up or down; 0 follows 9."""
    steps = {ord(after) - ord(before) for before, after in pairwise(text)}
    return steps <= {1, -9} or steps <= {-1, 9}


def _core(text: str) -> str:
    """Give a text's letters, once where they are repeated."""
    letters = "".join(character for character in text if character.isalpha())
    for size in range(1, len(letters) // 2 + 1):
        if letters == letters[:size] * (len(letters) // size) and len(letters) % size == 0:
            return letters[:size]
    return letters
