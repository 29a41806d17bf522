"""The tables of accounts: proofs, wrong tries, sessions, tokens; see ``tables.py``."""

from typing import Final

from sqlalchemy import Boolean, Column, ForeignKey, Integer, LargeBinary, Table, Text

from archsearch.storage.encoding import UtcTime
from archsearch.storage.tables import METADATA

PASSWORDS: Final = Table(
    "passwords",
    METADATA,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("hash", Text, nullable=False),
    Column("set_at", UtcTime, nullable=False),
    Column("must_change", Boolean, nullable=False),
)

SECOND_FACTORS: Final = Table(
    "second_factors",
    METADATA,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("secret", LargeBinary, nullable=False),
    Column("active", Boolean, nullable=False),
    Column("last_step", Integer, nullable=False),
)
"""Secrets of one-time codes, sealed; not ``active`` until a code has shown that they arrived."""

RECOVERY_CODES: Final = Table(
    "recovery_codes",
    METADATA,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
)

LOGIN_TRIES: Final = Table(
    "login_tries",
    METADATA,
    Column("kind", Text, primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("count", Integer, nullable=False),
    Column("latest", UtcTime, nullable=False),
    Column("noted", Integer, nullable=False),
)

KNOWN_SOURCES: Final = Table(
    "known_sources",
    METADATA,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
    Column("latest", UtcTime, nullable=False),
)

SESSIONS: Final = Table(
    "sessions",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("role", Text),
    Column("source", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("seen_at", UtcTime, nullable=False),
    Column("ends_at", UtcTime, nullable=False),
    Column("ended_at", UtcTime),
    Column("ended_why", Text),
)
"""``role`` is the user's when the session began: another one ends it."""

API_TOKENS: Final = Table(
    "api_tokens",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("user_id", ForeignKey("users.id"), nullable=False),
    Column("name", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("rights", Text, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("created_by", Text, nullable=False),
    Column("expires_at", UtcTime, nullable=False),
    Column("revoked_at", UtcTime),
    Column("revoked_by", Text),
    Column("used_on", Text, nullable=False),
    Column("refused_on", Text, nullable=False),
)
