import os
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path

import pytest
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from archsearch.errors import BusyError, ConflictError, StoreError, WorkspaceError
from archsearch.storage import meta, records
from archsearch.storage.database import Database, open_database
from archsearch.storage.migrations.runner import migrate
from tests.unit.storage.samples import NOON, revision, save
from tests.vaults import with_vault


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_files_and_folder_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        database = open_database(tmp_path / "var" / "archive.db", create=True)
        migrate(database, at=NOON)
        files = {path.name: mode_of(path) for path in (tmp_path / "var").iterdir()}
        database.close()
    finally:
        os.umask(before)

    assert mode_of(tmp_path / "var") == 0o700
    assert files == {"archive.db": 0o600, "archive.db-wal": 0o600, "archive.db-shm": 0o600}


def test_opening_what_does_not_exist_creates_nothing(tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match="备份"):
        open_database(tmp_path / "archive.db")

    assert list(tmp_path.iterdir()) == []


def test_creating_again_opens_what_is_there(database: Database) -> None:
    with database.write() as connection:
        meta.put(connection, "workspace", "w1")

    again = open_database(database.path, create=True)
    with again.read() as connection:
        found = meta.get(connection, "workspace")
    again.close()

    assert found == "w1"


def test_a_creation_cut_short_is_completed(tmp_path: Path) -> None:
    (tmp_path / "archive.db").touch()

    database = open_database(tmp_path / "archive.db", create=True)
    done = migrate(database, at=NOON)
    database.close()

    assert done


@pytest.mark.parametrize("create", [False, True])
def test_a_database_of_another_program_is_refused_and_left_alone(
    tmp_path: Path, create: bool
) -> None:
    path = tmp_path / "other.db"
    other = sqlite3.connect(path)
    other.execute("CREATE TABLE theirs (a)")
    other.close()
    before = path.read_bytes()

    with pytest.raises(WorkspaceError, match="不是 archsearch 的档案库"):
        open_database(path, create=create)

    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    path.write_bytes("不是数据库".encode() * 500)

    with pytest.raises(StoreError, match="不是有效的数据库"):
        open_database(path)


def test_a_symbolic_link_is_not_followed_when_creating(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "archive.db").symlink_to(tmp_path / "elsewhere")

    with pytest.raises(StoreError, match="无法建立"):
        open_database(tmp_path / "var" / "archive.db", create=True)

    assert not (tmp_path / "elsewhere").exists()


