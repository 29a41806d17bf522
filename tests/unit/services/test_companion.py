"""The processes beside a large ingest: they help when they can, and are never needed."""

import os
import resource
import select
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from archsearch.engines.whoosh.writing.tiers import FEW
from archsearch.services import companion, indexing
from archsearch.services.companion import Companion, Invitation, Lingering
from archsearch.services.index import IndexService
from archsearch.services.indexing import Indexing, Sizes
from archsearch.storage import outbox, records
from tests.offices import Office, named

ROWS = 240
Invite = Callable[[], Sequence[Companion]]


def invitation(office: Office, monkeypatch: pytest.MonkeyPatch) -> Invitation:
    """How the office would invite companions."""
    # Wherever the tests run: several processes work on one processor too, only not at once.
    monkeypatch.setattr(companion, "processors", lambda: 2)
    return office.application.companion()


def begun(invite: Invite, invited: list[Companion] | None = None) -> Invite:
    """Wait until every companion has said something, or is gone."""

    def call() -> Sequence[Companion]:
        found = invite()
        for each in found:
            poll = select.poll()
            poll.register(each.answers, select.POLLIN)
            poll.poll(60_000)
        if invited is not None:
            invited.extend(found)
        return found

    return call


def feed(
    office: Office,
    invite: Invite,
    *,
    stretch: int = 25,
    keep: Callable[[Companion], None] = Companion.see_off,
    **more: Any,
) -> list[int]:
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
    sizes = Sizes(worth=60, every=80, least=20, stretch=stretch)
    service._indexing = lambda: Indexing(index, invite, keep, sizes)
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


@pytest.mark.parametrize("program", ["/no/such/python", "/usr/bin/some-server", "", None])
def test_a_companion_that_cannot_be_started_is_done_without(
    office: Office, monkeypatch: pytest.MonkeyPatch, program: str
) -> None:
    """Where Python is built into another program it does not know what it is called."""
    invite = invitation(office, monkeypatch)

    done = feed(office, replace(invite, command=(program,)))

    assert sum(done) == ROWS
    check(office)


@pytest.mark.parametrize("stretch", [25, ROWS], ids=["committing", "holding documents"])
@pytest.mark.parametrize("moments", [(140, 180), (ROWS, ROWS)], ids=["amid", "at the end"])
def test_companions_that_are_killed_lose_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch, moments: tuple[int, int], stretch: int
) -> None:
    invited: list[Companion] = []

    def kill(_: str, rows: int) -> None:
        for each, moment in zip(invited, moments, strict=False):
            if rows == moment:
                os.kill(each.process.pid, signal.SIGKILL)

    invite = begun(invitation(office, monkeypatch), invited)
    feed(office, invite, stretch=stretch, progress=kill)

    assert [each.gone for each in invited] == [True, True]
    check(office)


