"""A process that ends in the middle of a change: the old state or the new, and no lock left.

``ARCHSEARCH_TEST_SEED`` sets the first scene of the slow variant.
"""

import os
import random
import shutil
from itertools import count
from pathlib import Path

import pytest

from archsearch.engines.whoosh.writing import tiers, writer
from tests.generate_plans import Step, StepKind, make_document
from tests.integration.engine.archive import opened
from tests.integration.engine.disks import CountingDisk, KillingDisk
from tests.integration.engine.scenes import Scene, answers, carry_out

STRIDE = 13
FEWEST_OPERATIONS = 30
FIRST_SEED = int(os.environ.get("ARCHSEARCH_TEST_SEED", "1000000"))


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a commit of several segments, and merges."""
    monkeypatch.setattr(writer, "FLUSH_DOCUMENTS", 5)
    monkeypatch.setattr(tiers, "LOWEST", 4)
    monkeypatch.setattr(tiers, "FANOUT", 3)


def change(kind: StepKind, scene: Scene) -> Step:
    """A change with something to write, to merge and to remove in it."""
    documents = tuple(make_document(scene.dice, each, 9) for each in scene.ids)
    return Step(kind, () if kind in (StepKind.PURGE, StepKind.TIDY) else documents)


def kill_everywhere(folder: Path, kind: StepKind, seed: int, stride: int) -> int:
    """Kill a change before, or in the middle of, every so-many-th operation and after the last."""
    scene, step, last = scene_of(folder, kind, seed)
    state = scene.states[-1]
    for at in {*range(seed % stride, last, stride), last}:
        index = Path(shutil.copytree(folder / "sound", folder / f"{at}"))
        reader = opened(index)
        assert answers(reader, scene.queries) == scene.states[-2].answers
        killed(index, step, state.mark, at)

        found = scene.found(index)
        assert found in scene.states[-2:], (seed, at)
        assert found is state or at < last
        assert answers(reader, scene.queries) == found.answers
        check_goes_on(scene, index, step, state.mark)
        shutil.rmtree(index)
    return last


def scene_of(folder: Path, kind: StepKind, seed: int) -> tuple[Scene, Step, int]:
    """An index in which the change has something to do; how many operations it takes."""
    for dice in map(random.Random, count(seed)):
        scene = Scene(dice)
        scene.start(folder / "sound")
        step = change(kind, scene)
        scene.expect(step)
        last = operations(scene, step, folder)
        if last >= FEWEST_OPERATIONS:
            break
    return scene, step, last


def operations(scene: Scene, step: Step, folder: Path) -> int:
    trial = Path(shutil.copytree(folder / "sound", folder / "trial"))
    disk = CountingDisk()
    carry_out(opened(trial, disk=disk), step, scene.states[-1].mark)
    shutil.rmtree(trial)
    return len(disk.log)


def killed(index: Path, step: Step, mark: str, at: int) -> None:
    child = os.fork()
    if child == 0:
        carry_out(opened(index, disk=KillingDisk(at)), step, mark)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) in (0, 9)


def check_goes_on(scene: Scene, index: Path, step: Step, mark: str) -> None:
    """The change is made again, nothing is in its way, and nothing is left lying about."""
    engine = opened(index)
    carry_out(engine, step, mark)
    engine.purge()
    assert answers(engine, scene.queries) == scene.states[-1].answers
    assert engine.verify() == ()
    files = [path for path in index.rglob("*") if path.is_file() and path.stat().st_size]
    assert engine.stats().bytes + len((index / "CURRENT").read_bytes()) == sum(
        path.stat().st_size for path in files
    )


@pytest.mark.parametrize("kind", StepKind)
def test_a_process_killed_at_operations_leaves_the_old_state_or_the_new(
    tmp_path: Path, kind: StepKind
) -> None:
    assert kill_everywhere(tmp_path, kind, seed=2, stride=STRIDE) >= FEWEST_OPERATIONS


@pytest.mark.slow
@pytest.mark.parametrize("kind", StepKind)
def test_a_process_killed_at_every_operation_leaves_the_old_state_or_the_new(
    tmp_path: Path, kind: StepKind
) -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + 3):
        kill_everywhere(tmp_path / f"{seed}", kind, seed=seed, stride=1)
