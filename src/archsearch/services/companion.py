"""A second process that brings a large ingest into the index while the first still stores it.

Storing and indexing take about the same time, so two processors halve it. What the two share is
the store alone: the outbox says what is to be done, the drain's lock that one of them does it. So
either may die at any moment, or never start; whoever is left finishes.

Orders go to the companion's standard input: ``more`` when there is more in the outbox, ``finish``
when there will not be. Its input ending without ``finish`` means that the first process is gone,
and what is left is for whoever comes next. It says ``ready`` and what it builds the index with.
"""

import os
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Protocol, Self

from archsearch.errors import BusyError
from archsearch.services.index import IndexService

_MORE: Final = b"more\n"
_FINISH: Final = b"finish\n"
_READY: Final = b"ready "
_READ: Final = 1 << 16
_PATIENCE: Final = 5.0


class Companion(Protocol):
    """What an ingest asks of the process beside it."""

    def working(self) -> bool:
        """Whether it can be left to it to drain the outbox."""
        ...

    def more(self) -> None:
        """Tell that there is more in the outbox; never waits."""
        ...

    def finish(self) -> None:
        """Have it drain what is left, and wait for that; returns when it has gone, however."""
        ...

    def leave(self) -> None:
        """End it without waiting for its work."""
        ...


@dataclass(frozen=True, slots=True)
class Invitation:
    """How to start a companion.

    ``index`` stands for what the index is built with: who builds otherwise is no help.
    """

    command: Sequence[str]
    environment: Mapping[str, str]
    index: str

    def __call__(self) -> "ChildProcess | None":
        """Start one, unless this machine or program cannot."""
        if not _is_python(self.command[0]) or _processors() < 2:  # noqa: PLR2004 - two at once
            return None
        try:
            return ChildProcess(
                subprocess.Popen(  # noqa: S603 - this very Python, a module of ours, a path
                    self.command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=self.environment,
                    bufsize=0,
                ),
                self.index,
            )
        except OSError:
            return None


class ChildProcess:
    """A companion that was started."""

    def __init__(self, process: subprocess.Popen[bytes], index: str) -> None:
        self._process = process
        self._greeting = _READY + index.encode() + b"\n"
        self._heard = b""
        self._left = False
        for pipe in (self._orders, self._answers):
            os.set_blocking(pipe.fileno(), False)

    @property
    def _orders(self) -> IO[bytes]:
        if self._process.stdin is None:
            raise TypeError("a companion is started with a pipe to it")
        return self._process.stdin

    @property
    def _answers(self) -> IO[bytes]:
        if self._process.stdout is None:
            raise TypeError("a companion is started with a pipe from it")
        return self._process.stdout

    def working(self) -> bool:
        """Whether it is alive and has not said that it builds otherwise; see the protocol."""
        if self._left or self._process.poll() is not None:
            return False
        self._heard += self._answers.read(_READ) or b""
        if not self._greeting.startswith(self._heard):
            self.leave()
            return False
        return True

    def more(self) -> None:
        """Tell that there is more to do; see the protocol."""
        # Full of orders, or gone: neither is news.
        with suppress(OSError):
            self._orders.write(_MORE)

    def finish(self) -> None:
        """Let it finish, if it has begun at all; see the protocol."""
        if not self.working():
            return
        if self._heard != self._greeting:
            # Still starting: done sooner than that.
            self.leave()
            return
        os.set_blocking(self._orders.fileno(), True)
        with suppress(OSError):
            self._orders.write(_FINISH)
        self._process.wait()
        self._close()

    def leave(self) -> None:
        """End it; see the protocol."""
        if self._left:
            return
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._close()

    def _close(self) -> None:
        self._left = True
        for pipe in (self._orders, self._answers):
            with suppress(OSError):
                pipe.close()


class Indexing:
    """Sees to it that what one ingest stores gets into the index; to be used as a context.

    Args:
        index: The index.
        invite: Starts a companion; gives None when there can be none.
        worth: Records from which on a companion is worth its start.
        every: Records after which the index hears of them where there is no companion.
    """

    def __init__(
        self,
        index: IndexService,
        invite: Callable[[], Companion | None],
        *,
        worth: int = 5_000,
        every: int = 20_000,
    ) -> None:
        self._index = index
        self._invite = invite
        self._worth = worth
        self._every = every
        self._stored = 0
        self._fresh = 0
        self._companion: Companion | None = None
        self._invited = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._companion is not None:
            self._companion.leave()

    def stored(self, number: int) -> None:
        """Note that so many records were stored; may take the time to index them."""
        self._stored += number
        self._fresh += number
        if not self._invited and self._stored >= self._worth:
            self._invited = True
            self._companion = self._invite()
        if self._companion is not None and self._companion.working():
            self._companion.more()
        elif self._fresh >= self._every:
            self._fresh = 0
            self._settle()

    def finish(self) -> bool:
        """Bring everything into the index; False if another process is busy with it."""
        if self._companion is not None:
            self._companion.finish()
        return self._settle()

    def _settle(self) -> bool:
        try:
            self._index.drain()
        except BusyError:
            return False
        return True


WORTH_A_COMMIT: Final = 8_000
"""Records: a commit for fewer would be merged into others soon."""


def accompany(
    index: IndexService, fingerprint: str, least: int, *, orders: int, answers: int
) -> None:
    """Be a companion until the orders end.

    Args:
        index: The index.
        fingerprint: What it is built with.
        least: Fewer records than that wait for more, or for the end.
        orders: Descriptor to read orders from.
        answers: Descriptor to answer to.
    """
    os.write(answers, _READY + fingerprint.encode() + b"\n")
    heard = b""
    while not heard.endswith(_FINISH):
        found = os.read(orders, _READ)
        if not found:
            return
        heard = heard[-len(_FINISH) :] + found
        with suppress(BusyError):
            index.drain(least=least)
    index.drain()


def _is_python(program: str) -> bool:
    """Whether a program is Python itself, not one that Python is built into."""
    return Path(program).name.startswith("python")


def _processors() -> int:
    return len(os.sched_getaffinity(0))
