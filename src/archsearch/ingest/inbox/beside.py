"""The file of metadata beside a scan: found, read, and written by whoever mends it from elsewhere.

It is written as somebody might have done by hand, so that the watcher finds it like any other.
"""

import fcntl
import hashlib
import json
import os
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, NamedTuple

from archsearch.domain.inbox import REMOVE
from archsearch.domain.problem import Problem
from archsearch.errors import BusyError
from archsearch.ingest.inbox.examine import SCANS
from archsearch.ingest.inbox.folder import Folder
from archsearch.ingest.inbox.metadata import sidecar_paths
from archsearch.ingest.readers.faults import RefusalError
from archsearch.ingest.readers.limits import DEFAULT_LIMITS, Limits
from archsearch.ingest.readers.reader import file_feeds

_WRITTEN: Final = ".json"
_OPEN: Final = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_BUSY: Final = "有人正在补录这个文件，请稍后再试。"


class Note(NamedTuple):
    """What lies beside a scan: where, and what it says; empty where there is none, or no sense."""

    path: str = ""
    row: Mapping[str, Any] = {}


def note_of(folder: Folder, scan: str, limits: Limits = DEFAULT_LIMITS) -> Note:
    """Read the file of metadata beside a scan; one that cannot be read says nothing."""
    path = next((each for each in sidecar_paths(scan) if folder.mark(each) is not None), "")
    if not path:
        return Note()
    with suppress(OSError, RefusalError), folder.parent(path) as (descriptor, name):
        for feed in file_feeds(Path(name), "说明文件", limits, descriptor):
            for item in feed.items:
                if not isinstance(item, Problem):
                    return Note(path, item.values)
    return Note(path)


def write_note(folder: Folder, scan: str, row: Mapping[str, Any]) -> str:
    """Put a file of metadata beside a scan in place of the one there, durable on return.

    Returns:
        Where it is.

    Raises:
        BusyError: Somebody else is doing so.
        OSError: It cannot be written.
    """
    before = next((each for each in sidecar_paths(scan) if folder.mark(each) is not None), "")
    own = bool(before) and not _shared(folder, scan, before)
    path = before if own and before.endswith(_WRITTEN) else scan + _WRITTEN
    text = json.dumps(row, ensure_ascii=False, indent=2, default=str) + "\n"
    _replace(folder, path, text.encode("utf-8", "replace"))
    mark = folder.mark(before) if own and before != path else None
    if mark is not None:
        # What it said is in the new one.
        folder.move(before, REMOVE, mark)
    return path


def places_for(folder: Folder, scan: str, note: str) -> tuple[str, str]:
    """Find room for a scan and its file of metadata, where nobody takes the one for another's.

    Args:
        folder: The watch folder.
        scan: Where the scan is to go.
        note: Where its file of metadata is to go.
    """
    taken = folder.mark(scan) is not None or folder.mark(note) is not None
    if not (taken or _shared(folder, scan, note)):
        return scan, note
    ending = note[note.rindex(".") :]
    place = folder.free(scan, ending)
    return place, place + ending


def scratch_name(name: str) -> str:
    """Name the hidden file in which one of this name is written before it takes its place."""
    return f".{hashlib.sha256(os.fsencode(name)).hexdigest()[:24]}.archsearch.tmp"


def _shared(folder: Folder, scan: str, note: str) -> bool:
    """Whether a file of metadata may be that of another scan as well: ``x.json`` of two ``x.*``."""
    stem = scan.rpartition(".")[0]
    others = (stem + ending for ending in SCANS if stem + ending != scan)
    return note.rpartition(".")[0] == stem and any(folder.mark(each) for each in others)


def _replace(folder: Folder, path: str, text: bytes) -> None:
    with folder.parent(path) as (descriptor, name), _scratch(descriptor, name) as scratch:
        handle, called = scratch
        os.ftruncate(handle, 0)
        with os.fdopen(os.dup(handle), "wb") as file:
            file.write(text)
        os.fsync(handle)
        os.rename(called, name, src_dir_fd=descriptor, dst_dir_fd=descriptor)
        os.fsync(descriptor)


@contextmanager
def _scratch(folder: int, name: str) -> Iterator[tuple[int, str]]:
    """Open a hidden file to write in, for one at a time; one left by a crash is used again."""
    called = scratch_name(name)
    handle = os.open(called, _OPEN, 0o600, dir_fd=folder)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            there = os.stat(called, dir_fd=folder, follow_symlinks=False)
        except (BlockingIOError, FileNotFoundError) as error:
            raise BusyError(_BUSY) from error
        if not os.path.samestat(os.fstat(handle), there):
            raise BusyError(_BUSY)
        if not stat.S_ISREG(there.st_mode) or there.st_nlink != 1:
            # No file of ours: whoever put it there would have another one overwritten.
            os.unlink(called, dir_fd=folder)
            raise BusyError(_BUSY)
        try:
            yield handle, called
        except OSError:
            with suppress(OSError):
                os.unlink(called, dir_fd=folder)
            raise
    finally:
        os.close(handle)
