from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from archsearch.domain.borrowing import Claim, Deed, State, Step, Wanted, Wish
from archsearch.domain.record import RecordId
from archsearch.domain.users import User
from archsearch.errors import NotFoundError, StoreError
from archsearch.storage import borrowing, grants, users
from archsearch.storage.borrowing import Waiting
from archsearch.storage.database import Database
from archsearch.storage.grants import Grant
from tests.unit.storage.samples import NOON, after, revision, save

R1 = RecordId("R1")
WISH = Wish("贷后检查", "核对担保", days=7)
BY_ID = Wanted("R1", R1)
BY_CLAIM = Wanted("张伟 110****002X", claim=Claim("张伟", frozenset({"ab", "cd"})))


@pytest.fixture
def lending(database: Database) -> Database:
    with database.write() as connection:
        save(connection, revision("R1"))
        users.add(connection, User("li.na"), at=NOON)
        users.add(connection, User("wang"), at=NOON)
    return database


def test_a_request_is_read_back_as_it_was_stored(lending: Database) -> None:
    with lending.write() as connection:
        stored = borrowing.add(
            connection, "li.na", replace(WISH, sensitive=True), [BY_ID, BY_CLAIM], NOON
        )
    with lending.read() as connection:
        found = borrowing.load(connection, "li.na", 1)

    assert found == stored
    assert found.id == "li.na-1"
    assert (found.purpose, found.reason, found.days, found.sensitive) == (
        "贷后检查", "核对担保", 7, True,
    )  # fmt: skip
    assert [item.wanted for item in found.items] == [BY_ID, BY_CLAIM]
    assert {item.state for item in found.items} == {State.APPLIED}
    assert found.steps == (Step(NOON, "li.na", Deed.REQUEST, (1, 2), "核对担保", 7),)


def test_requests_are_numbered_by_user_and_tell_nothing_of_those_of_others(
    lending: Database,
) -> None:
    with lending.write() as connection:
        ids = [
            borrowing.add(connection, user, WISH, [BY_ID], NOON).id
            for user in ("wang", "li.na", "wang", "li.na")
        ]
        with pytest.raises(NotFoundError):
            borrowing.add(connection, "nobody", WISH, [BY_ID], NOON)

    assert ids == ["wang-1", "li.na-1", "wang-2", "li.na-2"]


def test_progress_and_the_records_granted_are_kept(lending: Database) -> None:
    with lending.write() as connection:
        item = borrowing.add(connection, "li.na", WISH, [BY_ID], NOON).items[0]
        lent = replace(
            item, state=State.APPROVED, until=after(days=7), extension=3, renewals=1, sensitive=True
        )
        borrowing.save(connection, lent)
        grant = Grant(R1, "li.na", NOON, after(days=7), "boss", sensitive=True, item=item.key)
        grants.add(connection, grant)
    with lending.read() as connection:
        found = borrowing.load(connection, "li.na", 1)

    assert found is not None
    assert found.items == (replace(lent, records=(R1,)),)


def test_the_grants_of_an_item_end_together_and_those_of_others_go_on(lending: Database) -> None:
    with lending.write() as connection:
        items = borrowing.add(connection, "li.na", WISH, [BY_ID, BY_CLAIM], NOON).items
        for item, user in ((items[0].key, "li.na"), (items[1].key, "wang"), (None, "wang")):
            grants.add(connection, Grant(R1, user, NOON, after(days=7), "boss", item=item))
        grants.revoke_of(connection, items[0].key, by="boss", at=after(days=1))

    with lending.read() as connection:
        assert grants.in_force(connection, "li.na", after(hours=1)).records == {R1}
        assert grants.in_force(connection, "li.na", after(days=1)).records == set()
        assert grants.in_force(connection, "wang", after(days=1)).records == {R1}


def test_requests_are_walked_through_newest_first_over_many_pages(
    lending: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(borrowing, "_PAGE", 2)
    with lending.write() as connection:
        for user in ("li.na", "wang") * 3:
            borrowing.add(connection, user, WISH, [BY_ID], NOON)
        ended = borrowing.load(connection, "wang", 2)
        assert ended is not None
        borrowing.save(connection, replace(ended.items[0], state=State.REFUSED))
        lent = borrowing.load(connection, "wang", 1)
        assert lent is not None
        until = replace(lent.items[0], state=State.APPROVED, until=after(days=20))
        borrowing.save(connection, until)

    def live_at(**since: float) -> list[str]:
        moment = after(**since)
        waiting = Waiting(moment - timedelta(days=14), moment)
        with lending.read() as connection:
            return [each.id for each in borrowing.newest(connection, live=waiting)]

    live = live_at()
    with lending.read() as connection:
        everything = [each.id for each in borrowing.newest(connection)]
        own = [each.id for each in borrowing.newest(connection, user="li.na")]

    assert everything == ["wang-3", "li.na-3", "wang-2", "li.na-2", "wang-1", "li.na-1"]
    assert live == ["wang-3", "li.na-3", "li.na-2", "wang-1", "li.na-1"]
    assert own == ["li.na-3", "li.na-2", "li.na-1"]
    assert (live_at(days=14), live_at(days=20)) == (["wang-1"], [])


def test_what_waits_is_counted_until_it_lapses_or_ends(lending: Database) -> None:
    def waiting(user: str = "li.na", **since: float) -> int:
        moment = after(**since)
        with lending.read() as connection:
            asked = Waiting(moment - timedelta(days=14), moment)
            return borrowing.count_waiting(connection, user, asked)

    with lending.write() as connection:
        borrowing.add(connection, "li.na", WISH, [BY_ID, BY_CLAIM], NOON)
        item = borrowing.add(connection, "li.na", WISH, [BY_ID], NOON).items[0]

    assert (waiting(), waiting("wang"), waiting(days=14)) == (2, 0, 0)
    with lending.write() as connection:
        lent = replace(item, state=State.APPROVED, until=after(days=3))
        borrowing.save(connection, lent)
    assert waiting() == 1
    with lending.write() as connection:
        borrowing.save(connection, replace(lent, extension=2))
    assert (waiting(), waiting(days=3)) == (2, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE borrow_steps SET note = 'other'",
        "DELETE FROM borrow_steps",
        "REPLACE INTO borrow_steps SELECT id, request, at, '', deed, '', '', 1 FROM borrow_steps",
    ],
)
def test_what_was_done_is_never_changed(lending: Database, statement: str) -> None:
    with lending.write() as connection:
        borrowing.add(connection, "li.na", WISH, [BY_ID], NOON)

    with pytest.raises(StoreError), lending.write() as connection:
        connection.execute(text(statement))


def test_questions_are_counted_by_user_and_day_and_the_day_never_goes_back(
    lending: Database,
) -> None:
    with lending.write() as connection:
        counts = [
            borrowing.ask(connection, user, day)
            for user, day in (
                ("li.na", "2026-03-05"),
                ("li.na", "2026-03-05"),
                ("wang", "2026-03-05"),
                ("li.na", "2026-03-06"),
                ("li.na", "2026-03-05"),
                ("li.na", "2026-03-06"),
            )
        ]

    assert counts == [1, 2, 1, 1, 2, 3]
