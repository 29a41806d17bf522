"""How syllables are mixed up by those who speak, hear or type them."""

import re
from functools import cache
from typing import Final

_BEGINNINGS: Final = (
    ("zh", "z"),
    ("ch", "c"),
    ("sh", "s"),
    ("n", "l"),
    ("r", "l"),
    ("f", "h"),
)
_ENDING: Final = re.compile("(?<=[aei])ng$")


@cache
def coarse(syllable: str) -> str:
    """Give one form to all syllables that are mixed up (z/zh, n/l/r, f/h, an/ang …).

    >>> coarse("zhang"), coarse("zan"), coarse("ning")
    ('zan', 'zan', 'lin')
    """
    for said, heard in _BEGINNINGS:
        if syllable.startswith(said):
            syllable = heard + syllable.removeprefix(said)
            break
    return _ENDING.sub("n", syllable)
