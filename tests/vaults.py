"""A vault to test with: under a key that is always the same."""

from pathlib import Path
from typing import Final

from archsearch.security.keyring import Keyring
from archsearch.security.sealing import CipherName
from archsearch.storage.database import Database
from archsearch.storage.vault import Vault

CONTENT_KEY: Final = b"c" * 32
RING: Final = Keyring({1: bytes(range(32))})


class GivenKeys:
    """Keys that are there already."""

    def __init__(self, ring: Keyring = RING) -> None:
        self.ring = ring
        self.asked = 0

    def load(self) -> Keyring:
        self.asked += 1
        return self.ring


def open_vault(path: Path) -> Vault:
    """Open or make a vault whose digests of contents are made with ``CONTENT_KEY``."""
    vault = Vault.open(path, GivenKeys(), CipherName.AES, create=not path.exists())
    vault.content_key = CONTENT_KEY
    return vault


def with_vault(database: Database) -> Database:
    """Give a database a vault, beside its file."""
    database.vault = open_vault(database.path.with_suffix(".keys"))
    return database
