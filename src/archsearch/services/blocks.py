"""Which records are worth comparing: those that share a number, a telephone, a birthday, a name.

Every pair of a million records cannot be compared. What two records of one customer have in common
is a key here; records that share one stand in a block, and only these are compared. A key that very
many share tells nothing: among them only equal names are compared.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from typing import Final

from archsearch.analysis.folding import fold
from archsearch.analysis.parts import Part, Parts
from archsearch.analysis.pinyin import Pinyin
from archsearch.domain.record import RecordId, Values, values_at
from archsearch.search.facts import Facts, organisation_in

_COMPANY: Final = "公司"
"""What follows it in a name is that of a branch."""
_MOST_TOGETHER: Final = 40
"""Records of a block that are compared each with each."""
_PERSONS: Final = (Part.PERSON, Part.LINKED)

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Known:
    """What is kept of a record while all are compared.

    ``names`` are the whole ones, as comparison reads them; ``core`` is that of an organisation
    without its form, in which registrations differ; ``seat`` tells a branch
    from its parent, and the first from the second; ``sounds`` are those of a
    person's name, coarsely.
    """

    record_id: RecordId
    name: str
    facts: Facts
    person: bool
    names: frozenset[str]
    units: str
    core: str
    seat: tuple[bool, str, str]
    sounds: tuple[str, ...]

    def apart(self, other: "Known") -> bool:
        """Whether they are two by their names: a branch and its parent, or two branches.

        A name that goes on after the form of another is that of its branch.
        """
        shorter, longer = sorted((self, other), key=lambda known: len(known.units))
        goes_on = longer.units.startswith(shorter.units) and longer.units != shorter.units
        return self.seat != other.seat or (goes_on and shorter.core not in {"", shorter.units})

    def hopeful(self, other: "Known") -> bool:
        """Whether names that differ may be one: of persons' at most one character is another."""
        if not (self.person and other.person):
            return self.person == other.person
        longer = max(len(self.sounds), len(other.sounds))
        heard = sum((Counter(self.sounds) & Counter(other.sounds)).values())
        return longer - max(heard, sum((Counter(self.units) & Counter(other.units)).values())) <= 1


class Knower:
    """Takes from records what they are compared by."""

    def __init__(self, pinyin: Pinyin, parts: Parts) -> None:
        self._pinyin = pinyin
        self._parts = parts

    def of(self, record_id: RecordId, values: Values) -> Known:
        """Take it from one record."""
        name = str(values.get("name", ""))
        names = [name, *map(str, values_at(values, "former_names"))]
        written = self._parts.writing.written
        parted = self._parts.of(written(fold(name)))
        units = parted.units
        person = not parted.parts or parted.parts[0] in _PERSONS
        core = "" if person else units[: len(parted.parts.rstrip(bytes([Part.FORM])))]
        digits = "".join(filter(str.isdigit, units))
        seat = (Part.BRANCH in parted.parts, units.partition(_COMPANY)[2], digits)
        spelt = self._pinyin.main_spelling(list(units)) if person else []
        sounds = tuple(map(self._pinyin.coarse, spelt))
        whole = frozenset(written(fold(each)).units for each in names)
        return Known(record_id, name, Facts.of(values), person, whole, units, core, seat, sounds)


def candidates(everyone: Sequence[Known]) -> Iterator[Pair]:
    """Yield the pairs that are worth comparing, each once, by places, the lesser first."""
    seen: set[Pair] = set()
    for keys in (_numbers, _phones, _births, _cores):
        blocks: defaultdict[Hashable, list[int]] = defaultdict(list)
        for place, known in enumerate(everyone):
            for key in dict.fromkeys(keys(known)):
                blocks[key].append(place)
        for block in blocks.values():
            if len(block) > 1:
                for pair in _paired(block, everyone):
                    if pair not in seen:
                        seen.add(pair)
                        yield pair


def _numbers(known: Known) -> Iterable[Hashable]:
    return filter(None, (known.facts.number, organisation_in(known.facts.number)))


def _phones(known: Known) -> Iterable[Hashable]:
    return known.facts.phones


def _births(known: Known) -> Iterable[Hashable]:
    """Birthdays alone are shared by too many: with them the sound the name begins or ends with."""
    day = known.facts.birth_date
    return [(day, sound) for sound in {*known.sounds[:1], *known.sounds[-1:]}] if day else ()


def _cores(known: Known) -> Iterable[Hashable]:
    return [] if known.person else [known.core, *known.names]


def _paired(block: list[int], everyone: Sequence[Known]) -> Iterator[Pair]:
    """Pair a block; of one that is too large only who has the same name, one with the next."""
    if len(block) <= _MOST_TOGETHER:
        yield from combinations(block, 2)
        return
    named: defaultdict[str, list[int]] = defaultdict(list)
    for place in block:
        for name in everyone[place].names:
            named[name].append(place)
    for some in named.values():
        if len(some) <= _MOST_TOGETHER:
            yield from combinations(some, 2)
        else:
            # Equal numbers stand beside each other, so that none is lost between others.
            yield from map(
                _ascending, pairwise(sorted(some, key=lambda at: (everyone[at].facts.number, at)))
            )


def _ascending(pair: Pair) -> Pair:
    one, other = pair
    return (one, other) if one < other else (other, one)


def grouped(
    links: Iterable[tuple[float, Pair]], numbers: Sequence[str]
) -> Iterator[tuple[list[int], list[tuple[float, Pair]]]]:
    """Join pairs to groups, the surest first; never two different numbers of identity into one.

    Args:
        links: Scores and pairs.
        numbers: Of every record the number of identity that tells it from others, else empty.

    Yields:
        The places of a group, ascending, and the links that made it one.
    """
    groups: dict[int, _Group] = {}
    for score, (one, other) in sorted(links, key=lambda link: (-link[0], link[1])):
        mine, theirs = (groups.get(at) or _Group([at], {numbers[at]} - {""}) for at in (one, other))
        if mine is theirs or len(mine.numbers | theirs.numbers) > 1:
            continue
        mine.members += theirs.members
        mine.numbers |= theirs.numbers
        mine.links += [*theirs.links, (score, (one, other))]
        groups |= dict.fromkeys(mine.members, mine)
    for place, group in groups.items():
        if place == min(group.members):
            yield sorted(group.members), group.links


@dataclass(slots=True)
class _Group:
    members: list[int]
    numbers: set[str]
    links: list[tuple[float, Pair]] = field(default_factory=list)
