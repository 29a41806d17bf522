"""What is entered in the log: by whom, by which door, at what moment, and in how many words."""

from dataclasses import FrozenInstanceError

import pytest

from archsearch.domain.audit import Action, AuditEntry, AuditFilter, Outcome
from archsearch.domain.callers import Caller
from archsearch.errors import AccessDeniedError, ConflictError
from archsearch.services.trail import Trail
from archsearch.storage import audit_log
from tests.offices import NOON, Office
from tests.unit.storage.samples import after

TOKEN = Caller("li.na", limits={"read"}, via="token:3")


@pytest.fixture
def trail(office: Office) -> Trail:
    return office.application.trail


def noted(office: Office, action: Action) -> list[AuditEntry]:
    with office.application.database.read() as connection:
        found = audit_log.entries(connection, AuditFilter(action=action))
        return [one.entry for one in found]


def test_an_entry_is_of_now_and_done_unless_it_is_said_otherwise(trail: Trail) -> None:
    assert trail.entry("li.na", Action.SHOW) == AuditEntry(NOON, "li.na", Action.SHOW)
    assert trail.entry(
        "li.na",
        Action.SHOW,
        target="A",
        outcome=Outcome.FAILED,
        detail={"n": 1},
        at=after(minutes=1),
    ) == AuditEntry(after(minutes=1), "li.na", Action.SHOW, "A", Outcome.FAILED, {"n": 1})


def test_the_door_is_named_beside_what_was_done(trail: Trail) -> None:
    one = trail.entry(TOKEN, Action.SHOW, detail={"n": 1})
    (other,) = trail.deeds(TOKEN, NOON, [(Action.CREATE, "A", {"n": 2})])

    assert (one.user, one.detail) == ("li.na", {"n": 1, "via": "token:3"})
    assert (other.user, other.detail) == ("li.na", {"n": 2, "via": "token:3"})
    assert trail.entry(Caller("li.na"), Action.SHOW).detail == {}
    assert type(one.user) is str


def test_a_narrower_session_is_named_with_what_it_was_limited_to(trail: Trail) -> None:
    narrow = Caller("li.na", limits={"read", "log", "borrow"}, via="session:7")
    nothing = Caller("li.na", limits=set(), via="session:7")
    whole = Caller("li.na", via="session:7")

    assert trail.entry(narrow, Action.SHOW, detail={"n": 1}).detail == {
        "n": 1,
        "via": "session:7",
        "within": ["borrow", "log", "read"],
    }
    assert trail.entry(nothing, Action.SHOW).detail == {"via": "session:7", "within": []}
    assert trail.entry(whole, Action.SHOW).detail == {"via": "session:7"}


def test_deeds_are_entries_of_one_moment_in_their_order(trail: Trail) -> None:
    done = trail.deeds(
        "li.na", after(minutes=1), [(Action.CREATE, "A", {"n": 1}), (Action.DELETE, "B", {})]
    )

    assert done == [
        AuditEntry(after(minutes=1), "li.na", Action.CREATE, "A", Outcome.DONE, {"n": 1}),
        AuditEntry(after(minutes=1), "li.na", Action.DELETE, "B", Outcome.DONE, {}),
    ]


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("a" * 200, "a" * 200),
        ("a" * 201, "a" * 199 + "…"),
        ("张" * 200, "张" * 200),
        ("张" * 999, "张" * 199 + "…"),
        ("张\ud800伟", "张?伟"),
        ("𠮷", "𠮷"),
    ],
)
def test_what_anybody_typed_is_written_short_and_without_half_characters(
    office: Office, trail: Trail, typed: str, written: str
) -> None:
    trail.note(typed, Action.SHOW, target=typed)
    (deed,) = trail.deeds(typed, NOON, [(Action.CREATE, typed, {})])

    (entry,) = noted(office, Action.SHOW)
    assert (entry.user, entry.target) == (deed.user, deed.target) == (written, written)


def test_a_note_is_in_the_log_at_once_as_it_was_said(office: Office, trail: Trail) -> None:
    said = {"target": "A", "outcome": Outcome.DENIED, "detail": {"n": 1}, "at": after(minutes=1)}

    trail.note("li.na", Action.SHOW, **said)  # type: ignore[arg-type] # mixed

    assert noted(office, Action.SHOW) == [
        AuditEntry(after(minutes=1), "li.na", Action.SHOW, "A", Outcome.DENIED, {"n": 1})
    ]


@pytest.mark.parametrize(
    ("error", "outcome"),
    [(AccessDeniedError("x"), Outcome.DENIED), (ConflictError("x"), Outcome.FAILED)],
)
def test_a_refusal_and_a_failure_are_noted_and_go_on(
    office: Office, trail: Trail, error: AccessDeniedError | ConflictError, outcome: Outcome
) -> None:
    with pytest.raises(type(error)), trail.failures(TOKEN, Action.SHOW, target="A"):
        raise error

    detail = {"code": error.code, "via": "token:3"}
    assert noted(office, Action.SHOW) == [
        AuditEntry(NOON, "li.na", Action.SHOW, "A", outcome, detail)
    ]


def test_what_is_of_nothing_in_particular_has_no_target(office: Office, trail: Trail) -> None:
    trail.note("li.na", Action.SHOW)
    with pytest.raises(ConflictError), trail.failures("li.na", Action.SHOW):
        raise ConflictError("x")

    done, failed = noted(office, Action.SHOW)
    assert done == AuditEntry(NOON, "li.na", Action.SHOW)
    assert (failed.target, failed.outcome) == ("", Outcome.FAILED)
    with pytest.raises(FrozenInstanceError):
        trail.clock = office.clock  # type: ignore[misc]


def test_what_succeeds_or_is_no_error_of_ours_is_not_noted(office: Office, trail: Trail) -> None:
    with trail.failures("li.na", Action.SHOW):
        pass
    with pytest.raises(ZeroDivisionError), trail.failures("li.na", Action.SHOW):
        raise ZeroDivisionError

    assert noted(office, Action.SHOW) == []
