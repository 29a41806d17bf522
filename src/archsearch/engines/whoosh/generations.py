"""The generations of an index: one folder each, and a pointer to the one in use.

``CURRENT`` holds the name of a folder beside it. A rebuild fills a new folder and then replaces the
pointer, so readers go from one complete generation to the next. Folders not pointed at are
leftovers.
"""

import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from archsearch.engines.whoosh.disk import Disk, discard, is_folder, scratch_of, write_durably
from archsearch.engines.whoosh.manifest import read_small
from archsearch.errors import EngineError, IndexOutdatedError

CURRENT: Final = "CURRENT"
LOCK: Final = "LOCK"
_NAME = re.compile(r"g(\d{6})-[0-9a-f]{8}")


class Generations:
    """The folders of one index."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        self.folder = folder
        self._disk = disk
        self.pointer = str(folder / CURRENT)
        self._known = (b"", folder)

    def current(self) -> Path:
        """Find the folder in use.

        Raises:
            IndexOutdatedError: There is none.
            EngineError: The folder cannot be read.
        """
        try:
            data = read_small(self.pointer)
        except FileNotFoundError:
            raise IndexOutdatedError("索引尚未建立，需要重建索引。") from None
        except OSError as error:
            raise EngineError(f"索引无法读取（{error.strerror}）；请检查索引文件夹。") from error
        known, folder = self._known
        if data != known or not known:
            folder = self._pointed_at(data)
            self._known = (data, folder)
        return folder

    def _pointed_at(self, data: bytes) -> Path:
        name = data.strip().decode("ascii", "replace")
        if not _NAME.fullmatch(name):
            raise IndexOutdatedError("索引指针文件已损坏，需要重建索引。")
        return self.folder / name

    def next(self) -> Path:
        """Choose a folder for a new generation, never used before."""
        numbers = [int(match[1]) for _, match in self._folders()]
        return self.folder / f"g{max(numbers, default=0) + 1:06d}-{secrets.token_hex(4)}"

    def switch(self, folder: Path) -> None:
        """Point at a complete generation, durably."""
        self._disk.sync(self.folder)
        pointer = self.folder / CURRENT
        if is_folder(pointer):
            # Nothing of ours: a rename cannot take its place.
            discard(self._disk, pointer)
        write_durably(self._disk, self.folder / CURRENT, folder.name.encode("ascii") + b"\n")

    def clean(self) -> None:
        """Remove every generation but the current, and scratch files.

        Raises:
            OSError: Something could not be removed.
        """
        try:
            keep = self.current().name
        except IndexOutdatedError:
            keep = ""
        for path, match in list(self._folders()):
            if match[0] != keep:
                discard(self._disk, path)
        for path in scratch_of(self.folder / CURRENT):
            discard(self._disk, path)

    def _folders(self) -> Iterator[tuple[Path, re.Match[str]]]:
        for path in self.folder.iterdir():
            match = _NAME.fullmatch(path.name)
            if match and is_folder(path):
                yield path, match
