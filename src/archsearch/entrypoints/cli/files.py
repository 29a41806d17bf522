"""Answers that go into files: whole or not at all, readable by their owner only."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from archsearch.errors import StoreError


@contextmanager
def written(path: Path, *, bom: bool = False) -> Iterator[TextIO]:
    """Open a text that takes its place when the block ends without an error.

    Args:
        path: The file; one that is there is replaced.
        bom: Whether to begin with a byte order mark, as Excel wants of CSV files.

    Raises:
        StoreError: It cannot be written.
    """
    try:
        descriptor, scratch = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            encoding = "utf-8-sig" if bom else "utf-8"
            with os.fdopen(descriptor, "w", encoding=encoding, newline="") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            Path(scratch).replace(path)
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise StoreError(f"无法写入 {path.name}：{error.strerror}。") from error
