"""Measure the engine against others, and the whole archive around it.

Run by ``make bench``, or ``make bench SIZE=1000000``. Smaller sizes are measured on the way, to see
how figures grow. Tables go to stdout, progress to stderr, and ``tests/bench/out`` gets the figures
as JSON and a chart. Stock Whoosh takes part at one size only: it indexes some hundred records a
second.
"""

import argparse
import platform
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import orjson

from tests.bench import archive, chart, comparison, race, report, stock_engine
from tests.bench.corpus import OUT, kept
from tests.bench.documents import Product
from tests.bench.progress import say
from tests.bench.summary import Figures

GROWTH = (50_000, 200_000)
STOCK_SIZE = 200_000
STOCK_PIPELINE_SIZE = 20_000


def main() -> None:
    """Run the measurements."""
    arguments = _arguments()
    stock_size = min(arguments.size, arguments.stock_size)
    wanted = {arguments.size, stock_size, *(GROWTH if arguments.growth else ())} - {0}
    run: Figures = {
        "size": arguments.size,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
        "clock": arguments.clock,
        "sizes": {},
    }
    for size in sorted(size for size in wanted if size <= arguments.size):
        run["sizes"][str(size)] = _measured(size, arguments, stock=size == stock_size)
    if arguments.pipeline and stock_size:
        run["pipelines"] = _pipelines(min(arguments.size, STOCK_PIPELINE_SIZE))
    print("\n".join(report.lines(run)))  # noqa: T201
    OUT.mkdir(exist_ok=True)
    place = OUT / f"bench-{arguments.size}"
    place.with_suffix(".json").write_bytes(orjson.dumps(run, option=orjson.OPT_INDENT_2))
    place.with_suffix(".svg").write_text(chart.draw(run, arguments.size), encoding="utf-8")
    say(f"written: {place}.json, .svg")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--size", type=int, default=200_000, help="records of the corpus")
    parser.add_argument(
        "--stock-size",
        type=int,
        default=STOCK_SIZE,
        help="records that stock Whoosh is measured at; 0 leaves it out",
    )
    parser.add_argument("--rounds", type=int, default=15, help="times every question is asked")
    parser.add_argument(
        "--clock", choices=race.CLOCKS, default="wall", help="cpu where the machine is busy"
    )
    parser.add_argument("--each", type=int, default=6, help="questions of a class")
    parser.add_argument("--no-growth", dest="growth", action="store_false", help="only SIZE")
    parser.add_argument(
        "--no-pipeline", dest="pipeline", action="store_false", help="only engines, no archive"
    )
    parser.add_argument(
        "--no-tantivy", dest="tantivy", action="store_false", help="leave tantivy out"
    )
    return parser.parse_args()


def _measured(size: int, arguments: argparse.Namespace, *, stock: bool) -> Figures:
    plan = comparison.Plan(
        size=size,
        tantivy=arguments.tantivy and comparison.has_tantivy(),
        stock=stock,
        each=arguments.each,
        rounds=arguments.rounds,
        clock=arguments.clock,
    )
    say(f"{size:,} records")
    with tempfile.TemporaryDirectory(prefix="archsearch-bench-") as folder, Product() as product:
        found = comparison.compare(plan, product, Path(folder))
        if arguments.pipeline:
            say("the whole archive")
            found["archive"] = archive.measure(Path(folder), size)
    return found


def _pipelines(size: int) -> Figures:
    """Ingest the same file with our engine and with stock Whoosh in its place."""
    found = {}
    for name, wire in (("archsearch", None), ("stock Whoosh", stock_engine.wire)):
        say(f"ingest of {size:,} records, {name}")
        folder = Path(tempfile.mkdtemp(prefix="archsearch-bench-"))
        found[name] = archive.ingested(folder / "workspace", kept(size), size, wire)
        shutil.rmtree(folder)
    return found


if __name__ == "__main__":
    main()
