"""Where the load runs: a workspace of generated records, its server, its watch folder.

Server and watcher are the real commands, as processes of their own.
"""

import io
import json
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from PIL import Image

import archsearch
from archsearch.errors import ConflictError
from tests.bench import archive
from tests.bench.corpus import customers, kept
from tests.e2e.shell import Shell

ADMIN: Final = "admin"
FED: Final = "零号分行"
"""Where scans of the run go: a department nobody else's question is about."""

_ROWS: Final = 5_000
_TICKS: Final = os.sysconf("SC_CLK_TCK")
_KIB: Final = 1024
_LONG: Final = 120.0
_STARTED: Final = 15.0


@dataclass(frozen=True, slots=True)
class Crowd:
    """Who asks: by user name their token, and from which rows they draw what to ask."""

    tokens: dict[str, str]
    rows: Sequence[dict[str, Any]]


def build(home: Path, records: int) -> None:
    """Make the workspace, unless it is there."""
    if not (home / "var").exists():
        archive.ingested(home, kept(records), records)


def hire(home: Path, users: int) -> Crowd:
    """Have so many users: a tenth see everything, half of them a branch, the others their own."""
    rows = list(customers(_ROWS))
    branches = Counter(str(row["department"]).split("/")[0] for row in rows)
    owners = Counter((str(row["owner"]), str(row["department"])) for row in rows)
    several = sorted(branches)
    wanted: list[tuple[str, str, list[str]]] = [
        *((f"load.admin{at}", "administrator", []) for at in range(max(users // 10, 1))),
        *(
            (f"load.manager{at}", "manager", [several[at % len(several)]])
            for at in range(users // 2)
        ),
    ]
    for (owner, department), _ in owners.most_common(users - len(wanted)):
        wanted.append((owner, "employee", [department]))
    with archsearch.open(home) as opened:
        return Crowd({name: _token(opened, name, *rest) for name, *rest in wanted[:users]}, rows)


def _token(opened: archsearch.Archive, name: str, role: Any, departments: Any) -> str:
    try:
        opened.add_user(name, role=role, departments=departments)
    except ConflictError:
        for old in opened.tokens.list(user=ADMIN, owner=name):
            opened.tokens.revoke(old.id, user=ADMIN)
    return opened.tokens.create("load", owner=name, rights=["read"], user=ADMIN).secret


@dataclass(slots=True)
class Running:
    """A command of the product that runs until it is told to stop."""

    process: "subprocess.Popen[str]"
    address: str = ""

    @property
    def pids(self) -> list[int]:
        """The processes that work: those it started, or itself where it started none."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        # What only keeps count of semaphores does no work.
        workers = [
            pid for pid in map(int, listed.split()) if b"resource_tracker" not in _command(pid)
        ]
        return workers or [self.process.pid]

    def megabytes(self) -> list[int]:
        """The memory of each process without mapped files."""
        return [_anonymous(pid) // _KIB for pid in self.pids]

    def cpu_seconds(self) -> float:
        """The processor time of all processes."""
        return sum(_worked(pid) for pid in {*self.pids, self.process.pid})


def _command(pid: int) -> bytes:
    return Path(f"/proc/{pid}/cmdline").read_bytes()


def _anonymous(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("RssAnon:"):
            return int(line.split()[1])
    return 0


def _worked(pid: int) -> float:
    values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(values[11]) + int(values[12])) / _TICKS


@contextmanager
def serving(home: Path, workers: int, log: Path) -> Iterator[Running]:
    """Run ``archsearch serve``; its log goes into a file, as that of a service does."""
    arguments = ("serve", "--port", "0", "--json", "--workers", str(workers))
    with _running(home, log, *arguments) as process:
        assert process.stdout
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(log.read_text())
        # Who comes before all of its processes are up is answered by the first for ever.
        time.sleep(_STARTED)
        yield Running(process, json.loads(line)["address"])


@contextmanager
def watching(home: Path, log: Path) -> Iterator[Running]:
    """Run ``archsearch watch``."""
    with _running(home, log, "watch", "--quiet") as process:
        yield Running(process)


@contextmanager
def _running(home: Path, log: Path, *arguments: str) -> "Iterator[subprocess.Popen[str]]":
    shell = Shell(home)
    with log.open("w") as file:
        process = subprocess.Popen(
            shell.command(*arguments),
            env=shell.environ(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=file,
            encoding="utf-8",
        )
        try:
            yield process
            process.send_signal(signal.SIGTERM)
            process.wait(_LONG)
        finally:
            process.kill()
            process.communicate()


def drop_scan(home: Path, run: str, number: int) -> None:
    """Put a scan into the watch folder, and beside it what says whose it is."""
    folder, name = home / "inbox", f"{run}-{number:06d}.png"
    image = io.BytesIO()
    color = (number % 256, number // 256 % 256, hash(run) % 256)
    Image.new("RGB", (620, 877), color).save(image, "PNG")
    about = {"name": f"新客户{number:06d}", "source_id": f"{run}-{number}", "department": FED}
    (folder / f"{name}.json").write_text(json.dumps(about, ensure_ascii=False), encoding="utf-8")
    (folder / name).write_bytes(image.getvalue())


def archived(home: Path) -> Counter[str]:
    """Count the files of the watch folder's ledger by state."""
    with archsearch.open(home) as opened:
        return Counter(opened.inbox(user=ADMIN, state="all", limit=1).counts)
