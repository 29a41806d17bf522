"""How every engine must order, cut, count and label what it found (``domain/plan.py``)."""

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
    NotNode,
    Order,
    Plan,
    PrefixNode,
    RangeNode,
)
from archsearch.engines.base import (
    ID,
    SearchEngine,
)
from tests.contract.samples import ALL, document, ids, search, term


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
                Labelled(Channel.EXACT, Labelled(Channel.MASKED, term("甲"))),
                Labelled(Channel.EXACT, term("甲")),
                Labelled(Channel.EXTRA, term("丁")),
                term("乙"),
            )
        )

        channels = {str(hit.record_id): hit.channels for hit in search(engine, node).hits}

        assert channels == {
            "a": (Channel.EXACT, Channel.PINYIN, Channel.MASKED),
            "b": (Channel.PINYIN,),
            "c": (Channel.EXACT, Channel.MASKED),
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
        label = Labelled(Channel.MASKED, term("甲"))

        result = engine.search(restrict(Plan(term("甲"), filters=(label,), first=label), ALL))

        assert [hit.channels for hit in result.hits] == [()]
