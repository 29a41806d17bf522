"""What becomes of a borrow request, and what the record's readers see of it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import product
from threading import Barrier
from typing import Any

import pytest

from archsearch.domain.access import Role
from archsearch.domain.audit import Action, AuditFilter
from archsearch.domain.borrowing import State, Wish
from archsearch.errors import (
    AccessDeniedError,
    ArchsearchError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    StoreError,
)
from archsearch.services.borrow_counter import BorrowCounter
from archsearch.services.borrow_desk import Borrowing
from archsearch.services.borrow_reading import Which
from archsearch.services.users import UserChange
from archsearch.storage import audit_log, grants
from archsearch.storage.audit_log import AuditLog
from archsearch.storage.tables import GRANTS
from tests.offices import NOON, Office, counts

NUMBER = "11010519491231002X"
DAY = timedelta(days=1)


@pytest.fixture
def bank(office: Office) -> Office:
    office.hire(
        li="employee at 甲",
        wang="employee at 甲",
        boss="manager at 乙",
        east="manager at 丙",
        low="manager at 乙, 公开",
        hi="employee at 乙",
        eye="auditor at 乙",
        second="administrator",
    )
    fed = office.feed(
        {"record_id": "R1", "name": "张伟", "id_number": NUMBER, "department": "乙"},
        {"record_id": "R2", "name": "王芳", "department": "乙/丁", "secrecy": "机密"},
        {"record_id": "R3", "name": "李梅", "department": "丙"},
        {"record_id": "R4", "name": "张伟", "id_number": NUMBER, "department": "丙"},
    )
    assert counts(fed) == (4, 0, 0, 0)
    return office


def counter(bank: Office) -> BorrowCounter:
    return bank.application.borrow


def ask(bank: Office, *records: str, user: str = "li", **more: Any) -> str:
    return counter(bank).asking.request(Wish("贷后检查", "核对担保", records, **more), user).id


def states(view: Borrowing) -> dict[str, State]:
    return {item.asked: item.state for item in view.items}


def shown(bank: Office, request_id: str, user: str = "li") -> Borrowing:
    return counter(bank).reading.show(request_id, user)


def inbox(bank: Office, user: str) -> list[str]:
    return [each.id for each in counter(bank).reading.list(user, Which.INBOX)]


def test_an_approval_lets_the_borrower_see_the_record_until_its_end(bank: Office) -> None:
    request = ask(bank, "R1", days=3)

    before = bank.seen("li")
    view = counter(bank).lending.approve(request, "boss", note="仅供核对")

    assert (before, bank.seen("li"), bank.seen("wang")) == (set(), {"R1"}, set())
    assert (view.state, view.items[0].until) == (State.APPROVED, NOON + 3 * DAY)
    assert (shown(bank, request).steps[-1].note, view.steps[-1].days) == ("仅供核对", 3)
    bank.clock.turn(days=3, microseconds=-1)
    assert bank.seen("li") == {"R1"}
    bank.clock.turn(microseconds=1)
    assert bank.seen("li") == set()
    assert shown(bank, request).state is State.EXPIRED


def test_each_approver_gets_the_items_whose_records_they_hold(bank: Office) -> None:
    request = ask(bank, "R1", "R3", "R9")

    assert {user: inbox(bank, user) for user in ("boss", "east", "low", "hi", "li")} == {
        "boss": [request], "east": [request], "low": [], "hi": [], "li": [],
    }  # fmt: skip
    assert states(shown(bank, request, "boss")) == {"R1": State.APPLIED}
    assert states(shown(bank, request, "east")) == {"R3": State.APPLIED}
    assert set(states(shown(bank, request, "admin"))) == {"R1", "R3", "R9"}
    for user in ("low", "hi", "eye", "wang"):
        for missing in (request, "li-99", "nobody-1", "x"):
            with pytest.raises(NotFoundError, match="没有这个调阅申请"):
                shown(bank, missing, user)


def test_a_part_is_approved_and_a_part_refused(bank: Office) -> None:
    request = ask(bank, "R1", "R3")

    counter(bank).lending.approve(request, "boss")
    assert shown(bank, request).state is State.PARTLY
    counter(bank).lending.refuse(request, "east", reason="与用途无关")

    assert states(shown(bank, request)) == {"R1": State.APPROVED, "R3": State.REFUSED}
    assert bank.seen("li") == {"R1"}
    assert (inbox(bank, "boss"), inbox(bank, "east")) == ([], [])
    assert states(shown(bank, request, "east")) == {"R3": State.REFUSED}


def test_only_the_records_named_are_approved_and_the_others_go_on_waiting(bank: Office) -> None:
    request = ask(bank, "R1", "R3")

    counter(bank).lending.approve(request, "admin", records=["R3"])

    assert states(shown(bank, request)) == {"R1": State.APPLIED, "R3": State.APPROVED}
    assert bank.seen("li") == {"R3"}


@pytest.mark.parametrize("record_id", ["R3", "R9", "…"])
def test_what_is_not_theirs_to_decide_approvers_cannot_name(bank: Office, record_id: str) -> None:
    request = ask(bank, "R1", "R3")

    with pytest.raises(NotFoundError, match="没有这份档案，或不由您处理"):
        counter(bank).lending.approve(request, "boss", records=["R1", record_id])

    assert states(shown(bank, request)) == {"R1": State.APPLIED, "R3": State.APPLIED}
    assert bank.seen("li") == set()


def test_by_name_and_number_each_department_lends_its_own_record(bank: Office) -> None:
    request = ask(bank, name="张伟", id_number=NUMBER)

    assert (inbox(bank, "boss"), inbox(bank, "east")) == ([request], [request])
    records = counter(bank).reading.show(request, "boss").items[0].records
    assert [(each.record_id, each.name) for each in records] == [("R1", "张伟")]
    view = counter(bank).lending.approve(request, "boss")

    assert [each.record_id for each in view.items[0].records] == ["R1"]
    assert bank.seen("li") == {"R1"}
    assert [each.record_id for each in shown(bank, request).items[0].records] == ["R1"]
    assert inbox(bank, "east") == []


def test_an_administrator_may_lend_one_of_several_records_of_a_customer(bank: Office) -> None:
    request = ask(bank, name="张伟", id_number=NUMBER)

    counter(bank).lending.approve(request, "admin", records=["R4"])

    assert bank.seen("li") == {"R4"}


def test_what_an_administrator_lent_of_several_departments_no_manager_ends_or_lengthens(
    bank: Office,
) -> None:
    request = ask(bank, name="张伟", id_number=NUMBER)
    lending = counter(bank).lending
    lending.approve(request, "admin")
    lending.renew(request, "li", reason="未办完")
    assert bank.seen("li") == {"R1", "R4"}

    with pytest.raises(ConflictError, match="没有您可以收回的"):
        lending.revoke(request, "boss", reason="用途不符")
    with pytest.raises(ConflictError, match="没有您可以批准的"):
        lending.approve(request, "boss")
    assert (inbox(bank, "boss"), inbox(bank, "admin")) == ([], [request])
    lending.revoke(request, "admin", reason="用途不符")
    assert bank.seen("li") == set()


def test_of_two_who_answer_at_the_same_moment_one_is_told_that_it_is_done(bank: Office) -> None:
    request = ask(bank, "R1")
    start = Barrier(2)

    def answer(user: str) -> str:
        start.wait()
        try:
            return str(counter(bank).lending.approve(request, user).state)
        except ConflictError:
            return "conflict"

    with ThreadPoolExecutor(2) as pool:
        told = sorted(pool.map(answer, ["boss", "admin"]))

    with bank.application.database.read() as connection:
        granted = connection.execute(GRANTS.select()).all()
    assert (told, len(granted)) == (["approved", "conflict"], 1)


def test_more_than_was_asked_for_is_never_granted(bank: Office) -> None:
    request = ask(bank, "R1", days=3)

    for more in ({"days": 4}, {"days": 0}, {"sensitive": True}):
        with pytest.raises(InvalidRequestError):
            counter(bank).lending.approve(request, "boss", **more)

    view = counter(bank).lending.approve(request, "boss", days=1)
    assert view.items[0].until == NOON + DAY


@pytest.mark.parametrize(("asked", "said", "granted"), [
    (True, None, True), (True, False, False), (True, True, True), (False, None, False),
])  # fmt: skip
def test_whether_sensitive_fields_are_lent_is_kept_with_the_grant(
    bank: Office, asked: bool, said: bool | None, granted: bool
) -> None:
    request = ask(bank, "R1", sensitive=asked)

    view = counter(bank).lending.approve(request, "boss", sensitive=said)

    with bank.application.database.read() as connection:
        rows = connection.execute(GRANTS.select()).all()
    assert [row.sensitive for row in rows] == [granted]
    assert view.items[0].sensitive is granted
    assert bank.archive.get("R1", user="li").values["id_number"] == "110***********002X"


def test_nobody_is_lent_what_their_clearance_does_not_cover(bank: Office) -> None:
    request = ask(bank, "R1", "R2")
    bank.application.users.set("boss", UserChange(clearance="机密"), "admin")

    with pytest.raises(ConflictError, match="密级"):
        counter(bank).lending.approve(request, "boss")
    assert bank.seen("li") == set()
    counter(bank).lending.approve(request, "boss", records=["R1"])
    counter(bank).lending.refuse(request, "boss", reason="密级不够")
    assert states(shown(bank, request)) == {"R1": State.APPROVED, "R2": State.REFUSED}
    assert bank.seen("li") == {"R1"}


def test_a_borrower_locked_out_or_without_a_role_is_lent_nothing(bank: Office) -> None:
    request = ask(bank, "R1")
    bank.application.users.disable("li", "admin", disabled=True)
    with pytest.raises(ConflictError, match="停用"):
        counter(bank).lending.approve(request, "boss")
    bank.application.users.disable("li", "admin", disabled=False)
    bank.application.users.set("li", UserChange(role=Role.AUDITOR), "admin")
    with pytest.raises(ConflictError, match="角色"):
        counter(bank).lending.approve(request, "boss")


NO_BORROWERS = {Role.AUDITOR, Role.PROGRAM}


@pytest.mark.parametrize(("then", "now"), list(product(Role, Role)))
def test_nobody_approves_refuses_or_revokes_their_own_whatever_they_were_and_are(
    bank: Office, then: Role, now: Role
) -> None:
    bank.hire(me=f"{then} at 乙, 机密")
    if then in NO_BORROWERS:
        with pytest.raises(AccessDeniedError):
            ask(bank, "R1", user="me")
        bank.application.users.set("me", UserChange(role=Role.EMPLOYEE), "admin")
    request = ask(bank, "R1", user="me", sensitive=True)
    bank.application.users.set("me", UserChange(role=now), "admin")
    lending = counter(bank).lending
    deeds: list[Callable[[], object]] = [
        lambda: lending.approve(request, "me"),
        lambda: lending.refuse(request, "me", reason="x"),
        lambda: lending.revoke(request, "me", reason="x"),
    ]

    for deed in deeds:
        with pytest.raises(AccessDeniedError, match="自己的申请"):
            deed()
    assert inbox(bank, "me") == []
    assert states(shown(bank, request, "me")) == {"R1": State.APPLIED}
    if now in NO_BORROWERS:
        bank.application.users.set("me", UserChange(role=Role.EMPLOYEE), "admin")
    assert lending.approve(request, "admin").state is State.APPROVED
    with pytest.raises(AccessDeniedError, match="自己的申请"):
        lending.revoke(request, "me", reason="x")


def test_a_revocation_holds_at_the_next_query(bank: Office) -> None:
    request = ask(bank, "R1", "R3")
    lending = counter(bank).lending
    lending.approve(request, "admin")
    assert bank.seen("li") == {"R1", "R3"}

    lending.revoke(request, "boss", reason="用途不符")

    assert bank.seen("li") == {"R3"}
    with pytest.raises(NotFoundError):
        bank.archive.get("R1", user="li")
    assert states(shown(bank, request)) == {"R1": State.REVOKED, "R3": State.APPROVED}
    assert shown(bank, request).steps[-1].note == "用途不符"


def test_what_is_returned_is_seen_no_more_and_cannot_be_returned_twice(bank: Office) -> None:
    request = ask(bank, "R1", "R3")
    lending = counter(bank).lending
    lending.approve(request, "admin")

    lending.give_back(request, "li", records=["R1"])
    assert bank.seen("li") == {"R3"}
    lending.give_back(request, "li")

    assert bank.seen("li") == set()
    with pytest.raises(ConflictError, match="已归还"):
        lending.give_back(request, "li")


def test_a_renewal_needs_an_approval_and_goes_on_from_the_end(bank: Office) -> None:
    request = ask(bank, "R1", days=2)
    lending = counter(bank).lending
    lending.approve(request, "boss")
    bank.clock.turn(days=1)

    waiting = lending.renew(request, "li", reason="未办完", days=5)
    assert (waiting.items[0].extension, waiting.items[0].until) == (5, NOON + 2 * DAY)
    assert inbox(bank, "boss") == [request]
    assert inbox(bank, "east") == []
    lending.approve(request, "boss", days=3)

    assert bank.seen("li") == {"R1"}
    bank.clock.turn(days=4, microseconds=-1)
    assert bank.seen("li") == {"R1"}
    bank.clock.turn(microseconds=1)
    assert bank.seen("li") == set()
    with pytest.raises(ConflictError, match="已到期"):
        lending.renew(request, "li", reason="未办完")


def test_a_renewal_may_be_approved_without_what_is_sensitive(bank: Office) -> None:
    request = ask(bank, "R1", days=2, sensitive=True)
    lending = counter(bank).lending
    lending.approve(request, "boss")
    lending.renew(request, "li", reason="未办完", days=5)

    renewed = lending.approve(request, "boss", sensitive=False)

    assert renewed.items[0].sensitive is False
    with bank.application.database.read() as connection:
        lent = grants.in_force(connection, "li", bank.clock())
    assert lent.records == {"R1"}
    assert lent.unmasked == set()


def test_a_renewal_that_is_refused_or_not_answered_changes_nothing(bank: Office) -> None:
    request = ask(bank, "R1", days=2)
    lending = counter(bank).lending
    lending.approve(request, "boss")
    lending.renew(request, "li", reason="未办完", days=5)
    lending.refuse(request, "boss", reason="不必")
    lending.renew(request, "li", reason="真的未办完", days=5)

    bank.clock.turn(days=2)

    assert bank.seen("li") == set()
    assert inbox(bank, "boss") == []
    with pytest.raises(ConflictError):
        lending.approve(request, "boss")


def test_returning_ends_a_loan_that_was_renewed(bank: Office) -> None:
    request = ask(bank, "R1", days=2)
    lending = counter(bank).lending
    lending.approve(request, "boss")
    lending.renew(request, "li", reason="未办完", days=5)
    lending.approve(request, "boss")

    lending.give_back(request, "li")

    assert bank.seen("li") == set()


def test_a_withdrawn_or_lapsed_request_cannot_be_approved(bank: Office) -> None:
    lending = counter(bank).lending
    withdrawn, lapsed = ask(bank, "R1"), ask(bank, "R3")
    lending.withdraw(withdrawn, "li")
    with pytest.raises(ConflictError, match="已撤回"):
        lending.approve(withdrawn, "boss")
    bank.clock.turn(days=14)

    with pytest.raises(ConflictError, match="逾期未批"):
        lending.approve(lapsed, "east")
    assert inbox(bank, "admin") == []
    assert bank.seen("li") == set()


@pytest.mark.parametrize("user", ["wang", "hi", "east", "eye", "low", "ghost"])
def test_others_can_do_nothing_about_a_request_nor_tell_that_there_is_one(
    bank: Office, user: str
) -> None:
    request = ask(bank, "R1")
    lending = counter(bank).lending
    deeds: list[Callable[[str], Borrowing]] = [
        lambda one: lending.approve(one, user),
        lambda one: lending.refuse(one, user, reason="x"),
        lambda one: lending.revoke(one, user, reason="x"),
        lambda one: lending.withdraw(one, user),
        lambda one: lending.give_back(one, user),
        lambda one: lending.renew(one, user, reason="x"),
        lambda one: shown(bank, one, user),
    ]

    for deed in deeds:
        told = set()
        for one in (request, "li-99", "ghost-1", "li", ""):
            with pytest.raises((NotFoundError, AccessDeniedError)) as refused:
                deed(one)
            told.add((type(refused.value), str(refused.value)))
        assert len(told) == 1
    assert states(shown(bank, request)) == {"R1": State.APPLIED}


def test_a_manager_who_was_moved_away_a_moment_ago_decides_nothing(bank: Office) -> None:
    request = ask(bank, "R1")
    bank.application.users.move("boss", ["丙"], "admin")

    with pytest.raises(NotFoundError):
        counter(bank).lending.approve(request, "boss")


def test_a_record_that_was_moved_is_decided_about_by_its_new_department(bank: Office) -> None:
    request = ask(bank, "R1")
    bank.feed({"record_id": "R1", "name": "张伟", "department": "丙"})

    assert inbox(bank, "boss") == []
    counter(bank).lending.approve(request, "east")
    assert bank.seen("li") == {"R1"}


def test_every_step_is_in_the_log_with_the_records_it_gave_and_took(bank: Office) -> None:
    request = ask(bank, "R1")
    lending = counter(bank).lending
    attempts: list[Callable[[], object]] = [
        lambda: lending.approve(request, "li"),
        lambda: lending.approve(request, "boss", days=99),
    ]
    for attempt in attempts:
        with pytest.raises(ArchsearchError):
            attempt()
    lending.approve(request, "boss")
    lending.renew(request, "li", reason="未办完")
    lending.refuse(request, "boss", reason="不必")
    lending.give_back(request, "li")

    with bank.application.database.read() as connection:
        found = audit_log.search(connection, AuditFilter(), limit=20)
    told = [
        (each.entry.user, each.entry.action, each.entry.target, each.entry.outcome)
        for each in reversed(found)
        if each.entry.action.startswith(("borrow", "grant", "revoke"))
    ]
    assert told == [
        ("li", Action.BORROW_REQUEST, "li-1", "done"),
        ("li", Action.BORROW_APPROVE, "li-1", "denied"),
        ("boss", Action.BORROW_APPROVE, "li-1", "failed"),
        ("boss", Action.BORROW_APPROVE, "li-1", "done"),
        ("boss", Action.GRANT, "R1", "done"),
        ("li", Action.BORROW_RENEW, "li-1", "done"),
        ("boss", Action.BORROW_REFUSE, "li-1", "done"),
        ("li", Action.BORROW_RETURN, "li-1", "done"),
        ("li", Action.REVOKE, "R1", "done"),
    ]
    assert bank.ailments() == []


def test_without_an_entry_in_the_log_nothing_is_lent(
    bank: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = ask(bank, "R1")

    def full(*_: object) -> None:
        raise StoreError("磁盘已满。")

    with monkeypatch.context() as broken:
        broken.setattr(AuditLog, "append", full)
        with pytest.raises(StoreError):
            counter(bank).lending.approve(request, "boss")

    assert bank.seen("li") == set()
    assert states(shown(bank, request)) == {"R1": State.APPLIED}


def test_an_approver_learns_of_the_record_what_they_may_see_anyway(bank: Office) -> None:
    request = ask(bank, "R1", "R2")

    (item,) = shown(bank, request, "boss").items
    everything = shown(bank, request, "admin").items

    assert [(each.record_id, each.department) for each in item.records] == [("R1", "乙")]
    assert [len(each.records) for each in everything] == [1, 1]
    bank.application.users.set("second", UserChange(clearance="内部"), "admin")
    lower = shown(bank, request, "second").items
    assert [(each.asked, len(each.records)) for each in lower] == [("R1", 1), ("R2", 0)]


def test_a_hidden_and_a_missing_record_are_the_same_to_an_administrator_not_cleared_for_it(
    bank: Office,
) -> None:
    bank.application.users.set("second", UserChange(clearance="内部"), "admin")
    lending = counter(bank).lending
    told = set()
    for record_id in ("R2", "R9"):
        request = ask(bank, record_id)
        with pytest.raises(ConflictError) as refused:
            lending.approve(request, "second")
        view = lending.refuse(request, "second", reason="不予办理")
        told.add((str(refused.value), view.state, view.items[0].records))

    assert told == {(next(iter(told))[0], State.REFUSED, ())}


def test_what_ends_soon_is_listed_for_the_borrower_and_for_who_lent_it(bank: Office) -> None:
    lending, reading = counter(bank).lending, counter(bank).reading
    soon, later = ask(bank, "R1", days=2), ask(bank, "R3", days=9)
    lending.approve(soon, "boss")
    lending.approve(later, "east")

    def due(user: str, days: int) -> list[str]:
        return [each.id for each in reading.list(user, Which.ALL, due=days)]

    assert (due("li", 1), due("li", 2), due("li", 9)) == ([], [soon], [later, soon])
    assert (due("boss", 9), due("east", 9), due("wang", 9)) == ([soon], [later], [])
    lending.give_back(soon, "li")
    assert due("li", 9) == [later]


def test_lists_are_cut_and_tell_of_no_request_that_is_not_for_the_user(bank: Office) -> None:
    requests = [ask(bank, "R1"), ask(bank, "R3"), ask(bank, "R1", user="wang")]
    reading = counter(bank).reading

    def listed(user: str, which: Which, limit: int = 100) -> list[str]:
        return [each.id for each in reading.list(user, which, limit=limit)]

    assert listed("li", Which.MINE) == listed("li", Which.ALL) == [requests[1], requests[0]]
    assert listed("li", Which.MINE, 1) == [requests[1]]
    assert listed("boss", Which.ALL) == [requests[2], requests[0]]
    assert listed("eye", Which.ALL) == listed("low", Which.ALL) == []
    assert listed("admin", Which.ALL) == requests[::-1]
    with pytest.raises(InvalidRequestError):
        listed("li", Which.MINE, 0)
