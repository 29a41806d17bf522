import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from archsearch.domain.access import Role
from archsearch.domain.policy import Right
from archsearch.domain.sessions import ApiToken
from archsearch.domain.users import User
from archsearch.errors import StoreError, WorkspaceError
from archsearch.storage import api_tokens, moments, records, users
from archsearch.storage.database import Database, open_database
from archsearch.storage.migrations.runner import STEPS, migrate, version_of
from archsearch.storage.migrations.step import Step
from tests.unit.storage.samples import NOON, revision, save
from tests.vaults import with_vault

FIRST = Step(1, "first", ("CREATE TABLE a (x INTEGER)", "INSERT INTO a VALUES (1)"))
SECOND = Step(2, "second", ("ALTER TABLE a ADD COLUMN y INTEGER", "UPDATE a SET y = x + 1"))
BROKEN = Step(2, "broken", ("INSERT INTO a VALUES (2)", "CREATE TABLE a (x INTEGER)"))


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "archive.db", create=True)
    yield database
    database.close()


def content(database: Database) -> list[tuple[int, ...]]:
    with database.read() as connection:
        return [tuple(row) for row in connection.exec_driver_sql("SELECT * FROM a")]


def version(database: Database) -> int:
    with database.read() as connection:
        return version_of(connection)


def test_versions_count_from_one_without_gaps() -> None:
    assert [step.version for step in STEPS] == list(range(1, len(STEPS) + 1))


def test_released_steps_are_never_changed() -> None:
    """Databases out there have run them as they were; mend a mistake with a new step."""
    assert [(step.name, step.checksum[:16]) for step in STEPS] == [
        ("foundation", "91492f43cefe91a1"),
        ("dictionary", "066240e4e8d192aa"),
        ("borrowing", "85a2b02aed561b40"),
        ("accounts", "a107c4fc0272a406"),
        ("proposals", "14d34340431248c4"),
        ("history", "200cb5049ef91166"),
        ("inbox", "b74314b94b7c5ae7"),
        ("tokens", "0eff14866f771c69"),
        ("desk", "7f84b4ce5c10d33c"),
    ]


def test_a_new_database_gets_every_step_and_a_second_run_none(empty: Database) -> None:
    done = [migrate(empty, at=NOON), migrate(empty, at=NOON)]

    assert done == [tuple(step.version for step in STEPS), ()]
    assert version(empty) == STEPS[-1].version


@pytest.mark.parametrize("start", [step.version for step in STEPS])
def test_data_of_every_earlier_version_survives_the_upgrade(
    empty: Database, start: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(empty, at=NOON, steps=STEPS[:start])
    with_vault(empty)
    if "history" not in {step.name for step in STEPS[:start]}:
        # Programs of that time noted no moments.
        monkeypatch.setattr(moments, "note_versions", lambda *_: None)
    with empty.write() as connection:
        save(connection, revision("R1"))

    migrate(empty, at=NOON)

    with empty.read() as connection:
        assert list(records.iterate_all(connection)) == [revision("R1").record]
    assert empty.verify() == ()


def test_tokens_that_could_read_say_what_else_they_could_when_nothing_had_to_say_so(
    empty: Database,
) -> None:
    before = [step for step in STEPS if step.name != "tokens"]
    migrate(empty, at=NOON, steps=before[: [step.name for step in STEPS].index("tokens")])
    kept = {"one": "read screen", "two": "log", "three": "create read"}
    with empty.write() as connection:
        users.add(connection, User("core", role=Role.PROGRAM), at=NOON)
        for name, rights in kept.items():
            words = tuple(map(Right, rights.split()))
            token = ApiToken(0, "core", name, words, NOON, "admin", NOON)
            api_tokens.add(connection, token, name.encode())

    migrate(empty, at=NOON)

    with empty.read() as connection:
        found = {each.name: " ".join(each.rights) for each in api_tokens.all_tokens(connection)}
    assert found == {
        "one": "borrow propose read screen",
        "two": "log",
        "three": "borrow create propose read",
    }


def test_only_the_missing_steps_run(empty: Database) -> None:
    migrate(empty, at=NOON, steps=[FIRST])

    assert migrate(empty, at=NOON, steps=[FIRST, SECOND]) == (2,)
    assert content(empty) == [(1, 2)]


def test_a_step_that_fails_leaves_the_version_before(empty: Database) -> None:
    with pytest.raises(StoreError):
        migrate(empty, at=NOON, steps=[FIRST, BROKEN])

    assert version(empty) == 1
    assert content(empty) == [(1,)]
    assert migrate(empty, at=NOON, steps=[FIRST, SECOND]) == (2,)


def test_a_database_of_a_newer_program_is_refused(empty: Database) -> None:
    migrate(empty, at=NOON, steps=[FIRST, SECOND])

    with pytest.raises(WorkspaceError, match="升级 archsearch"):
        migrate(empty, at=NOON, steps=[FIRST])


def test_a_database_made_by_other_steps_is_refused(empty: Database) -> None:
    migrate(empty, at=NOON, steps=[FIRST])
    other = Step(1, "first", ("CREATE TABLE a (z TEXT)",))

    with pytest.raises(WorkspaceError, match="不一致"):
        migrate(empty, at=NOON, steps=[other, SECOND])


def test_several_starting_at_once_run_each_step_once(empty: Database) -> None:
    done: list[int] = []

    def start() -> None:
        done.extend(migrate(empty, at=NOON, steps=[FIRST, SECOND]))

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(done) == [1, 2]
    assert content(empty) == [(1, 2)]
