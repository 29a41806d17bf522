"""Which documents a scope reaches, however it is worked out and however long it is remembered."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings

from archsearch.domain.access import Scope
from archsearch.domain.record import RecordId
from archsearch.engines.base import Document, Removal
from archsearch.engines.whoosh.asking import reach as reaching
from archsearch.engines.whoosh.asking.cache import ArrayCache
from archsearch.engines.whoosh.asking.reach import Reach, reach, reaches_of
from archsearch.engines.whoosh.engine import WhooshEngine
from archsearch.engines.whoosh.format.arrays import SPARSE, Mask
from archsearch.engines.whoosh.format.dictionary import decode
from archsearch.engines.whoosh.snapshot import SegmentView
from tests.contract.samples import ALL, LEVELS, document, record_of
from tests.generate_plans import CORPORA, SCOPES

PEOPLE = (
    document("A", owner="li.na", department="华东/信贷"),
    document("B", owner="wang.fei", department="华东/风控", secrecy="秘密"),
    document("C", owner="li.na", department="华北"),
    document("D", owner="", department=""),
)
NOBODY = frozenset[RecordId]()


@pytest.fixture
def engine(tmp_path: Path) -> WhooshEngine:
    engine = WhooshEngine(tmp_path, key=b"key", fingerprint={})
    engine.rebuild(PEOPLE)
    return engine


@pytest.fixture
def cache() -> ArrayCache:
    return ArrayCache(1 << 20)


def segments(engine: WhooshEngine) -> tuple[SegmentView, ...]:
    return engine._reader.snapshot().segments


def names(segment: SegmentView, found: Reach) -> set[str]:
    every = list(map(decode, segment.content.ids))
    return {every[number] for number in np.flatnonzero(found.mask)}


def reached(
    engine: WhooshEngine, scope: Scope, cache: ArrayCache, excluded: frozenset[RecordId] = NOBODY
) -> set[str]:
    found: set[str] = set()
    for segment in segments(engine):
        found |= names(segment, reach(segment, scope, excluded, cache))
    return found


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        (ALL, {"A", "B", "C", "D"}),
        (Scope(frozenset({"公开"}), everything=True), {"A", "C", "D"}),
        (Scope(frozenset(LEVELS), owner="li.na"), {"A", "C"}),
        (Scope(frozenset(LEVELS), departments=frozenset({"华东"})), {"A", "B"}),
        (Scope(frozenset(LEVELS), departments=frozenset({"华东/风控", "华北"})), {"B", "C"}),
        (Scope(frozenset({"公开"}), departments=frozenset({"华东"})), {"A"}),
        (Scope(frozenset(LEVELS), granted=frozenset({RecordId("D")})), {"D"}),
        (Scope(frozenset({"公开"}), granted=frozenset({RecordId("B")})), set()),
        (Scope(frozenset(LEVELS), False, "li.na", frozenset({"华东/风控"})), {"A", "B", "C"}),
        (Scope(frozenset(), everything=True), set()),
        (Scope(frozenset({"绝密"}), everything=True), set()),
        (Scope(frozenset(LEVELS)), set()),
    ],
)
def test_a_scope_reaches_its_own(
    scope: Scope, expected: set[str], engine: WhooshEngine, cache: ArrayCache
) -> None:
    assert reached(engine, scope, cache) == expected


def test_what_was_removed_or_is_excluded_is_out_of_reach_for_who_excludes_it_alone(
    engine: WhooshEngine, cache: ArrayCache
) -> None:
    excluded = frozenset({RecordId("A"), RecordId("Z")})

    assert reached(engine, ALL, cache) == {"A", "B", "C", "D"}
    assert reached(engine, ALL, cache, excluded) == {"B", "C", "D"}
    assert reached(engine, ALL, cache, frozenset({RecordId("B")})) == {"A", "C", "D"}
    assert reached(engine, ALL, cache) == {"A", "B", "C", "D"}

    engine.apply([Removal(RecordId("C")), document("E")])

    assert reached(engine, ALL, cache) == {"A", "B", "D", "E"}
    assert reached(engine, ALL, cache, excluded) == {"B", "D", "E"}


def test_what_a_scope_reaches_is_worked_out_once(
    engine: WhooshEngine, cache: ArrayCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.apply([document("E")])
    scope, excluded = Scope(frozenset(LEVELS), owner="li.na"), frozenset({RecordId("A")})
    every, (first, _) = segments(engine), segments(engine)
    found = reaches_of(every, scope, NOBODY, cache)
    others = [reaches_of(every, one, gone, cache) for one, gone in [(ALL, NOBODY), (ALL, excluded)]]

    worked: list[Scope] = []
    monkeypatch.setattr(reaching, "_permitted", lambda _, scope: worked.append(scope))

    assert reaches_of(every, scope, NOBODY, cache) is found
    assert reach(first, scope, NOBODY, cache) is found[0]
    assert reach(first, ALL, excluded, cache) is others[1][0]
    assert reach(first, scope, excluded, cache).number not in {each.number for each in found}
    assert len({each.number for each in (*found, *others[0], *others[1])}) == 6
    assert [len(each) for each in (found, *others)] == [2, 2, 2]
    assert worked == []


def test_the_mask_of_a_scope_outlives_removals(
    engine: WhooshEngine, cache: ArrayCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    reached(engine, ALL, cache)
    engine.apply([Removal(RecordId("A"))])

    monkeypatch.delattr(reaching, "_permitted")

    assert reached(engine, ALL, cache) == {"B", "C", "D"}


@pytest.mark.parametrize("sparse", [0, 1, 2, 16, 10**9])
def test_places_in_a_list_are_the_same_whichever_way_they_are_found(
    sparse: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reaching, "SPARSE", sparse)
    within = Reach(6, np.array([False, True, False, True, False, False]))

    assert within.places(np.array([0, 1, 2, 3, 5])).tolist() == [1, 3]
    assert within.places(np.array([3])).tolist() == [0]
    assert within.places(np.array([0, 4])).tolist() == []


def test_few_documents_are_looked_up_one_by_one() -> None:
    class Unread(Reach):
        @property
        def mask(self) -> Mask:
            raise AssertionError("the whole bitmap was read")

    few = Unread(1_000, np.arange(1_000) < 2)

    assert few.places(np.arange(1, 1_000)).tolist() == [0]
    with pytest.raises(AssertionError):
        few.places(np.arange(2 * SPARSE))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(corpus=CORPORA, scope=SCOPES)
def test_it_is_the_rule_for_records(
    engine: WhooshEngine, corpus: tuple[Document, ...], scope: Scope
) -> None:
    engine.rebuild(corpus)

    permitted = {str(one.record_id) for one in corpus if scope.permits(record_of(one))}

    assert reached(engine, scope, ArrayCache(1 << 20)) == permitted
