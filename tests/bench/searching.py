"""A process that does nothing but search an archive, to see how much memory that takes.

Run as ``python -m tests.bench.searching WORKSPACE USER…``; prints one JSON object.
"""

import json
import sys
from pathlib import Path
from time import perf_counter

import archsearch
from tests.bench.queries import FACETS, QUERIES, offset_of

_KB = 1024


def main() -> None:
    """Ask every query for every user, then look at the own memory."""
    workspace, *users = sys.argv[1:]
    started = perf_counter()
    with archsearch.open(workspace) as archive:
        archive.search("张伟", user=users[0], facets=FACETS)
        first = perf_counter() - started
        for user in users:
            for name, query in QUERIES.items():
                archive.search(query, user=user, facets=FACETS, offset=offset_of(name))
        found = _memory()
    print(json.dumps({"first_search_s": first, **found}))  # noqa: T201


def _memory() -> dict[str, int]:
    """Read what the kernel counts, in MB: the peak, and what of it is not mapped files."""
    lines = Path("/proc/self/status").read_text().splitlines()
    counted = {key: int(value.split()[0]) for key, _, value in _pairs(lines) if "kB" in value}
    return {
        "peak_memory_mb": counted["VmHWM"] // _KB,
        "without_mapped_files_mb": counted["RssAnon"] // _KB,
    }


def _pairs(lines: list[str]) -> list[tuple[str, str, str]]:
    return [line.partition(":") for line in lines]


if __name__ == "__main__":
    main()
