"""One-time codes of a second factor: TOTP (RFC 6238, over HOTP, RFC 4226) and recovery codes."""

import base64
import hashlib
import hmac
import secrets
import unicodedata
from typing import Final
from urllib.parse import quote, urlencode

STEP_SECONDS: Final = 30
DIGITS: Final = 6
WINDOW: Final = 1
"""Steps before and after the present one whose codes count: clocks differ (RFC 6238, 5.2)."""
RECOVERY_CODES: Final = 10
_SECRET_BYTES: Final = 20
_RECOVERY_BYTES: Final = 10
_GROUP: Final = 4


def new_secret() -> bytes:
    """Make a secret of 160 random bits, as RFC 4226 recommends."""
    return secrets.token_bytes(_SECRET_BYTES)


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """Make the code of a step (RFC 4226, section 5.3)."""
    mac = hmac.digest(secret, step.to_bytes(8, "big"), hashlib.sha1)
    place = mac[-1] & 0xF
    number = int.from_bytes(mac[place : place + 4], "big") & 0x7FFFFFFF
    return str(number % 10**digits).zfill(digits)


def step_of(seconds: float) -> int:
    """Tell in which step a moment lies, in seconds since 1970."""
    return int(seconds) // STEP_SECONDS


def matching_step(secret: bytes, code: str, now: int, after: int) -> int | None:
    """Find the step that a code is of, near ``now`` and later than the last one used.

    Every step is looked at, so that the time it takes says nothing.
    """
    found = None
    for step in range(now - WINDOW, now + WINDOW + 1):
        equal = hmac.compare_digest(code_at(secret, step).encode(), code.encode("utf-8", "replace"))
        if equal and step > after:
            found = step
    return found


def folded(text: str) -> str:
    """Give a code as it was meant: without spaces, in half width, however it was typed."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def is_code(text: str) -> bool:
    """Whether a text has the form of a code."""
    return len(text) == DIGITS and text.isascii() and text.isdigit()


def enrolment_uri(secret: bytes, user: str, issuer: str) -> str:
    """Write what authenticator programs read, as text or as QR code (Key URI Format)."""
    label = quote(f"{issuer}:{user}", safe="")
    given = {"secret": shown_secret(secret), "issuer": issuer, "algorithm": "SHA1"}
    given |= {"digits": str(DIGITS), "period": str(STEP_SECONDS)}
    return f"otpauth://totp/{label}?{urlencode(given, quote_via=quote)}"


def shown_secret(secret: bytes) -> str:
    """Write a secret as authenticator programs want it typed."""
    return base64.b32encode(secret).decode().rstrip("=")


def new_recovery_codes() -> tuple[str, ...]:
    """Make codes of 80 random bits that are good for once each: ``xxxx-xxxx-xxxx-xxxx``."""
    return tuple(_grouped(secrets.token_bytes(_RECOVERY_BYTES)) for _ in range(RECOVERY_CODES))


def recovery_digest(key: bytes, code: str) -> bytes:
    """Digest a recovery code, as it was shown or typed without hyphens, in whatever case."""
    kept = folded(code).replace("-", "").upper()
    return hmac.digest(key, kept.encode("utf-8", "replace"), hashlib.sha256)


def _grouped(raw: bytes) -> str:
    text = base64.b32encode(raw).decode().lower()
    return "-".join(text[at : at + _GROUP] for at in range(0, len(text), _GROUP))
