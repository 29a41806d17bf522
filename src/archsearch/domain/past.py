"""Who could do what with a record: what the policy of a moment says about everybody of then."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archsearch.domain.access import Principal, Role
from archsearch.domain.policy import Decision, Facts, Place, Policy, Right, Rule


class PastPolicy(Policy):
    """One that was in force once, whatever is demanded of policies now."""

    def __post_init__(self) -> None:
        """Take it as it was."""


def recalled(canonical: str) -> Policy:
    """Make a policy of its canonical text; what has no meaning any more is left out.

    Raises:
        ValueError: The text is none.
    """
    known = json.loads(canonical)
    rules = (
        Rule(Role(role), Right(right), frozenset(map(Place, places)))
        for role, right, places in known["rules"]
        if role in set(Role) and right in set(Right) and set(Place).issuperset(places)
    )
    return PastPolicy(tuple(known["levels"]), tuple(rules))


@dataclass(frozen=True, slots=True)
class Able:
    """Somebody who could do something with a record, and what allowed it."""

    principal: Principal
    decision: Decision


def who_could(
    facts: Facts, policy: Policy, people: Iterable[Principal], right: Right
) -> Iterator[Able]:
    """Tell who had a right over a record.

    Args:
        facts: What the record was then.
        policy: That of then.
        people: Everybody who was not disabled, with their grants.
        right: The right.
    """
    for principal in people:
        decision = policy.decide(principal, right, facts)
        if decision.allowed:
            yield Able(principal, decision)
