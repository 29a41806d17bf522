"""What another policy would change, against deciding about each record for each user."""

import random
from collections.abc import Iterator, Sequence

import pytest

from archsearch.domain.access import Principal, Role
from archsearch.domain.impact import Change, Holdings, RuleChange, changes, rule_changes
from archsearch.domain.policy import Facts, Place, Policy, Right, Rule
from archsearch.domain.record import RecordId
from tests.policies import made, shipped

LEVELS = ("公开", "内部", "机密")
PATHS = ("甲", "甲/一", "甲/一/上", "甲/二", "甲乙", "乙")
NAMES = ("li", "na", "zhou", "wu")
PAIRS = 1_000


def people(rng: random.Random, records: Sequence[Facts]) -> list[Principal]:
    ids = [each.record_id for each in records]
    return [
        Principal(
            name,
            rng.choice((*Role, None)),
            frozenset(rng.sample(PATHS, rng.choice((0, 1, 1, 2)))),
            rng.choice((*LEVELS, "")),
            frozenset(rng.sample(ids, min(len(ids), rng.choice((0, 1, 3))))),
        )
        for name in NAMES
    ]


def archive(rng: random.Random) -> list[Facts]:
    return [
        Facts(
            RecordId(f"{number:03}"),
            rng.choice((*NAMES, "ghost", "")),
            rng.choice((*PATHS, "")),
            rng.choice((*LEVELS, "")),
        )
        for number in rng.sample(range(1000), rng.choice((0, 1, 20, 60)))
    ]


def one_by_one(
    old: Policy, new: Policy, someone: Principal, records: Sequence[Facts]
) -> Iterator[Change]:
    """Decide about everything, and count."""
    for right in Right:
        if right is Right.CREATE:
            tried = [Facts(RecordId(""), owner, path, level)
                     for owner in (someone.name, "x")
                     for path in (*PATHS, "")
                     for level in LEVELS]  # fmt: skip
        else:
            tried = sorted(records)
        if not right.of_records:
            before, after = (each.decide(someone, right).allowed for each in (old, new))
            if before != after:
                yield Change(someone.name, someone.role, right, gained=after)
            continue
        had = [one for one in tried if old.decide(someone, right, one).allowed]
        has = [one for one in tried if new.decide(someone, right, one).allowed]
        for gained, some, others in ((True, has, had), (False, had, has)):
            ids = tuple(one.record_id for one in some if one not in others)
            if ids and right is Right.CREATE:
                yield Change(someone.name, someone.role, right, gained)
            elif ids:
                yield Change(someone.name, someone.role, right, gained, len(ids), ids)


def test_the_difference_of_1000_pairs_of_policies_is_that_of_deciding_one_by_one() -> None:
    told = 0
    for seed in range(PAIRS):
        rng = random.Random(seed)
        old, new = made(rng, LEVELS), made(rng, LEVELS)
        records = archive(rng)
        everybody = people(rng, records)
        lent = frozenset[RecordId]().union(*(each.grants for each in everybody))

        found = list(changes(old, new, everybody, Holdings(records, lent)))

        expected = [one for someone in everybody for one in one_by_one(old, new, someone, records)]
        assert found == expected, seed
        told += len(found)
    assert told > PAIRS


def test_the_first_ids_are_given_and_all_are_counted() -> None:
    rng = random.Random(7)
    records = archive(random.Random(5))
    everybody = people(rng, records)
    lent = frozenset[RecordId]().union(*(each.grants for each in everybody))
    for _ in range(50):
        old, new = made(rng, LEVELS), made(rng, LEVELS)
        whole = list(changes(old, new, everybody, Holdings(records, lent)))

        for limit in (0, 2):
            some = list(changes(old, new, everybody, Holdings(records, lent, limit)))

            assert [each.records for each in some] == [each.records for each in whole]
            cut = [each.record_ids[:limit] for each in whole]
            assert [each.record_ids for each in some] == cut


def test_a_policy_differs_from_itself_in_nothing() -> None:
    policy = shipped(LEVELS)
    records = archive(random.Random(5))

    assert rule_changes(policy, policy) == ()
    assert list(changes(policy, policy, people(random.Random(1), records), Holdings(records))) == []


def test_changed_rules_are_told_with_their_places() -> None:
    old = shipped(LEVELS)
    kept = (one for one in old.rules if (one.role, one.right) != (Role.EMPLOYEE, Right.EXPORT))
    given = Rule(Role.MANAGER, Right.DELETE, frozenset({Place.DEPARTMENTS}))
    new = Policy(LEVELS, (*kept, given, Rule(Role.EMPLOYEE, Right.LOG)))

    assert rule_changes(old, new) == (
        RuleChange(Role.MANAGER, Right.DELETE, None, frozenset({Place.DEPARTMENTS})),
        RuleChange(Role.EMPLOYEE, Right.EXPORT, frozenset({Place.OWN}), None),
        RuleChange(Role.EMPLOYEE, Right.LOG, None, frozenset()),
    )


@pytest.mark.parametrize("secrecy", ["机密", ""])
def test_what_is_above_the_clearance_is_neither_gained_nor_lost(secrecy: str) -> None:
    old = shipped(LEVELS)
    rules = tuple(one for one in old.rules if one.role is not Role.MANAGER)
    new = Policy(LEVELS, (*rules, Rule(Role.MANAGER, Right.READ, frozenset({Place.ALL}))))
    someone = Principal("li", Role.MANAGER, frozenset({"甲"}), "内部")
    records = [Facts(RecordId("1"), "x", "乙", secrecy), Facts(RecordId("2"), "x", "乙", "公开")]

    found = {
        (each.right, each.gained): each.record_ids
        for each in changes(old, new, [someone], Holdings(records))
        if each.records is not None
    }

    assert found == {(Right.READ, True): ("2",)}


def test_what_is_lent_but_not_among_the_records_is_left_out() -> None:
    old = shipped(LEVELS)
    rules = tuple(one for one in old.rules if one.role is not Role.EMPLOYEE)
    new = Policy(LEVELS, rules)
    someone = Principal("li", Role.EMPLOYEE, frozenset({"甲"}), "内部", frozenset({RecordId("9")}))
    holdings = Holdings([Facts(RecordId("1"), "li", "乙", "内部")], someone.grants)

    lost = {each.right: each.record_ids for each in changes(old, new, [someone], holdings)}

    assert lost[Right.READ] == lost[Right.EXPORT] == ("1",)
