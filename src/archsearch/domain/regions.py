"""Regions (地区) of China as a tree, by code and path, with names and codes no longer in force.

Great region, province, prefecture, county: ``华东/江苏省/苏州市/吴中区``. Municipalities, and
counties that belong to a province directly, have no prefecture: ``华北/北京市/东城区``.

``by_code`` answers in the words of the code itself, even one withdrawn long ago; everything that
reads names answers in today's geography. How people write regions is the business of
:mod:`archsearch.domain.gazetteer`.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from itertools import accumulate
from typing import Final, NamedTuple

from archsearch.domain.gazetteer import Gazetteer, Place


class Level(IntEnum):
    """How deep a region lies."""

    GREAT = 0
    PROVINCE = 1
    PREFECTURE = 2
    COUNTY = 3


class RegionRow(NamedTuple):
    """A row of the region table, all text; the table's header says what the columns mean."""

    code: str
    name: str
    level: str
    parent: str
    since: str = ""
    until: str = ""
    successor: str = ""
    aliases: str = ""


@dataclass(frozen=True, slots=True)
class Region:
    """A region, or the memory of one.

    ``since`` and ``until`` are the first and last year of the official lists; ``until`` is None
    while the region is in force. ``successor`` is the code of what it became, where known. Great
    regions have no code.
    """

    code: str
    name: str
    level: Level
    path: str
    since: int | None = None
    until: int | None = None
    successor: str | None = None


LEVELS: Final[Mapping[str, Level]] = {level.name.lower(): level for level in Level}
"""Names of the levels as the table has them."""

CODE_LENGTHS: Final = frozenset({2, 4, 6, 9, 12})
"""Province, prefecture, county; 9 and 12 digits are the townships and villages of the statistics
codes, of which the county is taken."""


class RegionTree:
    """Every region in force, and what is known of former ones.

    Args:
        rows: The rows of the region table, in any order. A level or a parent that does not exist
            raises KeyError, a year that is none ValueError.
    """

    def __init__(self, rows: Iterable[RegionRow]) -> None:
        rows = tuple(rows)
        self._by_code: dict[str, list[Region]] = defaultdict(list)
        self._by_path: dict[str, Region] = {}
        self._named: list[tuple[Region, str]] = []
        self._add_those_in_force([row for row in rows if not row.until and not row.successor])
        self._add_former([row for row in rows if row.until or row.successor])

    def _add_those_in_force(self, rows: Iterable[RegionRow]) -> None:
        by_key = {row.code or row.name: row for row in rows}
        paths: dict[str, str] = {}

        def path(key: str) -> str:
            if key not in paths:
                row = by_key[key]
                paths[key] = f"{path(row.parent)}/{row.name}" if row.parent else row.name
            return paths[key]

        for key, row in by_key.items():
            region = _region(row, path(key))
            self._by_path[region.path] = region
            if row.code:
                self._by_code[row.code].append(region)
            self._named.append((region, row.aliases))

    def _add_former(self, rows: list[RegionRow]) -> None:
        for row in sorted(rows, key=lambda row: int(row.until or 0)):
            spans = self._by_code[row.code]
            parent = (
                self._by_code[row.parent][-1]
                if row.parent in self._by_code
                else (self._by_path[row.parent])
            )
            if row.successor == row.parent:
                spans.append(parent)
                continue
            region = _region(row, f"{parent.path}/{row.name}")
            now = [spans.pop()] if spans and spans[-1].until is None else []
            spans += [region, *now]
            self._named.append((region, row.aliases))
        for region, _ in reversed(self._named):
            self._by_path.setdefault(region.path, region)

    def __iter__(self) -> Iterator[Region]:
        """Yield the regions in force, parents before children."""
        return (region for region in self._by_path.values() if region.until is None)

    def by_code(self, code: str, *, year: int | None = None) -> Region | None:
        """Find a region by its code of 2, 4, 6, 9 or 12 digits, also one no longer in force.

        Args:
            code: The code.
            year: Of several names a code has had, take the one of that year rather than the last:
                the code of an ID number is as old as its holder.
        """
        if len(code) not in CODE_LENGTHS or not (code.isascii() and code.isdigit()):
            return None
        spans = self._by_code.get(code[:6].ljust(6, "0"))
        if not spans:
            return None
        if year is None:
            return spans[-1]
        return next((span for span in spans if span.until is None or span.until >= year), spans[-1])

    def by_path(self, path: str) -> Region | None:
        """Find a region by its full path."""
        return self._by_path.get(path)

    def today(self, region: Region) -> Region:
        """Follow a former region to what it is now; itself when in force or lost track of."""
        if region.until is None or region.successor is None:
            return region
        return self._by_code[region.successor][-1]

    def children(self, region: Region) -> tuple[Region, ...]:
        """List the regions in force directly below one."""
        return self._children.get(region.path, ())

    def ancestors(self, region: Region) -> tuple[Region, ...]:
        """List the regions above one, from the great region down."""
        paths = accumulate(region.path.split("/"), "{}/{}".format)
        return tuple(self._by_path[path] for path in paths if path != region.path)

    def resolve(self, text: str) -> Region | None:
        """Understand a region as people write it: path, names in a row, short name, code.

        The whole text must be understood, and mean one region: ``朝阳区`` alone does not, while
        ``吉林`` is the province because only one of the two stands that high.
        """
        plain = unicodedata.normalize("NFKC", text).strip()
        region = self.by_path(plain) or self.by_code(plain)
        return self.today(region) if region else self._region(self._gazetteer.resolve(plain))

    def locate(self, address: str) -> Region | None:
        """Find the deepest region that an address names from its start, beyond doubt."""
        return self._region(self._gazetteer.locate(address))

    def nearest(self, text: str) -> Region | None:
        """Find the region whose name looks most like a text, for error messages."""
        return self._region(self._gazetteer.nearest(text))

    def _region(self, path: str | None) -> Region | None:
        return None if path is None else self._by_path[path]

    @cached_property
    def _children(self) -> Mapping[str, tuple[Region, ...]]:
        below: dict[str, list[Region]] = defaultdict(list)
        for region in self:
            below[region.path.rpartition("/")[0]].append(region)
        return {path: tuple(regions) for path, regions in below.items()}

    @cached_property
    def _gazetteer(self) -> Gazetteer:
        places = []
        for region, aliases in self._named:
            now = self.today(region)
            former = region.until is not None
            short = tuple(aliases.split("|"))
            places.append(Place(now.path, now.level, region.name, short, former))
        return Gazetteer(places)


def _region(row: RegionRow, path: str) -> Region:
    return Region(
        code=row.code,
        name=row.name,
        level=LEVELS[row.level],
        path=path,
        since=int(row.since) if row.since else None,
        until=int(row.until) if row.until else None,
        successor=row.successor or None,
    )
