"""Policies of the past decide as they did."""

import json
import random

import pytest

from archsearch.domain.access import Principal, Role
from archsearch.domain.past import recalled, who_could
from archsearch.domain.policy import Facts, Right
from archsearch.domain.record import RecordId
from tests.policies import made, shipped

LEVELS = ("公开", "内部", "秘密", "机密")
PEOPLE = [
    Principal(f"{role}-{clearance}", role, frozenset({"甲"}), clearance, lent, lent)
    for role in Role
    for clearance in LEVELS
    for lent in (frozenset[RecordId](), frozenset({RecordId("1")}))
]


@pytest.mark.parametrize("seed", range(20))
def test_a_recalled_policy_says_the_same(seed: int) -> None:
    rng = random.Random(seed)
    policy = made(rng, LEVELS)
    again = recalled(policy.canonical)
    facts = Facts(RecordId("1"), "x", rng.choice(["甲", "甲/一", "乙"]), rng.choice(LEVELS))

    assert again.fingerprint == policy.fingerprint
    for right in (Right.READ, Right.CHANGE, Right.REVEAL, Right.EXPORT):
        could = {each.principal.name for each in who_could(facts, again, PEOPLE, right)}
        may = {one.name for one in PEOPLE if policy.decide(one, right, facts).allowed}
        assert could == may


def test_what_no_policy_may_say_any_more_is_recalled_nevertheless() -> None:
    known = json.loads(shipped(LEVELS).canonical)
    known["rules"] = [["employee", "read", ["all"]], ["employee", "fly", []], ["x", "read", []]]

    policy = recalled(json.dumps(known))

    assert [(rule.role, rule.right) for rule in policy.rules] == [(Role.EMPLOYEE, Right.READ)]
