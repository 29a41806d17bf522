"""What every engine must do, behaviour by behaviour (``engines/base.py``, ``domain/plan.py``)."""

import math
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from tests.generate_plans import CORPORA, SCOPES, with_ancestors

from archsearch.domain.access import NOTHING, Scope, restrict
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
    Order,
    PhraseNode,
    Plan,
    PrefixNode,
    RangeNode,
    TermNode,
    WildcardNode,
)
from archsearch.domain.record import Record, RecordId
from archsearch.engines.base import (
    DEPARTMENT,
    ID,
    OWNER,
    SECRECY,
    Document,
    EngineResult,
    Removal,
    SearchEngine,
    TextTokens,
)
from archsearch.errors import IndexOutdatedError

LEVELS = ("公开", "内部", "秘密", "机密")
ALL = Scope(frozenset(LEVELS), everything=True)


def document(
    name: str,
    text: str = "",
    *,
    version: int = 1,
    owner: str = "li.na",
    department: str = "华东/信贷",
    secrecy: str = "公开",
    **keys: tuple[str, ...],
) -> Document:
    """A document with one token a character of ``text``, a space being a gap in positions."""
    tokens = tuple((char, place) for place, char in enumerate(text) if char != " ")
    return Document(
        RecordId(name),
        version,
        {"notes": TextTokens(tokens, len(tokens))} if text else {},
        {
            ID: (name,),
            OWNER: (owner,),
            DEPARTMENT: with_ancestors(department),
            SECRECY: (secrecy,),
            **keys,
        },
    )


def term(token: str, weight: float = 1.0) -> TermNode:
    return TermNode("notes", token, weight)


def search(engine: SearchEngine, node: Node, scope: Scope = ALL, limit: int = 20) -> EngineResult:
    return engine.search(restrict(Plan(node, limit=limit), scope))


def ids(result: EngineResult) -> list[str]:
    return [str(hit.record_id) for hit in result.hits]


def found(engine: SearchEngine, node: Node, scope: Scope = ALL) -> set[str]:
    result = search(engine, node, scope, limit=1000)
    assert result.total == len(result.hits)
    return set(ids(result))


