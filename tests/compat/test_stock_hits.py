"""Whoosh's own searcher over our segments finds what our engine finds."""

import random
from dataclasses import replace
from pathlib import Path

import pytest

from archsearch.domain.access import Scope, restrict
from tests.compat.opening import ids, made, stock_index
from tests.compat.translation import Translator
from tests.contract.differential import take
from tests.generate_plans import SECRECIES, make_plan, make_story

ALL = Scope(frozenset(SECRECIES), everything=True)
STORIES = 40
QUERIES_PER_STEP = 15


@pytest.mark.parametrize("seed", range(STORIES))
def test_the_stock_searcher_finds_what_the_engine_finds(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    engine = made(tmp_path)
    for step in make_story(rng):
        take(engine, step)
        with stock_index(tmp_path).searcher() as searcher:
            translate = Translator(searcher.schema).translated
            for _ in range(QUERIES_PER_STEP):
                plan = replace(make_plan(rng), limit=10**6, offset=0)
                expected = sorted(
                    str(hit.record_id) for hit in engine.search(restrict(plan, ALL)).hits
                )
                found = ids(searcher.search(translate(plan), limit=None))
                assert sorted(found) == expected, (seed, plan, translate(plan))