def test_a_damaged_page_is_reported_as_damage(database: Database) -> None:
    with database.write() as connection:
        save(connection, *(revision(f"R{number}", notes="备注" * 300) for number in range(50)))
    database.close()
    size = database.path.stat().st_size
    with database.path.open("r+b") as file:
        file.seek(size * 3 // 4)
        file.write(b"\xff" * (size // 4))
    damaged = open_database(database.path)

    with pytest.raises(StoreError, match="已损坏"), damaged.read() as connection:
        list(records.iterate_all(connection))

    damaged.close()


def test_verify_finds_nothing_in_a_sound_database(database: Database) -> None:
    with database.write() as connection:
        save(connection, revision("R1"))

    assert database.verify() == ()


def test_verify_finds_a_reference_to_nowhere(database: Database) -> None:
    behind_its_back = sqlite3.connect(database.path)
    behind_its_back.execute("INSERT INTO user_departments VALUES (1, 1)")
    behind_its_back.commit()
    behind_its_back.close()

    assert any("user_departments" in problem for problem in database.verify())


def test_an_error_inside_a_write_undoes_all_of_it(database: Database) -> None:
    def fail_after_saving() -> None:
        with database.write() as connection:
            save(connection, revision("R1"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_saving()

    with database.read() as connection:
        assert records.count(connection) == 0


def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(StoreError, match="只读"), database.read() as connection:
        meta.put(connection, "a", "b")


def test_a_reader_sees_the_state_at_its_start(database: Database) -> None:
    with database.read() as reader:
        with database.write() as writer:
            save(writer, revision("R1"))
        seen = records.count(reader)
    with database.read() as later:
        assert (seen, records.count(later)) == (0, 1)


def test_a_second_writer_gives_up_after_a_while(database: Database) -> None:
    other = open_database(database.path, busy_timeout=0.05)

    with (
        database.write(),
        pytest.raises(BusyError, match="稍后重试"),
        other.write(),
    ):
        pass
    with other.write() as connection:
        connection.exec_driver_sql("SELECT 1")

    other.close()


def test_a_write_inside_a_write_of_the_same_process_is_refused_not_hung(
    database: Database,
) -> None:
    with database.write(), pytest.raises(BusyError), database.write():
        pass


def test_threads_take_turns_writing(tmp_path: Path) -> None:
    database = with_vault(open_database(tmp_path / "archive.db", create=True))
    migrate(database, at=NOON)

    def work(name: str) -> None:
        for number in range(10):
            with database.write() as connection:
                save(connection, revision(f"{name}-{number}"))

    threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as connection:
        found = records.count(connection)
    database.close()

    assert found == 40


def test_a_duplicate_is_a_conflict_that_undoes_the_write(database: Database) -> None:
    with database.write() as connection:
        save(connection, revision("R1", source="CRM", source_id="7"))

    def save_two() -> None:
        with database.write() as connection:
            save(connection, revision("R2"))
            save(connection, revision("R3", source="CRM", source_id="7"))

    with pytest.raises(ConflictError, match="已被占用"):
        save_two()

    with database.read() as connection:
        assert records.count(connection) == 1


def test_errors_do_not_carry_the_values(database: Database) -> None:
    """Messages and logged chains of exceptions must not hold personal data."""
    with database.write() as connection:
        save(connection, revision("R1", source="CRM", source_id="欧阳娜娜"))

    with pytest.raises(ConflictError) as caught, database.write() as connection:
        save(connection, revision("R2", source="CRM", source_id="欧阳娜娜"))

    told: list[str] = []
    error: BaseException | None = caught.value
    while error is not None:
        told.append(f"{error!s}{error!r}{error.args}")
        error = error.__cause__
    assert len(told) > 1
    assert not any("欧阳娜娜" in text for text in told)


def test_going_on_after_a_full_disk_cannot_save_half(database: Database) -> None:
    """SQLite rolls back by itself on a full disk; later statements must not commit alone."""
    with database.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")  # as small as it is now

    def go_on_regardless() -> None:
        with database.write() as connection:
            save(connection, revision("R1"))
            with suppress(OperationalError):
                save(connection, revision("R2", notes="满" * 8_000_000))
            meta.put(connection, "half", "done")

    with pytest.raises(StoreError):
        go_on_regardless()

    with database.read() as connection:
        assert (records.count(connection), meta.get(connection, "half")) == (0, None)


def test_a_closed_database_refuses_work(database: Database) -> None:
    database.close()

    with pytest.raises(StoreError, match="已关闭"), database.read():
        pass


def test_closing_folds_the_log_into_the_file(database: Database) -> None:
    with database.write() as connection:
        save(connection, revision("R1"))
    database.close()

    assert {path.name for path in database.path.parent.iterdir()} == {"archive.db", "archive.keys"}


FORKS = """
import os, sys
from pathlib import Path
from archsearch.errors import StoreError
from archsearch.storage.database import open_database

path = Path(sys.argv[1])


def use():
    with database.read():
        pass


def status_in_a_child(work):
    child = os.fork()
    if child == 0:
        try:
            work()
        except StoreError:
            os._exit(7)
        except BaseException:
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


database = open_database(path)
print(status_in_a_child(use), status_in_a_child(lambda: open_database(path)))
database.close()
print(status_in_a_child(lambda: open_database(path).close()))
"""


def test_a_forked_child_can_neither_use_nor_reopen_what_its_parent_has_open(
    database: Database,
) -> None:
    """SQLite would believe that the child holds the parent's locks.

    In a process of its own: other tests may have left theirs open in this one.
    """
    database.close()

    told = subprocess.run(
        [sys.executable, "-c", FORKS, str(database.path)],
        check=True,
        capture_output=True,
        encoding="utf-8",
    )

    assert told.stdout.split() == ["7", "7", "0"]


def pragmas(connection: Connection) -> dict[str, object]:
    return {
        name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
        for name in (
            *("foreign_keys", "synchronous", "trusted_schema", "secure_delete"),
            *("temp_store", "journal_mode", "busy_timeout", "query_only"),
        )
    }


def test_every_connection_is_strict_and_only_the_writer_may_write(database: Database) -> None:
    with database.write() as writer, database.read() as reader:
        writing, reading = pragmas(writer), pragmas(reader)

    assert writing == {
        "foreign_keys": 1,
        "synchronous": 2,
        "trusted_schema": 0,
        "secure_delete": 1,
        "temp_store": 2,
        "journal_mode": "wal",
        "busy_timeout": 200,
        "query_only": 0,
    }
    assert reading == {**writing, "query_only": 1}


def files_hold(database: Database, text: str) -> set[str]:
    """Name the database files in whose bytes the text occurs."""
    return {
        path.suffix for path in database.path.parent.iterdir() if text.encode() in path.read_bytes()
    }


def test_deleted_text_is_gone_from_every_file_after_a_checkpoint(database: Database) -> None:
    """``secure_delete`` wipes pages, but the log keeps their old images until it is emptied."""
    with database.write() as connection:
        for number in range(20):
            meta.put(connection, f"R{number}", f"绝密{number:03d}" * 400)
    assert database.checkpoint()
    assert files_hold(database, "绝密007") == {".db"}

    with database.write() as connection:
        connection.exec_driver_sql("DELETE FROM meta")
    assert files_hold(database, "绝密007")
    assert database.checkpoint()

    assert files_hold(database, "绝密") == set()


def test_a_checkpoint_tells_that_a_reader_prevented_it(database: Database) -> None:
    with database.write() as connection:
        save(connection, revision("R1"))

    with database.read():
        with database.write() as connection:
            save(connection, revision("R2"))
        prevented = not database.checkpoint()

    assert prevented
    assert database.checkpoint()
