"""What a process is given that decodes scans: a scan that is on no disk, and nothing of ours.

Scans were made by anybody. Whoever breaks out of a decoder is to find no keys in the environment.
"""

import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from archsearch.services.companion import runs_python


def can_confine(python: str = sys.executable) -> bool:
    """Tell whether this system and program can have scans decoded by a process of their own."""
    return runs_python(python) and hasattr(os, "memfd_create")


@contextmanager
def in_memory(content: Iterable[bytes]) -> Iterator[BinaryIO]:
    """Put a scan into a file without a name that is nowhere but in memory; read from its start."""
    with os.fdopen(os.memfd_create("scan", os.MFD_CLOEXEC), "w+b") as file:
        file.writelines(content)
        file.flush()
        os.lseek(file.fileno(), 0, os.SEEK_SET)
        yield file


def bare_environment() -> dict[str, str]:
    """Give what Python needs to start and to find its modules."""
    path = os.pathsep.join(place for place in sys.path if Path(place).is_absolute())
    return {"PYTHONPATH": path, "LC_ALL": "C.UTF-8"}
