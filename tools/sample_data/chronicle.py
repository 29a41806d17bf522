"""What happened: notes, services, transactions, and the sums and dates in them."""

import random
import string
from datetime import date, timedelta
from typing import Any, TypeAlias

from tools.sample_data.people import make_name
from tools.sample_data.words import pick, some_place, words

TODAY = date(2025, 6, 30)
"""The day on which the sample was exported."""
Contact: TypeAlias = tuple[str, str]
"""Who somebody is to the customer, and the name."""
KINDS = {"个人": "person", "企业": "company", "政府": "body"}


def make_notes(rng: random.Random, nature: str, subjects: tuple[str, ...], contact: Contact) -> str:
    """One or two sentences of a customer manager."""
    templates = rng.sample(words("prose")[f"{KINDS[nature]}_notes"], rng.choice((1, 1, 2)))
    glue = rng.choice(("", "", "\n"))
    return glue.join(fill(rng, template, nature, subjects, contact) for template in templates)


def fill(
    rng: random.Random, template: str, nature: str, subjects: tuple[str, ...], contact: Contact
) -> str:
    """Put words into the gaps of a template."""
    word, other = rng.sample(subjects, 2) if subjects else ("", "")
    product = "products" if nature == "个人" else "company_products"
    gaps: dict[str, Any] = {
        "word": word,
        "word2": other,
        "contact": contact[1],
        "amount": f"{rng.randint(2, 95) * 10}万元",
        "year": rng.randint(2016, 2024),
        "month": rng.randint(1, 12),
        "months": rng.choice((3, 6, 9, 12, 18)),
        "day": rng.randint(1, 28),
        "count": rng.randint(1, 6),
        "city": some_place(rng).short,
        "tier": rng.choice(("存量", "新准入", "续授信")),
        "product": pick(rng, "prose", product),
        **{
            gap: pick(rng, "prose", f"{gap}s")
            for gap in ("job", "plan", "reason", "complaint", "shop", "car", "risk", "material")
        },
        "employer": pick(rng, "prose", "employers"),
        "relation": contact[0],
    }
    names = [name for _, name, _, _ in string.Formatter().parse(template) if name]
    return template.format(**{name: gaps[name] for name in names})


def make_services(rng: random.Random, nature: str) -> list[dict[str, str]]:
    """Some calls and complaints."""
    made = []
    for day in days(rng, rng.choice((0, 1, 1, 2, 3))):
        kind = rng.choice(list(words("prose")["services"]))
        template = pick(rng, "prose", "services", kind)
        summary = fill(rng, template, nature, (), ("", ""))
        made.append({"date": day, "kind": kind, "summary": summary})
    return made


def make_transactions(rng: random.Random, nature: str) -> list[dict[str, Any]]:
    """Some payments."""
    scale = {"个人": 500, "企业": 20_000, "政府": 50_000}[nature]
    return [
        {
            "date": day,
            "amount": rng.randint(1, 400) * scale,
            "summary": pick(rng, "prose", "transactions", KINDS[nature]),
        }
        for day in days(rng, rng.choice((0, 1, 2, 3, 4)))
    ]


def make_family(rng: random.Random, surname: str, birth_year: int) -> list[dict[str, str]]:
    """Some relatives, who share the surname; nobody where there is none."""
    made: list[dict[str, str]] = []
    if not surname:
        return made
    for relation in rng.sample(words("prose")["relations"], rng.choice((0, 1, 1, 2))):
        sex = "女" if relation in {"母亲", "女儿", "姐妹"} else "男"
        born = birth_year + {"儿": 28, "女": 28, "父": -27, "母": -25}.get(relation[0], 1)
        name = make_name(rng, sex, max(1940, min(born, 2009)))
        if relation not in {"配偶", "母亲"}:
            name = surname + name[-1]
        made.append({"relation": relation, "name": name, "phone": make_mobile(rng)})
    return made


def make_mobile(rng: random.Random) -> str:
    """A mobile number."""
    head = rng.choice(("135", "136", "138", "139", "150", "152", "158", "177", "186", "189", "199"))
    return f"{head}{rng.randrange(10**8):08d}"


def make_landline(rng: random.Random, dialling: str) -> str:
    """A fixed number with its dialling code."""
    digits = 8 if dialling in words("prose")["long_numbers"] else 7
    return f"{dialling}-{rng.choice('5678')}{rng.randrange(10 ** (digits - 1)):0{digits - 1}d}"


def days(rng: random.Random, count: int) -> list[str]:
    """Days of the last years, oldest first."""
    return sorted((TODAY - timedelta(rng.randint(1, 1800))).isoformat() for _ in range(count))
