"""The writer's lock: one writer at a time, whatever forks, dies or deletes lock files.

``flock`` belongs to the open file, which a forked child shares: without care a child would keep a
dead parent's lock. So children close their copy at once, and a release unlocks before it closes.
Whoever deletes the lock file lets another writer lock a new one, so :meth:`FileLock.held` looks
whether the file is still the one locked.
"""

import fcntl
import os
import time
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from archsearch.errors import BusyError, EngineError

_PAUSE = 0.02
_held: "weakref.WeakSet[FileLock]" = weakref.WeakSet()
_hooked: list[bool] = []


def _drop_in_child() -> None:
    for lock in list(_held):
        lock.abandon()


def _hook_fork() -> None:
    if not _hooked:
        _hooked.append(True)
        os.register_at_fork(after_in_child=_drop_in_child)


class FileLock:
    """A lock on a file, exclusive or shared; also serves as Whoosh's lock object."""

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        self._path = path
        self._kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        self._handle: int | None = None

    def acquire(self, blocking: bool = False) -> bool:  # noqa: FBT001, FBT002 - Whoosh's signature
        """Try to lock, or wait until it is possible; tell whether it is locked now."""
        _hook_fork()
        while True:
            if self._try():
                return True
            if not blocking:
                return False
            time.sleep(_PAUSE)

    def release(self) -> None:
        """Unlock, also for copies of the handle in other processes."""
        if self._handle is not None:
            fcntl.flock(self._handle, fcntl.LOCK_UN)
            self.abandon()

    def abandon(self) -> None:
        """Close this process's handle without unlocking."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None
        _held.discard(self)

    def held(self) -> bool:
        """Tell whether the file at the path is the one that is locked here."""
        if self._handle is None:
            return False
        try:
            return os.path.samestat(os.fstat(self._handle), self._path.stat())
        except FileNotFoundError:
            return False

    def _try(self) -> bool:
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        _held.add(self)
        try:
            fcntl.flock(self._handle, self._kind | fcntl.LOCK_NB)
        except BlockingIOError:
            self.abandon()
            return False
        if not self.held():
            self.abandon()
            return False
        return True


@contextmanager
def writing(path: Path, timeout: float, *, shared: bool = False) -> Iterator[FileLock]:
    """Hold the lock on ``path``; a shared one together with others who share it.

    Raises:
        BusyError: Another writer had it for all of ``timeout`` seconds.
        EngineError: The lock file cannot be made.
    """
    lock = FileLock(path, shared=shared)
    deadline = time.monotonic() + timeout
    while not _acquired(lock):
        if time.monotonic() >= deadline:
            raise BusyError("另一个进程正在更新索引，请稍后再试。")
        time.sleep(_PAUSE)
    try:
        yield lock
    finally:
        lock.release()


def _acquired(lock: FileLock) -> bool:
    try:
        return lock.acquire()
    except OSError as error:
        reason = error.strerror or "磁盘错误"
        raise EngineError(f"建不了锁文件（{reason}）；请检查磁盘空间和权限。") from error
