"""Engines against the brute-force oracle over generated stories.

``ARCHSEARCH_DIFFERENTIAL`` sets the number of pairs of the slow variant, and
``ARCHSEARCH_DIFFERENTIAL_SEED`` its first story, so that several processes can share the work:
start them with seeds a million apart.
"""

import os

import pytest

from archsearch.engines.base import SearchEngine
from tests.contract.differential import first_difference
from tests.contract.faults import FAULTS, planted
from tests.contract.settings import shaken
from tests.oracle import OracleEngine, World

PAIRS = 8_000
"""Enough for a planted fault to show, whichever it is."""


def test_generated_pairs_are_answered_like_the_oracle(candidate: SearchEngine) -> None:
    difference = first_difference(candidate, pairs=PAIRS, setting=shaken)

    assert difference is None, str(difference)


@pytest.mark.slow
def test_a_million_generated_pairs_are_answered_like_the_oracle(
    candidate: SearchEngine, capsys: pytest.CaptureFixture[str]
) -> None:
    pairs = int(os.environ.get("ARCHSEARCH_DIFFERENTIAL", "1000000"))
    first_seed = int(os.environ.get("ARCHSEARCH_DIFFERENTIAL_SEED", "1000000"))

    def report(line: str) -> None:
        with capsys.disabled():
            print(line, flush=True)  # noqa: T201 - progress of a run of a quarter of an hour

    difference = first_difference(
        candidate, pairs=pairs, first_seed=first_seed, setting=shaken, report=report
    )

    assert difference is None, str(difference)


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_planted_fault_is_found(fault: type[World | OracleEngine]) -> None:
    """The proof that the comparison above can fail: each of these answers is nearly right."""
    assert first_difference(planted(fault), pairs=PAIRS) is not None
