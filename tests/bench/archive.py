"""Measure the whole path: ingest of a corpus to searchable, and searches as people make them.

Answers are whole: scope, five facets, highlights, masking and audit included. Run by
``make bench``; by itself ``python -m tests.bench.archive --size 20000 --corpus rich``.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

import archsearch
from archsearch.bootstrap import Application
from tests.bench import report
from tests.bench.corpus import CORPORA, customers, kept
from tests.bench.meter import Spent
from tests.bench.queries import FACETS, QUERIES, offset_of
from tests.bench.summary import Figures, percentile

ADMIN = "admin"
ROUNDS = 15
EDITS = 50
COLD_STARTS = 7
_COMMAND = "from archsearch.entrypoints.cli.main import main; main()"


def measure(folder: Path, size: int, corpus: str = "export") -> Figures:
    """Ingest, then search as an administrator and as an employee."""
    workspace = folder / f"workspace-{corpus}-{size}"
    figures = ingested(workspace, kept(size, corpus), size)
    employee = _add_employee(workspace, corpus)
    figures |= _weights(workspace, size)
    figures |= _in_a_process_of_its_own(workspace, (ADMIN, employee))
    with archsearch.open(workspace) as archive:
        figures["searches"] = {
            f"{user}: {name}": times
            for user, name, times in _searches(archive, {"admin": ADMIN, "employee": employee})
        }
        figures["edits"] = _edits(archive, corpus)
    figures["command"] = _commands(workspace)
    return figures


def ingested(
    workspace: Path, source: Path, size: int, wire: Callable[[Application], None] | None = None
) -> Figures:
    """Ingest a file into a new workspace; done when everything in it can be found.

    Args:
        workspace: Where to make it.
        source: The file.
        size: The number of its rows.
        wire: Puts another engine in the place of the product's own.
    """
    archsearch.init(workspace)
    with archsearch.open(workspace) as archive:
        application = archive._application
        if wire:
            wire(application)
        spent = Spent(everything=True)
        with spent:
            report_ = archive.ingest(source, user=ADMIN)
        if (report_.accepted, archive.search("", user=ADMIN).total) != (size, size):
            raise AssertionError(f"{report_.accepted} of {size} rows went in")
    return {
        "records": size,
        "ingest_s": spent.seconds,
        "records_per_s": size / spent.seconds,
        "records_per_cpu_s": size / spent.cpu_seconds,
    }


def _add_employee(workspace: Path, corpus: str) -> str:
    """Make a user of the owner of the first customer."""
    first = next(customers(1, corpus))
    name = str(first["owner"])
    with archsearch.open(workspace) as archive:
        archive.add_user(name, role="employee", departments=[str(first["department"])])
    return name


def _weights(workspace: Path, size: int) -> Figures:
    return {
        "store_bytes_per_record": _weigh(workspace / "var") / size,
        "index_bytes_per_record": _weigh(workspace / "index") / size,
    }


def _weigh(folder: Path) -> int:
    """Add up the sizes of all files below a folder, in bytes."""
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _in_a_process_of_its_own(workspace: Path, users: tuple[str, ...]) -> Figures:
    command = [sys.executable, "-m", "tests.bench.searching", str(workspace), *users]
    done = subprocess.run(command, check=True, capture_output=True, env=_environment())
    found: Figures = json.loads(done.stdout)
    return found


def _searches(
    archive: archsearch.Archive, users: dict[str, str]
) -> Iterator[tuple[str, str, dict[str, float]]]:
    for role, user in users.items():
        for name, query in QUERIES.items():
            times = [
                archive.search(query, user=user, facets=FACETS, offset=offset_of(name)).took_ms
                for _ in range(ROUNDS)
            ]
            yield role, name, {"p50": statistics.median(times), "p95": percentile(times, 0.95)}


def _edits(archive: archsearch.Archive, corpus: str) -> dict[str, float]:
    """Amend single records, each until a search finds what was amended; in milliseconds."""
    times = []
    for number, customer in enumerate(customers(EDITS, corpus)):
        changed = f"改动甲乙丙{number:03d}"
        row = {**customer, "notes": changed}
        started = perf_counter()
        archive.ingest(row, user=ADMIN)
        found = archive.search(f'"{changed}"', user=ADMIN, mode="exact")
        times.append(1000 * (perf_counter() - started))
        if found.total != 1:
            raise AssertionError(f"an edit brings {found.total} hits")
    return {"p50": statistics.median(times), "p95": percentile(times, 0.95)}


def _commands(workspace: Path) -> dict[str, float]:
    """Search from a shell, in seconds; files are in the cache of the system."""
    command = [sys.executable, "-c", _COMMAND, "search", "贷款", "-C", str(workspace)]
    times = []
    for _ in range(COLD_STARTS):
        started = perf_counter()
        subprocess.run(
            [*command, "--as", ADMIN], check=True, capture_output=True, env=_environment()
        )
        times.append(perf_counter() - started)
    return {"best": min(times), "median": statistics.median(times)}


def _environment() -> dict[str, str]:
    """Let other processes import from where this one does."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}


def main() -> None:
    """Measure one corpus."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=20_000)
    parser.add_argument("--corpus", choices=CORPORA, default="rich")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="archsearch-bench-") as folder:
        figures = measure(Path(folder), arguments.size, arguments.corpus)
    print("\n".join(report.archive(figures)))  # noqa: T201


if __name__ == "__main__":
    main()
