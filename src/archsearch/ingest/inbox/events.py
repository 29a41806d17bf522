"""Events of the watch folder: hints that it is worth a look now.

Events get lost when too many come at once, and shares never tell of what other computers did. So
nothing depends on them: the folder is listed at intervals all the same, and events only make the
next look come sooner. Where a file of our own is heard, these intervals are longer, until a look
finds something of which no event had told.
"""

import logging
import os
import select
import warnings
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from archsearch.domain.inbox import ARCHIVED, RECEIPTS

if TYPE_CHECKING:
    from collections.abc import Callable

    from watchdog.events import FileSystemEvent

_PROBE: Final = ".archsearch.probe"
_MISSES: Final = 3
"""Changes without an event; one may be found at the very moment in which it is told."""
_TELLING: Final = ("created", "modified", "moved", "deleted", "closed")
"""Kinds of events that say that the folder has changed; our own reading is heard too."""


class Hints:
    """Listens to a folder; to be used as a context."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._observer: Any = None
        # A pipe, as handlers of signals may write to it whatever they interrupt.
        self._ear, self._mouth = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._called = False
        self._probed = False
        self._missed = 0
        self.stopped = False
        """Whether somebody wants the end."""

    @property
    def trusted(self) -> bool:
        """Whether events come: ours did, and changes do not come without."""
        return self._probed and self._missed < _MISSES

    def __enter__(self) -> Self:
        # Without the library, or where the system has no room for one more listener, there is
        # polling.
        with suppress(ImportError, OSError):
            self._observer = _observer(self._root, self.hear)
            probe = self._root / _PROBE
            probe.touch()
            probe.unlink()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
        os.close(self._ear)
        os.close(self._mouth)

    def hear(self, event: "FileSystemEvent") -> None:
        """Take note of an event; called by a thread of the library."""
        if event.event_type not in _TELLING:
            return
        places: tuple[str | bytes, ...] = (event.src_path, event.dest_path)
        for place in (each for each in places if each):
            with suppress(ValueError):
                self._hear(Path(os.fsdecode(place)).relative_to(self._root))

    def _hear(self, path: Path) -> None:
        if path.name == _PROBE:
            self._probed = True
        elif path.parts and path.parts[0] not in (ARCHIVED, RECEIPTS) and path.name[:1] != ".":
            self._called = True
            self._wake()

    def stop(self) -> None:
        """Ask for the end; may be called by a handler of signals."""
        self.stopped = True
        self._wake()

    def wait(self, seconds: float) -> bool:
        """Wait for an event or the wish to end, and no longer than so many seconds.

        Returns:
            Whether an event has come since this was asked last.
        """
        if not self.stopped:
            select.select([self._ear], [], [], seconds)
        with suppress(BlockingIOError):
            os.read(self._ear, 1 << 16)
        called, self._called = self._called, False
        return called

    def miss(self) -> None:
        """Hear that something has changed of which no event told; unless it tells only now."""
        self._missed += not self._called

    def _wake(self) -> None:
        with suppress(BlockingIOError):
            os.write(self._mouth, b".")


def _observer(root: Path, hear: "Callable[[FileSystemEvent], None]") -> Any:
    from watchdog.events import FileSystemEvent, FileSystemEventHandler  # noqa: PLC0415 - loads for who watches
    from watchdog.observers import Observer  # noqa: PLC0415 - as above

    # What it has to say, of events that are too late for it, is for nobody who watches.
    logging.getLogger("watchdog").addHandler(logging.NullHandler())
    # Nor are its warnings, which name paths: of folders met twice, when they are made and moved
    # while it looks.
    warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"watchdog\.")

    class Handler(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            hear(event)

    observer = Observer()
    observer.schedule(Handler(), str(root), recursive=True)
    observer.start()
    return observer
