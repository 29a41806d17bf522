"""Contents are sealed, each record's under a key of its own, in a file of their own."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from archsearch.errors import StoreError, WorkspaceError
from archsearch.security.keyring import Keyring
from archsearch.security.sealing import CipherName
from archsearch.storage import records
from archsearch.storage.database import Database
from archsearch.storage.vault import Vault
from tests.unit.storage.samples import revision, save
from tests.vaults import RING, GivenKeys


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keys" / "keys.db"


@pytest.fixture
def vault(path: Path) -> Iterator[Vault]:
    vault = Vault.open(path, GivenKeys(), CipherName.AES, create=True)
    yield vault
    vault.close()


def again(path: Path, keys: GivenKeys | None = None) -> Vault:
    return Vault.open(path, keys or GivenKeys(), CipherName.AES)


def opened(vault: Vault, *sealed: tuple[int, int, bytes]) -> list[bytes]:
    return list(vault.opened(sealed))


def test_what_is_sealed_opens_in_this_process_and_the_next(vault: Vault, path: Path) -> None:
    vault.renew([1, 2])
    sealed = [
        (row, version, vault.seal(row, version, b"x")) for row in (1, 2) for version in (1, 2)
    ]
    other = again(path)

    assert opened(vault, *sealed) == opened(other, *sealed) == [b"x"] * 4
    assert vault.root() == other.root()
    other.close()


def test_a_content_does_not_open_as_another_record_or_version(vault: Vault) -> None:
    vault.renew([1, 2])
    sealed = vault.seal(1, 1, b"x")

    for row, version in ((2, 1), (1, 2)):
        with pytest.raises(StoreError, match="损坏"):
            opened(vault, (row, version, sealed))


def test_a_record_without_a_key_is_neither_sealed_nor_opened(vault: Vault) -> None:
    with pytest.raises(StoreError, match="密钥"):
        vault.seal(7, 1, b"x")
    with pytest.raises(StoreError, match="密钥"):
        opened(vault, (7, 1, b"x"))


def test_a_key_that_came_to_nothing_is_replaced_in_every_process(vault: Vault, path: Path) -> None:
    vault.renew([1])
    vault.seal(1, 1, b"rolled back")
    other = again(path)
    other.renew([1])
    sealed = other.seal(1, 1, b"stored")
    other.close()

    assert opened(vault, (1, 1, sealed)) == [b"stored"]


def test_what_is_destroyed_is_gone_from_the_file_and_from_memory(vault: Vault, path: Path) -> None:
    vault.renew([1, 2])
    sealed = vault.seal(1, 1, b"x")
    with sqlite3.connect(path) as connection:
        (wrapped,) = connection.execute("SELECT value FROM record_keys WHERE record = 1").fetchone()
    connection.close()
    vault.destroy([1])

    with pytest.raises(StoreError, match="密钥"):
        opened(vault, (1, 1, sealed))
    for file in path.parent.iterdir():
        assert wrapped not in file.read_bytes()


def test_without_its_key_nothing_starts(vault: Vault, path: Path) -> None:
    vault.renew([1])
    wrong = again(path, GivenKeys(Keyring({1: bytes(range(1, 33))})))
    missing = again(path, GivenKeys(Keyring({2: bytes(range(32))})))

    with pytest.raises(WorkspaceError, match="不是建立这个工作区时的那个"):
        wrong.root()
    with pytest.raises(WorkspaceError, match="缺少 1 号密钥"):
        missing.root()
    wrong.close()
    missing.close()


def test_a_missing_file_of_keys_is_never_made_anew_by_opening(path: Path) -> None:
    with pytest.raises(WorkspaceError, match="备份"):
        again(path)
    assert not path.exists()


def test_keys_change_while_others_read_and_write(vault: Vault, path: Path) -> None:
    vault.renew(range(10))
    sealed = [(row, 1, vault.seal(row, 1, b"x")) for row in range(10)]
    keys = GivenKeys()
    other = again(path, keys)
    root = other.root()
    ring = RING.with_new()
    keys.ring = ring
    changing = again(path)

    assert changing.rewrap(ring) == 10
    other.renew([10])
    sealed.append((10, 1, other.seal(10, 1, b"x")))
    assert opened(other, *sealed) == [b"x"] * 11
    assert changing.rewrap(ring) == 0

    only = again(path, GivenKeys(ring.only({2})))
    assert opened(only, *sealed) == [b"x"] * 11
    assert only.root() == root
    assert only.wrapped_otherwise(ring.newest) == 0
    for each in (other, changing, only):
        each.close()


def test_a_change_of_keys_that_was_cut_short_is_gone_on_with(
    vault: Vault, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archsearch.storage.vault._STEP", 3)
    vault.renew(range(10))
    ring = RING.with_new()
    steps = []

    def stop(done: int, total: int) -> None:
        steps.append((done, total))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        vault.rewrap(ring, stop)
    half = again(path, GivenKeys(ring))

    assert steps == [(3, 10)]
    assert half.wrapped_otherwise(ring.newest) == 7
    assert half.rewrap(ring) == 7
    half.close()


@pytest.mark.parametrize("first", CipherName)
def test_another_cipher_holds_from_then_on(path: Path, first: CipherName) -> None:
    sealed = []
    for row, cipher in enumerate([first, *CipherName]):
        vault = Vault.open(path, GivenKeys(), cipher, create=not row)
        vault.renew([row])
        sealed.append((row, 1, vault.seal(row, 1, b"x")))
        found = opened(vault, *sealed)
        vault.close()

        assert found == [b"x"] * len(sealed)


def test_nothing_of_a_record_is_readable_in_the_store(database: Database) -> None:
    with database.write() as connection:
        save(connection, revision("R1", name="张伟明", source="CRM", source_id="13812345678"))
    assert database.checkpoint()
    content = b"".join(file.read_bytes() for file in database.path.parent.iterdir())

    for text in ("张伟明", "13812345678"):
        assert text.encode() not in content
    with database.read() as connection:
        (found,) = records.get(connection, [revision("R1").record.record_id]).values()
    assert found.values["source_id"] == "13812345678"
