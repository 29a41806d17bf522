from datetime import datetime, timedelta

import pytest

from archsearch.domain.record import RecordId
from archsearch.domain.users import User
from archsearch.errors import InvalidRequestError, NotFoundError
from archsearch.storage import grants, users
from archsearch.storage.database import Database
from archsearch.storage.grants import Grant
from tests.unit.storage.samples import NOON, after, revision, save

R1, R2 = RecordId("R1"), RecordId("R2")
TICK = timedelta(microseconds=1)


def grant(record_id: RecordId = R1, user: str = "li.na", **duration: float) -> Grant:
    return Grant(record_id, user, NOON, after(**(duration or {"days": 7})), "boss")


@pytest.fixture
def granting(database: Database) -> Database:
    with database.write() as connection:
        save(connection, revision("R1"), revision("R2"))
        users.add(connection, User("li.na"), at=NOON)
        users.add(connection, User("wang"), at=NOON)
    return database


def in_force(database: Database, at: datetime, user: str = "li.na") -> set[str]:
    with database.read() as connection:
        return set(grants.in_force(connection, user, at).records)


def test_a_grant_holds_from_its_start_up_to_its_end(granting: Database) -> None:
    with granting.write() as connection:
        grants.add(connection, grant(days=7))

    assert in_force(granting, NOON - TICK) == set()
    assert in_force(granting, NOON) == {"R1"}
    assert in_force(granting, after(days=7) - TICK) == {"R1"}
    assert in_force(granting, after(days=7)) == set()


def test_a_grant_holds_for_its_user_and_record_only(granting: Database) -> None:
    with granting.write() as connection:
        grants.add(connection, grant(R1, "li.na"))
        grants.add(connection, grant(R2, "wang"))

    assert in_force(granting, NOON, "li.na") == {"R1"}
    assert in_force(granting, NOON, "wang") == {"R2"}
    assert in_force(granting, NOON, "nobody") == set()


def test_a_revocation_holds_at_once_and_the_past_stays_answerable(granting: Database) -> None:
    with granting.write() as connection:
        number = grants.add(connection, grant(days=7))
    with granting.write() as connection:
        grants.revoke(connection, number, by="boss", at=after(days=2))
    with granting.write() as connection:
        grants.revoke(connection, number, by="boss", at=after(days=5))

    assert in_force(granting, after(days=2) - TICK) == {"R1"}
    assert in_force(granting, after(days=2)) == set()
    assert in_force(granting, after(days=4)) == set()


def test_of_two_grants_the_longer_decides(granting: Database) -> None:
    with granting.write() as connection:
        first = grants.add(connection, grant(days=1))
        second = grants.add(connection, grant(days=3))
        grants.revoke(connection, first, by="boss", at=after(hours=1))

    assert first != second
    assert in_force(granting, after(days=2)) == {"R1"}


def test_a_grant_must_end_after_it_began(granting: Database) -> None:
    with (
        pytest.raises(InvalidRequestError, match="截止时间"),
        granting.write() as connection,
    ):
        grants.add(connection, grant(days=0))


def test_nothing_can_be_granted_to_or_on_what_does_not_exist(granting: Database) -> None:
    with granting.write() as connection:
        with pytest.raises(NotFoundError):
            grants.add(connection, grant(RecordId("R9")))
        with pytest.raises(NotFoundError):
            grants.add(connection, grant(user="nobody"))
        with pytest.raises(NotFoundError):
            grants.revoke(connection, 99, by="boss", at=NOON)
