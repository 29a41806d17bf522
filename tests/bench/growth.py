"""How figures change with the number of records: one row a figure, one column a size."""

import statistics
from collections.abc import Callable, Iterator
from typing import TypeAlias

from tests.bench.summary import Figures

Row: TypeAlias = tuple[str, list[float | None]]


def rows(sizes: Figures) -> Iterator[Row]:
    """Give the rows of the table; a figure that a size lacks is None."""
    for name, read in _FIGURES.items():
        found = [_or_none(read, figures) for figures in sizes.values()]
        if any(value is not None for value in found):
            yield name, found


def _or_none(read: Callable[[Figures], float], figures: Figures) -> float | None:
    try:
        return read(figures)
    except KeyError:
        return None


def _of_build(engine: str, figure: str) -> Callable[[Figures], float]:
    return lambda figures: float(figures["builds"][engine][figure])


def _of_race(race: str, figure: str) -> Callable[[Figures], float]:
    return lambda figures: float(figures["races"][race]["ratio"]["all"][figure])


def _mean_ms(race: str, engine: str) -> Callable[[Figures], float]:
    """Read the geometric mean of an engine's best times over the mix."""

    def read(figures: Figures) -> float:
        asked = figures["races"][race]["questions"]
        times = [each[engine] for each in asked if engine in each]
        if not times:
            raise KeyError(engine)
        return statistics.geometric_mean(times)

    return read


def _of_archive(*path: str) -> Callable[[Figures], float]:
    def read(figures: Figures) -> float:
        found = figures["archive"]
        for key in path:
            found = found[key]
        return float(found)

    return read


def _page_ms(role: str) -> Callable[[Figures], float]:
    def read(figures: Figures) -> float:
        searches = figures["archive"]["searches"].items()
        return statistics.geometric_mean(
            times["p50"] for name, times in searches if name.startswith(role)
        )

    return read


_OURS, _TANTIVY, _STOCK = "archsearch", "tantivy", "stock Whoosh"
_FIGURES: dict[str, Callable[[Figures], float]] = {
    "index: records/s, archsearch": _of_build(_OURS, "records_per_s"),
    "index: records/s of processor time, archsearch": _of_build(_OURS, "records_per_cpu_s"),
    "index: records/s, tantivy": _of_build(_TANTIVY, "records_per_s"),
    "index: records/s of processor time, tantivy": _of_build(_TANTIVY, "records_per_cpu_s"),
    "index: records/s, stock Whoosh": _of_build(_STOCK, "records_per_s"),
    "index: records/s of processor time, stock Whoosh": _of_build(_STOCK, "records_per_cpu_s"),
    "index: bytes a record, archsearch": _of_build(_OURS, "bytes_per_record"),
    "index: bytes a record, tantivy": _of_build(_TANTIVY, "bytes_per_record"),
    "index: bytes a record, stock Whoosh": _of_build(_STOCK, "bytes_per_record"),
    "whole answers, ms, archsearch warm": _mean_ms("whole answers, warm", _OURS),
    "whole answers, ms, archsearch cold": _mean_ms("whole answers, cold", _OURS),
    "whole answers, ms, tantivy": _mean_ms("whole answers, warm", _TANTIVY),
    "whole answers, ms, stock Whoosh": _mean_ms(f"whole answers, warm, {_STOCK}", _STOCK),
    "bare answers, ms, archsearch warm": _mean_ms("bare answers, warm", _OURS),
    "bare answers, ms, archsearch cold": _mean_ms("bare answers, cold", _OURS),
    "bare answers, ms, tantivy": _mean_ms("bare answers, warm", _TANTIVY),
    "bare answers, ms, stock Whoosh": _mean_ms(f"bare answers, warm, {_STOCK}", _STOCK),
    "whole, warm: ours / tantivy, median": _of_race("whole answers, warm", "median"),
    "whole, warm: ours / tantivy, max": _of_race("whole answers, warm", "max"),
    "whole, cold: ours / tantivy, median": _of_race("whole answers, cold", "median"),
    "whole, cold: ours / tantivy, max": _of_race("whole answers, cold", "max"),
    "bare, warm: ours / tantivy, median": _of_race("bare answers, warm", "median"),
    "bare, cold: ours / tantivy, median": _of_race("bare answers, cold", "median"),
    "whole: stock / ours, geometric mean": _of_race(
        f"whole answers, warm, {_STOCK}", "geometric mean"
    ),
    "bare: stock / ours, geometric mean": _of_race(
        f"bare answers, warm, {_STOCK}", "geometric mean"
    ),
    "one document changed, ms p50, archsearch": lambda f: float(f["edits"][_OURS]["p50"]),
    "one document changed, ms p50, tantivy": lambda f: float(f["edits"][_TANTIVY]["p50"]),
    "archive: ingest, records/s": _of_archive("records_per_s"),
    "archive: ingest, records/s of processor time": _of_archive("records_per_cpu_s"),
    "archive: one record amended, ms p50": _of_archive("edits", "p50"),
    "archive: one record amended, ms p95": _of_archive("edits", "p95"),
    "archive: page for an administrator, ms": _page_ms("admin"),
    "archive: page for an employee, ms": _page_ms("employee"),
    "archive: searching process, MB": _of_archive("peak_memory_mb"),
    "archive: the same without mapped files": _of_archive("without_mapped_files_mb"),
    "archive: search from a shell, s": _of_archive("command", "best"),
    "archive: store, bytes a record": _of_archive("store_bytes_per_record"),
    "archive: index, bytes a record": _of_archive("index_bytes_per_record"),
}
"""Milliseconds are geometric means over the mix, of the best time of each question."""
