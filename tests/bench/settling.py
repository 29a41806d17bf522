"""Measure how soon a scan is found that was dropped into a quiet watch folder.

``python -m tests.bench.settling --scans 200``. A workspace with the records of sample_data is
watched by ``archsearch watch``; scans are dropped one by one at random moments, each of a customer
of its own, and searched for until they are found. A scan has settled ``inbox.settle_seconds`` after
it was dropped. Prints quantiles of the time from then on; fails if the 95th is more than a second.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import archsearch
from archsearch.entrypoints.archive import Archive
from tests.bench.summary import percentile
from tests.scans import scan_of

ROOT: Final = Path(__file__).parents[2]
PROGRAM: Final = "import sys; from archsearch.entrypoints.cli.main import main; sys.exit(main())"
SETTLE: Final = 1
ADMIN: Final = "admin"
PATIENCE: Final = 30.0
BOUND: Final = 1.0


@contextmanager
def watching(workspace: Path) -> Iterator[None]:
    """Run the watcher as a service does."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "watch", "--quiet"],
        env={
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "ARCHSEARCH_HOME": str(workspace),
            "ARCHSEARCH_USER": ADMIN,
            "ARCHSEARCH__INBOX__SETTLE_SECONDS": str(SETTLE),
        },
    )
    try:
        yield
    finally:
        process.terminate()
        assert process.wait() == 0


def dropped(archive: Archive, inbox: Path, number: int) -> float:
    """Drop a scan, search until it is found; gives the time since it settled."""
    name = f"扫描客户{number}号"
    hidden = inbox / f".{number}.part"
    hidden.write_bytes(scan_of(number))
    hidden.rename(inbox / f"{name}_1234_合同.png")
    start = time.perf_counter()
    while time.perf_counter() - start < PATIENCE:
        time.sleep(0.02)
        if archive.search(f'"{name}"', user=ADMIN, mode="exact", limit=1).total:
            return time.perf_counter() - start - SETTLE
    raise AssertionError(f"scan {number} was not found within {PATIENCE:g} s")


def measure(folder: Path, scans: int) -> Sequence[float]:
    """Drop one after another, at moments that no timer of ours shares."""
    workspace = archsearch.init(folder / "workspace")
    dice = random.Random(6)
    with archsearch.open(workspace) as archive:
        archive.ingest(ROOT / "sample_data" / "records", user=ADMIN)
        with watching(workspace):
            dropped(archive, workspace / "inbox", scans)
            times = []
            for number in range(scans):
                time.sleep(dice.uniform(0, 0.5))
                times.append(dropped(archive, workspace / "inbox", number))
        return times


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scans", type=int, default=200)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        times = sorted(measure(Path(folder), given.scans))
    told = "  ".join(f"p{part} {percentile(times, part / 100):.2f} s" for part in (50, 90, 95, 99))
    print(f"{len(times)} scans, settled to found: {told}  worst {times[-1]:.2f} s")  # noqa: T201
    assert percentile(times, 0.95) <= BOUND


if __name__ == "__main__":
    main()
