"""Keyed tokens: sensitive values are found by these, never by themselves.

A token is a truncated HMAC-SHA256 of the value under a key of its own for each field and purpose,
so that an index or a copy of it says nothing about the values, and equal values in different fields
do not look alike.
"""

import hashlib
import hmac
from collections.abc import Callable
from enum import StrEnum
from typing import TypeAlias

_TOKEN_BYTES = 12
_BLOCK = 64
SHORTEST_TAILED = 7
"""Shorter values have no parts: one that is nearly the whole value is none."""


class Purpose(StrEnum):
    """What a token lets one ask."""

    WHOLE = "whole"
    LAST4 = "last4"
    LAST6 = "last6"
    HEAD3 = "head3"
    MIDDLE4 = "middle4"


def derive_key(secret: bytes, use: str) -> bytes:
    """Derive a 32-byte key for one use from the workspace secret (HMAC as KDF, NIST SP 800-108)."""
    return hmac.digest(secret, use.encode(), hashlib.sha256)


Stamp: TypeAlias = Callable[[str], str]
"""Makes the tokens of one field and purpose."""


class Tokens:
    """Makes keyed tokens from values that are normalised already.

    Args:
        secret: The workspace secret, at least 32 bytes.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret
        self._stamps: dict[tuple[str, Purpose], Stamp] = {}

    def token(self, field: str, purpose: Purpose, value: str) -> str:
        """Make the token of a value: 96 bits as hex digits, of which an index keeps the bytes."""
        return self.stamp(field, purpose)(value)

    def stamp(self, field: str, purpose: Purpose) -> Stamp:
        """Give what makes the tokens of a field for a purpose; for many of them."""
        found = self._stamps.get((field, purpose))
        if found is None:
            key = derive_key(self._secret, f"token/{field}/{purpose}")
            found = self._stamps[field, purpose] = stamp(key)
        return found


def stamp(key: bytes) -> Stamp:
    """Make HMAC-SHA256 under one key (RFC 2104), its two pads hashed once instead of every time."""
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key.ljust(_BLOCK, b"\0")))
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key.ljust(_BLOCK, b"\0")))

    def token(value: str) -> str:
        first, second = inner.copy(), outer.copy()
        first.update(value.encode())
        second.update(first.digest())
        return second.digest()[:_TOKEN_BYTES].hex()

    return token
