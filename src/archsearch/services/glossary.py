"""Keeping the dictionary that is in force as the store has it."""

from threading import Lock

from sqlalchemy import Connection

from archsearch.domain.dictionary import Glossary
from archsearch.storage import dictionary


class Keeper:
    """Looks whether the dictionary has changed; one for all that read a glossary.

    Any process may add to the dictionary at any time. Whoever asks or indexes looks first.
    """

    def __init__(self, glossary: Glossary) -> None:
        self._glossary = glossary
        self._state = 0
        self._lock = Lock()

    def refresh(self, connection: Connection) -> int:
        """Bring the glossary up to date; give the number of its state."""
        state = dictionary.state(connection)
        if state > self._state:
            with self._lock:
                self._glossary.dictionary = dictionary.load(connection)
                self._state = state
        return state
