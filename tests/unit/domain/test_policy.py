"""Who may do what: the shipped policy against a table of its own, and the laws of every policy."""

import hashlib
import random
from collections.abc import Iterator
from dataclasses import FrozenInstanceError, fields, replace
from itertools import product

import pytest

from archsearch.domain.access import NOTHING, Principal, Role, Scope
from archsearch.domain.policy import (
    OPERATIONS,
    RECORD_RIGHTS,
    Decision,
    Errand,
    Facts,
    Ground,
    Place,
    Policy,
    Right,
    Rule,
    faults,
)
from archsearch.domain.record import RecordId
from tests.policies import made, shipped

LEVELS = ("公开", "内部", "秘密", "机密")
HERE, BELOW, ELSEWHERE = "华东分行", "华东分行/信贷部", "华东分行二部"
GRANTED = RecordId("granted")

SITUATIONS = {
    "own here": Facts(RecordId("1"), "li.na", HERE, "内部"),
    "own below": Facts(RecordId("2"), "li.na", BELOW, "公开"),
    "own elsewhere": Facts(RecordId("3"), "li.na", ELSEWHERE, "内部"),
    "own nowhere": Facts(RecordId("4"), "li.na", "", "内部"),
    "others' here": Facts(RecordId("5"), "li.na2", HERE, "公开"),
    "others' below": Facts(RecordId("6"), "", BELOW, "内部"),
    "others' elsewhere": Facts(RecordId("7"), "li", ELSEWHERE, "内部"),
    "lent": Facts(GRANTED, "x", "华北分行", "内部"),
}
EVERY = set(SITUATIONS)
MINE = {"own here", "own below", "own elsewhere", "own nowhere"}
MINE_HERE = {"own here", "own below"}
IN_DEPARTMENT = MINE_HERE | {"others' here", "others' below"}

TABLE: dict[tuple[str, str], set[str]] = {
    ("administrator", "read"): EVERY,
    ("administrator", "create"): EVERY,
    ("administrator", "change"): EVERY,
    ("administrator", "change_frozen"): EVERY,
    ("administrator", "delete"): EVERY,
    ("administrator", "approve"): EVERY,
    ("administrator", "export"): EVERY,
    ("administrator", "reveal"): EVERY,
    ("administrator", "destroy"): EVERY,
    ("manager", "read"): IN_DEPARTMENT | {"lent"},
    ("manager", "create"): IN_DEPARTMENT,
    ("manager", "change"): IN_DEPARTMENT,
    ("manager", "approve"): IN_DEPARTMENT,
    ("manager", "export"): IN_DEPARTMENT,
    ("manager", "reveal"): IN_DEPARTMENT,
    ("employee", "read"): MINE | {"lent"},
    ("employee", "create"): MINE_HERE,
    ("employee", "export"): MINE,
    ("program", "read"): IN_DEPARTMENT,
    ("program", "create"): IN_DEPARTMENT,
}
OPERATED = {
    "administrator": {
        "screen", "duplicates", "users", "departments", "dictionary", "index", "log", "log_key",
        "keys",
        "examine", "rules", "explain",
    },
    "manager": {"screen", "duplicates"},
    "employee": {"screen", "duplicates"},
    "auditor": {"log", "examine", "rules"},
    "program": {"screen"},
}  # fmt: skip


def person(
    role: Role | None, departments: frozenset[str] = frozenset({HERE}), clearance: str = "内部"
) -> Principal:
    return Principal("li.na", role, departments, clearance, frozenset({GRANTED}))


def allowed(principal: Principal, right: Right, policy: Policy | None = None) -> set[str]:
    rules = policy or shipped(LEVELS)
    return {
        name for name, facts in SITUATIONS.items() if rules.decide(principal, right, facts).allowed
    }


@pytest.mark.parametrize(("role", "right"), list(product(Role, RECORD_RIGHTS)))
def test_a_role_does_with_records_what_the_regulations_say(role: Role, right: Right) -> None:
    assert allowed(person(role), right) == TABLE.get((role.value, right.value), set())


@pytest.mark.parametrize(("role", "right"), list(product(Role, OPERATIONS)))
def test_a_role_operates_what_the_regulations_say(role: Role, right: Right) -> None:
    expected = right.value in OPERATED[role.value]
    policy = shipped(LEVELS)

    assert policy.decide(person(role), right).allowed is expected
    assert policy.decide(person(role, frozenset(), ""), right).allowed is expected
    assert policy.may(person(role), right) is expected


@pytest.mark.parametrize(("role", "right"), list(product(Role, RECORD_RIGHTS)))
def test_without_department_only_what_is_over_all_is_left(role: Role, right: Right) -> None:
    lost = person(role, frozenset())

    assert allowed(lost, right) == (EVERY if role is Role.ADMINISTRATOR else set())
    assert shipped(LEVELS).may(lost, right) is (role is Role.ADMINISTRATOR)


