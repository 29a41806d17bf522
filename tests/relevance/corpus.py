"""The names that are searched: from files, or generated; and look-ups over them."""

import gzip
import hashlib
import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path

import orjson

from archsearch.analysis.units import positioned
from tests.relevance.firms import Firm, parse
from tests.relevance.lists import groups, words
from tools.sample_data.organisations import make_company
from tools.sample_data.people import make_face
from tools.sample_data.words import some_place

_LONGEST_PERSON = 4
_UNUSUAL = 600
_SEED = 20_261_122


class Kind(StrEnum):
    """Whose name it is."""

    PERSON = "person"
    COMPANY = "company"


class Part(StrEnum):
    """Names to tune on, and names that are only looked at to check."""

    TUNING = "tuning"
    CHECK = "check"


@dataclass(frozen=True, slots=True)
class Entry:
    """One record: its number, name, and whether queries may be made from it."""

    number: int
    name: str
    kind: Kind
    source: bool = True

    @property
    def part(self) -> Part:
        """Tuning or check, by a hash of the name, so that no name is ever in both."""
        digest = hashlib.sha256(self.name.encode()).digest()
        return Part.CHECK if digest[0] & 1 else Part.TUNING


Keys = Callable[[Entry], Iterable[str]]


class Corpus:
    """All records, and indexes over them that are made when first asked for."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.entries = entries
        self._indexes: dict[Keys, dict[str, list[int]]] = {}

    def find(self, keys: Keys, *sought: str) -> set[int]:
        """Find the records that have one of the keys."""
        index = self._indexes.get(keys)
        if index is None:
            index = self._indexes[keys] = defaultdict(list)
            for entry in self.entries:
                for key in set(keys(entry)):
                    index[key].append(entry.number)
        return {number for key in sought for number in index.get(key, ())}

    @cached_property
    def firms(self) -> dict[int, Firm]:
        """The parts of every company name that can be told apart for certain."""
        return {
            entry.number: firm
            for entry in self.entries
            if entry.kind is Kind.COMPANY and (firm := parse(entry.name)) is not None
        }

    def sources(self, kind: Kind, part: Part) -> list[Entry]:
        """List the records that queries may be made from."""
        return [e for e in self.entries if e.source and e.kind is kind and e.part is part]


def plain(text: str) -> str:
    """A text without width, case, traditional forms, spaces and punctuation.

    >>> plain("ＡＢ（北京）張 三")
    'ab北京张三'
    """
    return "".join(unit for unit, _ in positioned([text]))


def load(paths: Sequence[Path], size: int) -> Corpus:
    """Read names, or make them up where no path is given, and fill up to a size.

    Names that fill up are recombined from others: they stand in the way of a search as real ones
    would, but no query is made from them.
    """
    names = dict.fromkeys(name for path in paths for name in _read(path))
    if not names:
        names = dict.fromkeys(_generated(size // 2))
    rng = random.Random(_SEED)
    names.update(dict.fromkeys(_unusual(rng)))
    found = [Entry(number, name, _kind(name)) for number, name in enumerate(names)]
    filler = (name for name in _recombined(rng, found) if name not in names)
    for name in filler:
        if len(found) >= size:
            break
        names[name] = None
        found.append(Entry(len(found), name, _kind(name), source=False))
    return Corpus(found)


def _kind(name: str) -> Kind:
    person = len(plain(name)) <= _LONGEST_PERSON or "·" in name
    return Kind.PERSON if person else Kind.COMPANY


def _read(path: Path) -> Iterator[str]:
    """Names from lines of text, or from the ``name`` of JSON Lines; gzipped or not."""
    content = path.read_bytes()
    if path.suffix == ".gz":
        content = gzip.decompress(content)
    json = ".jsonl" in path.suffixes
    for line in content.splitlines():
        name = orjson.loads(line)["name"] if json else line.decode().strip()
        # One character is no name, whatever its list says.
        if len(plain(name)) > 1:
            yield name


def _generated(size: int) -> Iterator[str]:
    rng = random.Random(_SEED)
    for index in range(size):
        yield make_company(rng, some_place(rng)).name if index % 5 > 2 else make_face(rng).name


def _unusual(rng: random.Random) -> Iterator[str]:
    """Names with a dot and names with rare characters, of which no list has enough."""
    parts = groups("minorities")
    for _ in range(_UNUSUAL):
        yield f"{rng.choice(parts)[0]}·{rng.choice(parts)[0]}"
    for character in words("rare"):
        for _ in range(3):
            name = make_face(rng).name
            yield name[: 1 + rng.randrange(2)] + character


def _recombined(rng: random.Random, entries: Sequence[Entry]) -> Iterator[str]:
    persons = [e.name for e in entries if e.kind is Kind.PERSON and "·" not in e.name]
    firms = [f for e in entries if e.kind is Kind.COMPANY and (f := parse(e.name))]
    while persons:
        for _ in range(4):
            yield rng.choice(persons)[0] + rng.choice(persons)[1:]
        for _ in range(3 if firms else 0):
            first, second = rng.choice(firms), rng.choice(firms)
            yield first.region + second.brand + first.trade + first.form
