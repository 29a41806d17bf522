"""Holding an engine against the oracle, story by story."""

import random
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace
from itertools import count
from typing import Final, TypeAlias

from archsearch.domain.access import ScopedGather, ScopedQuery
from archsearch.engines.base import EngineResult, Gathered, SearchEngine
from tests.contract.crowds import SIZES, Crowd, make_crowd
from tests.generate_plans import Step, StepKind, make_gathering, make_query, make_story
from tests.oracle import OracleEngine

QUERIES_PER_STEP: Final = 20
GATHERINGS_PER_STEP: Final = 4
CHANCE_OF_REST: Final = 0.1
LARGE_EVERY: Final = 97
"""One story in so many is of thousands of documents."""
SECONDS_BETWEEN_REPORTS: Final = 10.0


MOST_TO_PRINT: Final = 20_000
Setting: TypeAlias = Callable[[random.Random], AbstractContextManager[object]]
"""Draws circumstances in which an engine must give the same answers."""


@dataclass(frozen=True)
class Difference:
    """One pair that an engine answers in another way than the oracle."""

    seed: int
    query: ScopedQuery | ScopedGather
    steps: tuple[Step, ...]
    expected: object
    found: object

    def __str__(self) -> str:
        return "\n".join(
            (
                f"story {self.seed}, after {len(self.steps)} steps",
                f"query    {self.query}",
                f"expected {self.expected}",
                f"found    {self.found}",
                *(f"step     {str(step)[:MOST_TO_PRINT]}" for step in self.steps),
            )
        )


def take(engine: SearchEngine, step: Step) -> None:
    """Carry out one step."""
    match step.kind:
        case StepKind.REBUILD:
            engine.rebuild(step.documents)
        case StepKind.APPLY:
            engine.apply(step.changes)
        case StepKind.PURGE:
            engine.purge()
        case StepKind.TIDY:
            engine.tidy()


def rest(engine: SearchEngine) -> None:
    """Let an engine forget what it holds in memory, if there is anything."""
    close = getattr(engine, "close", None)
    if close is not None:
        close()


def is_large(seed: int) -> bool:
    """Whether a story is of thousands of documents."""
    return seed % LARGE_EVERY == LARGE_EVERY // 2


def steps_of(rng: random.Random, seed: int) -> tuple[OracleEngine, Iterator[Step]]:
    """The steps of a story, and an oracle that keeps up with them."""
    if not is_large(seed):
        return OracleEngine(), make_story(rng)
    crowd = Crowd()
    return crowd, map(crowd.met, make_crowd(rng, rng.choice(SIZES)))


def compare_story(engine: SearchEngine, seed: int) -> Iterator[Difference | None]:
    """Play one story on the engine and the oracle; yield one outcome a query."""
    rng = random.Random(seed)
    oracle, steps = steps_of(rng, seed)
    taken: list[Step] = []
    for step in steps:
        take(oracle, step)
        take(engine, step)
        taken.append(step)
        if rng.random() < CHANCE_OF_REST:
            rest(engine)
        for _ in range(QUERIES_PER_STEP):
            query = make_query(rng)
            expected, found = oracle.search(query), engine.search(query)
            same = identical(expected, found)
            yield None if same else Difference(seed, query, tuple(taken), expected, found)
        for _ in range(GATHERINGS_PER_STEP):
            gathering = make_gathering(rng)
            alike, there = listed(oracle.gather(gathering)), listed(engine.gather(gathering))
            same = repr(alike) == repr(there)
            yield None if same else Difference(seed, gathering, tuple(taken), alike, there)
        assert list(engine.revisions()) == list(oracle.revisions()), f"story {seed}"


def identical(one: EngineResult, other: EngineResult) -> bool:
    """Whether two answers are the same to the last bit and in type.

    ``==`` alone would let numpy scalars, lists and -0.0 pass for floats, tuples and 0.0, which a
    caller that writes JSON or hashes the answer would see.
    """
    return repr(plain(one)) == repr(plain(other))


def listed(result: Gathered) -> list[list[tuple[str, str]]]:
    """The records of each gather and what is stored of them, in order of record id."""
    return [
        sorted((str(result.record_ids[place]), result.values[place]) for place in places)
        for places in result.chosen
    ]


def plain(result: EngineResult) -> EngineResult:
    """The answer with its facets in a plain dict, in order of field."""
    return replace(result, facets=dict(sorted(result.facets.items())))


def first_difference(
    engine: SearchEngine,
    *,
    pairs: int,
    first_seed: int = 0,
    setting: Setting = nullcontext,
    report: Callable[[str], None] = lambda _: None,
) -> Difference | None:
    """Compare ``pairs`` pairs of (corpus, query) from ``first_seed`` on; stop at a difference."""
    done, reported = 0, time.monotonic()
    for seed in count(first_seed):
        # A large index in tiny segments would take minutes, and is large to be as it is.
        with setting(random.Random(seed)) if not is_large(seed) else nullcontext():
            for difference in compare_story(engine, seed):
                done += 1
                if difference is not None or done == pairs:
                    report(f"{done:,} of {pairs:,} pairs, stories {first_seed} to {seed}")
                    return difference
        if time.monotonic() - reported > SECONDS_BETWEEN_REPORTS:
            report(f"{done:,} of {pairs:,} pairs, stories {first_seed} to {seed}")
            reported = time.monotonic()
    raise AssertionError("unreachable: seeds do not end")
