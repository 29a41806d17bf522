"""The shipped policy, and policies at random."""

import random
from collections.abc import Iterator
from functools import cache

from archsearch.domain.access import Principal, Role, Scope
from archsearch.domain.policy import (
    OPERATIONS,
    RECORD_RIGHTS,
    Place,
    Policy,
    Right,
    Rule,
    faults,
)
from archsearch.settings.policy import read_policy
from archsearch.settings.workspace import defaults_folder

PLACES = tuple(frozenset(each) for each in (
    {Place.ALL}, {Place.DEPARTMENTS}, {Place.OWN}, {Place.GRANTED},
    {Place.DEPARTMENTS, Place.OWN}, {Place.DEPARTMENTS, Place.GRANTED}, {Place.OWN, Place.GRANTED},
    {Place.DEPARTMENTS, Place.OWN, Place.GRANTED},
))  # fmt: skip


@cache
def shipped(levels: tuple[str, ...]) -> Policy:
    """The policy that archsearch comes with."""
    return read_policy(defaults_folder() / "policy.yaml", levels)


def scope_of(principal: Principal, levels: tuple[str, ...]) -> Scope:
    """What somebody may see by the shipped policy."""
    return shipped(levels).scope(principal)


def made(rng: random.Random, levels: tuple[str, ...]) -> Policy:
    """A policy at random, among those that are possible."""
    rules = list(_rules(rng))
    while unfit := {rule for rule, _ in faults(tuple(rules)) if rule is not None}:
        rules = [rule for rule in rules if rule not in unfit]
    known = {(rule.role, rule.right) for rule in rules}
    needed = [
        Rule(Role.ADMINISTRATOR, Right.USERS),
        Rule(Role.AUDITOR, Right.LOG),
        Rule(Role.EMPLOYEE, Right.READ, frozenset({Place.OWN})),
    ]
    rules += [rule for rule in needed if (rule.role, rule.right) not in known]
    return Policy(levels, tuple(rules))


def _rules(rng: random.Random) -> Iterator[Rule]:
    for role in Role:
        for right in RECORD_RIGHTS:
            if rng.random() < (0.8 if right is Right.READ else 0.5):
                yield Rule(role, right, rng.choice(PLACES))
        yield from (Rule(role, right) for right in OPERATIONS if rng.random() < 0.5)
