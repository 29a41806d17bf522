"""Queries for ID numbers, registration numbers, telephone numbers and days."""

from collections.abc import Callable
from typing import Final

from tests.relevance.facts import (
    DETAILS,
    HAN,
    Asked,
    Customer,
    Keys,
    Maker,
    birth,
    detail,
    masked,
    parts,
    phones,
    the_id,
)
from tests.relevance.persons import FULL_WIDTH

_OCR: Final = {"0": "OD", "1": "Il", "2": "Z", "5": "S", "8": "B"}


def _number(customer: Customer, kind: str, make: Maker) -> tuple[str, Keys] | None:
    if kind == "phone":
        found = [phone for phone in phones(customer) if len(phone) == 11 and phone[0] == "1"]
        return (make.rng.choice(found), phones) if found else None
    number = customer.get("id_number", "")
    person = customer.get("nature") == "个人"
    if not number or person != (kind == "ID"):
        return None
    return number, the_id


def numbers(label: str, *kinds: str) -> Callable[[Callable[[Maker, str], str | None]], None]:
    """Enter what people do to numbers, for some kinds of number."""

    def enter(function: Callable[[Maker, str], str | None]) -> None:
        for kind in kinds:

            def phenomenon(make: Maker, customer: Customer, kind: str = kind) -> Asked | None:
                found = _number(customer, kind, make)
                text = function(make, found[0]) if found else None
                return Asked(text, found[1], found[0]) if found and text else None

            DETAILS[f"{kind}: {label}"] = phenomenon

    return enter


ALL: Final = ("ID", "USCC", "phone")


@numbers("exact", *ALL)
def _exact(_: Maker, number: str) -> str:
    return number


@numbers("lower case", "USCC")
def _lower(_: Maker, number: str) -> str:
    return number.lower()


@numbers("in groups", "ID", "USCC")
def _groups(_: Maker, number: str) -> str:
    return f"{number[:6]} {number[6:14]} {number[14:]}"


@numbers("in groups", "phone")
def _phone_groups(_: Maker, number: str) -> str:
    return f"{number[:3]} {number[3:7]} {number[7:]}"


@numbers("dashes", "ID", "USCC")
def _dashes(_: Maker, number: str) -> str:
    return f"{number[:6]}-{number[6:14]}-{number[14:]}"


@numbers("dashes", "phone")
def _phone_dashes(_: Maker, number: str) -> str:
    return f"{number[:3]}-{number[3:7]}-{number[7:]}"


@numbers("full width", *ALL)
def _wide(_: Maker, number: str) -> str:
    return number.translate(FULL_WIDTH)


@numbers("+86", "phone")
def _prefixed(_: Maker, number: str) -> str:
    return f"+86 {number}"


@numbers("15 digits", "ID")
def _short(_: Maker, number: str) -> str | None:
    return number[:6] + number[8:17] if number[6:8] == "19" else None


@numbers("one wrong", *ALL)
def _wrong(make: Maker, number: str) -> str:
    place = make.rng.randrange(1, len(number))
    other = make.rng.choice([d for d in "0123456789" if d != number[place]])
    return number[:place] + other + number[place + 1 :]


@numbers("two swapped", *ALL)
def _swapped(make: Maker, number: str) -> str | None:
    places = [p for p in range(1, len(number) - 1) if number[p] != number[p + 1]]
    place = make.rng.choice(places)
    return number[:place] + number[place + 1] + number[place] + number[place + 2 :]


@numbers("one missing", *ALL)
def _missing(make: Maker, number: str) -> str:
    place = make.rng.randrange(1, len(number))
    return number[:place] + number[place + 1 :]


@numbers("one too many", *ALL)
def _extra(make: Maker, number: str) -> str:
    place = make.rng.randrange(1, len(number))
    return number[:place] + make.rng.choice("0123456789") + number[place:]


@numbers("letters read by a machine", *ALL)
def _read(make: Maker, number: str) -> str | None:
    places = [place for place, digit in enumerate(number) if digit in _OCR]
    if len(places) < 2:
        return None
    chosen = make.rng.sample(places, 2)
    return "".join(
        make.rng.choice(_OCR[digit]) if place in chosen else digit
        for place, digit in enumerate(number)
    )


def _part(label: str, kind: str, write: Callable[[str], str], first: int = 0) -> None:
    """Enter a part of a number; with ``first``, one that a mask leaves."""

    def phenomenon(make: Maker, customer: Customer) -> Asked | None:
        found = _number(customer, kind, make)
        if not found:
            return None
        number, keys = found
        text = write(number)
        if first:
            return Asked(text, masked(keys, first), f"{number[:first]}*{number[-4:]}")
        return Asked(text, parts, text)

    DETAILS[f"{kind}: {label}"] = phenomenon


for _kind in ALL:
    _part("last four", _kind, lambda n: n[-4:])
    _part("last six", _kind, lambda n: n[-6:])
    _part("masked as shown", _kind, lambda n: f"{n[:3]}{'*' * (len(n) - 7)}{n[-4:]}", 3)
_part("masked, six and four", "ID", lambda n: f"{n[:6]}********{n[-4:]}", 6)
_part("masked, four and four", "ID", lambda n: f"{n[:4]}**********{n[-4:]}", 4)
_part("masked with x", "phone", lambda n: f"{n[:3]}xxxx{n[-4:]}", 3)
_part("middle four", "phone", lambda n: n[3:7])


@detail("ID: day of birth in it")
def birth_part(_: Maker, customer: Customer) -> Asked | None:
    """The digits of an ID number that tell the day of birth."""
    born = customer.get("birth_date")
    return Asked(born.replace("-", ""), birth, born) if born else None


def _date(label: str, write: Callable[[str, str, str], str]) -> None:
    def phenomenon(_: Maker, customer: Customer) -> Asked | None:
        day = next(birth(customer), None)
        return Asked(write(*day.split("-")), birth, day) if day else None

    DETAILS[f"date: {label}"] = phenomenon


def _spoken(number: int) -> str:
    tens, ones = divmod(number, 10)
    return ("" if tens < 2 else str(tens)) + ("十" if tens else "") + (str(ones) if ones else "")


_date("2024-03-05", lambda y, m, d: f"{y}-{m}-{d}")
_date("2024/3/5", lambda y, m, d: f"{y}/{int(m)}/{int(d)}")
_date("2024.03.05", lambda y, m, d: f"{y}.{m}.{d}")
_date("20240305", lambda y, m, d: f"{y}{m}{d}")
_date("2024年3月5日", lambda y, m, d: f"{y}年{int(m)}月{int(d)}日")
_date(
    "二〇二四年三月五日",
    lambda y, m, d: f"{y}年{_spoken(int(m))}月{_spoken(int(d))}日".translate(HAN),
)
_date("full width", lambda y, m, d: f"{y}-{m}-{d}".translate(FULL_WIDTH))
