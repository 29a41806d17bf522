import random
from collections import Counter
from collections.abc import Sequence

import pytest
from sqlalchemy import Connection, event

from archsearch.domain.record import Origin, Record, RecordId
from archsearch.errors import ConflictError, InvalidRequestError, StoreError
from archsearch.storage import bulk, outbox, prepared, records
from archsearch.storage.database import Database
from archsearch.storage.prepared import Row
from archsearch.storage.records import Revision
from tests.unit.storage.samples import NOON, after, revision, save

R1, R2, R3 = RecordId("R1"), RecordId("R2"), RecordId("R3")


def test_a_record_comes_back_as_it_was_saved(database: Database) -> None:
    record = Record(
        record_id=R1,
        version=1,
        values={
            "name": "张䶮",
            "notes": '引号"、换行\n、𠮷',
            "tags": ["授信", "逾期"],
            "finance": {"income": 12000.5, "debt": -3, "vehicles": None},
            "contacts": [{"name": "李四", "phone": "13800000000"}],
        },
        original={"name": "张 䶮"},
        origins={"region": Origin.DERIVED, "secrecy": Origin.DEFAULT},
        quality=87,
    )
    with database.write() as connection:
        save(connection, Revision(record, "d"))

    with database.read() as connection:
        assert records.get(connection, [R1]) == {R1: record}


def test_records_come_in_the_order_asked_for_without_the_unknown(database: Database) -> None:
    with database.write() as connection:
        save(connection, *(revision(f"R{number}") for number in range(1200)))
    wanted = [RecordId(f"R{number}") for number in range(1300)]
    random.Random(7).shuffle(wanted)

    with database.read() as connection:
        found = records.get(connection, wanted)

    assert list(found) == [one for one in wanted if int(one[1:]) < 1200]


def test_a_new_version_replaces_the_old_and_keeps_creator_and_time(database: Database) -> None:
    with database.write() as connection:
        records.save(connection, [revision("R1", notes="旧")], by="li.na", at=NOON)
    with database.write() as connection:
        records.save(connection, [revision("R1", 2, notes="新")], by="wang.wu", at=after(hours=1))

    with database.read() as connection:
        found = records.get(connection, [R1])[R1]
        row = connection.exec_driver_sql(
            "SELECT created_by, created_at, updated_at, version FROM records"
        ).one()
    assert (found.version, found.values["notes"]) == (2, "新")
    assert tuple(row) == (
        "li.na",
        "2024-03-05T12:00:00.000000Z",
        "2024-03-05T13:00:00.000000Z",
        2,
    )


def test_history_holds_every_version_the_current_one_too(database: Database) -> None:
    with database.write() as connection:
        records.save(connection, [revision("R1", notes="一")], by="li.na", at=NOON)
        save(connection, revision("R2"))
    with database.write() as connection:
        records.save(connection, [revision("R1", 2, notes="二")], by="admin", at=after(days=1))

    with database.read() as connection:
        found = records.history(connection, R1)
        unknown = records.history(connection, RecordId("R9"))

    assert [(one.version, one.values["notes"], one.changed_by) for one in found] == [
        (1, "一", "li.na"),
        (2, "二", "admin"),
    ]
    assert [one.changed_at for one in found] == [NOON, after(days=1)]
    assert unknown == ()


def test_a_batch_may_hold_several_versions_of_one_record(database: Database) -> None:
    with database.write() as connection:
        save(connection, revision("R1"))
    with database.write() as connection:
        save(
            connection,
            revision("R2", notes="a"),
            revision("R1", 2),
            revision("R2", 2, notes="b"),
            revision("R1", 3, notes="c"),
        )

    with database.read() as connection:
        now = {one: found.version for one, found in records.get(connection, [R1, R2]).items()}
        versions = [len(records.history(connection, one)) for one in (R1, R2)]
    assert (now, versions) == ({R1: 3, R2: 2}, [3, 2])


@pytest.mark.parametrize("version", [1, 2, 4])
def test_only_the_next_version_can_be_saved(database: Database, version: int) -> None:
    with database.write() as connection:
        save(connection, revision("R1"), revision("R1", 2))

    with pytest.raises(ConflictError, match="重新读取"), database.write() as connection:
        save(connection, revision("R0"), revision("R1", version))

    with database.read() as connection:
        assert list(records.revisions(connection)) == [("R1", 2)]


