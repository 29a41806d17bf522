"""Having pages of scans drawn, by a process of their own that can harm nobody.

What is to be drawn was made by anybody. The process that decodes it has a few seconds, a bounded
memory, no files but the scan and no connections (``entrypoints/painter.py``); whatever happens to
it, it is ended, and its answer is looked at before it is believed. The scan goes to it in memory:
nothing is written anywhere.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cached_property
from typing import IO, Any, BinaryIO, Final, NamedTuple

from archsearch.errors import BusyError
from archsearch.services.confinement import bare_environment, can_confine, in_memory

PNG: Final = b"\x89PNG\r\n\x1a\n"
_AT_ONCE: Final = 2
_MOST_WAITING: Final = 20
"""Pages; who comes with more is told to come again."""
_SECONDS: Final = 15
"""Of the process, whatever it does; of the processor it has half as many."""
_LONGEST: Final = 64 << 20
"""Bytes of an answer."""
_MOST_PAGES: Final = 100_000
_FAULTS: Final = frozenset(
    {"damaged", "encrypted", "no_page", "no_reader", "too_large", "too_slow"}
)


class Painted(NamedTuple):
    """A page as PNG, and how many there are; or why there is none."""

    picture: bytes
    pages: int = 0
    fault: str = ""


class Painter:
    """Has pages drawn, a few at once.

    Args:
        seconds: How long a page may take.
        python: What runs the process.
    """

    def __init__(self, seconds: int = _SECONDS, python: str = sys.executable) -> None:
        self._seconds = seconds
        self._python = python
        self._free = threading.BoundedSemaphore(_MOST_WAITING)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        # Threads of their own, so that nobody who searches waits for somebody who looks.
        return ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="painting")

    def paint(self, content: Iterable[bytes], page: int) -> Painted:
        """Have a page of a TIFF or PDF drawn, and wait for it; page 0 only counts them."""
        if not can_confine(self._python):
            return Painted(b"", fault="no_reader")
        with in_memory(content) as scan:
            return self._drawn(scan, page)

    def later(self, content: Iterable[bytes], page: int) -> Future[Painted]:
        """Have a page drawn when its turn comes; the same as :meth:`paint`.

        Raises:
            BusyError: Too many wait for theirs.
        """
        if not self._free.acquire(blocking=False):
            raise BusyError("正在显示的扫描件太多，请稍后再试。")
        promised = self._pool.submit(self.paint, content, page)
        promised.add_done_callback(lambda _: self._free.release())
        return promised

    def _drawn(self, scan: BinaryIO, page: int) -> Painted:
        command = (self._python, "-P", "-s", "-m", "archsearch.entrypoints.painter")
        process = subprocess.Popen(  # noqa: S603 - this very Python, a module of ours, numbers
            (*command, str(page), str(max(1, self._seconds // 2))),
            stdin=scan,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=bare_environment(),
            cwd="/",
        )
        late = threading.Timer(self._seconds, process.kill)
        late.start()
        try:
            answer = _pipe(process).read(_LONGEST + 1)
        finally:
            slow = not late.is_alive()
            late.cancel()
            process.kill()
            _pipe(process).close()
            process.wait()
        # What is ended by the limits of the system is slow as well.
        return _believed(answer, page) or Painted(b"", fault="too_slow" if slow else "damaged")


def _pipe(process: subprocess.Popen[bytes]) -> IO[bytes]:
    if process.stdout is None:
        raise TypeError("a painter is started with a pipe from it")
    return process.stdout


def _believed(answer: bytes, page: int) -> Painted | None:
    """Read an answer, as far as it is one."""
    head, _, picture = answer.partition(b"\n")
    try:
        told: Any = json.loads(head[:200])
        fault, pages = str(told.get("fault", "")), int(told.get("pages", 0))
    except (ValueError, TypeError, AttributeError):
        return None
    if fault:
        return Painted(b"", fault=fault if fault in _FAULTS else "damaged")
    whole = len(answer) <= _LONGEST and (
        not page or (picture.startswith(PNG) and picture.endswith(_END))
    )
    return Painted(picture if page else b"", pages) if whole and 1 <= pages <= _MOST_PAGES else None


_END: Final = b"IEND\xaeB`\x82"
