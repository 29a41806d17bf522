"""Names of companies and public bodies."""

import random
from dataclasses import dataclass
from functools import cache

from tools.sample_data.words import Place, chance, pick, words


@dataclass(frozen=True, slots=True)
class Firm:
    """A name with the parts it was made of."""

    name: str
    short: str
    code: str
    subjects: tuple[str, ...]
    """Words of its business that its notes are about."""


def make_company(rng: random.Random, place: Place) -> Firm:
    """A company: region + brand + trade + organisation form, in one of their usual orders."""
    trade = rng.choice(words("companies")["trades"])
    form = pick(rng, "companies", "forms", rng.choice(trade["forms"].split()))
    brand = make_brand(rng)
    return Firm(
        name=_arranged(rng, place.short, brand, trade["name"], form),
        short=brand + trade["name"][:2],
        code=_registration(form),
        subjects=tuple(trade["words"].split()),
    )


def make_brand(rng: random.Random) -> str:
    """Two or three characters, not those of a household name."""
    while True:
        brand = pick(rng, "companies", "brand_first") + pick(rng, "companies", "brand_second")
        if brand in words("companies")["avoid_brands"] or brand[0] == brand[1]:
            continue
        if chance(rng, 0.2):
            brand += pick(rng, "companies", "brand_third")
        return brand


def _arranged(rng: random.Random, city: str, brand: str, trade: str, form: str) -> str:
    if form == "有限公司分公司":
        return f"{brand}{trade}有限公司{city}分公司"
    if trade.endswith("科技"):
        form = form.removeprefix("科技")
    if form.startswith("（") or "合作社" in form or chance(rng, 0.75):
        return f"{city}{brand}{trade}{form}"
    return f"{brand}（{city}）{trade}{form}"


def _registration(form: str) -> str:
    if "合作社" in form:
        return "93"
    if form in {"商行", "经营部", "工作室", "店", "服务部"}:
        return "92"
    return "31" if "普通合伙" in form else "91"


@cache
def _bodies() -> list[dict[str, str]]:
    found: list[dict[str, str]] = words("companies")["bodies"]
    return found


def make_body(rng: random.Random, place: Place) -> Firm:
    """A public body of a locality that does not exist, in a county that does."""
    body = rng.choice(_bodies())
    locality = pick(rng, "companies", "localities")
    seat = place.prefecture + place.county if place.prefecture else place.address
    short = locality + body["name"].removesuffix("人民政府").removesuffix("办事处")
    return Firm(
        name=f"{seat}{locality}{body['name']}",
        short=short,
        code=str(body["code"]),
        subjects=tuple(body["words"].split()),
    )
