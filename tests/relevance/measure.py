"""Ask a searcher the queries of every phenomenon, and count what it shows.

Run ``make relevance`` or ``python -m tests.relevance.measure --help``.
"""

import argparse
import gc
import json
import statistics
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

from tests.relevance.cases import Outcome, ask, cases
from tests.relevance.corpus import Corpus, Part, load
from tests.relevance.near import near_misses, precision
from tests.relevance.searchers import SEARCHERS

OUT = Path(__file__).parent / "out"
NEAR_MISSES = 300
_MEANS = ("first", "in ten", "wrong above")

Row: TypeAlias = dict[str, float | str]


def table(outcomes: Sequence[Outcome]) -> list[Row]:
    """Sum up by phenomenon."""
    by_label: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        by_label.setdefault(outcome.case.phenomenon, []).append(outcome)
    return [_row(label, found) for label, found in by_label.items()]


def _row(label: str, outcomes: Sequence[Outcome]) -> Row:
    times = sorted(outcome.seconds * 1000 for outcome in outcomes)
    above = [len(o.hits) if o.rank is None else o.rank for o in outcomes]
    return {
        "phenomenon": label,
        "queries": len(outcomes),
        "first": sum(o.rank == 0 for o in outcomes) / len(outcomes),
        "in ten": sum(o.rank is not None for o in outcomes) / len(outcomes),
        "wrong above": statistics.mean(above),
        "p50 ms": statistics.median(times),
        "p95 ms": times[int(len(times) * 0.95)],
    }


def report(rows: Sequence[Row], outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Write the table, and the means over phenomena."""
    yield f"{'phenomenon':44} {'n':>5} {'first':>6} {'in10':>6} {'wrong':>6} {'p50':>7} {'p95':>7}"
    for row in rows:
        yield _line(row)
    for kind in ("person", "company", ""):
        chosen = [row for row in rows if str(row["phenomenon"]).startswith(kind)]
        if chosen:
            these = [o for o in outcomes if o.case.phenomenon.startswith(kind)]
            means: Row = {key: statistics.mean(float(row[key]) for row in chosen) for key in _MEANS}
            yield _line(_row(f"mean of {kind or 'all'}", these) | means)


def _line(row: Row) -> str:
    return (
        f"{row['phenomenon']:44} {row['queries']:5} {row['first']:6.3f} {row['in ten']:6.3f}"
        f" {row['wrong above']:6.2f} {row['p50 ms']:7.2f} {row['p95 ms']:7.2f}"
    )


def failures(corpus: Corpus, outcomes: Sequence[Outcome], number: int) -> Iterator[str]:
    """Describe queries whose first hit was wrong; for the console only."""
    wrong = [outcome for outcome in outcomes if outcome.rank != 0]
    for outcome in wrong[:number]:
        case = outcome.case
        hits = ", ".join(f"{corpus.entries[h.number].name} {h.score:.3f}" for h in outcome.hits[:4])
        source = corpus.entries[case.source].name
        yield f"{case.phenomenon}: {case.query} <- {source} @{outcome.rank}: {hits}"


def main() -> None:
    """Run the measurement."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", type=Path, help="lines, or JSON Lines with a name")
    parser.add_argument("--size", type=int, default=20_000, help="records, recombined ones too")
    parser.add_argument("--queries", type=int, default=40, help="for each phenomenon")
    parser.add_argument("--part", type=Part, choices=list(Part), default=Part.CHECK)
    parser.add_argument("--searcher", choices=sorted(SEARCHERS), default="product")
    parser.add_argument("--only", default="", help="phenomena whose name holds this")
    parser.add_argument("--failures", type=int, default=0, help="show so many of each phenomenon")
    arguments = parser.parse_args()
    corpus = load(arguments.names, arguments.size)
    asked = list(cases(corpus, arguments.part, arguments.queries, arguments.only))
    misses = list(near_misses(corpus, arguments.part, NEAR_MISSES))
    # What the measurement itself holds must not cost the searchers time: a name is an object here.
    gc.collect()
    gc.freeze()
    with SEARCHERS[arguments.searcher](corpus) as searchers:
        for name, searcher in searchers.items():
            outcomes = [ask(searcher, case) for case in asked]
            rows = table(outcomes)
            exact, sure = precision(searcher, misses)
            lines = [f"{name}:", *report(rows, outcomes)]
            lines.append(f"near names of others, {len(misses)}: {exact} exact, {sure} called sure")
            for row in rows:
                chosen = [o for o in outcomes if o.case.phenomenon == row["phenomenon"]]
                lines.extend(failures(corpus, chosen, arguments.failures))
            print("\n".join(lines), flush=True)  # noqa: T201 - a report
            OUT.mkdir(exist_ok=True)
            target = OUT / f"{name}-{arguments.part}.json"
            target.write_text(json.dumps(rows, ensure_ascii=False, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
