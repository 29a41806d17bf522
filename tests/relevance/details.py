"""Ask for what is known of customers besides their names: numbers, days, addresses, notes.

Run ``python -m tests.relevance.details``. Records are generated; a query is right if the first hit
is the record that it was made from, or one that fits it as well.
"""

import argparse
import hashlib
import random
import shutil
import statistics
import tempfile
import time
import zlib
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import orjson

import archsearch
from archsearch.errors import ArchsearchError
from tests.bench.corpus import customers
from tests.relevance import addresses, aliases, numbers, questions
from tests.relevance.corpus import Part
from tests.relevance.facts import DETAILS, Asked, Customer, Keys, Maker

LIMIT: Final = 10
TABLES: Final = (numbers, addresses, questions, aliases)
"""Modules whose phenomena are measured."""


@dataclass(slots=True)
class Row:
    """How one phenomenon went."""

    label: str
    first: int = 0
    in_ten: int = 0
    asked: int = 0
    seconds: list[float] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def measure(
    archive: archsearch.Archive, rows: Sequence[Customer], part: Part, number: int, only: str
) -> Iterator[Row]:
    """Ask the queries of every phenomenon."""
    sources = [row for row in rows if _part_of(row) is part]
    found: dict[Keys, dict[str, set[str]]] = {}
    for label, phenomenon in DETAILS.items():
        if only not in label:
            continue
        make = Maker(random.Random(zlib.crc32(label.encode()) + (part is Part.CHECK)))
        row = Row(label)
        for customer in make.rng.sample(sources, len(sources)):
            asked = phenomenon(make, customer)
            if asked is None:
                continue
            fitting = _fitting(found, rows, asked) | {customer["record_id"]}
            _ask(archive, asked.text, fitting, row)
            if row.asked == number:
                break
        yield row


def _part_of(customer: Customer) -> Part:
    digest = hashlib.sha256(customer["record_id"].encode()).digest()
    return Part.CHECK if digest[0] & 1 else Part.TUNING


def _fitting(
    found: dict[Keys, dict[str, set[str]]], rows: Sequence[Customer], asked: Asked
) -> set[str]:
    index = found.get(asked.keys)
    if index is None:
        index = defaultdict(set)
        for row in rows:
            for key in asked.keys(row):
                index[key].add(row["record_id"])
        if asked.shared:
            found[asked.keys] = index
    return index[asked.key]


def _ask(archive: archsearch.Archive, text: str, fitting: set[str], row: Row) -> None:
    started = time.process_time()
    try:
        page = archive.search(text, user="admin", limit=LIMIT)
        hits = [str(hit.record_id) for hit in page.hits]
    except ArchsearchError as error:
        hits = [error.message]
    row.seconds.append(time.process_time() - started)
    row.asked += 1
    row.first += bool(hits) and hits[0] in fitting
    row.in_ten += bool(fitting.intersection(hits))
    if not hits or hits[0] not in fitting:
        row.wrong.append(f"{text} -> {hits[:1]}")


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=20_000, help="records")
    parser.add_argument("--queries", type=int, default=60, help="for each phenomenon")
    parser.add_argument("--part", type=Part, choices=list(Part), default=Part.CHECK)
    parser.add_argument("--only", default="", help="phenomena whose name holds this")
    parser.add_argument("--failures", type=int, default=0, help="show so many of each phenomenon")
    arguments = parser.parse_args()
    rows = [dict(customer) for customer in customers(arguments.size, "rich")]
    folder = Path(tempfile.mkdtemp(prefix="archsearch-relevance-"))
    try:
        archsearch.init(folder / "workspace")
        source = folder / "rows.jsonl"
        source.write_bytes(b"\n".join(map(orjson.dumps, rows)))
        with archsearch.open(folder / "workspace") as archive:
            archive.ingest(source, user="admin")
            results = []
            options = (arguments.part, arguments.queries, arguments.only)
            for row in measure(archive, rows, *options):
                results.append(row)
                _show(row, arguments.failures)
    finally:
        shutil.rmtree(folder)
    for kind in dict.fromkeys(row.label.partition(":")[0] for row in results):
        chosen = [row for row in results if row.label.startswith(kind)]
        first = statistics.mean(row.first / max(row.asked, 1) for row in chosen)
        print(f"mean of {kind:36} {first:6.3f}")  # noqa: T201


def _show(row: Row, failures: int) -> None:
    times = sorted(second * 1000 for second in row.seconds) or [0.0]
    asked = max(row.asked, 1)
    figures = f"{row.first / asked:6.3f} {row.in_ten / asked:6.3f}"
    slow = f"{statistics.median(times):7.1f} {times[int(len(times) * 0.95)]:7.1f} ms"
    print(f"{row.label:44} {row.asked:4} {figures} {slow}", flush=True)  # noqa: T201
    for line in row.wrong[:failures]:
        print(f"    {line}")  # noqa: T201


if __name__ == "__main__":
    main()
