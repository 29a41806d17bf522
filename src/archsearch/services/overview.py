"""The archive at a glance, inside one's scope: how much there is, how it grows, how good it is."""

from collections import OrderedDict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Final

from archsearch.domain.audit import Action
from archsearch.domain.policy import Policy, Right
from archsearch.domain.query import FilterValue, SearchRequest
from archsearch.domain.zone import CHINA
from archsearch.services.asking import Asker, Asking
from archsearch.services.identity import principal_of, require
from archsearch.services.search import SearchService
from archsearch.services.trail import Trail
from archsearch.storage import records
from archsearch.storage.bulk import chunks

MOST_READ: Final = 5_000
"""Records, the newest, that are read through for what they lack."""
_MONTHS: Final = 24
_YEAR: Final = 12
_BANDS: Final = ((90, 100), (75, 89), (60, 74), (0, 59))
_STEP: Final = 500
_REMEMBERED: Final = 64


@dataclass(frozen=True, slots=True)
class Gaps:
    """How many of some records lack a field; ``read`` is how many were looked at."""

    read: int
    missing: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Overview:
    """What there is: by value of each facet, by month of creation, by quality (from, to, how many).

    ``earlier`` counts what is older than the first month.
    """

    total: int
    facets: Mapping[str, Sequence[tuple[str, int]]]
    months: tuple[tuple[str, int], ...]
    earlier: int
    quality: tuple[tuple[int, int, int], ...]
    gaps: Gaps


class OverviewService:
    """Looks the archive over.

    ``asking`` and ``search`` are to load no more than the first hit of an answer.
    """

    def __init__(self, trail: Trail, policy: Policy, asking: Asking, search: SearchService) -> None:
        self._trail = trail
        self._policy = policy
        self._asking = asking
        self._search = search
        self._known: OrderedDict[Hashable, Gaps] = OrderedDict()
        self._lock = Lock()

    def look(self, user: str, facets: Sequence[str], wanted: Sequence[str]) -> Overview:
        """Look over what a user may see.

        Args:
            user: Who looks.
            facets: Schema keys to count the values of.
            wanted: Schema keys that a record should have.

        Raises:
            AccessDeniedError: The user may read nothing.
        """
        with self._trail.failures(user, Action.OVERVIEW):
            asker = self._asker(user)
            whole = self._search.page(SearchRequest(facets=tuple(facets), limit=0), asker)
            months = [
                (month, self._count({"created_at": {"from": month, "to": month}}, asker))
                for month in months_until(self._trail.clock())
            ]
            newer = self._count({"created_at": {"from": months[0][0]}}, asker)
            quality = [
                (low, high, self._count({"quality": {"from": low, "to": high}}, asker))
                for low, high in _BANDS
            ]
            gaps = self._gaps(asker, tuple(wanted))
        self._trail.note(user, Action.OVERVIEW, detail={"total": whole.total})
        earlier = max(whole.total - newer, 0)
        return Overview(whole.total, whole.facets, tuple(months), earlier, tuple(quality), gaps)

    def _asker(self, user: str) -> Asker:
        with self._trail.database.read() as connection:
            principal = principal_of(connection, user, self._trail.clock())
        require(self._policy, principal, Right.READ)
        return self._asking.asker(user)

    def _count(self, filters: Mapping[str, FilterValue], asker: Asker) -> int:
        return self._search.page(SearchRequest(filters=filters, limit=0), asker).total

    def _gaps(self, asker: Asker, wanted: tuple[str, ...]) -> Gaps:
        """Read the newest records through; the same is known while nothing has changed."""
        with self._trail.database.read() as connection:
            key = (asker.scope, asker.excluded, records.last_version(connection), wanted)
        with self._lock:
            known = self._known.get(key)
        if known is not None:
            return known
        ids = self._search.listed(SearchRequest(), asker, MOST_READ).record_ids
        missing = dict.fromkeys(wanted, 0)
        read = 0
        for some in chunks(ids, _STEP):
            for record in self._asking.visible(set(some), asker).values():
                read += 1
                for field in wanted:
                    missing[field] += record.values.get(field) in _NOTHING
        gaps = Gaps(read, missing)
        with self._lock:
            self._known[key] = gaps
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)
        return gaps


_NOTHING: Final[tuple[object, ...]] = (None, "", [], {})


def months_until(now: datetime) -> Iterator[str]:
    """Name the last two years' months, this one the last.

    >>> from datetime import UTC
    >>> list(months_until(datetime(2026, 3, 5, tzinfo=UTC)))[::23]
    ['2024-04', '2026-03']
    """
    today: date = now.astimezone(CHINA).date()
    last = today.year * _YEAR + today.month - 1
    for month in range(last - _MONTHS + 1, last + 1):
        yield f"{month // _YEAR:04d}-{month % _YEAR + 1:02d}"
