"""The operation log in numbers: counted by the database, in one pass over a time."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    func,
    literal_column,
    or_,
    select,
    type_coerce,
)

from archsearch.domain.audit import Action, AuditFilter, Outcome
from archsearch.domain.audit_report import VIEWS, Seen
from archsearch.storage.audit_log import clauses_of
from archsearch.storage.encoding import read_object, read_time
from archsearch.storage.tables import AUDIT

_HOUR: Final = len("2026-11-22T16")
_MASK: Final = "**"
_MASKED: Final = re.compile(r"[0-9]\*\*")
"""What a number in the log has where it is masked."""


class Count(NamedTuple):
    """How many entries a user has of an action and an outcome, in one hour; texts as stored."""

    hour: str
    action: str
    outcome: str
    user: str
    entries: int
    last: str


def counts(connection: Connection, conditions: AuditFilter) -> Iterator[Count]:
    """Count entries by hour, action, outcome and user."""
    columns = AUDIT.c
    # One text to group by: the database compares it in half the time of four.
    hour = func.substr(columns.at, 1, _HOUR)
    key = hour + columns.action + "\t" + columns.outcome + "\t" + columns.user_name
    statement = (
        select(key, func.count(), func.max(columns.at)).where(*clauses_of(conditions)).group_by(key)
    )
    for text, entries, last in connection.execute(statement):
        # What somebody typed as a name may hold anything: it comes last.
        action, outcome, user = text[_HOUR:].split("\t", 2)
        yield Count(text[:_HOUR], action, outcome, user, entries, last)


def misses(connection: Connection, conditions: AuditFilter) -> Iterator[tuple[str, str]]:
    """Give user and hour of each search for a number that found nothing."""
    columns = AUDIT.c
    hour = func.substr(columns.at, 1, _HOUR)
    detail = type_coerce(columns.detail, JSON)
    statement = select(columns.user_name, columns.action, hour, columns.detail).where(
        *clauses_of(conditions),
        or_(
            columns.action == Action.BORROW_FIND.value,
            (columns.action == Action.SEARCH.value)
            & columns.detail.contains(_MASK, autoescape=True),
        ),
        columns.outcome == Outcome.DONE.value,
        detail["total"].as_integer() == 0,
    )
    for user, action, at, text in connection.execute(statement):
        asked = action == Action.BORROW_FIND or _MASKED.search(str(read_object(text)["query"]))
        if asked:
            yield user, at


def hour_of(text: str) -> datetime:
    """Read an hour."""
    return read_time(f"{text}:00:00Z")


def seen(
    connection: Connection, conditions: AuditFilter, limit: int, *, upto: int | None = None
) -> tuple[list[Seen], int]:
    """Count who looked at which record, the most often first; and how many pairs there are.

    Args:
        connection: A transaction.
        conditions: Which entries.
        limit: How many pairs at most.
        upto: Only entries up to this number.
    """
    columns = AUDIT.c
    pairs = (
        select(
            columns.user_name,
            columns.target,
            func.count().label("views"),
            func.min(columns.at).label("first"),
            func.max(columns.at).label("last"),
        )
        .where(*clauses_of(conditions), *_looked_at(), *_until(upto))
        .group_by(columns.user_name, columns.target)
    )
    inner = pairs.subquery()
    total = connection.execute(select(func.count()).select_from(inner)).scalar_one()
    ordered = (
        select(inner)
        .order_by(inner.c.views.desc(), inner.c.last.desc(), inner.c.user_name, inner.c.target)
        .limit(limit)
    )
    rows = connection.execute(ordered)
    return [
        Seen(user, target, views, read_time(first), read_time(last))
        for user, target, views, first, last in rows
    ], total


def _until(seq: int | None) -> list[ColumnElement[bool]]:
    return [] if seq is None else [AUDIT.c.seq <= seq]


def _looked_at() -> list[ColumnElement[bool]]:
    columns = AUDIT.c
    return [
        # Written out, so that the partial index is used.
        columns.target != literal_column("''"),
        columns.outcome == Outcome.DONE.value,
        columns.action.in_([action.value for action in sorted(VIEWS)]),
    ]
