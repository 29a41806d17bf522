"""Counting the operation log: who did how much, when, who saw what, and what was unusual."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
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
from archsearch.storage.encoding import read_time

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
        known = {user.name: user for user in users.all_users(connection)}
        sums = _Sums(self.bounds, known)
        for count in audit_counts.counts(connection, conditions):
            sums.add(count)
        for user, hour in audit_counts.misses(connection, conditions):
            sums.unusual[UnusualKind.MISSES, user, sums.day(hour), None] += 1
        seen: list[Seen] = []
        total = 0
        if conditions.user or conditions.target:
            seen, total = audit_counts.seen(connection, conditions, _SEEN_TOLD)
        return AuditReport(
            since=conditions.since,
            until=conditions.until,
            made_at=now,
            entries=sums.outcomes.total(),
            denied=sums.outcomes[Outcome.DENIED],
            failed=sums.outcomes[Outcome.FAILED],
            users=tuple(sums.persons()),
            departments=sums.departments(),
            actions=sums.actions.tallies(),
            hours=tuple(sums.hours[hour] for hour in range(24)),
            days=tuple(sorted(sums.days.items())),
            unusual=sums.pointed_out(),
            seen=tuple(seen),
            seen_total=total,
        )


class _Tallies:
    """Sums by a key, and of these what was refused and what failed."""

    def __init__(self) -> None:
        self.entries = Counter[str]()
        self.denied = Counter[str]()
        self.failed = Counter[str]()

    def add(self, key: str, count: Count) -> None:
        """Count entries of one outcome."""
        self.entries[key] += count.entries
        if count.outcome == Outcome.DENIED:
            self.denied[key] += count.entries
        elif count.outcome == Outcome.FAILED:
            self.failed[key] += count.entries

    def join(self, key: str, tally: Tally) -> None:
        """Count what is summed up already."""
        self.entries[key] += tally.entries
        self.denied[key] += tally.denied
        self.failed[key] += tally.failed

    def tallies(self) -> tuple[Tally, ...]:
        """Give them, the most first."""
        return tuple(
            Tally(key, number, self.denied[key], self.failed[key])
            for key, number in sorted(self.entries.items(), key=lambda each: (-each[1], each[0]))
        )


_Use = tuple[UnusualKind, str, date, int | None]


class _Sums:
    """Everything a report sums up, in one pass over the counts."""

    def __init__(self, bounds: Bounds, known: Mapping[str, User]) -> None:
        self._bounds = bounds
        self._known = known
        self._moments: dict[str, tuple[date, int]] = {}
        self._users = _Tallies()
        self._searches = Counter[str]()
        self._views = Counter[str]()
        self._last: dict[str, str] = {}
        self.actions = _Tallies()
        self.outcomes = Counter[str]()
        self.hours = Counter[int]()
        self.days = Counter[date]()
        self.unusual = Counter[_Use]()

    def day(self, hour: str) -> date:
        """The day in China that an hour belongs to."""
        return self._moment(hour)[0]

    def _moment(self, hour: str) -> tuple[date, int]:
        known = self._moments.get(hour)
        if known is None:
            local = audit_counts.hour_of(hour).astimezone(CHINA)
            known = self._moments[hour] = local.date(), local.hour
        return known

    def add(self, count: Count) -> None:
        """Count it everywhere."""
        day, hour = self._moment(count.hour)
        user, number = count.user, count.entries
        self.outcomes[count.outcome] += number
        self.hours[hour] += number
        self.days[day] += number
        self.actions.add(count.action, count)
        self._users.add(user, count)
        self._last[user] = max(self._last.get(user, ""), count.last)
        done = count.outcome == Outcome.DONE
        if done and count.action == Action.SEARCH:
            self._searches[user] += number
        if done and count.action in VIEWS:
            self._views[user] += number
            self.unusual[UnusualKind.VIEWS, user, day, hour] += number
        if count.outcome == Outcome.DENIED:
            self.unusual[UnusualKind.REFUSALS, user, day, None] += number
        if count.action in READING and self._bounds.at_night(hour):
            self.unusual[UnusualKind.NIGHT, user, day, None] += number

    def persons(self) -> Iterator[PersonTally]:
        """Sum up persons, the most active first."""
        for tally in self._users.tallies():
            user = self._known.get(tally.key)
            yield PersonTally(
                user=tally.key,
                display_name=user.display_name if user else "",
                department=_department(user),
                entries=tally.entries,
                denied=tally.denied,
                failed=tally.failed,
                searches=self._searches[tally.key],
                views=self._views[tally.key],
                last=read_time(self._last[tally.key]),
            )

    def departments(self) -> tuple[Tally, ...]:
        """Sum up the departments that persons are in now."""
        found = _Tallies()
        for tally in self._users.tallies():
            found.join(_department(self._known.get(tally.key)), tally)
        return found.tallies()

    def pointed_out(self) -> tuple[Unusual, ...]:
        """Give what is beyond the bounds, the newest first."""
        least = {
            UnusualKind.NIGHT: 1,
            UnusualKind.VIEWS: self._bounds.views,
            UnusualKind.MISSES: self._bounds.misses,
            UnusualKind.REFUSALS: self._bounds.refusals,
        }
        found = [
            Unusual(kind, user, day, number, hour)
            for (kind, user, day, hour), number in self.unusual.items()
            if number >= least[kind]
        ]
        found.sort(key=lambda each: (each.kind, each.user))
        return tuple(sorted(found, key=lambda each: (each.day, each.hour or 0), reverse=True))


def _department(user: User | None) -> str:
    return "、".join(sorted(user.departments)) if user and user.departments else _NOWHERE
