"""The operation log in numbers: counted by the database, in one pass over a time."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    func,
    literal_column,
    select,
    type_coerce,
)

from archsearch.domain.audit import Action, AuditFilter, Outcome
from archsearch.domain.audit_report import VIEWS, Seen
from archsearch.storage.audit_log import clauses_of
from archsearch.storage.encoding import read_member, read_time
from archsearch.storage.tables import AUDIT

_HOUR: Final = len("2026-11-22T16")
_MASKED: Final = r"[0-9]\*\*"
"""What a number in the log has where it is masked."""


class Count(NamedTuple):
    """How many entries a user has of an action and an outcome, in one hour."""

    user: str
    action: Action
    outcome: Outcome
    hour: datetime
    entries: int
    last: datetime


def counts(connection: Connection, conditions: AuditFilter) -> Iterator[Count]:
    """Count entries by user, action, outcome and hour."""
    columns = AUDIT.c
    hour = func.substr(columns.at, 1, _HOUR)
    key = (columns.user_name, columns.action, columns.outcome, hour)
    statement = (
        select(*key, func.count(), func.max(columns.at))
        .where(*clauses_of(conditions))
        .group_by(*key)
    )
    for user, action, outcome, at, entries, last in connection.execute(statement):
        yield Count(
            user,
            read_member(Action, action),
            read_member(Outcome, outcome),
            read_time(f"{at}:00:00Z"),
            entries,
            read_time(last),
        )


def misses(connection: Connection, conditions: AuditFilter) -> Iterator[tuple[str, datetime, int]]:
    """Count the searches for a number that found nothing, by user and hour."""
    columns = AUDIT.c
    hour = func.substr(columns.at, 1, _HOUR)
    detail = type_coerce(columns.detail, JSON)
    statement = (
        select(columns.user_name, hour, func.count())
        .where(
            *clauses_of(conditions),
            columns.action == Action.SEARCH.value,
            detail["total"].as_integer() == 0,
            detail["query"].as_string().regexp_match(_MASKED),
        )
        .group_by(columns.user_name, hour)
    )
    for user, at, number in connection.execute(statement):
        yield user, read_time(f"{at}:00:00Z"), number


def seen(connection: Connection, conditions: AuditFilter, limit: int) -> tuple[list[Seen], int]:
    """Count who looked at which record, the most often first; and how many pairs there are."""
    columns = AUDIT.c
    pairs = (
        select(
            columns.user_name,
            columns.target,
            func.count().label("views"),
            func.min(columns.at).label("first"),
            func.max(columns.at).label("last"),
        )
        .where(*clauses_of(conditions), *_looked_at())
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


def _looked_at() -> list[ColumnElement[bool]]:
    columns = AUDIT.c
    return [
        # Written out, so that the partial index is used.
        columns.target != literal_column("''"),
        columns.outcome == Outcome.DONE.value,
        columns.action.in_([action.value for action in sorted(VIEWS)]),
    ]
