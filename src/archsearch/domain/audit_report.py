"""What the operation log says when it is counted: who did how much, when, and what was unusual."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from archsearch.domain.audit import Action

VIEWS = frozenset({Action.SHOW, Action.HISTORY, Action.REVEAL, Action.EXPORT})
"""Looking at single records."""

READING = VIEWS | {Action.SEARCH, Action.SUGGEST, Action.MATCH, Action.DUPLICATES}
"""What people do who look for records, in contrast to what runs at night by itself."""


class UnusualKind(StrEnum):
    """Why use is pointed out."""

    NIGHT = "夜间查阅"
    VIEWS = "短时间大量查看"
    MISSES = "多次查不到的号码"
    REFUSALS = "多次被拒绝"


@dataclass(frozen=True, slots=True)
class Bounds:
    """From where on use is unusual; hours are those of the day in China."""

    night_from: int
    night_until: int
    views: int
    misses: int
    refusals: int

    def at_night(self, hour: int) -> bool:
        """Whether an hour is of the night, which may go over midnight or not."""
        if self.night_from <= self.night_until:
            return self.night_from <= hour < self.night_until
        return hour >= self.night_from or hour < self.night_until


@dataclass(frozen=True, slots=True)
class Tally:
    """How many entries something has, and how many of them were refused or failed."""

    key: str
    entries: int
    denied: int = 0
    failed: int = 0


@dataclass(frozen=True, slots=True)
class PersonTally:
    """A tally of one person. ``department`` is where they are now."""

    user: str
    display_name: str
    department: str
    entries: int
    denied: int
    failed: int
    searches: int
    views: int
    last: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """How often somebody looked at a record, and when first and last."""

    user: str
    record_id: str
    views: int
    first: datetime
    last: datetime


@dataclass(frozen=True, slots=True)
class Unusual:
    """Use that is pointed out: so many of a kind by one person on a day, in an hour of it."""

    kind: UnusualKind
    user: str
    day: date
    count: int
    hour: int | None = None


@dataclass(frozen=True, slots=True)
class AuditReport:
    """The log of a time, counted.

    ``hours`` are 24 counts by hour of the day in China. ``seen`` says who looked at what where the
    report is about one person or one record, most often first; ``unusual`` has the newest first.
    """

    since: datetime | None
    until: datetime | None
    made_at: datetime
    entries: int
    denied: int
    failed: int
    users: tuple[PersonTally, ...]
    departments: tuple[Tally, ...]
    actions: tuple[Tally, ...]
    hours: tuple[int, ...]
    days: tuple[tuple[date, int], ...]
    unusual: tuple[Unusual, ...]
    seen: tuple[Seen, ...] = ()
    seen_total: int = 0
    """How many there are; ``seen`` has the first of them."""
