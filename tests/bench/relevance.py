"""Measure what the statistics of ranking do to relevance.

Run ``python -m tests.bench.relevance``. Somebody remembers four words about a customer, one of them
wrongly; how high does the record come, inside a department's and inside one person's scope, when
BM25 counts

- *scope*: the records inside the scope (what the product does; nothing hidden shows),
- *everybody*: all records (the usual way; scores tell of hidden records),
- *published*: the records of another archive (a table shipped with the product; nothing shows).
"""

import argparse
import random
import shutil
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeAlias
from unittest import mock

import orjson

import archsearch
from archsearch.analysis.segmenter import ChineseSegmenter
from archsearch.engines.whoosh.asking import execute
from archsearch.engines.whoosh.asking.cache import ArrayCache
from archsearch.engines.whoosh.asking.matching import Matcher
from archsearch.engines.whoosh.asking.reach import Reach
from archsearch.engines.whoosh.asking.scoring import Statistics
from archsearch.engines.whoosh.asking.shared import Shared
from tests.bench.corpus import customers

SEED = 20_261_122
LIMIT = 50
WORDS, WRONG = 4, 1
Customer: TypeAlias = dict[str, Any]
Choice: TypeAlias = Callable[[Sequence[Matcher], ArrayCache], Statistics]


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=20_000)
    parser.add_argument("--questions", type=int, default=500)
    arguments = parser.parse_args()
    rows = [dict(customer) for customer in customers(2 * arguments.size, "rich")]
    here, elsewhere = rows[: arguments.size], rows[arguments.size :]
    folder = Path(tempfile.mkdtemp(prefix="archsearch-relevance-"))
    try:
        measure(folder, here, elsewhere, arguments.questions)
    finally:
        shutil.rmtree(folder)


def measure(folder: Path, here: list[Customer], elsewhere: list[Customer], questions: int) -> None:
    """Ask the same questions under each choice of statistics."""
    department, owner = here[0]["department"].partition("/")[0], here[0]["owner"]
    with filled(folder / "here", here) as archive, filled(folder / "elsewhere", elsewhere) as other:
        archive.add_user("manager", role="manager", departments=[department], clearance="机密")
        archive.add_user(owner, role="employee", departments=[department], clearance="机密")
        choices: dict[str, Choice] = {
            "scope": Statistics,
            "everybody": lambda _, cache: Statistics(matchers_of(archive), cache),
            "published": lambda _, cache: Statistics(matchers_of(other), cache),
        }
        for user, field, value in (("manager", "department", department), (owner, "owner", owner)):
            mine = [row for row in here if row[field].startswith(value)]
            asked = ask(mine, questions)
            for name, choice in choices.items():
                with mock.patch.object(execute, "Statistics", choice):
                    ranks = [rank(archive, text, user, wanted) for text, wanted in asked]
                print(f"{field:10} {len(mine):6} records  {name:10} {figures(ranks)}")  # noqa: T201


def filled(folder: Path, rows: list[Customer]) -> archsearch.Archive:
    """Make an archive of customers."""
    source = folder.with_suffix(".jsonl")
    source.write_bytes(b"\n".join(orjson.dumps(row) for row in rows))
    archsearch.init(folder)
    archive = archsearch.open(folder)
    archive.ingest(source, user="admin")
    return archive


def ask(rows: Sequence[Customer], questions: int) -> list[tuple[str, str]]:
    """Make questions: words of a customer's notes and services, some of them another's."""
    rng, segmenter = random.Random(SEED), ChineseSegmenter()
    asked: list[tuple[str, str]] = []
    while len(asked) < questions:
        wanted, other = rng.choice(rows), rng.choice(rows)
        known, foreign = (words_of(row, segmenter) for row in (wanted, other))
        wrong = [word for word in foreign if word not in known]
        if len(known) < WORDS or not wrong:
            continue
        words = [*rng.sample(known, WORDS - WRONG), *rng.sample(wrong, WRONG)]
        rng.shuffle(words)
        asked.append((" ".join(words), wanted["record_id"]))
    return asked


def words_of(row: Customer, segmenter: ChineseSegmenter) -> list[str]:
    """List the words of a customer's free text, in order, each once."""
    texts = [row.get("notes", ""), row.get("address", "")]
    texts += [service["summary"] for service in row.get("services", ())]
    words = (word for text in texts for word in segmenter.cut(text))
    return list(dict.fromkeys(word for word in words if len(word) > 1 and not word.isascii()))


def rank(archive: archsearch.Archive, text: str, user: str, wanted: str) -> int:
    """Give the place of the record among the first hits, 0 for none of them."""
    archive._application.engine._cache.clear()
    ids = [str(hit.record_id) for hit in archive.search(text, user=user, limit=LIMIT).hits]
    return ids.index(wanted) + 1 if wanted in ids else 0


def matchers_of(archive: archsearch.Archive) -> list[Matcher]:
    """Give matchers, fresh for one query, that reach every document of an archive."""
    engine = archive._application.engine
    snapshot = engine._reader.snapshot()
    homes = Shared(snapshot)
    return [
        Matcher(segment, Reach(len(segment.content), segment.alive), engine._cache, homes, number)
        for number, segment in enumerate(snapshot.segments)
    ]


def figures(ranks: Sequence[int]) -> str:
    """Sum ranks up."""
    reciprocal = sum(1 / rank for rank in ranks if rank) / len(ranks)
    first = sum(rank == 1 for rank in ranks) / len(ranks)
    in_ten = sum(0 < rank <= 10 for rank in ranks) / len(ranks)
    return f"first {first:.3f}   in ten {in_ten:.3f}   mean reciprocal rank {reciprocal:.3f}"


if __name__ == "__main__":
    main()
