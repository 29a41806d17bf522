"""Non-interference through time: two worlds, leave that begins and ends, records that move."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.integration.archive.apart import Apart
from tests.integration.archive.leaks import LEAKS, SUBTLE, Leak

STEPS = 40
SLOW_QUESTIONS = int(os.environ.get("ARCHSEARCH_TEST_WORLDS", "100000"))
_CALM = settings(
    stateful_step_count=STEPS,
    deadline=None,
    derandomize=True,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def worlds(template: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    Apart.template = template
    Apart.compared = {}
    if not Apart.made:
        Apart.folder = tmp_path_factory.mktemp("apart")


def test_what_is_hidden_makes_no_difference_whatever_happens() -> None:
    run_state_machine_as_test(Apart, settings=settings(_CALM, max_examples=15))

    assert sum(Apart.compared.values()) > 500
    assert {"search", "suggest", "match", "screen", "get", "borrow"} <= set(Apart.compared)


@pytest.mark.parametrize(
    "leak",
    [*LEAKS, *(pytest.param(leak, marks=pytest.mark.slow) for leak in SUBTLE)],
    ids=lambda leak: leak.__name__,
)
def test_a_leak_is_noticed(leak: Leak, monkeypatch: pytest.MonkeyPatch) -> None:
    leak(monkeypatch)

    with pytest.raises(AssertionError):
        run_state_machine_as_test(
            Apart, settings=settings(_CALM, max_examples=100, phases=[Phase.generate])
        )


@pytest.mark.slow
def test_what_is_hidden_makes_no_difference_in_very_many_examples() -> None:
    while sum(Apart.compared.values()) < SLOW_QUESTIONS:
        some = settings(_CALM, max_examples=100, derandomize=False, database=None)
        run_state_machine_as_test(Apart, settings=some)
