"""Put the server under the load of a working day: many analysts, a watch folder filling meanwhile.

``python -m tests.bench.load --records 200000 --users 50 --minutes 10``. Builds an archive (or opens
that of ``--home``), runs ``archsearch serve`` and ``archsearch watch`` on it, and asks by HTTP as
:mod:`tests.bench.analysts` says: whoever thinks, thinks ``--think`` seconds in the mean,
exponentially distributed, and types ten times as fast. Before that, for ``--warm`` minutes, people
think five times as fast, so that caches are full; their answers are checked and not counted.
Prints times by kind, the processor time of a request, the memory of each process minute by minute.
A sample of answers is compared with those of the Python API afterwards: scans go to a department of
their own, so that nobody who does not see it may notice. Fails where an answer fails or differs, a
file does not arrive, or a time is longer than it may be (``--no-limits``: times are only told).
"""

import argparse
import asyncio
import json
import os
import tempfile
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from time import perf_counter, time
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

import archsearch
from archsearch.entrypoints.http.answers import encoded
from tests.bench import premises
from tests.bench.analysts import Analyst, Answer
from tests.bench.corpus import OUT
from tests.bench.premises import Crowd, Running
from tests.bench.progress import say
from tests.bench.summary import percentile
from tests.bench.wire import Wire

LIMITS: Final = {"search": 100.0, "suggest": 50.0}
SAMPLE: Final = 200
_EVERY: Final = 60.0
_SETTLED: Final = 15.0
_HASTE: Final = 5


@dataclass
class Kept:
    """What a run leaves: times by kind, failures, a sample of answers, memory minute by minute."""

    compared: frozenset[str]
    rng: Random = field(default_factory=lambda: Random(1))
    seconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: Counter[str] = field(default_factory=Counter)
    sample: list[Answer] = field(default_factory=list)
    memory: list[list[int]] = field(default_factory=list)
    dropped: int = 0
    asked: int = 0
    lasted: float = 0.0
    cpu_seconds: float = 0.0
    _counting: bool = False

    def begin(self, cpu_seconds: float) -> None:
        """Count from now on; the server has taken so much of a processor by now."""
        self.asked, self.cpu_seconds, self._counting = 0, cpu_seconds, True

    def keep(self, answer: Answer) -> None:
        """Note an answer; of those to be compared, any is as likely as another to be kept."""
        self.asked += 1
        if answer.status != 200:
            self.failures[f"{answer.question.kind} {answer.status}"] += 1
        if self._counting:
            self.seconds[answer.question.kind].append(answer.seconds)
        if answer.user in self.compared and answer.status == 200:
            if len(self.sample) < SAMPLE:
                self.sample.append(answer)
            elif self._counting and (place := self.rng.randrange(self.asked)) < SAMPLE:
                self.sample[place] = answer


def main() -> None:
    """Read the command line, run, tell."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="archsearch-load-") as folder:
        home = arguments.home or Path(folder) / "workspace"
        say(f"an archive of {arguments.records:,} records")
        premises.build(home, arguments.records)
        figures = measure(home, Path(folder), arguments)
    OUT.mkdir(exist_ok=True)
    (OUT / "load.json").write_text(json.dumps(figures, indent=2))
    print("\n".join(_told(figures)))  # noqa: T201
    faults = _faults(figures, limits=arguments.limits)
    if faults:
        raise SystemExit("; ".join(faults))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.bench.load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--records", type=int, default=200_000)
    parser.add_argument("--users", type=int, default=50)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--think", type=float, default=3.0, help="seconds in the mean")
    parser.add_argument("--warm", type=float, default=2.0, help="minutes before it counts")
    parser.add_argument("--workers", type=int, default=2, help="of the server")
    parser.add_argument("--scans", type=float, default=60.0, help="dropped in a minute")
    parser.add_argument("--home", type=Path, help="a workspace to build once and use again")
    parser.add_argument("--no-limits", dest="limits", action="store_false")
    return parser.parse_args()


def measure(home: Path, logs: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    """Run server, watcher and analysts; compare; give the figures."""
    crowd, before = premises.hire(home, arguments.users), premises.archived(home)
    load = os.getloadavg()[0]
    with (
        premises.serving(home, arguments.workers, logs / "serve.log") as server,
        premises.watching(home, logs / "watch.log"),
    ):
        say(f"{arguments.users} analysts, {arguments.minutes:g} minutes")
        kept = asyncio.run(_day(home, server, crowd, arguments))
        spent = kept.lasted
        say("comparing with the Python API")
        differing = _differing(home, crowd, kept.sample)
    after = premises.archived(home)
    return {
        "records": arguments.records,
        "users": arguments.users,
        "think_s": arguments.think,
        "workers": arguments.workers,
        "minutes": spent / 60,
        "load_average": [load, os.getloadavg()[0]],
        "requests": kept.asked,
        "requests_per_s": kept.asked / spent,
        "failures": dict(kept.failures),
        "ms": {kind: _spread(times) for kind, times in kept.seconds.items()},
        "server_cpu_ms_per_request": 1000 * kept.cpu_seconds / max(kept.asked, 1),
        "server_cpu_share": kept.cpu_seconds / spent,
        "memory_mb": kept.memory,
        "scans_dropped": kept.dropped,
        # Each had a file of metadata beside it.
        "scans_archived": (after["archived"] - before["archived"]) // 2,
        "compared": len(kept.sample),
        "differing": differing,
    }


async def _day(home: Path, server: Running, crowd: Crowd, arguments: argparse.Namespace) -> Kept:
    """Let everybody work until the time is over, first in haste."""
    # Who sees everything sees the scans that come in.
    kept = Kept(frozenset(name for name in crowd.tokens if not name.startswith("load.admin")))
    filling = asyncio.create_task(_fill(home, kept, arguments.scans))
    await _work(server, crowd, kept, (arguments.warm, arguments.think / _HASTE))
    kept.begin(server.cpu_seconds())
    remembering = asyncio.create_task(_remember(server, kept))
    started = perf_counter()
    await _work(server, crowd, kept, (arguments.minutes, arguments.think))
    kept.lasted = perf_counter() - started
    kept.cpu_seconds = server.cpu_seconds() - kept.cpu_seconds
    kept.memory.append(server.megabytes())
    for task in (filling, remembering):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    # What was dropped last is to arrive.
    await asyncio.sleep(_SETTLED)
    return kept


async def _work(server: Running, crowd: Crowd, kept: Kept, pace: tuple[float, float]) -> None:
    """Have the analysts work for so many minutes, thinking so many seconds."""
    address, (minutes, think) = urlsplit(server.address), pace
    assert address.hostname
    assert address.port
    until = perf_counter() + minutes * 60
    analysts = [
        Analyst(
            name,
            Wire(address.hostname, address.port, token),
            Random(f"{name} {think}"),
            crowd.rows,
            think,
            kept.keep,
            until,
        )
        for name, token in crowd.tokens.items()
    ]
    await asyncio.gather(*(each.work() for each in analysts))


async def _remember(server: Running, kept: Kept) -> None:
    """Look at the server's memory, once a minute."""
    while True:
        kept.memory.append(server.megabytes())
        await asyncio.sleep(_EVERY)


