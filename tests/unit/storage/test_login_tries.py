"""Wrong tries and known sources, as they are kept."""

from datetime import timedelta

import pytest

from archsearch.domain.throttle import Tries
from archsearch.domain.users import User
from archsearch.errors import NotFoundError
from archsearch.storage import login_tries, users
from archsearch.storage.database import Database
from archsearch.storage.login_tries import Kind
from tests.unit.storage.samples import NOON

ACCOUNT, OTHER, PLACE = b"a" * 32, b"b" * 32, b"c" * 32
MINUTE = timedelta(minutes=1)


def counted(database: Database) -> dict[tuple[Kind, bytes], int]:
    keys = [(Kind.ACCOUNT, ACCOUNT), (Kind.ACCOUNT, OTHER), (Kind.SOURCE, ACCOUNT)]
    keys += [(Kind.PAIR, ACCOUNT + PLACE), (Kind.PAIR, OTHER + ACCOUNT)]
    with database.read() as connection:
        found = {key: login_tries.get(connection, *key) for key in keys}
    return {key: tries.count for key, tries in found.items() if tries}


def test_unlocking_an_account_forgets_its_tries_and_no_others(database: Database) -> None:
    kept = {(Kind.ACCOUNT, OTHER): 1, (Kind.SOURCE, ACCOUNT): 2, (Kind.PAIR, OTHER + ACCOUNT): 3}
    with database.write() as connection:
        for key, count in kept.items():
            login_tries.put(connection, *key, Tries(count, NOON))
        login_tries.put(connection, Kind.ACCOUNT, ACCOUNT, Tries(4, NOON))
        login_tries.put(connection, Kind.PAIR, ACCOUNT + PLACE, Tries(5, NOON))

        login_tries.forget_account(connection, ACCOUNT)

    assert counted(database) == kept


def test_old_tries_are_forgotten_and_none_are_not_kept(database: Database) -> None:
    with database.write() as connection:
        login_tries.put(connection, Kind.ACCOUNT, ACCOUNT, Tries(1, NOON - MINUTE))
        login_tries.put(connection, Kind.ACCOUNT, OTHER, Tries(2, NOON))
        login_tries.put(connection, Kind.SOURCE, ACCOUNT, Tries(0, NOON))
        login_tries.forget_before(connection, NOON)

    assert counted(database) == {(Kind.ACCOUNT, OTHER): 2}


def test_that_a_wait_was_logged_is_kept_with_the_tries_so_far(database: Database) -> None:
    with database.write() as connection:
        login_tries.put(connection, Kind.ACCOUNT, ACCOUNT, Tries(7, NOON))
        login_tries.note(connection, Kind.ACCOUNT, ACCOUNT)

    with database.read() as connection:
        assert login_tries.get(connection, Kind.ACCOUNT, ACCOUNT) == Tries(7, NOON, 7)


def test_the_latest_sources_of_a_user_are_known_for_a_time(database: Database) -> None:
    with database.write() as connection:
        for name in ("li", "wang"):
            users.add(connection, User(name), at=NOON)
        for number in range(5):
            at = NOON + number * MINUTE
            login_tries.make_known(connection, "li", bytes([number]), at=at, most=3)
        login_tries.make_known(connection, "wang", b"\1", at=NOON, most=3)

        def known(name: str, since: timedelta) -> list[int]:
            moment = NOON + since
            return [
                number
                for number in range(5)
                if login_tries.is_known(connection, name, bytes([number]), moment)
            ]

        assert known("li", timedelta(0)) == [2, 3, 4]
        assert known("li", 3 * MINUTE) == [3, 4]
        assert known("wang", timedelta(0)) == [1]
        assert known("nobody", timedelta(0)) == []
        with pytest.raises(NotFoundError):
            login_tries.make_known(connection, "nobody", b"\1", at=NOON, most=3)
