"""Sessions, as they are kept."""

from datetime import timedelta

import pytest

from archsearch.domain.access import Role
from archsearch.domain.sessions import End
from archsearch.domain.users import User
from archsearch.storage import passwords, sessions, users
from archsearch.storage.database import Database
from archsearch.storage.sessions import NewSession
from tests.unit.storage.samples import NOON

DIGEST = b"d" * 32
HOUR = timedelta(hours=1)


@pytest.fixture
def begun(database: Database) -> Database:
    with database.write() as connection:
        for name in ("li", "wang"):
            users.add(connection, User(name, role=Role.EMPLOYEE), at=NOON)
            digest = DIGEST if name == "li" else b"w" * 32
            new = NewSession(name, Role.EMPLOYEE, digest, "192.0.2.1", NOON, NOON + HOUR)
            sessions.add(connection, new)
    return database


def found(database: Database, digest: bytes = DIGEST) -> str | None:
    with database.read() as connection:
        session = sessions.find(connection, digest)
    return None if session is None else session.user


def test_a_session_is_found_by_its_digest_alone(begun: Database) -> None:
    with begun.read() as connection:
        session = sessions.find(connection, DIGEST)

    assert session is not None
    assert (session.id, session.user, session.source) == (1, "li", "192.0.2.1")
    assert (session.created_at, session.seen_at, session.ends_at) == (NOON, NOON, NOON + HOUR)
    assert not session.must_change_password
    assert found(begun, DIGEST[:-1]) is None


def test_another_role_or_a_disabled_user_ends_it_whoever_made_the_change(begun: Database) -> None:
    with begun.write() as connection:
        users.set_role(connection, "li", Role.MANAGER)
    assert found(begun) is None
    with begun.write() as connection:
        users.set_role(connection, "li", None)
    assert found(begun) is None
    with begun.write() as connection:
        users.set_role(connection, "li", Role.EMPLOYEE)
        users.set_disabled(connection, "li", disabled=True)
    assert found(begun) is None
    with begun.read() as connection:
        assert sessions.of_user(connection, "li") == ()


def test_ending_ends_those_meant_and_keeps_why(begun: Database) -> None:
    with begun.write() as connection:
        sessions.end(connection, 1, End.LOGOUT, NOON)
        assert sessions.end_all(connection, "li", End.PASSWORD, NOON + HOUR) == 0
        assert sessions.end_all(connection, "wang", End.ROLE, NOON) == 1

        kept = connection.exec_driver_sql("SELECT ended_why FROM sessions ORDER BY id").scalars()
        assert list(kept) == ["logout", "role"]
    assert (found(begun), found(begun, b"w" * 32)) == (None, None)


def test_that_a_password_is_to_be_changed_is_known_at_once(begun: Database) -> None:
    with begun.write() as connection:
        passwords.put(connection, "li", "$argon2id$", must_change=True, at=NOON)

        session = sessions.find(connection, DIGEST)

    assert session is not None
    assert session.must_change_password
    assert session.caller.limits == frozenset()


def test_sessions_long_over_are_forgotten_and_their_numbers_never_used_again(
    begun: Database,
) -> None:
    with begun.write() as connection:
        sessions.forget_before(connection, NOON + HOUR)
        assert sessions.find(connection, DIGEST) is not None
        sessions.forget_before(connection, NOON + HOUR + timedelta(seconds=1))

        assert sessions.find(connection, DIGEST) is None
        new = NewSession("li", Role.EMPLOYEE, b"n" * 32, "", NOON, NOON + HOUR)
        assert sessions.add(connection, new) == 3
