"""Disks that record, fail, crash and lose power, to put under the engine."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, cast

from archsearch.engines.whoosh.disk import Disk


class CrashedError(BaseException):
    """The process is dead: nothing catches it, no operation works any more."""


class CountingDisk(Disk):
    """Numbers every operation, each write to a file included; subclasses decide its fate."""

    def __init__(self) -> None:
        self.log: list[tuple[str, Path]] = []

    def step(self, operation: str, path: Path) -> None:
        """Be told of an operation that is about to happen."""
        self.log.append((operation, path))

    def create(self, path: Path) -> BinaryIO:
        self.step("create", path)
        return cast(BinaryIO, _CountedFile(super().create(path), self, path))

    def sync(self, path: Path) -> None:
        self.step("sync", path)
        super().sync(path)

    def link(self, source: Path, target: Path) -> None:
        self.step("link", target)
        super().link(source, target)

    def rename(self, source: Path, target: Path) -> None:
        self.step("rename", target)
        super().rename(source, target)

    def remove(self, path: Path) -> None:
        self.step("remove", path)
        super().remove(path)

    def make_folder(self, path: Path) -> None:
        self.step("make_folder", path)
        super().make_folder(path)

    def remove_folder(self, path: Path) -> None:
        self.step("remove_folder", path)
        super().remove_folder(path)


class _CountedFile:
    """A file whose writes are operations of the disk; unbuffered, so that a crash tears it."""

    def __init__(self, file: BinaryIO, disk: CountingDisk, path: Path) -> None:
        self._file = file
        self._disk = disk
        self._path = path

    def write(self, data: bytes) -> int:
        self._disk.step("write", self._path)
        written = self._file.write(data)
        self._file.flush()
        return written

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> "_CountedFile":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


class Trouble(Enum):
    """What a disk does from operation number ``at`` on."""

    HICCUP = "fails once"
    FULL = "takes nothing new"
    DEAD = "does nothing at all"


class FailingDisk(CountingDisk):
    """Gets into trouble at operation number ``at``."""

    def __init__(self, at: int, trouble: Trouble) -> None:
        super().__init__()
        self._at = at
        self._trouble = trouble

    def step(self, operation: str, path: Path) -> None:
        number = len(self.log)
        super().step(operation, path)
        fails = {
            Trouble.HICCUP: number == self._at,
            Trouble.FULL: operation in ("create", "write", "link", "make_folder"),
            Trouble.DEAD: True,
        }
        if number >= self._at and fails[self._trouble]:
            raise OSError(errno.ENOSPC, "No space left on device")


class CrashingDisk(CountingDisk):
    """Dies at operation number ``at``: before it happens, and for good."""

    def __init__(self, at: int) -> None:
        super().__init__()
        self._at = at

    def step(self, operation: str, path: Path) -> None:
        if len(self.log) >= self._at:
            self._die()
        super().step(operation, path)

    @staticmethod
    def _die() -> NoReturn:
        raise CrashedError


class PowerDisk(CrashingDisk):
    """Knows what would be left of a folder after a power loss: what was synced, and no more."""

    def __init__(self, at: int) -> None:
        super().__init__(at)
        self._contents: dict[int, bytes] = {}
        self._entries: dict[Path, dict[str, int]] = {}

    def sync(self, path: Path) -> None:
        super().sync(path)
        self._note(path)

    def adopt(self, folder: Path) -> None:
        """Take everything there is as having been synced."""
        for path in (folder, *folder.rglob("*")):
            self._note(path)

    def _note(self, path: Path) -> None:
        if path.is_dir():
            self._entries[path] = {entry.name: entry.stat().st_ino for entry in path.iterdir()}
        else:
            self._contents[path.stat().st_ino] = path.read_bytes()

    def leave(self, folder: Path, target: Path, names: "Names") -> None:
        """Write what the power loss left of ``folder`` to a new folder ``target``.

        Contents that were not synced are gone in any case.
        """
        target.mkdir()
        synced = self._entries.get(folder, {})
        there = folder.iterdir() if folder.is_dir() else ()
        present = {entry.name: entry.stat().st_ino for entry in there}
        entries = {
            Names.LOST: synced,
            Names.KEPT: present,
            Names.REPLACED: {name: present.get(name, inode) for name, inode in synced.items()},
        }
        for name, inode in entries[names].items():
            if (folder / name).is_dir() or folder / name in self._entries:
                self.leave(folder / name, target / name, names)
            else:
                (target / name).write_bytes(self._contents.get(inode, b""))


class Names(Enum):
    """What became of names that were not synced; file systems are free to do any of it."""

    LOST = "all lost"
    KEPT = "all kept"
    REPLACED = "new ones lost, those put in the place of others kept"


@contextmanager
def dying() -> Iterator[None]:
    """Let a process die inside."""
    with suppress(CrashedError):
        yield
