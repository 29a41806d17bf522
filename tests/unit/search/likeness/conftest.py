"""The word lists that are shipped, and small archives of names."""

from collections.abc import Callable, Sequence

import pytest

from archsearch.analysis.folding import fold
from archsearch.domain.access import Scope, confine
from archsearch.domain.plan import Gather
from archsearch.domain.record import RecordId
from archsearch.engines.base import ID, OWNER, SECRECY, Document, Gathered, Grams, SearchEngine
from archsearch.engines.names import KINDS, NAMES, NameForms, field_mark
from archsearch.search.likeness.evidence import Explainer, Trace
from archsearch.search.likeness.finder import Finder, Match, Sought
from archsearch.search.likeness.lexicon import Lexicon
from tests.lists import lexicon as shipped
from tests.oracle import OracleEngine

EVERYTHING = Scope(frozenset({"内部"}), everything=True)


@pytest.fixture(scope="session")
def lexicon() -> Lexicon:
    return shipped()


class Names:
    """Names in an engine; record ids are their numbers."""

    def __init__(self, names: Sequence[str], lexicon: Lexicon, engine: SearchEngine) -> None:
        self.names = names
        self._forms = NameForms(lexicon.pinyin, lexicon.parts)
        self.finder = Finder(lexicon)
        self._explainer = Explainer(lexicon, self.finder.weigher)
        self.engine = engine
        engine.rebuild(map(self.document, range(len(names))))

    def document(self, number: int, owner: str = "li.na") -> Document:
        name = self.names[number]
        form = self._forms.of(fold(name))
        record_id = f"{number:06d}"
        keys = {ID: (record_id,), OWNER: (owner,), SECRECY: ("内部",), KINDS: (form.kind,)}
        grams = {NAMES: Grams(form.rows, form.length)}
        return Document(
            RecordId(record_id), 1, {}, keys, grams, {NAMES: field_mark(0) + form.stored}
        )

    def find(self, text: str, limit: int, scope: Scope = EVERYTHING) -> list[Match]:
        def ask(gathers: tuple[Gather, ...]) -> Gathered:
            return self.engine.gather(confine(gathers, scope))

        return self.finder.find([Sought(text)], ask, limit)[0]

    def found(self, text: str, limit: int) -> list[str]:
        return [self.names[int(match.record_id)] for match in self.find(text, limit)]

    def explain(self, text: str) -> list[Trace]:
        match = self.find(text, 1)[0]
        name = self.names[int(match.record_id)]
        return self._explainer.explain(match.reading, text, name)[1]


@pytest.fixture(scope="session")
def holding(lexicon: Lexicon) -> Callable[[Sequence[str]], Names]:
    """Make a small archive in the brute-force engine."""
    return lambda names: Names(names, lexicon, OracleEngine())
