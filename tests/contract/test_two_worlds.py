"""Non-interference of engines: what a scope hides makes no difference to any answer.

``ARCHSEARCH_TEST_WORLDS`` sets the number of questions of the slow variant, and
``ARCHSEARCH_TEST_SEED`` its first story.
"""

import os
from functools import partial

import pytest

from archsearch.engines.base import SearchEngine
from archsearch.engines.whoosh.engine import WhooshEngine
from tests.contract.faults import Leak, LeakInGathers
from tests.contract.settings import shaken
from tests.contract.worlds import first_trace, globally_ranked

QUESTIONS = 2_000
SLOW_QUESTIONS = int(os.environ.get("ARCHSEARCH_TEST_WORLDS", "100000"))
FIRST_SEED = int(os.environ.get("ARCHSEARCH_TEST_SEED", "1000000"))
FEW = 600


def test_answers_do_not_depend_on_hidden_records(candidate: SearchEngine) -> None:
    assert first_trace(candidate, amount=QUESTIONS, setting=shaken) is None


@pytest.mark.slow
def test_100000_answers_do_not_depend_on_hidden_records(candidate: SearchEngine) -> None:
    trace = first_trace(candidate, amount=SLOW_QUESTIONS, first_seed=FIRST_SEED, setting=shaken)

    assert trace is None


def test_a_leak_through_statistics_is_found_within_few_questions() -> None:
    assert first_trace(Leak(), amount=FEW) is not None


def test_a_leak_through_what_tokens_are_worth_is_found() -> None:
    assert first_trace(LeakInGathers(), amount=QUESTIONS) is not None


def test_ranking_before_filtering_is_found_within_few_questions(
    candidate: SearchEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof on the engine itself: idf and mean length over all documents, as Whoosh does it."""
    search = WhooshEngine.search
    monkeypatch.setattr(
        WhooshEngine,
        "search",
        lambda engine, query: globally_ranked(partial(search, engine), query),
    )

    assert first_trace(candidate, amount=FEW) is not None
