"""The parts of a name: 行政区 + 字号 + 行业 + 组织形式 of an organisation, or a person's name.

Parts say how much a unit means: who forgets 有限公司 has forgotten nothing, who forgets a character
of the brand (字号) means somebody else.
"""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from archsearch.analysis.tables import Table, lines_of, words_of
from archsearch.analysis.writing import Writing, Written
from archsearch.errors import SettingsError

_NAME, _ALIASES = 1, 7
"""Columns of the table of regions."""


class Part(IntEnum):
    """What a unit of a name belongs to."""

    PERSON = 0
    REGION = 1
    LEVEL = 2
    BRAND = 3
    BODY = 4
    TRADE = 5
    FORM = 6
    BRANCH = 7
    LINKED = 8
    """Of a long name of a person, which may be given in part: 买买提·艾力."""


_REGION, _BODY, _FORM, _BRAND_PART, _BRANCH = (
    bytes([part]) for part in (Part.REGION, Part.BODY, Part.FORM, Part.BRAND, Part.BRANCH)
)
TELLING: Final = frozenset({Part.PERSON, Part.BRAND, Part.BODY, Part.LINKED})
"""Parts without which a name is another's."""


@dataclass(frozen=True, slots=True)
class Parted:
    """Units with regions in front, their parts, and where each stood before."""

    units: str
    parts: bytes
    order: tuple[int, ...] | None = None
    """Where each unit stood, if anything was moved."""


