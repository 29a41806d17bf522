"""Who is asking."""

import pytest

from archsearch.domain.access import NOTHING, Scope
from archsearch.domain.policy import Policy, Right
from archsearch.errors import AccessDeniedError
from archsearch.services.identity import principal_of, require
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
