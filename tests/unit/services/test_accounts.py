"""Accounts: passwords, second factors, sessions, and who may touch them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archsearch.domain.audit import Action, Outcome
from archsearch.errors import (
    AccessDeniedError,
    ArchsearchError,
    ConflictError,
    InvalidRequestError,
    LoginRefusedError,
    NotFoundError,
)
from archsearch.services.throttle import Source
from tests.gates import GOOD, Gate, code_of
from tests.offices import copied

OTHER = GOOD + "!"


@pytest.fixture
def gate(template: Path, tmp_path: Path) -> Iterator[Gate]:
    with Gate(copied(template, tmp_path / "workspace")) as gate:
        gate.admit("li")
        gate.hire(wang="employee at 甲部", machine="program at 总行")
        yield gate


def test_a_password_is_made_or_given_and_logged_without_it(gate: Gate) -> None:
    accounts = gate.archive.accounts

    made = accounts.set_password("wang", user="admin")
    assert gate.login("wang", made).session.must_change_password
    assert accounts.set_password("wang", OTHER, user="wang") == ""
    assert not gate.login("wang", OTHER).session.must_change_password
    with pytest.raises(LoginRefusedError):
        gate.login("wang", made)

    entries = [one.entry for one in gate.logged(Action.PASSWORD)][1:]
    assert [(entry.user, entry.target, dict(entry.detail)) for entry in entries] == [
        ("admin", "wang", {"made": True, "must_change": True}),
        ("wang", "wang", {"made": False, "must_change": False}),
    ]


@pytest.mark.parametrize(
    ("name", "password", "user", "error"),
    [
        ("li", "short", "li", InvalidRequestError),
        ("li", "password123456", "li", InvalidRequestError),
        ("li", "", "li", InvalidRequestError),
        ("machine", None, "admin", InvalidRequestError),
        ("nobody", None, "admin", NotFoundError),
        ("li", None, "wang", AccessDeniedError),
        ("nobody", None, "wang", AccessDeniedError),
        ("admin", None, "nobody", AccessDeniedError),
        ("li", 1, "li", InvalidRequestError),
    ],
)
def test_a_password_that_cannot_be_changes_nothing(
    gate: Gate, name: str, password: str | None, user: str, error: type[ArchsearchError]
) -> None:
    before = len(gate.archive.accounts.sessions("li", user="li"))

    with pytest.raises(error):
        gate.archive.accounts.set_password(name, password, user=user)

    assert gate.login("li", GOOD)
    assert len(gate.archive.accounts.sessions("li", user="li")) == before + 1


def test_a_second_factor_counts_once_a_code_of_it_was_given(gate: Gate) -> None:
    accounts = gate.archive.accounts

    begun = accounts.begin_second_factor("li", user="li")
    assert gate.login("li")
    with pytest.raises(InvalidRequestError):
        accounts.confirm_second_factor("li", "000000x", user="li")
    recovery = accounts.confirm_second_factor("li", code_of(gate, begun.secret), user="li")

    assert len(recovery) == 10
    assert accounts.show("li", user="li").second_factor
    with pytest.raises(ConflictError):
        accounts.begin_second_factor("li", user="admin")
    with pytest.raises(ConflictError):
        accounts.confirm_second_factor("li", code_of(gate, begun.secret), user="li")
    deeds = [one.entry.detail.get("deed") for one in gate.logged(Action.SECOND_FACTOR)]
    assert deeds == ["begin", None, "confirm", None, None]
    assert begun.secret not in str(gate.logged(*Action))


def test_a_new_beginning_takes_the_place_of_one_that_was_never_confirmed(gate: Gate) -> None:
    accounts = gate.archive.accounts
    first = accounts.begin_second_factor("li", user="li")
    second = accounts.begin_second_factor("li", user="li")

    assert code_of(gate, first.secret) != code_of(gate, second.secret)
    with pytest.raises(InvalidRequestError):
        accounts.confirm_second_factor("li", code_of(gate, first.secret), user="li")
    assert accounts.confirm_second_factor("li", code_of(gate, second.secret), user="li")


def test_owners_take_it_away_by_a_code_and_administrators_without(gate: Gate) -> None:
    accounts = gate.archive.accounts
    recovery = accounts.confirm_second_factor(
        "li", code_of(gate, accounts.begin_second_factor("li", user="li").secret), user="li"
    )

    with pytest.raises(InvalidRequestError):
        accounts.remove_second_factor("li", user="li")
    accounts.remove_second_factor("li", user="li", code=recovery[0])
    assert gate.login("li")
    with pytest.raises(NotFoundError):
        accounts.remove_second_factor("li", user="admin")

    begun = accounts.begin_second_factor("li", user="li")
    accounts.confirm_second_factor("li", code_of(gate, begun.secret), user="li")
    accounts.remove_second_factor("li", user="admin")
    deeds = [one.entry.detail.get("deed") for one in gate.logged(Action.SECOND_FACTOR)]
    assert deeds == ["begin", "confirm", None, "remove", None, "begin", "confirm", "remove"]
    assert accounts.show("li", user="li").recovery_codes == 0
    assert accounts.sessions("li", user="li") == ()


@pytest.mark.parametrize(
    ("attempt", "error"),
    [
        (lambda a: a.begin_second_factor("machine", user="admin"), InvalidRequestError),
        (lambda a: a.begin_second_factor("nobody", user="admin"), NotFoundError),
        (lambda a: a.confirm_second_factor("wang", "123456", user="wang"), NotFoundError),
        (lambda a: a.remove_second_factor("nobody", user="admin"), NotFoundError),
        (lambda a: a.show("nobody", user="admin"), NotFoundError),
        (lambda a: a.sessions("nobody", user="admin"), NotFoundError),
        (lambda a: a.end_sessions("nobody", user="admin"), NotFoundError),
        (lambda a: a.end_sessions("li", user="admin", session=99), NotFoundError),
        (lambda a: a.end_sessions("wang", user="admin", session=1), NotFoundError),
        (lambda a: a.unlock("nobody", user="admin"), NotFoundError),
    ],
)
def test_what_is_not_there_is_not_found(
    gate: Gate, attempt: Callable[[object], object], error: type[ArchsearchError]
) -> None:
    gate.login("li")

    with pytest.raises(error):
        attempt(gate.archive.accounts)

    assert len(gate.archive.accounts.sessions("li", user="li")) == 1


@pytest.mark.parametrize("other", ["wang", "machine", "nobody"])
def test_nobody_touches_the_account_of_another(gate: Gate, other: str) -> None:
    accounts = gate.archive.accounts
    gate.login("li")

    for attempt in (
        lambda: accounts.show("li", user=other),
        lambda: accounts.sessions("li", user=other),
        lambda: accounts.end_sessions("li", user=other),
        lambda: accounts.unlock("li", user=other),
        lambda: accounts.begin_second_factor("li", user=other),
        lambda: accounts.confirm_second_factor("li", "123456", user=other),
        lambda: accounts.remove_second_factor("li", user=other),
    ):
        with pytest.raises(AccessDeniedError):
            attempt()

    denied = [one.entry for one in gate.logged(*Action) if one.entry.outcome is Outcome.DENIED]
    assert [entry.user for entry in denied] == [other] * 7
    assert len(accounts.sessions("li", user="li")) == 1


def test_an_account_is_shown_as_it_stands(gate: Gate) -> None:
    gate.archive.accounts.set_password("wang", user="admin")
    gate.token("wang", "read")
    for number in range(100):
        with pytest.raises(LoginRefusedError):
            gate.login("wang", "wrong", source=Source(f"203.0.113.{number}"))

    shown = gate.archive.accounts.show("wang", user="admin")

    assert (shown.user.name, shown.password, shown.must_change_password) == ("wang", True, True)
    assert (shown.second_factor, shown.sessions, shown.tokens) == (False, 0, 1)
    assert 0 < shown.wait_seconds <= 86_400
    assert [one.entry.target for one in gate.logged(Action.USER_SHOW)] == ["wang"]


def test_sessions_are_listed_and_ended_one_by_one_or_all(gate: Gate) -> None:
    for _ in range(3):
        gate.login("li")
        gate.clock.turn(minutes=1)
    accounts = gate.archive.accounts

    listed = accounts.sessions("li", user="admin")
    assert [one.id for one in listed] == [1, 2, 3]
    assert accounts.end_sessions("li", user="li", session=2) == 1
    assert [one.id for one in accounts.sessions("li", user="li")] == [1, 3]
    assert accounts.end_sessions("li", user="admin") == 2
    assert accounts.end_sessions("li", user="admin") == 0
    listed_by = [one.entry.user for one in gate.logged(Action.SESSION_LIST)]
    assert listed_by == ["admin", "li"]
    ended = [one.entry.detail["sessions"] for one in gate.logged(Action.SESSION_END)]
    assert ended == ["2", "1 3", ""]
