"""Scans: each sealed under a key of its own, which is sealed under the key of its record.

So a record whose key is destroyed takes its scans along, wherever copies of them are. A file is
named by a keyed digest of its content and of what it was brought by, lies below ``var/scans`` and
is durable before anything refers to it: a crash leaves a file that nothing refers to, never the
other way round. The key of a scan opens only for its record, its name and its content.
"""

import hashlib
import os
import secrets
import tempfile
from collections.abc import Iterable, Iterator, Set
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    Table,
    Text,
    func,
    insert,
    select,
)

from archsearch.domain.inbox import Entry
from archsearch.domain.record import RecordId
from archsearch.errors import StoreError
from archsearch.security.pieces import open_pieces, seal_pieces, sealed_size
from archsearch.security.sealing import KEY_BYTES, NotSealedHereError, Seal
from archsearch.security.tokens import stamp
from archsearch.storage.database import vault_of
from archsearch.storage.encoding import UtcTime
from archsearch.storage.inbox import Ledger
from archsearch.storage.tables import METADATA, RECORDS
from archsearch.storage.vault import Vault

SCANS: Final = Table(
    "scans",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("record", ForeignKey("records.id"), nullable=False),
    Column("content", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("key", LargeBinary, nullable=False),
    Column("stored_at", UtcTime, nullable=False),
)


class Stored(NamedTuple):
    """A scan that is durable in the store, and that nothing refers to yet."""

    address: str
    digest: str
    size: int
    key: bytes


class ScanStore:
    """The sealed files of scans below a folder."""

    def __init__(self, folder: Path, vault: Vault) -> None:
        self._folder = folder
        self._vault = vault

    @cached_property
    def _token(self) -> Any:
        return stamp(self._vault.key_for("scans"))

    def put(self, chunks: Iterable[bytes], brought_by: str, digest: str) -> Stored | None:
        """Seal a content into the store, durable on return.

        Args:
            chunks: The content.
            brought_by: What tells this delivery from others of the same content.
            digest: What the content should be (SHA-256, hexadecimal).

        Returns:
            None if it is another content, and nothing was kept.

        Raises:
            StoreError: The disk failed.
        """
        address = self._token(f"{brought_by}/{digest}")
        key, counter = secrets.token_bytes(KEY_BYTES), _Counter(chunks)
        pieces = seal_pieces(counter, Seal(key), _place(address), self._vault.cipher)
        try:
            if not self._write(self._path(address), pieces, counter, digest):
                return None
        except OSError as error:
            raise StoreError(
                f"扫描件存不进 var/scans（{error.strerror}）；文件仍在收件夹，"
                "请清理磁盘或检查权限。"
            ) from error
        return Stored(address, digest, counter.size, key)

    def read(self, address: str, key: bytes) -> Iterator[bytes]:
        """Yield the content of a scan, piece by piece; only the end tells that it is whole.

        Raises:
            StoreError: The file is missing or damaged.
        """
        try:
            with self._path(address).open("rb") as file:
                yield from open_pieces(file, Seal(key), _place(address))
        except OSError as error:
            raise StoreError("扫描件的文件不在 var/scans 里；请从备份恢复。") from error
        except NotSealedHereError:
            raise StoreError("扫描件的文件已损坏；请从备份恢复 var/scans。") from None

    def faults(self, connection: Connection) -> Iterator[str]:
        """Yield the address of every scan whose file is missing or of the wrong size."""
        for address, size in connection.execute(select(SCANS.c.address, SCANS.c.size)):
            try:
                right = self._path(address).stat().st_size == sealed_size(size)
            except OSError:
                right = False
            if not right:
                yield address

    def sweep(self, connection: Connection) -> int:
        """Remove files that nothing refers to; only while nobody puts any in."""
        known = set(connection.execute(select(SCANS.c.address)).scalars())
        return sum(self._remove(path) for path in self._strays(known))

    def _strays(self, known: Set[str]) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return [p for p in self._folder.rglob("*") if p.is_file() and p.name not in known]

    @staticmethod
    def _remove(path: Path) -> bool:
        with suppress(OSError):
            path.unlink()
            return True
        return False

    def _write(self, path: Path, pieces: Iterable[bytes], counter: "_Counter", digest: str) -> bool:
        made = self._made(path.parent)
        handle, scratch = tempfile.mkstemp(dir=path.parent, prefix=".")
        try:
            with os.fdopen(handle, "wb") as file:
                for piece in pieces:
                    file.write(piece)
                if counter.digest != digest:
                    Path(scratch).unlink()
                    return False
                file.flush()
                os.fsync(file.fileno())
            Path(scratch).replace(path)
        except BaseException:
            Path(scratch).unlink(missing_ok=True)
            raise
        for folder in (path.parent, *made):
            _sync(folder)
        return True

    @staticmethod
    def _made(folder: Path) -> list[Path]:
        """Make a folder; gives those whose entries are to be synced for it."""
        missing = [each for each in (folder, *folder.parents) if not each.is_dir()]
        for each in reversed(missing):
            each.mkdir(mode=0o700, exist_ok=True)
        return [each.parent for each in missing]

    def _path(self, address: str) -> Path:
        return self._folder / address[:2] / address[2:4] / address


class _Counter:
    """Passes chunks on, and knows their size and digest at the end."""

    def __init__(self, chunks: Iterable[bytes]) -> None:
        self._chunks = chunks
        self._hash = hashlib.sha256()
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for chunk in self._chunks:
            self._hash.update(chunk)
            self.size += len(chunk)
            yield chunk

    @property
    def digest(self) -> str:
        return self._hash.hexdigest()


def attach(connection: Connection, record_id: RecordId, stored: Stored, *, at: datetime) -> bool:
    """Make a scan one of a record's; False if it has this content already."""
    vault = vault_of(connection)
    row = _row_of(connection, record_id)
    content = _content(vault, stored.digest)
    if row is None or _scan(connection, row, content) is not None:
        return False
    key = vault.seal_beside(row, _bound(stored.address, stored.digest), stored.key)
    connection.execute(
        insert(SCANS).values(
            record=row,
            content=content,
            address=stored.address,
            size=stored.size,
            key=key,
            stored_at=at,
        )
    )
    return True


def has(connection: Connection, record_id: RecordId, digest: str) -> bool:
    """Tell whether a record has a scan of this content."""
    row = _row_of(connection, record_id)
    content = _content(vault_of(connection), digest)
    return row is not None and _scan(connection, row, content) is not None


def find(connection: Connection, record_id: RecordId, digest: str) -> Stored | None:
    """Find a record's scan by its content, with its key."""
    vault = vault_of(connection)
    row = _row_of(connection, record_id)
    found = None if row is None else _scan(connection, row, _content(vault, digest))
    if row is None or found is None:
        return None
    key = vault.open_beside(row, _bound(found.address, digest), found.key)
    return Stored(found.address, digest, found.size, key)


def after(connection: Connection, number: int) -> Iterator[tuple[int, RecordId, str]]:
    """Walk through the scans that were stored after one: number, record and address."""
    statement = (
        select(SCANS.c.id, RECORDS.c.record_id, SCANS.c.address)
        .join(RECORDS, RECORDS.c.id == SCANS.c.record)
        .where(SCANS.c.id > number)
        .order_by(SCANS.c.id)
    )
    for row in connection.execute(statement):
        yield row.id, RecordId(row.record_id), row.address


def count(connection: Connection) -> int:
    """Count the scans of all records."""
    return int(connection.execute(select(func.count()).select_from(SCANS)).scalar_one())


def unattached(connection: Connection, ledger: Ledger) -> Iterator[Entry]:
    """Yield what the ledger holds for archived scans, and no record has."""
    vault = vault_of(connection)
    statement = select(SCANS.c.content, RECORDS.c.record_id)
    joined = statement.join(RECORDS, SCANS.c.record == RECORDS.c.id)
    held = {(content, record_id) for content, record_id in connection.execute(joined)}
    for entry in ledger.of_records(connection):
        content = _content(vault, entry.digest)
        if entry.kept and not any((content, each) in held for each in entry.record_ids):
            yield entry


def _row_of(connection: Connection, record_id: RecordId) -> int | None:
    statement = select(RECORDS.c.id).where(RECORDS.c.record_id == record_id)
    return connection.execute(statement).scalar()


def _scan(connection: Connection, row: int, content: str) -> Any:
    statement = select(SCANS).where(SCANS.c.record == row, SCANS.c.content == content)
    return connection.execute(statement).first()


def _content(vault: Vault, digest: str) -> str:
    return vault.stamp(f"scan/{digest}")


def _place(address: str) -> bytes:
    return b"scan/" + address.encode()


def _bound(address: str, digest: str) -> str:
    return f"scan/{address}/{digest}"


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
