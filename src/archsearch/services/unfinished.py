"""What is done of a long job, beside the file it will become: so that it can be gone on with.

The job's answers are kept in ``.NAME.part`` until all are there, a line of JSON each with a code of
authentication. Whoever is killed and started again with the same job finds them; with another job,
or after a day, they are thrown away, as is everything from the first line on that is not this
program's. Only one process at a time works on a file.
"""

import fcntl
import hmac
import json
import os
import stat
import tempfile
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import IO, Any, BinaryIO, Final, Self

from archsearch.errors import BusyError, ReadError, StoreError

_KEPT: Final = timedelta(days=1)
"""Records and rights move on: what is older is asked for again."""


class Unfinished:
    """The answers to a job so far; to be used as a context.

    Args:
        target: The file that is to be.
        job: What tells the job from every other, and nobody else knows.
        now: The time.
    """

    def __init__(self, target: Path, job: str, now: datetime) -> None:
        self._target = target
        self._path = target.with_name(f".{target.name}.part")
        self._key = job.encode()
        self._now = now
        self._file: IO[bytes] | None = None
        self.done: dict[int, Any] = {}
        """What is there, by the number of its piece."""

    def __enter__(self) -> Self:
        try:
            file = self._file = self._open()
        except OSError as error:
            raise StoreError(_cannot_write(error)) from error
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise BusyError("另一个进程正在写这个结果文件；请等它结束，或换一个文件名。") from error
        self._read(file)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()

    def add(self, piece: int, answer: Any) -> None:
        """Keep the answer to a piece; on return it is durable."""
        self.done[piece] = answer
        self._append([piece, answer])

    def finish(self, write: Callable[[BinaryIO], None]) -> None:
        """Let the file appear, whole, and forget the pieces."""
        try:
            self._replace(write)
        except OSError as error:
            raise StoreError(_cannot_write(error)) from error

    def _replace(self, write: Callable[[BinaryIO], None]) -> None:
        folder = self._target.parent
        descriptor, temporary = tempfile.mkstemp(dir=folder, prefix=".", suffix=".tmp")
        try:
            with os.fdopen(descriptor, "wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(self._target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        self._path.unlink(missing_ok=True)
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)

    def _open(self) -> IO[bytes]:
        # Personal data: nobody else's to read; and never through somebody's link.
        flags = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
        file = os.fdopen(os.open(self._path, flags, 0o600), "r+b")
        found = os.fstat(file.fileno())
        private = found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o077
        if (
            not stat.S_ISREG(found.st_mode)
            or found.st_nlink != 1
            or (found.st_size and not private)
        ):
            file.close()
            raise StoreError("结果文件旁的临时文件不是本程序留下的；请移走它，或换一个文件名。")
        return file

    def _read(self, file: IO[bytes]) -> None:
        """Read what is there up to what a killed process left half-written."""
        end = 0
        for line in file:
            code, _, text = line.partition(b" ")
            if not line.endswith(b"\n") or not hmac.compare_digest(code, self._code(text)):
                break
            piece, answer = json.loads(text)
            if not end and not self._fresh(answer):
                break
            end += len(line)
            if end > len(line):
                self.done[piece] = answer
        file.seek(end)
        file.truncate()
        if not end:
            self.done.clear()
            self._append([-1, self._now.isoformat()])

    def _fresh(self, begun: Any) -> bool:
        with suppress(ValueError, TypeError):
            return timedelta() <= self._now - datetime.fromisoformat(begun) < _KEPT
        return False

    def _code(self, text: bytes) -> bytes:
        return hmac.digest(self._key, text, "sha256").hex().encode()

    def _append(self, entry: Any) -> None:
        if self._file is None:
            raise ReadError("结果文件没有打开。")
        try:
            text = json.dumps(entry).encode() + b"\n"
            self._file.write(self._code(text) + b" " + text)
            self._file.flush()
            os.fsync(self._file.fileno())
        except OSError as error:
            raise StoreError(_cannot_write(error)) from error


def _cannot_write(error: OSError) -> str:
    reason = error.strerror or "磁盘错误"
    return f"结果文件写不了（{reason}）；请检查文件夹是否存在、有没有写的权限和空间。"
