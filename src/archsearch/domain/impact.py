"""What another policy would change: who gains and who loses which rights, over which records.

Records that rights cannot tell apart (same owner, department and secrecy, lent to nobody) are
decided about together; the answer is the same as deciding about each.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import chain, compress, islice
from re import finditer
from typing import Final, TypeVar

from archsearch.domain.access import Principal, Role, Scope, is_below
from archsearch.domain.policy import Facts, Place, Policy, Right
from archsearch.domain.record import RecordId

_Key = TypeVar("_Key")
_NO_ONE: Final = RecordId("")
_FEW: Final = 16
"""One record in so many, or less: rather sorted than looked for among all."""
_TRUTH: Final = bytes.maketrans(b"01", b"\0\1")


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
        limit: How many ids :meth:`told` gives; None for all.
    """

    def __init__(
        self, records: Iterable[Facts], lent: Set[RecordId] = frozenset(), limit: int | None = None
    ) -> None:
        cells: defaultdict[Facts, list[RecordId]] = defaultdict(list)
        for record_id, owner, department, secrecy in records:
            apart = record_id if record_id in lent else _NO_ONE
            cells[Facts(apart, owner, department, secrecy)].append(record_id)
        self._limit = limit
        self._ids = list(cells.values())
        inside = sorted((each, place) for place, ids in enumerate(self._ids) for each in ids)
        self._all = [record_id for record_id, _ in inside]
        self._cell_of = [place for _, place in inside]
        lent_ids, owners, departments, secrecies = zip(*cells, strict=True) if cells else [()] * 4
        self._lent = {each: place for place, each in enumerate(lent_ids) if each != _NO_ONE}
        self._owners = _places_by(owners)
        self._departments = self._bits_by(_places_by(departments))
        self._secrecies = self._bits_by(_places_by(secrecies))
        # The sizes of cells in binary: to count what is in many takes no adding up.
        digits: defaultdict[int, list[int]] = defaultdict(list)
        for place, size in enumerate(map(len, self._ids)):
            for power in range(size.bit_length()):
                if size >> power & 1:
                    digits[power].append(place)
        self._powers = self._bits_by(digits)
        self._below: dict[str, int] = {}
        self._told: dict[int, tuple[int, tuple[RecordId, ...]]] = {}

    def within(self, scope: Scope) -> int:
        """Give the cells inside a scope."""
        cleared = _united(self._secrecies.get(each, 0) for each in scope.secrecies)
        if scope.everything:
            return cleared
        reached = _united(map(self._in_or_below, scope.departments))
        single = [self._lent[each] for each in scope.granted if each in self._lent]
        if scope.owner is not None:
            single += self._owners.get(scope.owner, ())
        return cleared & (reached | self._bits(single))

    def told(self, cells: int) -> tuple[int, tuple[RecordId, ...]]:
        """Count the records in some cells, and give the ids of the first."""
        found = self._told.get(cells)
        if found is None:
            number = sum(
                (cells & bits).bit_count() << power for power, bits in self._powers.items()
            )
            found = self._told[cells] = number, tuple(islice(self._in(cells, number), self._limit))
        return found

    def _in(self, cells: int, number: int) -> Iterator[RecordId]:
        """Give the ids in some cells in order."""
        flags = f"{cells:0{len(self._ids)}b}"[::-1]
        if number * _FEW < len(self._all):
            places = (match.start() for match in finditer("1", flags))
            return iter(sorted(chain.from_iterable(self._ids[place] for place in places)))
        inside = flags.encode().translate(_TRUTH)
        return compress(self._all, map(inside.__getitem__, self._cell_of))

    def _bits_by(self, places: Mapping[_Key, list[int]]) -> dict[_Key, int]:
        return {key: self._bits(some) for key, some in places.items()}

    def _bits(self, places: Iterable[int]) -> int:
        # At once: changing a long number bit by bit costs its whole length each time.
        written = bytearray(len(self._ids) // 8 + 1)
        for place in places:
            written[place >> 3] |= 1 << (place & 7)
        return int.from_bytes(written, "little")

    def _in_or_below(self, top: str) -> int:
        if top not in self._below:
            inside = (bits for path, bits in self._departments.items() if is_below(path, top))
            self._below[top] = _united(inside)
        return self._below[top]


def _places_by(keys: Iterable[str]) -> dict[str, list[int]]:
    """Give the places that have the same key, by key."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, key in enumerate(keys):
        places[key].append(place)
    return dict(places)


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
