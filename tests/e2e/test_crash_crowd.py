"""``kill -9`` of an ingest with companions: nothing acknowledged is lost, and the rest follows."""

import json
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from archsearch.domain.record import RecordId
from archsearch.storage import records
from tests.e2e.victim import PATH
from tests.offices import Office, copied

ROOT = Path(__file__).parents[2]
ROWS = 3_000


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("source") / "rows.jsonl"
    rows = ({"record_id": f"R{number}", "name": f"客户{number}"} for number in range(ROWS))
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return path


def fed(workspace: Path, source: Path, *, upto: int) -> int:
    """Feed until so many rows are safe, then kill; tell how many were."""
    with subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.e2e.crowd", str(workspace), str(source)],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": PATH},
    ) as process:
        assert process.stdout is not None
        safe = 0
        for line in process.stdout:
            words = line.split()
            safe = int(words[1]) if words[0] == b"stored" else safe
            if upto <= safe < ROWS:
                process.kill()
    return safe


def check(workspace: Path, safe: int) -> None:
    with Office(workspace) as office:
        # Companions that outlive the first process finish what they had begun.
        office.application.index.drain()
        with office.application.database.read() as connection:
            stored = {record.record_id for record in records.iterate_all(connection)}
        assert len(stored) >= safe
        assert {RecordId(each) for each in office.seen("admin", step=1000)} == stored
        assert office.ailments() == []


def kill_and_finish(template: Path, folder: Path, source: Path, seed: int) -> None:
    dice = random.Random(seed)
    workspace = copied(template, folder / f"{seed}")
    safe = 0
    while safe < ROWS:
        upto = safe + dice.randrange(200, 1_500)
        safe = max(safe, fed(workspace, source, upto=upto))
        check(workspace, safe)
    assert fed(workspace, source, upto=ROWS) == ROWS
    check(workspace, ROWS)


def test_kill_9_of_an_ingest_with_companions(template: Path, tmp_path: Path, source: Path) -> None:
    kill_and_finish(template, tmp_path, source, 1)


@pytest.mark.slow
def test_kill_9_of_an_ingest_with_companions_many_times(
    template: Path, tmp_path: Path, source: Path
) -> None:
    for seed in range(2, 22):
        kill_and_finish(template, tmp_path, source, seed)
