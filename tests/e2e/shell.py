"""The program started as a shell starts it, with pipes or in a terminal."""

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import archsearch

PROGRAM = "from archsearch.entrypoints.cli.main import main; main()"


@dataclass(frozen=True, slots=True)
class Shell:
    """Starts the program as a shell would."""

    home: Path

    def command(self, *arguments: str | bytes) -> list[str | bytes]:
        return [sys.executable, "-c", PROGRAM, *arguments]

    def environ(self, **changes: str) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("ARCHSEARCH")}
        for name in ("NO_COLOR", "COLUMNS", "PYTHONUTF8", "PYTHONIOENCODING"):
            kept.pop(name, None)
        ours = {
            "PYTHONPATH": str(Path(archsearch.__file__).parents[1]),
            "ARCHSEARCH_HOME": str(self.home),
            "ARCHSEARCH_USER": "admin",
            "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8",
        }
        return kept | ours | changes

    def run(self, *arguments: str | bytes, **changes: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            self.command(*arguments),
            env=self.environ(**changes),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            encoding="utf-8",
        )


@dataclass(slots=True)
class Terminal:
    """A terminal with the program running in it."""

    process: "subprocess.Popen[bytes]"
    descriptor: int
    seen: str = ""

    def read_until(self, pattern: str) -> None:
        while not re.search(pattern, self.seen):
            if not self._read():
                raise AssertionError(f"the program ended without {pattern}: {self.seen}")

    def type(self, text: str) -> None:
        os.write(self.descriptor, text.encode())

    def end(self) -> int:
        while self._read():
            pass
        return self.process.wait(60)

    @property
    def plain(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", self.seen)

    def _read(self) -> bool:
        try:
            data = os.read(self.descriptor, 1 << 16)
        except OSError:  # the other end is closed: how Linux ends a terminal
            return False
        # The pieces of a character may arrive apart; the marks looked for do not care.
        self.seen += data.decode("utf-8", "replace").replace("\r\n", "\n")
        return bool(data)


def in_terminal(
    shell: Shell, arguments: Sequence[str], *, columns: int = 100, **changes: str
) -> Terminal:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    process = subprocess.Popen(
        shell.command(*arguments),
        env=shell.environ(**changes),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        close_fds=True,
    )
    os.close(theirs)
    return Terminal(process, ours)


def run_in_terminal(
    shell: Shell, *arguments: str, columns: int = 100, **changes: str
) -> tuple[int, Terminal]:
    terminal = in_terminal(shell, arguments, columns=columns, **changes)
    code = terminal.end()
    os.close(terminal.descriptor)
    return code, terminal
