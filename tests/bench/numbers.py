"""Identifiers with right check characters, a column at once."""

from collections.abc import Sequence

import numpy as np

from tests.bench.chance import Column, below

_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_VALUES = np.zeros(128, dtype=np.int64)
_VALUES[np.frombuffer(_ALPHABET.encode(), np.uint8)] = np.arange(len(_ALPHABET))
_PERSON_WEIGHTS = np.array([2 ** (17 - place) % 11 for place in range(17)])
_CREDIT_WEIGHTS = np.array([pow(3, place, 31) for place in range(17)])
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])


def personal_numbers(
    rng: np.random.Generator, regions: Sequence[str], births: Sequence[str]
) -> list[str]:
    """Make numbers after GB 11643, with sequences that counties do not reach."""
    sequences = (700 + below(rng, 300, len(regions))).tolist()
    bodies = [f"{r}{b}{s}" for r, b, s in zip(regions, births, sequences, strict=True)]
    sums = _characters(bodies, 17).astype(np.int64) - ord("0")
    return _checked(bodies, "10X98765432", sums @ _PERSON_WEIGHTS % 11)


def credit_codes(rng: np.random.Generator, regions: Sequence[str]) -> list[str]:
    """Make codes of companies after GB 32100, each with an organisation code after GB 11714."""
    drawn = below(rng, 30, 6 * len(regions)).reshape(-1, 6).tolist()
    inner = ["MA" + "".join(_ALPHABET[place] for place in row) for row in drawn]
    characters = _characters(inner, 8).astype(np.int64)
    values = np.where(characters < ord("A"), characters - ord("0"), characters - ord("A") + 10)
    checks = 11 - values @ _ORGANISATION_WEIGHTS % 11
    organisations = _checked(inner, "0123456789X0", checks)
    bodies = [f"91{r}{o}" for r, o in zip(regions, organisations, strict=True)]
    return _checked(bodies, _ALPHABET, -(_VALUES[_characters(bodies, 17)] @ _CREDIT_WEIGHTS) % 31)


def _characters(bodies: Sequence[str], length: int) -> Column:
    return np.frombuffer("".join(bodies).encode(), np.uint8).reshape(-1, length)


def _checked(bodies: Sequence[str], alphabet: str, checks: Column) -> list[str]:
    return [body + alphabet[check] for body, check in zip(bodies, checks.tolist(), strict=True)]
