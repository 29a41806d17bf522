"""Our engine, tantivy and stock Whoosh over the same documents: build them, then ask them."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Any

from tests.bench import summary
from tests.bench.contender import Contender
from tests.bench.documents import Meter, Product
from tests.bench.mix import Mix, Question, sampled
from tests.bench.ours import Ours
from tests.bench.race import FORMS, Lap, race
from tests.bench.stock import Stock
from tests.bench.summary import Figures

SHOWN = 20
"""Buckets that the second way of asking tantivy for facets is content with."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to compare, and how thoroughly."""

    size: int
    stock_size: int
    each: int = 6
    rounds: int = 15
    stock_rounds: int = 2
    stock_each: int = 2
    tantivy: bool = True


def compare(plan: Plan, product: Product, folder: Path) -> Figures:
    """Build all engines, run every race; races with stock Whoosh are of its own size."""
    questions = Mix(product, each=plan.each, rows=min(20_000, plan.size)).questions()
    ours = Ours(folder / "ours")
    builds = {ours.name: _built(ours, product, plan.size)}
    races: Figures = {}
    for rival in _tantivy(plan, product, folder):
        builds[rival.name] = _built(rival, product, plan.size)
        races |= _races(plan, questions, ours, rival)
    if plan.stock_size:
        stock = Stock(folder / "stock", product.application.levels)
        builds[stock.name] = _built(stock, product, plan.stock_size)
        if plan.stock_size != plan.size:
            ours.close()
            ours = Ours(folder / "ours-for-stock")
            _built(ours, product, plan.stock_size)
        few = sampled(questions, plan.stock_each)
        for form in FORMS:
            title = f"{form} answers, warm, {plan.stock_size:,} records, of stock Whoosh"
            _say(title)
            laps = race(few, form, (stock, ours), rounds=plan.stock_rounds)
            races[title] = _compared(laps, stock, ours)
        stock.close()
    ours.close()
    return {"builds": builds, "races": races}


def has_tantivy() -> bool:
    """Whether the group ``bench`` of dependencies is installed."""
    return find_spec("tantivy") is not None


def _tantivy(plan: Plan, product: Product, folder: Path) -> list[Contender]:
    if not plan.tantivy:
        return []
    make: Callable[..., Any] = import_module("tests.bench.tantivy_").Tantivy
    return [make(folder / "tantivy", product.application.levels)]


def _built(contender: Contender, product: Product, size: int) -> Figures:
    """Build, and measure what the engine needed for it; making the documents is taken off."""
    _say(f"building {contender.name} of {size:,} records")
    meter = Meter(product.documents(size))
    started = perf_counter()
    contender.build(meter)
    seconds = perf_counter() - started - meter.seconds - getattr(contender, "tokens_seconds", 0.0)
    return {
        "records": size,
        "records_per_s": size / seconds,
        "bytes_per_record": contender.bytes() / size,
        "documents_per_s": size / meter.seconds,
    }


def _races(
    plan: Plan, questions: Sequence[Question], ours: Contender, rival: Any
) -> dict[str, Figures]:
    """Race two at a time: each is asked right after the other had the caches of the processor."""
    races = {}
    for form in FORMS:
        for cold in (False, True):
            title = f"{form} answers, {'cold' if cold else 'warm'}"
            _say(title)
            laps = race(questions, form, (ours, rival), rounds=plan.rounds, cold=cold)
            races[title] = _compared(laps, ours, rival)
    fewer = rival.fewer_buckets(SHOWN)
    title = f"whole answers, warm, {fewer.name}"
    _say(title)
    laps = race(questions, "whole", (ours, fewer), rounds=plan.rounds)
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


def _say(what: str) -> None:
    print(f"… {what}", file=sys.stderr)  # noqa: T201 - progress of a bench
