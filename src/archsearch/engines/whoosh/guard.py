"""Makes sure that the Whoosh in use is the one this engine was written against.

Every fork installs a package named ``whoosh`` over the original, so two of them together make a
mixture that imports and answers wrongly. Folder names alone are read: parsing the metadata of every
distribution would take longer than a search from a cold shell may.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

from archsearch.engines.whoosh import stock
from archsearch.errors import EngineError

NAME, VERSION = "whoosh", "2.7.4"
_INFO = re.compile(r"(whoosh[^-]*)-([^-]+).*\.(?:dist|egg)-info", re.IGNORECASE)


def installed(folders: Iterable[str]) -> list[tuple[str, str]]:
    """List the distributions, as (name, version), whose name starts like Whoosh's."""
    found: set[tuple[str, str]] = set()
    for folder in map(Path, folders):
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        matches = filter(None, map(_INFO.fullmatch, names))
        found.update((match[1].lower(), match[2]) for match in matches)
    return sorted(found)


def check(folders: Iterable[str] | None = None) -> None:
    """Raise unless exactly one Whoosh, of the right version, is installed.

    Raises:
        EngineError: Another Whoosh, or several, are installed.
    """
    found = installed(sys.path if folders is None else folders)
    if found != [(NAME, VERSION)] or stock.version() != VERSION:
        names = "、".join(f"{name} {version}" for name, version in found) or "未找到"
        raise EngineError(
            f"检索引擎需要且只能安装 Whoosh {VERSION}，当前环境中是：{names}。"
            f"请卸载所有 Whoosh 分支后重新安装 whoosh=={VERSION}。"
        )
