"""Queries for names that are no longer borne, short ones, and those of people around a customer."""

from collections.abc import Iterator
from functools import cache

from tests.relevance.facts import Asked, Customer, Maker, detail
from tests.relevance.lore import Lore


def every_name(customer: Customer) -> Iterator[str]:
    """All names in a record."""
    yield customer["name"]
    yield from customer.get("former_names", ())
    yield from customer.get("short_names", ())
    for group in ("contacts", "family"):
        yield from filter(None, (member.get("name") for member in customer.get(group, ())))


@cache
def _lore() -> Lore:
    return Lore(())


def _other(make: Maker, name: str) -> str | None:
    """The name with one of its last characters missing; None for one too short."""
    at = make.rng.randrange(1, len(name))
    return name[:at] + name[at + 1 :] if len(name) > 3 else None


@detail("names: former name")
def former(make: Maker, customer: Customer) -> Asked | None:
    """A former name as it was."""
    names = customer.get("former_names", ())
    return Asked(names[0], every_name, names[0]) if names else None


@detail("names: former name, a character missing")
def former_missing(make: Maker, customer: Customer) -> Asked | None:
    """A former name without one character."""
    names = customer.get("former_names", ())
    text = _other(make, names[0]) if names else None
    return Asked(text, every_name, names[0]) if text else None


@detail("names: former name in pinyin")
def former_pinyin(make: Maker, customer: Customer) -> Asked | None:
    """A former name as it is spelt."""
    names = [name for name in customer.get("former_names", ()) if len(name) == 3]
    if not names:
        return None
    return Asked(_joined(names[0]), spelt, _joined(names[0]))


def spelt(customer: Customer) -> Iterator[str]:
    """All names in a record as they are spelt."""
    yield from map(_joined, every_name(customer))


def _joined(name: str) -> str:
    return "".join(_lore().syllables(name))


@detail("names: short name")
def short(make: Maker, customer: Customer) -> Asked | None:
    """A short name."""
    names = customer.get("short_names", ())
    return Asked(names[0], every_name, names[0]) if names else None


@detail("names: short name, a character missing")
def short_missing(make: Maker, customer: Customer) -> Asked | None:
    """A short name without one character."""
    names = customer.get("short_names", ())
    text = _other(make, names[0]) if names else None
    return Asked(text, pieces, text) if text else None


def pieces(customer: Customer) -> Iterator[str]:
    """All names in a record, what is left of each without one character, and runs of three."""
    for name in every_name(customer):
        yield name
        yield from (name[:at] + name[at + 1 :] for at in range(len(name)))
        yield from (name[at : at + 3] for at in range(len(name) - 2))


@detail("names: contact or relative")
def around(make: Maker, customer: Customer) -> Asked | None:
    """Somebody's whole name; a customer whose own name begins so fits as well."""
    names = [
        m["name"] for g in ("contacts", "family") for m in customer.get(g, ()) if m.get("name")
    ]
    return Asked(names[0], begun, names[0]) if names else None


def begun(customer: Customer) -> Iterator[str]:
    """All names in a record, and how the customer's own begins."""
    yield from every_name(customer)
    name = customer["name"]
    yield from (name[:end] for end in range(2, len(name)))


@detail("names: name and city")
def placed(make: Maker, customer: Customer) -> Asked | None:
    """A name with where the customer lives."""
    city = customer["region"].split("/")[-1]
    return Asked(f"{customer['name']} {city}", every_name, customer["name"])
