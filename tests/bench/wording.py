"""What the customers of the bench corpus are called, where they live, what is noted of them."""

from collections.abc import Sequence

import numpy as np

from tests.bench.chance import Column, Wheel, below, even, falling, language, lists
from tools.sample_data.people import surnames
from tools.sample_data.words import words

_MOBILES = even(["135", "136", "138", "139", "150", "152", "158", "177", "186", "189", "199"])


def person_names(rng: np.random.Generator, count: int) -> list[str]:
    """Name persons: surnames after their shares, given names of one or two characters."""
    known, shares = surnames()
    first = Wheel(known, shares).turn(rng, count)
    given = Wheel(lists()["given"], falling(len(lists()["given"]), 12).tolist())
    second, third = given.turn(rng, count), given.turn(rng, count)
    third[rng.random(count) < 0.16] = ""
    names: list[str] = (first + second + third).tolist()
    return names


def company_names(rng: np.random.Generator, cities: Sequence[str]) -> list[str]:
    """Name companies: city, brand, trade, form, in one of their usual orders."""
    count = len(cities)
    trades = words("companies")["trades"]
    forms = words("companies")["forms"]
    kinds = [(t["name"], f) for t in trades for kind in t["forms"].split() for f in forms[kind]]
    brand = even(lists()["brand_first"]).turn(rng, count) + even(lists()["brand_second"]).turn(
        rng, count
    )
    brand += Wheel(["", *words("companies")["brand_third"]], [60] + [1] * 19).turn(rng, count)
    drawn = zip(cities, brand, even(kinds).turn(rng, count), rng.random(count) < 0.75, strict=True)
    return [
        f"{city}{brand}{trade}{form}"
        if first or form[0] == "（"
        else f"{brand}（{city}）{trade}{form}"
        for city, brand, (trade, form), first in drawn
    ]


def mobiles(rng: np.random.Generator, count: int) -> list[str]:
    """Make mobile numbers."""
    tails = (100_000_000 + below(rng, 100_000_000, count)).tolist()
    return [
        head + str(tail)[1:] for head, tail in zip(_MOBILES.turn(rng, count), tails, strict=True)
    ]


def streets(rng: np.random.Generator, count: int, ends: str) -> list[str]:
    """Make the second half of addresses."""
    heads = Wheel(lists()["road_heads"], falling(len(lists()["road_heads"]), 10).tolist())
    road = heads.turn(rng, count) + even(lists()["road_tails"]).turn(rng, count)
    number = (1 + below(rng, 999, count)).astype(str).astype(object)
    found: list[str] = (road + number + "号" + even(lists()[ends]).turn(rng, count)).tolist()
    return found


def tags(rng: np.random.Generator, nature: str, count: int) -> list[list[str]]:
    """Draw none to three tags a row."""
    drawn = Wheel(lists()["tags"][nature]).turn(rng, 3 * count).reshape(count, 3).tolist()
    numbers = Wheel((0, 1, 2, 3), (25, 40, 22, 13)).turn(rng, count).tolist()
    return [list(dict.fromkeys(row[:n])) for row, n in zip(drawn, numbers, strict=True)]


def notes(rng: np.random.Generator, kind: str, count: int) -> list[str]:
    """Write one or two sentences of two clauses a row."""
    clauses = Wheel(lists()[kind], falling(len(lists()[kind]), 4).tolist())
    closings = Wheel(lists()["closings"]).turn(rng, count)
    first, second = clauses.turn(rng, count), clauses.turn(rng, count)
    subjects = [_subjects(rng, count) for _ in range(2)]
    others = [language("n", "vn", "nz", "ns", "nt").turn(rng, count) for _ in range(2)]
    short = rng.random(count) < 0.45
    return [
        one.format(a, b) + ("，" if brief else f"。{two.format(c, d)}，") + end + "。"
        for one, two, a, b, c, d, end, brief in zip(
            first,
            second,
            subjects[0],
            others[0],
            subjects[1],
            others[1],
            closings,
            short,
            strict=True,
        )
    ]


def _subjects(rng: np.random.Generator, count: int) -> Column:
    """Draw nouns: of banking more often than of the language at large."""
    found = Wheel(lists()["subjects"]).turn(rng, count)
    large = rng.random(count) < 0.4
    found[large] = language("n", "vn").turn(rng, int(large.sum()))
    return found
