"""The server as a process of its own: several workers, signals, a real client."""

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest

from archsearch.client import Client
from tests.e2e.shell import Shell
from tests.offices import Office

LONG = 60.0


@dataclass(slots=True)
class Served:
    """A running server."""

    process: "subprocess.Popen[str]"
    address: str
    token: str

    def get(self, path: str) -> httpx2.Response:
        """Ask on a connection of its own."""
        headers = {"Authorization": f"Bearer {self.token}"}
        return httpx2.get(self.address + path, headers=headers, timeout=LONG)

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(LONG)


@pytest.fixture
def workspace(office: Office) -> Path:
    office.feed({"record_id": "A-1", "name": "张伟", "phones": "13812345678"})
    made = office.archive.tokens.create(
        "server", owner="admin", rights=["read", "screen"], days=365, user="admin"
    )
    (office.path / "token").write_text(made.secret)
    return office.path


@contextmanager
def served(workspace: Path, *arguments: str, **environ: str) -> Iterator[Served]:
    shell = Shell(workspace)
    process = subprocess.Popen(
        shell.command("serve", "--port", "0", "--json", "-q", *arguments),
        env=shell.environ(**environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        assert line, process.stderr and process.stderr.read()
        server = Served(process, json.loads(line)["address"], (workspace / "token").read_text())
        # The socket listens from the beginning; who comes early waits for the first worker.
        assert server.get("/readyz").status_code == 200
        yield server
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_it_answers_from_every_worker_and_stops_when_it_is_told(
    workspace: Path, workers: str
) -> None:
    with served(workspace, "--workers", workers) as server:
        with Client(server.address, server.token) as client:
            for _ in range(6):
                assert client.search("张伟").total == 1
            assert client.get("A-1").values["phones"] == ["138****5678"]
        figures = server.get("/metrics").text

        assert 'route="/api/v1/search",status="200"} 6.0' in figures
        assert server.stop() == 0


def test_workers_count_from_one_budget(workspace: Path) -> None:
    with served(workspace, "--workers", "2", ARCHSEARCH__SERVER__RATE__BURST="3",
                ARCHSEARCH__SERVER__RATE__REQUESTS_A_MINUTE="1") as server:  # fmt: skip
        statuses = [server.get("/api/v1/session").status_code for _ in range(8)]

    assert statuses == [200] * 3 + [429] * 5


def test_a_task_begun_by_one_worker_is_known_to_the_other(workspace: Path) -> None:
    with (
        served(workspace, "--workers", "2") as server,
        Client(server.address, server.token) as client,
    ):
        task = client.begin_match(["张伟"] * 3)
        seen = {server.get(f"/api/v1/tasks/{task.id}").status_code for _ in range(6)}

    assert seen == {200}


def test_a_server_that_is_killed_leaves_no_worker_behind(workspace: Path) -> None:
    with served(workspace, "--workers", "2") as server:
        port = int(server.address.rpartition(":")[2])
        server.stop(signal.SIGKILL)

        until = time.monotonic() + LONG
        while _answers(port):
            assert time.monotonic() < until


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_a_port_that_is_taken_is_told_in_words(workspace: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        run = Shell(workspace).run("serve", "--port", str(taken.getsockname()[1]))

    assert run.returncode == 5
    assert "不能在 127.0.0.1 的端口" in run.stderr
    assert "Traceback" not in run.stderr


def test_what_is_no_http_is_answered_and_the_server_lives_on(workspace: Path) -> None:
    with served(workspace) as server:
        host, port = server.address.removeprefix("http://").split(":")
        for rubbish in (
            b"\x16\x03\x01\0\0",
            b"GET / HTTP/9.9\r\n\r\n",
            b"G" * 70_000,
            b"\r\n" * 99,
        ):
            with socket.create_connection((host, int(port)), LONG) as connection:
                connection.sendall(rubbish)
                connection.shutdown(socket.SHUT_WR)
                answer = _read(connection)
                assert answer == b"" or answer.startswith(b"HTTP/1.1 4")

        assert server.get("/healthz").status_code == 200
        assert os.waitid(os.P_PID, server.process.pid, os.WEXITED | os.WNOHANG) is None


def _read(connection: socket.socket) -> bytes:
    try:
        return connection.recv(1000)
    except ConnectionResetError:
        return b""


def test_the_lines_of_its_log_hold_nothing_of_what_was_asked(workspace: Path) -> None:
    shell = Shell(workspace)
    process = subprocess.Popen(
        shell.command("serve", "--port", "0"),
        env=shell.environ(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    assert process.stdout
    address = process.stdout.readline().strip()
    httpx2.get(f"{address}/api/v1/records/13812345678?token=secret", timeout=LONG)
    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=LONG)

    assert process.returncode == 0
    assert "GET /api/v1/records/{record_id:path} 401" in told
    assert "13812345678" not in told
    assert "secret" not in told
