"""The published word lists that names are read with."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from archsearch.analysis.pinyin import Pinyin
from archsearch.search.likeness.alphabet import Components, Lookalikes
from archsearch.search.likeness.costs import Costs
from archsearch.search.likeness.parts import Parts

_NAME, _ALIASES = 1, 7
_COUNTRY: Final = "中国"


@dataclass(frozen=True)
class Lexicon:
    """Everything that is known of names in general; the same for every archive."""

    pinyin: Pinyin
    parts: Parts
    lookalikes: Lookalikes
    components: Components
    costs: Costs
    honorifics: tuple[str, ...]
    abbreviations: dict[str, str]
    surnames: frozenset[str]

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read the lists from a folder of configuration."""
        return cls(
            pinyin=Pinyin(folder / "pinyin.tsv", folder / "surname_readings.tsv"),
            parts=Parts(
                (*_regions(folder / "regions.csv"), _COUNTRY),
                _words(folder / "trades.txt"),
                _words(folder / "organisation_forms.txt"),
            ),
            lookalikes=Lookalikes(folder / "lookalikes.tsv"),
            components=Components(folder / "components.tsv"),
            costs=Costs.load(folder / "likeness.tsv"),
            honorifics=tuple(_words(folder / "honorifics.txt")),
            abbreviations=dict(_pairs(folder / "abbreviations.tsv")),
            surnames=frozenset(_words(folder / "surnames.txt")),
        )


def _lines(path: Path) -> Iterator[str]:
    with path.open(encoding="utf-8") as lines:
        yield from (line.rstrip("\n") for line in lines if not line.startswith("#"))


def _words(path: Path) -> Iterator[str]:
    return (word for line in _lines(path) for word in line.split())


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    for line in _lines(path):
        short, full = line.split("\t")
        yield short, full


def _regions(path: Path) -> Iterator[str]:
    rows = csv.reader(_lines(path))
    next(rows)
    for row in rows:
        yield row[_NAME]
        yield from row[_ALIASES].split("|")
