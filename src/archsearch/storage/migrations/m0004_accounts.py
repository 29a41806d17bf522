"""What users prove themselves by, their sessions, tokens of programs, and wrong tries."""

from typing import Final

from archsearch.storage.migrations.step import Step

_PROOFS: Final = (
    """
    CREATE TABLE passwords (
        user_id INTEGER PRIMARY KEY REFERENCES users (id),
        hash TEXT NOT NULL,
        set_at TEXT NOT NULL,
        must_change INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE second_factors (
        user_id INTEGER PRIMARY KEY REFERENCES users (id),
        secret BLOB NOT NULL,
        active INTEGER NOT NULL,
        last_step INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE recovery_codes (
        user_id INTEGER NOT NULL REFERENCES users (id),
        digest BLOB NOT NULL,
        PRIMARY KEY (user_id, digest)
    )
    """,
)

_LOGINS: Final = (
    # By digests: whoever is not known may have typed anything, a password included.
    """
    CREATE TABLE login_tries (
        kind TEXT NOT NULL,
        digest BLOB NOT NULL,
        count INTEGER NOT NULL,
        latest TEXT NOT NULL,
        noted INTEGER NOT NULL,
        PRIMARY KEY (kind, digest)
    ) WITHOUT ROWID
    """,
    "CREATE INDEX login_tries_latest ON login_tries (latest)",
    """
    CREATE TABLE known_sources (
        user_id INTEGER NOT NULL REFERENCES users (id),
        digest BLOB NOT NULL,
        latest TEXT NOT NULL,
        PRIMARY KEY (user_id, digest)
    ) WITHOUT ROWID
    """,
)

_BEARERS: Final = (
    """
    CREATE TABLE sessions (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id INTEGER NOT NULL REFERENCES users (id),
        digest BLOB NOT NULL UNIQUE,
        role TEXT,
        source TEXT NOT NULL,
        created_at TEXT NOT NULL,
        seen_at TEXT NOT NULL,
        ends_at TEXT NOT NULL,
        ended_at TEXT,
        ended_why TEXT
    )
    """,
    "CREATE INDEX sessions_user ON sessions (user_id)",
    """
    CREATE TABLE api_tokens (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id INTEGER NOT NULL REFERENCES users (id),
        name TEXT NOT NULL,
        digest BLOB NOT NULL UNIQUE,
        rights TEXT NOT NULL,
        created_at TEXT NOT NULL,
        created_by TEXT NOT NULL,
        expires_at TEXT NOT NULL,
        revoked_at TEXT,
        revoked_by TEXT,
        used_on TEXT NOT NULL DEFAULT '',
        refused_on TEXT NOT NULL DEFAULT ''
    )
    """,
    """
    CREATE UNIQUE INDEX api_tokens_name ON api_tokens (user_id, name)
    WHERE revoked_at IS NULL
    """,
)

STEP: Final = Step(4, "accounts", sqlite=(*_PROOFS, *_LOGINS, *_BEARERS))
