"""A process that answers pieces of a list beside the first one.

An order goes to its standard input, a line of JSON; the answer comes back as one. Whatever goes
wrong with a helper, its piece is given back: the first process then does it by itself.
"""

import json
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import astuple
from select import select
from typing import IO, Any, Final

from archsearch.domain.screening import Entry, Listed
from archsearch.errors import ArchsearchError
from archsearch.services.companion import Invitation, processors, runs_python

_READ: Final = 1 << 16
_PATIENCE: Final = 5.0
_SILENCE: Final = 60.0
"""Seconds; many times what a piece takes on a slow machine. A helper may have been stopped."""
_MOST: Final = 3
"""Helpers; each of them holds dictionaries in memory."""

Answer = Callable[[Sequence[Listed], str, int], list[list[str]]]


def invite(invitation: Invitation) -> list["Helper"]:
    """Start a helper for each further processor; none where this machine or program cannot."""
    if not runs_python(invitation.command[0]):
        return []
    helpers: list[Helper] = []
    with suppress(OSError):
        while len(helpers) < min(processors() - 1, _MOST):
            helpers.append(Helper(invitation.start()))
    return helpers


class Helper:
    """A helper that was started, as the first process sees it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._heard = b""
        self._piece: int | None = None
        self._gone = False

    @property
    def willing(self) -> bool:
        """Whether it has nothing to do."""
        return self._piece is None and not self._gone

    def order(self, piece: int, lines: Sequence[Listed], user: str, limit: int) -> None:
        """Have it answer a piece; does not wait for that."""
        self._piece = piece
        order = [[astuple(line) for line in lines], user, limit]
        try:
            self._pipe(self._process.stdin).write(json.dumps(order).encode() + b"\n")
        except OSError:
            self._gone = True

    def answers(self, *, wait: bool) -> Iterator[tuple[int, list[list[str]]]]:
        """Give the answer if it is there; ``wait`` for it, but not for ever."""
        answers = self._pipe(self._process.stdout).fileno()
        while self._piece is not None and not self._gone:
            if not select([answers], [], [], _SILENCE if wait else 0)[0]:
                self._gone = wait
                return
            found = os.read(answers, _READ)
            self._heard += found
            line, ended, rest = self._heard.partition(b"\n")
            if ended:
                self._heard = rest
                rows = json.loads(line)
                if rows is None:
                    self._gone = True
                    return
                piece, self._piece = self._piece, None
                yield piece, rows
            elif not found:
                self._gone = True

    def given_up(self) -> list[int]:
        """Take back what it will never answer."""
        if not self._gone or self._piece is None:
            return []
        piece, self._piece = self._piece, None
        return [piece]

    def leave(self) -> None:
        """End it without waiting for its work."""
        self._process.terminate()
        try:
            self._process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):
                self._pipe(pipe).close()

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        if pipe is None:
            raise TypeError("a helper is started with pipes")
        return pipe


def help_out(answer: Answer, orders: IO[bytes], answers: IO[bytes]) -> None:
    """Be a helper until the orders end."""
    for line in orders:
        rows: Any = None
        # The first process meets the same refusal, and tells of it.
        with suppress(ArchsearchError):
            lines, user, limit = json.loads(line)
            listed = [Listed(place, Entry(*said)) for place, said in lines]
            rows = answer(listed, user, limit)
        answers.write(json.dumps(rows).encode() + b"\n")
        answers.flush()
