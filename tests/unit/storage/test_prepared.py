import sqlite3
from contextlib import suppress

import pytest
from sqlalchemy import bindparam, insert, literal, select, update

from archsearch.errors import StoreError
from archsearch.storage import meta
from archsearch.storage.database import Database
from archsearch.storage.prepared import Prepared
from archsearch.storage.tables import META

_OF = Prepared(select(META.c.value).where(META.c.key == bindparam("key")))
_ADD = Prepared(insert(META))


def test_a_statement_gives_the_rows_of_the_values_it_is_asked_with(database: Database) -> None:
    with database.write() as connection:
        meta.put(connection, "one", "1")
        meta.put(connection, "two", "2")

    with database.read() as connection:
        found = [_OF.rows(connection, key=key) for key in ("two", "one", "three", "two")]

    assert found == [[("2",)], [("1",)], [], [("2",)]]


def test_values_that_are_written_in_the_statement_stay_what_they_are(database: Database) -> None:
    statement = Prepared(select(literal("a"), bindparam("given"), literal(7)))

    with database.read() as connection:
        found = [statement.row(connection, given=given) for given in ("x", None)]

    assert found == [("a", "x", 7), ("a", None, 7)]


def test_one_value_may_stand_in_several_places(database: Database) -> None:
    given = bindparam("given", type_=META.c.key.type)
    statement = Prepared(
        select(META.c.value).where((META.c.key == given) | (META.c.value == given))
    )
    with database.write() as connection:
        meta.put(connection, "x", "1")
        meta.put(connection, "2", "x")

    with database.read() as connection:
        found = sorted(value for (value,) in statement.rows(connection, given="x"))

    assert found == ["1", "x"]


def test_what_it_writes_belongs_to_the_transaction(database: Database) -> None:
    change = Prepared(update(META).values(value=bindparam("new")).where(META.c.key == "k"))
    with database.write() as connection:
        _ADD.rows(connection, key="k", value="kept")

    with suppress(KeyError), database.write() as connection:
        change.rows(connection, new="lost")
        raise KeyError

    with database.read() as connection:
        assert meta.get(connection, "k") == "kept"


def test_going_on_after_a_full_disk_cannot_save_half(database: Database) -> None:
    """SQLite rolls back by itself on a full disk; later statements must not commit alone."""

    def go_on_regardless() -> None:
        with database.write() as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 1")  # as small as it is now
            _ADD.rows(connection, key="first", value="1")
            with suppress(sqlite3.OperationalError):
                _ADD.rows(connection, key="large", value="x" * 8_000_000)
            _ADD.rows(connection, key="second", value="2")

    with pytest.raises(StoreError):
        go_on_regardless()

    with database.read() as connection:
        assert [meta.get(connection, key) for key in ("first", "large", "second")] == [None] * 3


def test_a_connection_serves_on_after_a_statement_that_failed_alone(database: Database) -> None:
    with database.write() as connection:
        _ADD.rows(connection, key="k", value="1")
        with pytest.raises(sqlite3.IntegrityError):
            _ADD.rows(connection, key="k", value="2")
        _ADD.rows(connection, key="other", value="3")

    with database.read() as connection:
        assert [meta.get(connection, key) for key in ("k", "other")] == ["1", "3"]
