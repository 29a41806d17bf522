"""The word lists that the sample data is made of."""

import csv
import random
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).parent / "lists"


@dataclass(frozen=True, slots=True)
class Place:
    """A county, or a city without counties."""

    code: str
    great: str
    province: str
    prefecture: str
    county: str
    dialling: str
    weight: int

    @property
    def path(self) -> str:
        """The region as records keep it."""
        return "/".join(filter(None, (self.great, self.province, self.prefecture, self.county)))

    @property
    def address(self) -> str:
        """The beginning of an address."""
        return self.province + self.prefecture + self.county

    @property
    def short(self) -> str:
        """The city as company names begin with it."""
        city = self.prefecture or self.province
        if city.endswith(("州", "地区", "自治区")):
            city = self.county
        return city.removesuffix("市").removesuffix("特别行政区")


@cache
def places() -> tuple[Place, ...]:
    """Every place, in order of code."""
    with (FOLDER / "places.tsv").open(encoding="utf-8", newline="") as file:
        rows = csv.DictReader((line for line in file if line[0] != "#"), delimiter="\t")
        return tuple(
            Place(
                row["code"],
                row["great"],
                row["province"],
                row["prefecture"],
                row["county"],
                row["dialling"],
                int(row["weight"]),
            )
            for row in rows
        )


@cache
def words(name: str) -> dict[str, Any]:
    """One of the YAML word lists; texts of several words are split."""
    parsed = yaml.safe_load((FOLDER / f"{name}.yaml").read_text("utf-8"))
    return {key: _split(value) for key, value in parsed.items()}


def _split(value: Any) -> Any:
    if isinstance(value, str) and " " in value:
        return value.split()
    if isinstance(value, dict):
        return {key: _split(part) for key, part in value.items()}
    return value


def pick(rng: random.Random, name: str, *path: str) -> str:
    """One word of a list."""
    found: Any = words(name)
    for key in path:
        found = found[key]
    return str(rng.choice(found))


def chance(rng: random.Random, share: float) -> bool:
    """Whether something happens that happens in this share of cases."""
    return rng.random() < share


def some_place(rng: random.Random, *prefixes: str) -> Place:
    """A place, by weight, whose code starts with one of the prefixes."""
    fitting = [place for place in places() if place.code.startswith(prefixes or ("",))]
    return rng.choices(fitting, [place.weight for place in fitting])[0]
