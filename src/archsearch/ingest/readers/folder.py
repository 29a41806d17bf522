"""Walking a folder of source files, without following links out of it."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import filterfalse
from pathlib import Path, PurePath

from archsearch.ingest.readers.faults import RefusalError
from archsearch.ingest.readers.source import unreadable

_TEMPORARY_ENDINGS = ("~", ".tmp", ".temp", ".part", ".partial", ".crdownload", ".swp", ".bak")
_TEMPORARY_STARTS = (".", "~$")
_SYSTEM_FILES = frozenset({"thumbs.db", "desktop.ini"})
_DEEPEST = 64
_FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
REJECTS_ENDING = ".拒收.xlsx"
"""How files of rejected rows end; only fed again when named, or their rows would go in circles."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file below a folder that is being walked, or a folder that cannot be entered.

    ``path`` is relative to the folder behind ``descriptor``, which stays open until the next
    entry is asked for; ``name`` is relative to the folder walked.
    """

    name: str
    path: Path
    descriptor: int
    refusal: RefusalError | None = None


def walk_folder(folder: Path) -> Iterator[Entry]:
    """Yield every file below a folder, in order of name, but hidden, temporary and rejected ones.

    Each folder is opened relative to its parent and never through a link, so that one swapped
    meanwhile leads nowhere else.

    Raises:
        RefusalError: The folder itself cannot be read.
    """
    yield from _walk(folder, None, PurePath(), 0)


def _walk(folder: Path, parent: int | None, inside: PurePath, depth: int) -> Iterator[Entry]:
    try:
        descriptor = os.open(folder, _FOLDER_FLAGS, dir_fd=parent)
    except OSError as exc:
        raise unreadable(exc) from exc
    try:
        names = os.listdir(descriptor)  # noqa: PTH208 - a descriptor has no path
        for name in sorted(filterfalse(is_ignored, names)):
            found = Entry(str(inside / name), Path(name), descriptor)
            if not _is_folder(name, descriptor):
                yield found
            elif depth == _DEEPEST:
                yield replace(found, refusal=RefusalError("unreadable", "文件夹嵌套太深。"))
            else:
                try:
                    yield from _walk(found.path, descriptor, inside / name, depth + 1)
                except RefusalError as exc:
                    yield replace(found, refusal=exc)
    except OSError as exc:
        raise unreadable(exc) from exc
    finally:
        os.close(descriptor)


def _is_folder(name: str, parent: int) -> bool:
    try:
        return stat.S_ISDIR(os.stat(name, dir_fd=parent, follow_symlinks=False).st_mode)
    except OSError:
        # Gone meanwhile; opening it as a file will say so.
        return False


def is_ignored(name: str) -> bool:
    """Tell whether a folder's reader passes over a file or folder of this name."""
    lowered = name.lower()
    return (
        lowered.startswith(_TEMPORARY_STARTS)
        or lowered.endswith((*_TEMPORARY_ENDINGS, REJECTS_ENDING))
        or lowered in _SYSTEM_FILES
    )
