"""Every question goes to the engine with the rights of the moment, and comes back checked."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from typing import Any

import pytest

from archsearch.domain.access import NOTHING, Scope, ScopedQuery
from archsearch.domain.plan import MatchAll, Plan
from archsearch.domain.policy import Right
from archsearch.domain.record import RecordId
from archsearch.errors import AccessDeniedError, BusyError, InvalidRequestError
from archsearch.services.asking import Asker, Asking, bounded
from archsearch.storage import outbox, records
from archsearch.storage.outbox import PendingAccess
from tests.offices import Office

PLAN = Plan(MatchAll(), limit=10)


class Ear:
    """Stands between an Asking and its index, and hears what it is asked."""

    def __init__(self, index: Any) -> None:
        self.index = index
        self.heard: list[str] = []
        self.queries: list[ScopedQuery] = []
        self.meanwhile: Callable[[], object] = lambda: None

    def __getattr__(self, name: str) -> Any:
        self.heard.append(name)
        return getattr(self.index, name)

    def answer(self, query: ScopedQuery, known: set[str]) -> Any:
        self.queries.append(query)
        found = self.index.answer(query, known)
        self.meanwhile()
        return found


@pytest.fixture
def asking(office: Office) -> Asking:
    office.hire(
        clerk="employee at 甲部", chief="manager at 甲部", outsider="manager at 乙部", nobody=""
    )
    office.feed(
        {"record_id": "A", "name": "张伟"}, {"record_id": "B", "name": "王芳"}, user="clerk"
    )
    office.feed({"record_id": "C", "name": "李娜"})
    asking = office.application._asking
    asking._index = Ear(asking._index)  # type: ignore[assignment]
    return asking


def ear(asking: Asking) -> Ear:
    found: Any = asking._index
    return found  # type: ignore[no-any-return]


def hits(asking: Asking, user: str) -> set[str]:
    found = asking.ask(PLAN, asking.asker(user))
    assert set(found.records) == {hit.record_id for hit in found.result.hits}
    return set(found.records)


def unheard(office: Office) -> None:
    """Store what follows without bringing it into the index."""
    index = office.application.index
    index.drain = lambda *_, **__: 0  # type: ignore[method-assign]
    index.catch_up = lambda: False  # type: ignore[method-assign]


def test_each_sees_their_own(asking: Asking) -> None:
    assert hits(asking, "admin") == {"A", "B", "C"}
    assert hits(asking, "chief") == hits(asking, "clerk") == {"A", "B"}
    assert hits(asking, "outsider") == set()


def test_who_is_nobody_is_told_so_by_their_rights_alone(asking: Asking) -> None:
    asker = asking.asker("nobody")

    assert (asker.scope.empty, asker.note) == (
        True,
        "您的角色或部门没有可检索的档案，请联系管理员。",
    )
    assert asking.asker("outsider").note == ""
    assert Asker(NOTHING, frozenset()).note != ""
    assert hits(asking, "nobody") == set()


def test_rights_are_asked_for_by_who_may_see_anything(asking: Asking) -> None:
    asking.asker("admin", Right.DESTROY)
    with pytest.raises(AccessDeniedError):
        asking.asker("clerk", Right.DESTROY)
    with pytest.raises(AccessDeniedError):
        asking.asker("who")

    assert asking.asker("nobody", Right.DESTROY).note


def test_it_is_noted_when_and_of_what_was_asked(office: Office, asking: Asking) -> None:
    before = asking.asker("chief").asked
    office.clock.turn(hours=1)
    unheard(office)
    office.feed({"record_id": "D", "name": "赵六"}, user="clerk")
    after = asking.asker("chief").asked

    assert before is not None
    assert after is not None
    assert (before.behind, after.behind) == (False, True)
    assert (after.at - before.at).total_seconds() == 3600
    assert after.at == office.clock()
    assert after.as_of > before.as_of > 0


def test_what_a_killed_process_left_is_caught_up_on_once(asking: Asking) -> None:
    asking.asker("admin")
    asking.asker("admin")

    assert ear(asking).heard.count("catch_up") <= 1


def test_the_first_question_catches_up(office: Office) -> None:
    with Office(office.path) as fresh:
        asking = fresh.application._asking
        asking._index = Ear(asking._index)  # type: ignore[assignment]
        asking.asker("admin")
        asking.asker("admin")

        assert ear(asking).heard.count("catch_up") == 1


@pytest.mark.parametrize(
    ("change", "out_of_sight_of"),
    [
        ({"department": "乙部"}, {"chief"}),
        ({"owner": "outsider"}, {"clerk"}),
        ({}, {"admin", "chief", "clerk"}),
    ],
    ids=["moved", "handed over", "deleted"],
)
def test_records_that_the_index_counts_wrongly_are_left_out(
    change: dict[str, str], out_of_sight_of: set[str], office: Office, asking: Asking
) -> None:
    unheard(office)
    if change:
        office.archive.change("A", change, user="admin")
    else:
        office.archive.delete("A", user="admin", reason="重复建档的档案")

    for user in ("admin", "chief", "clerk"):
        expected = {"A"} if user in out_of_sight_of else set()
        assert asking.asker(user).excluded == expected
        assert hits(asking, user) == {"A", "B", "C"} - expected - (
            {"C"} if user != "admin" else set()
        )


def test_rights_that_change_too_fast_are_waited_for(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = [PendingAccess({}, complete=False)] * 2 + [PendingAccess({}, complete=True)]
    monkeypatch.setattr(outbox, "pending_access", lambda *_: told.pop(0))

    asking.asker("admin")

    assert told == []
    assert ear(asking).heard.count("drain") == 2
    told += [PendingAccess({}, complete=False)] * 3 + [PendingAccess({}, complete=True)]
    with pytest.raises(BusyError, match="权限正在变动"):
        asking.asker("admin")
    assert len(told) == 1


def test_all_changes_of_rights_up_to_many_are_looked_at(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []

    def pending(_: object, most: int) -> PendingAccess:
        asked.append(most)
        return PendingAccess({}, complete=True)

    monkeypatch.setattr(outbox, "pending_access", pending)
    asking.asker("admin")

    assert asked == [10_000]


def test_a_hit_that_was_moved_meanwhile_is_asked_about_again(
    office: Office, asking: Asking
) -> None:
    chief = asking.asker("chief")
    moves = iter(["A"])

    def move() -> None:
        for name in moves:
            office.archive.change(name, {"department": "乙部", "owner": "admin"}, user="admin")

    ear(asking).meanwhile = move
    found = asking.ask(PLAN, chief)

    assert set(found.records) == {"B"}
    assert found.result.total == 1
    assert [query.excluded for query in ear(asking).queries] == [chief.excluded, {"A"}]
    assert {query.scope for query in ear(asking).queries} == {chief.scope}


def test_who_asks_while_everything_moves_is_told_to_ask_again(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archsearch.services.asking._found_by", lambda *_: False)

    with pytest.raises(BusyError, match="档案正在变动"):
        asking.ask(Plan(MatchAll(), limit=1), asking.asker("admin"))

    assert [len(query.excluded) for query in ear(asking).queries] == [0, 1, 2]


def test_a_hit_that_is_in_the_store_no_more_is_asked_about_again(
    asking: Asking, monkeypatch: pytest.MonkeyPatch
) -> None:
    asker = asking.asker("admin")
    monkeypatch.setattr(records, "get", lambda *_: {})

    assert asking.ask(PLAN, asker).result.total == 0


def test_words_that_were_added_meanwhile_are_known(asking: Asking) -> None:
    refreshed: list[object] = []
    keeper = type("Keeper", (), {"refresh": lambda _, connection: refreshed.append(connection)})
    asking._keeper = keeper()

    asking.asker("admin")

    assert len(refreshed) == 1


def test_what_was_found_out_of_an_asker_is_not_changed(office: Office, asking: Asking) -> None:
    asker = asking.asker("admin")
    fixed: list[tuple[object, str]] = [
        (asker, "scope"),
        (asker.asked, "at"),
        (asking.ask(PLAN, asker), "result"),
        (office.application._search_rules, "policy"),
    ]

    for made, name in fixed:
        with pytest.raises(FrozenInstanceError):
            setattr(made, name, None)


def test_as_many_hits_are_loaded_as_asked_for(office: Office, asking: Asking) -> None:
    few = Asking(
        office.application.index,
        office.application.trail,
        office.application._search_rules,
        office.application._keeper,
        loaded=1,
    )

    found = few.ask(PLAN, few.asker("admin"))

    assert (len(found.records), found.result.total, found.lost) == (1, 3, 0)


def test_nothing_found_is_an_answer(asking: Asking) -> None:
    found = asking.ask(PLAN, asking.asker("outsider"))

    assert (found.result.total, dict(found.records), found.lost) == (0, {}, 0)


def test_what_is_asked_for_by_id_is_checked_as_well(office: Office, asking: Asking) -> None:
    office.archive.delete("B", user="admin", reason="重复建档的档案")
    wanted = {RecordId(name) for name in ("A", "B", "C", "Z")}

    assert set(asking.visible(wanted, asking.asker("chief"))) == {"A"}
    assert set(asking.visible(wanted, asking.asker("admin"))) == {"A", "C"}
    assert asking.visible(wanted, asking.asker("outsider")) == {}


def test_gathers_are_confined_to_the_scope_and_what_is_left_out_of_it(asking: Asking) -> None:
    scope, gone = Scope(frozenset({"公开"}), owner="clerk"), frozenset({RecordId("A")})
    asked: list[tuple[Any, set[str]]] = []
    ear(asking).index = type("Index", (), {"gather": lambda _, *said: asked.append(said)})()

    asker = Asker(scope, gone, {"mark"})
    asking.gather((), asker)

    [(query, marks)] = asked
    assert (query.scope, query.excluded, query.gathers) == (scope, gone, ())
    assert marks is asker.marks


@pytest.mark.parametrize("number", [0, 1, 20])
def test_a_number_in_its_bounds_is_given_back(number: int) -> None:
    assert bounded(number, 20, "limit") == number


@pytest.mark.parametrize("number", [-1, 21])
def test_a_number_out_of_its_bounds_is_refused_by_name(number: int) -> None:
    with pytest.raises(InvalidRequestError, match="参数 limit 须在 0 到 20 之间"):
        bounded(number, 20, "limit")
