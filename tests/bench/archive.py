"""Measure the whole path: ingest of generated records, and searches over them.

Run ``make bench SIZE=100000``. Prints records a second, peak memory, bytes on disk and the times
of a query mix (whole answers: scope, five facets, highlights, masking and audit included), and
writes the figures to ``tests/bench/out/archive.json``.
"""

import argparse
import json
import platform
import resource
import shutil
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import archsearch
from tests.bench.corpus import write_json_lines

OUT = Path(__file__).parent / "out"
FACETS = ("region", "value_tier", "tags", "nature", "status")
ROUNDS = 20
MIX = {
    "name": "张伟",
    "name with a slip": "章伟明",
    "pinyin": "zhangwei",
    "initials": "zgw",
    "common word": "贷款",
    "two words": "贷款 逾期",
    "either": "展期 OR 逾期",
    "phrase": '"流动资金贷款"',
    "field": "备注:担保",
    "question": "哪些客户的信用卡逾期了",
    "everything": "",
    "deep page": "贷款",
}


@dataclass
class Figures:
    """What was measured; times in seconds unless the name says otherwise."""

    size: int
    machine: str = platform.platform()
    figures: dict[str, float] = field(default_factory=dict)
    searches_ms: dict[str, dict[str, float]] = field(default_factory=dict)

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        """Time a block."""
        started = time.perf_counter()
        yield
        self.figures[name] = round(time.perf_counter() - started, 3)


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=100_000)
    size = parser.parse_args().size
    found = Figures(size)
    folder = Path(tempfile.mkdtemp(prefix="archsearch-bench-"))
    try:
        measure(folder, found)
    finally:
        shutil.rmtree(folder)
    OUT.mkdir(exist_ok=True)
    report = {"size": size, "machine": found.machine, **found.figures, "ms": found.searches_ms}
    (OUT / "archive.json").write_text(json.dumps(report, ensure_ascii=False, indent=1))
    show(found)


def measure(folder: Path, found: Figures) -> None:
    """Ingest, then search as an administrator and as an employee."""
    source, workspace = folder / "customers.jsonl", folder / "workspace"
    with found.timed("generate"):
        write_json_lines(source, found.size, "rich")
    archsearch.init(workspace)
    with archsearch.open(workspace) as archive:
        archive.add_user("zhang.qiang", role="employee", departments=["华北分行/公司业务部"])
        with found.timed("ingest"):
            report = archive.ingest(source, user="admin")
        found.figures["accepted"] = report.accepted
        found.figures["records_per_s"] = round(found.size / found.figures["ingest"])
    with archsearch.open(workspace) as archive:
        with found.timed("first_search"):
            archive.search("张伟", user="admin", facets=FACETS)
        for user in ("admin", "zhang.qiang"):
            for name, query in MIX.items():
                offset = 1000 if name == "deep page" else 0
                times = [
                    archive.search(query, user=user, facets=FACETS, offset=offset).took_ms
                    for _ in range(ROUNDS)
                ]
                found.searches_ms[f"{user}: {name}"] = {
                    "p50": round(statistics.median(times), 2),
                    "p95": round(sorted(times)[int(ROUNDS * 0.95)], 2),
                }
    found.figures["store_bytes_per_record"] = round(weigh(workspace / "var") / found.size)
    found.figures["index_bytes_per_record"] = round(weigh(workspace / "index") / found.size)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found.figures["peak_memory_mb"] = round(peak / 1024)


def weigh(folder: Path) -> int:
    """Add up the sizes of all files below a folder, in bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def show(found: Figures) -> None:
    """Print the figures."""
    print(f"{found.size} records, {found.machine}")  # noqa: T201 - a report
    for name, figure in found.figures.items():
        print(f"  {name:28} {figure:>12,}")  # noqa: T201
    for name, times in found.searches_ms.items():
        print(f"  {name:28} p50 {times['p50']:8.2f} ms   p95 {times['p95']:8.2f} ms")  # noqa: T201


if __name__ == "__main__":
    main()
