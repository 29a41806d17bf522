import os
import subprocess
import sys
from pathlib import Path

import pytest

from archsearch.engines.whoosh.files.lock import FileLock, writing
from archsearch.errors import BusyError


def test_a_second_lock_is_refused_after_the_wait_and_given_after_the_release(
    tmp_path: Path,
) -> None:
    path = tmp_path / "LOCK"

    with writing(path, 0.0), pytest.raises(BusyError), writing(path, 0.05):
        pass

    with writing(path, 0.0) as lock:
        assert lock.held()


def test_a_lock_is_free_after_an_error_inside(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="full"), writing(tmp_path / "LOCK", 0.0):
        raise OSError("full")

    assert FileLock(tmp_path / "LOCK").acquire()


def test_a_forked_child_does_not_keep_the_lock_of_a_dead_parent(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "LOCK")
    assert lock.acquire()
    reading, writing_end = os.pipe()
    child = os.fork()
    if child == 0:
        os.read(reading, 1)
        os._exit(0)

    lock.abandon()  # what the system does for a parent that dies: close, not unlock

    other = FileLock(tmp_path / "LOCK")
    acquired = wait_for(other)
    os.write(writing_end, b"x")
    os.waitpid(child, 0)
    os.close(reading)
    os.close(writing_end)
    assert acquired


def wait_for(lock: FileLock) -> bool:
    """The child closes its copy a moment after it has come to be."""
    for _ in range(100_000):
        if lock.acquire():
            return True
        os.sched_yield()
    return False


def test_a_forked_child_does_not_unlock_for_its_parent(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "LOCK")
    assert lock.acquire()
    child = os.fork()
    if child == 0:
        lock.release()
        os._exit(0)
    os.waitpid(child, 0)

    assert lock.held()
    assert not FileLock(tmp_path / "LOCK").acquire()
    lock.release()


def test_a_lock_whose_file_was_deleted_is_not_held_any_more(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "LOCK")
    assert lock.acquire()

    (tmp_path / "LOCK").unlink()

    assert not lock.held()
    assert FileLock(tmp_path / "LOCK").acquire()
    assert not lock.held()
    lock.release()


def test_a_program_that_is_started_does_not_keep_the_lock(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "LOCK")
    assert lock.acquire()
    command = [sys.executable, "-c", "input()"]
    with subprocess.Popen(command, close_fds=False, stdin=subprocess.PIPE) as program:
        lock.abandon()

        acquired = wait_for(FileLock(tmp_path / "LOCK"))

        program.communicate(b"\n")
    assert acquired
