"""Generated customers in any number; equal seeds give equal customers."""

import random
from collections.abc import Iterator
from pathlib import Path

import orjson

from tools.sample_data.customers import Customer, Maker

_SEED = 20_240_601
_PERSONS_IN_TEN = 7


def customers(number: int) -> Iterator[Customer]:
    """Yield customers, seven persons in ten, the others companies."""
    maker = Maker(random.Random(_SEED))
    for index in range(number):
        if index % 10 < _PERSONS_IN_TEN:
            yield maker.new_person()
        else:
            yield maker.organisation("企业")


def write_json_lines(path: Path, number: int) -> None:
    """Write customers as JSON Lines."""
    with path.open("wb") as file:
        for customer in customers(number):
            file.write(orjson.dumps(customer) + b"\n")
