"""Published lists of words: one word after another, lines that begin with ``#`` are remarks."""

from functools import lru_cache
from pathlib import Path

from archsearch.errors import SettingsError


@lru_cache(maxsize=4)
def words(path: Path) -> frozenset[str]:
    """Read a list, in small letters.

    Raises:
        SettingsError: It cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as exc:
        raise SettingsError(f"{path.name}：无法读取，或不是 UTF-8 编码。") from exc
    kept = (line for line in lines if not line.startswith("#"))
    return frozenset(word.casefold() for line in kept for word in line.split())
