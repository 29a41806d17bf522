"""The dictionary as it is stored, with a number that tells its states apart."""

from datetime import datetime
from typing import Final

from sqlalchemy import Connection, delete, insert, select

from archsearch.domain.dictionary import Dictionary, Entry, EntryKind
from archsearch.storage import meta
from archsearch.storage.moments import next_id, next_seq
from archsearch.storage.tables import DICTIONARY, DICTIONARY_STATES

_STATE: Final = "dictionary/state"


def state(connection: Connection) -> int:
    """Tell how often the dictionary has changed."""
    return int(meta.get(connection, _STATE) or 0)


def load(connection: Connection) -> Dictionary:
    """Load every entry, in the order they were added in."""
    columns = (DICTIONARY.c.kind, DICTIONARY.c.term, DICTIONARY.c.meaning)
    rows = connection.execute(select(*columns).order_by(DICTIONARY.c.id))
    return Dictionary(tuple(Entry(EntryKind(kind), term, meaning) for kind, term, meaning in rows))


def add(connection: Connection, entry: Entry, *, by: str, at: datetime) -> None:
    """Add an entry that is not there yet."""
    connection.execute(
        insert(DICTIONARY).values(
            kind=str(entry.kind), term=entry.term, meaning=entry.meaning, added_by=by, added_at=at
        )
    )
    _changed(connection, entry, present=True)


def remove(connection: Connection, entry: Entry) -> None:
    """Take an entry away."""
    connection.execute(
        delete(DICTIONARY).where(
            DICTIONARY.c.kind == str(entry.kind),
            DICTIONARY.c.term == entry.term,
            DICTIONARY.c.meaning == entry.meaning,
        )
    )
    _changed(connection, entry, present=False)


def _changed(connection: Connection, entry: Entry, *, present: bool) -> None:
    meta.put(connection, _STATE, str(state(connection) + 1))
    connection.execute(
        insert(DICTIONARY_STATES).values(
            id=next_id(DICTIONARY_STATES),
            seq=next_seq(connection),
            kind=str(entry.kind),
            term=entry.term,
            meaning=entry.meaning,
            present=present,
        )
    )
