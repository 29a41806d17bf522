"""The vault: every record's content is sealed under a key of its own.

The keys are in a file of their own, wrapped by the workspace's key, which comes from elsewhere.
So neither file says anything without the other, nor both without that key; and a record whose key
is destroyed is unreadable in every old copy of the store.

Keys of new records are durable before anything is sealed under them: a crash leaves keys without
records, which are replaced, never records without keys.
"""

import secrets
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from archsearch.errors import UnreadableError, WorkspaceError
from archsearch.security.keyring import Keyring, KeySource
from archsearch.security.sealing import KEY_BYTES, CipherName, NotSealedHereError, Seal
from archsearch.security.tokens import derive_key, stamp
from archsearch.storage.bulk import PreparedByKeys, chunks, insert_rows
from archsearch.storage.database import Database, open_database

_TABLES: Final = MetaData()
_SECRETS: Final = Table(
    "secrets",
    _TABLES,
    Column("name", Text, primary_key=True),
    Column("wrapped_by", Integer, nullable=False),
    Column("value", LargeBinary, nullable=False),
)
_KEYS: Final = Table(
    "record_keys",
    _TABLES,
    Column("record", Integer, primary_key=True),
    Column("wrapped_by", Integer, nullable=False),
    Column("value", LargeBinary, nullable=False),
)
_ROOT: Final = b"root"
_REMEMBERED: Final = 50_000
_STEP: Final = 5_000
_UNREADABLE: Final = (
    "档案内容无法解密：档案库或密钥库已损坏，或两者不是同一时刻的；"
    "请运行 archsearch doctor 检查，从备份恢复 var/ 和 keys/。"
)


