import pytest

from archsearch.errors import InvalidRequestError
from archsearch.storage import counters
from archsearch.storage.database import Database


def test_numbers_go_on_where_they_stopped(database: Database) -> None:
    with database.write() as connection:
        first = counters.take(connection, "GR-2024", 3)
    with database.write() as connection:
        second = counters.take(connection, "GR-2024", 2)
        third = counters.take(connection, "GR-2024")

    assert [list(one) for one in (first, second, third)] == [[1, 2, 3], [4, 5], [6]]


def test_every_prefix_counts_for_itself(database: Database) -> None:
    with database.write() as connection:
        counters.take(connection, "GR-2024", 3)
        other = counters.take(connection, "GR-2025")

    assert list(other) == [1]


def test_a_failed_transaction_gives_its_numbers_back(database: Database) -> None:
    def take_and_fail() -> None:
        with database.write() as connection:
            counters.take(connection, "GR", 5)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        take_and_fail()

    with database.write() as connection:
        assert list(counters.take(connection, "GR")) == [1]


def test_none_can_be_taken_but_not_fewer(database: Database) -> None:
    with database.write() as connection:
        assert list(counters.take(connection, "GR", 0)) == []
        with pytest.raises(InvalidRequestError):
            counters.take(connection, "GR", -1)
        assert list(counters.take(connection, "GR")) == [1]


def test_the_last_number_can_be_told_without_taking_one(database: Database) -> None:
    with database.write() as connection:
        before = counters.last(connection, "GR")
        counters.take(connection, "GR", 3)
        after = counters.last(connection, "GR"), counters.last(connection, "GR")

    assert (before, after) == (0, (3, 3))
