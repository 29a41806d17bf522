"""The figures of a run as text."""

from collections.abc import Iterator
from typing import Any

from tests.bench.summary import Figures

_NAME = 20


def lines(run: Figures) -> Iterator[str]:
    """Write a whole run, section by section."""
    yield f"{run['size']:,} records, {run['date']}, {run['machine']}"
    if "builds" in run:
        yield from _builds(run["builds"])
    for title, figures in run.get("races", {}).items():
        yield from _race(title, figures)
    for title, table in run.get("tables", {}).items():
        yield from _table(title, table)


def _builds(builds: Figures) -> Iterator[str]:
    yield ""
    yield f"{'index built from documents':30} {'records/s':>12} {'bytes/record':>14}"
    for name, figures in builds.items():
        size = f"({figures['records']:,} records)"
        yield (
            f"  {name:28} {figures['records_per_s']:12,.0f} {figures['bytes_per_record']:14,.0f} "
            f"{size}"
        )


def _race(title: str, figures: Figures) -> Iterator[str]:
    one, other = figures["engines"]
    ratio = figures["ratio"]
    yield ""
    yield f"{title}: ms, p50 p95 p99; {one} / {other}, median and max of best times"
    yield f"  {'':{_NAME}}{one:>27}{other:>27}{'ratio':>11}"
    for kind, times in figures["classes"].items():
        sides = "".join(_percentiles(times.get(name)) for name in (one, other))
        yield f"  {kind:{_NAME}}{sides}{_ratio(ratio['classes'].get(kind))}"
    for key in ("median", "max", "geometric mean", "by medians"):
        yield f"  {key:{_NAME}}{'':54}{ratio['all'][key]:11.2f}"


def _percentiles(times: dict[str, float] | None) -> str:
    if times is None:
        return f"{'–':>27}"
    return f"{times['p50']:10.3f}{times['p95']:8.2f}{times['p99']:9.2f}"


def _ratio(spread: dict[str, float] | None) -> str:
    return f"{'–':>11}" if spread is None else f"{spread['median']:11.2f}{spread['max']:8.2f}"


def _table(title: str, rows: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield title
    for name, value in rows.items():
        yield f"  {name:58} {_value(value):>16}"


def _value(value: Any) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return f"{value:,.2f}" if isinstance(value, float) else str(value)
