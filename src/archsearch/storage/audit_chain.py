"""The chain through the operation log: every entry's digest covers the one before."""

import hashlib
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


def link(previous: str, entry: StoredEntry) -> str:
    """Work out an entry's digest.

    SHA-256 of the UTF-8 JSON array of the previous digest and the entry's fields, without spaces
    and without escapes for anything but quotes, backslashes and control characters.
    """
    return hashlib.sha256(json_bytes([previous, *entry])).hexdigest()
