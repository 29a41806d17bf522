"""The oracle for large corpora answers as the plain one does."""

import random

from tests.contract.crowds import Crowd, make_crowd
from tests.contract.differential import identical, take
from tests.generate_plans import make_query
from tests.oracle import OracleEngine


def test_twins_are_answered_like_everybody() -> None:
    compared = 0
    for seed in range(4):
        rng = random.Random(seed)
        plain, crowd = OracleEngine(), Crowd()
        for step in make_crowd(rng, 200):
            take(plain, step)
            take(crowd, crowd.met(step))
            for _ in range(15):
                query = make_query(rng)
                assert identical(crowd.search(query), plain.search(query)), query
                compared += 1

    assert compared == 240
