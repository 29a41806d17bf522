"""Records that may be one customer's (疑似重复), as they are proposed to people."""

from dataclasses import dataclass

from archsearch.domain.query import Reason
from archsearch.domain.record import RecordId, Values


@dataclass(frozen=True, slots=True)
class Link:
    """What ties two records of a group: ``score`` is from 0 to 1, 1 being certain or as good."""

    one: RecordId
    other: RecordId
    score: float
    verdict: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A record of a group, masked."""

    record_id: RecordId
    record: Values


@dataclass(frozen=True, slots=True)
class DuplicateGroup:
    """Records that may all be one customer's.

    ``score`` and ``verdict`` are those of the weakest link that holds the group together.
    """

    score: float
    verdict: str
    members: tuple[Member, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class DuplicatePage:
    """One page of groups, the surest first; ``total`` counts all, ``records`` their records.

    ``note`` is what else there is to say: that whoever asks may see no record.
    """

    total: int
    records: int
    groups: tuple[DuplicateGroup, ...]
    took_ms: float
    offset: int = 0
    limit: int = 20
    note: str = ""
