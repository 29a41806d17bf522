"""What every engine must do when it gathers (``domain/plan.py``, ``Gather``)."""

from archsearch.domain.access import Scope, confine
from archsearch.domain.plan import Gather, KeyNode, MatchAll
from archsearch.domain.record import RecordId
from archsearch.engines.base import (
    ID,
    OWNER,
    PAIRS,
    SECRECY,
    SINGLES,
    SPLITS,
    Document,
    Grams,
    Removal,
    SearchEngine,
    gram,
)
from tests.contract.differential import listed
from tests.contract.samples import ALL

EVERY = chr(SINGLES | PAIRS | SPLITS)
SOME = MatchAll(), 10


def named(record_id: str, name: str, *, owner: str = "li.na", **keys: tuple[str, ...]) -> Document:
    return Document(
        RecordId(record_id),
        1,
        {},
        {ID: (record_id,), OWNER: (owner,), SECRECY: ("公开",), **keys},
        {"names": Grams(EVERY + name, len(name))},
        {"names": name},
    )


def singles(text: str, weight: float = 1.0) -> tuple[tuple[int, float], ...]:
    return tuple((gram(SINGLES, mark), weight) for mark in text)


def gathered(engine: SearchEngine, *gathers: Gather, scope: Scope = ALL) -> list[list[str]]:
    found = listed(engine.gather(confine(gathers, scope)))
    return [[record_id for record_id, _ in records] for records in found]


def test_those_that_share_most_are_chosen(engine: SearchEngine) -> None:
    engine.apply([named("a", "甲乙丙"), named("b", "甲丁戊"), named("c", "己庚辛")])

    one = Gather("names", singles("甲乙"), ((MatchAll(), 1),))

    assert gathered(engine, one) == [["a"]]


def test_each_class_has_a_number_of_its_own(engine: SearchEngine) -> None:
    engine.apply(
        [named(f"a{n}", "甲乙", kind=("多",)) for n in range(5)]
        + [named("b", "甲丙丁戊", kind=("少",))]
    )
    classes = tuple((KeyNode("kind", frozenset({kind})), 2) for kind in ("多", "少"))

    assert gathered(engine, Gather("names", singles("甲乙"), classes)) == [["a0", "a1", "b"]]


def test_pairs_are_neighbours_and_splits_have_one_between(engine: SearchEngine) -> None:
    engine.apply([named("a", "甲乙"), named("b", "甲丙乙"), named("c", "甲丙丁乙")])
    pair, split = gram(PAIRS, "甲", "乙"), gram(SPLITS, "甲", "乙")

    found = gathered(engine, *(Gather("names", ((t, 1.0),), (SOME,)) for t in (pair, split)))

    assert found == [["a"], ["b"]]


def test_a_hole_keeps_its_neighbours_apart(engine: SearchEngine) -> None:
    engine.apply([named("a", "甲\0乙")])
    tokens = [gram(PAIRS, "甲", "乙"), gram(SPLITS, "甲", "乙")]

    assert gathered(engine, *(Gather("names", ((t, 1.0),), (SOME,)) for t in tokens)) == [[], ["a"]]


def test_what_a_scope_hides_neither_counts_nor_shows(engine: SearchEngine) -> None:
    engine.apply([named("a", "甲"), named("b", "乙")])
    engine.apply([named(f"x{n}", "甲", owner="zhao") for n in range(9)])
    mine = Scope(frozenset({"公开"}), owner="li.na")
    # Outside, 甲 is common, and would weigh less than 乙.
    one = Gather("names", (*singles("甲"), *singles("乙", 0.99)), ((MatchAll(), 1),))

    assert gathered(engine, one, scope=mine) == [["a"]]
    assert gathered(engine, one) == [["b"]]


def test_filters_narrow_what_is_counted(engine: SearchEngine) -> None:
    engine.apply([named("a", "甲", tags=("红",)), named("b", "乙", tags=("红",))])
    engine.apply([named(f"x{n}", "甲") for n in range(9)])
    tokens = (*singles("甲"), *singles("乙", 0.99))
    red = (KeyNode("tags", frozenset({"红"})),)

    found = gathered(
        engine,
        Gather("names", tokens, ((MatchAll(), 1),), filters=red),
        Gather("names", tokens, ((MatchAll(), 1),)),
    )

    assert found == [["a"], ["b"]]


def test_length_decides_between_equals(engine: SearchEngine) -> None:
    engine.apply([named("a", "甲乙丙丁"), named("b", "甲乙")])

    found = [
        gathered(engine, Gather("names", singles("甲"), ((MatchAll(), 1),), length))
        for length in (0, 4)
    ]

    assert found == [[["b"]], [["a"]]]


def test_ties_break_by_record_id_whatever_the_commits(engine: SearchEngine) -> None:
    for record_id in ("R2", "R10", "R1", "Ａ", "𬱖"):
        engine.apply([named(record_id, "甲")])

    assert gathered(engine, Gather("names", singles("甲"), ((MatchAll(), 3),))) == [
        ["R1", "R10", "R2"]
    ]


def test_reading_ends_before_too_many_postings(engine: SearchEngine) -> None:
    engine.apply([named(f"a{n}", "甲") for n in range(5)] + [named("b", "乙")])

    few, many = (Gather("names", singles("甲乙"), (SOME,), most_read=most) for most in (5, 6))

    assert [len(found) for found in gathered(engine, few, many)] == [1, 6]


def test_replaced_and_removed_records_are_gone(engine: SearchEngine) -> None:
    engine.apply([named("a", "甲"), named("b", "甲"), named("c", "甲")])
    engine.apply([named("a", "乙"), Removal(RecordId("b"))])

    one = Gather("names", singles("甲"), (SOME,))
    found = engine.gather(confine((one,), ALL))

    assert listed(found) == [[("c", "甲")]]
    engine.purge()
    assert listed(engine.gather(confine((one,), ALL))) == [[("c", "甲")]]


def test_rare_characters_are_stored_as_they_are(engine: SearchEngine) -> None:
    names = {"a": "张𬱖", "b": "𠮷野家", "c": "张伟"}
    engine.apply([named(record_id, name) for record_id, name in names.items()])

    found = engine.gather(confine((Gather("names", singles("张𠮷"), (SOME,)),), ALL))

    assert listed(found) == [sorted(names.items())]


def test_an_empty_scope_gathers_nothing(engine: SearchEngine) -> None:
    engine.apply([named("a", "甲")])

    found = engine.gather(confine((Gather("names", singles("甲"), (SOME,)),), Scope(frozenset())))

    assert (len(found.record_ids), [list(places) for places in found.chosen]) == (0, [[]])