@pytest.mark.parametrize("right", Right)
def test_without_role_nothing_is_allowed(right: Right) -> None:
    policy = shipped(LEVELS)

    assert policy.decide(person(None), right).ground is Ground.NO_RULE
    assert not policy.may(person(None), right)
    assert allowed(person(None), right) == set()


@pytest.mark.parametrize(
    ("right", "facts", "ground"),
    [
        (Right.READ, "own here", Ground.OWN),
        (Right.READ, "lent", Ground.GRANTED),
        (Right.READ, "others' here", Ground.ELSEWHERE),
        (Right.CHANGE, "own here", Ground.NO_RULE),
        (Right.READ, None, Ground.OWN),
        (Right.SCREEN, None, Ground.OPERATION),
        (Right.USERS, None, Ground.NO_RULE),
    ],
)
def test_a_decision_names_its_ground_and_its_rule(
    right: Right, facts: str | None, ground: Ground
) -> None:
    policy = shipped(LEVELS)
    found = policy.decide(person(Role.EMPLOYEE), right, SITUATIONS[facts] if facts else None)

    assert found.ground is ground
    assert found.rule == policy.rule(Role.EMPLOYEE, right)
    assert (found.rule is None) is (ground is Ground.NO_RULE)
    assert found.rule is None or "policy.yaml" in found.rule.where


def test_grounds_keep_the_names_that_logs_and_programs_know_them_by() -> None:
    assert " ".join(Ground) == (
        "all own departments granted operation no_rule clearance no_department elsewhere"
        " disabled limited"
    )


def test_what_is_both_own_and_in_the_department_is_own() -> None:
    """As the scope says it, which looks at owners first."""
    places = frozenset({Place.OWN, Place.DEPARTMENTS, Place.GRANTED})
    policy = Policy(LEVELS, (*KEPT, Rule(Role.MANAGER, Right.READ, places)))
    grounds = {
        name: policy.decide(person(Role.MANAGER), Right.READ, facts).ground
        for name, facts in SITUATIONS.items()
    }

    assert grounds["own here"] is Ground.OWN
    assert grounds["others' here"] is Ground.DEPARTMENTS
    assert grounds["lent"] is Ground.GRANTED
    assert grounds["others' elsewhere"] is Ground.ELSEWHERE


def test_a_refusal_says_whether_secrecy_department_or_place_is_in_the_way() -> None:
    policy = shipped(LEVELS)
    secret = SITUATIONS["own here"]._replace(secrecy="秘密")

    def ground(principal: Principal, facts: Facts | None) -> Ground:
        return policy.decide(principal, Right.READ, facts).ground

    assert ground(person(Role.EMPLOYEE), secret) is Ground.CLEARANCE
    assert ground(person(Role.ADMINISTRATOR), secret) is Ground.CLEARANCE
    assert ground(person(Role.ADMINISTRATOR, clearance=""), None) is Ground.CLEARANCE
    assert ground(person(Role.EMPLOYEE, frozenset()), None) is Ground.NO_DEPARTMENT
    assert ground(person(Role.ADMINISTRATOR, frozenset()), None) is Ground.ALL


KEPT = (
    Rule(Role.ADMINISTRATOR, Right.USERS),
    Rule(Role.ADMINISTRATOR, Right.READ, frozenset({Place.ALL})),
    Rule(Role.AUDITOR, Right.LOG),
)


def rule(right: Right, *places: Place) -> Rule:
    return Rule(Role.EMPLOYEE, right, frozenset(places))


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        (KEPT[1:], "administrator 须有 users"),
        ((KEPT[0], KEPT[2]), "没有任何角色能读档案"),
        (KEPT[:2], "没有任何角色能查看操作日志"),
        ((*KEPT, KEPT[0]), "只能写一次"),
        ((*KEPT, rule(Right.READ)), "须写明对哪些档案"),
        ((*KEPT, rule(Right.LOG, Place.OWN)), "不能写范围"),
        ((*KEPT, rule(Right.READ, Place.ALL, Place.OWN)), "只写 all"),
        ((*KEPT, rule(Right.READ, Place.GRANTED), rule(Right.CHANGE, Place.GRANTED)), "借来的"),
        ((*KEPT, rule(Right.READ, Place.GRANTED), rule(Right.APPROVE, Place.GRANTED)), "借来的"),
        ((*KEPT, rule(Right.CHANGE, Place.OWN)), "超出了该角色的 read"),
        ((*KEPT, rule(Right.READ, Place.OWN), rule(Right.EXPORT, Place.GRANTED)), "的 read"),
        ((*KEPT, rule(Right.READ, Place.OWN), rule(Right.CREATE, Place.DEPARTMENTS)), "的 read"),
        ((*KEPT, rule(Right.READ, Place.DEPARTMENTS), rule(Right.CHANGE, Place.OWN)), "的 read"),
        ((*KEPT, rule(Right.READ, Place.GRANTED), rule(Right.CREATE, Place.OWN)), "的 read"),
        ((*KEPT, rule(Right.READ, Place.OWN), rule(Right.REVEAL, Place.ALL)), "的 read"),
        ((*KEPT, rule(Right.READ, Place.OWN), rule(Right.CHANGE_FROZEN, Place.OWN)), "的 change"),
    ],
)
def test_a_policy_that_locks_out_or_goes_beyond_reading_cannot_be(
    rules: tuple[Rule, ...], said: str
) -> None:
    (fault,) = faults(rules)

    assert said in fault[1]
    assert (fault[0] is None) == (fault[0] not in rules)
    with pytest.raises(ValueError, match=said):
        Policy(LEVELS, rules)


