"""Tokens of programs: made, listed and revoked."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archsearch.domain.access import Role
from archsearch.domain.audit import Action, Outcome
from archsearch.domain.policy import Errand, Right
from archsearch.errors import (
    AccessDeniedError,
    ArchsearchError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
)
from archsearch.services.users import UserChange
from tests.gates import Gate
from tests.offices import copied


@pytest.fixture
def gate(template: Path, tmp_path: Path) -> Iterator[Gate]:
    with Gate(copied(template, tmp_path / "workspace")) as gate:
        gate.hire(core="program at 总行", li="employee at 甲部")
        yield gate


def test_a_token_is_made_for_a_time_and_is_listed_without_its_secret(gate: Gate) -> None:
    made = gate.archive.tokens.create(
        "夜间比对", owner="core", rights=["screen", "read", "read"], user="admin", days=30
    )

    (listed,) = gate.archive.tokens.list(user="admin")
    assert listed == made.token
    assert (listed.user, listed.name, listed.rights) == (
        "core", "夜间比对", (Right.READ, Right.SCREEN),
    )  # fmt: skip
    assert (listed.expires_at - gate.clock.now).days == 30
    assert made.secret not in str(listed)
    (entry,) = (one.entry for one in gate.logged(Action.TOKEN_ADD))
    assert (entry.user, entry.target) == ("admin", "core")
    assert entry.detail == {"token": 1, "rights": "read screen", "days": 30}


def create(gate: Gate, **other: object) -> object:
    given = {"name": "x", "owner": "core", "rights": ["read"], "user": "admin", **other}
    return gate.archive.tokens.create(**given)  # type: ignore[arg-type]  # wrong ones too


@pytest.mark.parametrize(
    ("other", "error"),
    [
        ({"name": ""}, InvalidRequestError),
        ({"name": " "}, InvalidRequestError),
        ({"name": "x" * 65}, InvalidRequestError),
        ({"name": "a\nb"}, InvalidRequestError),
        ({"name": "a\u202eb"}, InvalidRequestError),
        ({"name": 1}, InvalidRequestError),
        ({"rights": []}, InvalidRequestError),
        ({"rights": ["fly"]}, InvalidRequestError),
        ({"rights": [1]}, InvalidRequestError),
        ({"rights": ["create"]}, InvalidRequestError),
        ({"rights": ["read", "users"]}, InvalidRequestError),
        ({"rights": ["borrow"], "owner": "li"}, InvalidRequestError),
        ({"rights": ["propose"], "owner": "li"}, InvalidRequestError),
        # Nothing can be lent to programs.
        ({"rights": ["read", "borrow"]}, InvalidRequestError),
        ({"rights": ["read", "change_frozen"], "owner": "admin"}, InvalidRequestError),
        ({"days": 0}, InvalidRequestError),
        ({"days": 366}, InvalidRequestError),
        ({"days": True}, InvalidRequestError),
        ({"owner": "nobody"}, NotFoundError),
        ({"user": "core"}, AccessDeniedError),
        ({"user": "li", "owner": "li"}, AccessDeniedError),
        ({"user": "nobody"}, AccessDeniedError),
    ],
)
def test_what_is_not_possible_is_refused_and_makes_none(
    gate: Gate, other: dict[str, object], error: type[ArchsearchError]
) -> None:
    with pytest.raises(error):
        create(gate, **other)

    assert gate.archive.tokens.list(user="admin") == ()


def test_a_name_is_free_again_when_its_token_is_revoked(gate: Gate) -> None:
    create(gate)
    with pytest.raises(ConflictError):
        create(gate)
    create(gate, owner="li")

    gate.archive.tokens.revoke(1, user="admin")

    create(gate)
    assert [one.revoked_by for one in gate.archive.tokens.list(user="admin", owner="core")] == [
        "admin",
        None,
    ]


def test_a_user_has_so_many_tokens_at_a_time(gate: Gate) -> None:
    for number in range(20):
        create(gate, name=f"n{number}", days=1)
    with pytest.raises(ConflictError):
        create(gate)

    gate.clock.turn(days=1)

    assert create(gate)


def test_owners_list_and_revoke_their_own_and_no_others(gate: Gate) -> None:
    create(gate)
    create(gate, owner="li")
    tokens = gate.archive.tokens

    assert [one.id for one in tokens.list(user="li", owner="li")] == [2]
    for owner in (None, "core", "nobody"):
        with pytest.raises(AccessDeniedError):
            tokens.list(user="li", owner=owner)
    for number in (1, 99):
        with pytest.raises(NotFoundError) as missing:
            tokens.revoke(number, user="li")
        assert "1" not in missing.value.message
    assert tokens.revoke(2, user="li").revoked_at == gate.clock.now
    assert [one.entry.outcome for one in gate.logged(Action.TOKEN_REVOKE)] == [
        Outcome.FAILED,
        Outcome.FAILED,
        Outcome.DONE,
    ]


def test_revoking_again_changes_nothing_and_is_not_logged_again(gate: Gate) -> None:
    create(gate)
    first = gate.archive.tokens.revoke(1, user="admin")
    gate.clock.turn(hours=1)

    assert gate.archive.tokens.revoke(1, user="admin") == first
    assert len(gate.logged(Action.TOKEN_REVOKE)) == 1


@pytest.mark.parametrize(
    "attempt",
    [
        lambda gate, caller: create(gate, user=caller),
        lambda gate, caller: gate.archive.tokens.list(user=caller),
        lambda gate, caller: gate.archive.tokens.revoke(1, user=caller),
        lambda gate, caller: gate.archive.accounts.set_password("li", user=caller),
        lambda gate, caller: gate.archive.accounts.set_password("admin", user=caller),
        lambda gate, caller: gate.archive.accounts.begin_second_factor("admin", user=caller),
        lambda gate, caller: gate.archive.accounts.remove_second_factor("li", user=caller),
        lambda gate, caller: gate.archive.accounts.unlock("li", user=caller),
        lambda gate, caller: gate.archive.accounts.end_sessions("li", user=caller),
        lambda gate, caller: gate.archive.accounts.sessions("admin", user=caller),
        lambda gate, caller: gate.archive.accounts.show("admin", user=caller),
    ],
)
def test_no_token_makes_or_changes_what_one_comes_in_by(
    gate: Gate, attempt: Callable[[Gate, str], object]
) -> None:
    """Even one that was given the right to manage users."""
    secret = gate.token("admin", "read", "users")
    caller = gate.doors.token(secret).caller

    with pytest.raises(AccessDeniedError):
        attempt(gate, caller)

    assert gate.doors.token(secret)


def test_a_token_shrinks_with_its_user_and_never_grows_beyond_itself(gate: Gate) -> None:
    caller = gate.doors.token(gate.token("li", "read", "screen")).caller
    gate.feed({"record_id": "A", "name": "甲", "department": "甲部"})

    assert gate.seen(caller) == set()
    gate.application.users.set("li", UserChange(role=Role.MANAGER), "admin")
    assert gate.seen(caller) == {"A"}
    with pytest.raises(AccessDeniedError):
        gate.archive.duplicates(user=caller)
    gate.application.users.set("li", UserChange(role=Role.AUDITOR), "admin")
    assert gate.seen(caller) == set()


def test_a_token_may_ask_in_its_owners_name_if_it_says_so(gate: Gate) -> None:
    made = gate.archive.tokens.create(
        "代办", owner="li", rights=["read", "propose", "borrow"], user="admin"
    )

    assert made.token.rights == (Errand.BORROW, Errand.PROPOSE, Right.READ)
    caller = gate.archive.doors.token(made.secret).caller
    assert caller.limits == frozenset({"read", "propose", "borrow"})
    assert gate.archive.tokens.list(user="admin") == (replace(made.token, used_on="2026-03-05"),)


def test_a_token_of_who_is_disabled_is_listed_as_such(gate: Gate) -> None:
    gate.archive.tokens.create("x", owner="core", rights=["read"], user="admin")

    gate.application.users.disable("core", "admin", disabled=True)

    (listed,) = gate.archive.tokens.list(user="admin")
    assert listed.disabled
    gate.application.users.disable("core", "admin", disabled=False)
    assert not gate.archive.tokens.list(user="admin")[0].disabled