def test_a_record_that_is_not_there_has_no_second_version(database: Database) -> None:
    with pytest.raises(ConflictError), database.write() as connection:
        save(connection, revision("R1", 2))


def test_a_value_that_cannot_be_stored_keeps_the_whole_batch_out(database: Database) -> None:
    with pytest.raises(InvalidRequestError), database.write() as connection:
        save(connection, revision("R1"), Revision(Record(R2, 1, {"notes": "\ud83d"}), "d"))

    with database.read() as connection:
        assert records.count(connection) == 0


def test_an_empty_batch_changes_nothing(database: Database) -> None:
    with database.write() as connection:
        save(connection)

    with database.read() as connection:
        assert (records.count(connection), outbox.count(connection)) == (0, 0)


def test_a_batch_takes_few_statements(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    statements: list[str] = []

    def noted(connection: Connection, text: str, values: Sequence[object]) -> Sequence[Row]:
        statements.append(text)
        return prepared.execute(connection, text, values)

    with database.write() as connection:
        save(connection, *(revision(f"R{number}") for number in range(250)))
    monkeypatch.setattr(bulk, "execute", noted)
    with database.write() as connection:
        event.listen(connection, "before_cursor_execute", lambda *told: statements.append(told[2]))
        save(
            connection,
            *(revision(f"R{number}", 2) for number in range(250)),
            *(revision(f"N{number}") for number in range(250)),
        )

    kinds = [" ".join(statement.split()[:3]) for statement in statements]
    assert Counter(kinds) == {
        "SELECT max(records.id) AS": 1,
        "SELECT max(record_versions.id) AS": 1,
        "INSERT INTO records": 4,
        "UPDATE records SET": 1,
        "INSERT INTO record_keys": 1,
        "INSERT INTO record_versions": 5,
        "INSERT INTO outbox": 2,
    }


def test_walking_meets_every_record_once_in_its_current_version(database: Database) -> None:
    with database.write() as connection:
        save(connection, *(revision(f"R{number}") for number in range(1100)))
        save(connection, *(revision(f"R{number}", 2) for number in range(0, 1100, 3)))

    with database.read() as connection:
        met = [(record.record_id, record.version) for record in records.iterate_all(connection)]
        total = records.count(connection)

    assert met == [(f"R{number}", 1 + (number % 3 == 0)) for number in range(1100)]
    assert total == 1100


@pytest.mark.parametrize("amount", [0, 1, 499, 500, 501, 1000])
def test_walking_ends_well_at_every_size(database: Database, amount: int) -> None:
    with database.write() as connection:
        save(connection, *(revision(f"R{number}") for number in range(amount)))

    with database.read() as connection:
        assert sum(1 for _ in records.iterate_all(connection)) == amount
        assert sum(1 for _ in records.revisions(connection)) == amount


def test_walking_is_not_disturbed_by_a_writer(database: Database) -> None:
    with database.write() as connection:
        save(connection, *(revision(f"R{number}") for number in range(600)))

    with database.read() as connection:
        walk = records.iterate_all(connection)
        met = [next(walk)]
        with database.write() as writer:
            save(writer, *(revision(f"R{number}", 2) for number in range(600)), revision("R999"))
        met += walk

    assert [record.version for record in met] == [1] * 600


def test_revisions_come_in_order_of_record_id_by_code_point(database: Database) -> None:
    ids = ["a", "B", "é", "档", "𠮷", "Z", "10", "9"]
    with database.write() as connection:
        save(connection, *(revision(one) for one in ids))

    with database.read() as connection:
        assert [one for one, _ in records.revisions(connection)] == sorted(ids)


def test_damaged_content_is_told_as_damage(database: Database) -> None:
    with database.write() as connection:
        save(connection, revision("R1"))
        connection.exec_driver_sql("UPDATE record_versions SET content = substr(content, 1, 20)")

    with pytest.raises(StoreError, match="已损坏"), database.read() as connection:
        records.get(connection, [R1])
