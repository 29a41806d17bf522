"""Moments by the log's numbers, whatever the clock did; and histories that only grow."""

from datetime import datetime

import pytest

from archsearch.domain.audit import Action, AuditEntry
from archsearch.domain.dictionary import Dictionary, Entry, EntryKind
from archsearch.domain.users import User
from archsearch.errors import StoreError
from archsearch.storage import audit_log, departments, dictionary, moments, past, users
from archsearch.storage.audit_log import AuditLog
from archsearch.storage.database import Database, open_database
from archsearch.storage.migrations.runner import STEPS, migrate
from archsearch.storage.moments import Moment
from tests.unit.storage.samples import NOON, after, revision, save
from tests.vaults import with_vault

LOG = AuditLog(b"k" * 32)
WORD = Entry(EntryKind.WORD, "华信")


def entered(database: Database, at: datetime) -> None:
    with database.write() as connection:
        LOG.append(connection, AuditEntry(at, "a", Action.SEARCH))


def test_a_time_means_everything_before_the_log_went_beyond_it(database: Database) -> None:
    for hours in (0, 2, 1, 3):
        entered(database, after(hours=hours))

    with database.read() as connection:
        found = [
            moments.moment_at(connection, after(hours=hours)).seq
            for hours in (-1, 0, 1, 1.5, 2, 2.5, 3, 9)
        ]

    assert found == [0, 1, 1, 1, 3, 3, 4, 4]


def test_an_entry_means_the_time_of_the_clock_though_it_was_set_back(database: Database) -> None:
    for hours in (0, 2, 1):
        entered(database, after(hours=hours))

    with database.read() as connection:
        assert moments.moment_of(connection, 1) == Moment(1, NOON)
        assert moments.moment_of(connection, 3) == Moment(3, after(hours=1))
        assert moments.moment_of(connection, 0) is None
        assert moments.moment_of(connection, 4) is None


def test_versions_belong_to_the_entry_that_tells_of_them(database: Database) -> None:
    with database.write() as connection:
        save(connection, revision("R1"), revision("R2"))
        LOG.append(connection, AuditEntry(NOON, "a", Action.CREATE))
    entered(database, NOON)
    with database.write() as connection:
        save(connection, revision("R1", 2))
        LOG.append(connection, AuditEntry(NOON, "a", Action.CHANGE))

    with database.read() as connection:
        assert [moments.versions_upto(connection, seq) for seq in range(5)] == [0, 2, 2, 3, 3]
        assert moments.records_changed(connection, 1)
        assert not moments.records_changed(connection, 1, 2)
        assert not moments.records_changed(connection, 3)


@pytest.mark.parametrize("table", ["user_states", "dictionary_states", "record_states"])
@pytest.mark.parametrize(
    "change",
    [
        "UPDATE {} SET seq = 0",
        "DELETE FROM {}",
        "INSERT OR REPLACE INTO {} SELECT * FROM {}",
    ],
)
def test_histories_are_only_added_to(database: Database, table: str, change: str) -> None:
    with database.write() as connection:
        users.add(connection, User("a"), at=NOON)
        dictionary.add(connection, WORD, by="a", at=NOON)
        save(connection, revision("R1"))

    with pytest.raises(StoreError), database.write() as connection:
        connection.exec_driver_sql(change.format(table, table))


def test_an_older_archive_begins_its_history_with_what_it_finds(database: Database) -> None:
    path = database.path.with_name("older.db")
    older = open_database(path, create=True)
    before = [step.name for step in STEPS].index("history")
    migrate(older, at=NOON, steps=STEPS[:before])
    with_vault(older)
    with older.write() as connection:
        for name in ("乙", "甲"):
            departments.ensure(connection, name, at=NOON)
        for statement in (
            "INSERT INTO users VALUES (1, 'a', 'a', '', 'employee', '内部', 1, '2024')",
            "INSERT INTO users VALUES (2, 'b', 'b', '', NULL, '', 0, '2024')",
            "INSERT INTO user_departments SELECT 1, id FROM departments",
            "INSERT INTO dictionary VALUES (1, 'word', '华信', '', 'a', '2024')",
        ):
            connection.exec_driver_sql(statement)
        LOG.append(connection, *[AuditEntry(NOON, "a", Action.SEARCH)] * 3)

    migrate(older, at=NOON)
    with older.read() as connection:
        since = moments.since(connection)
        there = past.users_at(connection, since)
        now = users.all_users(connection)
        words = past.dictionary_at(connection, since)
        nobody = past.users_at(connection, since - 1)
    older.close()

    assert since == 3
    assert there == now
    assert there[0].departments == {"甲", "乙"}
    assert there[0].disabled
    assert words == Dictionary((WORD,))
    assert nobody == ()


def test_a_new_archive_knows_everything_from_the_beginning(database: Database) -> None:
    with database.read() as connection:
        assert moments.since(connection) == 0
        assert audit_log.head(connection).seq == 0
