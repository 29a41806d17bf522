"""The ledger and the folder are compared by a pure function; what it says keeps them in step."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from archsearch.domain.inbox import (
    ARCHIVED,
    BUSY,
    RETURNED,
    WAITING_ROOM,
    Deed,
    Entry,
    Mark,
    Patience,
    Seen,
    State,
    Step,
    applied,
    home_of,
    reconcile,
)

NOON = datetime(2026, 3, 5, 4, tzinfo=UTC)
PATIENCE = Patience(timedelta(seconds=2), timedelta(minutes=30))
PATHS = ["a.pdf", "b.pdf", "甲/c.pdf", f"{WAITING_ROOM}/a.pdf", f"{RETURNED}/b.pdf"]

marks = st.builds(Mark, st.integers(1, 4), st.integers(0, 2), st.integers(0, 2))
listings = st.dictionaries(st.sampled_from(PATHS), marks).map(
    lambda files: [Seen(path, mark) for path, mark in files.items()]
)
moments = st.integers(-60, 60).map(lambda minutes: NOON + timedelta(minutes=minutes))
open_states = [state for state in State if state is not State.REMOVED]


def entry(path: str, mark: Mark, state: State = State.RECEIVED, **more: object) -> Entry:
    made = Entry(path, home_of(path), mark, state, NOON, id=1, user="admin")
    return replace(made, **more)  # type: ignore[arg-type]


def ledgers() -> st.SearchStrategy[list[Entry]]:
    one = st.tuples(marks, st.sampled_from(open_states), moments, st.booleans())
    return st.dictionaries(st.sampled_from(PATHS), one).map(
        lambda found: [
            replace(
                entry(path, mark, state),
                id=number,
                since=since,
                target=f"{ARCHIVED}/x" if target or state is State.ARCHIVED else "",
            )
            for number, (path, (mark, state, since, target)) in enumerate(found.items(), 1)
        ]
    )


def deeds(steps: Collection[Step]) -> list[Deed]:
    return [step.deed for step in steps]


@given(ledgers(), listings, moments)
def test_every_file_and_every_entry_gets_one_step_at_most(
    entries: list[Entry], listing: list[Seen], now: datetime
) -> None:
    steps = reconcile(entries, listing, now, PATIENCE)

    numbers = [step.entry.id for step in steps if step.entry]
    paths = [step.seen.path for step in steps if step.seen]
    assert len(numbers) == len(set(numbers))
    assert len(paths) == len(set(paths))


@given(ledgers(), listings, moments)
def test_after_the_steps_the_ledger_says_what_lies_in_the_folder(
    entries: list[Entry], listing: list[Seen], now: datetime
) -> None:
    ledger = {each.id: each for each in entries}
    numbers = count(100)
    for step in reconcile(entries, listing, now, PATIENCE):
        after = applied(step, now, "admin")
        if after is not None:
            kept = after if after.id else replace(after, id=next(numbers))
            ledger[kept.id] = kept

    there = {each.path: each.mark for each in ledger.values() if each.open}
    files = {seen.path: seen.mark for seen in listing}
    unknown = files.keys() - there.keys()
    assert there == {path: mark for path, mark in files.items() if path not in unknown}
    assert all(path.startswith(f"{RETURNED}/") for path in unknown)


@given(ledgers(), listings, moments)
def test_the_same_look_again_finds_nothing_new_to_note(
    entries: list[Entry], listing: list[Seen], now: datetime
) -> None:
    ledger = {each.id: each for each in entries}
    numbers = count(100)
    for _ in range(3):
        for step in reconcile([e for e in ledger.values() if e.open], listing, now, PATIENCE):
            after = applied(step, now, "admin")
            if after is not None:
                kept = after if after.id else replace(after, id=next(numbers))
                ledger[kept.id] = kept

    steps = reconcile([e for e in ledger.values() if e.open], listing, now, PATIENCE)

    assert set(deeds(steps)) <= {Deed.CHECK, Deed.MOVE, Deed.EXPIRE}


@given(st.lists(st.tuples(st.integers(0, 3), marks), min_size=1, max_size=20))
def test_a_file_is_checked_only_after_it_stood_still_for_long_enough(
    looks: list[tuple[int, Mark]],
) -> None:
    now, changed, last = NOON, NOON, None
    known: Entry | None = None
    for seconds, mark in looks:
        now += timedelta(seconds=seconds)
        if mark != last:
            changed, last = now, mark
        for _ in range(3):
            steps = reconcile([known] if known else [], [Seen("a.pdf", mark)], now, PATIENCE)
            if Deed.CHECK in deeds(steps):
                assert now - changed >= PATIENCE.settle
            for step in steps:
                after = applied(step, now, "admin")
                known = replace(after, id=1) if after else known


def test_a_renamed_file_is_followed_and_settles_anew() -> None:
    was = entry("a.pdf", Mark(7, 1, 1), State.SETTLED)

    (step,) = reconcile([was], [Seen("b.pdf", Mark(7, 1, 1))], NOON, PATIENCE)
    after = applied(step, NOON, "admin")

    assert step.deed is Deed.FOLLOW
    assert after == replace(was, path="b.pdf", home="b.pdf", state=State.RECEIVED)


def test_two_files_that_change_names_are_both_followed() -> None:
    one, other = Mark(1, 1, 1), Mark(2, 2, 2)
    ledger = [replace(entry("a.pdf", one), id=1), replace(entry("b.pdf", other), id=2)]

    steps = reconcile(ledger, [Seen("a.pdf", other), Seen("b.pdf", one)], NOON, PATIENCE)

    followed = {step.entry.id: step.seen.path for step in steps if step.entry and step.seen}
    assert followed == {1: "b.pdf", 2: "a.pdf"}


def test_a_file_put_back_is_received_again() -> None:
    returned = entry(f"{RETURNED}/甲/a.pdf", Mark(7, 1, 1), State.QUARANTINED, reason="damaged")

    (step,) = reconcile([returned], [Seen("甲/a.pdf", Mark(7, 1, 1))], NOON, PATIENCE)
    after = applied(step, NOON, "admin")

    assert after is not None
    assert (after.state, after.home, after.reason) == (State.RECEIVED, "甲/a.pdf", "")


def test_a_file_that_arrived_where_it_was_to_go_stays_what_it_is() -> None:
    """The process was killed after moving the file, before saying so."""
    place = f"{RETURNED}/a.pdf"
    moving = entry("a.pdf", Mark(7, 1, 1), State.QUARANTINED, target=place)

    (step,) = reconcile([moving], [Seen(place, Mark(7, 1, 1))], NOON, PATIENCE)
    after = applied(step, NOON, "admin")

    assert after == replace(moving, path=place, target="")


def test_an_archived_file_that_was_replaced_before_it_was_moved_is_two_files() -> None:
    archived = entry("a.pdf", Mark(7, 1, 1), State.ARCHIVED, target=f"{ARCHIVED}/a.pdf")

    steps = reconcile([archived], [Seen("a.pdf", Mark(8, 1, 1))], NOON, PATIENCE)

    assert deeds(steps) == [Deed.FORGET, Deed.RECEIVE]
    ended = applied(steps[0], NOON, "admin")
    assert ended is not None
    assert (ended.state, ended.open) == (State.ARCHIVED, False)


def test_a_clock_that_is_set_back_lets_files_wait_anew() -> None:
    early = NOON - timedelta(hours=1)
    settling = entry("a.pdf", Mark(7, 1, 1))

    (step,) = reconcile([settling], [Seen("a.pdf", Mark(7, 1, 1))], early, PATIENCE)
    after = applied(step, early, "admin")

    assert after == replace(settling, since=early)


def test_what_somebody_puts_among_the_returned_files_is_not_received() -> None:
    assert reconcile([], [Seen(f"{RETURNED}/a.pdf", Mark(7, 1, 1))], NOON, PATIENCE) == []


def test_a_file_waits_its_time_and_no_longer() -> None:
    waiting = entry("a.pdf", Mark(7, 1, 1), State.WAITING)
    listing = [Seen("a.pdf", Mark(7, 1, 1))]

    assert reconcile([waiting], listing, NOON + timedelta(minutes=29), PATIENCE) == []
    late = reconcile([waiting], listing, NOON + timedelta(minutes=30), PATIENCE)
    assert deeds(late) == [Deed.EXPIRE]
    assert State.WAITING not in BUSY
