"""Makes sure that the Whoosh in use is one that this engine was tested with.

Every fork installs a package named ``whoosh`` over the original, so two of them in one folder make
a mixture that imports and answers wrongly. A package in one folder hides those in the folders
behind it, so only the folders up to the first that has one are looked at. Folder names alone are
read: parsing the metadata of every distribution would take longer than a search from a cold shell
may.
"""

import re
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from archsearch.engines.whoosh import stock
from archsearch.errors import EngineError

NAME: Final = "whoosh"
VERSION: Final = "2.7.4"
TESTED: Final = ((NAME, VERSION), ("whoosh3", "3.54.0"))
"""The original, which gets installed, and a fork that the checks also run on: the way out, should
the original stop working on a newer Python."""
_INFO = re.compile(r"(whoosh[^-]*)-([^-]+).*\.(?:dist|egg)-info", re.IGNORECASE)


def installed(folders: Iterable[str]) -> list[tuple[str, str]]:
    """List the distributions, as (name, version), that the package ``whoosh`` may be made of."""
    found: set[tuple[str, str]] = set()
    for folder in map(Path, folders):
        names = [path.name for path in folder.iterdir()] if folder.is_dir() else []
        matches = filter(None, map(_INFO.fullmatch, names))
        found.update((match[1].lower(), match[2]) for match in matches)
        if NAME in names and (folder / NAME / "__init__.py").is_file():
            break
    return sorted(found)


def check(folders: Iterable[str] | None = None, version: str | None = None) -> None:
    """Raise unless exactly one Whoosh, that this engine was tested with, can be imported.

    Args:
        folders: Where to look, in order of import.
        version: What the imported Whoosh says of itself.

    Raises:
        EngineError: Another Whoosh, or several, are installed.
    """
    found = installed(sys.path if folders is None else folders)
    imported = stock.version() if version is None else version
    if found not in [[(name, tested)] for name, tested in TESTED if tested == imported]:
        names = "、".join(f"{name} {version}" for name, version in found) or "未找到"
        raise EngineError(
            f"检索引擎需要且只能安装 Whoosh {VERSION}，当前环境中是：{names}。"
            f"请卸载所有 Whoosh 分支后重新安装 whoosh=={VERSION}。"
        )
