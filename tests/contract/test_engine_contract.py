"""What every engine must do, behaviour by behaviour (``engines/base.py``): its life, and scopes."""

import pytest
from hypothesis import HealthCheck, given, settings

from archsearch.domain.access import NOTHING, Scope, restrict
from archsearch.domain.plan import (
    AllOf,
    AnyOf,
    KeyNode,
    MatchAll,
    MatchNone,
    NotNode,
    Plan,
)
from archsearch.domain.record import RecordId
from archsearch.engines.base import (
    DEPARTMENT,
    ID,
    Document,
    EngineResult,
    Removal,
    SearchEngine,
)
from archsearch.errors import IndexOutdatedError
from tests.contract.samples import (
    ALL,
    LEVELS,
    breaking,
    document,
    found,
    ids,
    record_of,
    search,
    term,
)
from tests.generate_plans import CORPORA, SCOPES


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

    def test_prepared_changes_are_made_when_they_are_applied(self, engine: SearchEngine) -> None:
        engine.apply([document("a", "甲"), document("b", "甲"), document("c", "甲")])

        prepared = engine.prepare([document("a", "乙", version=2), Removal(RecordId("b"))])
        assert len(prepared) == 2
        assert found(engine, term("甲")) == {"a", "b", "c"}
        engine.apply([document("d", "甲")])
        engine.apply_prepared(prepared)

        assert found(engine, term("甲")) == {"c", "d"}
        assert found(engine, term("乙")) == {"a"}
        assert list(engine.revisions()) == [("a", 2), ("c", 1), ("d", 1)]

    def test_changes_made_along_with_prepared_ones_come_after_them(
        self, engine: SearchEngine
    ) -> None:
        engine.apply([document("a", "甲")])
        prepared = engine.prepare([document("b", "甲"), document("c", "甲"), document("d", "甲")])

        engine.apply_prepared(prepared, [document("b", "乙", version=2), Removal(RecordId("c"))])

        assert found(engine, term("甲")) == {"a", "d"}
        assert list(engine.revisions()) == [("a", 1), ("b", 2), ("d", 1)]

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

    def test_tidying_changes_no_answer(self, engine: SearchEngine) -> None:
        for name in "abc":
            engine.apply([document(name, "甲" * ord(name))], mark=name)
        engine.apply([Removal(RecordId("a"))], mark="d")
        before = search(engine, term("甲"))

        engine.tidy()

        assert search(engine, term("甲")) == before
        assert list(engine.revisions()) == [("b", 1), ("c", 1)]

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
