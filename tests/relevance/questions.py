"""Queries for what was written about a customer, and whole questions."""

import re
from collections.abc import Iterator
from typing import Final

import orjson

from tests.relevance.addresses import shortened
from tests.relevance.facts import Asked, Customer, Keys, Maker, detail, name


@detail("notes: a stretch of eight characters")
def stretch(make: Maker, customer: Customer) -> Asked | None:
    """Part of a note, as it stands."""
    notes = customer.get("notes", "")
    pieces = [piece for piece in re.split(r"[，。；：、\n]", notes) if len(piece) >= 8]
    if not pieces:
        return None
    piece = make.rng.choice(pieces)
    start = make.rng.randrange(len(piece) - 7)
    if _torn(piece, start) or _torn(piece, start + 8):
        return None
    return Asked(piece[start : start + 8], _holding(piece[start : start + 8]), "yes", shared=False)


def _torn(text: str, place: int) -> bool:
    """Whether a number or a word in letters goes on over a place."""
    around = text[max(0, place - 1) : place + 1]
    return len(around) > 1 and around.isascii() and around.isalnum()


def _holding(text: str) -> Keys:
    def holding(customer: Customer) -> Iterator[str]:
        if text in orjson.dumps(customer).decode():
            yield "yes"

    return holding


_SENTENCES: Final = (
    "请帮我找一下{}这个客户的档案",
    "与{}有关的资料都在哪里",
    "昨天来网点的{}先生的电话是多少",
    "麻烦查{}名下的业务",
)


@detail("question: name in a sentence")
def sentence(make: Maker, customer: Customer) -> Asked | None:
    """A name inside a question."""
    return Asked(make.rng.choice(_SENTENCES).format(customer["name"]), name, customer["name"])


@detail("question: name, city and business")
def described(_: Maker, customer: Customer) -> Asked | None:
    """A name with what is known of the customer."""
    city = customer["region"].split("/")[-2 if customer["region"].count("/") > 2 else -1]
    return Asked(
        f"{customer['name']} {shortened(city)} {customer['business_type']}", name, customer["name"]
    )
