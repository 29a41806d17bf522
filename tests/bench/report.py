"""The figures of a run as text."""

from collections.abc import Iterator

from tests.bench import growth
from tests.bench.summary import Figures

_NAME = 20


def lines(run: Figures) -> Iterator[str]:
    """Write a whole run, section by section."""
    yield f"{run['size']:,} records, {run['date']}, {run['machine']}, {run['clock']} clock"
    yield ""
    for size, figures in run["sizes"].items():
        for title, race in figures["races"].items():
            if int(size) == run["size"] or "stock" in title:
                yield from _race(f"{title}, {int(size):,} records", race)
    whole = run["sizes"][str(run["size"])]
    if "archive" in whole:
        yield from archive(whole["archive"])
    if "pipelines" in run:
        yield from _pipelines(run["pipelines"])
    yield from _growth(run["sizes"])


def _pipelines(figures: Figures) -> Iterator[str]:
    yield ""
    yield f"ingest of {figures['archsearch']['records']:,} records, to searchable: records/s"
    yield f"  {'':28} {'':>14} {'of processor':>14}"
    keys = ("records_per_s", "records_per_cpu_s")
    for name, each in figures.items():
        yield f"  {name:28} " + " ".join(f"{each[key]:14,.0f}" for key in keys)
    ours, stock = (figures[name] for name in ("archsearch", "stock Whoosh"))
    yield f"  {'times as fast':28} " + " ".join(f"{ours[key] / stock[key]:14.1f}" for key in keys)


def _growth(sizes: Figures) -> Iterator[str]:
    yield ""
    yield f"{'growth':46}" + "".join(f"{int(size):>14,}" for size in sizes)
    for name, values in growth.rows(sizes):
        yield f"  {name:44}" + "".join(map(_cell, values))


def _cell(value: float | None) -> str:
    if value is None:
        return f"{'–':>14}"
    return f"{value:14,.0f}" if value >= 1_000 else f"{value:14.3f}"


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


def archive(figures: Figures) -> Iterator[str]:
    """Write the figures of a whole archive."""
    yield ""
    yield f"a whole archive of {figures['records']:,} records"
    for name, value in figures.items():
        if isinstance(value, int | float):
            yield f"  {name:28} {_number(value):>14}"
    for name, unit in (("edits", "ms"), ("command", "s")):
        shown = ", ".join(f"{key} {value:,.2f} {unit}" for key, value in figures[name].items())
        yield f"  {name:28} {shown}"
    for name, times in figures["searches"].items():
        yield f"  {name:28} p50 {times['p50']:8.2f} ms   p95 {times['p95']:8.2f} ms"


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"
