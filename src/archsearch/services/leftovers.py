"""Folders for the time of one replay, and what is left of them when somebody was killed."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import Final

from archsearch.errors import BusyError

_PREFIX: Final = "replay-"
_LOCK: Final = "replay.lock"
_PATIENCE: Final = 10.0

Lock = Callable[[Path, float], AbstractContextManager[object]]
"""Makes a context that one process at a time can be in; entering raises BusyError after so many
seconds."""


@contextmanager
def temporary_folder(place: Path, lock: Lock) -> Iterator[Path]:
    """Make a private folder that is removed with the context; one at a time.

    Raises:
        BusyError: Another process has one.
    """
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    with lock(place / _LOCK, _PATIENCE):
        _remove_all(place)
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=place))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def clear(place: Path, lock: Lock) -> None:
    """Remove what processes have left behind that were killed; cheap if there is nothing."""
    if any(place.glob(f"{_PREFIX}*")):
        # Whoever holds the lock removes them too.
        with suppress(BusyError), lock(place / _LOCK, 0):
            _remove_all(place)


def _remove_all(place: Path) -> None:
    for folder in place.glob(f"{_PREFIX}*"):
        if folder.is_dir() and not folder.is_symlink():
            shutil.rmtree(folder, ignore_errors=True)