def test_a_policy_may_give_whatever_stays_within_reading() -> None:
    rules = (
        *KEPT,
        rule(Right.READ, Place.DEPARTMENTS, Place.GRANTED),
        rule(Right.CREATE, Place.OWN),
        rule(Right.REVEAL, Place.GRANTED),
        rule(Right.EXPORT, Place.DEPARTMENTS, Place.GRANTED),
        rule(Right.CHANGE, Place.DEPARTMENTS),
        rule(Right.CHANGE_FROZEN, Place.DEPARTMENTS),
    )

    assert faults(rules) == []
    assert Policy(LEVELS, rules).rules == rules
    everything = (rule(Right.READ, Place.ALL), rule(Right.CHANGE, Place.OWN))
    assert faults((*KEPT, *everything)) == []


def test_policies_rules_and_decisions_are_not_changed_afterwards() -> None:
    policy = shipped(LEVELS)
    decision = policy.decide(person(Role.EMPLOYEE), Right.READ)

    for value in (policy, policy.rules[0], decision):
        with pytest.raises(FrozenInstanceError):
            setattr(value, fields(value)[0].name, None)


def test_a_rule_that_no_file_gave_is_nowhere() -> None:
    assert rule(Right.READ, Place.OWN).where == ""


def test_of_two_rights_that_are_missing_always_the_same_is_told() -> None:
    (fault,) = faults((*KEPT, rule(Right.CHANGE_FROZEN, Place.OWN)))

    assert "的 change：" in fault[1]


def test_the_fingerprint_is_of_what_is_allowed_not_of_how_it_is_written() -> None:
    policy = shipped(LEVELS)
    elsewhere = tuple(replace(rule, where="x") for rule in reversed(policy.rules))

    assert set(elsewhere) == set(policy.rules)
    assert Policy(LEVELS, elsewhere).fingerprint == policy.fingerprint
    assert Policy(LEVELS[::-1], policy.rules).fingerprint != policy.fingerprint
    for number, left_out in enumerate(policy.rules):
        rest = policy.rules[:number] + policy.rules[number + 1 :]
        if not faults(rest):
            assert Policy(LEVELS, rest).fingerprint != policy.fingerprint, left_out


class _Turned(frozenset[Place]):
    """Places in an order of their own, as every process has one."""

    def __iter__(self) -> Iterator[Place]:
        return iter(sorted(frozenset(self), reverse=True))


def test_the_fingerprint_is_the_same_in_every_process_and_version() -> None:
    """It stands in logs, and is compared with later."""
    places = _Turned({Place.OWN, Place.GRANTED})
    policy = Policy(("公开",), (*KEPT, Rule(Role.EMPLOYEE, Right.READ, places)))

    assert policy.canonical == (
        '{"levels": ["公开"], "rules": [["administrator", "read", ["all"]],'
        ' ["administrator", "users", []], ["auditor", "log", []],'
        ' ["employee", "read", ["granted", "own"]]]}'
    )
    assert policy.fingerprint == hashlib.sha256(policy.canonical.encode()).hexdigest()


def test_whoever_is_cleared_for_nothing_has_the_scope_of_nothing() -> None:
    for right in STORED:
        for clearance in ("", "绝密"):
            assert (
                shipped(LEVELS).scope(person(Role.MANAGER, clearance=clearance), right) == NOTHING
            )


def test_only_stored_records_have_a_scope() -> None:
    for right in (Right.CREATE, Right.LOG):
        with pytest.raises(ValueError, match=right.value):
            shipped(LEVELS).scope(person(Role.ADMINISTRATOR), right)


# Laws of all policies ----------------------------------------------------------------------------


