"""Names that may not be seen have no influence on what is found."""

import random
from pathlib import Path

import pytest

from archsearch.domain.access import Scope
from archsearch.engines.whoosh.engine import WhooshEngine
from archsearch.search.likeness.lexicon import Lexicon
from tests.integration.engine.disks import HastyDisk
from tests.relevance.cases import cases
from tests.relevance.corpus import Part, load
from tests.unit.search.likeness.conftest import Names

SIZE = 1_200
EVERY = 4
"""One query in so many is asked; all together take too long for a test."""
MINE = Scope(frozenset({"内部"}), owner="me")


def engine(folder: Path) -> WhooshEngine:
    return WhooshEngine(folder, key=b"k" * 32, fingerprint={}, disk=HastyDisk())


@pytest.mark.parametrize("share", [0.1, 0.6])
def test_the_answer_is_that_of_an_index_of_the_scope_alone(
    lexicon: Lexicon, tmp_path: Path, share: float
) -> None:
    corpus = load([], SIZE)
    names = [entry.name for entry in corpus.entries]
    rng = random.Random(share)
    visible = [number for number in range(len(names)) if rng.random() < share]
    everything = Names(names, lexicon, engine(tmp_path / "every"))
    alone = Names(names, lexicon, engine(tmp_path / "alone"))
    mine = [everything.document(number, "me") for number in visible]
    everything.engine.apply(mine)
    alone.engine.rebuild(mine)

    for case in list(cases(corpus, Part.CHECK, 2))[::EVERY]:
        inside, other = everything.find(case.query, 10, MINE), alone.find(case.query, 10, MINE)

        assert [(m.record_id, m.score) for m in inside] == [
            (m.record_id, m.score) for m in other
        ], case.query
