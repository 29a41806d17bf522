"""How the database file comes into being."""

import os
import sqlite3
from pathlib import Path
from typing import Final

from archsearch.errors import StoreError
from archsearch.storage.failures import translated

APPLICATION_ID: Final = 0x41524348
"""``ARCH``: marks the file as ours (``PRAGMA application_id``)."""


def create_file(path: Path) -> None:
    """Make the file (0600) unless it is there, and its folder private (0700).

    One whose creation was cut short is completed; a database of another program stays as it is.

    Raises:
        StoreError: The file cannot be made here.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.chmod(0o700)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        os.close(handle)
    except OSError as error:
        raise StoreError(f"无法建立档案库 {path.name}；请检查文件夹权限与磁盘空间。") from error
    with translated():
        connection = sqlite3.connect(path, isolation_level=None)
        try:
            _initialise(connection)
        finally:
            connection.close()
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _initialise(connection: sqlite3.Connection) -> None:
    """Mark an empty file as ours; leave any other file as it is."""
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    if pages == 0:
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    (owner,) = connection.execute("PRAGMA application_id").fetchone()
    if owner == APPLICATION_ID:
        connection.execute("PRAGMA synchronous = FULL")
        (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if mode != "wal":
            raise StoreError("档案库所在的文件系统不支持共享内存；请改放到本机磁盘。")
