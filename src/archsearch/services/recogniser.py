"""The process that reads the text of scans, as the one sees it that gives it scans.

It is given a scan as a file without a name and says what it has read, a line of JSON. It may be
slow, say nonsense or die: then that scan cannot be read, and the next one gets another process.
"""

import importlib.util
import json
import socket
import subprocess
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from typing import Final, NamedTuple, Protocol

from archsearch.services.confinement import bare_environment, can_confine, in_memory

_NEEDED: Final = ("rapidocr", "onnxruntime")
_READ: Final = 1 << 16
_ESCAPED: Final = 12
"""Bytes that a character may take in JSON."""
_PATIENCE: Final = 5.0


class Limits(NamedTuple):
    """What is read of a scan at most; ``seconds`` it may take, loading the libraries included."""

    pages: int
    megapixels: int
    seconds: int
    characters: int = 20_000


class Verdict(NamedTuple):
    """What was read; None for a scan that cannot be read."""

    text: str | None


class Reads(Protocol):
    """Reads one scan at a time, while others do other things."""

    def give(self, content: Iterable[bytes]) -> None:
        """Give it a scan; whatever goes wrong is told as a verdict later."""
        ...

    def verdict(self) -> Verdict | None:
        """Tell what it has read; None while it still reads."""
        ...

    def close(self) -> None:
        """Let go of it until there is another scan."""
        ...


def available() -> bool:
    """Tell whether this installation can read scans: whether the extra is there."""
    return can_confine() and all(map(importlib.util.find_spec, _NEEDED))


class Recogniser:
    """The process, started when there is a scan."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._door: socket.socket | None = None
        self._heard = b""
        self._until = 0.0

    def give(self, content: Iterable[bytes]) -> None:
        """Give it a scan."""
        self._heard = b""
        self._until = time.monotonic() + self._limits.seconds
        with suppress(OSError), in_memory(content) as file:
            door = self._door or self._start()
            socket.send_fds(door, [b"."], [file.fileno()])

    def verdict(self) -> Verdict | None:
        """Tell what it has read, if it has."""
        if self._door is None:
            return Verdict(None)
        try:
            while found := self._door.recv(_READ):
                self._heard += found
                if found.endswith(b"\n"):
                    return Verdict(_text(self._heard, self._limits.characters))
                if len(self._heard) > self._limits.characters * _ESCAPED:
                    break
        except BlockingIOError:
            if time.monotonic() < self._until:
                return None
        except OSError:
            pass
        self.close()
        return Verdict(None)

    def close(self) -> None:
        """End it."""
        door, process = self._door, self._process
        self._door = self._process = None
        if door is not None:
            door.close()
        if process is not None:
            process.kill()
            process.wait(_PATIENCE)

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        most = self._limits
        bounds = map(str, (theirs.fileno(), most.pages, most.megapixels, most.characters))
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own program
                [sys.executable, "-P", "-m", "archsearch.entrypoints.recogniser", *bounds],
                env={**bare_environment(), "OMP_NUM_THREADS": "1"},
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        ours.setblocking(False)  # noqa: FBT003 - its only parameter
        self._door = ours
        return ours


def _text(heard: bytes, most: int) -> str | None:
    try:
        said = json.loads(heard)
    except (ValueError, RecursionError):
        return None
    if not isinstance(said, str):
        return None
    # What comes from there is no more to be believed than the scan is.
    return "".join(c for c in said[:most] if c.isprintable() or c in "\n\t")
