"""What the policy decides about a record, and what an engine answers, are the same."""

import random
from collections.abc import Iterator
from itertools import chain

import pytest

from archsearch.domain.access import Principal
from archsearch.domain.plan import MatchAll
from archsearch.domain.policy import Facts, Policy, Right
from archsearch.domain.record import RecordId
from archsearch.engines.base import Document, SearchEngine
from tests.contract.differential import take
from tests.contract.samples import found, record_of
from tests.contract.worlds import keep, make_principal
from tests.generate_plans import SECRECIES, make_story
from tests.policies import made, shipped

SEEDS = range(4)
PEOPLE = 60
FEW = 20
STORED = (Right.READ, Right.CHANGE, Right.EXPORT, Right.REVEAL, Right.DESTROY)


def cases(rng: random.Random) -> Iterator[tuple[Policy, Principal]]:
    """People under the shipped policy and under others."""
    for _ in range(PEOPLE):
        yield shipped(SECRECIES), make_principal(rng)
        yield made(rng, SECRECIES), make_principal(rng)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_mask_of_a_policys_scope_is_what_the_policy_decides(
    engine: SearchEngine, seed: int
) -> None:
    rng = random.Random(seed)
    kept: dict[RecordId, Document] = {}
    while len(kept) < FEW:
        for step in make_story(rng):
            take(engine, step)
            keep(kept, step)
    records = [record_of(document) for document in kept.values()]
    facts = [Facts(one.record_id, one.owner, one.department, one.secrecy) for one in records]
    seen = []
    for policy, principal in cases(rng):
        for right in STORED:
            allowed = {one.record_id for one in facts
                       if policy.decide(principal, right, one).allowed}  # fmt: skip

            assert found(engine, MatchAll(), policy.scope(principal, right)) == allowed
            seen.append(allowed)
    assert set() in seen
    assert any(0 < len(each) < len(facts) for each in seen)
    assert len(set(chain.from_iterable(seen))) > 1