class Vault:
    """Seals and opens contents; safe to share between threads.

    Args:
        database: The file of keys.
        source: Where the keys come from that wrap those of the file.
        cipher: What new contents are sealed with.
    """

    def __init__(self, database: Database, source: KeySource, cipher: CipherName) -> None:
        self._database = database
        self._source = source
        self.cipher: Final = cipher
        self._ring: Keyring = source.load()
        self._wrappers: dict[int, Seal] = {}
        self._seals: dict[int, Seal] = {}

    @classmethod
    def open(
        cls, path: Path, source: KeySource, cipher: CipherName, *, create: bool = False
    ) -> Self:
        """Open the file of keys.

        Raises:
            WorkspaceError: It is missing, or the key that wraps it is missing or another.
            StoreError: It is damaged.
        """
        if not create and not path.is_file():
            raise WorkspaceError(f"找不到档案的密钥库 {path.name}；请从它自己的备份恢复。")
        database = open_database(path, create=create)
        try:
            if create:
                with database.write() as connection:
                    _TABLES.create_all(connection)
            vault = cls(database, source, cipher)
            if create and vault._wrapped_root() is None:
                vault._make_root()
        except BaseException:
            database.close()
            raise
        return vault

    def close(self) -> None:
        """Close the file, and forget the keys."""
        self._seals.clear()
        self._wrappers.clear()
        self._database.close()

    # The secret of the workspace ------------------------------------------------------------------

    def root(self) -> bytes:
        """Give the secret that tokens, digests and the log's chain are made with.

        Raises:
            WorkspaceError: The key is not the one the file was made with.
        """
        found = self._wrapped_root()
        if found is None:
            raise WorkspaceError("档案的密钥库不完整；请从它自己的备份恢复。")
        return self._unwrapped(*found, place=_ROOT)

    def _wrapped_root(self) -> tuple[int, bytes] | None:
        with self._database.read() as connection:
            row = connection.execute(
                select(_SECRETS.c.wrapped_by, _SECRETS.c.value).where(_SECRETS.c.name == "root")
            ).first()
        return None if row is None else (row.wrapped_by, row.value)

    def _root_wrapped_by(self, connection: Connection) -> int:
        statement = select(_SECRETS.c.wrapped_by).where(_SECRETS.c.name == "root")
        return int(connection.execute(statement).scalar_one())

    def _make_root(self) -> None:
        root, newest = secrets.token_bytes(KEY_BYTES), self._ring.newest
        value = self._wrapper(newest).seal(root, _ROOT, self.cipher)
        with self._database.write() as connection:
            connection.execute(insert(_SECRETS).values(name="root", wrapped_by=newest, value=value))

    # Contents ------------------------------------------------------------------------------------

    def renew(self, rows: Collection[int]) -> None:
        """Make new keys for records that are about to be stored, durable on return."""
        if not rows:
            return
        made = {row: secrets.token_bytes(KEY_BYTES) for row in rows}
        with self._database.write() as connection:
            # Whoever changes the keys begins with the root: from then on what is new is under the
            # new key, whatever key this process began with.
            by = self._root_wrapped_by(connection)
            wrapper = self._wrapper(by)
            values = [
                (row, by, wrapper.seal(key, _place(row), self.cipher)) for row, key in made.items()
            ]
            _forget(connection, rows)
            insert_rows(connection, _KEYS, ("record", "wrapped_by", "value"), values)
        self._remember({row: Seal(key) for row, key in made.items()})

    @cached_property
    def stamp(self) -> Callable[[str], str]:
        """Digests texts that are looked up by their whole, under a key."""
        return stamp(derive_key(self.root(), "source id"))

    @cached_property
    def trace(self) -> Callable[[str], str]:
        """Digests values for the log, under a key: who has the log cannot try values out."""
        return stamp(derive_key(self.root(), "log"))

    @cached_property
    def content_key(self) -> bytes:
        """What the digests of contents are made with."""
        return derive_key(self.root(), "content")

    def seal(self, row: int, version: int, content: bytes) -> bytes:
        """Seal the content of a version of a record."""
        return self._seal_of(row).seal(content, _content(row, version), self.cipher)

    def seal_beside(self, row: int, place: str, content: bytes) -> bytes:
        """Seal what is kept beside a record's versions, under the record's key."""
        return self._seal_of(row).seal(content, _beside(row, place), self.cipher)

    def open_beside(self, row: int, place: str, sealed: bytes) -> bytes:
        """Open what was sealed so.

        Raises:
            UnreadableError: It was altered or moved, or its record's key is gone.
        """
        try:
            return self._seal_of(row).open(sealed, _beside(row, place))
        except NotSealedHereError:
            raise UnreadableError(_UNREADABLE) from None

    def opened(
        self, sealed: Sequence[tuple[int, int, bytes]], *, again: bool = True
    ) -> Iterator[bytes]:
        """Open contents, given as row of the record, version, and what was sealed.

        Raises:
            UnreadableError: One was altered or moved, or its record's key is gone.
        """
        self._fetch({row for row, _, _ in sealed})
        for row, version, content in sealed:
            try:
                yield self._seal_of(row).open(content, _content(row, version))
            except NotSealedHereError:
                # Another process may have given the row a new key, after a batch came to nothing.
                self._seals.pop(row, None)
                if not again:
                    raise UnreadableError(_UNREADABLE) from None
                yield from self.opened([(row, version, content)], again=False)

    def key_for(self, use: str) -> bytes:
        """Derive a key for one use from the workspace's secret."""
        return derive_key(self.root(), use)

    def destroy(self, rows: Collection[int]) -> None:
        """Destroy the keys of records; their contents are unreadable from then on, everywhere."""
        with self._database.write() as connection:
            _forget(connection, rows)
        for row in rows:
            self._seals.pop(row, None)
        self._database.checkpoint()

    def _seal_of(self, row: int) -> Seal:
        found = self._seals.get(row)
        if found is None:
            self._fetch([row])
            found = self._seals.get(row)
        if found is None:
            raise UnreadableError("档案的密钥不在密钥库里；请从密钥库（keys/）的备份恢复。")
        return found

    def _fetch(self, rows: Collection[int]) -> None:
        wanted = [row for row in rows if row not in self._seals]
        if not wanted:
            return
        with self._database.read() as connection:
            found = list(_SOME.rows(connection, wanted))
        self._remember(
            {row: Seal(self._unwrapped(by, value, place=_place(row))) for row, by, value in found}
        )

    def _remember(self, seals: dict[int, Seal]) -> None:
        if len(self._seals) + len(seals) > _REMEMBERED:
            self._seals.clear()
        self._seals.update(seals)

    # Wrapping ------------------------------------------------------------------------------------

    def rewrap(self, ring: Keyring, progress: Callable[[int, int], None] | None = None) -> int:
        """Wrap everything under the newest key of a ring; others may use the vault meanwhile.

        What is wrapped so already stays. Cut short, it is gone on with by the next call.

        Returns:
            How many keys were wrapped anew.
        """
        self._ring = ring
        newest = ring.newest
        root = self._wrapper(newest).seal(self.root(), _ROOT, self.cipher)
        with self._database.write() as connection:
            if self._root_wrapped_by(connection) != newest:
                connection.execute(
                    update(_SECRETS)
                    .where(_SECRETS.c.name == "root")
                    .values(wrapped_by=newest, value=root)
                )
        done = 0
        left = self.wrapped_otherwise(newest)
        while rows := self._rewrap_some(newest):
            done += rows
            if progress:
                progress(done, left)
        self._database.checkpoint()
        return done

    def wrapped_by(self) -> int:
        """Tell the number of the key that wraps what is new."""
        with self._database.read() as connection:
            return self._root_wrapped_by(connection)

    def wrappers(self) -> set[int]:
        """Tell the numbers of all keys that something is wrapped under."""
        with self._database.read() as connection:
            found = connection.execute(select(_KEYS.c.wrapped_by).distinct()).scalars()
            return {self._root_wrapped_by(connection), *found}

    def wrapped_otherwise(self, newest: int) -> int:
        """Count the record keys that are not wrapped by a key."""
        others = select(func.count()).where(_KEYS.c.wrapped_by != newest)
        with self._database.read() as connection:
            return connection.execute(others).scalar_one()

    def _rewrap_some(self, newest: int) -> int:
        statement = select(_KEYS).where(_KEYS.c.wrapped_by != newest).limit(_STEP)
        change = (
            update(_KEYS)
            .where(_KEYS.c.record == bindparam("row"))
            .values(wrapped_by=newest, value=bindparam("wrapped"))
        )
        wrapper = self._wrapper(newest)
        with self._database.write() as connection:
            rows = [
                {
                    "row": record,
                    "wrapped": wrapper.seal(
                        self._unwrapped(by, value, place=_place(record)),
                        _place(record),
                        self.cipher,
                    ),
                }
                for record, by, value in connection.execute(statement)
            ]
            if rows:
                connection.execute(change, rows)
        return len(rows)

    def _unwrapped(self, by: int, value: bytes, *, place: bytes) -> bytes:
        try:
            return self._wrapper(by).open(value, place)
        except NotSealedHereError:
            raise WorkspaceError(
                "密钥不是建立这个工作区时的那个；请检查设置 keys.source，或从备份恢复密钥。"
            ) from None

    def _wrapper(self, number: int) -> Seal:
        found = self._wrappers.get(number)
        if found is None:
            if number not in self._ring.keys:
                # Somebody may have changed the keys meanwhile.
                self._ring = self._source.load()
            key = self._ring.keys.get(number)
            if key is None:
                raise WorkspaceError(
                    f"缺少 {number} 号密钥：它还包着一部分档案的密钥；请从备份恢复它。"
                )
            found = self._wrappers[number] = Seal(derive_key(key, "wrap"))
        return found


def _forget(connection: Connection, rows: Collection[int]) -> None:
    for piece in chunks(rows):
        connection.execute(delete(_KEYS).where(_KEYS.c.record.in_(piece)))


_SOME: Final = PreparedByKeys(lambda rows: select(_KEYS).where(_KEYS.c.record.in_(rows)))


def _place(row: int) -> bytes:
    return f"record/{row}".encode()


def _beside(row: int, place: str) -> bytes:
    return f"beside/{row}/{place}".encode()


def _content(row: int, version: int) -> bytes:
    return f"content/{row}/{version}".encode()
