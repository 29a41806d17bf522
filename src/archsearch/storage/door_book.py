"""What a server's processes have to know of each other: budgets, answers to repeat, tasks.

A file of its own, so that counting a request is no transaction of the record store. All contents
are sealed by who writes them. Losing the file loses nothing of the archive; a damaged one is
replaced.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

from archsearch.errors import StoreError

_PATIENCE: Final = 5.0
_TABLES: Final = """
CREATE TABLE IF NOT EXISTS budgets (who BLOB PRIMARY KEY, free_at REAL NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS answers (
    key BLOB PRIMARY KEY, request BLOB NOT NULL, at REAL NOT NULL, sealed BLOB
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tasks (
    id TEXT PRIMARY KEY, who BLOB NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL,
    done INTEGER NOT NULL, total INTEGER NOT NULL, began_at REAL NOT NULL, ended_at REAL,
    pid INTEGER NOT NULL, code TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS parts (
    task TEXT NOT NULL REFERENCES tasks (id) ON DELETE CASCADE, number INTEGER NOT NULL,
    sealed BLOB NOT NULL, PRIMARY KEY (task, number)
) WITHOUT ROWID;
"""


class Budget(NamedTuple):
    """What is left of a budget: requests at once, and seconds until one more, and until all."""

    left: int
    wait: float
    full_in: float


class Rate(NamedTuple):
    """How much one may ask for: seconds a request on average, and requests at once."""

    interval: float
    burst: int


class KeptAnswer(NamedTuple):
    """What was answered; ``sealed`` is None while it is not known."""

    request: bytes
    sealed: bytes | None


class TaskRow(NamedTuple):
    """A task: how far it is, and which process is at it."""

    id: str
    kind: str
    state: str
    done: int
    total: int
    began_at: float
    ended_at: float | None
    pid: int
    code: str


class DoorBook:
    """The open file; safe to share between threads and with other processes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        try:
            self._quick = self._opened()
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):
                raise StoreError("服务的临时账本不能打开；请检查磁盘和权限。") from error
            # It is no database, or none any more.
            for each in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
                each.unlink(missing_ok=True)
            self._quick = self._opened()

    def _opened(self) -> sqlite3.Connection:
        self._path.touch(0o600)
        connection = sqlite3.connect(
            self._path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False
        )
        try:
            connection.executescript(
                "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                "PRAGMA foreign_keys = ON; PRAGMA secure_delete = ON;" + _TABLES
            )
        except BaseException:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._quick.close()

    @contextmanager
    def _writing(self, *, sure: bool = False) -> Iterator[sqlite3.Connection]:
        """Enter a transaction; a sure one survives a power cut."""
        with self._lock:
            try:
                if sure:
                    self._quick.execute("PRAGMA synchronous = FULL")
                self._quick.execute("BEGIN IMMEDIATE")
                try:
                    yield self._quick
                except BaseException:
                    self._quick.execute("ROLLBACK")
                    raise
                self._quick.execute("COMMIT")
            except sqlite3.Error as error:
                raise StoreError("服务的临时账本不能写入；请检查磁盘。") from error
            finally:
                if sure:
                    with suppress(sqlite3.Error):
                        self._quick.execute("PRAGMA synchronous = NORMAL")

    def _rows(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        with self._lock:
            try:
                return self._quick.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise StoreError("服务的临时账本不能读取；请检查磁盘。") from error

    def take(self, who: bytes, rate: Rate, now: float) -> Budget:
        """Take one request from a budget (a leaky bucket, by the moment when it will be empty)."""
        most = rate.interval * rate.burst
        with self._writing() as connection:
            row = connection.execute("SELECT free_at FROM budgets WHERE who = ?", (who,)).fetchone()
            # A clock that was set back must not keep anybody out.
            free_at = min(max(row[0] if row else now, now), now + most)
            taken = free_at + rate.interval
            if taken - now > most + rate.interval / 1e6:
                return Budget(0, taken - now - most, free_at - now)
            connection.execute("INSERT OR REPLACE INTO budgets VALUES (?, ?)", (who, taken))
        left = int((most - (taken - now)) / rate.interval + 1e-6)
        return Budget(left, 0.0, taken - now)

    def begin(self, key: bytes, request: bytes, now: float, oldest: float) -> KeptAnswer | None:
        """Note that a request is being answered, or tell what was answered to it before."""
        with self._writing(sure=True) as connection:
            connection.execute("DELETE FROM answers WHERE at < ?", (oldest,))
            connection.execute("DELETE FROM budgets WHERE free_at < ?", (oldest,))
            found = connection.execute(
                "SELECT request, sealed FROM answers WHERE key = ?", (key,)
            ).fetchone()
            if found:
                return KeptAnswer(*found)
            connection.execute("INSERT INTO answers VALUES (?, ?, ?, NULL)", (key, request, now))
        return None

    def finish(self, key: bytes, sealed: bytes) -> None:
        """Keep what was answered."""
        with self._writing(sure=True) as connection:
            connection.execute("UPDATE answers SET sealed = ? WHERE key = ?", (sealed, key))

    def forget(self, key: bytes) -> None:
        """Forget a request of which nothing came."""
        with self._writing(sure=True) as connection:
            connection.execute("DELETE FROM answers WHERE key = ?", (key,))

    def add_task(self, task: TaskRow, who: bytes, most: int, oldest: float) -> bool:
        """Note a new task; False where its owner has too many."""
        with self._writing() as connection:
            connection.execute("DELETE FROM tasks WHERE ended_at < ?", (oldest,))
            count = connection.execute("SELECT COUNT(*) FROM tasks WHERE who = ?", (who,))
            if count.fetchone()[0] >= most:
                return False
            values = (task.id, who, *task[1:])
            connection.execute("INSERT INTO tasks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", values)
        return True

    def tasks(self, who: bytes) -> list[TaskRow]:
        """List somebody's tasks, the newest first."""
        found = self._rows(f"{_TASK} WHERE who = ? ORDER BY began_at DESC, id", who)
        return [TaskRow(*row) for row in found]  # type: ignore[arg-type]  # as the table has it

    def task(self, number: str, who: bytes) -> TaskRow | None:
        """Find a task of somebody's."""
        found = self._rows(f"{_TASK} WHERE id = ? AND who = ?", number, who)
        return TaskRow(*found[0]) if found else None  # type: ignore[arg-type]  # as above

    def part(self, task: str, number: int, sealed: bytes, done: int) -> bool:
        """Keep a part of a task's result; False where the task is no longer wanted."""
        with self._writing() as connection:
            gone = connection.execute(
                "UPDATE tasks SET done = ? WHERE id = ? AND state = 'running'", (done, task)
            )
            if not gone.rowcount:
                return False
            connection.execute("INSERT INTO parts VALUES (?, ?, ?)", (task, number, sealed))
        return True

    def end_task(self, task: str, state: str, now: float, code: str = "") -> None:
        """Note how a task that is under way ended."""
        with self._writing() as connection:
            connection.execute(
                "UPDATE tasks SET state = ?, ended_at = ?, code = ? "
                "WHERE id = ? AND state = 'running'",
                (state, now, code, task),
            )

    def drop_task(self, task: str) -> None:
        """Forget a task and its result."""
        with self._writing() as connection:
            connection.execute("DELETE FROM tasks WHERE id = ?", (task,))

    def parts(self, task: str) -> list[tuple[int, bytes]]:
        """Give the parts of a task's result, in order."""
        statement = "SELECT number, sealed FROM parts WHERE task = ? ORDER BY number"
        return self._rows(statement, task)  # type: ignore[return-value]  # as the table has it


_TASK: Final = "SELECT id, kind, state, done, total, began_at, ended_at, pid, code FROM tasks"
