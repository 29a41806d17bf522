"""How long the watch folder is left alone between two looks."""

from collections.abc import Sequence
from typing import cast

import pytest

from archsearch.entrypoints.cli import watch
from archsearch.entrypoints.cli.watch import _Round
from archsearch.errors import StoreError
from archsearch.ingest.inbox.events import Hints
from archsearch.services.watching import Pass, Watcher


class Clock:
    """Stands in for the module ``time``; a look takes as long as it says."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Ears:
    """Hears an event before each look in ``called``; notes the waits."""

    def __init__(self, called: Sequence[bool], *, trusted: bool) -> None:
        self.called = list(called)
        self.trusted = trusted
        self.waits: list[float] = []
        self.missed = 0

    @property
    def stopped(self) -> bool:
        return not self.called

    def wait(self, seconds: float) -> bool:
        self.waits.append(seconds)
        return self.called.pop(0)

    def miss(self) -> None:
        self.missed += 1


class Looks:
    """Finds what it is told to, in the time that it is told to take."""

    def __init__(self, clock: Clock, found: Sequence[tuple[float, Pass]]) -> None:
        self.clock = clock
        self.found = list(found)

    def look(self) -> Pass:
        taken, found = self.found.pop(0)
        self.clock.now += taken
        return found

    def write_receipt(self) -> None:
        self.clock.now += 0


QUIET = Pass(0, False, 10)
NEW = Pass(1, True, 10, 1)
SETTLING = Pass(0, True, 10)


def waits(
    monkeypatch: pytest.MonkeyPatch,
    *found: tuple[float, Pass],
    trusted: bool = True,
    called: Sequence[bool] = (),
) -> Ears:
    clock = Clock()
    monkeypatch.setattr(watch, "time", clock)
    ears = Ears(called or [False] * len(found), trusted=trusted)
    watcher = cast("Watcher", Looks(clock, found))
    _Round(watcher, cast("Hints", ears), 0.5, print, None).go(once=False)
    return ears


def test_where_events_come_a_quiet_folder_is_left_alone_for_longer(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert waits(monkeypatch, (0.01, QUIET), trusted=True).waits == [5.0]
    assert waits(monkeypatch, (0.01, QUIET), trusted=False).waits == [0.5]


def test_a_file_that_is_on_its_way_does_not_wait_long_after_a_look_that_was_slow_by_chance(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    heard = waits(monkeypatch, (0.01, NEW), (4.0, SETTLING), (0.01, SETTLING))

    assert heard.waits == [0.05, 0.5, 0.5]


def test_a_folder_that_takes_long_to_list_is_looked_at_less_often(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = [(2.0, QUIET)] * 3

    assert waits(monkeypatch, *slow).waits[1:] == [20.0, 20.0]
    assert waits(monkeypatch, *[(9.0, QUIET)] * 3).waits[1:] == [60.0, 60.0]


def test_changes_without_an_event_are_noticed_those_in_the_beginning_and_told_ones_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks = [(0.0, NEW)] * 3

    assert waits(monkeypatch, *looks, called=[False, False, False]).missed == 2
    assert waits(monkeypatch, *looks, called=[True, True, True]).missed == 0


def test_trouble_is_told_once_while_all_else_goes_on_and_fails_what_is_done_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stuck = QUIET._replace(trouble="收件夹写不进去。")
    clock, told = Clock(), list[str]()
    monkeypatch.setattr(watch, "time", clock)
    looks = [(0.0, stuck), (0.0, stuck), (0.0, QUIET), (0.0, stuck)]

    def rounds() -> _Round:
        watcher = cast("Watcher", Looks(clock, looks))
        ears = cast("Hints", Ears([False] * len(looks), trusted=True))
        return _Round(watcher, ears, 0.5, told.append, None)

    rounds().go(once=False)
    assert told == ["收件夹写不进去。"] * 2
    with pytest.raises(StoreError, match="写不进去"):
        rounds().go(once=True)
