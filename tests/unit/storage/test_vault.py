"""Contents are sealed, each record's under a key of its own, in a file of their own."""

import hmac
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from archsearch.errors import StoreError, WorkspaceError
from archsearch.security.keyring import Keyring
from archsearch.security.sealing import CipherName, Seal
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
    with pytest.raises(WorkspaceError, match="找不到档案的密钥库"):
        again(path)
    assert not path.exists()


def test_a_key_that_another_process_made_serves_to_seal(vault: Vault, path: Path) -> None:
    vault.renew([1])
    other = again(path)
    sealed = other.seal(1, 2, b"x")
    other.close()
    other = again(path)
    beside = other.seal_beside(1, "here", b"y")
    other.close()

    assert opened(vault, (1, 2, sealed)) == [b"x"]
    assert vault.open_beside(1, "here", beside) == b"y"


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


# How it lies on disk ------------------------------------------------------------------------------
# What is written today must open in every later version, and can be read by whoever has the keys.


def raw(path: Path, statement: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path)
    found = connection.execute(statement).fetchall()
    connection.close()
    return found


def test_the_file_of_keys_has_two_tables_and_no_gaps(vault: Vault, path: Path) -> None:
    columns = {
        table: [row[1:4] + row[5:] for row in raw(path, f"PRAGMA table_info({table})")]
        for (table,) in raw(path, "SELECT name FROM sqlite_master WHERE type = 'table'")
    }

    assert columns == {
        "secrets": [
            ("name", "TEXT", 1, 1),
            ("wrapped_by", "INTEGER", 1, 0),
            ("value", "BLOB", 1, 0),
        ],
        "record_keys": [
            ("record", "INTEGER", 1, 1),
            ("wrapped_by", "INTEGER", 1, 0),
            ("value", "BLOB", 1, 0),
        ],
    }


def test_contents_are_sealed_as_it_is_written_down(vault: Vault, path: Path) -> None:
    vault.renew([7])
    sealed, beside = vault.seal(7, 2, b"x"), vault.seal_beside(7, "proposal/3", b"y")
    wrapper = Seal(hmac.digest(RING.keys[1], b"wrap", "sha256"))
    ((by, wrapped),) = raw(path, "SELECT wrapped_by, value FROM record_keys WHERE record = 7")
    ((name, root_by, root),) = raw(path, "SELECT name, wrapped_by, value FROM secrets")

    key = wrapper.open(wrapped, b"record/7")

    assert (by, root_by, name) == (1, 1, "root")
    assert Seal(key).open(sealed, b"content/7/2") == b"x"
    assert Seal(key).open(beside, b"beside/7/proposal/3") == b"y"
    assert wrapper.open(root, b"root") == vault.root()
    assert len(key) == len(vault.root()) == 32


def test_the_keys_for_digests_are_derived_as_it_is_written_down(vault: Vault) -> None:
    def derived(use: bytes, text: bytes) -> str:
        return hmac.digest(hmac.digest(vault.root(), use, "sha256"), text, "sha256")[:12].hex()

    assert vault.stamp("CRM") == derived(b"source id", b"CRM")
    assert vault.trace("张") == derived(b"log", "张".encode())
    assert vault.content_key == hmac.digest(vault.root(), b"content", "sha256")


def test_what_is_kept_beside_a_record_opens_in_its_place_alone(vault: Vault) -> None:
    vault.renew([1, 2])
    sealed = vault.seal_beside(1, "here", b"x")

    assert vault.open_beside(1, "here", sealed) == b"x"
    for row, place in ((2, "here"), (1, "there")):
        with pytest.raises(StoreError, match="损坏"):
            vault.open_beside(row, place, sealed)
    with pytest.raises(StoreError, match="损坏"):
        opened(vault, (1, 1, sealed))


@pytest.mark.parametrize("cipher", CipherName)
def test_everything_is_sealed_with_the_cipher_that_is_set(path: Path, cipher: CipherName) -> None:
    vault = Vault.open(path, GivenKeys(), cipher, create=True)
    kind = b"\1" if cipher is CipherName.AES else b"\2"
    vault.renew([1])
    sealed = [vault.seal(1, 1, b"x"), vault.seal_beside(1, "here", b"x")]
    wrapped = "SELECT value FROM secrets UNION ALL SELECT value FROM record_keys"
    sealed += [value for (value,) in raw(path, wrapped)]
    vault.rewrap(RING.with_new())
    sealed += [value for (value,) in raw(path, wrapped)]
    vault.close()

    assert [value[:1] for value in sealed] == [kind] * 6


# What is remembered, and what is not --------------------------------------------------------------


