"""Names of persons."""

import random
import re
from dataclasses import dataclass
from functools import cache

from tools.sample_data.words import chance, pick, words

DECADES = (1940, 1960, 1980, 2000)
SINGLE_CHARACTER = {1940: 0.1, 1960: 0.12, 1980: 0.3, 2000: 0.12}
"""Share of given names of one character."""
LAST_BIRTH_YEAR = 2004


@dataclass(frozen=True, slots=True)
class Face:
    """What must be known before the rest of a person can be made up."""

    name: str
    sex: str
    birth_year: int
    region: str = ""
    """The beginning of the region code, where the name belongs to a part of the country."""

    @property
    def surname(self) -> str:
        """The surname; empty where the name has none, as with many minorities."""
        if self.region in {"15", "51", "53", "54", "65"}:
            return ""
        double = self.name[:2] in words("names")["compound_surnames"]
        return self.name[: 2 if double else 1]


@cache
def surnames() -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Surnames and their shares."""
    parsed = [re.fullmatch(r"(\D+)(\d+)", word) for word in words("names")["surnames"]]
    pairs = [(found[1], int(found[2])) for found in parsed if found]
    return tuple(name for name, _ in pairs), tuple(share for _, share in pairs)


def make_name(rng: random.Random, sex: str, birth_year: int) -> str:
    """A usual name for the sex and the age; never one on the list of names to avoid."""
    while True:
        if chance(rng, 0.015):
            surname = pick(rng, "names", "compound_surnames")
        else:
            surname = rng.choices(*surnames())[0]
        name = surname + _given(rng, sex, birth_year)
        if name not in words("names")["avoid"]:
            return name


def _given(rng: random.Random, sex: str, birth_year: int) -> str:
    decade = max(start for start in DECADES if start <= birth_year)
    usual = words("names")["given"][sex][decade]
    if chance(rng, SINGLE_CHARACTER[decade]):
        return str(rng.choice(usual))
    if chance(rng, 0.03):
        return str(rng.choice(usual)) * 2
    return "".join(rng.sample(usual, 2))


def make_face(rng: random.Random) -> Face:
    """A person of any age of business."""
    birth_year = int(rng.triangular(1941, LAST_BIRTH_YEAR, 1984))
    sex = rng.choice("男女")
    return Face(make_name(rng, sex, birth_year), sex, birth_year)


def special_faces(rng: random.Random) -> list[Face]:
    """The names that make searching hard: look-alikes, rare characters, dots, old forms."""
    lists = words("names")
    faces = []
    for sex, names in lists["clusters"]:
        birth_year = rng.randint(1966, 1992)
        region = rng.choice(("31", "32", "11", "44", "51"))
        faces += [Face(name, sex, birth_year, region) for name in names.split()]
    for sex, name in lists["rare"]:
        faces.append(Face(name, sex, rng.randint(1958, 1999)))
    for sex, name in lists["traditional"]:
        faces.append(Face(name, sex, rng.randint(1955, 1990), rng.choice(("81", "82", "83"))))
    for sex, name, region in lists["minority"]:
        faces.append(Face(name, sex, rng.randint(1960, 1998), str(region)))
    return faces
