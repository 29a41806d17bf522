"""The watch folder on disk: listed, read and tidied without ever following a link.

Paths are relative to the folder, with slashes. Every folder on the way is opened by its parent, so
that one swapped for a link meanwhile leads nowhere else.
"""

import errno
import fcntl
import os
import signal
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import BinaryIO, Final

from archsearch.domain.inbox import ARCHIVED, RECEIPTS, REMOVE, Mark, Seen
from archsearch.ingest.inbox.moving import rename_new
from archsearch.ingest.readers.faults import display_name
from archsearch.ingest.readers.folder import is_ignored
from archsearch.ingest.readers.limits import DEFAULT_LIMITS, Limits
from archsearch.ingest.readers.source import CHUNK, open_source, unreadable

REASON: Final = ".原因.txt"
"""What the name of a text beside a file ends with, which says what is the matter with it."""
FOLDER_NOTE: Final = "_folder.yaml"
"""What holds for every file of the folder it is in, and of those below."""
_SCRATCH: Final = ".archsearch.tmp"
_DEEPEST: Final = 32
_LONGEST_NAME: Final = 255
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Listing:
    """What lies in the folder. ``faults`` are folders below it that cannot be looked into."""

    files: tuple[Seen, ...]
    faults: tuple[str, ...] = ()