def test_no_more_keys_are_remembered_than_there_is_room_for(
    vault: Vault, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archsearch.storage.vault._REMEMBERED", 3)
    vault.renew([1, 2])
    vault.renew([3])
    assert set(vault._seals) == {1, 2, 3}
    sealed = [(row, 1, vault.seal(row, 1, b"%d" % row)) for row in (1, 2, 3)]
    vault.renew([4])
    assert set(vault._seals) == {4}

    assert opened(vault, *sealed) == [b"1", b"2", b"3"]
    assert set(vault._seals) == {1, 2, 3}


def test_known_keys_are_not_read_again(vault: Vault, path: Path) -> None:
    vault.renew([1])
    sealed = vault.seal(1, 1, b"x")

    vault._database.close()
    path.unlink()

    assert opened(vault, (1, 1, sealed)) == [b"x"]
    assert not path.exists()


def test_a_closed_vault_has_forgotten_its_keys(path: Path) -> None:
    vault = Vault.open(path, GivenKeys(), CipherName.AES, create=True)
    vault.renew([1])
    assert vault._seals
    assert vault._wrappers

    vault.close()

    assert not vault._seals
    assert not vault._wrappers
    assert not path.with_name("keys.db-wal").exists()


def test_nothing_to_renew_asks_for_no_lock(vault: Vault, path: Path) -> None:
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    vault.renew([])

    other.close()
    assert raw(path, "SELECT * FROM record_keys") == []


def test_making_a_vault_again_keeps_its_secret_and_its_keys(vault: Vault, path: Path) -> None:
    vault.renew([1])
    sealed = vault.seal(1, 1, b"x")
    other = Vault.open(path, GivenKeys(), CipherName.AES, create=True)

    assert other.root() == vault.root()
    assert opened(other, (1, 1, sealed)) == [b"x"]
    other.close()


def test_a_file_without_its_secret_is_not_whole(vault: Vault, path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("DELETE FROM secrets")
    connection.close()

    other = again(path)

    for each in (vault, other):
        with pytest.raises(WorkspaceError, match="不完整"):
            each.root()
    assert raw(path, "SELECT * FROM secrets") == []
    other.close()


def test_a_vault_that_cannot_be_opened_holds_no_file_open(path: Path) -> None:
    Vault.open(path, GivenKeys(), CipherName.AES, create=True).close()

    class NoKeys(GivenKeys):
        def load(self) -> Keyring:
            raise WorkspaceError("x")

    def handles() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = handles()
    for _ in range(5):
        with pytest.raises(WorkspaceError):
            again(path, NoKeys())
    assert handles() == before


def test_keys_are_asked_for_once_and_again_only_for_one_that_is_unknown(
    vault: Vault, path: Path
) -> None:
    vault.renew([1])
    keys = GivenKeys()
    other = again(path, keys)
    other.root()
    other.renew([2])
    assert keys.asked == 1
    keys.ring = RING.with_new()
    changing = again(path, keys)
    changing.rewrap(keys.ring)
    changing.close()
    keys.asked = 0

    other.renew([3])
    other.renew([4])

    assert keys.asked == 1
    other.close()


# Changing the key ---------------------------------------------------------------------------------


def test_the_numbers_of_the_keys_in_use_are_told(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archsearch.storage.vault._STEP", 4)
    assert (vault.wrapped_by(), vault.wrappers(), vault.wrapped_otherwise(1)) == (1, {1}, 0)
    vault.renew(range(10))
    ring = RING.with_new()
    seen = []

    def look(done: int, total: int) -> None:
        seen.append((done, total, vault.wrapped_by(), vault.wrappers(), vault.wrapped_otherwise(2)))

    assert vault.rewrap(ring, look) == 10
    assert seen == [(4, 10, 2, {1, 2}, 6), (8, 10, 2, {1, 2}, 2), (10, 10, 2, {2}, 0)]
    assert vault.rewrap(ring, look) == 0
    assert len(seen) == 3


def test_nothing_stays_in_the_file_that_the_old_key_opens(vault: Vault, path: Path) -> None:
    vault.renew(range(10))
    wrapped = "SELECT value FROM secrets UNION ALL SELECT value FROM record_keys"
    old = [value for (value,) in raw(path, wrapped)]
    ring = RING.with_new()

    vault.rewrap(ring)

    content = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert len(old) == 11
    assert not [value for value in old if value in content]
    new = [value for (value,) in raw(path, wrapped)]
    vault.rewrap(ring)
    assert [value for (value,) in raw(path, wrapped)] == new


def test_what_is_destroyed_is_so_for_all_rows_and_no_others(vault: Vault, path: Path) -> None:
    vault.renew(range(5))
    sealed = [(row, 1, vault.seal(row, 1, b"x")) for row in range(5)]

    vault.destroy([1, 3])
    vault.destroy([9])

    assert raw(path, "SELECT record FROM record_keys") == [(0,), (2,), (4,)]
    assert opened(vault, *(sealed[row] for row in (0, 2, 4))) == [b"x"] * 3
    for row in (1, 3):
        with pytest.raises(StoreError, match="密钥"):
            opened(vault, sealed[row])
