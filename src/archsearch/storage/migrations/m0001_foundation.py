"""Records with their history, departments, users, grants, outbox, audit log, counters."""

from typing import Final

from archsearch.storage.migrations.step import Step

_RECORDS: Final = (
    """
    CREATE TABLE records (
        id INTEGER PRIMARY KEY,
        record_id TEXT NOT NULL UNIQUE,
        version INTEGER NOT NULL CHECK (version >= 1),
        digest TEXT NOT NULL,
        source TEXT,
        source_id TEXT,
        owner TEXT NOT NULL,
        department TEXT NOT NULL,
        secrecy TEXT NOT NULL,
        status TEXT NOT NULL,
        quality INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        created_by TEXT NOT NULL,
        updated_at TEXT NOT NULL
    )
    """,
    """
    CREATE UNIQUE INDEX records_source ON records (source, source_id)
    WHERE source IS NOT NULL AND source_id IS NOT NULL
    """,
    "CREATE INDEX records_digest ON records (digest)",
    """
    CREATE TABLE record_versions (
        id INTEGER PRIMARY KEY,
        record INTEGER NOT NULL REFERENCES records (id),
        version INTEGER NOT NULL CHECK (version >= 1),
        digest TEXT NOT NULL,
        quality INTEGER NOT NULL,
        changed_by TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        origins TEXT,
        content BLOB NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX record_versions_version ON record_versions (record, version)",
    # AUTOINCREMENT: a number is never used twice, or a late acknowledgement would remove a newer
    # entry.
    """
    CREATE TABLE outbox (
        seq INTEGER PRIMARY KEY AUTOINCREMENT,
        record_id TEXT NOT NULL,
        access_changed INTEGER NOT NULL DEFAULT 0
    )
    """,
    "CREATE INDEX outbox_access_changed ON outbox (record_id, seq) WHERE access_changed = 1",
    """
    CREATE TABLE counters (
        prefix TEXT NOT NULL PRIMARY KEY,
        last INTEGER NOT NULL
    )
    """,
)

_PEOPLE: Final = (
    """
    CREATE TABLE departments (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL UNIQUE,
        parent INTEGER REFERENCES departments (id),
        created_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE users (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE,
        folded_name TEXT NOT NULL UNIQUE,
        display_name TEXT NOT NULL,
        role TEXT,
        clearance TEXT NOT NULL,
        disabled INTEGER NOT NULL DEFAULT 0,
        created_at TEXT NOT NULL
    )
    """,
    """
    CREATE TABLE user_departments (
        user_id INTEGER NOT NULL REFERENCES users (id),
        department_id INTEGER NOT NULL REFERENCES departments (id),
        PRIMARY KEY (user_id, department_id)
    )
    """,
    """
    CREATE TABLE grants (
        id INTEGER PRIMARY KEY,
        record_id TEXT NOT NULL REFERENCES records (record_id),
        user_id INTEGER NOT NULL REFERENCES users (id),
        granted_at TEXT NOT NULL,
        until TEXT NOT NULL,
        granted_by TEXT NOT NULL,
        revoked_at TEXT,
        revoked_by TEXT,
        CHECK (until > granted_at)
    )
    """,
    "CREATE INDEX grants_user ON grants (user_id, until)",
    "CREATE INDEX grants_record ON grants (record_id)",
)

_AUDIT: Final = (
    """
    CREATE TABLE audit (
        seq INTEGER PRIMARY KEY,
        at TEXT NOT NULL,
        user_name TEXT NOT NULL,
        action TEXT NOT NULL,
        target TEXT NOT NULL,
        outcome TEXT NOT NULL,
        detail TEXT NOT NULL,
        prev_digest TEXT NOT NULL,
        digest TEXT NOT NULL
    )
    """,
    "CREATE INDEX audit_at ON audit (at)",
    "CREATE INDEX audit_user ON audit (user_name, seq)",
    "CREATE INDEX audit_target ON audit (target, seq) WHERE target <> ''",
    """
    CREATE TRIGGER audit_not_updated BEFORE UPDATE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
    """,
    """
    CREATE TRIGGER audit_not_deleted BEFORE DELETE ON audit
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
    """,
    # INSERT OR REPLACE removes the row in its way without asking the delete trigger.
    """
    CREATE TRIGGER audit_appended BEFORE INSERT ON audit
    WHEN NEW.seq <= (SELECT coalesce(max(seq), 0) FROM audit)
    BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END
    """,
    """
    CREATE TABLE audit_head (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        seq INTEGER NOT NULL,
        digest TEXT NOT NULL,
        latest TEXT NOT NULL
    )
    """,
    f"INSERT INTO audit_head (id, seq, digest, latest) VALUES (1, 0, '{'0' * 64}', '')",  # noqa: S608 - zeros
    """
    CREATE TABLE meta (
        key TEXT NOT NULL PRIMARY KEY,
        value TEXT NOT NULL
    )
    """,
)

STEP: Final = Step(1, "foundation", sqlite=(*_RECORDS, *_PEOPLE, *_AUDIT))
