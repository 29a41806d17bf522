"""Users as the archive knows them; what they may see follows from these values alone."""

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from archsearch.domain.access import Role

NAME_LIMIT: Final = 64
_NAME: Final = re.compile(rf"\w[\w.@-]{{0,{NAME_LIMIT - 1}}}")


@dataclass(frozen=True, slots=True)
class User:
    """One account. Without role, department or clearance it sees nothing."""

    name: str
    display_name: str = ""
    role: Role | None = None
    departments: frozenset[str] = frozenset()
    clearance: str = ""
    disabled: bool = False


def is_user_name(name: str) -> bool:
    """Whether a text can name a user.

    Letters (Chinese ones too), digits and ``_ . @ -``, in compatibility form, so that control and
    direction characters, spaces and full-width look-alikes stay out of the log.
    """
    return bool(_NAME.fullmatch(name)) and unicodedata.normalize("NFKC", name) == name


def folded_name(name: str) -> str:
    """Give the form in which two names of one installation must differ."""
    return unicodedata.normalize("NFKC", name).casefold()
