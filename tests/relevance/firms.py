"""The parts of a company name, as far as they can be told for certain.

Deliberately simple and not the product's own: what is doubtful is left out of the bench.
"""

import csv
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tests.relevance.lists import words

_REGIONS = Path(__file__).parents[2] / "config" / "regions.csv"
_BRAND = re.compile(r"[\u4e00-\u9fff]{2,4}")
_BRACKETED = re.compile(r"[（(](\w+)[）)]")
_MOST_REGIONS = 3


@dataclass(frozen=True, slots=True)
class Firm:
    """行政区 + 字号 + 行业 + 组织形式."""

    region: str
    brand: str
    trade: str
    form: str

    @property
    def core(self) -> str:
        """The name without region and form."""
        return self.brand + self.trade


@cache
def _regions() -> frozenset[str]:
    found: set[str] = set()
    with _REGIONS.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(line for line in file if not line.startswith("#")):
            names = (row[1], *row[7].split("|"))
            found.update(name for name in names if len(name) > 1 and "区域" not in name)
    return frozenset(found)


@cache
def parse(name: str) -> Firm | None:
    """Cut a name into its parts, or give up."""
    found = _cut(name)
    return found if found and found.trade else None


@cache
def brand(name: str) -> str | None:
    """The brand of a name, also of one without a trade."""
    found = _cut(name)
    return found.brand if found else None


def _cut(name: str) -> Firm | None:
    rest, region = _unbracketed(name)
    for _ in range(_MOST_REGIONS):
        length = next((n for n in range(11, 1, -1) if rest[:n] in _regions()), 0)
        if length and rest[length : length + 1] in "省市县区":
            length += bool(rest[length : length + 1])
        region, rest = region + rest[:length], rest[length:]
    form = next((word for word in words("forms") if rest.endswith(word)), "")
    rest = rest.removesuffix(form)
    trade = ""
    while found := _trade(rest):
        trade, rest = found + trade, rest.removesuffix(found)
    unlisted = rest not in _regions() and rest not in words("trades")
    certain = region and form and unlisted and _BRAND.fullmatch(rest)
    return Firm(region, rest, trade, form) if certain else None


def _unbracketed(name: str) -> tuple[str, str]:
    """Take a region in brackets out of a name, as in 远通（北京）机械厂."""
    found = _BRACKETED.search(name)
    if found and found[1] in _regions():
        return name[: found.start()] + name[found.end() :], found[1]
    return name, ""


def _trade(text: str) -> str:
    known = (word for word in words("trades") if text.endswith(word) and len(text) > len(word))
    return next(known, "")
