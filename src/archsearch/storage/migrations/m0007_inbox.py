"""The ledger of the watch folder, and the scans that records have."""

from typing import Final

from archsearch.storage.migrations.step import Step

_TABLES: Final = (
    # Names of files are names of customers: folder and place are keyed tokens, the rest is sealed.
    """
    CREATE TABLE inbox (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        folder TEXT NOT NULL,
        place TEXT NOT NULL,
        state TEXT NOT NULL,
        open INTEGER NOT NULL,
        changed_at TEXT NOT NULL,
        user_name TEXT NOT NULL,
        content TEXT NOT NULL,
        details BLOB NOT NULL
    )
    """,
    "CREATE UNIQUE INDEX inbox_open ON inbox (folder, place) WHERE open = 1",
    "CREATE INDEX inbox_place ON inbox (place, folder)",
    "CREATE INDEX inbox_changed ON inbox (changed_at)",
    "CREATE INDEX inbox_content ON inbox (content) WHERE content <> ''",
    """
    CREATE TABLE scans (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        record INTEGER NOT NULL REFERENCES records (id),
        content TEXT NOT NULL,
        address TEXT NOT NULL UNIQUE,
        size INTEGER NOT NULL,
        key BLOB NOT NULL,
        stored_at TEXT NOT NULL,
        UNIQUE (record, content)
    )
    """,
)

STEP: Final = Step(7, "inbox", sqlite=_TABLES)
