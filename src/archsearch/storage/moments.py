"""Moments of the archive: how far the log had come, and what time it was by the log's clock.

Whatever answers depend on changes in one transaction with an entry of the log, and before it. So
what is noted with the number of the next entry held from that entry on, and all that held together
at any moment is found by one number. A clock cannot tell it: it may be set back.
"""

from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, ScalarSelect, Table, bindparam, func, insert, select

from archsearch.storage import audit_log, meta
from archsearch.storage.encoding import read_time, time_text
from archsearch.storage.prepared import Prepared
from archsearch.storage.tables import (
    AUDIT,
    DICTIONARY_STATES,
    RECORD_STATES,
)

_SINCE: Final = "history/since"


def next_id(table: Table) -> ScalarSelect[int]:
    """Number the next row of a table to which rows are only ever added."""
    return select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()


_NOTED: Final = Prepared(
    insert(RECORD_STATES).values(id=next_id(RECORD_STATES), seq=bindparam("s"), upto=bindparam("u"))
)


class Moment(NamedTuple):
    """A moment: everything that the entries up to ``seq`` tell of has happened, and no more.

    ``at`` is what the clock said; together with what it had said before, grants are judged by it.
    """

    seq: int
    at: datetime


def next_seq(connection: Connection) -> int:
    """Tell the number of the entry that will tell of what this transaction is changing."""
    return audit_log.head(connection).seq + 1


def note_versions(connection: Connection, upto: int) -> None:
    """Note the highest number that a version of a record has from now on."""
    _NOTED.rows(connection, s=next_seq(connection), u=upto)


def since(connection: Connection) -> int:
    """Tell from which number of the log on everything is known: 0 but for older archives."""
    return int(meta.get(connection, _SINCE) or 0)


def moment_at(connection: Connection, at: datetime) -> Moment:
    """Find the last moment that is not later than a time by the log's clock."""
    # Reckoned with, or else the log itself would be read instead of the index of its times.
    later = select(func.min(AUDIT.c.seq + 0)).where(AUDIT.c.at > time_text(at))
    first = connection.execute(later).scalar()
    return Moment(audit_log.head(connection).seq if first is None else first - 1, at)


def moment_of(connection: Connection, seq: int) -> Moment | None:
    """Find the moment of an entry: what it tells of has happened; None if there is no such one."""
    at = connection.execute(select(AUDIT.c.at).where(AUDIT.c.seq == seq)).scalar()
    return None if at is None else Moment(seq, read_time(at))


def versions_upto(connection: Connection, seq: int) -> int:
    """Tell the highest number that a version of a record had."""
    states = RECORD_STATES.c
    last = (
        select(states.upto).where(states.seq <= seq).order_by(states.seq.desc(), states.id.desc())
    )
    return connection.execute(last.limit(1)).scalar() or 0


def records_changed(connection: Connection, after: int, upto: int | None = None) -> bool:
    """Whether any record changed behind a number of the log, up to another."""
    seq = RECORD_STATES.c.seq
    changed = select(seq).where(seq > after, *([] if upto is None else [seq <= upto])).limit(1)
    return connection.execute(changed).scalar() is not None


def dictionary_changed(connection: Connection, after: int) -> bool:
    """Whether the dictionary changed behind a number of the log."""
    seq = DICTIONARY_STATES.c.seq
    return connection.execute(select(seq).where(seq > after).limit(1)).scalar() is not None
