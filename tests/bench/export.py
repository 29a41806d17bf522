"""The bench corpus: customer rows as a bank's export has them, fifteen fields each.

Seven rows in ten are persons, the others companies. Names are diverse (several hundred thousand in
a million rows), identifiers valid, words of notes spread as words in a language are: drawn from
jieba's dictionary by frequency, between words of banking. Made in blocks, each from its own seed,
so that the rows of a small corpus are the first of a larger one.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeAlias
from zlib import crc32

import numpy as np

from archsearch.domain.regions import Level
from archsearch.settings.regions import load_regions
from tests.bench import wording
from tests.bench.chance import Column, Wheel, below, even, falling, lists
from tests.bench.numbers import credit_codes, personal_numbers
from tools.sample_data.words import places

Row: TypeAlias = dict[str, object]

SEED = 20_260_101
BLOCK = 10_000
PERSONS_IN_TEN = 7
OWNERS_IN_A_DEPARTMENT = 16
_REGIONS = Path(__file__).parents[2] / "config" / "regions.csv"
_BIRTHS = [(date(1941, 1, 1) + timedelta(day)).strftime("%Y%m%d") for day in range(23_000)]
_DAYS = [(date(2008, 1, 1) + timedelta(day)).isoformat() for day in range(6_500)]
_SECRECIES = Wheel(("公开", "内部", "秘密", "机密"), (12, 66, 16, 6))
_TIERS = Wheel(("高价值", "中价值", "低价值", "潜在"), (12, 38, 35, 15))
_DEPARTMENTS = ("信贷部", "个人金融部", "公司业务部", "风险管理部")
_SHORTENED = ("省", "市", "壮族自治区", "回族自治区", "维吾尔自治区", "自治区")


class County(NamedTuple):
    """Where a customer lives."""

    code: str
    path: str
    address: str
    city: str
    branch: str
    dialling: str


@cache
def counties() -> Wheel:
    """Give every county in force; some have many customers, most have few."""
    dialling = {place.code[:2]: place.dialling for place in reversed(places())}
    found = []
    for region in load_regions(_REGIONS):
        great, *names = region.path.split("/")
        if region.level is Level.COUNTY and great != "港澳台":
            branch = f"{great}分行/{_short(names[0])}分行"
            city = _short(names[-1 if names[-2].endswith(("州", "地区", "盟")) else -2])
            dialled = dialling.get(region.code[:2], "010")
            address = "".join(names)
            found.append(County(region.code, region.path, address, city, branch, dialled))
    order = np.random.default_rng(SEED).permutation(len(found))
    return Wheel([found[place] for place in order], falling(len(found), 40).tolist())


def _short(name: str) -> str:
    suffix = next((suffix for suffix in _SHORTENED if name.endswith(suffix)), "")
    return name.removesuffix(suffix)


def rows(number: int) -> Iterator[Row]:
    """Yield rows; equal numbers give equal rows."""
    blocks = (block(start) for start in range(0, number, BLOCK))
    return islice((row for made in blocks for row in made), number)


def block(start: int) -> list[Row]:
    """Make the rows from ``start`` on."""
    rng = np.random.default_rng([SEED, start])
    persons = BLOCK * PERSONS_IN_TEN // 10
    homes = counties().turn(rng, BLOCK)
    made = [
        *_persons(rng, homes[:persons]),
        *_companies(rng, homes[persons:]),
    ]
    order = rng.permutation(BLOCK)
    days = Wheel(_DAYS, (2.0 + np.arange(len(_DAYS)) / 1000).tolist()).turn(rng, BLOCK)
    tiers, secrecies = _TIERS.turn(rng, BLOCK), _SECRECIES.turn(rng, BLOCK)
    departments = even(_DEPARTMENTS).turn(rng, BLOCK)
    owners = Wheel(range(OWNERS_IN_A_DEPARTMENT)).turn(rng, BLOCK)
    drawn = zip(order, days, tiers, secrecies, departments, owners, strict=True)
    return [
        _finished(made[place], start + index, _Rest(*rest))
        for index, (place, *rest) in enumerate(drawn)
    ]


class _Rest(NamedTuple):
    day: str
    tier: str
    secrecy: str
    department: str
    owner: int


def _finished(made: tuple[Row, County], number: int, rest: _Rest) -> Row:
    """Add what persons and companies have alike."""
    row, home = made
    category = "GR" if row["nature"] == "个人" else "QY"
    department = f"{home.branch}/{rest.department}"
    return {
        "record_id": f"BK-{category}-{rest.day[:4]}-{number:07d}",
        **row,
        "value_tier": rest.tier,
        "region": home.path,
        "department": department,
        "owner": _staff(department)[rest.owner],
        "secrecy": rest.secrecy,
        "created_at": rest.day,
    }


@cache
def _staff(department: str) -> tuple[str, ...]:
    """Name who works in a department; the number makes the names unique."""
    number = crc32(department.encode()) % 1_000_000
    names = lists()["owners"]
    return tuple(
        f"{names[(number + index) % len(names)]}.{number:06d}{index:02d}"
        for index in range(OWNERS_IN_A_DEPARTMENT)
    )


def _persons(rng: np.random.Generator, homes: Column) -> Iterator[tuple[Row, County]]:
    count = len(homes)
    names = wording.person_names(rng, count)
    numbers = personal_numbers(
        rng, [home.code for home in homes], even(_BIRTHS).turn(rng, count).tolist()
    )
    phones = wording.mobiles(rng, 2 * count)
    two = rng.random(count) < 0.2
    tags = wording.tags(rng, "个人", count)
    business = Wheel(lists()["business"]["个人"]).turn(rng, count)
    streets, notes = wording.streets(rng, count, "estates"), wording.notes(rng, "persons", count)
    doors = below(rng, 40 * 4 * 28, count).tolist()
    for index, home in enumerate(homes):
        door = doors[index]
        row: Row = {
            "name": names[index],
            "id_number": numbers[index],
            "phones": phones[2 * index : 2 * index + 1 + two[index]],
            "nature": "个人",
            "business_type": business[index],
            "tags": tags[index],
            "address": f"{home.address}{streets[index]}{door % 40 + 1}栋{door // 160 + 1}0"
            f"{door % 4 + 1}室",
            "notes": notes[index],
        }
        yield row, home


def _companies(rng: np.random.Generator, homes: Column) -> Iterator[tuple[Row, County]]:
    count = len(homes)
    names = wording.company_names(rng, [home.city for home in homes])
    numbers = credit_codes(rng, [home.code for home in homes])
    lines = below(rng, 40_000_000, count).tolist()
    tags = wording.tags(rng, "企业", count)
    business = Wheel(lists()["business"]["企业"]).turn(rng, count)
    streets, notes = wording.streets(rng, count, "parks"), wording.notes(rng, "companies", count)
    for index, home in enumerate(homes):
        row: Row = {
            "name": names[index],
            "id_number": numbers[index],
            "phones": [f"{home.dialling}-{50_000_000 + lines[index]}"],
            "nature": "企业",
            "business_type": business[index],
            "tags": tags[index],
            "address": f"{home.address}{streets[index]}",
            "notes": notes[index],
        }
        yield row, home
