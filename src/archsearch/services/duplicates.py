"""Duplicates: records inside the scope that may be one customer's, in groups, with reasons.

All that is compared was loaded for whoever asks, so nothing else has any influence.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Final

from sqlalchemy import Connection

from archsearch.domain.access import Scope
from archsearch.domain.audit import Action
from archsearch.domain.duplicates import DuplicateGroup, DuplicatePage, Link, Member
from archsearch.domain.identifiers import IdentifierKind, classify
from archsearch.domain.policy import Right
from archsearch.domain.query import Reason, Verdict
from archsearch.domain.record import JsonValue, Record, RecordId
from archsearch.domain.screening import Bearing
from archsearch.errors import BusyError, InvalidRequestError
from archsearch.search.corroboration import Corroboration, Corroborator
from archsearch.search.facts import Facts, organisation_in
from archsearch.search.language import Language
from archsearch.services.asking import Asker, Asking, SearchRules, bounded
from archsearch.services.blocks import Knower, Known, Pair, candidates, grouped
from archsearch.services.garbage import fewer_collections
from archsearch.services.presenting import Presenter
from archsearch.services.trail import Trail
from archsearch.storage import records
from archsearch.storage.bulk import chunks

_STEP: Final = 1_000
"""Names that are compared at once."""
_NUMBER: Final = "id_number"
_ATTEMPTS: Final = 3
_LEAST: Final = (Verdict.SAME, Verdict.LIKELY, Verdict.POSSIBLE)

Progress = Callable[[str, int], None]
Scored = tuple[float, Pair]


@dataclass(frozen=True, slots=True)
class _Group:
    """A group while it waits to be shown; ids instead of records, so that many can wait."""

    score: float
    members: tuple[RecordId, ...]
    links: tuple[tuple[float, RecordId, RecordId], ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """Everything that was found in one scope at one state of the store."""

    scope: Scope
    state: int
    least: Verdict
    groups: tuple[_Group, ...]


class DuplicateService:
    """Proposes duplicates."""

    def __init__(
        self,
        asking: Asking,
        language: Language,
        trail: Trail,
        rules: SearchRules,
        presenter: Presenter,
    ) -> None:
        self._asking = asking
        self._trail = trail
        lexicon = language.likeness.lexicon
        self._knower = Knower(lexicon.pinyin, lexicon.parts)
        self._facts = language.facts
        self._presenter = presenter
        self._likeness = presenter.likeness
        self._rules = rules
        self._last: _Found | None = None
        self._lock = Lock()

    def duplicates(
        self, user: str, *, least: str, limit: int, offset: int, progress: Progress | None = None
    ) -> DuplicatePage:
        """Propose groups of records that may be one customer's, the surest first.

        Args:
            user: Who asks.
            least: The verdict that a link has at least.
            limit: Groups on the page.
            offset: Groups before the page.
            progress: Told the number of records looked at.

        Raises:
            AccessDeniedError: There is no such user.
            InvalidRequestError: A parameter is wrong.
        """
        started = time.perf_counter()
        limit = bounded(limit, self._rules.most_hits, "limit")
        offset = bounded(offset, self._rules.deepest_offset, "offset")
        if least not in _LEAST:
            raise InvalidRequestError("参数 least 只能是 same、likely 或 possible。")
        with self._trail.failures(user, Action.DUPLICATES):
            found, shown = self._page(user, Verdict(least), slice(offset, offset + limit), progress)
        page = DuplicatePage(
            len(found.groups),
            sum(len(group.members) for group in found.groups),
            tuple(shown),
            round((time.perf_counter() - started) * 1000, 3),
            offset,
            limit,
            Asker(found.scope, frozenset()).note,
        )
        self._trail.note(user, Action.DUPLICATES, detail=self._detail(page, least))
        return page

    def _detail(self, page: DuplicatePage, least: str) -> dict[str, JsonValue]:
        ids = "\n".join("\t".join(m.record_id for m in group.members) for group in page.groups)
        return {
            "least": least,
            "total": page.total,
            "offset": page.offset,
            "limit": page.limit,
            "found": self._facts.digest(ids),
        }

    def _page(
        self, user: str, least: Verdict, chosen: slice, progress: Progress | None
    ) -> tuple[_Found, list[DuplicateGroup]]:
        """Find groups and show some; anew when rights have changed, or one of those was hidden."""
        for _ in range(_ATTEMPTS):
            found = self._found(self._asking.asker(user, Right.DUPLICATES), least, progress)
            groups = found.groups[chosen]
            ids = {record_id for group in groups for record_id in group.members}
            asker = self._asking.asker(user, Right.DUPLICATES)
            there = self._asking.visible(ids, asker)
            kept = sum(_comparable(record, asker.scope) for record in there.values())
            if kept == len(ids) and asker.scope == found.scope:
                return found, [self._shown(group, there) for group in groups]
            self._last = None
        raise BusyError("档案正在变动，请稍后重试。")

    # Finding -------------------------------------------------------------------------------------

    def _found(self, asker: Asker, least: Verdict, progress: Progress | None) -> _Found:
        """Find all groups, or remember them while neither the rights nor any record has changed."""
        with self._lock:
            with self._trail.database.read() as connection:
                state = records.last_version(connection)
                last = self._last
                if last and (last.scope, last.state, last.least) == (asker.scope, state, least):
                    return last
                with fewer_collections():
                    everyone = [
                        self._knower.of(record.record_id, record.values)
                        for record in counted(_visible(connection, asker.scope), progress)
                    ]
            everyone.sort(key=lambda known: known.record_id)
            with fewer_collections():
                groups = self._groups(everyone, self._bound(least))
            self._last = _Found(asker.scope, state, least, groups)
            return self._last

    def _bound(self, least: Verdict) -> float:
        costs = self._likeness.costs
        bounds = (costs.same, costs.likely, costs.possible)
        return dict(zip(_LEAST, bounds, strict=True))[least]

    def _groups(self, everyone: Sequence[Known], least: float) -> tuple[_Group, ...]:
        links = self._links(everyone, least)
        numbers = [_telling(known.facts.number) for known in everyone]
        groups = [
            _Group(
                min(score for score, _ in held),
                tuple(everyone[place].record_id for place in places),
                tuple((s, everyone[a].record_id, everyone[b].record_id) for s, (a, b) in held),
            )
            for places, held in grouped(links, numbers)
        ]
        return tuple(sorted(groups, key=lambda group: (-group.score, group.members)))

    def _links(self, everyone: Sequence[Known], least: float) -> list[Scored]:
        """Score the pairs that are worth comparing."""
        corroborator = self._corroborator
        links: list[Scored] = []
        unlike: list[tuple[Pair, Corroboration]] = []
        for pair in candidates(everyone):
            one, other = everyone[pair[0]], everyone[pair[1]]
            found = corroborator.weigh(one.facts, other.facts)
            if not found.certain and not _supported(one, other, found):
                continue
            if found.certain or one.names & other.names:
                links.append((_score(corroborator, 1.0, found, one), pair))
            elif one.hopeful(other):
                unlike.append((pair, found))
        for some in chunks(unlike, _STEP):
            likeness = self._alike([(everyone[a], everyone[b]) for (a, b), _ in some])
            links += (
                (_score(corroborator, like, found, everyone[pair[0]]), pair)
                for (pair, found), like in zip(some, likeness, strict=True)
            )
        return [link for link in links if link[0] >= least]

    def _alike(self, pairs: Sequence[tuple[Known, Known]]) -> list[float]:
        """Compare names both ways: a part of a name is like it, but not the other way round."""
        there = self._likeness.among([(a.name, {b.record_id: {"name": b.name}}) for a, b in pairs])
        back = self._likeness.among([(b.name, {a.record_id: {"name": a.name}}) for a, b in pairs])
        return [
            min(max((match.score for match in matches), default=0.0) for matches in each)
            for each in zip(there, back, strict=True)
        ]

    @property
    def _corroborator(self) -> Corroborator:
        return self._presenter.corroborator

    # Showing -------------------------------------------------------------------------------------

    def _shown(self, group: _Group, found: Mapping[RecordId, Record]) -> DuplicateGroup:
        members = [
            Member(record_id, self._presenter.masker.values(found[record_id].values))
            for record_id in group.members
        ]
        links = [self._link(score, found[one], found[other]) for score, one, other in group.links]
        verdict = str(self._likeness.verdict(group.score))
        return DuplicateGroup(round(group.score, 6), verdict, tuple(members), tuple(links))

    def _link(self, score: float, one: Record, other: Record) -> Link:
        name = str(one.values.get("name", ""))
        (matches,) = self._likeness.among([(name, {other.record_id: other.values})])
        masked = self._presenter.masker.values(other.values)
        reasons: tuple[Reason, ...] = ()
        if matches:
            meant = self._likeness.given(name, matches[0]).meant[other.record_id]
            reasons = self._likeness.reasons(masked, meant)
        found = self._corroborator.weigh(Facts.of(one.values), Facts.of(other.values))
        verdict = str(self._likeness.verdict(score))
        reasons = (*reasons, *found.reasons)
        return Link(one.record_id, other.record_id, round(score, 6), verdict, reasons)


def _supported(one: Known, other: Known, found: Corroboration) -> bool:
    """Whether two may be one by more than their names; organisations' whole names are enough."""
    told = {(reason.channel, reason.field) for reason in found.reasons}
    if (str(Bearing.AGAINST), _NUMBER) in told or one.apart(other):
        return False
    if not one.person and not other.person and one.core == other.core:
        return True
    if not one.person and one.names & other.names:
        return True
    return any(told & {(str(Bearing.FOR), key) for key in (_NUMBER, "phones", "birth_date")})


def _score(corroborator: Corroborator, likeness: float, found: Corroboration, one: Known) -> float:
    return corroborator.score(likeness, found, shared=one.person and likeness >= 1.0)


def _telling(number: str) -> str:
    """Give a number that is right: two different ones are two customers'."""
    known = classify(number) if number else None
    right = known is not None and known.fault is None and known.kind is not IdentifierKind.OTHER
    return (organisation_in(number) or number) if right else ""


def _visible(connection: Connection, scope: Scope) -> Iterator[Record]:
    """Yield what may be compared: who asks must not even see how many others there are."""
    if not scope.empty:
        yield from (each for each in records.iterate_all(connection) if _comparable(each, scope))


def _comparable(record: Record, scope: Scope) -> bool:
    return record.searchable and scope.permits(record)


def counted(found: Iterable[Record], progress: Progress | None) -> Iterator[Record]:
    """Tell how many records have gone by."""
    for number, record in enumerate(found, 1):
        yield record
        if progress and number % _STEP == 0:
            progress("", number)
