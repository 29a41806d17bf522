"""Processes that bring a large ingest into the index while the first one still stores it.

Making documents takes longer than storing records, so there is a companion for every processor.
What they share is the store alone: the outbox says what is to be done. The first process hands
stretches of it out; a companion makes the documents by itself and waits for the others only to
commit. So any of them may die at any moment, or never start: whoever is left finishes.

Orders go to a companion's standard input, each a stretch of the outbox: ``after upto``. It makes
documents of them, and keeps these until ``commit`` tells it to bring all of them into the index:
stretches are short, so that nobody waits for work, and commits are few, so that the index is in few
pieces. It says ``ready`` and what it builds the index with, and ``done`` after each order. It ends
with its input. One is asked last to ``tidy`` the index, which nobody waits for.
"""

import os
import selectors
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final, Self

from archsearch.errors import BusyError
from archsearch.services.changes import Stretch
from archsearch.services.index import IndexService

_READY: Final = b"ready "
_COMMIT: Final = b"commit"
_TIDY: Final = b"tidy"
_DONE: Final = b"done\n"
_READ: Final = 1 << 16
_PATIENCE: Final = 5.0
_SILENCE: Final = 300.0
"""Seconds; many times what the largest order takes on a slow machine."""
_MOST: Final = 4
"""Companions; each of them holds dictionaries and the documents of an order in memory."""


_ALONE: Final = {"OPENBLAS_NUM_THREADS": "1"}
"""Numpy's threads for linear algebra, which nobody here does, wait busily when they are started."""


def _is_ours(variable: str) -> bool:
    return variable.startswith("ARCHSEARCH")


