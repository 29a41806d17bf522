"""The dictionary that administrators add to."""

from typing import Final

from archsearch.storage.migrations.step import Step

_DICTIONARY: Final = """
    CREATE TABLE dictionary (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        term TEXT NOT NULL,
        meaning TEXT NOT NULL,
        added_by TEXT NOT NULL,
        added_at TEXT NOT NULL,
        UNIQUE (kind, term, meaning)
    )
    """

STEP: Final = Step(2, "dictionary", sqlite=(_DICTIONARY,))
