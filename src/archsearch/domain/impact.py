"""What another policy would change: who gains and who loses which rights, over which records.

Records that rights cannot tell apart (same owner, department and secrecy, lent to nobody) are
decided about together; the answer is the same as deciding about each.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass
from heapq import merge
from itertools import islice
from typing import Final

from archsearch.domain.access import Principal, Role, Scope, is_below
from archsearch.domain.policy import Facts, Place, Policy, Right
from archsearch.domain.record import RecordId

_NO_ONE: Final = RecordId("")


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A right of a role that two policies give differently; None where one does not give it."""

    role: Role
    right: Right
    before: frozenset[Place] | None
    after: frozenset[Place] | None


@dataclass(frozen=True, slots=True)
class Change:
    """What one user gains or loses.

    ``records`` counts the records concerned, of which ``record_ids`` are the first, in order; it
    is None for a right that is not one over stored records.
    """

    user: str
    role: Role | None
    right: Right
    gained: bool
    records: int | None = None
    record_ids: tuple[RecordId, ...] = ()


def rule_changes(old: Policy, new: Policy) -> tuple[RuleChange, ...]:
    """List the rules that differ, by role and right."""
    both = [
        RuleChange(role, right, _places(old, role, right), _places(new, role, right))
        for role in Role
        for right in Right
    ]
    return tuple(each for each in both if each.before != each.after)


def _places(policy: Policy, role: Role, right: Right) -> frozenset[Place] | None:
    rule = policy.rule(role, right)
    return None if rule is None else rule.places


class Holdings:
    """All records as rights tell them apart, in numbered cells; a set of cells is bits of a number.

    Args:
        records: What access to each depends on.
        lent: Those that are lent to anybody.
        limit: How many ids :meth:`ids` gives; None for all.
    """

    def __init__(
        self, records: Iterable[Facts], lent: Set[RecordId] = frozenset(), limit: int | None = None
    ) -> None:
        cells: defaultdict[Facts, list[RecordId]] = defaultdict(list)
        for record_id, owner, department, secrecy in records:
            apart = record_id if record_id in lent else _NO_ONE
            cells[Facts(apart, owner, department, secrecy)].append(record_id)
        self._limit = limit
        self._ids = [sorted(ids) for ids in cells.values()]
        self._lent: dict[RecordId, int] = {}
        self._owners: defaultdict[str, int] = defaultdict(int)
        self._departments: defaultdict[str, int] = defaultdict(int)
        self._secrecies: defaultdict[str, int] = defaultdict(int)
        for place, (record_id, owner, department, secrecy) in enumerate(cells):
            if record_id != _NO_ONE:
                self._lent[record_id] = place
            self._owners[owner] |= 1 << place
            self._departments[department] |= 1 << place
            self._secrecies[secrecy] |= 1 << place
        self._below: dict[str, int] = {}
        self._told: dict[int, tuple[int, tuple[RecordId, ...]]] = {}

    def within(self, scope: Scope) -> int:
        """Give the cells inside a scope."""
        cleared = self._united(self._secrecies.get(each, 0) for each in scope.secrecies)
        if scope.everything:
            return cleared
        reached = self._united(map(self._in_or_below, scope.departments))
        if scope.owner is not None:
            reached |= self._owners.get(scope.owner, 0)
        granted = (self._lent[each] for each in scope.granted if each in self._lent)
        return cleared & (reached | self._united(1 << place for place in granted))

    def told(self, cells: int) -> tuple[int, tuple[RecordId, ...]]:
        """Count the records in some cells, and give the ids of the first."""
        found = self._told.get(cells)
        if found is None:
            ids = [self._ids[place] for place, bit in enumerate(f"{cells:b}"[::-1]) if bit == "1"]
            first = tuple(islice(merge(*ids), self._limit))
            found = self._told[cells] = sum(map(len, ids)), first
        return found

    def _in_or_below(self, top: str) -> int:
        if top not in self._below:
            inside = (bits for path, bits in self._departments.items() if is_below(path, top))
            self._below[top] = self._united(inside)
        return self._below[top]

    @staticmethod
    def _united(several: Iterable[int]) -> int:
        united = 0
        for bits in several:
            united |= bits
        return united


def changes(
    old: Policy, new: Policy, people: Iterable[Principal], holdings: Holdings
) -> Iterator[Change]:
    """Tell what everybody gains and loses when one policy takes the place of the other."""
    differing = {(each.role, each.right) for each in rule_changes(old, new)}
    for person in people:
        for right in Right:
            if (person.role, right) not in differing:
                continue
            if right is Right.CREATE or not right.of_records:
                before, after = _extent(old, person, right), _extent(new, person, right)
                if before != after:
                    yield Change(person.name, person.role, right, after > before)
                continue
            had = holdings.within(old.scope(person, right))
            has = holdings.within(new.scope(person, right))
            for gained, cells in ((True, has & ~had), (False, had & ~has)):
                if cells:
                    told = holdings.told(cells)
                    yield Change(person.name, person.role, right, gained, *told)


def _extent(policy: Policy, person: Principal, right: Right) -> int:
    """Say how far a right goes; of two extents the greater one includes the other."""
    if not right.of_records:
        return policy.may(person, right)
    filing = policy.filing(person, right) if policy.cleared(person) else None
    return 0 if filing is None else 1 + sum(filing)