class Folder:
    """A watch folder."""

    def __init__(self, root: Path, limits: Limits = DEFAULT_LIMITS) -> None:
        self.root = root
        self._limits = limits

    def listing(self) -> Listing:
        """List every file, link, pipe or device, but for hidden, unfinished and our own ones.

        Raises:
            OSError: The folder itself cannot be read; then nothing is known of what is in it.
        """
        files: list[Seen] = []
        faults: list[str] = []
        root = os.open(self.root, _FOLDER)
        try:
            self._list(root, "", 0, files, faults)
        finally:
            os.close(root)
        return Listing(tuple(files), tuple(faults))

    def _list(
        self, folder: int, inside: str, depth: int, files: list[Seen], faults: list[str]
    ) -> None:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda each: each.name)
        for entry in entries:
            path = inside + entry.name
            if _passed_over(entry.name) or (not inside and entry.name in (ARCHIVED, RECEIPTS)):
                continue
            # Gone meanwhile: the next listing knows.
            with suppress(FileNotFoundError):
                status = entry.stat(follow_symlinks=False)
                if not stat.S_ISDIR(status.st_mode):
                    files.append(Seen(path, _mark(status)))
                elif depth == _DEEPEST:
                    faults.append(path)
                else:
                    self._enter(folder, entry.name, (path, depth), files, faults)

    def _enter(
        self,
        folder: int,
        name: str,
        place: tuple[str, int],
        files: list[Seen],
        faults: list[str],
    ) -> None:
        path, depth = place
        try:
            inner = os.open(name, _FOLDER, dir_fd=folder)
        except OSError as error:
            if error.errno != errno.ENOENT:
                faults.append(path)
            return
        try:
            self._list(inner, path + "/", depth + 1, files, faults)
        finally:
            os.close(inner)

    @contextmanager
    def parent(self, path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        """Open the folder that a path is in; gives its descriptor and the last name.

        Raises:
            OSError: It is not there, or a link is on the way.
        """
        *folders, name = path.split("/")
        current = os.open(self.root, _FOLDER)
        try:
            for each in folders:
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(each, dir_fd=current)
                inner = os.open(each, _FOLDER, dir_fd=current)
                os.close(current)
                current = inner
            yield current, name
        finally:
            os.close(current)

    def mark(self, path: str) -> Mark | None:
        """Tell what a file is like now; None if it is not there."""
        try:
            with self.parent(path) as (folder, name):
                return _mark(os.stat(name, dir_fd=folder, follow_symlinks=False))
        except OSError:
            return None

    def is_regular(self, path: str) -> bool:
        """Tell whether a path is an ordinary file."""
        try:
            with self.parent(path) as (folder, name):
                return stat.S_ISREG(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
        except OSError:
            return False

    def being_written(self, path: str) -> bool:
        """Tell whether some process has a file open for writing, where that can be told.

        The system grants a lease for reading only while nobody writes. It is given back at once;
        should somebody open the file in between, a signal comes that must not be deadly, so that
        nothing is asked where the signal is not ignored.
        """
        if signal.getsignal(signal.SIGIO) is not signal.SIG_IGN:
            return False
        try:
            with self.parent(path) as (folder, name):
                flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
                handle = os.open(name, flags, dir_fd=folder)
        except OSError:
            return False
        try:
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
            fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        except OSError as error:
            return error.errno == errno.EAGAIN
        finally:
            os.close(handle)
        return False

    def free(self, path: str, beside: str = "") -> str:
        """Find a path nobody has, from one on: ``a.pdf``, ``a-2.pdf``, ``a-3.pdf``.

        Nor does anybody have the same with what is to lie ``beside`` it behind: ``a.pdf.json``.
        """
        both = ("", beside)
        return next(
            each for each in _numbered(path) if all(self.mark(each + end) is None for end in both)
        )

    def found(self, path: str, mark: Mark) -> str:
        """Find where a file lies that was moved to a path, or to the free one that came next.

        Empty if it is at none of them.
        """
        for each in _numbered(path):
            there = self.mark(each)
            if there in (mark, None):
                return each if there else ""
        return ""

    def move(self, path: str, target: str, mark: Mark) -> bool:
        """Move a file, or remove it; False if it is no longer the one that is meant.

        Raises:
            FileExistsError: Another file is there already; it is not written over.
            OSError: It cannot be moved.
        """
        with suppress(FileNotFoundError), self.parent(path) as (folder, name):
            if _mark(os.stat(name, dir_fd=folder, follow_symlinks=False)) != mark:
                return False
            if target == REMOVE:
                os.unlink(name, dir_fd=folder)
                return True
            if target != path:
                with self.parent(target, make=True) as (other, new_name):
                    rename_new(name, new_name, folder, other)
            return True
        return False

    def write(self, path: str, text: bytes) -> None:
        """Write a text of our own, in place of what was there.

        Raises:
            OSError: It cannot be written.
        """
        with self.parent(path, make=True) as (folder, name):
            with suppress(FileNotFoundError):
                # Left by a crash; or put there to be written through, or waited for.
                os.unlink(_SCRATCH, dir_fd=folder)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            with os.fdopen(os.open(_SCRATCH, flags, 0o600, dir_fd=folder), "wb") as file:
                file.write(text)
            os.rename(_SCRATCH, name, src_dir_fd=folder, dst_dir_fd=folder)

    @contextmanager
    def opened(self, path: str) -> Iterator[BinaryIO]:
        """Open an ordinary file for reading, never a link, pipe or device.

        Raises:
            RefusalError: It is none, cannot be read, or changes while it is read.
        """
        try:
            with (
                self.parent(path) as (folder, name),
                open_source(Path(name), "扫描件", self._limits, folder=folder) as source,
                os.fdopen(os.dup(source.descriptor), "rb") as file,
            ):
                file.seek(0)
                yield file
        except OSError as error:
            raise unreadable(error) from error

    def chunks(self, path: str) -> Iterator[bytes]:
        """Yield the content of a file.

        Raises:
            RefusalError: As for :meth:`opened`.
        """
        with self.opened(path) as file:
            while chunk := file.read(CHUNK):
                yield chunk

    def discard(self, path: str) -> None:
        """Remove a text of our own, if it is there."""
        with suppress(OSError), self.parent(path) as (folder, name):
            os.unlink(name, dir_fd=folder)


def reason_path(path: str) -> str:
    """Give the path of the text that says what is the matter with a file."""
    folder, slash, name = path.rpartition("/")
    room = _LONGEST_NAME - len(REASON.encode())
    shown = display_name(name)
    while len(shown.encode()) > room:
        shown = shown[:-1]
    return f"{folder}{slash}{shown}{REASON}"


def _numbered(path: str) -> Iterator[str]:
    """Yield a path, and the same with numbers, without end."""
    folder, slash, name = path.rpartition("/")
    stem, dot, ending = name.partition(".") if name[:1] != "." else (name, "", "")
    yield path
    for number in count(2):
        mark = f"-{number}{dot}{ending}"
        while stem and len(os.fsencode(stem + mark)) > _LONGEST_NAME:
            stem = stem[:-1]
        yield f"{folder}{slash}{stem}{mark}"


def _mark(status: os.stat_result) -> Mark:
    return Mark(status.st_ino, status.st_size, status.st_mtime_ns)


def _passed_over(name: str) -> bool:
    return is_ignored(name) or name.endswith(REASON) or name == FOLDER_NOTE
