"""``kill -9`` while files rain into the watch folder: each ends in exactly one state, none is lost,
none is filed twice, and none is read by halves."""

import hashlib
import json
import os
import random
import select
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, cast

import pytest

from archsearch.domain.inbox import Entry, State
from archsearch.domain.record import Record
from archsearch.storage import records
from archsearch.storage.inbox import Ledger
from tests.e2e.victim import Victim
from tests.offices import Office, copied
from tests.scans import scan_of

SCANS_EACH = 100
"""Scans a customer has, about."""
SETTINGS = {
    "ARCHSEARCH__INBOX__SETTLE_SECONDS": "0",
    "ARCHSEARCH__INBOX__WAIT_MINUTES": "1000",
}


class Moment(NamedTuple):
    """When to kill: so many seconds after so many looks at the folder.

    ``deaf`` stops the watcher while files are dropped, so that more events come than the system
    keeps for it.
    """

    looks: int
    seconds: float
    deaf: bool = False


class Watchman(Victim):
    """The program that is killed."""

    def __init__(self, warm: Path) -> None:
        super().__init__("watchman.py", warm, SETTINGS)

    def watch(self, workspace: Path, *, during: Callable[[], None], until: Moment | None) -> None:
        """Watch while something is done, and kill at a moment, or when all is quiet."""
        child = self.begin(str(workspace))
        if until is not None and until.deaf:
            self.hear("look")
            os.kill(child, signal.SIGSTOP)
            during()
            os.kill(child, signal.SIGCONT)
        else:
            during()
        if until is not None:
            for _ in range(until.looks):
                self.hear("look")
            # Not waiting for anything: the time that passes is the random moment.
            select.select([], [], [], until.seconds)
        else:
            for _ in range(3):
                self.hear("idle")
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        while self.said() != ["gone"]:
            pass

    def hear(self, word: str) -> None:
        while (said := self.said()) != [word]:
            assert said in (["look"], ["idle"]), said


@pytest.fixture(scope="module")
def watchman(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Watchman]:
    man = Watchman(copied(template, tmp_path_factory.mktemp("watchman") / "warm"))
    yield man
    man.close()


