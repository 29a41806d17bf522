"""Names that may not be seen have no influence on what is found."""

import random

import numpy as np
import pytest

from archsearch.search.likeness.finder import Finder
from archsearch.search.likeness.index import build
from archsearch.search.likeness.lexicon import Lexicon
from tests.relevance.cases import cases
from tests.relevance.corpus import Part, load

SIZE = 1_200
EVERY = 4
"""One query in so many is asked; all together take too long for a test."""


@pytest.mark.parametrize("share", [0.1, 0.6])
def test_the_answer_is_that_of_an_index_of_the_scope_alone(lexicon: Lexicon, share: float) -> None:
    corpus = load([], SIZE)
    names = [entry.name for entry in corpus.entries]
    rng = random.Random(share)
    visible = [number for number in range(len(names)) if rng.random() < share]
    scope = np.zeros(len(names), bool)
    scope[visible] = True
    everything = Finder(build(names, lexicon), lexicon)
    alone = Finder(build([names[number] for number in visible], lexicon), lexicon)

    for case in list(cases(corpus, Part.CHECK, 2))[::EVERY]:
        inside = everything.find(case.query, 10, scope)
        other = alone.find(case.query, 10)

        assert [(m.document, m.score) for m in inside] == [
            (visible[m.document], m.score) for m in other
        ], case.query