class TestLifecycle:
    def test_a_fresh_folder_says_rebuild_instead_of_no_hits(self, fresh: SearchEngine) -> None:
        with pytest.raises(IndexOutdatedError):
            search(fresh, MatchAll())

    def test_a_fresh_folder_takes_no_changes(self, fresh: SearchEngine) -> None:
        with pytest.raises(IndexOutdatedError):
            fresh.apply([document("a")])

    def test_an_index_built_from_nothing_answers(self, engine: SearchEngine) -> None:
        result = engine.search(restrict(Plan(term("甲"), facets=("tags",)), ALL))

        assert result == EngineResult(0, (), {"tags": ()})

    def test_what_was_applied_is_visible_at_once(self, engine: SearchEngine) -> None:
        engine.apply([document("a", "甲"), document("b", "乙")])

        assert found(engine, term("甲")) == {"a"}

    def test_changes_of_several_commits_add_up(self, engine: SearchEngine) -> None:
        engine.apply([document("a", "甲")])
        engine.apply([document("b", "甲")])
        engine.apply([document("c", "甲")])

        assert found(engine, term("甲")) == {"a", "b", "c"}

    def test_a_replaced_document_leaves_nothing_behind(self, engine: SearchEngine) -> None:
        engine.apply([document("a", "甲", tags=("红",)), document("b", "甲")])

        engine.apply([document("a", "乙", tags=("兰",), version=2)])

        assert found(engine, term("甲")) == {"b"}
        assert found(engine, KeyNode("tags", frozenset({"红"}))) == set()
        assert found(engine, AllOf((term("乙"), KeyNode("tags", frozenset({"兰"}))))) == {"a"}

    def test_a_removed_document_is_gone_from_hits_facets_and_scores(
        self, engine: SearchEngine
    ) -> None:
        engine.apply([document("a", "甲", tags=("红",))])
        alone = engine.search(restrict(Plan(term("甲"), facets=("tags",)), ALL))

        engine.apply([document("b", "甲甲乙", tags=("兰",))])
        engine.apply([Removal(RecordId("b"))])

        assert engine.search(restrict(Plan(term("甲"), facets=("tags",)), ALL)) == alone

    def test_removing_what_is_not_there_is_no_error(self, engine: SearchEngine) -> None:
        engine.apply([document("a")])

        engine.apply([Removal(RecordId("b"))])

        assert found(engine, MatchAll()) == {"a"}

    def test_of_several_changes_to_one_record_the_last_holds(self, engine: SearchEngine) -> None:
        engine.apply([document("old", "甲")])

        engine.apply(
            [
                document("a", "甲"),
                document("a", "乙", version=2),
                document("b", "甲"),
                Removal(RecordId("b")),
                Removal(RecordId("old")),
                document("old", "丙", version=2),
            ]
        )

        assert found(engine, MatchAll()) == {"a", "old"}
        assert found(engine, term("甲")) == set()
        assert found(engine, AnyOf((term("乙"), term("丙")))) == {"a", "old"}

    def test_applying_a_batch_again_changes_nothing(self, engine: SearchEngine) -> None:
        batch = (document("a", "甲"), document("b", "甲乙"), Removal(RecordId("c")))
        engine.apply([document("c", "甲")])
        engine.apply(batch)
        once = search(engine, term("甲"))

        engine.apply(batch)

        assert search(engine, term("甲")) == once
        assert list(engine.revisions()) == [("a", 1), ("b", 1)]

    def test_an_empty_batch_is_no_error(self, engine: SearchEngine) -> None:
        engine.apply([document("a")])

        engine.apply([])

        assert found(engine, MatchAll()) == {"a"}

    def test_a_batch_that_breaks_off_leaves_nothing(self, engine: SearchEngine) -> None:
        engine.apply([document("a", "甲"), document("b", "乙")])

        with pytest.raises(RuntimeError, match="source broke"):
            engine.apply(breaking(document("a", "丙", version=2), document("c", "甲")))

        assert found(engine, term("甲")) == {"a"}
        engine.apply([document("d", "甲")])
        assert found(engine, term("甲")) == {"a", "d"}
        assert found(engine, MatchAll()) == {"a", "b", "d"}

    def test_a_rebuild_that_breaks_off_leaves_the_old_generation(
        self, engine: SearchEngine
    ) -> None:
        engine.apply([document("a", "甲")])

        with pytest.raises(RuntimeError, match="source broke"):
            engine.rebuild(breaking(document("b", "甲")))

        assert found(engine, MatchAll()) == {"a"}
        engine.apply([document("c", "甲")])
        assert found(engine, MatchAll()) == {"a", "c"}

    def test_rebuild_replaces_everything(self, engine: SearchEngine) -> None:
        engine.apply([document("a", "甲"), document("b", "甲")])

        engine.rebuild([document("b", "乙", version=7), document("c", "乙")])

        assert list(engine.revisions()) == [("b", 7), ("c", 1)]
        assert found(engine, term("甲")) == set()

    def test_purge_changes_no_answer_and_keeps_no_removed_document(
        self, engine: SearchEngine
    ) -> None:
        engine.apply([document("a", "甲"), document("b", "甲乙"), document("c", "甲")])
        engine.apply([Removal(RecordId("a")), document("b", "甲甲", version=2)])
        before = search(engine, term("甲"))

        engine.purge()

        assert search(engine, term("甲")) == before
        assert (engine.stats().documents, engine.stats().deleted) == (2, 0)
        assert list(engine.revisions()) == [("b", 2), ("c", 1)]

    def test_purge_of_an_emptied_index_leaves_an_empty_index(self, engine: SearchEngine) -> None:
        engine.apply([document("a", "甲")])
        engine.apply([Removal(RecordId("a"))])

        engine.purge()

        assert found(engine, MatchAll()) == set()
        engine.apply([document("b", "甲")])
        assert found(engine, term("甲")) == {"b"}

    def test_revisions_come_in_code_point_order_of_ids(self, engine: SearchEngine) -> None:
        engine.apply([document(name) for name in ("𬱖", "b10", "Ａ", "b2", "档")])
        engine.apply([document("b1", version=3)])

        assert [str(name) for name, _ in engine.revisions()] == [
            "b1",
            "b10",
            "b2",
            "档",
            "Ａ",
            "𬱖",
        ]

    def test_a_sound_index_shows_no_damage(self, engine: SearchEngine) -> None:
        engine.apply([document("a", "甲")])
        engine.apply([Removal(RecordId("a")), document("b", "甲")])

        assert engine.verify() == ()

    def test_stats_count_the_documents_that_can_be_found(self, engine: SearchEngine) -> None:
        engine.apply([document("a"), document("b"), document("c")])
        engine.apply([Removal(RecordId("a")), document("b", version=2)])

        assert engine.stats().documents == 2


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
        texts = {"notes": TextTokens((("丑", last),), 1)}
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
        texts = {"notes": TextTokens((("子", 0), ("子丑", 0), ("丑", 1)), 2)}
        engine.apply([Document(RecordId("x"), 1, texts, document("x").keys)])

        assert found(engine, PhraseNode("notes", (("子丑", 0), ("丑", 1)))) == {"x"}
        assert found(engine, PhraseNode("notes", (("子丑", 0), ("子", 0)))) == {"x"}
        assert found(engine, PhraseNode("notes", (("子", 0), ("子丑", 1)))) == set()

    def test_text_and_key_fields_of_one_name_are_two_fields(self, engine: SearchEngine) -> None:
        texts = {"name": TextTokens((("子", 0),), 1)}
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
        assert self.score(engine, Labelled(Channel.NEAR, term("甲"))) == self.score(
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


class TestOrderAndPages:
    @pytest.fixture(autouse=True)
    def corpus(self, engine: SearchEngine) -> None:
        engine.apply([document("b2", "甲", day=("2024-01", "2024-09")), document("𬱖", "甲")])
        engine.apply([document("b10", "甲", day=("2024-03",)), document("Ａ", "甲甲甲甲")])
        engine.apply([document("a", "甲乙丙丁", day=("2024-03",)), document("zz", "丁")])

    def test_higher_scores_come_first_and_ties_by_id(self, engine: SearchEngine) -> None:
        assert ids(search(engine, term("甲"))) == ["Ａ", "b10", "b2", "𬱖", "a"]

    def test_without_scores_ids_decide(self, engine: SearchEngine) -> None:
        assert ids(search(engine, MatchAll())) == ["a", "b10", "b2", "zz", "Ａ", "𬱖"]

    @pytest.mark.parametrize(
        ("descending", "expected"),
        [
            (False, ["b2", "a", "b10", "zz", "Ａ", "𬱖"]),
            (True, ["b2", "a", "b10", "zz", "Ａ", "𬱖"]),
        ],
    )
    def test_by_lowest_or_highest_key_with_the_keyless_last(
        self, engine: SearchEngine, descending: bool, expected: list[str]
    ) -> None:
        plan = Plan(MatchAll(), order=Order("day", descending))

        assert ids(engine.search(restrict(plan, ALL))) == expected

    def test_descending_turns_the_keys_round_but_not_the_ties(self, engine: SearchEngine) -> None:
        engine.apply([document("b2", "甲", day=("2024-01",))])
        plan = Plan(RangeNode("day", None, None), order=Order("day", descending=True))

        assert ids(engine.search(restrict(plan, ALL))) == ["a", "b10", "b2"]

    def test_an_order_by_a_field_nobody_has_is_by_id(self, engine: SearchEngine) -> None:
        plan = Plan(term("甲"), order=Order("absent", descending=True))

        assert ids(engine.search(restrict(plan, ALL))) == ["a", "b10", "b2", "Ａ", "𬱖"]

    def test_first_comes_before_higher_scores(self, engine: SearchEngine) -> None:
        plan = Plan(term("甲"), first=AnyOf((term("乙"), KeyNode(ID, frozenset({"𬱖"})))))

        assert ids(engine.search(restrict(plan, ALL))) == ["𬱖", "a", "Ａ", "b10", "b2"]

    def test_first_adds_no_hit_and_no_score(self, engine: SearchEngine) -> None:
        plan = Plan(term("乙"), first=term("丁", 9.0))

        result = engine.search(restrict(plan, ALL))

        assert result.hits == search(engine, term("乙")).hits
        assert result.total == 1

    def test_first_yields_to_an_order_by_field(self, engine: SearchEngine) -> None:
        order = Order("day")
        with_first = Plan(MatchAll(), order=order, first=KeyNode(ID, frozenset({"𬱖"})))

        assert engine.search(restrict(with_first, ALL)) == engine.search(
            restrict(Plan(MatchAll(), order=order), ALL)
        )

    def test_pages_cut_the_one_order(self, engine: SearchEngine) -> None:
        whole = ids(search(engine, term("甲")))
        for limit in (1, 2, 3, 5, 6):
            pages = [
                engine.search(restrict(Plan(term("甲"), limit=limit, offset=offset), ALL))
                for offset in range(0, 10, limit)
            ]
            assert [name for page in pages for name in ids(page)] == whole
            assert {page.total for page in pages} == {5}

    @pytest.mark.parametrize(("limit", "offset"), [(0, 0), (0, 3), (20, 5), (20, 10**9)])
    def test_an_empty_page_still_counts(
        self, engine: SearchEngine, limit: int, offset: int
    ) -> None:
        plan = Plan(term("甲"), limit=limit, offset=offset, facets=("day",))

        result = engine.search(restrict(plan, ALL))

        assert result.hits == ()
        assert result.total == 5
        assert result.facets["day"] == (("2024-03", 2), ("2024-01", 1), ("2024-09", 1))

    def test_a_limit_far_beyond_the_end_is_fine(self, engine: SearchEngine) -> None:
        assert len(search(engine, term("甲"), limit=10**9).hits) == 5


class TestFacetsAndChannels:
    def test_facets_count_every_hit_once_a_key(self, engine: SearchEngine) -> None:
        engine.apply([document("a", "甲", tags=("红", "兰")), document("b", "甲", tags=("兰",))])
        engine.apply([document("c", "甲"), document("d", "乙", tags=("黑", "兰"))])
        plan = Plan(term("甲"), facets=("tags", "absent"), limit=1)

        result = engine.search(restrict(plan, ALL))

        assert result.facets == {"tags": (("兰", 2), ("红", 1)), "absent": ()}

    def test_equal_counts_are_in_code_point_order(self, engine: SearchEngine) -> None:
        engine.apply([document("a", tags=("𬱖", "Ａ", "b2", "b10", "档"))])

        result = engine.search(restrict(Plan(MatchAll(), facets=("tags",)), ALL))

        assert [key for key, _ in result.facets["tags"]] == ["b10", "b2", "档", "Ａ", "𬱖"]

    def test_facets_respect_filters_and_scope(self, engine: SearchEngine) -> None:
        engine.apply([document("a", tags=("红",)), document("b", tags=("兰",), secrecy="机密")])
        engine.apply([document("c", tags=("兰", "黑"), day=("1",))])
        scope = Scope(frozenset({"公开"}), everything=True)
        plan = Plan(MatchAll(), filters=(NotNode(PrefixNode("day", "1")),), facets=("tags",))

        assert engine.search(restrict(plan, scope)).facets == {"tags": (("红", 1),)}

    def test_channels_name_the_labels_that_matched(self, engine: SearchEngine) -> None:
        engine.apply([document("a", "甲乙"), document("b", "乙"), document("c", "甲")])
        node = AnyOf(
            (
                Labelled(Channel.PINYIN, term("乙")),
                Labelled(Channel.EXACT, Labelled(Channel.NEAR, term("甲"))),
                Labelled(Channel.EXACT, term("甲")),
                Labelled(Channel.EXTRA, term("丁")),
                term("乙"),
            )
        )

        channels = {str(hit.record_id): hit.channels for hit in search(engine, node).hits}

        assert channels == {
            "a": (Channel.EXACT, Channel.PINYIN, Channel.NEAR),
            "b": (Channel.PINYIN,),
            "c": (Channel.EXACT, Channel.NEAR),
        }

    def test_labels_count_only_on_paths_that_matched(self, engine: SearchEngine) -> None:
        engine.apply([document("a", "甲乙")])
        node = AllOf(
            (
                AnyOf((AllOf((Labelled(Channel.WRONG, term("甲")), term("丙"))), term("乙"))),
                NotNode(AllOf((Labelled(Channel.MISSING, term("甲")), term("丙")))),
                AtLeast(1, (Labelled(Channel.SWAPPED, term("乙")), term("丙"))),
                BestOf((term("甲"), Labelled(Channel.HOMOPHONE, term("乙", 0.0)))),
            )
        )

        assert [hit.channels for hit in search(engine, node).hits] == [
            (Channel.HOMOPHONE, Channel.SWAPPED)
        ]

    def test_filters_and_first_lend_no_channel(self, engine: SearchEngine) -> None:
        engine.apply([document("a", "甲")])
        label = Labelled(Channel.NEAR, term("甲"))

        result = engine.search(restrict(Plan(term("甲"), filters=(label,), first=label), ALL))

        assert [hit.channels for hit in result.hits] == [()]


class TestScope:
    @pytest.fixture(autouse=True)
    def corpus(self, engine: SearchEngine) -> None:
        engine.apply(
            [
                document("credit", "甲", owner="li.na", department="华东/信贷"),
                document("group", "甲", owner="zhao", department="华东/信贷/一组"),
                document("secret", "甲", owner="li.na", department="华东/信贷", secrecy="机密"),
            ]
        )
        engine.apply(
            [
                document("south", "甲", owner="zhao", department="华南"),
                document("lookalike", "甲", owner="li", department="华东/信贷二部"),
            ]
        )

    @pytest.mark.parametrize(
        ("scope", "visible"),
        [
            (ALL, {"credit", "group", "secret", "south", "lookalike"}),
            (
                Scope(frozenset({"公开"}), everything=True),
                {"credit", "group", "south", "lookalike"},
            ),
            (Scope(frozenset({"机密"}), everything=True), {"secret"}),
            (Scope(frozenset(LEVELS), owner="li.na"), {"credit", "secret"}),
            (Scope(frozenset({"公开"}), owner="li.na"), {"credit"}),
            (Scope(frozenset(LEVELS), owner="li.n"), set()),
            (
                Scope(frozenset(LEVELS), departments=frozenset({"华东/信贷"})),
                {"credit", "group", "secret"},
            ),
            (Scope(frozenset(LEVELS), departments=frozenset({"华东/信贷/一组"})), {"group"}),
            (
                Scope(frozenset({"公开"}), departments=frozenset({"华东", "华南"})),
                {"credit", "group", "south", "lookalike"},
            ),
            (Scope(frozenset(LEVELS), granted=frozenset({RecordId("south")})), {"south"}),
            (Scope(frozenset({"公开"}), granted=frozenset({RecordId("secret")})), set()),
            (
                Scope(
                    frozenset({"公开"}),
                    owner="li.na",
                    departments=frozenset({"华南"}),
                    granted=frozenset({RecordId("group"), RecordId("missing")}),
                ),
                {"credit", "south", "group"},
            ),
            (Scope(frozenset(LEVELS)), set()),
            (Scope(frozenset(), everything=True), set()),
            (NOTHING, set()),
        ],
    )
    def test_scope_shows_its_records_and_hides_the_others(
        self, engine: SearchEngine, scope: Scope, visible: set[str]
    ) -> None:
        hidden = {"credit", "group", "secret", "south", "lookalike"} - visible

        assert found(engine, term("甲"), scope) == visible
        assert found(engine, NotNode(term("乙")), scope) == visible
        assert found(engine, NotNode(AllOf((NotNode(MatchNone()), term("甲")))), scope) == set()
        for name in hidden:
            assert found(engine, KeyNode(ID, frozenset({name})), scope) == set()
        for name in visible:
            assert found(engine, KeyNode(ID, frozenset({name})), scope) == {name}

    def test_a_scope_of_nothing_answers_like_an_empty_archive(self, engine: SearchEngine) -> None:
        plan = Plan(AnyOf((MatchAll(), term("甲"))), facets=("tags", DEPARTMENT))

        hidden = engine.search(restrict(plan, NOTHING))
        engine.rebuild(())

        assert hidden == engine.search(restrict(plan, ALL))
        assert hidden == EngineResult(0, (), {"tags": (), DEPARTMENT: ()})

    def test_excluded_records_count_as_absent(self, engine: SearchEngine) -> None:
        plan = Plan(term("甲"), facets=(DEPARTMENT,))
        excluded = frozenset({RecordId("south"), RecordId("lookalike"), RecordId("missing")})

        left_out = engine.search(restrict(plan, ALL, excluded))
        engine.apply([Removal(record_id) for record_id in sorted(excluded)])

        assert set(ids(left_out)) == {"credit", "group", "secret"}
        assert left_out == engine.search(restrict(plan, ALL))

    def test_an_excluded_record_stays_hidden_even_when_granted(self, engine: SearchEngine) -> None:
        south = RecordId("south")
        scope = Scope(frozenset(LEVELS), granted=frozenset({south}))

        assert found(engine, MatchAll(), scope) == {"south"}
        assert engine.search(restrict(Plan(MatchAll()), scope, frozenset({south}))).total == 0

    def test_a_moved_record_is_seen_from_its_new_place_only(self, engine: SearchEngine) -> None:
        east = Scope(frozenset(LEVELS), departments=frozenset({"华东"}))
        south = Scope(frozenset(LEVELS), departments=frozenset({"华南"}))
        assert "credit" in found(engine, MatchAll(), east)

        engine.apply([document("credit", "甲", department="华南/信贷", version=2)])

        assert "credit" not in found(engine, MatchAll(), east)
        assert "credit" in found(engine, MatchAll(), south)

    def test_hidden_records_do_not_touch_the_scores(self, engine: SearchEngine) -> None:
        scope = Scope(frozenset({"公开"}), everything=True)
        before = search(engine, term("甲"), scope)

        engine.apply(
            [document(f"hidden{number}", "甲甲乙乙乙", secrecy="机密") for number in range(50)]
        )

        assert search(engine, term("甲"), scope) == before
        assert search(engine, term("甲"), ALL) != before


# Each example starts with a rebuild, so one engine can serve all of them.
shared_engine = settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@shared_engine
@given(corpus=CORPORA, scope=SCOPES)
def test_the_mask_agrees_with_the_rule_for_records(
    engine: SearchEngine, corpus: tuple[Document, ...], scope: Scope
) -> None:
    engine.rebuild(corpus)

    permitted = {str(one.record_id) for one in corpus if scope.permits(record_of(one))}

    assert found(engine, MatchAll(), scope) == permitted


def record_of(one: Document) -> Record:
    """The record that a generated document stands for."""
    values = {
        "owner": next(iter(one.keys.get(OWNER, ())), ""),
        "department": max(one.keys.get(DEPARTMENT, ()), key=len, default=""),
        "secrecy": one.keys[SECRECY][0],
    }
    return Record(one.record_id, one.version, dict(values))


def breaking(*documents: Document) -> Iterator[Document]:
    """Documents from a source that fails in the end."""
    yield from documents
    raise RuntimeError("source broke")
