"""Charts as rectangles: worked out here, drawn by templates as SVG."""

from collections.abc import Sequence
from typing import Any, Final, NamedTuple

WIDTH: Final = 720
_TREE_HEIGHT: Final = 300
_GAP: Final = 2.0


class Bar(NamedTuple):
    """A bar of a chart; ``height`` is a share of the highest, from 0 to 1."""

    label: str
    number: int
    height: float
    named: bool


class Tile(NamedTuple):
    """A rectangle of a tree map, as large as its count."""

    label: str
    number: int
    address: str
    left: float
    top: float
    width: float
    height: float


def bars(counts: Sequence[tuple[str, int]], most_names: int = 12) -> list[Bar]:
    """Make bars; of many only some are named, the last always."""
    most = max((count for _, count in counts), default=0) or 1
    every = -(-len(counts) // most_names) or 1
    last = len(counts) - 1
    return [
        Bar(label, count, count / most, (last - at) % every == 0)
        for at, (label, count) in enumerate(counts)
    ]


def tree_map(items: Sequence[tuple[str, int, str]]) -> list[Tile]:
    """Lay values out as rectangles that are nearly square, the largest first.

    The squarified layout of Bruls, Huizing and van Wijk (Squarified Treemaps, 2000).

    >>> [round(tile.width * tile.height) for tile in tree_map([("甲", 3, ""), ("乙", 1, "")])]
    [162000, 54000]
    """
    ordered = sorted((item for item in items if item[1] > 0), key=lambda item: -item[1])
    whole = sum(item[1] for item in ordered)
    if not whole:
        return []
    scale = WIDTH * _TREE_HEIGHT / whole
    tiles: list[Tile] = []
    left, top, width, height = 0.0, 0.0, float(WIDTH), float(_TREE_HEIGHT)
    rest = ordered
    while rest:
        short = min(width, height)
        row = _row([item[1] * scale for item in rest], short)
        area = sum(item[1] for item in rest[:row]) * scale
        thick = area / short
        along = 0.0
        for label, count, address in rest[:row]:
            long = count * scale / thick
            place: Any = (left, top + along, thick, long)
            if width < height:
                place = (left + along, top, long, thick)
            tiles.append(Tile(label, count, address, *place))
            along += long
        if width < height:
            top, height = top + thick, height - thick
        else:
            left, width = left + thick, width - thick
        rest = rest[row:]
    return tiles


def _row(areas: Sequence[float], short: float) -> int:
    """Tell how many go into the next row: as long as it makes the worst of them squarer."""
    taken, best = 1, _worst(areas[:1], short)
    while taken < len(areas):
        worst = _worst(areas[: taken + 1], short)
        if worst > best:
            break
        taken, best = taken + 1, worst
    return taken


def _worst(areas: Sequence[float], short: float) -> float:
    whole = sum(areas)
    return max(
        short * short * max(areas) / (whole * whole), whole * whole / (short * short * min(areas))
    )
