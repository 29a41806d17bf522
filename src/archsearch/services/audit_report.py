"""Counting the operation log: who did how much, when, who saw what, and what was unusual."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import Connection

from archsearch.domain.audit import Action, AuditFilter, Outcome
from archsearch.domain.audit_report import (
    READING,
    VIEWS,
    AuditReport,
    Bounds,
    PersonTally,
    Seen,
    Tally,
    Unusual,
    UnusualKind,
)
from archsearch.domain.users import User
from archsearch.domain.zone import CHINA
from archsearch.storage import audit_counts, users
from archsearch.storage.audit_counts import Count

_NOWHERE: Final = "（无部门）"
_SEEN_TOLD: Final = 1_000


@dataclass(frozen=True, slots=True)
class Reporter:
    """Counts the log; one for an archive."""

    bounds: Bounds

    def report(self, connection: Connection, conditions: AuditFilter, now: datetime) -> AuditReport:
        """Count the entries that conditions hold for.

        Who looked at which records is told where a user or a record is asked for.
        """
        counts = list(audit_counts.counts(connection, conditions))
        known = {user.name: user for user in users.all_users(connection)}
        misses = audit_counts.misses(connection, conditions)
        seen: list[Seen] = []
        total = 0
        if conditions.user or conditions.target:
            seen, total = audit_counts.seen(connection, conditions, _SEEN_TOLD)
        hours = Counter[int]()
        days = Counter[date]()
        for count in counts:
            local = count.hour.astimezone(CHINA)
            hours[local.hour] += count.entries
            days[local.date()] += count.entries
        (whole,) = _tallies(counts, lambda _: "") or (Tally("", 0),)
        return AuditReport(
            since=conditions.since,
            until=conditions.until,
            made_at=now,
            entries=whole.entries,
            denied=whole.denied,
            failed=whole.failed,
            users=_persons(counts, known),
            departments=_tallies(counts, lambda count: _department(known.get(count.user))),
            actions=_tallies(counts, lambda count: count.action.value),
            hours=tuple(hours[hour] for hour in range(24)),
            days=tuple(sorted(days.items())),
            unusual=self._unusual(counts, misses),
            seen=tuple(seen),
            seen_total=total,
        )

    def _unusual(
        self, counts: Sequence[Count], misses: Iterable[tuple[str, datetime, int]]
    ) -> tuple[Unusual, ...]:
        bounds = self.bounds
        reading = [count for count in counts if count.action in READING]
        night = (count for count in reading if bounds.at_night(_hour(count.hour)))
        views = (count for count in reading if count.action in VIEWS and _done(count))
        refused = (count for count in counts if count.outcome is Outcome.DENIED)
        found = [
            *_beyond(UnusualKind.NIGHT, _hourly(night), 1),
            *_beyond(UnusualKind.VIEWS, _hourly(views), bounds.views),
            *_beyond(UnusualKind.MISSES, _daily(misses), bounds.misses),
            *_beyond(
                UnusualKind.REFUSALS,
                _daily((count.user, count.hour, count.entries) for count in refused),
                bounds.refusals,
            ),
        ]
        newest = sorted(found, key=lambda each: (each.user, each.kind))
        return tuple(sorted(newest, key=lambda each: (each.day, each.hour or 0), reverse=True))


_When = tuple[str, date, int | None]


def _hourly(counts: Iterable[Count]) -> Counter[_When]:
    found = Counter[_When]()
    for count in counts:
        found[count.user, _day(count.hour), _hour(count.hour)] += count.entries
    return found


def _daily(counts: Iterable[tuple[str, datetime, int]]) -> Counter[_When]:
    found = Counter[_When]()
    for user, at, number in counts:
        found[user, _day(at), None] += number
    return found


def _beyond(kind: UnusualKind, found: Mapping[_When, int], least: int) -> Iterator[Unusual]:
    for (user, day, hour), number in found.items():
        if number >= least:
            yield Unusual(kind, user, day, number, hour)


def _day(moment: datetime) -> date:
    return moment.astimezone(CHINA).date()


def _hour(moment: datetime) -> int:
    return moment.astimezone(CHINA).hour


def _done(count: Count) -> bool:
    return count.outcome is Outcome.DONE


def _department(user: User | None) -> str:
    return "、".join(sorted(user.departments)) if user and user.departments else _NOWHERE


def _tallies(counts: Iterable[Count], key: Callable[[Count], str]) -> tuple[Tally, ...]:
    """Sum up by something, the most first."""
    found: dict[str, Tally] = {}
    for count in counts:
        name = key(count)
        tally = found.get(name, Tally(name, 0))
        found[name] = replace(
            tally,
            entries=tally.entries + count.entries,
            denied=tally.denied + count.entries * (count.outcome is Outcome.DENIED),
            failed=tally.failed + count.entries * (count.outcome is Outcome.FAILED),
        )
    return tuple(sorted(found.values(), key=lambda tally: (-tally.entries, tally.key)))


def _persons(counts: Sequence[Count], known: Mapping[str, User]) -> tuple[PersonTally, ...]:
    of: defaultdict[str, list[Count]] = defaultdict(list)
    for count in counts:
        of[count.user].append(count)
    return tuple(
        PersonTally(
            user=tally.key,
            display_name=known[tally.key].display_name if tally.key in known else "",
            department=_department(known.get(tally.key)),
            entries=tally.entries,
            denied=tally.denied,
            failed=tally.failed,
            searches=_number(of[tally.key], {Action.SEARCH}),
            views=_number(of[tally.key], VIEWS),
            last=max(count.last for count in of[tally.key]),
        )
        for tally in _tallies(counts, lambda count: count.user)
    )


def _number(counts: Iterable[Count], actions: Iterable[Action]) -> int:
    return sum(count.entries for count in counts if count.action in actions and _done(count))
