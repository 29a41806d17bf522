"""Several processes at once: readers always see a whole state, writers take turns or say busy."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import archsearch
from tests.offices import Office, copied

ROOT = Path(__file__).parents[3]
PATH = f"{Path(archsearch.__file__).parents[1]}{os.pathsep}{ROOT}"
AMOUNT = 3_000

WRITER = """
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from archsearch.errors import BusyError
from tests.offices import Office, counts

with Office(Path(sys.argv[1])) as office:
    for source in sys.argv[2:]:
        try:
            print(json.dumps(counts(office.archive.ingest(source, user="admin"))), flush=True)
        except BusyError as error:
            print(json.dumps(str(error)), flush=True)
"""

READER = """
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tests.offices import Office

looks, last, totals = 0, 0, []
with Office(Path(sys.argv[1])) as office:
    while last < int(sys.argv[2]):
        page = office.archive.search("客户", user="admin", facets=["tags", "status"], limit=20)
        assert page.total >= last, (page.total, last)
        assert len(page.hits) == min(20, page.total)
        counts = {key: dict(found) for key, found in page.facets.items()}
        if page.total:
            assert counts["status"] == {"在档": page.total}
            # Rows come in pairs that are stored together: 双 and 单.
            assert counts["tags"] == {"双": page.total // 2, "单": page.total // 2}
        for hit in page.hits[:5]:
            assert office.archive.get(hit.record_id, user="admin").values == hit.record
        last, looks = page.total, looks + 1
        totals.append(page.total)
print(json.dumps({"looks": looks, "totals": sorted(set(totals))}))
"""


def started(program: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", program, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": PATH},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> list[Any]:
    out, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors[-2000:]
    return [json.loads(line) for line in out.splitlines()]


def sources(folder: Path, parts: int) -> list[Path]:
    rows = [
        {
            "record_id": f"R{number}",
            "name": f"客户{number}",
            "tags": ["单" if number % 2 else "双"],
            "notes": "逾期" * (number % 5),
        }
        for number in range(AMOUNT)
    ]
    size = AMOUNT // parts
    paths = []
    for part in range(parts):
        path = folder / f"{part}.jsonl"
        piece = rows[part * size : (part + 1) * size]
        path.write_text("\n".join(json.dumps(row) for row in piece), "utf-8")
        paths.append(path)
    return paths


def test_readers_see_whole_batches_and_growing_totals_while_one_writes(
    template: Path, tmp_path: Path
) -> None:
    workspace = copied(template, tmp_path / "workspace")
    readers = [started(READER, workspace, AMOUNT) for _ in range(2)]
    writer = started(WRITER, workspace, *sources(tmp_path, 6))

    assert ended(writer) == [[AMOUNT // 6, 0, 0, 0]] * 6
    for reader in readers:
        [seen] = ended(reader)
        assert seen["looks"] > 1
        assert seen["totals"][-1] == AMOUNT
    with Office(workspace) as office:
        assert len(office.seen("admin")) == AMOUNT
        assert office.ailments() == []


def test_two_writers_at_once_finish_or_say_busy_and_nothing_is_doubled(
    template: Path, tmp_path: Path
) -> None:
    workspace = copied(template, tmp_path / "workspace")
    paths = sources(tmp_path, 4)
    writers = [started(WRITER, workspace, *order) for order in (paths, paths[::-1])]

    told = [line for writer in writers for line in ended(writer)]

    accepted = sum(line[0] for line in told if isinstance(line, list))
    busy = [line for line in told if isinstance(line, str)]
    assert all("重试" in line or "稍后" in line for line in busy)
    assert accepted <= AMOUNT
    with Office(workspace) as office:
        for path in paths:
            report = office.archive.ingest(path, user="admin")
            assert report.updated == report.rejected_rows == 0
            accepted += report.accepted
        assert accepted == AMOUNT
        assert len(office.seen("admin")) == AMOUNT
        page = office.archive.search(user="admin", sort="name", limit=100)
        assert {office.archive.get(hit.record_id, user="admin").version for hit in page.hits} == {1}
        assert office.ailments() == []


def test_threads_may_share_an_archive(template: Path, tmp_path: Path) -> None:
    with Office(copied(template, tmp_path / "workspace")) as office:
        office.feed(*({"record_id": f"R{number}", "name": f"客户{number}"} for number in range(50)))

        def work(number: int) -> int:
            if number % 5 == 0:
                office.feed({"record_id": f"N{number}", "name": f"新客{number}"})
            return office.archive.search("客户", user="admin", limit=5).total

        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(work, range(40))) == {50}
        assert len(office.seen("admin")) == 58
        assert office.ailments() == []
