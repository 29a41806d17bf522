"""Identifiers of persons and organisations: structure, check characters, classification.

Sources: GB 11643-1999 (citizen identification number, check by ISO 7064:1983 MOD 11-2); GB
32100-2015 (unified social credit identifier, USCC); GB 11714-1997 (organisation code, inside a
USCC); GS 15-2006 (15-digit business registration number, ISO 7064 MOD 11,10). All functions expect
upper-case ASCII without separators; ``archsearch.ingest.normalise`` produces that.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from operator import mul
from typing import Final

PERSON_WEIGHTS: Final = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
"""``2 ** (18 - i) mod 11`` for i = 1 to 17 (GB 11643-1999, annex A)."""
PERSON_CHECKS: Final = "10X98765432"
"""Check character by the weighted sum mod 11."""
USCC_ALPHABET: Final = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""Digits and letters without I, O, Z, S, V (GB 32100-2015, table 1)."""
USCC_WEIGHTS: Final = tuple(pow(3, i, 31) for i in range(17))
"""``3 ** (i - 1) mod 31`` for i = 1 to 17 (GB 32100-2015, section 5.3)."""
ORGANISATION_WEIGHTS: Final = (3, 7, 9, 10, 5, 8, 4, 2)
"""GB 11714-1997, section 3.3."""

PROVINCES: Final = frozenset(
    str(code)
    for codes in (
        range(11, 16),
        range(21, 24),
        range(31, 38),
        range(41, 47),
        range(50, 55),
        range(61, 66),
        (71, 81, 82, 83),
    )
    for code in codes
)
"""First two digits of GB/T 2260 codes; 83 is used on residence permits of Taiwan residents."""

RESIDENCE_PERMIT_REGIONS: Final = frozenset({"810000", "820000", "830000"})
"""Region codes of residence permits of Hong Kong, Macau and Taiwan residents (State Council 2018,
implementing measures for GB 11643 numbers); not all of them are in GB/T 2260."""

_USCC_VALUES: Final = bytes.maketrans(USCC_ALPHABET.encode(), bytes(range(31)))
_BIRTH_YEARS: Final = range(1850, 2100)
_CENTURIES: Final = frozenset({"19", "20"})
_ZERO_SHIFT: Final = 48 * sum(PERSON_WEIGHTS)
_PERSON: Final = re.compile(r"[0-9]{17}[0-9X]")
_PERSON_15: Final = re.compile(r"[0-9]{15}")
_USCC: Final = re.compile(rf"[{USCC_ALPHABET}]{{2}}[0-9]{{6}}[{USCC_ALPHABET}]{{10}}")
_USCC_HEAD: Final = re.compile(r"1[1239]|2[19]|3[1-59]|4[19]|5[1239]|6[129]|7[129]|8[19]|9[1-3]")
_ORGANISATION: Final = re.compile(r"[0-9A-Z]{8}[0-9X]")
_OTHER: Final = re.compile(r"(?=.*[0-9])[0-9A-Z()/\-]{5,24}")
_MISCOUNTED: Final = re.compile(r"[0-9]{11,}X?")


class Gender(StrEnum):
    """Sex as GB 11643 encodes it in the parity of the sequence."""

    MALE = "男"
    FEMALE = "女"


class IdentifierKind(StrEnum):
    """What a text in an identifier field is."""

    PERSON = "person"
    PERSON_15 = "person_15"
    USCC = "uscc"
    REGISTRATION = "registration"
    ORGANISATION = "organisation"
    OTHER = "other"


class IdentifierFault(StrEnum):
    """The first thing that is wrong with an identifier, from coarse to fine."""

    FORMAT = "format"
    BIRTH_DATE = "birth_date"
    CHECKSUM = "checksum"


@dataclass(frozen=True, slots=True)
class PersonId:
    """What a citizen identification number says about its holder."""

    region: str
    birth_date: date
    sequence: int

    @property
    def gender(self) -> Gender:
        """Odd sequences were given to men, even ones to women."""
        return Gender.MALE if self.sequence % 2 else Gender.FEMALE


@dataclass(frozen=True, slots=True)
class Identification:
    """The verdict of :func:`classify`; ``person`` is known for faultless 18-character ones only."""

    kind: IdentifierKind
    fault: IdentifierFault | None = None
    person: PersonId | None = None


def person_check_char(first17: str) -> str:
    """Compute the 18th character of a citizen identification number.

    >>> person_check_char("11010519491231002")
    'X'
    """
    return PERSON_CHECKS[(sum(map(mul, PERSON_WEIGHTS, first17.encode())) - _ZERO_SHIFT) % 11]


def uscc_check_char(first17: str) -> str:
    """Compute the 18th character of a unified social credit identifier.

    >>> uscc_check_char("91350100M000100Y4")
    '3'
    """
    total = sum(map(mul, USCC_WEIGHTS, first17.encode().translate(_USCC_VALUES)))
    return USCC_ALPHABET[-total % 31]


def registration_check_digit(first14: str) -> str:
    """Compute the 15th digit of an old business registration number (ISO 7064 MOD 11,10).

    >>> registration_check_digit("11010800000001")
    '6'
    """
    product = 10
    for digit in first14:
        product = ((product + int(digit)) % 10 or 10) * 2 % 11
    return str((11 - product) % 10)


