"""What access to records depends on, as the store has it."""

from typing import Any

import pytest

from archsearch.domain.policy import Facts
from archsearch.domain.record import RecordId, Status
from archsearch.storage import access
from archsearch.storage.access import Held
from archsearch.storage.database import Database
from tests.unit.storage.samples import revision, save

HERE: dict[str, Any] = {"owner": "li.na", "department": "华东分行", "secrecy": "秘密"}
FACTS = Facts(RecordId("here"), "li.na", "华东分行", "秘密")
GONE = Facts(RecordId("gone"), "wang", "总行", "内部")


def filled(database: Database) -> Database:
    with database.write() as connection:
        save(connection, revision("here", **HERE))
        save(connection, revision("frozen", **HERE, status=Status.FROZEN))
        save(
            connection,
            revision(
                "gone", owner="wang", department="总行", secrecy="内部", status=Status.DELETED
            ),
        )
    return database


def test_all_records_but_deleted_ones_are_walked_through(database: Database) -> None:
    with filled(database).read() as connection:
        found = sorted(access.all_facts(connection))

    assert found == [FACTS._replace(record_id=RecordId("frozen")), FACTS]


def test_a_deleted_record_is_held_but_none_to_look_up(database: Database) -> None:
    with filled(database).read() as connection:
        assert access.facts_of(connection, FACTS.record_id) == FACTS
        assert access.held_of(connection, FACTS.record_id) == Held(FACTS, deleted=False)
        assert access.facts_of(connection, GONE.record_id) is None
        assert access.held_of(connection, GONE.record_id) == Held(GONE, deleted=True)


def test_a_record_that_never_was_is_neither(database: Database) -> None:
    with filled(database).read() as connection:
        assert access.facts_of(connection, RecordId("never")) is None
        assert access.held_of(connection, RecordId("never")) is None


@pytest.mark.parametrize("number", [0, 1, 499, 500, 501, 1_001])
def test_several_are_looked_up_each_once_but_those_that_are_gone(
    number: int, database: Database
) -> None:
    with filled(database).read() as connection:
        others = [RecordId(f"never {one}") for one in range(number)]

        before = [*access.facts_among(connection, [FACTS.record_id, GONE.record_id, *others])]
        after = [*access.facts_among(connection, [*others, GONE.record_id, FACTS.record_id])]

    assert before == after == [FACTS]
