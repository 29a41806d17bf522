"""A program of its own that forks children to be killed, and says what they said."""

import os
import subprocess
import sys
from pathlib import Path

import archsearch

ROOT = Path(__file__).parents[2]
PATH = f"{Path(archsearch.__file__).parents[1]}{os.pathsep}{ROOT}"
"""Where a program of the tests finds the product and the tests."""


class Victim:
    """The program ``script``, warm: all that is slow to load is loaded before children branch off.

    Args:
        script: Its file, beside this one.
        warm: A workspace to warm up with.
        settings: Environment variables.
    """

    def __init__(self, script: str, warm: Path, settings: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-W", "ignore", str(Path(__file__).with_name(script)), str(warm)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": PATH, **settings},
            bufsize=0,
        )
        assert self.said() == ["ready"]

    def begin(self, task: str) -> int:
        """Have a child begin a task; give its number."""
        assert self.process.stdin is not None
        self.process.stdin.write(task.encode() + b"\n")
        return int(self.said()[1])

    def said(self) -> list[str]:
        """Hear the words of the next line."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().decode().split()

    def close(self) -> None:
        """End it."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
