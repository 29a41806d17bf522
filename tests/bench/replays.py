"""Measure the time machine: replays of searches, in an archive unchanged and changed since.

``python -m tests.bench.replays --size 20000``. Prints, for each search, what it took when it was
asked, replayed over the index in use, and replayed over a temporary index of the records of then;
and who could see a record. Fails if a replay does not come out as the log has it.
"""

import argparse
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from pathlib import Path
from time import perf_counter, process_time
from typing import Final, TypeVar

import archsearch
from archsearch.domain.audit import Action, AuditFilter
from archsearch.entrypoints.archive import Archive
from tests.bench.corpus import customers, kept

ADMIN: Final = "admin"
SEARCHES: Final = ("张伟", "逾期 授信", "", "华信科技")
_Result = TypeVar("_Result")


def measure(folder: Path, size: int) -> None:
    """Ingest, search, replay; change a record, replay again."""
    workspace = archsearch.init(folder / "workspace")
    with archsearch.open(workspace) as archive:
        _timed(f"ingest of {size:,}", lambda: archive.ingest(kept(size), user=ADMIN))
        for text in SEARCHES:
            _timed(f"search {text!r}", partial(archive.search, text, user=ADMIN))
        asked = _asked(archive)
        for seq in asked:
            _replayed(archive, f"{seq} unchanged", seq)
        row = dict(next(islice(customers(size), size // 2, None)))
        row["notes"] = "改过了"
        changed = archive.ingest(row, user=ADMIN)
        assert changed.updated + changed.accepted == 1
        for seq in asked:
            _replayed(archive, f"{seq} changed since", seq)
        hit = archive.search(user=ADMIN, limit=1).hits[0].record_id
        _timed("who could", lambda: archive.who_could(hit, asked[0], user=ADMIN))


def _asked(archive: Archive) -> Sequence[int]:
    conditions = AuditFilter(action=Action.SEARCH)
    found = archive._application.audit.search(conditions, ADMIN, limit=len(SEARCHES))
    return sorted(each.seq for each in found)


def _replayed(archive: Archive, name: str, seq: int) -> None:
    found = _timed(f"replay of {name}", lambda: archive.replay(seq, user=ADMIN))
    assert found.verdict == "same", found


def _timed(name: str, call: Callable[[], _Result]) -> _Result:
    wall, processor = perf_counter(), process_time()
    result = call()
    spent = perf_counter() - wall, process_time() - processor
    print(f"{name:32} {spent[0]:8.3f} s, processor {spent[1]:8.3f} s")  # noqa: T201
    return result


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=20_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(Path(folder), given.size)


if __name__ == "__main__":
    main()