def test_an_ingest_that_is_broken_off_leaves_no_companion_behind(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited: list[Companion] = []

    def interrupt(_: str, rows: int) -> None:
        if rows == 140:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        feed(office, begun(invitation(office, monkeypatch), invited), progress=interrupt)

    assert invited
    assert all(each.process.returncode is not None for each in invited)
    assert len(office.seen("admin")) == 140 + 1
    assert office.ailments() == []


def test_companions_end_when_their_orders_do(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first process that was killed closes the pipe."""
    for each in begun(invitation(office, monkeypatch))():
        each.listen()
        assert each.willing
        each.orders.close()
        assert each.process.wait(60) == 0
        each.leave()


def test_an_ingest_returns_before_the_index_is_tidied_and_closing_waits_for_that(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited: list[Companion] = []
    kept = Lingering()
    invite = begun(invitation(office, monkeypatch), invited)
    tidied = Companion.tidy

    def delayed(self: Companion) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)
        tidied(self)

    monkeypatch.setattr(Companion, "tidy", delayed)
    feed(office, invite, keep=kept.keep)

    check(office)
    (tidier,) = (each for each in invited if not each.ended)
    segments = office.application.engine.stats().segments
    assert segments > FEW

    os.kill(tidier.process.pid, signal.SIGCONT)
    kept.see_off()

    assert tidier.process.returncode == 0
    assert office.application.engine.stats().segments == 1
    check(office)


def test_the_application_sees_off_who_tidies_its_index(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    invited: list[Companion] = []
    invite = begun(invitation(office, monkeypatch), invited)
    feed(office, invite, keep=office.application._indexing()._keep)

    office.application.close()

    assert [each.process.returncode for each in invited].count(0) == 1
    assert all(each.ended for each in invited)


def test_a_small_ingest_asks_for_no_companion(office: Office) -> None:
    def unwanted() -> list[Companion]:
        raise AssertionError("nobody was to be invited")

    office.application.ingest._indexing = lambda: Indexing(office.application.index, unwanted)
    office.feed(*named("AB"))

    assert office.seen("admin") == {"A", "B"}


def test_companions_for_a_large_source_start_before_its_first_row_is_stored(
    office: Office, tmp_path: Path
) -> None:
    source = tmp_path / "large.csv"
    source.write_text("档号,客户名称\n" + "".join(f"R{n},客户{n}\n" for n in range(ROWS)), "utf-8")
    stored: list[int] = []

    def invite() -> list[Companion]:
        with office.application.database.read() as connection:
            stored.append(records.count(connection))
        return []

    office.application.ingest._indexing = lambda: Indexing(
        office.application.index, invite, sizes=Sizes(worth=source.stat().st_size // 600)
    )
    office.archive.ingest(source, user="admin")
    office.archive.ingest(source, user="admin")

    assert stored == [0], "and the second time, when all of it is known, not at all"
    assert len(office.seen("admin")) == ROWS


def test_a_companion_that_is_stopped_is_not_waited_for_in_vain(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = Companion.order

    def stopped(self: Companion, after: int, upto: int) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)
        order(self, after, upto)

    monkeypatch.setattr(Companion, "order", stopped)
    monkeypatch.setattr(companion, "_PATIENCE", 0.1)
    monkeypatch.setattr(indexing, "wait_for", partial(companion.wait_for, silence=0.1))

    done = feed(office, begun(invitation(office, monkeypatch)))

    assert sum(done) == ROWS
    check(office)


def test_many_open_files_keep_nobody_from_indexing(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What waits for companions must not be limited to low descriptors, as select is."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    held = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    try:
        feed(office, begun(invitation(office, monkeypatch)))
    finally:
        for each in held:
            os.close(each)
        resource.setrlimit(resource.RLIMIT_NOFILE, allowed)

    check(office)


def test_orders_of_long_records_are_short(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    ordered: list[int] = []
    monkeypatch.setattr(Companion, "order", lambda _, after, upto: ordered.append(upto - after))
    monkeypatch.setattr(indexing, "_HEAVIEST", 30)

    feed(office, begun(invitation(office, monkeypatch)))

    assert 0 < max(ordered) < 20


def test_companions_commit_much_at_once(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every commit is another piece of the index, and pieces are merged for a price."""
    told: list[bytes] = []
    tell = Companion._tell

    def noted(self: Companion, order: bytes) -> None:
        told.append(order)
        tell(self, order)

    monkeypatch.setattr(Companion, "_tell", noted)
    feed(office, begun(invitation(office, monkeypatch)), stretch=ROWS)

    assert 0 < 2 * told.count(b"commit") < len(told)
    check(office)


def test_only_who_has_nothing_to_do_gets_an_order(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered: list[int] = []
    order = Companion.order

    def noted(self: Companion, after: int, upto: int) -> None:
        assert self.willing
        ordered.append(upto - after)
        order(self, after, upto)

    monkeypatch.setattr(Companion, "order", noted)
    feed(office, begun(invitation(office, monkeypatch)))

    assert sum(ordered) == ROWS
    assert max(ordered) <= 25
    check(office)
