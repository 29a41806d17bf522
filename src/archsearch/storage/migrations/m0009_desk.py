"""What people keep on their desks: lists under screening with their decisions, saved searches."""

from typing import Final

from archsearch.storage.migrations.step import Step

_TABLES: Final = (
    # Names of customers, and what somebody thinks of them: all contents are sealed.
    """
    CREATE TABLE screenings (
        id TEXT PRIMARY KEY NOT NULL,
        user_id INTEGER NOT NULL REFERENCES users (id),
        began_at TEXT NOT NULL,
        touched_at TEXT NOT NULL,
        state TEXT NOT NULL,
        lines INTEGER NOT NULL,
        done INTEGER NOT NULL,
        worker INTEGER NOT NULL,
        code TEXT NOT NULL,
        content BLOB NOT NULL
    )
    """,
    "CREATE INDEX screenings_user ON screenings (user_id, began_at)",
    """
    CREATE TABLE screening_parts (
        screening TEXT NOT NULL REFERENCES screenings (id) ON DELETE CASCADE,
        start INTEGER NOT NULL,
        content BLOB NOT NULL,
        PRIMARY KEY (screening, start)
    )
    """,
    """
    CREATE TABLE screening_decisions (
        screening TEXT NOT NULL REFERENCES screenings (id) ON DELETE CASCADE,
        line INTEGER NOT NULL,
        content BLOB NOT NULL,
        PRIMARY KEY (screening, line)
    )
    """,
    # Numbered by user: one row of numbers would tell how much others save.
    """
    CREATE TABLE saved_searches (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        user_id INTEGER NOT NULL REFERENCES users (id),
        number INTEGER NOT NULL,
        saved_at TEXT NOT NULL,
        looked_at TEXT NOT NULL,
        content BLOB NOT NULL,
        seen BLOB NOT NULL,
        UNIQUE (user_id, number)
    )
    """,
)

STEP: Final = Step(9, "desk", sqlite=_TABLES)
