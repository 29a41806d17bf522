"""Whoosh's own searcher over our segments finds what our engine finds, and nothing else."""

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archsearch.domain.access import Scope, restrict
from archsearch.domain.plan import Plan
from archsearch.engines.whoosh.engine import WhooshEngine
from tests.compat.opening import ids, made, stock_index
from tests.compat.translation import Translator
from tests.contract.differential import take
from tests.generate_plans import SECRECIES, make_plan, make_story

ALL = Scope(frozenset(SECRECIES), everything=True)
QUERIES_PER_STEP = 15


def found_by_both(
    engine: WhooshEngine, searcher: Any, plan: Plan
) -> tuple[Plan, list[str], list[str]]:
    """A plan, and its hits by our engine and by Whoosh's searcher, in order of id."""
    whole = replace(plan, limit=10**6, offset=0)
    ours = [str(hit.record_id) for hit in engine.search(restrict(whole, ALL)).hits]
    query = Translator(searcher.schema).translated(whole)
    return whole, sorted(ours), sorted(ids(searcher.search(query, limit=None)))


def story(folder: Path, seed: int) -> Iterator[tuple[Plan, list[str], list[str]]]:
    """Play one story; after each step ask both the same questions."""
    rng = random.Random(seed)
    engine = made(folder)
    for step in make_story(rng):
        take(engine, step)
        with stock_index(folder).searcher() as searcher:
            for _ in range(QUERIES_PER_STEP):
                yield found_by_both(engine, searcher, make_plan(rng))


@pytest.mark.parametrize("seed", range(30))
def test_the_stock_searcher_finds_what_the_engine_finds(tmp_path: Path, seed: int) -> None:
    for plan, ours, stock in story(tmp_path, seed):
        assert stock == ours, plan


def test_the_generated_questions_have_answers_over_several_segments(tmp_path: Path) -> None:
    answered = sum(bool(ours) for _, ours, _ in story(tmp_path, 9))

    with stock_index(tmp_path).searcher() as searcher:
        leaves = [reader for reader, _ in searcher.reader().leaf_readers()]
        assert len(leaves) > 1
        assert any(reader.has_deletions() for reader in leaves)
    assert answered > QUERIES_PER_STEP


@pytest.mark.slow
def test_ten_thousand_stories(tmp_path: Path) -> None:
    for seed in range(1_000, 11_000):
        for plan, ours, stock in story(tmp_path / str(seed), seed):
            assert stock == ours, (seed, plan)
