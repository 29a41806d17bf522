"""Asking several engines the same questions in turn, and comparing answers and times."""

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter, thread_time
from typing import Literal

from archsearch.domain.access import ScopedQuery
from tests.bench.contender import Asked, Contender, Inexpressible, Outcome
from tests.bench.mix import Question

CLOCKS: Mapping[str, Callable[[], float]] = {"wall": perf_counter, "cpu": thread_time}
"""Of the processor for machines that do other things as well; no engine here searches in more than
the thread that asks."""

Form = Literal["bare", "whole"]
FORMS: tuple[Form, Form] = ("bare", "whole")


@dataclass(frozen=True, slots=True)
class Lap:
    """The times of one question: by engine, in seconds, one for each round."""

    kind: str
    total: int
    seconds: dict[str, list[float]]


class DisagreementError(AssertionError):
    """Two engines answered one question differently."""


def race(
    questions: Sequence[Question],
    form: Form,
    contenders: Sequence[Contender],
    *,
    rounds: int,
    cold: bool = False,
    clock: Callable[[], float] = perf_counter,
) -> list[Lap]:
    """Ask every question of every engine, as often as there are rounds; whose turn it is changes.

    Warm, everything has been asked once before the clock runs. Cold, every engine forgets what it
    has cached before every single question.

    Raises:
        DisagreementError: Totals, facets or the number of hits differ.
    """
    runners = [_prepared(getattr(question, form), contenders) for question in questions]
    laps = []
    for question, asked in zip(questions, runners, strict=True):
        total = _agreed(question, {name: each.read(each.run()) for name, each in asked.items()})
        laps.append(Lap(question.kind, total, {name: [] for name in asked}))
    forgetting = {each.name: each.forget for each in contenders if cold}
    gc.collect()
    for turn in range(rounds):
        for asked, lap in zip(runners, laps, strict=True):
            names = list(asked)
            for name in names[turn % len(names) :] + names[: turn % len(names)]:
                if cold:
                    forgetting[name]()
                started = clock()
                asked[name].run()
                lap.seconds[name].append(clock() - started)
    return laps


def _prepared(query: ScopedQuery, contenders: Sequence[Contender]) -> dict[str, Asked]:
    prepared = {}
    for contender in contenders:
        try:
            prepared[contender.name] = contender.prepare(query)
        except Inexpressible:
            continue
    return prepared


def _agreed(question: Question, outcomes: dict[str, Outcome]) -> int:
    """Give the total that all engines found."""
    (first, expected), *others = outcomes.items()
    for name, outcome in others:
        found = (outcome.total, len(outcome.ids))
        if found != (expected.total, len(expected.ids)):
            raise DisagreementError(f"{question.kind}: {first} {expected.total}, {name} {found}")
        for facet, counts in outcome.facets.items():
            # Those asked for fewer buckets must have them right all the same.
            known = expected.facets[facet]
            if any(known.get(key) != count for key, count in counts.items()):
                raise DisagreementError(f"{question.kind}: facet {facet} of {name}")
            if "a facet" not in name and len(counts) != len(known):
                raise DisagreementError(f"{question.kind}: facet {facet} of {name} is incomplete")
    return expected.total