@dataclass
class Rain:
    """Drops files of every kind into a folder, and knows what is to become of them."""

    folder: Path
    dice: random.Random
    customers: int = 12
    number: int = 0
    scans: dict[str, str] = field(default_factory=dict)
    """Customer by digest."""
    rows: set[str] = field(default_factory=set)
    ends: Counter[State] = field(default_factory=Counter)
    later: list[Callable[[], None]] = field(default_factory=list)
    known: list[tuple[bytes, str]] = field(default_factory=list)

    def fall(self, files: int) -> None:
        """Drop some, and finish some of what was begun."""
        for _ in range(files):
            self.number += 1
            kinds = [self.named, self.named, self.before, self.after, self.again]
            kinds += [self.slow, self.table, self.broken, self.junk, self.renamed]
            self.dice.choice(kinds)()
            if self.later and self.dice.random() < 0.6:
                self.later.pop(self.dice.randrange(len(self.later)))()

    def end(self) -> None:
        while self.later:
            self.later.pop()()

    def put(self, name: str, content: bytes) -> Path:
        """Drop a file as programs do that know how: under another name first."""
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        hidden = path.with_name(f".{path.name}.part")
        hidden.write_bytes(content)
        return hidden.rename(path)

    def scan(self) -> tuple[bytes, str]:
        content, customer = scan_of(self.number), f"客户{self.dice.randrange(self.customers)}"
        self.scans[hashlib.sha256(content).hexdigest()] = customer
        self.ends[State.ARCHIVED] += 1
        self.known.append((content, customer))
        return content, customer

    def named(self) -> None:
        content, customer = self.scan()
        self.put(f"{customer}_1234_材料{self.number}.png", content)

    def sidecar(self, customer: str) -> bytes:
        self.ends[State.ARCHIVED] += 1
        said = {"来源": "扫描件", "来源编号": f"{customer}_1234", "姓名": customer}
        return json.dumps(said, ensure_ascii=False).encode()

    def before(self) -> None:
        content, customer = self.scan()
        name = f"夹/s{self.number}.png"
        self.put(f"{name}.json", self.sidecar(customer))
        self.later.append(lambda: void(self.put(name, content)))

    def after(self) -> None:
        content, customer = self.scan()
        name, sidecar = f"夹/s{self.number}", self.sidecar(customer)
        self.put(f"{name}.png", content)
        self.later.append(lambda: void(self.put(f"{name}.json", sidecar)))

    def again(self) -> None:
        if not self.known:
            return
        content, customer = self.dice.choice(self.known)
        self.ends[State.ARCHIVED] += 1
        self.put(f"{customer}_1234_又{self.number}.png", content)

    def slow(self) -> None:
        """Written in place and bit by bit, through one open file."""
        content, customer = self.scan()
        path = self.folder / f"{customer}_1234_慢{self.number}.png"
        file = cast("BinaryIO", path.open("wb", buffering=0))
        file.write(content[: len(content) // 2])

        def finish() -> None:
            file.write(content[len(content) // 2 :])
            file.close()

        self.later.append(finish)

    def table(self) -> None:
        name = f"表内客户{self.number}"
        self.rows.add(name)
        self.ends[State.ARCHIVED] += 1
        self.put(f"{self.number}.csv", f"客户名称\n{name}\n".encode())

    def broken(self) -> None:
        self.ends[State.QUARANTINED] += 1
        self.put(f"客户1_1234_断{self.number}.png", scan_of(self.number)[:-20])

    def junk(self) -> None:
        self.ends[State.QUARANTINED] += 1
        self.put(f"{self.number}.docx", b"junk %d" % self.number)

    def renamed(self) -> None:
        content, customer = self.scan()
        path = self.put(f"夹/n{self.number}.png", content)
        name = self.folder / f"{customer}_1234_名{self.number}.png"

        def rename() -> None:
            place = path if path.exists() else self.folder / "待补录" / "夹" / path.name
            place.rename(name)

        self.later.append(rename)


def void(_: object) -> None:
    return None


def attachments(record: Record) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", record.values.get("attachments", []))


def check(workspace: Path, rain: Rain) -> None:
    with Office(workspace) as office:
        application = office.application
        with application.database.read() as connection:
            found = list(records.iterate_all(connection))
            ledger = list(
                Ledger(application.vault).recent(connection, tuple(State), {"admin"}, 10**6)
            )
        held = [(each["sha256"], r.values["name"]) for r in found for each in attachments(r)]
        assert Counter(held) == Counter(rain.scans.items()), "a scan is missing, doubled or astray"
        names = Counter(str(record.values["name"]) for record in found)
        assert set(names.values()) == {1}, "a customer is there twice"
        assert rain.rows <= set(names)
        assert Counter(entry.state for entry in ledger) == rain.ends
        check_places(workspace / "inbox", ledger)
        if found:
            some = next(record for record in found if attachments(record))
            for number, each in enumerate(attachments(some), 1):
                scan = office.archive.attachment(
                    some.record_id, number, reason="核对", user="admin"
                )
                assert hashlib.sha256(scan.read()).hexdigest() == each["sha256"]
        assert office.ailments() == []


def check_places(inbox: Path, ledger: list[Entry]) -> None:
    """Every file lies where the ledger says, and nothing else does."""
    files = {str(path.relative_to(inbox)) for path in inbox.rglob("*") if path.is_file()}
    files = {path for path in files if not path.startswith(("回执/", ".archsearch"))}
    assert {entry.path for entry in ledger} == {p for p in files if not p.endswith(".原因.txt")}
    notes = {path.removesuffix(".原因.txt") for path in files if path.endswith(".原因.txt")}
    assert notes == {entry.path for entry in ledger if entry.state is State.QUARANTINED}


def storm(watchman: Watchman, workspace: Path, *, files: int, kills: int, seed: int) -> None:
    customers = max(12, files // SCANS_EACH)
    rain = Rain(workspace / "inbox", random.Random(seed), customers)
    burst, each = files // 2, max(1, files // 2 // kills)
    watchman.watch(workspace, during=lambda: rain.fall(burst), until=Moment(0, 0.1, deaf=True))
    for _ in range(kills - 1):
        # Whole looks, as they take as long as there are files: while it starts, or later.
        until = Moment(rain.dice.randrange(3), rain.dice.uniform(0, 1))
        watchman.watch(workspace, during=lambda: rain.fall(each), until=until)
    rain.end()
    watchman.watch(workspace, during=lambda: None, until=None)
    check(workspace, rain)


def test_kill_9_at_random_moments_of_watching(
    watchman: Watchman, template: Path, tmp_path: Path
) -> None:
    storm(watchman, copied(template, tmp_path / "workspace"), files=120, kills=12, seed=1)


@pytest.mark.slow
def test_kill_9_at_many_random_moments_in_a_burst_of_files(
    watchman: Watchman, template: Path, tmp_path: Path
) -> None:
    """``STORM_FILES`` and ``STORM_KILLS`` in the environment say how many."""
    files = int(os.environ.get("STORM_FILES", "100000"))
    kills = int(os.environ.get("STORM_KILLS", "200"))
    storm(watchman, copied(template, tmp_path / "workspace"), files=files, kills=kills, seed=2)
