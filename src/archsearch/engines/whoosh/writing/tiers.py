"""Which segments a commit merges: few enough to search fast, seldom enough to commit fast.

Segments fall into tiers by living documents, each :data:`FANOUT` times the one below. A tier that
is full is merged into one segment of the next. The largest are not merged any further, which bounds
how long a commit takes. A segment of which half is deleted is rewritten.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

FANOUT = 8
LOWEST = 512
SMALL = 2 * LOWEST * FANOUT * FANOUT
"""Documents of segments that are put together when much has come in; companions commit fewer.
A search over one segment takes a sixth less time than over six."""
FEW = 2
"""Small segments that stay as they are: what processes that work at once leave is not worth it."""
LARGEST = 300_000
"""Documents; no commit merges more into one segment."""
COMPACT = 1_000_000
"""Documents in a segment of an index that is built anew, which keeps nobody waiting."""


class Size(NamedTuple):
    """Documents of one segment."""

    alive: int
    deleted: int


def groups(sizes: Sequence[Size], *, purge: bool = False, compact: bool = False) -> list[list[int]]:
    """Choose the segments, by place, that are to be merged with each other; empty when settled."""
    if compact:
        return [group for group in _packed(sizes) if len(group) > 1 or sizes[group[0]].deleted]
    found = [
        [place]
        for place, size in enumerate(sizes)
        if size.deleted and (purge or size.deleted >= size.alive)
    ]
    if found:
        return found
    tiers: dict[int, list[int]] = defaultdict(list)
    for place, size in enumerate(sizes):
        tiers[_tier(size.alive)].append(place)
    full = [places for places in tiers.values() if len(places) >= FANOUT]
    fitting = [_fitting(sizes, places) for places in full]
    return [group for group in fitting if len(group) > 1]


def small(sizes: Sequence[Size]) -> list[int]:
    """Choose the small segments, by place, that are worth putting together; empty if they are few.

    Commits leave them alone: whoever adds much has them merged afterwards.
    """
    found = _fitting(sizes, [place for place, size in enumerate(sizes) if size.alive <= SMALL])
    return found if len(found) > FEW else []


def _tier(alive: int) -> int:
    tier, top = 0, LOWEST
    while alive > top:
        tier, top = tier + 1, top * FANOUT
    return tier


def _fitting(sizes: Sequence[Size], places: Sequence[int]) -> list[int]:
    group: list[int] = []
    total = 0
    for place in sorted(places, key=lambda place: sizes[place].alive):
        total += sizes[place].alive
        if total > LARGEST:
            break
        group.append(place)
    return group


def _packed(sizes: Sequence[Size]) -> list[list[int]]:
    """Fill groups up to the largest size, in order."""
    packed: list[list[int]] = []
    room = 0
    for place, size in enumerate(sizes):
        if size.alive > room or not packed:
            packed.append([])
            room = COMPACT
        packed[-1].append(place)
        room -= size.alive
    return packed
