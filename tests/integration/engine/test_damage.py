"""Damage anywhere in the index folder: the right answer, or word that the index is outdated.

``ARCHSEARCH_TEST_DAMAGES`` sets how often the slow variant damages something, and
``ARCHSEARCH_TEST_SEED`` where it begins. What a process has verified and mapped it does not verify
again: damage that comes later is found by ``verify``, or by the next process.
"""

import os
import random
from collections.abc import Callable
from pathlib import Path
from unittest.mock import ANY

import pytest

from archsearch.domain.record import RecordId
from archsearch.engines.base import Removal
from archsearch.engines.whoosh import snapshot, writer
from archsearch.engines.whoosh.engine import WhooshEngine
from archsearch.errors import IndexOutdatedError
from tests.integration.engine.archive import opened
from tests.integration.engine.disks import HastyDisk
from tests.integration.engine.scenes import Scene, answers
from tests.integration.engine.vandal import damage, files_of, restored

DAMAGES = 150
SLOW_DAMAGES = int(os.environ.get("ARCHSEARCH_TEST_DAMAGES", "10000"))
FIRST_SEED = int(os.environ.get("ARCHSEARCH_TEST_SEED", "1000000"))
DAMAGES_PER_INDEX = 50


def check_damages(folder: Path, seed: int, times: int) -> tuple[int, int]:
    """Damage an index, look, mend it, again and again; count refusals and right answers."""
    dice = random.Random(seed)
    scene = Scene(dice)
    scene.start(folder)
    files = files_of(folder)
    refused = 0
    for number in range(times):
        done = f"seed {seed}, damage {number}, {damage(folder, files, dice)}"
        refused += check_one(scene, folder, done)
        restored(folder, files)
    return refused, times - refused


def check_one(scene: Scene, folder: Path, done: str) -> bool:
    """Ask everything of a damaged index, then build it anew."""
    refused = not right_or_refused(scene, folder, done)
    if refused:
        assert fresh(folder).verify(), done
    asks: tuple[Callable[[WhooshEngine], object], ...] = (
        lambda engine: list(engine.revisions()) == list(scene.oracle.revisions()),
        lambda engine: engine.stats().documents == len(scene.states[-1].documents),
        lambda engine: engine.apply([Removal(RecordId("nobody"))]),
        lambda engine: engine.purge(),
    )
    for ask in asks:
        try:
            assert ask(fresh(folder)) in (True, None), done
        except IndexOutdatedError:
            assert refused, done
        right_or_refused(scene, folder, done)
    engine = fresh(folder)
    engine.rebuild(scene.states[-1].documents)
    assert answers(engine, scene.queries) == scene.states[-1].answers, done
    assert engine.verify() == (), done
    return refused


def fresh(folder: Path) -> WhooshEngine:
    """An engine as a process has it that has just started."""
    return opened(folder, disk=HastyDisk())


def right_or_refused(scene: Scene, folder: Path, done: str) -> bool:
    try:
        found = answers(fresh(folder), scene.queries)
    except IndexOutdatedError:
        return False
    assert found == scene.states[-1].answers, done
    return True


@pytest.fixture(autouse=True)
def small_segments(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make several segments."""
    monkeypatch.setattr(writer, "FLUSH_DOCUMENTS", 8)


def test_damage_is_never_an_answer_and_a_rebuild_mends_it(tmp_path: Path) -> None:
    outcomes = [
        check_damages(tmp_path / f"{seed}", seed, DAMAGES_PER_INDEX)
        for seed in range(DAMAGES // DAMAGES_PER_INDEX)
    ]

    assert sum(refused for refused, _ in outcomes) > DAMAGES * 0.8


def test_without_digests_damage_would_be_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof that the test above can fail."""

    class Trusting:
        @staticmethod
        def of(data: object) -> object:
            return ANY

    monkeypatch.setattr(snapshot, "Seal", Trusting)

    def look() -> None:
        # Segments have random names, so what is damaged differs from run to run.
        for seed in range(20):
            check_damages(tmp_path / f"{seed}", seed, DAMAGES)

    with pytest.raises(Exception) as found:  # noqa: PT011 - whatever comes of it
        look()
    assert not isinstance(found.value, IndexOutdatedError)


@pytest.mark.slow
def test_ten_thousand_damages_are_never_an_answer(tmp_path: Path) -> None:
    for start in range(0, SLOW_DAMAGES, DAMAGES_PER_INDEX):
        seed = FIRST_SEED + start
        check_damages(tmp_path / f"{start}", seed, min(DAMAGES_PER_INDEX, SLOW_DAMAGES - start))
