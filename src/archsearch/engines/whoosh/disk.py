"""Every change the engine makes to the file system, one method each; and how it opens files.

Durability is an order of these calls (see :mod:`.writer`), so tests put a disk in place that
records them, fails at one of them, or loses what was not synced.
"""

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from archsearch.errors import IndexOutdatedError

_REPLACED: Final = "索引文件被替换成了别的东西，需要重建索引。"


class Disk:
    """The real file system."""

    def create(self, path: Path) -> BinaryIO:
        """Open a new file for writing, in place of any old one; a link is not followed."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC
        return os.fdopen(os.open(path, flags, 0o666), "wb")

    def sync(self, path: Path) -> None:
        """Bring a file's, or a folder's, content to stable storage."""
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def link(self, source: Path, target: Path) -> None:
        """Give a file a second name."""
        target.hardlink_to(source)

    def rename(self, source: Path, target: Path) -> None:
        """Put a file in another's place at once."""
        source.replace(target)

    def remove(self, path: Path) -> None:
        """Remove a file."""
        path.unlink()

    def make_folder(self, path: Path) -> None:
        """Make a folder and those above it."""
        path.mkdir(parents=True, exist_ok=True)

    def remove_folder(self, path: Path) -> None:
        """Remove an empty folder."""
        path.rmdir()


def make_folder_durably(disk: Disk, path: Path) -> None:
    """Make a folder, and those above it, so that a power loss does not take them away again."""
    made = [one for one in (path, *path.parents) if not one.exists()]
    disk.make_folder(path)
    for one in made:
        disk.sync(one.parent)


def write_durably(disk: Disk, path: Path, data: bytes) -> None:
    """Replace a small file so that, whenever the machine stops, it holds the old or the new.

    Raises:
        OSError: The disk failed; the old content is in place, unless the disk refused even that.
    """
    scratch, kept = _beside(path, ".tmp"), _beside(path, ".old")
    with disk.create(scratch) as file:
        file.write(data)
    disk.sync(scratch)
    existed = path.exists()
    if existed:
        # Going back must not need space: there may be none. Some file systems have no links.
        with suppress(OSError):
            kept.unlink(missing_ok=True)
            disk.link(path, kept)
    disk.rename(scratch, path)
    try:
        disk.sync(path.parent)
    except OSError:
        with suppress(OSError):
            disk.rename(kept, path) if existed else disk.remove(path)
        raise
    with suppress(OSError):
        if existed:
            disk.remove(kept)


def plain(path: str | Path) -> int:
    """Open a regular file to read; what somebody put in its place must neither block nor mislead.

    Raises:
        IndexOutdatedError: It is a folder, a link, a pipe or a device.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise IndexOutdatedError(_REPLACED) from error
        raise
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise IndexOutdatedError(_REPLACED)
    return handle


def scratch_of(path: Path) -> Iterator[Path]:
    """Yield what :func:`write_durably` may have left beside a file when it was interrupted."""
    for suffix in (".tmp", ".old"):
        if os.path.lexists(_beside(path, suffix)):
            yield _beside(path, suffix)


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)


def discard(disk: Disk, path: Path) -> None:
    """Remove a file, or a folder and what is in it; a symbolic link is removed, not followed."""
    if not is_folder(path):
        disk.remove(path)
        return
    for each in path.iterdir():
        discard(disk, each)
    disk.remove_folder(path)


def is_folder(path: Path) -> bool:
    """Tell whether there is a folder itself, not a link to one."""
    return path.is_dir() and not path.is_symlink()
