"""Non-interference: what a user may not see makes no difference to any answer.

Every question is put twice: to the whole archive, and to one that holds only what the user may see.
"""

import os
import random
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import pytest

from archsearch.engines.whoosh.engine import WhooshEngine
from tests.contract.worlds import globally_ranked
from tests.integration.archive.corpus import Corpus, made_up, settle
from tests.integration.archive.questions import question
from tests.offices import Office, copied, drain_held_up

ASKERS = ("east", "credit", "li", "wu", "head", "lost")
EXAMPLES = 2_000
SLOW_EXAMPLES = int(os.environ.get("ARCHSEARCH_TEST_WORLDS", "100000")) // 10


class Worlds:
    """The whole archive, and for each asker the part of it that is theirs."""

    def __init__(self, whole: Office, parts: dict[str, Office]) -> None:
        self.whole = whole
        self.parts = parts

    def compare(self, seed: int) -> object:
        dice = random.Random(seed)
        asker = dice.choice(ASKERS)
        asked = question(dice)
        of_all = asked.put(self.whole.archive, asker)
        of_own = asked.put(self.parts[asker].archive, asker)
        assert of_all == of_own, (seed, asker, asked)
        return of_all


def opened(template: Path, folder: Path, corpus: Corpus, stack: ExitStack) -> Worlds:
    whole = stack.enter_context(Office(copied(template, folder / "whole")))
    settle(whole, corpus.rows, corpus)
    return Worlds(whole, {user: part(template, folder, corpus, user, stack) for user in ASKERS})


def part(template: Path, folder: Path, corpus: Corpus, user: str, stack: ExitStack) -> Office:
    """Open an archive that holds what one user may see, and nothing else."""
    office = stack.enter_context(Office(copied(template, folder / user)))
    settle(office, corpus.visible(user), corpus)
    return office


@pytest.fixture(scope="module")
def worlds(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worlds]:
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("worlds")
        yield opened(template, folder, made_up(120, seed=5), stack)


def test_what_is_hidden_makes_no_difference_to_any_answer(worlds: Worlds) -> None:
    answers = [worlds.compare(seed) for seed in range(EXAMPLES)]

    kinds = Counter(
        answer[0]
        for answer in answers
        if isinstance(answer, tuple) and answer and isinstance(answer[0], int | str)
    )
    assert kinds["NotFoundError"]
    assert kinds["QuerySyntaxError"]
    assert sum(count for kind, count in kinds.items() if isinstance(kind, int) and kind) > 500


def test_what_was_taken_away_makes_no_difference_before_the_index_hears_of_it(
    template: Path, tmp_path: Path
) -> None:
    corpus = made_up(120, seed=9)
    granted = {record_id for record_id, *_ in corpus.grants}
    taken = [row for row in corpus.rows if row["record_id"] not in granted][::2]
    away = {"department": "总行外", "owner": "left", "secrecy": "机密"}
    with ExitStack() as stack:
        whole = stack.enter_context(Office(copied(template, tmp_path / "whole")))
        settle(whole, corpus.rows, corpus)
        stack.enter_context(drain_held_up(whole))
        assert not whole.feed(*({**row, **away} for row in taken)).indexed
        for row in taken:
            row.update(away)
        worlds = Worlds(
            whole, {user: part(template, tmp_path, corpus, user, stack) for user in ASKERS}
        )

        for seed in range(300):
            worlds.compare(seed)


@pytest.mark.parametrize("heard", [True, False])
def test_what_was_deleted_makes_no_difference_to_who_may_not_delete(
    template: Path, tmp_path: Path, *, heard: bool
) -> None:
    """Lent or not, whether or not the index has heard of it."""
    corpus = made_up(90, seed=13)
    deleted = corpus.rows[::3]
    with ExitStack() as stack:
        whole = stack.enter_context(Office(copied(template, tmp_path / "whole")))
        settle(whole, corpus.rows, corpus)
        if not heard:
            stack.enter_context(drain_held_up(whole))
        for row in deleted:
            done = whole.archive.delete(row["record_id"], reason="重复建档", user="admin")
            assert done.indexed is heard
        corpus.rows = [row for row in corpus.rows if row not in deleted]
        worlds = Worlds(
            whole, {user: part(template, tmp_path, corpus, user, stack) for user in ASKERS}
        )

        for seed in range(300):
            worlds.compare(seed)


def test_ranking_before_filtering_would_make_a_difference(
    worlds: Worlds, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The proof that the first test can fail: idf and mean length over all documents."""
    search = WhooshEngine.search
    monkeypatch.setattr(
        WhooshEngine,
        "search",
        lambda engine, query: globally_ranked(partial(search, engine), query),
    )

    with pytest.raises(AssertionError):
        list(map(worlds.compare, range(300)))


@pytest.mark.slow
def test_what_is_hidden_makes_no_difference_to_very_many_answers(
    template: Path, tmp_path: Path
) -> None:
    """A tenth of ``ARCHSEARCH_TEST_WORLDS`` questions; every thousand to another archive."""
    for start in range(0, SLOW_EXAMPLES, 1000):
        with ExitStack() as stack:
            corpus = made_up(20 + start // 1000 % 7 * 30, seed=start)
            worlds = opened(template, tmp_path / str(start), corpus, stack)
            for seed in range(start, start + 1000):
                worlds.compare(seed + EXAMPLES)
