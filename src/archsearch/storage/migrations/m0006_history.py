"""What access and answers depended on at any moment: states of users, dictionary and records."""

from typing import Final

from archsearch.storage.migrations.step import Step


def _append_only(table: str) -> tuple[str, ...]:
    refusal = f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    # INSERT OR REPLACE removes the row in its way without asking the delete trigger.
    older = f"NEW.id <= (SELECT coalesce(max(id), 0) FROM {table})"  # noqa: S608 - own names
    return (
        f"CREATE TRIGGER {table}_not_updated BEFORE UPDATE ON {table} {refusal}",
        f"CREATE TRIGGER {table}_not_deleted BEFORE DELETE ON {table} {refusal}",
        f"CREATE TRIGGER {table}_appended BEFORE INSERT ON {table} WHEN {older} {refusal}",
    )


_TABLES: Final = (
    """
    CREATE TABLE user_states (
        id INTEGER PRIMARY KEY,
        seq INTEGER NOT NULL,
        user_id INTEGER NOT NULL REFERENCES users (id),
        role TEXT,
        clearance TEXT NOT NULL,
        departments TEXT NOT NULL,
        disabled INTEGER NOT NULL
    )
    """,
    "CREATE INDEX user_states_user ON user_states (user_id, seq)",
    """
    CREATE TABLE dictionary_states (
        id INTEGER PRIMARY KEY,
        seq INTEGER NOT NULL,
        kind TEXT NOT NULL,
        term TEXT NOT NULL,
        meaning TEXT NOT NULL,
        present INTEGER NOT NULL
    )
    """,
    """
    CREATE TABLE record_states (
        id INTEGER PRIMARY KEY,
        seq INTEGER NOT NULL,
        upto INTEGER NOT NULL
    )
    """,
    "CREATE INDEX record_states_seq ON record_states (seq)",
    "ALTER TABLE grants ADD COLUMN granted_seq INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE grants ADD COLUMN revoked_seq INTEGER",
)

_AS_IT_IS: Final = (
    """
    INSERT INTO user_states (seq, user_id, role, clearance, departments, disabled)
    SELECT (SELECT seq FROM audit_head), id, role, clearance,
           (SELECT json_group_array(path) FROM (
                SELECT path FROM departments
                JOIN user_departments ON user_departments.department_id = departments.id
                WHERE user_departments.user_id = users.id ORDER BY path)),
           disabled
    FROM users
    """,
    """
    INSERT INTO dictionary_states (seq, kind, term, meaning, present)
    SELECT (SELECT seq FROM audit_head), kind, term, meaning, 1 FROM dictionary ORDER BY id
    """,
    """
    INSERT INTO record_states (seq, upto)
    SELECT (SELECT seq FROM audit_head), coalesce(max(id), 0) FROM record_versions
    """,
    "INSERT INTO meta (key, value) SELECT 'history/since', seq FROM audit_head",
)
"""What was before is not known: the history begins with the state it finds."""

STEP: Final = Step(
    6,
    "history",
    sqlite=(
        *_TABLES,
        *_AS_IT_IS,
        *_append_only("user_states"),
        *_append_only("dictionary_states"),
        *_append_only("record_states"),
    ),
)
