"""Answers that go into files: whole or not at all, readable by their owner only."""

import fcntl
import glob
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Final, Generic, TextIO, TypeVar

from archsearch.errors import StoreError

_Item = TypeVar("_Item")
_SCRATCH: Final = ".unfinished"


@contextmanager
def written(path: Path) -> Iterator[TextIO]:
    """Open a text that takes its place when the block ends without an error.

    Args:
        path: The file; one that is there is replaced.

    Raises:
        StoreError: It cannot be written.
    """
    with replaced(path) as file:
        text = TextIOWrapper(file, encoding="utf-8", newline="", write_through=True)
        yield text
        text.detach()


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """Open a file that takes its place when the block ends without an error; as above."""
    try:
        _clear(path)
        descriptor, scratch = tempfile.mkstemp(_SCRATCH, f".{path.name}.", path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                yield file
                file.flush()
                os.fsync(file.fileno())
            Path(scratch).replace(path)
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise
    except FileNotFoundError as error:
        folder = f"没有文件夹 {path.parent}，请先建立它，或换一个位置"
        why = error.strerror if path.parent.is_dir() else folder
        raise StoreError(f"无法写入 {path.name}：{why}。") from error
    except OSError as error:
        raise StoreError(f"无法写入 {path.name}：{error.strerror}。") from error


def _clear(path: Path) -> None:
    """Remove what writers of the same file left behind that were killed: it may be confidential.

    Whoever is still writing holds a lock.
    """
    for scratch in path.parent.glob(f".{glob.escape(path.name)}.*{_SCRATCH}"):
        with suppress(OSError):
            descriptor = os.open(scratch, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
            with os.fdopen(descriptor, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                scratch.unlink()


class Counted(Generic[_Item]):
    """Gives items one after another, and counts those that were taken."""

    def __init__(self, items: Iterable[_Item]) -> None:
        self._items = items
        self.number = 0

    def __iter__(self) -> Iterator[_Item]:
        for item in self._items:
            self.number += 1
            yield item


def copied(path: Path, chunks: Iterable[bytes]) -> None:
    """Write bytes into a file that takes its place when all of them are there; as above."""
    with replaced(path) as file:
        file.writelines(chunks)
