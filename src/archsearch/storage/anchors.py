"""Anchors: how far the operation log had come at every commit, in a file outside the database.

What the chain cannot show, because whoever cuts the log's end leaves a whole chain behind, the
anchors do. Only ever appended to, so that the file may lie where nobody can do more than append:
a line for each commit, the number of its last entry and that entry's digest.
"""

import errno
import os
import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from archsearch.domain.audit import ChainHead

_LINE: Final = re.compile(rb"([0-9]{16}) ([0-9a-f]{64})\n")
_LENGTH: Final = 82
_PRIVATE: Final = 0o600


class Anchors:
    """The file of anchors.

    Args:
        path: Where it is; made when first written to.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def add(self, head: ChainHead) -> None:
        """Note how far the log has come.

        Raises:
            OSError: The file cannot be written.
        """
        handle = self._open(os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(handle, b"%016d %s\n" % (head.seq, head.digest.encode()))
        finally:
            os.close(handle)

    def read(self) -> tuple[Mapping[int, str], int]:
        """Give the digest of every entry that is anchored, and how many pieces cannot be read.

        The beginning of a line counts for nothing: the power failed while it was written.
        """
        try:
            with os.fdopen(self._open(os.O_RDONLY), "rb") as file:
                data = file.read()
        except FileNotFoundError:
            return {}, 0
        except OSError:
            return {}, 1
        # Of two anchors of one entry the first holds: the other is of an entry put in its place.
        found = {int(seq): digest.decode() for seq, digest in reversed(_LINE.findall(data))}
        # Two groups, so that every third piece is what lies between lines.
        between = _LINE.split(data)[::3]
        return found, sum(b"\n" in piece or len(piece) >= _LENGTH for piece in between)

    def _open(self, flags: int) -> int:
        """Open the file; never a link, and never waiting for a pipe."""
        more = os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
        handle = os.open(self._path, flags | more, _PRIVATE)
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            os.close(handle)
            raise OSError(errno.EINVAL, "not a regular file")
        return handle
