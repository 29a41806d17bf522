"""Identifiers with right check characters, written for the sample data alone.

The product has its own implementation; that the two agree is part of what the sample proves.
"""

import random
from datetime import date
from typing import Final

USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
FIRST_SEQUENCE: Final = 700
"""Counties hand out far fewer numbers a day, so numbers from here on belong to nobody."""


def personal_number(rng: random.Random, region: str, birth: date, sex: str) -> str:
    """A personal number after GB 11643."""
    sequence = rng.randrange(FIRST_SEQUENCE, 1000, 2) + (sex == "男")
    body = f"{region}{birth:%Y%m%d}{sequence:03d}"
    return body + personal_check(body)


def personal_check(body: str) -> str:
    """The check character of 17 digits: ISO 7064 MOD 11-2."""
    total = sum(int(digit) * 2 ** (17 - place) for place, digit in enumerate(body))
    return "10X98765432"[total % 11]


def short_personal_number(number: str) -> str:
    """The 15-digit form that was handed out until 1999."""
    return number[:6] + number[8:17]


def organisation_code(rng: random.Random) -> str:
    """Eight characters and their check after GB 11714."""
    body = "MA" + "".join(rng.choices(USCC_ALPHABET[:30], k=6))
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    values = (int(char, 36) for char in body)
    total = sum(weight * value for weight, value in zip(weights, values, strict=True))
    return body + "0123456789X0"[11 - total % 11]


def credit_code(rng: random.Random, kind: str, region: str) -> str:
    """A unified social credit code after GB 32100; ``kind`` is its first two characters."""
    body = kind + region + organisation_code(rng)
    return body + credit_check(body)


def credit_check(body: str) -> str:
    """The check character of the first 17."""
    total = sum(USCC_ALPHABET.index(char) * pow(3, place, 31) for place, char in enumerate(body))
    return USCC_ALPHABET[-total % 31]
