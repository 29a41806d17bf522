from dataclasses import FrozenInstanceError, fields
from typing import Any

import pytest

from archsearch.domain.access import (
    NOTHING,
    Principal,
    Reason,
    Role,
    Scope,
    ScopedGather,
    ScopedQuery,
    confine,
    is_below,
    restrict,
)
from archsearch.domain.plan import Gather, MatchAll, Plan
from archsearch.domain.record import Record, RecordId
from tests.policies import scope_of

LEVELS = ("公开", "内部", "秘密", "机密")
HERE = frozenset({"华东分行/信贷部"})


def record(record_id: str = "r", **values: str) -> Record:
    facts = {"owner": "li.na", "department": "华东分行/信贷部", "secrecy": "内部", **values}
    return Record(RecordId(record_id), 1, dict(facts))


def scope(role: Role | None, departments: frozenset[str] = HERE, clearance: str = "内部") -> Scope:
    grants = frozenset({RecordId("granted")})
    return scope_of(Principal("li.na", role, departments, clearance, grants), LEVELS)


def test_a_scoped_query_is_made_by_restrict_alone() -> None:
    plan = Plan(MatchAll())

    with pytest.raises(TypeError):
        ScopedQuery(plan, NOTHING, frozenset(), object())

    assert restrict(plan, NOTHING).plan is plan


def test_gathers_are_scoped_by_confine_alone() -> None:
    with pytest.raises(TypeError):
        ScopedGather((), NOTHING, frozenset(), object())


def test_what_is_bound_stays_with_its_scope_and_what_is_excluded() -> None:
    plan, gathers = Plan(MatchAll()), (Gather("names", ((1, 1.0),), ((MatchAll(), 3),)),)
    seen, excluded = scope(Role.EMPLOYEE), frozenset({RecordId("moved")})

    query, gathered = restrict(plan, seen, excluded), confine(gathers, seen, excluded)

    assert (query.plan, query.scope, query.excluded) == (plan, seen, excluded)
    assert (gathered.gathers, gathered.scope, gathered.excluded) == (gathers, seen, excluded)
    assert confine(gathers, seen).excluded == restrict(plan, seen).excluded == frozenset()


@pytest.mark.parametrize(
    ("reach", "empty"),
    [
        (Scope(frozenset({"内部"}), everything=True), False),
        (Scope(frozenset({"内部"}), owner="li.na"), False),
        (Scope(frozenset({"内部"}), departments=HERE), False),
        (Scope(frozenset({"内部"}), granted=frozenset({RecordId("r")})), False),
        (Scope(frozenset({"内部"})), True),
        (Scope(frozenset(), everything=True), True),
    ],
)
def test_a_scope_is_empty_without_levels_or_without_reach(reach: Scope, empty: bool) -> None:
    assert reach.empty is empty
    assert reach.permits(record()) is not empty


def test_a_scope_without_owner_does_not_reach_records_that_belong_to_nobody() -> None:
    assert not Scope(frozenset({"内部"}), departments=HERE).permits(
        record(owner="", department="华北分行")
    )


@pytest.mark.parametrize(
    ("reach", "reason"),
    [
        ({"everything": True, "owner": "li.na", "departments": HERE}, Reason.ROLE),
        ({"owner": "li.na", "departments": HERE}, Reason.OWNER),
        ({"owner": "x", "departments": HERE | {"华北分行"}}, Reason.DEPARTMENT),
        ({"departments": frozenset({"华东分行"})}, Reason.DEPARTMENT),
        ({"owner": "x", "departments": frozenset({"华北分行"})}, Reason.GRANT),
        ({"granted": frozenset()}, None),
        ({"secrecies": frozenset({"机密"}), "everything": True}, None),
    ],
)
def test_the_reason_is_the_widest_that_holds(reach: dict[str, Any], reason: Reason | None) -> None:
    lent = frozenset({RecordId("r")})
    seen = Scope(**{"secrecies": frozenset({"内部"}), "granted": lent, **reach})

    assert seen.reason(record()) is reason


def test_what_was_bound_or_decided_by_is_not_changed_afterwards() -> None:
    query, gathered = restrict(Plan(MatchAll()), NOTHING), confine((), NOTHING)

    for value in (query, gathered, NOTHING, Principal("li.na", None)):
        with pytest.raises(FrozenInstanceError):
            setattr(value, fields(value)[0].name, None)


def test_whoever_is_given_nothing_has_nothing() -> None:
    nobody = Principal("li.na", None)

    assert nobody.clearance == ""
    assert not any((nobody.departments, nobody.grants, nobody.unmasked))
    assert not NOTHING.everything


def test_an_administrator_sees_every_record_up_to_their_clearance() -> None:
    seen = scope(Role.ADMINISTRATOR, frozenset())

    assert seen.permits(record(owner="x", department="y"))
    assert not seen.permits(record(secrecy="秘密"))


def test_a_manager_sees_their_departments_and_those_below() -> None:
    seen = scope(Role.MANAGER, frozenset({"华东分行"}))

    assert seen.permits(record(owner="x", department="华东分行"))
    assert seen.permits(record(owner="x", department="华东分行/信贷部/一组"))
    assert not seen.permits(record(owner="x", department="华东分行二部"))
    assert not seen.permits(record(owner="li.na", department="华北分行"))


def test_an_employee_sees_what_they_created() -> None:
    seen = scope(Role.EMPLOYEE)

    assert seen.permits(record(department="华北分行"))
    assert not seen.permits(record(owner="li.na2"))


@pytest.mark.parametrize("role", [Role.MANAGER, Role.EMPLOYEE])
def test_a_grant_opens_a_record_but_not_one_above_the_clearance(role: Role) -> None:
    seen = scope(role, frozenset({"华南分行"}))

    assert seen.permits(record("granted", owner="x", department="y"))
    assert not seen.permits(record("granted", owner="x", department="y", secrecy="机密"))


@pytest.mark.parametrize(
    ("role", "departments", "clearance"),
    [
        (None, HERE, "机密"),
        (Role.AUDITOR, HERE, "机密"),
        (Role.MANAGER, frozenset(), "机密"),
        (Role.EMPLOYEE, frozenset(), "机密"),
        (Role.ADMINISTRATOR, HERE, ""),
        (Role.ADMINISTRATOR, HERE, "绝密"),
    ],
)
def test_without_role_department_or_clearance_nothing_is_visible(
    role: Role | None, departments: frozenset[str], clearance: str
) -> None:
    seen = scope(role, departments, clearance)

    assert seen.empty
    assert not seen.permits(record("granted"))


def test_a_record_without_a_known_secrecy_is_hidden() -> None:
    assert not scope(Role.ADMINISTRATOR).permits(record(secrecy=""))


def test_below_means_below_in_the_tree() -> None:
    assert is_below("甲/乙", "甲")
    assert is_below("甲", "甲")
    assert not is_below("甲乙", "甲")
    assert not is_below("甲", "甲/乙")