async def _fill(home: Path, kept: Kept, a_minute: float) -> None:
    """Drop scans into the watch folder."""
    run = f"run{int(time())}"
    while a_minute:
        premises.drop_scan(home, run, kept.dropped)
        kept.dropped += 1
        await asyncio.sleep(60 / a_minute)


def _differing(home: Path, crowd: Crowd, sample: Sequence[Answer]) -> int:
    """Count the answers that the Python API gives otherwise."""
    found = 0
    with archsearch.open(home) as archive:
        for answer in sample:
            caller = archive.doors.token(crowd.tokens[answer.user]).caller
            told = json.loads(answer.body)
            ours = json.loads(encoded(_asked(archive, answer, caller)))
            if answer.question.kind == "search":
                told = {key: told[key] for key in ours}
                told["took_ms"] = ours["took_ms"]
            if told != ours:
                found += 1
                say(f"differs: {answer.question}")
    return found


def _asked(archive: archsearch.Archive, answer: Answer, user: str) -> Any:
    question = answer.question
    if question.kind == "search":
        return archive.search(user=user, **(question.body or {}))
    if question.kind == "record":
        return archive.get(unquote(question.path.removeprefix("/records/")), user=user)
    text = parse_qs(urlsplit(question.path).query)["text"][0]
    return {"items": archive.suggest(text, user=user)}


def _spread(times: Sequence[float]) -> dict[str, float]:
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}
    return {
        "number": len(times),
        **{name: 1000 * percentile(times, share) for name, share in shares.items()},
    }


def _told(figures: Mapping[str, Any]) -> list[str]:
    rows = ["| kind | requests | p50 ms | p95 ms | p99 ms | max ms |", "|---|---|---|---|---|---|"]
    for kind, found in sorted(figures["ms"].items()):
        times = " | ".join(f"{found[name]:.1f}" for name in ("p50", "p95", "p99", "max"))
        rows.append(f"| {kind} | {found['number']:,} | {times} |")
    memory = ", ".join("+".join(map(str, each)) for each in figures["memory_mb"])
    before, after = figures["load_average"]
    paces = "{requests:,} requests, {requests_per_s:.1f} a second".format_map(figures)
    return [
        "{records:,} records, {users} users, {minutes:.1f} minutes".format_map(figures),
        f"{figures['workers']} workers; load average {before:.1f} to {after:.1f}",
        "",
        *rows,
        "",
        f"{paces}, {figures['server_cpu_ms_per_request']:.1f} ms of a processor each",
        "processors taken by the server: {server_cpu_share:.2f}".format_map(figures),
        f"failures: {figures['failures'] or 'none'}",
        f"memory by minute, MB: {memory}",
        f"scans: {figures['scans_dropped']} dropped, {figures['scans_archived']} archived",
        f"compared with the Python API: {figures['compared']}, differing: {figures['differing']}",
    ]


def _faults(figures: Mapping[str, Any], *, limits: bool) -> list[str]:
    found = []
    if figures["failures"]:
        found.append("requests failed")
    if figures["differing"] or not figures["compared"]:
        found.append("answers differ")
    if figures["scans_archived"] != figures["scans_dropped"]:
        found.append("scans did not arrive")
    for kind, most in LIMITS.items():
        if limits and figures["ms"].get(kind, {}).get("p95", 0.0) > most:
            found.append(f"p95 of {kind} is over {most:.0f} ms")
    return found


if __name__ == "__main__":
    main()
