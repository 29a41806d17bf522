"""Our engine, tantivy and stock Whoosh over the same documents: build them, then ask them."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

from archsearch.domain import plan as plans
from archsearch.domain.access import Scope, restrict
from archsearch.engines.base import ID
from tests.bench import summary
from tests.bench.contender import Contender
from tests.bench.documents import Product
from tests.bench.meter import Meter, Spent
from tests.bench.mix import Mix, Question, sampled
from tests.bench.ours import Ours
from tests.bench.progress import say
from tests.bench.race import CLOCKS, FORMS, DisagreementError, Lap, race
from tests.bench.stock import Stock
from tests.bench.summary import Figures

EDITS = 50
SHOWN = 20
"""Buckets that the second way of asking tantivy for facets is content with."""
_DRAWN_FROM = 20_000


@dataclass(frozen=True, slots=True)
class Plan:
    """What to compare, and how thoroughly."""

    size: int
    tantivy: bool = True
    stock: bool = True
    each: int = 6
    rounds: int = 15
    clock: str = "wall"
    stock_each: int = 2
    stock_rounds: int = 2


def compare(plan: Plan, product: Product, folder: Path) -> Figures:
    """Build all engines, then run every race, then edit."""
    rows = min(_DRAWN_FROM, plan.size)
    questions = Mix(product, each=plan.each, rows=rows).questions()
    ours = Ours(folder / "ours")
    builds = {ours.name: _built(ours, product, plan.size)}
    races: dict[str, Figures] = {}
    clock = CLOCKS[plan.clock]
    edited: list[Contender] = [ours]
    if plan.tantivy:
        rival = _tantivy(product, folder)
        builds[rival.name] = _built(rival, product, plan.size)
        races |= _races(plan, questions, ours, rival)
        edited.append(rival)
    if plan.stock:
        stock = Stock(folder / "stock", product.application.policy.levels)
        builds[stock.name] = _built(stock, product, plan.size)
        few = sampled(questions, plan.stock_each)
        for form in FORMS:
            title = f"{form} answers, warm, {stock.name}"
            say(title)
            laps = race(few, form, (stock, ours), rounds=plan.stock_rounds, clock=clock)
            races[title] = _compared(laps, stock, ours)
        stock.close()
    edits = {contender.name: _edited(contender, product) for contender in edited}
    for contender in edited:
        contender.close()
    return {"builds": builds, "races": races, "edits": edits}


def has_tantivy() -> bool:
    """Whether the group ``bench`` of dependencies is installed."""
    return find_spec("tantivy") is not None


def _tantivy(product: Product, folder: Path) -> Any:
    make: Callable[..., Any] = import_module("tests.bench.tantivy_").Tantivy
    return make(folder / "tantivy", product.application.policy.levels)


def _built(contender: Contender, product: Product, size: int) -> Figures:
    """Build, and measure what the engine needed for it.

    Making the documents is taken off. tantivy works in a thread of its own meanwhile, so that its
    time on the clock comes out too short; its processor time is right.
    """
    say(f"building {contender.name} of {size:,} records")
    meter, whole = Meter(product.documents(size)), Spent(everything=True)
    with whole:
        contender.build(meter)
    apart = [meter.spent, getattr(contender, "tokens_spent", Spent())]
    seconds = whole.seconds - sum(each.seconds for each in apart)
    cpu_seconds = whole.cpu_seconds - sum(each.cpu_seconds for each in apart)
    return {
        "records": size,
        "records_per_s": size / seconds,
        "records_per_cpu_s": size / cpu_seconds,
        "bytes_per_record": contender.bytes() / size,
        "documents_per_cpu_s": size / meter.spent.cpu_seconds,
    }


def _races(
    plan: Plan, questions: Sequence[Question], ours: Contender, rival: Any
) -> dict[str, Figures]:
    """Race two at a time: each is asked right after the other had the caches of the processor."""
    races = {}
    clock = CLOCKS[plan.clock]
    for form in FORMS:
        for cold in (False, True):
            title = f"{form} answers, {'cold' if cold else 'warm'}"
            say(title)
            laps = race(questions, form, (ours, rival), rounds=plan.rounds, cold=cold, clock=clock)
            races[title] = _compared(laps, ours, rival)
    fewer = rival.fewer_buckets(SHOWN)
    title = f"whole answers, warm, {fewer.name}"
    say(title)
    laps = race(questions, "whole", (ours, fewer), rounds=plan.rounds, clock=clock)
    return races | {title: _compared(laps, ours, fewer)}


def _compared(laps: list[Lap], one: Contender, other: Contender) -> Figures:
    return {
        "engines": [one.name, other.name],
        "classes": summary.classes(laps),
        "ratio": summary.ratios(laps, one.name, other.name),
        "questions": [
            {"class": lap.kind, "total": lap.total}
            | {name: 1000 * min(times) for name, times in lap.seconds.items()}
            for lap in laps
        ],
    }


def _edited(contender: Contender, product: Product) -> Figures:
    """Replace single documents, each until a search finds it; in milliseconds."""
    everyone = Scope(frozenset(product.application.policy.levels), everything=True)
    times = []
    for document in product.documents(EDITS):
        there = plans.Plan(plans.KeyNode(ID, frozenset({document.record_id})))
        started = perf_counter()
        contender.change(document)
        asked = contender.prepare(restrict(there, everyone))
        found = asked.read(asked.run())
        times.append(1000 * (perf_counter() - started))
        if found.ids != (document.record_id,):
            raise DisagreementError(f"{contender.name} does not find what was changed")
    return {"p50": statistics.median(times), "p95": summary.percentile(times, 0.95)}
