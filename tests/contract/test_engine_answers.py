"""What every engine must find and how it must score (``domain/plan.py``), node by node."""

import math

import pytest

from archsearch.domain.access import Scope, restrict
from archsearch.domain.plan import (
    AllOf,
    AnyOf,
    AtLeast,
    BestOf,
    Channel,
    KeyNode,
    Labelled,
    MatchAll,
    MatchNone,
    Node,
    NotNode,
    PhraseNode,
    Plan,
    PrefixNode,
    RangeNode,
    TermNode,
    WildcardNode,
)
from archsearch.domain.record import RecordId
from archsearch.engines.base import (
    Document,
    SearchEngine,
    TextTokens,
)
from tests.contract.samples import (
    ALL,
    LEVELS,
    document,
    found,
    ids,
    search,
    term,
)


class TestMatching:
    @pytest.fixture(autouse=True)
    def corpus(self, engine: SearchEngine) -> None:
        engine.apply(
            [
                document("a", "甲乙丙", tags=("红", "红旗"), day=("2024-01-05",)),
                document("b", "甲 乙", tags=("a.c",), day=("2024-02",)),
            ]
        )
        engine.apply(
            [
                document("c", "乙甲", tags=("abc", "[a]", "a\nc"), day=("2023-12-31",)),
                document("d", "", tags=()),
                document("e"),
            ]
        )

    @pytest.mark.parametrize(
        ("node", "expected"),
        [
            (MatchAll(), "abcde"),
            (MatchNone(), ""),
            (term("甲"), "abc"),
            (term("丁"), ""),
            (TermNode("absent", "甲"), ""),
            (PhraseNode("notes", (("甲", 0),)), "abc"),
            (PhraseNode("notes", (("甲", 0), ("乙", 1))), "a"),
            (PhraseNode("notes", (("甲", 0), ("乙", 2))), "b"),
            (PhraseNode("notes", (("乙", 1), ("甲", 0), ("丙", 2))), "a"),
            (PhraseNode("notes", (("甲", 0), ("甲", 0))), "abc"),
            (PhraseNode("notes", (("甲", 0), ("乙", 0))), ""),
            (PhraseNode("notes", (("丙", 0), ("甲", 1))), ""),
            (KeyNode("tags", frozenset({"红", "abc"})), "ac"),
            (KeyNode("tags", frozenset()), ""),
            (KeyNode("notes", frozenset({"甲"})), ""),
            (PrefixNode("tags", "红"), "a"),
            (PrefixNode("tags", "红旗渠"), ""),
            (PrefixNode("tags", ""), "abc"),
            (WildcardNode("tags", "a?c"), "bc"),
            (WildcardNode("tags", "a.c"), "b"),
            (WildcardNode("tags", "[a]"), "c"),
            (WildcardNode("tags", "*旗"), "a"),
            (WildcardNode("tags", "红"), "a"),
            (WildcardNode("tags", "?旗渠*"), ""),
            (WildcardNode("tags", ""), ""),
            (WildcardNode("tags", "**"), "abc"),
            (RangeNode("day", "2024-01-05", "2024-02"), "ab"),
            (RangeNode("day", "2024-01-06", None), "b"),
            (RangeNode("day", None, "2024-01-04"), "c"),
            (RangeNode("day", None, None), "abc"),
            (RangeNode("day", "2024-02", "2024-01"), ""),
            (AllOf(()), "abcde"),
            (AllOf((term("甲"), term("丙"))), "a"),
            (AnyOf(()), ""),
            (AnyOf((term("丙"), KeyNode("tags", frozenset({"abc"})))), "ac"),
            (BestOf(()), ""),
            (BestOf((term("丙"), term("丁"))), "a"),
            (AtLeast(2, (term("甲"), term("乙"), term("丙"))), "abc"),
            (AtLeast(3, (term("甲"), term("乙"), term("丙"))), "a"),
            (AtLeast(4, (term("甲"), term("乙"), term("丙"))), ""),
            (AtLeast(1, ()), ""),
            (AtLeast(2, (term("丙"), term("丙"))), "a"),
            (NotNode(term("丙")), "bcde"),
            (NotNode(NotNode(term("丙"))), "a"),
            (NotNode(AnyOf((term("甲"), NotNode(term("乙"))))), ""),
            (NotNode(MatchAll()), ""),
            (AllOf((NotNode(term("丙")), term("甲"))), "bc"),
            (AnyOf((NotNode(term("甲")), term("丙"))), "ade"),
            (Labelled(Channel.EXACT, term("丙")), "a"),
        ],
    )
    def test_node_finds_exactly_its_records(
        self, engine: SearchEngine, node: Node, expected: str
    ) -> None:
        assert found(engine, node) == set(expected)

    def test_filters_narrow_without_scoring(self, engine: SearchEngine) -> None:
        plain = search(engine, term("甲"))
        narrowed = engine.search(
            restrict(Plan(term("甲"), filters=(KeyNode("tags", frozenset({"红"}), 9.0),)), ALL)
        )

        assert ids(narrowed) == ["a"]
        assert narrowed.total == 1
        assert narrowed.hits[0] in plain.hits

    def test_all_filters_must_hold(self, engine: SearchEngine) -> None:
        filters = (term("甲"), NotNode(PrefixNode("tags", "a")))

        result = engine.search(restrict(Plan(MatchAll(), filters=filters), ALL))

        assert ids(result) == ["a"]

    def test_a_phrase_does_not_run_on_into_the_next_document(self, engine: SearchEngine) -> None:
        last = 2**20 - 1
        texts = {"notes": TextTokens.of((("丑", last),), 1)}
        engine.apply(
            [
                Document(RecordId("x"), 1, texts, document("x").keys),
                document("y", "寅卯"),
            ]
        )

        assert found(engine, PhraseNode("notes", (("丑", 0), ("寅", 1)))) == set()
        assert found(engine, PhraseNode("notes", (("寅", 0), ("卯", 2**20 + 1)))) == set()
        assert found(engine, PhraseNode("notes", (("丑", 0),))) == {"x"}

    def test_tokens_that_share_a_position_are_neighbours_of_the_next(
        self, engine: SearchEngine
    ) -> None:
        texts = {"notes": TextTokens.of((("子", 0), ("子丑", 0), ("丑", 1)), 2)}
        engine.apply([Document(RecordId("x"), 1, texts, document("x").keys)])

        assert found(engine, PhraseNode("notes", (("子丑", 0), ("丑", 1)))) == {"x"}
        assert found(engine, PhraseNode("notes", (("子丑", 0), ("子", 0)))) == {"x"}
        assert found(engine, PhraseNode("notes", (("子", 0), ("子丑", 1)))) == set()

    def test_text_and_key_fields_of_one_name_are_two_fields(self, engine: SearchEngine) -> None:
        texts = {"name": TextTokens.of((("子", 0),), 1)}
        keys = {**document("x").keys, "name": ("子丑",)}
        engine.apply([Document(RecordId("x"), 1, texts, keys)])

        assert found(engine, TermNode("name", "子")) == {"x"}
        assert found(engine, TermNode("name", "子丑")) == set()
        assert found(engine, KeyNode("name", frozenset({"子丑"}))) == {"x"}
        assert found(engine, KeyNode("name", frozenset({"子"}))) == set()


