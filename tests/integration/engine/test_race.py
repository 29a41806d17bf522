"""Readers racing a writer: every answer is of one state, of those that there were meanwhile.

``ARCHSEARCH_TEST_CHECKS`` sets how many answers each reader checks in the slow variant, and
``ARCHSEARCH_TEST_SEED`` the first story.
"""

import os
from itertools import count
from pathlib import Path

import pytest

from archsearch.engines.whoosh.snapshot import Reader, Snapshot
from tests.integration.engine.race import STATES, race

CHECKS = 150
SLOW_CHECKS = int(os.environ.get("ARCHSEARCH_TEST_CHECKS", "20000"))
FIRST_SEED = int(os.environ.get("ARCHSEARCH_TEST_SEED", "1000000"))
STORIES = 10


def test_every_answer_is_of_a_state_between_before_and_after(tmp_path: Path) -> None:
    failures, last = race(tmp_path / "index", 1, CHECKS)

    assert failures == []
    assert last > 2 * STATES


def test_a_reader_that_looks_seldom_is_found_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof that the test above can fail.

    A race may be over after two states, and the readers may by chance have looked at both: so
    there are several.
    """
    snapshot = Reader.snapshot
    asked = count()

    def lazy(reader: Reader) -> Snapshot:
        held = reader._held  # read once: another thread may close it in between
        return held if held is not None and next(asked) % 20 else snapshot(reader)

    monkeypatch.setattr(Reader, "snapshot", lazy)

    races = (race(tmp_path / f"{seed}", seed, CHECKS) for seed in range(1, STORIES + 1))

    assert any("AssertionError" in failure for failures, _ in races for failure in failures)


@pytest.mark.slow
def test_very_many_answers_are_of_a_state_between_before_and_after(tmp_path: Path) -> None:
    for seed in range(FIRST_SEED, FIRST_SEED + STORIES):
        failures, _ = race(tmp_path / f"{seed}", seed, SLOW_CHECKS // STORIES)

        assert failures == [], seed
