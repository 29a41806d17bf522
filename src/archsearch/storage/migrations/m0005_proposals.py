"""Proposals: changes that somebody proposes who may not make them, and what was decided."""

from typing import Final

from archsearch.storage.migrations.step import Step

_TABLE: Final = (
    # What is proposed, and what is answered, is sealed under the key of the record.
    """
    CREATE TABLE proposals (
        id INTEGER PRIMARY KEY,
        user_id INTEGER NOT NULL REFERENCES users (id),
        number INTEGER NOT NULL CHECK (number >= 1),
        record INTEGER NOT NULL REFERENCES records (id),
        base INTEGER NOT NULL CHECK (base >= 1),
        proposed_at TEXT NOT NULL,
        content BLOB NOT NULL,
        state TEXT NOT NULL,
        decided_at TEXT,
        decided_by TEXT,
        answer BLOB,
        version INTEGER,
        UNIQUE (user_id, number)
    )
    """,
    "CREATE INDEX proposals_open ON proposals (id) WHERE state = 'open'",
    """
    CREATE TRIGGER proposals_decided_once BEFORE UPDATE ON proposals WHEN OLD.state <> 'open'
    BEGIN SELECT RAISE(ABORT, 'what was decided stays'); END
    """,
    """
    CREATE TRIGGER proposals_as_made BEFORE UPDATE OF
        id, user_id, number, record, base, proposed_at, content ON proposals
    BEGIN SELECT RAISE(ABORT, 'what was proposed stays'); END
    """,
)

STEP: Final = Step(5, "proposals", sqlite=_TABLE)