class Parts:
    """Tells the parts of names from published lists, which are read when first needed.

    Args:
        regions: Table of regions, with full and short names.
        trades: Words of business.
        forms: Organisation forms.
        table: What else tells parts; its comments say what the rows mean.
        writing: Writes names as units.
    """

    def __init__(
        self, regions: Path, trades: Path, forms: Path, table: Path, writing: Writing
    ) -> None:
        self._files = (regions, trades, forms)
        self._table = Table(table)
        self.writing = writing

    @cached_property
    def longest_person(self) -> int:
        """Units of a person's name at most."""
        return self._table.count("longest_person")

    @cached_property
    def _longest_linked(self) -> int:
        return self._table.count("longest_linked")

    @cached_property
    def _most_regions(self) -> int:
        return self._table.count("most_regions")

    @cached_property
    def _brand(self) -> int:
        return self._table.count("brand")

    @cached_property
    def _longest_brand(self) -> int:
        return self._table.count("longest_brand")

    @cached_property
    def _levels(self) -> frozenset[str]:
        return frozenset(self._table.text("levels"))

    @cached_property
    def _inside(self) -> Sequence[str]:
        return self._table.words("inside")

    @cached_property
    def _before(self) -> Sequence[str]:
        return self._table.words("before")

    @cached_property
    def _known_regions(self) -> "_Regions":
        longest, countries = self._table.count("longest_region"), self._table.words("countries")
        path = self._files[0]
        return _regions(path.name, tuple(lines_of(path)), tuple(countries), longest)

    @cached_property
    def _regions(self) -> frozenset[str]:
        return self._known_regions.names

    @cached_property
    def _region_lengths(self) -> Mapping[str, Sequence[int]]:
        return self._known_regions.lengths

    @cached_property
    def _trades(self) -> frozenset[str]:
        longest = self._table.count("longest_word")
        return frozenset(word for word in words_of(self._files[1]) if 1 < len(word) <= longest)

    @cached_property
    def _trade_lengths(self) -> Mapping[str, Sequence[int]]:
        return _lengths(self._trades, slice(0, 2))

    @cached_property
    def _forms(self) -> frozenset[str]:
        return frozenset(words_of(self._files[2]))

    @cached_property
    def _form_lengths(self) -> Mapping[str, Sequence[int]]:
        return _lengths(self._forms, slice(-1, None))

    def of(self, name: Written, *, query: bool = False) -> Parted:
        """Tell the parts of a name; of a query also where it is only a piece of a name."""
        units = name.units
        order: tuple[int, ...] | None = None
        if name.bracketed:
            order = self._regions_first(name)
            if order is not None:
                units = "".join(units[place] for place in order)
        if len(units) <= self.longest_person and not (query and self._leads(units)):
            return Parted(units, bytes(len(units)), order)
        regions = self._region_ends(units)
        # A name that is nothing but a region is that: 北京, or a person called 高平.
        if regions and regions[-1] == len(units):
            regions = []
        form = self._form_start(units, regions[-1] if regions else 0)
        if not regions and form == len(units) and len(units) <= self._longest_linked and not query:
            return Parted(units, bytes([Part.LINKED]) * len(units), order)
        return Parted(units, self._parts(units, regions, form), order)

    def formed(self, text: str) -> bool:
        """Whether a text ends with an organisation form of two characters or more."""
        lengths = self._form_lengths.get(text[-1:], ())
        return any(1 < length < len(text) and text[-length:] in self._forms for length in lengths)

    def rank(self, word: Written) -> int:
        """Where a word belongs in the order of names: region, brand, trade, form."""
        units = word.units
        if self._region_ends(units)[-1:] == [len(units)]:
            return 0
        if units in self._forms:
            return 3
        covered = bytearray([Part.BODY]) * len(units)
        self._mark_trades(units, covered, 0, len(units))
        return 2 if Part.BODY not in covered else 1

    def _leads(self, units: str) -> bool:
        """Whether a short text begins with a region and goes on."""
        regions = self._region_ends(units)
        return bool(regions) and regions[-1] < len(units) - 1

    def _regions_first(self, name: Written) -> tuple[int, ...] | None:
        moved = [
            place
            for start, end in name.bracketed
            if start and name.units[start:end] in self._regions
            for place in range(start, end)
        ]
        if not moved:
            return None
        return (*moved, *(place for place in range(len(name.units)) if place not in moved))

    def _region_ends(self, units: str) -> list[int]:
        """Where each of the regions ends that a text begins with."""
        ends: list[int] = []
        end = 0
        while len(ends) < self._most_regions:
            length = self._region_at(units, end)
            if not length:
                break
            end += length
            if units[end : end + 1] in self._levels and units[end - 1] not in self._levels:
                end += 1
            ends.append(end)
        return ends

    def _region_at(self, units: str, start: int) -> int:
        """Length of the longest region that begins at a place."""
        left = len(units) - start
        for length in self._region_lengths.get(units[start : start + 2], ()):
            if length <= left and units[start : start + length] in self._regions:
                return length
        return 0

    def _mark_regions(self, units: str, parts: bytearray, start: int, ends: Sequence[int]) -> None:
        """Mark regions from a place on, and apart from them the words for levels."""
        for end in ends:
            parts[start:end] = _REGION * (end - start)
            start = end
            if units[start - 1] in self._levels:
                parts[start - 1] = Part.LEVEL

    def _form_start(self, units: str, region: int) -> int:
        for length in self._form_lengths.get(units[-1:], ()):
            if length < len(units) - region and units[-length:] in self._forms:
                return len(units) - length
        return len(units)

    def _parts(self, units: str, regions: Sequence[int], form: int) -> bytes:
        region = regions[-1] if regions else 0
        parts = bytearray(_BODY * len(units))
        self._mark_regions(units, parts, 0, regions)
        parts[form:] = _FORM * (len(units) - form)
        head = self._mark_form_inside(units, parts, region, form)
        self._mark_trades(units, parts, region + self._brand, form)
        free = next((p for p in range(region, head) if parts[p] != Part.BODY), head)
        # A longer run is a brand and a trade that is in no list.
        end = free if free - region <= self._longest_brand else region + self._brand
        parts[region:end] = _BRAND_PART * (end - region)
        return bytes(parts)

    def _mark_form_inside(self, units: str, parts: bytearray, region: int, form: int) -> int:
        """Mark the form of the head office in the name of a branch; what follows is the branch."""
        for inner in self._inside:
            start = units.find(inner, region + 1, form)
            if start > 0:
                end = start + len(inner)
                parts[start:end] = _FORM * len(inner)
                parts[end:form] = _BRANCH * (form - end)
                ends = [end + place for place in self._region_ends(units[end:form])]
                self._mark_regions(units, parts, end, ends)
                return self._mark_kind(units, parts, start)
        return self._mark_kind(units, parts, form)

    def _mark_kind(self, units: str, parts: bytearray, end: int) -> int:
        """Mark what often stands before the form and belongs to it, as in (集团)有限公司."""
        for kind in self._before:
            start = end - len(kind)
            if start > 1 and units.startswith(kind, start):
                parts[start:end] = _FORM * len(kind)
                return self._mark_kind(units, parts, start)
        return end

    def _mark_trades(self, units: str, parts: bytearray, start: int, end: int) -> None:
        place = start
        while place < end - 1:
            for length in self._trade_lengths.get(units[place : place + 2], ()):
                if length <= end - place and units[place : place + length] in self._trades:
                    for covered in range(place, place + length):
                        if parts[covered] in (Part.BODY, Part.BRANCH):
                            parts[covered] = Part.TRADE
                    place += length - 1
                    break
            place += 1


def _lengths(words: Iterable[str], key: slice) -> Mapping[str, Sequence[int]]:
    """Give the lengths of words, longest first, by what they begin or end with."""
    found: dict[str, set[int]] = {}
    for word in words:
        found.setdefault(word[key], set()).add(len(word))
    return {begin: sorted(lengths, reverse=True) for begin, lengths in found.items()}


class _Regions(NamedTuple):
    """Names of regions, and their lengths by the first two characters.

    Most names begin with no region, as these tell.
    """

    names: frozenset[str]
    lengths: Mapping[str, Sequence[int]]


@lru_cache(maxsize=2)
def _regions(file: str, lines: tuple[str, ...], countries: tuple[str, ...], most: int) -> _Regions:
    """Read the table of regions; archives opened one after another share what comes of it."""
    names = (*_region_names(file, lines), *countries)
    known = frozenset(name for name in names if 1 < len(name) <= most)
    return _Regions(known, _lengths(known, slice(0, 2)))


def _region_names(file: str, lines: Iterable[str]) -> Iterator[str]:
    rows = csv.reader(lines)
    next(rows)
    for row in rows:
        if len(row) <= _ALIASES:
            raise SettingsError(f"{file}：“{','.join(row)[:20]}”一行缺少列。")
        yield row[_NAME]
        yield from row[_ALIASES].split("|")
