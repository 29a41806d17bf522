"""Tokens that could read could ask for changes and records too; now they say so."""

from typing import Final

from archsearch.storage.migrations.step import Step

_SAID: Final = (
    """
    UPDATE api_tokens SET rights = rights || ' propose borrow'
    WHERE ' ' || rights || ' ' LIKE '% read %'
    """,
)

STEP: Final = Step(8, "tokens", sqlite=_SAID)
