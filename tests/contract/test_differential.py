"""Engines against the brute-force oracle over generated stories, and against hidden records.

``ARCHSEARCH_DIFFERENTIAL`` sets the number of pairs of the slow variant, and
``ARCHSEARCH_DIFFERENTIAL_SEED`` its first story, so that several processes can share the work:
start them with seeds a million apart.
"""

import os
import random

import pytest

from archsearch.domain.access import ScopedQuery, restrict
from archsearch.domain.record import RecordId
from archsearch.engines.base import Document, EngineResult, SearchEngine
from tests.contract.differential import first_difference, identical, take
from tests.contract.faults import FAULTS, Leak, planted
from tests.generate_plans import Step, StepKind, make_plan, make_query, make_story
from tests.oracle import OracleEngine, World, visible

PAIRS = 8_000
STORIES_OF_TWO_WORLDS = 30


def test_generated_pairs_are_answered_like_the_oracle(candidate: SearchEngine) -> None:
    difference = first_difference(candidate, pairs=PAIRS)

    assert difference is None, str(difference)


@pytest.mark.slow
def test_a_million_generated_pairs_are_answered_like_the_oracle(
    candidate: SearchEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = int(os.environ.get("ARCHSEARCH_DIFFERENTIAL", "1000000"))
    first_seed = int(os.environ.get("ARCHSEARCH_DIFFERENTIAL_SEED", "1000000"))

    def report(line: str) -> None:
        with capsys.disabled():
            print(line, flush=True)  # noqa: T201 - progress of a run of an hour

    difference = first_difference(candidate, pairs=pairs, first_seed=first_seed, report=report)

    assert difference is None, str(difference)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_planted_fault_is_found(fault: type[World | OracleEngine]) -> None:
    """The proof that the comparison above can fail: each of these answers is nearly right."""
    assert first_difference(planted(fault), pairs=PAIRS) is not None


def test_answers_do_not_depend_on_hidden_records(candidate: SearchEngine) -> None:
    for seed in range(STORIES_OF_TWO_WORLDS):
        assert trace_of_hidden_records(candidate, seed) is None


def test_a_leak_through_statistics_is_found() -> None:
    traces = [trace_of_hidden_records(Leak(), seed) for seed in range(STORIES_OF_TWO_WORLDS)]

    assert any(traces)


def trace_of_hidden_records(engine: SearchEngine, seed: int) -> str | None:
    """Ask in a full archive, then in one that never held what the scope hides.

    Returns:
        The query that tells the two apart, if one does.
    """
    rng = random.Random(seed)
    kept: dict[RecordId, Document] = {}
    for step in make_story(rng):
        take(engine, step)
        keep(kept, step)
    asked = []
    for _ in range(3):
        bound = make_query(rng)
        queries = [restrict(make_plan(rng), bound.scope, bound.excluded) for _ in range(10)]
        asked.append((bound, queries, answers(engine, queries)))
    for bound, queries, among_hidden in asked:
        engine.rebuild([one for one in kept.values() if visible(one, bound)])
        alone = answers(engine, queries)
        for query, one, other in zip(queries, among_hidden, alone, strict=True):
            if not identical(one, other):
                return f"story {seed}, {query}"
    return None


def answers(engine: SearchEngine, queries: list[ScopedQuery]) -> list[EngineResult]:
    """The answers to the queries, one by one."""
    return [engine.search(query) for query in queries]


def keep(kept: dict[RecordId, Document], step: Step) -> None:
    """Carry a step out on a plain dict."""
    if step.kind is StepKind.REBUILD:
        kept.clear()
    for change in step.changes:
        kept.pop(change.record_id, None)
        if isinstance(change, Document):
            kept[change.record_id] = change
