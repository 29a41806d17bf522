"""A session may be stolen: what it alone does not do to the account it came from."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archsearch.domain.callers import Caller
from archsearch.errors import (
    AccessDeniedError,
    CodeNeededError,
    InvalidRequestError,
    LoginRefusedError,
    LoginWaitError,
    NotAuthenticatedError,
)
from tests.gates import GOOD, Gate, code_of
from tests.offices import copied

OTHER = GOOD + "!"
WRONG = "wrong wrong wrong"


@pytest.fixture
def gate(template: Path, tmp_path: Path) -> Iterator[Gate]:
    with Gate(copied(template, tmp_path / "workspace")) as gate:
        gate.admit("li")
        yield gate


def caller(gate: Gate, name: str = "li") -> Caller:
    return gate.login(name).session.caller


def enrolled(gate: Gate, name: str = "li") -> tuple[str, tuple[str, ...]]:
    """Give a user a second factor; tell its secret and the recovery codes."""
    accounts = gate.archive.accounts
    secret = accounts.begin_second_factor(name, user=name).secret
    recovery = accounts.confirm_second_factor(name, code_of(gate, secret), user=name)
    gate.clock.turn(minutes=2)
    return secret, recovery


def test_a_session_sets_no_password_of_its_own_without_the_old_one(gate: Gate) -> None:
    gate.admit("boss", "administrator")

    for name in ("li", "boss"):
        with pytest.raises(AccessDeniedError):
            gate.archive.accounts.set_password(name, OTHER, user=caller(gate, name))
        assert gate.login(name, GOOD)
    gate.archive.accounts.set_password("li", OTHER, user=caller(gate, "boss"))
    assert gate.login("li", OTHER)


def test_a_session_begins_a_second_factor_with_the_password_alone(gate: Gate) -> None:
    accounts, stolen = gate.archive.accounts, caller(gate)

    for given in ("", WRONG):
        with pytest.raises(LoginRefusedError):
            accounts.begin_second_factor("li", user=stolen, password=given)
    begun = accounts.begin_second_factor("li", user=stolen, password=GOOD)

    assert accounts.confirm_second_factor("li", code_of(gate, begun.secret), user=stolen)
    with pytest.raises(CodeNeededError):
        gate.login("li")


def test_passwords_are_guessed_in_a_session_as_slowly_as_at_the_door(gate: Gate) -> None:
    accounts, stolen = gate.archive.accounts, caller(gate)
    for _ in range(5):
        with pytest.raises(LoginRefusedError):
            accounts.begin_second_factor("li", user=stolen, password=WRONG)

    with pytest.raises(LoginWaitError):
        accounts.begin_second_factor("li", user=stolen, password=GOOD)
    assert accounts.begin_second_factor("li", user=caller(gate), password=GOOD)


def test_a_second_factor_that_begins_to_count_ends_all_other_sessions(gate: Gate) -> None:
    stolen, mine = gate.login("li").secret, gate.login("li").secret
    accounts, me = gate.archive.accounts, gate.doors.session(mine).caller
    begun = accounts.begin_second_factor("li", user=me, password=GOOD)
    assert gate.doors.session(stolen)

    accounts.confirm_second_factor("li", code_of(gate, begun.secret), user=me)

    assert gate.doors.session(mine)
    with pytest.raises(NotAuthenticatedError):
        gate.doors.session(stolen)


def test_whoever_manages_users_takes_their_own_away_in_a_session_by_a_code(gate: Gate) -> None:
    gate.admit("boss", "administrator")
    boss, accounts = caller(gate, "boss"), gate.archive.accounts
    secret, _ = enrolled(gate, "boss")

    with pytest.raises(InvalidRequestError):
        accounts.remove_second_factor("boss", user=boss)
    enrolled(gate)
    accounts.remove_second_factor("li", user=boss)
    accounts.remove_second_factor("boss", user=boss, code=code_of(gate, secret))


@pytest.mark.parametrize("other_session", [False, True])
@pytest.mark.parametrize(
    ("begun_only", "guess"),
    [
        (False, lambda accounts, user: accounts.remove_second_factor("li", user=user, code="0")),
        (True, lambda accounts, user: accounts.confirm_second_factor("li", "0", user=user)),
    ],
)
def test_codes_are_guessed_in_sessions_as_slowly_as_at_the_door(
    gate: Gate,
    guess: Callable[[object, str], object],
    *,
    begun_only: bool,
    other_session: bool,
) -> None:
    accounts, first, second = gate.archive.accounts, caller(gate), caller(gate)
    if begun_only:
        accounts.begin_second_factor("li", user="li")
    else:
        enrolled(gate)
    for _ in range(5):
        with pytest.raises(InvalidRequestError):
            guess(accounts, first)

    with pytest.raises(LoginWaitError):
        guess(accounts, second if other_session else first)
    gate.clock.turn(hours=1)
    with pytest.raises(InvalidRequestError):
        guess(accounts, first)


def test_the_right_code_takes_it_away_and_forgets_the_wrong_ones(gate: Gate) -> None:
    accounts = gate.archive.accounts
    for _ in range(2):
        _, recovery = enrolled(gate)
        for _ in range(4):
            with pytest.raises(InvalidRequestError):
                accounts.remove_second_factor("li", user="li", code="000000000")
        accounts.remove_second_factor("li", user="li", code=recovery[0])
