"""The demonstration."""

import subprocess
from typing import Any

import pytest

from tools import demo


def test_the_served_demonstration_is_quiet_and_takes_another_port_if_its_is_taken(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A line a request would drive the passwords from the screen."""
    called: list[list[Any]] = []
    ends = iter([demo.CONFLICT, 0])

    def run(command: list[Any], **_: Any) -> subprocess.CompletedProcess[str]:
        called.append(command[1:])
        return subprocess.CompletedProcess(command, next(ends))

    class Watcher:
        """What looks after the watch folder meanwhile."""

        def __init__(self, command: list[Any], **_: Any) -> None:
            called.append(command[1:])

        def terminate(self) -> None:
            called.append(["terminated"])

        def wait(self) -> None: ...

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(subprocess, "Popen", Watcher)

    assert demo.serve() == 0
    served = [["serve", "-q", "--port", port] for port in ("8000", "0")]
    assert called == [["watch", "-q"], *served, ["terminated"]]
