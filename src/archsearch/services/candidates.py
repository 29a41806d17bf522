"""Whom the lines of a list may mean: by name, by number, by telephone; a chunk of them at once.

What the index is asked for all lines together must give each line what it would get alone: nothing
here may depend on the neighbours of a line.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from archsearch.domain.plan import Gather, KeyNode, Plan
from archsearch.domain.record import Record, RecordId
from archsearch.domain.screening import Entry
from archsearch.engines.base import Gathered
from archsearch.search.corroboration import Corroboration
from archsearch.search.facts import FactReader, Facts
from archsearch.search.likely import MOST, Likeness
from archsearch.search.likeness.finder import Match, Sought
from archsearch.services.asking import Asker, Asking

_MOST_SHARING: Final = 50
"""Records of one number or telephone that are looked at."""
CERTAIN: Final = 2.0
"""Above every score."""


@dataclass(slots=True)
class Line:
    """A line on its way to its answer."""

    entry: Entry
    facts: Facts
    matches: dict[RecordId, Match] = field(default_factory=dict)
    bearers: frozenset[RecordId] = frozenset()
    """Who has the number of identity."""
    called: frozenset[RecordId] = frozenset()
    """Who has one of the telephones."""
    namesakes: int = 0
    """Persons who bear the very name."""
    waiting: list[tuple[float, RecordId]] = field(default_factory=list)
    """What may be left of each candidate, at best, highest first as negative numbers."""
    weighed: list["Weighed"] = field(default_factory=list)

    @property
    def unmatched(self) -> frozenset[RecordId]:
        """Who is found by a telephone alone, there being no name to compare."""
        return frozenset() if self.entry.name.strip() else self.called - self.bearers

    def settled(self, limit: int) -> bool:
        """Whether no candidate that waits can come before the best so many."""
        self.weighed.sort(key=lambda one: one.order)
        if not self.waiting:
            return True
        return len(self.weighed) >= limit and self.weighed[limit - 1].order < self.waiting[0]

    def next(self, number: int) -> list[RecordId]:
        """Take the best that wait."""
        taken, self.waiting = self.waiting[:number], self.waiting[number:]
        return [record_id for _, record_id in taken]


@dataclass(frozen=True, slots=True)
class Weighed:
    """A candidate with all that speaks for and against it."""

    record: Record
    score: float
    found: Corroboration

    @property
    def order(self) -> tuple[float, RecordId]:
        """Where it stands among the candidates of its line."""
        return (-CERTAIN if self.found.certain else -self.score, self.record.record_id)


class Candidates:
    """Finds them inside the scope of whoever asks."""

    def __init__(self, asking: Asking, likeness: Likeness, facts: FactReader) -> None:
        self._asking = asking
        self._likeness = likeness
        self._facts = facts

    def bears(self, match: Match) -> bool:
        """Whether a person bears the very name."""
        return match.score >= self._likeness.costs.same and not any(match.reading.parts)

    def find(self, lines: Sequence[Line], asker: Asker) -> None:
        """Enter the candidates into each line."""
        self._by_name(lines, asker)
        self._by_birth_date(lines, asker)
        sharing: dict[RecordId, Record] = {}
        for make in (self._facts.bearers, self._facts.called):
            asked = [node for line in lines if (node := make(line.facts)) is not None]
            sharing |= self._holders(asked, asker)
        by_number: dict[str, list[RecordId]] = {}
        by_phone: dict[str, list[RecordId]] = {}
        for record_id in sorted(sharing):
            facts = Facts.of(sharing[record_id].values)
            by_number.setdefault(facts.number, []).append(record_id)
            for phone in facts.phones:
                by_phone.setdefault(phone, []).append(record_id)
        found: list[list[RecordId]] = []
        for line in lines:
            if line.facts.number:
                line.bearers = frozenset(by_number.get(line.facts.number, ())[:_MOST_SHARING])
            called = {one for phone in line.facts.phones for one in by_phone.get(phone, ())}
            line.called = frozenset(sorted(called)[:_MOST_SHARING])
            found.append(sorted(line.bearers | line.called))
        self._liken(lines, found, sharing)

    def _by_name(self, lines: Sequence[Line], asker: Asker) -> None:
        found = self._likeness.seek([Sought(line.entry.name) for line in lines], self._ask(asker))
        for line, matches in zip(lines, found, strict=True):
            line.matches = {match.record_id: match for match in matches}
            line.namesakes = sum(map(self.bears, matches))

    def _by_birth_date(self, lines: Sequence[Line], asker: Asker) -> None:
        """Find persons of so common a name that not all are among the best, by their birthday."""
        crowded = [line for line in lines if line.namesakes >= MOST]
        nodes = [self._facts.born(line.facts) for line in crowded]
        asked = [(line, node) for line, node in zip(crowded, nodes, strict=True) if node]
        sought = [Sought(line.entry.name, filters=(node,)) for line, node in asked]
        found = self._likeness.seek(sought, self._ask(asker))
        for (line, _), matches in zip(asked, found, strict=True):
            _add(line, matches)

    def _holders(self, asked: Sequence[KeyNode], asker: Asker) -> dict[RecordId, Record]:
        """Load the records that hold a key of one of the nodes."""
        if not asked:
            return {}
        keys = frozenset(key for node in asked for key in node.keys)
        together = KeyNode(asked[0].field, keys)
        limit = _MOST_SHARING * len(asked)
        found = self._asking.ask(Plan(together, limit=limit), asker)
        if found.result.total <= limit:
            return dict(found.records)
        # One number may belong to very many: each line gets its own, not what others left.
        several = (self._asking.ask(Plan(node, limit=_MOST_SHARING), asker) for node in asked)
        return {one: record for each in several for one, record in each.records.items()}

    def _liken(
        self,
        lines: Sequence[Line],
        found: Sequence[Sequence[RecordId]],
        records: Mapping[RecordId, Record],
    ) -> None:
        """Compare the names of records that were found otherwise."""
        asked = [(line, some) for line, some in zip(lines, found, strict=True) if some]
        matches = self._likeness.among(
            [(line.entry.name, {one: records[one].values for one in some}) for line, some in asked]
        )
        for (line, _), each in zip(asked, matches, strict=True):
            _add(line, each)

    def _ask(self, asker: Asker) -> Callable[[tuple[Gather, ...]], Gathered]:
        return lambda gathers: self._asking.gather(gathers, asker)


def _add(line: Line, matches: Iterable[Match]) -> None:
    for match in matches:
        line.matches.setdefault(match.record_id, match)
