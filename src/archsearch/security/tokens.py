"""Keyed tokens: sensitive values are found by these, never by themselves.

A token is a truncated HMAC-SHA256 of the value under a key of its own for each field and purpose,
so that an index or a copy of it says nothing about the values, and equal values in different fields
do not look alike.
"""

import hashlib
import hmac
from collections.abc import Iterator
from enum import StrEnum

_TOKEN_BYTES = 12


class Purpose(StrEnum):
    """What a token lets one ask."""

    WHOLE = "whole"
    LAST4 = "last4"
    LAST6 = "last6"


def derive_key(secret: bytes, use: str) -> bytes:
    """Derive a 32-byte key for one use from the workspace secret (HMAC as KDF, NIST SP 800-108)."""
    return hmac.digest(secret, use.encode(), hashlib.sha256)


class Tokens:
    """Makes keyed tokens from values that are normalised already.

    Args:
        secret: The workspace secret, at least 32 bytes.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._keys: dict[tuple[str, Purpose], bytes] = {}

    def token(self, field: str, purpose: Purpose, value: str) -> str:
        """Make the token of a value of a field for a purpose: 96 bits as hexadecimal digits."""
        key = self._keys.get((field, purpose))
        if key is None:
            key = derive_key(self._secret, f"token/{field}/{purpose}")
            self._keys[field, purpose] = key
        digest = hmac.digest(key, value.encode(), hashlib.sha256)
        return digest[:_TOKEN_BYTES].hex()

    def tails(self, value: str) -> Iterator[tuple[Purpose, str]]:
        """Yield the endings by which a long value may be found, with their purpose."""
        if len(value) > 6:  # noqa: PLR2004  # a tail that is nearly the whole value is no tail
            yield Purpose.LAST4, value[-4:]
            yield Purpose.LAST6, value[-6:]
