"""Disks that record, fail and crash, to put under the engine."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum
from pathlib import Path
from typing import Any, BinaryIO, NoReturn, cast

from archsearch.engines.whoosh.disk import Disk


class HastyDisk(Disk):
    """Leaves it to the operating system when to write: for tests that lose no power."""

    def sync(self, path: Path) -> None:
        """Do nothing."""


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

    def write(self, file: BinaryIO, path: Path, data: bytes) -> int:
        """Write to an open file; nothing stays in a buffer."""
        self.step("write", path)
        written = file.write(data)
        file.flush()
        return written

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
        return self._disk.write(self._file, self._path, data)

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


class KillingDisk(CountingDisk):
    """Ends its process, as ``kill -9`` does, at operation number ``at``.

    A write is half done by then.
    """

    def __init__(self, at: int) -> None:
        super().__init__()
        self._at = at

    def step(self, operation: str, path: Path) -> None:
        if len(self.log) == self._at:
            os._exit(9)
        super().step(operation, path)

    def write(self, file: BinaryIO, path: Path, data: bytes) -> int:
        if len(self.log) == self._at:
            file.write(memoryview(data)[: len(data) // 2])
            file.flush()
        return super().write(file, path, data)


@contextmanager
def dying() -> Iterator[None]:
    """Let a process die inside."""
    with suppress(CrashedError):
        yield
