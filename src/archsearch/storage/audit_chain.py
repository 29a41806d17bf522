"""The chain through the operation log: every entry's digest covers the one before, under a key.

Whoever can write the database but has not the key can neither change an entry nor add one.
"""

import hmac
from typing import Final, NamedTuple

from archsearch.storage.encoding import json_bytes

GENESIS: Final = "0" * 64
"""What the first entry links to."""


class StoredEntry(NamedTuple):
    """The fields of an entry that its digest covers, as the texts that are stored."""

    seq: int
    at: str
    user_name: str
    action: str
    target: str
    outcome: str
    detail: str


def link(key: bytes, previous: str, entry: StoredEntry) -> str:
    """Work out an entry's digest.

    HMAC-SHA256 (RFC 2104) of the UTF-8 JSON array of the previous digest and the entry's fields,
    without spaces and without escapes for anything but quotes, backslashes and control characters.
    """
    return hmac.digest(key, json_bytes([previous, *entry]), "sha256").hex()