@dataclass(frozen=True, slots=True)
class Invitation:
    """How to start a companion.

    ``index`` stands for what the index is built with: who builds otherwise is no help.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    index: str

    @classmethod
    def of(cls, program: str, root: Path, environ: Mapping[str, str], index: str) -> Self:
        """Say how to start a program of ours for a workspace, in an environment of ours."""
        # Never from the folder the user happens to be in: it may hold modules of any name.
        command = (sys.executable, "-P", "-m", f"archsearch.entrypoints.{program}", str(root))
        # Whatever the program around this has arranged must hold for the companion as well.
        others = {name: value for name, value in os.environ.items() if not _is_ours(name)}
        ours = {name: value for name, value in environ.items() if _is_ours(name)}
        path = os.pathsep.join(place for place in sys.path if Path(place).is_absolute())
        return cls(command, {**_ALONE, **others, **ours, "PYTHONPATH": path}, index)

    def __call__(self) -> "list[Companion]":
        """Start as many as are of use; none where this machine or program cannot."""
        if not runs_python(self.command[0]) or processors() < 2:  # noqa: PLR2004 - two at once
            return []
        started: list[Companion] = []
        with suppress(OSError):
            while len(started) < min(processors(), _MOST):
                started.append(Companion(self.start(), self.index))
        return started

    def start(self) -> subprocess.Popen[bytes]:
        """Start one process, with pipes to it and from it."""
        return subprocess.Popen(  # noqa: S603 - this very Python, a module of ours, a path
            self.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self.environment,
            bufsize=0,
        )


class Companion:
    """A companion that was started, as the first process sees it."""

    def __init__(self, process: subprocess.Popen[bytes], index: str) -> None:
        self.process = process
        self._greeting = _READY + index.encode() + b"\n"
        self._greeted = False
        self._heard = b""
        self._ordered = 0
        self._gone = False
        self.held = 0
        """Records that it has been ordered to make documents of, and not to commit yet."""
        os.set_blocking(self.answers.fileno(), False)

    @property
    def orders(self) -> IO[bytes]:
        """The pipe to it."""
        if self.process.stdin is None:
            raise TypeError("a companion is started with a pipe to it")
        return self.process.stdin

    @property
    def answers(self) -> IO[bytes]:
        """The pipe from it."""
        if self.process.stdout is None:
            raise TypeError("a companion is started with a pipe from it")
        return self.process.stdout

    @property
    def gone(self) -> bool:
        """Whether nothing more can be expected of it."""
        return self._gone

    @property
    def at_work(self) -> bool:
        """Whether it has orders before it."""
        return self._ordered > 0 and not self._gone

    @property
    def willing(self) -> bool:
        """Whether it has nothing to do and would take an order."""
        return self._greeted and not self._ordered and not self._gone

    def order(self, after: int, upto: int) -> None:
        """Have it make documents of a stretch of the outbox; does not wait for that."""
        self.held += upto - after
        self._tell(b"%d %d" % (after, upto))

    def commit(self) -> None:
        """Have it bring into the index what it has made; does not wait for that."""
        self.held = 0
        self._tell(_COMMIT)

    def tidy(self) -> None:
        """Have it leave the index in few pieces, and end; does not wait for that."""
        self._tell(_TIDY)
        with suppress(OSError):
            self.orders.close()

    def _tell(self, order: bytes) -> None:
        self._ordered += 1
        # If it is gone, what it was to do is still in the outbox.
        with suppress(OSError):
            self.orders.write(order + b"\n")

    def listen(self) -> None:
        """Hear what it has said; part with it when it is silent for ever or says nothing of use."""
        if self._gone:
            return
        try:
            found = os.read(self.answers.fileno(), _READ)
        except BlockingIOError:
            return
        self._heard += found
        if not self._greeted and self._heard.startswith(self._greeting):
            self._greeted, self._heard = True, self._heard.removeprefix(self._greeting)
        while self._greeted and self._heard.startswith(_DONE):
            self._ordered -= 1
            self._heard = self._heard.removeprefix(_DONE)
        expected = _DONE if self._greeted else self._greeting
        if not found or not expected.startswith(self._heard):
            self.leave()

    @property
    def ended(self) -> bool:
        """Whether its process is no more."""
        return self.process.poll() is not None

    def see_off(self) -> None:
        """Wait until it has ended by itself, but not for ever."""
        try:
            with suppress(subprocess.TimeoutExpired):
                self.process.wait(_SILENCE)
        finally:
            self.leave()

    def leave(self) -> None:
        """End it without waiting for its work."""
        if self._gone:
            return
        self._gone = True
        self.process.terminate()
        try:
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for pipe in (self.orders, self.answers):
            with suppress(OSError):
                pipe.close()


class Lingering:
    """Companions that still tidy the index when an ingest has returned."""

    def __init__(self) -> None:
        self._companions: list[Companion] = []

    def keep(self, companion: Companion) -> None:
        """Take one in; part with those that are done."""
        done = [each for each in self._companions if each.ended]
        for each in done:
            each.leave()
        self._companions = [each for each in self._companions if each not in done] + [companion]

    def see_off(self) -> None:
        """Wait until all have ended."""
        while self._companions:
            self._companions.pop().see_off()


def wait_for(companions: Sequence[Companion], silence: float = _SILENCE) -> bool:
    """Wait until one that is at work has said something or is gone; False if none is at work.

    When all have been silent for so many seconds they are parted with: one may have been stopped.
    """
    at_work = [each for each in companions if each.at_work]
    if not at_work:
        return False
    with selectors.DefaultSelector() as selector:
        for each in at_work:
            selector.register(each.answers, selectors.EVENT_READ)
        heard = selector.select(silence)
    for each in at_work:
        if heard:
            each.listen()
        else:
            each.leave()
    return True


def accompany(index: IndexService, fingerprint: str, *, orders: int, answers: int) -> None:
    """Be a companion until the orders end.

    Args:
        index: The index.
        fingerprint: What it is built with.
        orders: Descriptor to read orders from.
        answers: Descriptor to answer to.
    """
    os.write(answers, _READY + fingerprint.encode() + b"\n")
    lines = _lines(orders)
    for line in lines:
        if line == _TIDY:
            index.tidy()
            return
        # What others keep this one from is left in the outbox for the end.
        with suppress(BusyError):
            index.drain_stretches(_stretches(line, lines, answers))
        os.write(answers, _DONE)


def _lines(orders: int) -> Iterator[bytes]:
    heard = b""
    while found := os.read(orders, _READ):
        *complete, heard = (heard + found).split(b"\n")
        yield from complete


def _stretches(line: bytes, following: Iterator[bytes], answers: int) -> Iterator[Stretch]:
    """Yield the stretches that are committed together.

    That all documents of one are made is answered when the next is asked for; the last order of
    all, whichever it is, by who asks.
    """
    while line != _COMMIT:
        after, upto = map(int, line.split())
        yield after, upto
        os.write(answers, _DONE)
        line = next(following, _COMMIT)


def runs_python(program: str | None) -> bool:
    """Whether a program is Python itself, not one that Python is built into."""
    return bool(program) and Path(str(program)).name.startswith("python")


def processors() -> int:
    """Count the processors that this process may use."""
    # Not every system tells which processors this process may use.
    allowed = getattr(os, "sched_getaffinity", None)
    return len(allowed(0)) if allowed else os.cpu_count() or 1
