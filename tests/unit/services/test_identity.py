"""Who is asking."""

from dataclasses import replace
from datetime import timedelta

import pytest

from archsearch.domain.access import NOTHING, Principal, Role, Scope
from archsearch.domain.callers import Caller, via_of
from archsearch.domain.policy import Policy, Right
from archsearch.domain.record import RecordId
from archsearch.domain.users import User
from archsearch.errors import AccessDeniedError
from archsearch.services.identity import (
    as_principal,
    in_person,
    not_before,
    principal_of,
    require,
    require_reading,
)
from archsearch.storage import grants
from archsearch.storage.grants import Grant
from tests.offices import NOON, Office


def scope(office: Office, name: str) -> Scope:
    with office.application.database.read() as connection:
        principal = principal_of(connection, name, office.clock())
    return office.application.policy.scope(principal)


def test_a_principal_carries_the_grants_in_force_at_that_moment(office: Office) -> None:
    office.hire(li="employee at 总行")
    office.feed(*({"record_id": name, "name": name} for name in "ABC"))
    office.grant("A", "li", days=1)
    office.grant("B", "li", start=1, days=1)

    assert scope(office, "li").granted == {"A"}
    office.clock.turn(days=1, microseconds=-1)
    assert scope(office, "li").granted == {"A"}
    office.clock.turn(microseconds=1)
    assert scope(office, "li").granted == {"B"}
    office.clock.now = NOON
    assert scope(office, "li").granted == {"A"}


def test_what_ended_by_a_wrong_clock_stays_ended_and_is_lent_anew_by_the_right_one(
    office: Office,
) -> None:
    office.hire(li="employee at 总行")
    office.feed(*({"record_id": name, "name": name} for name in "AB"))
    office.grant("A", "li", days=1)
    office.clock.turn(days=3)
    office.archive.search(user="admin")
    office.clock.turn(days=-3)

    office.grant("B", "li", days=1)
    assert scope(office, "li").granted == {"B"}
    office.clock.turn(days=1)
    assert scope(office, "li").granted == set()
    office.archive.search(user="admin")
    office.clock.turn(hours=-2)
    assert scope(office, "li").granted == set()


@pytest.mark.parametrize("name", ["", "ghost", "LI", "li ", "admin\x00"])
def test_whoever_is_not_known_by_exactly_this_name_is_nobody(office: Office, name: str) -> None:
    office.hire(li="employee at 总行")

    with pytest.raises(AccessDeniedError) as denied:
        scope(office, name)

    office.application.users.disable("li", "admin", disabled=True)
    with pytest.raises(AccessDeniedError) as locked_out:
        scope(office, "li")
    assert str(denied.value) == str(locked_out.value)


def test_without_role_department_or_clearance_nothing_is_visible(office: Office) -> None:
    office.hire(
        none="", lost="employee", adrift="manager", eye="auditor at 总行", fine="employee at 总行"
    )
    office.feed({"record_id": "A", "name": "甲", "department": "总行", "owner": "fine"})
    for name in ("none", "lost", "adrift", "eye"):
        office.grant("A", name)
        assert scope(office, name) == NOTHING
        assert office.seen(name) == set()
    assert office.seen("fine") == {"A"}


def test_a_right_is_required(office: Office) -> None:
    with office.application.database.read() as connection:
        principal = principal_of(connection, "admin", office.clock())

    rules = office.application.policy.rules
    kept = tuple(rule for rule in rules if rule.right is not Right.EXPLAIN)
    policy = Policy(office.application.policy.levels, kept)

    require(policy, principal, Right.EXPLAIN, Right.USERS)
    with pytest.raises(AccessDeniedError):
        require(policy, principal, Right.EXPLAIN)
    with pytest.raises(AccessDeniedError):
        require(policy, principal)


LENT = frozenset({RecordId("A"), RecordId("B")})


def lend(office: Office) -> None:
    """Lend li two records, one with its sensitive fields."""
    office.hire(li="employee at 总行 and 华东分行, 秘密")
    office.feed(*({"record_id": name, "name": name} for name in "AB"))
    with office.application.database.write() as connection:
        for name, sensitive in (("A", True), ("B", False)):
            until = NOON + timedelta(days=1)
            grants.add(
                connection, Grant(RecordId(name), "li", NOON, until, "admin", sensitive=sensitive)
            )


def principal(office: Office, name: str, **later: float) -> Principal:
    with office.application.database.read() as connection:
        return principal_of(connection, name, NOON + timedelta(**later))


def test_a_principal_is_the_user_as_they_are_now(office: Office) -> None:
    lend(office)

    assert principal(office, "li") == Principal(
        "li",
        Role.EMPLOYEE,
        frozenset({"总行", "华东分行"}),
        "秘密",
        LENT,
        frozenset({RecordId("A")}),
        None,
    )
    assert principal(office, "li", days=2).grants == frozenset()


def test_a_caller_is_the_user_narrowed_and_keeps_their_door(office: Office) -> None:
    lend(office)
    caller = Caller("li", limits={"read"}, via="token:3")

    found = principal(office, caller)

    assert found == replace(principal(office, "li"), limits=frozenset({"read"}))
    assert via_of(found.name) == "token:3"


def test_a_stored_user_without_a_caller_goes_by_their_own_name(office: Office) -> None:
    with office.application.database.read() as connection:
        found = as_principal(connection, User("li", role=Role.AUDITOR), NOON)

    assert found == Principal("li", Role.AUDITOR)


def test_no_moment_is_earlier_than_what_the_log_says_of_since(office: Office) -> None:
    office.archive.search(user="admin")
    office.clock.turn(days=1)
    office.archive.search(user="admin")

    with office.application.database.read() as connection:
        assert not_before(connection, NOON, NOON) == NOON + timedelta(days=1)
        assert not_before(connection, NOON + timedelta(days=2), NOON) == NOON + timedelta(days=2)


def test_how_somebody_logs_in_is_for_themselves_and_who_manages_users(office: Office) -> None:
    policy = office.application.policy
    li = Principal("li", Role.EMPLOYEE, frozenset({"总行"}))
    admin = Principal("admin", Role.ADMINISTRATOR)
    all_rights = frozenset(str(right) for right in Right)

    in_person(policy, li, "li")
    in_person(policy, admin, "admin")
    in_person(policy, admin, "li")
    for who, whose in (
        (li, "wang"),
        (replace(li, limits=all_rights), "li"),
        (replace(admin, limits=all_rights), "li"),
        (replace(admin, limits=all_rights), "admin"),
        (replace(li, limits=frozenset()), "li"),
    ):
        with pytest.raises(AccessDeniedError):
            in_person(policy, who, whose)


def test_who_came_in_to_read_nothing_reads_nothing() -> None:
    admin = Principal("admin", Role.ADMINISTRATOR)

    require_reading(admin)
    require_reading(replace(admin, limits=frozenset({"read"})))
    for limits in (frozenset[str](), frozenset({"log", "users"})):
        with pytest.raises(AccessDeniedError):
            require_reading(replace(admin, limits=limits))
