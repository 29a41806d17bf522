"""Reads region names as people write them: short, in a row, before a street, with levels left out.

A text is walked name by name from the left. The first name may be any region's, each further one
must lie below the one before, levels may be skipped, and the reading that takes in most of the text
wins.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from typing import Final

PREFECTURE: Final = 2
COUNTY: Final = 3
"""Levels, as counted in :class:`~archsearch.domain.regions.Level`."""

SEPARATORS: Final = re.compile(r"[\s/\\>|,，、;；:：·_—-]*")
FILLERS: Final = re.compile(r"市辖区|(?:省|自治区)直辖县(?:级行政(?:区划|单位))?|县(?=[^/]{2,}县)")
"""What official forms put where there is no prefecture."""

COUNTRY: Final = re.compile(r"\s*(?:中华人民共和国|中国)?[\s,，(（]*")
"""What may stand before the first name; the bracket as in 中国（上海）自由贸易试验区."""

_DIRECTION: Final = r"[东南西北中内外环新老大小上下前后左右一二三四五六七八九十0-9]{0,3}"
_STREET: Final = r"(?:路|街|大街|大道|支路|巷|胡同|弄|里|道)"
_PLACE: Final = (
    r"(?:门|桥|河|江|湖|山|寺|镇|乡|村|屯|街道|社区|广场|公园|花园|小区|新村"
    r"|大厦|宾馆|酒店|饭店|商城)"
)
STREET: Final = re.compile(f"{_DIRECTION}{_STREET}|{_PLACE}")
"""What follows the short name of a province or prefecture that is part of a street's: 北京|西路."""

COUNTY_STREET: Final = re.compile(f"{_DIRECTION}.?{_STREET}|{_PLACE}")
"""The same for counties, which lend their names to more things: 朝阳|门内大街, 武侯|祠大街."""

NEAR: Final = 0.6
"""How alike two names must be to be offered as a correction (the default of difflib)."""


@dataclass(frozen=True, slots=True)
class Place:
    """A name that leads to the region at ``path``; ``former`` when it is no longer its name."""

    path: str
    level: int
    name: str
    aliases: tuple[str, ...] = ()
    former: bool = False


@dataclass(frozen=True, slots=True)
class _Meaning:
    """A region that a name may stand for; the lowest rank is the name's proper meaning."""

    path: str
    level: int
    rank: int

    @property
    def short(self) -> bool:
        return self.rank in (_SHORT, _FORMER_SHORT)


_Entry = tuple[str, _Meaning]
"""A name and what it means."""

_GENERIC: Final = "郊区"
_NAME, _SHORT, _FORMER, _FORMER_SHORT = range(4)


@dataclass(frozen=True, slots=True)
class _Reading:
    """What the text up to ``end`` names; no meaning where names are doubtful."""

    meaning: _Meaning | None
    end: int

    @property
    def level(self) -> int:
        return self.meaning.level if self.meaning else 0


class _Names:
    """Names that may stand at some place in a text."""

    def __init__(self, entries: Iterable[tuple[str, _Meaning]]) -> None:
        meanings: dict[str, dict[str, _Meaning]] = defaultdict(dict)
        for name, meaning in entries:
            known = meanings[name].get(meaning.path)
            if known is None or meaning.rank < known.rank:
                meanings[name][meaning.path] = meaning
        self.table: dict[str, tuple[_Meaning, ...]] = {}
        lengths: dict[str, set[int]] = defaultdict(set)
        for name, by_path in meanings.items():
            best = min(meaning.rank for meaning in by_path.values())
            self.table[name] = tuple(m for m in by_path.values() if m.rank == best)
            lengths[name[:2]].add(len(name))
        self._lengths = {head: sorted(found, reverse=True) for head, found in lengths.items()}

    def at(self, text: str, start: int) -> Iterator[tuple[int, tuple[_Meaning, ...]]]:
        """Yield the ends and meanings of the names that begin at ``start``, longest first."""
        for length in self._lengths.get(text[start : start + 2], ()):
            found = self.table.get(text[start : start + length])
            if found is not None:
                yield start + length, found