def organisation_check_char(first8: str) -> str:
    """Compute the 9th character of an organisation code.

    >>> organisation_check_char("D2143569")
    'X'
    """
    total = sum(map(mul, ORGANISATION_WEIGHTS, (int(char, 36) for char in first8)))
    return "0123456789X0"[11 - total % 11]


def lengthen(text15: str) -> str:
    """Turn a 15-digit number of the first generation into its 18-character form.

    Births from 1900 to 1999 are assumed, as GB 11643-1999 does; numbers of that form were given
    out until 1999.

    >>> lengthen("110105491231002")
    '11010519491231002X'
    """
    first17 = f"{text15[:6]}19{text15[6:]}"
    return first17 + person_check_char(first17)


def read_person(text18: str) -> PersonId | None:
    """Read region, birth date and sequence, whatever the check character; None if impossible."""
    if not _PERSON.fullmatch(text18):
        return None
    try:
        born = date(int(text18[6:10]), int(text18[10:12]), int(text18[12:14]))
    except ValueError:
        return None
    if born.year not in _BIRTH_YEARS:
        return None
    return PersonId(text18[:6], born, int(text18[14:17]))


@lru_cache(maxsize=256)
def classify(text: str) -> Identification:
    """Say what kind of identifier a text is and the first thing wrong with it.

    Numbers of 18 digits may be personal or a USCC; the check character that fits decides, then the
    century in the place of a birth year. The last verdicts are kept: several steps ask about a row.
    """
    match len(text):
        case 18:
            return _classify_18(text)
        case 15 if _PERSON_15.fullmatch(text):
            return _classify_15(text)
        case 9 if _ORGANISATION.fullmatch(text) and organisation_check_char(text[:8]) == text[8]:
            return Identification(IdentifierKind.ORGANISATION)
    if _MISCOUNTED.fullmatch(text):
        return Identification(IdentifierKind.PERSON, IdentifierFault.FORMAT)
    fault = None if _OTHER.fullmatch(text) else IdentifierFault.FORMAT
    return Identification(IdentifierKind.OTHER, fault)


def _classify_18(text: str) -> Identification:
    # Digits alone may be either, and a check character fits by chance once in 11 or 31 times. What
    # reads as a birth date decides, but for 9...: businesses far outnumber the foreigners whose
    # residence permits begin so.
    person = read_person(text)
    if (text[0] == "9" or not person) and _is_uscc(text):
        return Identification(IdentifierKind.USCC)
    if person and _issued(text) and person_check_char(text[:17]) == text[17]:
        return Identification(IdentifierKind.PERSON, None, person)
    if _PERSON.fullmatch(text):
        return _faulty_digits(text, person)
    fault = IdentifierFault.CHECKSUM if _USCC.fullmatch(text) else IdentifierFault.FORMAT
    return Identification(IdentifierKind.USCC, fault)


def _is_uscc(text: str) -> bool:
    """Whether a text is a USCC; one of digits needs a known authority and region as well."""
    if not _USCC.fullmatch(text) or uscc_check_char(text[:17]) != text[17]:
        return False
    return not _PERSON.fullmatch(text) or _begins_as_uscc(text)


def _begins_as_uscc(text: str) -> bool:
    """Whether authority and region are known; 10 stands for registers of the State."""
    return bool(_USCC_HEAD.match(text)) and (text[2:4] in PROVINCES or text[2:4] == "10")


def _faulty_digits(text: str, person: PersonId | None) -> Identification:
    """Decide what a wrong number of 18 digits was meant to be."""
    if person and _issued(text):
        return Identification(IdentifierKind.PERSON, IdentifierFault.CHECKSUM)
    if text[:2] in PROVINCES and text[6:8] in _CENTURIES:
        return Identification(IdentifierKind.PERSON, IdentifierFault.BIRTH_DATE)
    if _begins_as_uscc(text):
        return Identification(IdentifierKind.USCC, IdentifierFault.CHECKSUM)
    known = text[:2] in PROVINCES
    fault = IdentifierFault.BIRTH_DATE if known else IdentifierFault.FORMAT
    return Identification(IdentifierKind.PERSON, fault)


def _issued(text: str) -> bool:
    """Whether someone gives out numbers with this beginning.

    Permanent residence permits for foreigners begin with 9 and the province (NIA, 2023 form); the
    oldest holders were born after 1900.
    """
    permit = text[0] == "9" and text[1:3] in PROVINCES and text[6:8] in _CENTURIES
    return text[:2] in PROVINCES or permit


def _classify_15(text: str) -> Identification:
    if text[:2] in PROVINCES and read_person(lengthen(text)):
        return Identification(IdentifierKind.PERSON_15)
    if registration_check_digit(text[:14]) == text[14]:
        return Identification(IdentifierKind.REGISTRATION)
    fault = IdentifierFault.BIRTH_DATE if text[:2] in PROVINCES else IdentifierFault.FORMAT
    return Identification(IdentifierKind.PERSON_15, fault)


def is_registration_number(text: str) -> bool:
    """Whether a text is a 15-digit business registration number with a right check digit."""
    return bool(_PERSON_15.fullmatch(text)) and registration_check_digit(text[:14]) == text[14]
