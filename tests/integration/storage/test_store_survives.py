"""The store under ``kill -9``, under several processes at once, and on a full disk."""

import os
import random
import select
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import archsearch
from archsearch.errors import StoreError
from archsearch.storage import records
from archsearch.storage.database import Database, open_database
from archsearch.storage.migrations.runner import migrate
from tests.integration.storage.batches import FRESH, NOON, assert_whole, next_batch, write_batch
from tests.vaults import with_vault

ROOT = Path(__file__).parents[3]
SOURCE = Path(archsearch.__file__).parents[1]
ENVIRONMENT = {**os.environ, "PYTHONPATH": f"{SOURCE}{os.pathsep}{ROOT}"}


def program(path: Path, name: str, amount: int | str) -> list[str]:
    script = Path(__file__).with_name("writer.py")
    return [sys.executable, str(script), str(path), name, str(amount)]


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = open_database(tmp_path / "archive.db", create=True)
    migrate(database, at=NOON)
    with_vault(database)
    yield database
    database.close()


def kill_at_random_moments(path: Path, kills: int, dice: random.Random) -> int:
    """Start a writer again and again, kill each somewhere in its batches; return the last done."""
    done = 0
    with subprocess.Popen(
        program(path, "w", "serve"),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=ENVIRONMENT,
        bufsize=0,
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        for _ in range(kills):
            server.stdin.write(b"\n")
            child = int(server.stdout.readline().split()[1])
            for _ in range(dice.randrange(3)):
                done = int(server.stdout.readline().split()[1])
            # Not waiting for anything: the time that passes is the random moment.
            select.select([], [], [], dice.uniform(0, 0.01))
            os.kill(child, signal.SIGKILL)
            while (words := server.stdout.readline().split())[0] == b"done":
                done = int(words[1])
        server.stdin.close()
    return done


def check_kills(database: Database, kills: int, seed: int) -> None:
    acknowledged = kill_at_random_moments(database.path, kills, random.Random(seed))

    present = next_batch(database, "w")
    # A batch may be durable although its writer died before it could say so.
    assert acknowledged <= present <= acknowledged + 1
    assert_whole(database, {"w": present})
    write_batch(database, "w", present)
    assert_whole(database, {"w": present + 1})


def test_kill_9_at_random_moments_loses_nothing_and_leaves_nothing_half(
    database: Database,
) -> None:
    check_kills(database, kills=30, seed=1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_kill_9_at_many_random_moments(database: Database, seed: int) -> None:
    check_kills(database, kills=200, seed=seed)


def test_processes_write_at_once_and_readers_always_see_whole_batches(
    database: Database,
) -> None:
    names = ["a", "b", "c"]
    writers = [
        subprocess.Popen(
            program(database.path, name, 25), stdout=subprocess.DEVNULL, env=ENVIRONMENT
        )
        for name in names
    ]
    looks = 0
    while any(writer.poll() is None for writer in writers):
        with database.read() as connection:
            found = list(records.iterate_all(connection))
            total = records.count(connection)
        batches = sum(one.version for one in found if one.record_id.endswith("common"))
        fresh = sum(not one.record_id.endswith("common") for one in found)
        assert (fresh, total) == (FRESH * batches, len(found))
        looks += 1

    assert [writer.returncode for writer in writers] == [0, 0, 0]
    assert looks
    assert_whole(database, dict.fromkeys(names, 25))


def test_a_database_that_cannot_grow_refuses_and_keeps_what_it_has(database: Database) -> None:
    write_batch(database, "w", 0)
    with database.write() as connection:
        pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        connection.exec_driver_sql(f"PRAGMA max_page_count = {pages + 100}")

    def write_until_full() -> None:
        for number in range(1, 1000):
            write_batch(database, "w", number)

    with pytest.raises(StoreError, match="磁盘空间不足"):
        write_until_full()

    done = next_batch(database, "w")
    assert 1 < done < 1000
    assert_whole(database, {"w": done})
    with database.write() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
    write_batch(database, "w", done)
    assert_whole(database, {"w": done + 1})


FILL_A_SMALL_DISK = """
import sys
from pathlib import Path
from archsearch.errors import StoreError
from archsearch.storage.database import open_database
from archsearch.storage.migrations.runner import migrate
from tests.integration.storage.batches import FRESH, NOON, assert_whole, next_batch, write_batch
from tests.vaults import with_vault

path = Path(sys.argv[1]) / "archive.db"
database = open_database(path, create=True)
migrate(database, at=NOON)
with_vault(database)
done = 0
message = ""
try:
    while done < 10_000:
        write_batch(database, "w", done)
        done += 1
except StoreError as error:
    message = str(error)
assert_whole(database, {"w": done})
database.close()
database = with_vault(open_database(path))
assert_whole(database, {"w": done})
database.close()
print(done, message)
"""


def test_a_full_disk_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    """A real file system of 3 MB, mounted in a name space of its own."""
    unshare = shutil.which("unshare")
    command = [
        str(unshare),
        "--mount",
        "--map-root-user",
        "sh",
        "-c",
        f'mount -t tmpfs -o size=3m none "$0" && exec "{sys.executable}" -c "$1" "$0"',
        str(tmp_path),
        FILL_A_SMALL_DISK,
    ]
    if unshare is None or subprocess.run([*command[:4], "-c", "true"], check=False).returncode:
        pytest.skip("this machine lets nobody mount a small disk")

    finished = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False)

    assert finished.returncode == 0, finished.stderr
    done, message = finished.stdout.split(maxsplit=1)
    assert 10 < int(done) < 10_000
    assert "磁盘" in message