class Gazetteer:
    """The names of all regions, and the rules for reading them."""

    def __init__(self, places: Iterable[Place]) -> None:
        self._entries: list[_Entry] = []
        self._letters: dict[str, str] = {}
        for place in places:
            shift = _FORMER if place.former else _NAME
            self._add(place.name, _Meaning(place.path, place.level, shift))
            for alias in place.aliases:
                whole = place.name.endswith("自治" + alias[-1:])
                rank = shift if whole and len(alias) > len(_GENERIC) else shift + 1
                self._add(alias, _Meaning(place.path, place.level, rank))
        self._scopes: dict[str, _Names] = {}
        self._inside: dict[str, list[_Entry]] = {}

    def _add(self, name: str, meaning: _Meaning) -> None:
        if len(name) > 1:
            self._entries.append((name, meaning))
        elif name:
            self._letters.setdefault(name, meaning.path)

    def resolve(self, text: str) -> str | None:
        """Find the path of the one region that the whole text means."""
        text = _compact(text)
        if text in self._letters:
            return self._letters[text]
        found = {
            meaning.path: meaning
            for end, meanings in self._anywhere.at(text, 0)
            for start in meanings
            for meaning in self._to_the_end(text, end, start)
        }
        highest = _unrivalled(found.values())
        return highest.path if highest else None

    def locate(self, address: str) -> str | None:
        """Find the path of the deepest region that the address names from its start."""
        country = COUNTRY.match(address)
        start = country.end() if country else 0
        best: _Reading | None = None
        for end, meanings in self._anywhere.at(address, start):
            found = self._from(address, end, meanings)
            if best is None or found.end > best.end:
                best = found
            if best.level == COUNTY:
                break
        return best.meaning.path if best and best.meaning else None

    def nearest(self, text: str) -> str | None:
        """Find the path of the region whose name looks most like the text."""
        text = _compact(text)[:40]
        shared = Counter(name for char in set(text) for name in self._by_char.get(char, ()))
        scored = [
            (SequenceMatcher(None, text, name).ratio(), -len(name), name)
            for name, _ in shared.most_common(50)
        ]
        ratio, _, name = max(scored, default=(0.0, 0, ""))
        return self._spelled[name] if ratio >= NEAR else None

    def _from(self, text: str, end: int, meanings: tuple[_Meaning, ...]) -> _Reading:
        """Read on behind a first name; what follows decides between several meanings of it."""
        readings = [self._descend(text, end, meaning) for meaning in meanings]
        further = {reading.meaning: reading for reading in readings if reading.end > end}
        if further:
            return next(iter(further.values())) if len(further) == 1 else _Reading(None, end)
        highest = _unrivalled(meanings)
        if highest is not None and highest.short:
            doubtful = highest.level == COUNTY or STREET.match(text, end)
            highest = None if doubtful else highest
        return _Reading(highest, end)

    def _descend(self, text: str, end: int, region: _Meaning) -> _Reading:
        """Follow the names that come next; the reading that takes in most of the text wins."""
        best = _Reading(region, end)
        if region.level == COUNTY:
            return best
        for start in self._starts(text, end, region):
            for stop, meanings in self._below(region.path).at(text, start):
                meaning = _highest(meanings)
                if meaning is None or (meaning.short and _in_street(text, stop, meaning)):
                    continue
                found = self._descend(text, stop, meaning)
                if found.end > best.end:
                    best = found
                if best.level == COUNTY:
                    return best
        return best

    def _to_the_end(self, text: str, end: int, region: _Meaning) -> Iterator[_Meaning]:
        """Yield what a text means when nothing of it may be left over."""
        if end == len(text):
            yield region
            return
        if region.level == COUNTY:
            return
        for start in self._starts(text, end, region):
            if start == len(text):
                yield region
            for stop, meanings in self._below(region.path).at(text, start):
                for meaning in meanings:
                    yield from self._to_the_end(text, stop, meaning)

    @staticmethod
    def _starts(text: str, end: int, region: _Meaning) -> Iterator[int]:
        """Yield where the next name may begin: here, behind a filler or a repeated name."""
        gap = SEPARATORS.match(text, end)
        start = gap.end() if gap else end
        yield start
        filler = FILLERS.match(text, start)
        if filler:
            yield filler.end()
        name = region.path.rpartition("/")[2]
        if text.startswith(name, start):
            yield start + len(name)

    def _below(self, path: str) -> _Names:
        """Names of everything below a region."""
        if path not in self._scopes:
            self._scopes[path] = _Names(self._entries_below(path))
        return self._scopes[path]

    def _entries_below(self, path: str) -> "list[_Entry]":
        """List them from those below the region above: looking through all takes milliseconds."""
        if path not in self._inside:
            parent = path.rpartition("/")[0]
            among = self._entries_below(parent) if parent else self._entries
            prefix = path + "/"
            self._inside[path] = [entry for entry in among if entry[1].path.startswith(prefix)]
        return self._inside[path]

    @cached_property
    def _anywhere(self) -> _Names:
        """Names that may come first. 东区, 郊区, 市区 say nothing without what is above them."""
        return _Names(
            (name, meaning)
            for name, meaning in self._entries
            if not (len(name) == len(_GENERIC) and name.endswith("区"))
        )

    @cached_property
    def _spelled(self) -> dict[str, str]:
        """Paths by every name that means one region: its own, and that in a row behind others."""
        spelled = {
            name: highest.path
            for name, meanings in self._anywhere.table.items()
            if (highest := _highest(meanings))
        }
        for _, meaning in self._entries:
            parts = meaning.path.split("/")[1:]
            spelled["".join(parts)] = spelled["".join(parts[-2:])] = meaning.path
        return spelled

    @cached_property
    def _by_char(self) -> dict[str, list[str]]:
        names: dict[str, list[str]] = defaultdict(list)
        for name in self._spelled:
            for char in set(name):
                names[char].append(name)
        return names


def _compact(text: str) -> str:
    text = SEPARATORS.sub("", unicodedata.normalize("NFKC", text))
    country = COUNTRY.match(text)
    return text[country.end() :] if country else text


def _in_street(text: str, end: int, meaning: _Meaning) -> bool:
    pattern = COUNTY_STREET if meaning.level == COUNTY else STREET
    return pattern.match(text, end) is not None


def _unrivalled(meanings: Collection[_Meaning]) -> _Meaning | None:
    """Take the highest unless a district of a municipality elsewhere is as well known: 朝阳."""
    highest = _highest(meanings)
    if highest is None or highest.level != PREFECTURE:
        return highest
    rivals = (m for m in meanings if m.level == COUNTY and m.path.count("/") == PREFECTURE)
    return highest if all(rival.path.startswith(highest.path) for rival in rivals) else None


def _highest(meanings: Iterable[_Meaning]) -> _Meaning | None:
    """Take the one that stands highest; None when several stand equally high."""
    found = sorted(meanings, key=lambda meaning: meaning.level)
    if not found or (len(found) > 1 and found[1].level == found[0].level):
        return None
    return found[0]
