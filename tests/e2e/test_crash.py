"""``kill -9`` in the middle of ingest: nothing acknowledged is lost, nothing is doubled, and what
is started again ends as if it had never been killed."""

import json
import os
import random
import re
import select
import signal
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from time import perf_counter
from typing import Any

import pytest

from archsearch.domain.record import RecordId
from archsearch.storage import records
from tests.e2e.victim import Victim
from tests.offices import Office, copied

FILES = 4
ROWS = 90


class Feeder(Victim):
    """The program that is killed, and what it said."""

    def __init__(self, warm: Path) -> None:
        super().__init__("feeder.py", warm, {"ARCHSEARCH__INGEST__BATCH_ROWS": "20"})

    def run(
        self,
        workspace: Path,
        sources: list[Path],
        *,
        after: float | None = None,
        kill_at: int | None = None,
        deeds: bool = False,
    ) -> dict[str, int]:
        """Feed, or do deeds, and kill after some seconds or at a step; tell what was said."""
        task = {
            "workspace": str(workspace),
            "sources": [str(source) for source in sources],
            "kill_at": kill_at,
            "deeds": deeds,
        }
        child = self.begin(json.dumps(task))
        if after is not None:
            # Not waiting for anything: the time that passes is the random moment.
            select.select([], [], [], after)
            with suppress(ProcessLookupError):  # it may have finished
                os.kill(child, signal.SIGKILL)
        acknowledged: dict[str, int] = {}
        while (words := self.said())[0] != "gone":
            if words[0] == "stored":
                acknowledged[words[1]] = int(words[2])
            if words[0] == "done":
                acknowledged["steps"] = int(words[1])
        return acknowledged


@pytest.fixture(scope="module")
def feeder(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Feeder]:
    feeder = Feeder(copied(template, tmp_path_factory.mktemp("feeder") / "warm"))
    yield feeder
    feeder.close()


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Files of every kind of row: with record id, with a name in the source, with neither; new,
    repeated, changed and bad ones. The notes of each good row are unlike any other's."""
    dice = random.Random(3)
    folder = tmp_path_factory.mktemp("sources")
    paths = []
    for file in range(FILES):
        rows: list[dict[str, Any]] = []
        for number in range(ROWS):
            row: dict[str, Any] = {"name": f"客户{file}之{number}", "notes": f"t{file}x{number}t"}
            kind = dice.random()
            if kind < 0.3:
                row["record_id"] = f"R{dice.randrange(60)}"
            elif kind < 0.6:
                row |= {"source": "CRM", "source_id": str(dice.randrange(60))}
            elif kind < 0.7:
                row["name"] = ""
            rows.append(row)
        path = folder / f"{file}.jsonl"
        path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
        paths.append(path)
    return paths


def state(office: Office) -> dict[str, Any]:
    """Everything that must not depend on kills: records, versions, and files of rejected rows."""
    with office.application.database.read() as connection:
        found = list(records.iterate_all(connection))
        versions = [records.history(connection, record.record_id) for record in found]
    folder = office.path / "var" / "rejects"
    rejects = {path.name: path.read_bytes() for path in folder.iterdir()}
    return {"records": found, "versions": versions, "rejects": rejects}


@dataclass(frozen=True)
class Scene:
    """What is fed, by whom, and how it ends when nobody is killed."""

    template: Path
    feeder: Feeder
    sources: list[Path]
    end: dict[str, Any]
    steps: int
    seconds: float


@pytest.fixture(scope="module")
def scene(
    template: Path, feeder: Feeder, sources: list[Path], tmp_path_factory: pytest.TempPathFactory
) -> Scene:
    workspace = copied(template, tmp_path_factory.mktemp("unkilled") / "workspace")
    started = perf_counter()
    acknowledged = feeder.run(workspace, sources)
    seconds = perf_counter() - started
    with Office(workspace) as office:
        assert office.ailments() == []
        return Scene(template, feeder, sources, state(office), acknowledged["steps"], seconds)


def tokens(office: Office) -> list[str]:
    with office.application.database.read() as connection:
        ids = [record.record_id for record in records.iterate_all(connection)]
        kept = [version for each in ids for version in records.history(connection, each)]
        versions = connection.exec_driver_sql("SELECT count(*) FROM record_versions").scalar_one()
    assert len(kept) == versions
    return [found for each in kept for found in re.findall(r"t\dx\d+t", str(each.values))]


def check_after_kill(workspace: Path, sources: list[Path], acknowledged: dict[str, int]) -> None:
    with Office(workspace) as office:
        found = tokens(office)
        assert len(found) == len(set(found)), "something is doubled"
        for source in sources:
            safe = source.read_text("utf-8").splitlines()[: acknowledged.get(source.name, 0)]
            good = {row["notes"] for row in map(json.loads, safe) if row["name"]}
            assert good <= set(found), "something acknowledged is missing"
        with office.application.database.read() as connection:
            stored = {record.record_id for record in records.iterate_all(connection)}
        assert {RecordId(each) for each in office.seen("admin")} == stored
        assert office.ailments() == []


def check_end(scene: Scene, workspace: Path) -> None:
    """Feed to the end; twice, for the second time must change nothing."""
    for _ in range(2):
        assert "steps" in scene.feeder.run(workspace, scene.sources)
        with Office(workspace) as office:
            now = state(office)
            for part, expected in scene.end.items():
                assert now[part] == expected
            assert office.ailments() == []


def kill_often(scene: Scene, folder: Path, kills: int, seed: int) -> None:
    """Kill again and again, looking after each time; feed to the end after every few."""
    dice = random.Random(seed)
    for place in count():
        workspace = copied(scene.template, folder / f"{place}")
        for _ in range(min(kills, dice.randrange(1, 5))):
            after = dice.uniform(0, scene.seconds)
            acknowledged = scene.feeder.run(workspace, scene.sources, after=after)
            check_after_kill(workspace, scene.sources, acknowledged)
            kills -= "steps" not in acknowledged
        check_end(scene, workspace)
        if not kills:
            return


def test_kill_9_at_random_moments_of_ingest(scene: Scene, tmp_path: Path) -> None:
    kill_often(scene, tmp_path, 10, seed=1)


@pytest.mark.slow
def test_kill_9_at_200_random_moments_of_ingest(scene: Scene, tmp_path: Path) -> None:
    kill_often(scene, tmp_path, 200, seed=2)


def kill_before(scene: Scene, folder: Path, step: int) -> None:
    workspace = copied(scene.template, folder / f"{step}")
    acknowledged = scene.feeder.run(workspace, scene.sources, kill_at=step)
    assert "steps" not in acknowledged
    check_after_kill(workspace, scene.sources, acknowledged)
    check_end(scene, workspace)


def test_kill_9_just_before_steps_towards_the_disk(scene: Scene, tmp_path: Path) -> None:
    for step in random.Random(5).sample(range(scene.steps), 4):
        kill_before(scene, tmp_path, step)


@pytest.mark.slow
def test_kill_9_just_before_every_step_towards_the_disk(scene: Scene, tmp_path: Path) -> None:
    for step in range(scene.steps):
        kill_before(scene, tmp_path, step)
