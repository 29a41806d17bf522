"""The database file: how it is created, opened, and entered in transactions.

Readers and the one writer have pools of their own. A reader's connection cannot write at all; the
writer's pool has a single connection, so threads of one process queue for it in order, and BEGIN
IMMEDIATE makes processes queue at the start of a transaction rather than fail in its middle.
"""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, cast
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.pool import QueuePool

from archsearch.errors import StoreError, WorkspaceError
from archsearch.storage.creation import APPLICATION_ID, create_file
from archsearch.storage.failures import translated

if TYPE_CHECKING:
    from archsearch.storage.vault import Vault

_BUSY_TIMEOUT: Final = 10.0
_IDLE_READERS: Final = 4
_EXTRA_READERS: Final = 60
_SESSION: Final = (
    "PRAGMA foreign_keys = ON",
    "PRAGMA synchronous = FULL",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA secure_delete = ON",
    # Sorting and statement journals must not put records into a shared temporary folder.
    "PRAGMA temp_store = MEMORY",
    "PRAGMA cache_size = -16384",
    "PRAGMA wal_autocheckpoint = 2000",
    # A long reader lets the log grow; give the space back once it has gone.
    "PRAGMA journal_size_limit = 67108864",
)


_THEN: Final = "archsearch.then"
_VAULT: Final = "archsearch.vault"


def after_commit(connection: Connection, call: Callable[[], None]) -> None:
    """Have something done once a write transaction is durable; never if it is not."""
    connection.info[_THEN].append(call)


def vault_of(connection: Connection) -> "Vault":
    """Give what seals and opens the contents in a transaction's database.

    Raises:
        StoreError: The database was opened without.
    """
    vault = connection.info.get(_VAULT)
    if vault is None:
        raise StoreError("档案库是不带密钥打开的，不能读写档案内容。")
    return cast("Vault", vault)


class _Pools(NamedTuple):
    readers: Engine
    writer: Engine


class Database:
    """An open database; safe to share between threads, unusable in a forked child.

    SQLite keeps its locks in the process's memory, so that a child of ``fork`` believes it holds
    its parent's, also on connections it opens itself, and may damage the file
    (sqlite.org/howtocorrupt.html, section 2.6). Start other processes with ``spawn``.
    """

    def __init__(self, path: Path, *, busy_timeout: float) -> None:
        self._path = path
        self._busy_timeout = busy_timeout
        self.vault: Vault | None = None
        """Seals and opens the contents of records; None for a database that holds none."""
        self._pools: _Pools | None = self._make_pools()
        self._pid = os.getpid()

    @property
    def path(self) -> Path:
        """Where the file is."""
        return self._path

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Enter a write transaction: all of it is durable on leaving, or none of it happened.

        Raises:
            BusyError: Another writer did not finish in time.
            ConflictError: A number or name that must be unique is taken.
            StoreError: The disk or the file failed.
        """
        then: list[Callable[[], None]] = []
        with translated(), self._current().writer.begin() as connection:
            connection.info[_THEN] = then
            connection.info[_VAULT] = self.vault
            yield connection
            if not connection.in_transaction():
                # Rolled back by who was in it, as a rehearsal is.
                then.clear()
        for call in then:
            call()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Enter a read transaction: every statement in it sees the state at its start.

        Keep it short; as long as it lasts the write-ahead log cannot be folded into the file.

        Raises:
            StoreError: The disk or the file failed.
        """
        with translated(), self._current().readers.begin() as connection:
            connection.info[_VAULT] = self.vault
            yield connection

    def checkpoint(self) -> bool:
        """Fold the write-ahead log into the file and empty it; False if a reader prevented it.

        Until then, pages that a transaction overwrote or freed survive in the log and the file,
        ``secure_delete`` notwithstanding: destruction must end with a checkpoint that succeeded.
        """
        with translated():
            connection = self._current().writer.raw_connection()
            try:
                cursor = connection.cursor()
                (busy, _, _) = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                connection.close()
        return not busy

    def verify(self) -> tuple[str, ...]:
        """Check the whole file and its references; empty when all is well. Reads every page."""
        with self.read() as connection:
            pages = connection.exec_driver_sql("PRAGMA integrity_check(100)").scalars().all()
            orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        found = [str(line) for line in pages if line != "ok"]
        found += [f"{row[0]} 第 {row[1]} 行引用了不存在的 {row[2]}" for row in orphans[:100]]
        return tuple(found)

    def close(self) -> None:
        """Close every connection; the last one to leave folds the write-ahead log into the file."""
        pools, self._pools = self._pools, None
        if pools is not None and self._pid == os.getpid():
            pools.readers.dispose()
            pools.writer.dispose()
            if self.vault is not None:
                self.vault.close()
            _OPEN.discard(self)

    def _current(self) -> _Pools:
        if self._pools is None:
            raise StoreError("档案库已关闭。")
        self.refuse_after_fork()
        return self._pools

    def refuse_after_fork(self) -> None:
        """Raise StoreError in any process but the one that opened this database."""
        if self._pid != os.getpid():
            raise StoreError("父进程打开的档案库不能在 fork 出的子进程中使用；请改用 spawn 启动。")

    def _make_pools(self) -> _Pools:
        readers = self._make_engine(_IDLE_READERS, _EXTRA_READERS, read_only=True)
        writer = self._make_engine(1, 0, read_only=False)
        return _Pools(readers, writer)

    def _make_engine(self, size: int, overflow: int, *, read_only: bool) -> Engine:
        uri = self._path.absolute().as_uri() + "?mode=rw"

        def connect() -> sqlite3.Connection:
            connection = sqlite3.connect(
                uri,
                uri=True,
                timeout=self._busy_timeout,
                isolation_level=None,
                check_same_thread=False,
            )
            try:
                for pragma in _SESSION:
                    connection.execute(pragma)
                connection.execute(f"PRAGMA query_only = {int(read_only)}")
            except sqlite3.Error:
                connection.close()
                raise
            return connection

        engine = create_engine(
            "sqlite://",
            creator=connect,
            poolclass=QueuePool,
            pool_size=size,
            max_overflow=overflow,
            pool_timeout=self._busy_timeout,
            # Statement parameters are customers' data; they must not get into messages and logs.
            hide_parameters=True,
        )
        event.listen(engine, "begin", _begin_reading if read_only else _begin_writing)
        event.listen(engine, "handle_error", _condemn)
        return engine


