"""The process beside a large ingest: it helps when it can, and is never needed."""

import os
import select
import signal
import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from archsearch.services import companion
from archsearch.services.companion import ChildProcess, Companion, Indexing, Invitation
from archsearch.services.index import IndexService
from archsearch.storage import outbox
from tests.offices import Office, named

ROWS = 240
Invite = Callable[[], ChildProcess | None]


def invitation(office: Office, monkeypatch: pytest.MonkeyPatch, least: int = 40) -> Invitation:
    """How the office would invite a companion, one that commits every few records."""
    # Wherever the tests run: two processes work on one processor too, only not at once.
    monkeypatch.setattr(companion, "_processors", lambda: 2)
    found = office.application.companion()
    return replace(found, command=(*found.command[:-1], str(least)))


def begun(invite: Invite) -> Invite:
    """Wait until the companion has said something, or is gone."""

    def call() -> ChildProcess | None:
        child = invite()
        assert child is not None
        select.select([child._answers], [], [], 60)
        return child

    return call


def feed(office: Office, invite: Callable[[], Companion | None], **more: Any) -> list[int]:
    """Feed many rows in small batches; gives how many records this process indexed itself."""
    office.feed(*named(["first"]))  # makes the index: what a rebuild takes in is not counted
    done: list[int] = []

    class Counting(IndexService):
        def drain(self, *arguments: Any, **named: Any) -> int:
            done.append(super().drain(*arguments, **named))
            return done[-1]

    index = office.application.index
    index.__class__ = Counting
    service = office.application.ingest
    service._indexing = lambda: Indexing(index, invite, worth=60, every=80)
    service._rules = replace(service._rules, batch=20)
    office.feed(*named(f"R{number}" for number in range(ROWS)), **more)
    return done


def check(office: Office) -> None:
    assert len(office.seen("admin")) == ROWS + 1
    assert office.ailments() == []
    with office.application.database.read() as connection:
        assert outbox.count(connection) == 0


def test_a_companion_indexes_what_the_first_process_stores(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    done = feed(office, begun(invitation(office, monkeypatch)))

    assert done == [0]
    check(office)


def test_a_companion_that_is_still_starting_at_the_end_is_not_waited_for(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    invite = invitation(office, monkeypatch)
    sleeper = (sys.executable, "-c", "import time; time.sleep(3600)")

    done = feed(office, replace(invite, command=sleeper))

    assert done == [ROWS]
    check(office)


@pytest.mark.parametrize(
    "program",
    ["", "raise SystemExit(1)", "print('ready elsewhere', flush=True); input()", "print(1)"],
)
def test_without_a_companion_of_use_the_first_process_indexes_alone(
    office: Office, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    invite = invitation(office, monkeypatch)

    done = feed(office, begun(replace(invite, command=(sys.executable, "-c", program))))

    assert sum(done) == ROWS
    check(office)


@pytest.mark.parametrize("program", ["/no/such/python", "/usr/bin/some-server", ""])
def test_a_companion_that_cannot_be_started_is_done_without(
    office: Office, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    invite = invitation(office, monkeypatch)

    done = feed(office, replace(invite, command=(program,)))

    assert sum(done) == ROWS
    check(office)


@pytest.mark.parametrize("least", [20, 10_000])
def test_a_companion_that_is_killed_loses_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch, least: int
) -> None:
    children: list[ChildProcess] = []
    invite = begun(invitation(office, monkeypatch, least))

    def remember() -> ChildProcess | None:
        child = invite()
        assert child is not None
        children.append(child)
        return child

    def kill(_: str, rows: int) -> None:
        if rows == 140:
            os.kill(children[0]._process.pid, signal.SIGKILL)

    done = feed(office, remember, progress=kill)

    assert sum(done) > 0
    check(office)


def test_an_ingest_that_is_broken_off_leaves_no_companion_behind(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    children: list[ChildProcess] = []
    invite = begun(invitation(office, monkeypatch))

    def remember() -> ChildProcess | None:
        child = invite()
        assert child is not None
        children.append(child)
        return child

    def interrupt(_: str, rows: int) -> None:
        if rows == 140:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        feed(office, remember, progress=interrupt)

    assert children[0]._process.returncode is not None
    assert len(office.seen("admin")) == 140 + 1
    assert office.ailments() == []


def test_a_companion_ends_when_its_orders_do(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first process that was killed closes the pipe."""
    child = begun(invitation(office, monkeypatch))()
    assert child is not None
    assert child.working()

    child._orders.close()

    assert child._process.wait(60) == 0
    child.leave()


def test_a_small_ingest_asks_for_no_companion(office: Office) -> None:
    def unwanted() -> None:
        raise AssertionError("nobody was to be invited")

    office.application.ingest._indexing = lambda: Indexing(office.application.index, unwanted)
    office.feed(*named("AB"))

    assert office.seen("admin") == {"A", "B"}


def test_a_full_pipe_of_orders_holds_nobody_up(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    invite = invitation(office, monkeypatch)
    deaf = replace(invite, command=(sys.executable, "-c", "import time; time.sleep(3600)"))
    child = deaf()
    assert child is not None

    for _ in range(50_000):
        child.more()

    assert child.working()
    child.leave()
    assert not child.working()