class TestScoring:
    @pytest.fixture(autouse=True)
    def corpus(self, engine: SearchEngine) -> None:
        engine.apply([document("a", "甲乙甲乙甲", tags=("红",)), document("b", "甲丙")])
        engine.apply([document("c", "丙"), document("d")])

    def score(self, engine: SearchEngine, node: Node, name: str = "a") -> float:
        return {str(hit.record_id): hit.score for hit in search(engine, node).hits}[name]

    def bm25(self, weight: float, tf: int, df: int, length: int) -> float:
        idf = math.log(1 + (4 - df + 0.5) / (df + 0.5))
        return weight * idf * tf * (1.2 + 1) / (tf + 1.2 * (1 - 0.75 + 0.75 * length / (8 / 4)))

    def test_term_is_scored_by_bm25_to_the_last_bit(self, engine: SearchEngine) -> None:
        assert self.score(engine, term("甲", 0.3)) == self.bm25(0.3, tf=3, df=2, length=5)
        assert self.score(engine, term("丙"), "c") == self.bm25(1.0, tf=1, df=2, length=1)

    def test_phrase_is_scored_by_its_starts(self, engine: SearchEngine) -> None:
        phrase = PhraseNode("notes", (("甲", 0), ("乙", 1)), 2.5)

        assert self.score(engine, phrase) == self.bm25(2.5, tf=2, df=1, length=5)

    def test_key_nodes_score_their_weight(self, engine: SearchEngine) -> None:
        for node in (
            KeyNode("tags", frozenset({"红", "兰"}), 0.1),
            PrefixNode("tags", "红", 0.1),
            WildcardNode("tags", "*", 0.1),
            RangeNode("tags", None, None, 0.1),
        ):
            assert self.score(engine, node) == 0.1

    def test_children_add_up_in_the_order_given(self, engine: SearchEngine) -> None:
        weights = (0.1, 0.2, 0.3)
        keys = [PrefixNode("tags", "红", weight) for weight in weights]
        absent = KeyNode("tags", frozenset({"兰"}), 9.0)

        forth, back = tuple(keys), tuple(reversed(keys))

        assert 0.1 + 0.2 + 0.3 != 0.3 + 0.2 + 0.1
        for node in (AllOf(forth), AnyOf((absent, *forth)), AtLeast(2, (*forth, absent))):
            assert self.score(engine, node) == 0.1 + 0.2 + 0.3
        for node in (AllOf(back), AnyOf((absent, *back)), AtLeast(2, (*back, absent))):
            assert self.score(engine, node) == 0.3 + 0.2 + 0.1

    def test_best_of_takes_the_highest(self, engine: SearchEngine) -> None:
        keys = tuple(PrefixNode("tags", "红", weight) for weight in (0.2, 0.5, 0.3))

        assert self.score(engine, BestOf(keys)) == 0.5

    def test_labels_pass_the_score_on_and_negation_scores_nothing(
        self, engine: SearchEngine
    ) -> None:
        assert self.score(engine, Labelled(Channel.MASKED, term("甲"))) == self.score(
            engine, term("甲")
        )
        assert self.score(engine, NotNode(term("丙"))) == 0.0
        assert self.score(engine, MatchAll()) == 0.0

    def test_a_term_that_every_record_holds_still_scores(self, engine: SearchEngine) -> None:
        engine.rebuild([document("a", "甲"), document("b", "甲甲")])

        assert self.score(engine, term("甲")) > 0.0

    def test_scores_are_plain_floats(self, engine: SearchEngine) -> None:
        for node in (term("甲"), MatchAll(), PrefixNode("tags", "红", 1.0)):
            assert {type(hit.score) for hit in search(engine, node).hits} == {float}
        assert type(search(engine, term("甲")).total) is int


@pytest.mark.parametrize(("size", "few", "one"), [(300, 100, 260), (65_700, 100, 65_650)])
def test_one_visible_record_is_found_wherever_it_stands(
    engine: SearchEngine, size: int, few: int, one: int
) -> None:
    """Its number may be larger than whatever a list of documents is stored with."""
    names = [f"r{number:05d}" for number in range(size)]
    engine.apply(document(name, "甲乙" if n < few else "甲") for n, name in enumerate(names))
    alone = Scope(frozenset(LEVELS), granted=frozenset({RecordId(names[one])}))

    assert ids(search(engine, term("甲"), alone)) == [names[one]]
    assert ids(search(engine, term("乙"), alone)) == []