_OPEN: Final[WeakSet[Database]] = WeakSet()
"""What this process has open, so that a forked child can tell that it inherited some."""


def open_database(
    path: Path, *, create: bool = False, busy_timeout: float = _BUSY_TIMEOUT
) -> Database:
    """Open the database file. Its tables are the business of ``migrations.runner.migrate``.

    Args:
        path: The file.
        create: Make the file (0600) if it is missing, or complete one whose creation was cut
            short, and make its folder private (0700).
        busy_timeout: Seconds that a writer waits for another.

    Raises:
        WorkspaceError: There is no such file, or it belongs to another program.
        StoreError: The file cannot be opened or is damaged.
    """
    for inherited in list(_OPEN):
        inherited.refuse_after_fork()
    if create:
        create_file(path)
    elif not path.is_file():
        raise WorkspaceError(f"找不到档案库 {path.name}；请从备份恢复该文件。")
    database = Database(path, busy_timeout=busy_timeout)
    try:
        _check_identity(database)
    except BaseException:
        database.close()
        raise
    _OPEN.add(database)
    return database


def _check_identity(database: Database) -> None:
    with database.read() as connection:
        owner = connection.exec_driver_sql("PRAGMA application_id").scalar_one()
        mode = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    if owner != APPLICATION_ID:
        raise WorkspaceError(f"{database.path.name} 不是 archsearch 的档案库，未作任何改动。")
    if mode != "wal":
        raise StoreError(f"{database.path.name} 不在预写日志模式；请运行 archsearch doctor 检查。")


def _begin_writing(connection: Connection) -> None:
    _driver(connection).execute("BEGIN IMMEDIATE")


def _begin_reading(connection: Connection) -> None:
    driver = _driver(connection)
    driver.execute("BEGIN")
    # A deferred transaction takes its snapshot with the first look, not with BEGIN.
    driver.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()


def _driver(connection: Connection) -> sqlite3.Connection:
    # SQLAlchemy would take ten times as long over a statement without values.
    return cast(sqlite3.Connection, connection.connection.driver_connection)


def _condemn(context: ExceptionContext) -> None:
    """Give a connection up when SQLite has rolled its transaction back by itself.

    It does so on a full disk and on I/O errors. If the caller went on regardless, later statements
    would be committed one by one.
    """
    connection = context.connection
    if connection is None or connection.closed or connection.invalidated:
        return
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection) and not driver.in_transaction:
        context.is_disconnect = True
        context.invalidate_pool_on_disconnect = False
