"""What people write for others to read: reasons, notes, opinions."""

import unicodedata
from typing import Final

from archsearch.errors import InvalidRequestError
from archsearch.services.asking import Masker

_LONGEST: Final = 500
_SHORTEST_REASON: Final = 2


def written(text: str, name: str, masker: Masker, *, required: bool = True) -> str:
    """Give a text that people are to read as it is kept: in one line, numbers masked.

    Raises:
        InvalidRequestError: It is missing, too long, or holds what cannot be read.
    """
    text = " ".join(text.split())
    if required and not text:
        raise InvalidRequestError(f"请写明{name}。")
    if len(text) > _LONGEST:
        raise InvalidRequestError(f"{name}不能超过 {_LONGEST} 个字。")
    if any(unicodedata.category(character)[0] == "C" for character in text):
        raise InvalidRequestError(f"{name}不能含控制字符或不可见字符。")
    return masker.text(text)


def reason(text: str, name: str, masker: Masker) -> str:
    """Give a reason that must be there, and say something; raises as :func:`written`."""
    told = written(text, name, masker)
    if len(told) < _SHORTEST_REASON:
        raise InvalidRequestError(f"{name}至少写 {_SHORTEST_REASON} 个字，让看的人明白。")
    return told
