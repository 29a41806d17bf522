"""Borrow requests: what is asked for, what was done about it, and which grants came of it."""

from typing import Final

from archsearch.storage.migrations.step import Step

_REQUESTS: Final = (
    """
    CREATE TABLE borrow_requests (
        id INTEGER PRIMARY KEY,
        user_id INTEGER NOT NULL REFERENCES users (id),
        number INTEGER NOT NULL CHECK (number >= 1),
        purpose TEXT NOT NULL,
        reason TEXT NOT NULL,
        days INTEGER NOT NULL CHECK (days >= 1),
        sensitive INTEGER NOT NULL,
        requested_at TEXT NOT NULL,
        UNIQUE (user_id, number)
    )
    """,
    # No reference to records: what is asked for need not exist, and must not be looked up.
    """
    CREATE TABLE borrow_items (
        id INTEGER PRIMARY KEY,
        request INTEGER NOT NULL REFERENCES borrow_requests (id),
        number INTEGER NOT NULL CHECK (number >= 1),
        shown TEXT NOT NULL,
        record_id TEXT,
        name TEXT,
        tokens TEXT,
        state TEXT NOT NULL,
        sensitive INTEGER NOT NULL,
        until TEXT,
        extension INTEGER,
        renewals INTEGER NOT NULL DEFAULT 0,
        UNIQUE (request, number)
    )
    """,
    """
    CREATE INDEX borrow_items_live ON borrow_items (request)
    WHERE state IN ('applied', 'approved')
    """,
)

_STEPS: Final = (
    """
    CREATE TABLE borrow_steps (
        id INTEGER PRIMARY KEY,
        request INTEGER NOT NULL REFERENCES borrow_requests (id),
        at TEXT NOT NULL,
        user_name TEXT NOT NULL,
        deed TEXT NOT NULL,
        items TEXT NOT NULL,
        note TEXT NOT NULL,
        days INTEGER
    )
    """,
    "CREATE INDEX borrow_steps_request ON borrow_steps (request, id)",
    """
    CREATE TRIGGER borrow_steps_not_updated BEFORE UPDATE ON borrow_steps
    BEGIN SELECT RAISE(ABORT, 'what was done is append-only'); END
    """,
    """
    CREATE TRIGGER borrow_steps_not_deleted BEFORE DELETE ON borrow_steps
    BEGIN SELECT RAISE(ABORT, 'what was done is append-only'); END
    """,
    # INSERT OR REPLACE removes the row in its way without asking the delete trigger.
    """
    CREATE TRIGGER borrow_steps_appended BEFORE INSERT ON borrow_steps
    WHEN NEW.id <= (SELECT coalesce(max(id), 0) FROM borrow_steps)
    BEGIN SELECT RAISE(ABORT, 'what was done is append-only'); END
    """,
)

_BESIDE: Final = (
    """
    CREATE TABLE borrow_questions (
        user_id INTEGER PRIMARY KEY REFERENCES users (id),
        day TEXT NOT NULL,
        asked INTEGER NOT NULL
    )
    """,
    "ALTER TABLE grants ADD COLUMN sensitive INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE grants ADD COLUMN item INTEGER REFERENCES borrow_items (id)",
    "CREATE INDEX grants_item ON grants (item) WHERE item IS NOT NULL",
)

STEP: Final = Step(3, "borrowing", sqlite=(*_REQUESTS, *_STEPS, *_BESIDE))