def cases() -> Iterator[tuple[Policy, Principal]]:
    """Policies at random, and under each somebody of every role, and somebody of none."""
    for seed in range(80):
        rng = random.Random(seed)
        policy = made(rng, LEVELS)
        for role in (*Role, None):
            departments = rng.sample((HERE, BELOW, ELSEWHERE), rng.choice((0, 1, 1, 2)))
            clearance = rng.choice(("", "绝密", "公开", "内部", "秘密", "机密"))
            grants = frozenset(rng.sample((GRANTED, RecordId("2")), rng.choice((0, 1, 2))))
            unmasked = frozenset(rng.sample(sorted(grants), rng.randint(0, len(grants))))
            yield (
                policy,
                Principal("li.na", role, frozenset(departments), clearance, grants, unmasked),
            )


GRID = [
    Facts(RecordId(record_id), owner, path, secrecy)
    for record_id in (GRANTED, "2")
    for owner in ("li.na", "x", "")
    for path in (HERE, BELOW, ELSEWHERE, "")
    for secrecy in (*LEVELS, "")
]
STORED = [right for right in RECORD_RIGHTS if right is not Right.CREATE]


def test_decisions_and_scopes_agree_and_no_right_goes_beyond_reading() -> None:
    for policy, principal in cases():
        readable = {facts for facts in GRID if policy.decide(principal, Right.READ, facts).allowed}

        for right in STORED:
            scope = policy.scope(principal, right)
            allowed = {facts for facts in GRID if policy.decide(principal, right, facts).allowed}
            assert {facts for facts in GRID if scope.allows(*facts)} == allowed
            assert allowed <= readable
            assert policy.may(principal, right) or scope == NOTHING
        assert policy.scope(principal) == policy.scope(principal, Right.READ)


def test_limits_leave_a_right_as_it_is_or_nothing_of_it() -> None:
    rng = random.Random(7)
    for policy, principal in cases():
        limits = frozenset(right for right in Right if rng.random() < 0.6)
        narrow = replace(principal, limits=frozenset(map(str, limits)))

        for right in Right:
            left = right in limits and (not right.of_records or Right.READ in limits)
            left &= right is not Right.CHANGE_FROZEN or Right.CHANGE in limits
            for facts in (None, *GRID[::7]):
                free = policy.decide(principal, right, facts)
                found = policy.decide(narrow, right, facts)
                limited = Decision(right, allowed=False, ground=Ground.LIMITED, rule=free.rule)
                assert found == (free if left or free.rule is None else limited)
            assert policy.may(narrow, right) is (policy.may(principal, right) and left)
            assert policy.filing(narrow, right) == (
                policy.filing(principal, right) if left else None
            )
            if right in STORED:
                whole = policy.scope(principal, right)
                assert policy.scope(narrow, right) == (whole if left else NOTHING)


def test_no_policy_lifts_secrecy_or_the_need_of_a_department() -> None:
    for policy, principal in cases():
        below = (
            LEVELS[: LEVELS.index(principal.clearance) + 1] if principal.clearance in LEVELS else ()
        )
        found = [
            policy.decide(principal, right, facts) for right in RECORD_RIGHTS for facts in GRID
        ]

        for decision, facts in zip(found, GRID * len(RECORD_RIGHTS), strict=True):
            if decision.allowed:
                assert facts.secrecy in below
                assert decision.rule in policy.rules
                assert principal.departments or decision.ground is Ground.ALL


def test_where_records_may_be_put_is_where_they_may_be_created() -> None:
    for policy, principal in cases():
        filing = policy.filing(principal, Right.CREATE)

        for facts in GRID:
            theirs = any(
                f"{facts.department}/".startswith(f"{top}/") for top in principal.departments
            )
            permitted = (
                filing is not None
                and facts.secrecy in policy.cleared(principal)
                and (filing.anywhere or theirs)
                and (filing.for_anyone or facts.owner == principal.name)
            )
            assert policy.decide(principal, Right.CREATE, facts).allowed is permitted


def test_a_right_to_what_is_lent_is_none_to_put_records_anywhere() -> None:
    rules = (*KEPT, rule(Right.READ, Place.GRANTED))
    policy = Policy(LEVELS, rules)

    assert policy.filing(person(Role.EMPLOYEE), Right.READ) is None
    assert policy.may(person(Role.EMPLOYEE), Right.READ)


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("secrecies", [LEVELS, LEVELS[:3], ()])
def test_a_policy_hides_something_from_all_but_who_sees_everything_of_every_level(
    everything: bool, secrecies: tuple[str, ...]
) -> None:
    scope = Scope(frozenset(secrecies), everything=everything)

    hidden = shipped(LEVELS).hides_from(scope)

    assert hidden is not (everything and secrecies == LEVELS)


def test_errands_are_called_as_tokens_call_them() -> None:
    assert [str(errand) for errand in Errand] == ["propose", "borrow"]
