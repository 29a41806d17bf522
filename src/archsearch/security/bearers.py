"""Secrets that whoever shows them is let in by: of sessions, of tokens, of known devices.

Only a keyed digest of them is kept. A token is ``as_`` with 43 letters and digits (256 random bits)
and six of a check sum, so that scanners for leaked secrets know one when they see it, and most
typing errors are found without asking the store.
"""

import hashlib
import hmac
import secrets
import string
import zlib
from typing import Final

TOKEN_PREFIX: Final = "as_"  # noqa: S105 - what a secret begins with
_ALPHABET: Final = string.digits + string.ascii_uppercase + string.ascii_lowercase
_BASE: Final = len(_ALPHABET)
_RANDOM: Final = 43
_CHECK: Final = 6
_SESSION_BYTES: Final = 32
_LONGEST: Final = 256


def new_session_secret() -> str:
    """Make 256 random bits, as text for a cookie."""
    return secrets.token_urlsafe(_SESSION_BYTES)


def new_token_secret() -> str:
    """Make a token."""
    body = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM))
    return TOKEN_PREFIX + body + _check(body)


def is_token_secret(text: str) -> bool:
    """Whether a text has the form of a token, its check sum included."""
    body, check = text[len(TOKEN_PREFIX) : -_CHECK], text[-_CHECK:]
    whole = len(TOKEN_PREFIX) + _RANDOM + _CHECK
    return (
        len(text) == whole
        and text.startswith(TOKEN_PREFIX)
        and text.isascii()
        and check == _check(body)
    )


def digest(key: bytes, text: str) -> bytes:
    """Digest a secret, or the name of a source, under a key (HMAC-SHA256)."""
    return hmac.digest(key, text[:_LONGEST].encode("utf-8", "surrogatepass"), hashlib.sha256)


def _check(body: str) -> str:
    number, letters = zlib.crc32(body.encode()), ""
    for _ in range(_CHECK):
        number, place = divmod(number, _BASE)
        letters = _ALPHABET[place] + letters
    return letters
