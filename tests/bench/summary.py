"""From times to figures: percentiles of classes, ratios of engines.

A ratio compares the best times of one question: on a machine that does other things as well, the
best of many rounds is what the engine needs. Ratios by medians are given beside them.
"""

import math
import statistics
from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

from tests.bench.race import Lap

Figures: TypeAlias = dict[str, Any]


def percentile(values: Sequence[float], share: float) -> float:
    """Give the value below which this share of values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def classes(laps: Iterable[Lap]) -> Figures:
    """Give each class's milliseconds by engine: p50, p95, p99, best; and how much was found."""
    found: Figures = {}
    for kind, several in gathered(laps).items():
        names = dict.fromkeys(name for lap in several for name in lap.seconds)
        found[kind] = {"totals": [lap.total for lap in several]}
        for name in names:
            times = [1000 * t for lap in several for t in lap.seconds.get(name, ())]
            best = [1000 * min(lap.seconds[name]) for lap in several if name in lap.seconds]
            found[kind][name] = {
                "p50": statistics.median(times),
                "p95": percentile(times, 0.95),
                "p99": percentile(times, 0.99),
                "best": statistics.median(best),
            }
    return found


def gathered(laps: Iterable[Lap]) -> dict[str, list[Lap]]:
    """Gather laps by class."""
    found: dict[str, list[Lap]] = {}
    for lap in laps:
        found.setdefault(lap.kind, []).append(lap)
    return found


def ratios(laps: Sequence[Lap], one: str, other: str) -> Figures:
    """Compare two engines: the time of one in times of the other, by class and over all."""
    both = [lap for lap in laps if one in lap.seconds and other in lap.seconds]
    by_class = {
        kind: _spread([_best(lap, one, other) for lap in several])
        for kind, several in gathered(both).items()
    }
    everything = _spread([_best(lap, one, other) for lap in both])
    medians = [
        statistics.median(lap.seconds[one]) / statistics.median(lap.seconds[other]) for lap in both
    ]
    return {"all": everything | {"by medians": statistics.median(medians)}, "classes": by_class}


def _best(lap: Lap, one: str, other: str) -> float:
    return min(lap.seconds[one]) / min(lap.seconds[other])


def _spread(values: Sequence[float]) -> dict[str, float]:
    return {
        "median": statistics.median(values),
        "max": max(values),
        "geometric mean": statistics.geometric_mean(values),
    }
