"""Weak spots that let a row in with a warning: the archive holds them as they are."""

import random
from collections.abc import Callable
from typing import Final

from tools.sample_data.customers import Customer
from tools.sample_data.identifiers import personal_check


def no_number(_: random.Random, __: Customer) -> Customer:
    """Nobody noted the identity number or credit code."""
    return {"id_number": ""}


def passport(rng: random.Random, _: Customer) -> Customer:
    """A passport, which has no check character."""
    return {"id_number": f"E{rng.randrange(10**8):08d}"}


def nowhere(_: random.Random, customer: Customer) -> Customer:
    """A personal number of a county that never was, rightly checked."""
    body = "110199" + customer["id_number"][6:17]
    return {"id_number": body + personal_check(body)}


def short_phone(_: random.Random, customer: Customer) -> Customer:
    """A telephone number that lost its last digits."""
    return {"phones": [customer["phones"][0][:9]]}


def no_at_sign(_: random.Random, customer: Customer) -> Customer:
    """An address without its @."""
    return {"email": customer["email"].replace("@", ".")}


BLEMISHES: Final[dict[str, Callable[[random.Random, Customer], Customer]]] = {
    "incomplete": no_number,
    "id_kind_unknown": passport,
    "id_region_unknown": nowhere,
    "phone_invalid": short_phone,
    "email_invalid": no_at_sign,
}


def blemished(rng: random.Random, customer: Customer, code: str) -> Customer:
    """The customer with a weak spot that has this problem code."""
    return {**customer, **BLEMISHES[code](rng, customer)}
