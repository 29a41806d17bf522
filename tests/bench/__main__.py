"""Measure the engine against others, and the whole archive. ``make bench SIZE=200000``.

Prints tables on stdout, progress on stderr, and writes ``tests/bench/out/bench-SIZE.json``.
"""

import argparse
import platform
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import orjson

from tests.bench import comparison, report
from tests.bench.corpus import OUT
from tests.bench.documents import Product

_STOCK_AT_MOST = 200_000


def main() -> None:
    """Run the measurements."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--size", type=int, default=200_000, help="records of the corpus")
    parser.add_argument(
        "--stock-size",
        type=int,
        default=_STOCK_AT_MOST,
        help="records for stock Whoosh at most, 0 for none; it builds a thousand a second",
    )
    parser.add_argument("--rounds", type=int, default=15, help="times every question is asked")
    parser.add_argument("--each", type=int, default=6, help="questions of a class")
    parser.add_argument("--no-tantivy", action="store_true", help="leave tantivy out")
    arguments = parser.parse_args()
    plan = comparison.Plan(
        size=arguments.size,
        stock_size=min(arguments.size, arguments.stock_size),
        each=arguments.each,
        rounds=arguments.rounds,
        tantivy=comparison.has_tantivy() and not arguments.no_tantivy,
    )
    run = {
        "size": plan.size,
        "date": datetime.now(UTC).date().isoformat(),
        "machine": f"{platform.machine()}, {platform.system()}, Python {platform.python_version()}",
    }
    with tempfile.TemporaryDirectory(prefix="archsearch-bench-") as folder, Product() as product:
        run |= comparison.compare(plan, product, Path(folder))
    print("\n".join(report.lines(run)))  # noqa: T201
    OUT.mkdir(exist_ok=True)
    (OUT / f"bench-{plan.size}.json").write_bytes(orjson.dumps(run, option=orjson.OPT_INDENT_2))


if __name__ == "__main__":
    main()
