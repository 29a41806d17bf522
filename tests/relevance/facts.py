"""What is known of a customer besides the name, and the table of what people ask about it."""

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, NamedTuple, TypeAlias

import orjson

Customer: TypeAlias = dict[str, Any]
Keys: TypeAlias = Callable[[Customer], Iterable[str]]

HAN: Final = str.maketrans("0123456789", "〇一二三四五六七八九")
ADDRESS: Final = re.compile(
    r"(?P<region>.*?(?:省|自治区|市|自治州|区|县))?(?P<road>[^省市区县州]+?)(?P<number>\d+)号(?P<rest>.*)"
)


class Asked(NamedTuple):
    """What somebody types, and what else fits it: records that have a key."""

    text: str
    keys: Keys
    key: str
    shared: bool = True
    """Whether other queries ask for the same keys, so that an index of them is worth keeping."""


@dataclass(frozen=True, slots=True)
class Maker:
    """What queries are made with."""

    rng: random.Random


Phenomenon: TypeAlias = Callable[[Maker, Customer], Asked | None]
DETAILS: Final[dict[str, Phenomenon]] = {}


def detail(label: str) -> Callable[[Phenomenon], Phenomenon]:
    """Enter a function into the table of phenomena."""

    def enter(function: Phenomenon) -> Phenomenon:
        DETAILS[label] = function
        return function

    return enter


def the_id(customer: Customer) -> Iterator[str]:
    """Its ID number."""
    yield from filter(None, [customer.get("id_number")])


def phones(customer: Customer) -> Iterator[str]:
    """All telephone numbers in it, as digits."""
    yield from (re.sub(r"\D", "", phone) for phone in customer.get("phones", ()))
    for group in ("contacts", "family"):
        for member in customer.get(group, ()):
            yield from filter(None, [member.get("phone")])


def parts(customer: Customer) -> Iterator[str]:
    """All that is found by four or six digits: parts of identifiers, and numbers in texts."""
    for number in (*the_id(customer), *phones(customer)):
        yield from (number[-4:], number[-6:])
        if len(number) == 11:
            yield number[3:7]
    yield from re.findall(r"[0-9]+", orjson.dumps(customer).decode())


@cache
def masked(keys: Keys, first: int) -> Keys:
    """What a mask leaves of a value."""

    def left(customer: Customer) -> Iterator[str]:
        yield from (f"{value[:first]}*{value[-4:]}" for value in keys(customer))

    return left


def birth(customer: Customer) -> Iterator[str]:
    """The day of birth or foundation."""
    for key in ("birth_date", "established_on"):
        yield from filter(None, [customer.get(key)])


def address(customer: Customer) -> Iterator[str]:
    """Its address."""
    yield from filter(None, [customer.get("address")])


def road(customer: Customer) -> Iterator[str]:
    """Road and number of its address."""
    found = ADDRESS.fullmatch(customer.get("address", ""))
    if found:
        yield f"{found['road']}{found['number']}"


def room(customer: Customer) -> Iterator[str]:
    """Road, number and room of its address."""
    found = ADDRESS.fullmatch(customer.get("address", ""))
    if found:
        yield f"{found['road']}{found['number']}{found['rest']}"


def name(customer: Customer) -> Iterator[str]:
    """Its name."""
    yield customer["name"]


def itself(customer: Customer) -> Iterator[str]:
    """The record."""
    yield customer["record_id"]
