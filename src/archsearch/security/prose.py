"""Numbers of persons that somebody wrote into prose: ID, telephone, card, account, day of birth.

ID numbers are told by birth date, bank cards by the Luhn check (ISO/IEC 7812-1), mobiles by their
first digits, landlines by their area code, accounts by being long, days of birth by what stands
before them; full-width digits and separators make no difference.
"""

import re
import unicodedata
from collections.abc import Iterator
from itertools import pairwise
from typing import Final, NamedTuple

from archsearch.domain.identifiers import PROVINCES, lengthen, read_person

_HYPHENS: Final = r"\-‐‑‒–—―−－﹣\u00ad"
_GAPS: Final = rf"\s{_HYPHENS}_.·()（）\u200b-\u200f\u2060\ufeff"
_GAP: Final = f"[{_GAPS}]{{1,3}}"
_SHORTEST_NUMBER: Final = 10
"""Digits of the shortest number that is hidden: a telephone with a short area code."""
_CANDIDATE: Final = re.compile(rf"\d(?:[{_GAPS}]{{0,3}}\d){{{_SHORTEST_NUMBER - 1}}}")
_RUN: Final = re.compile(rf"(?<!\d)\d+(?:{_GAP}\d+)*(?:(?:{_GAP})?[xXｘＸ](?![A-Za-z]))?")
_BOXES: Final = re.compile(
    rf"(?<![\dA-Za-z])\d(?:{_GAP}\d(?!\d)){{{_SHORTEST_NUMBER},}}"
    rf"(?:{_GAP}[xXｘＸ](?![A-Za-z]))?"
)
"""Forms have a box for each digit of a number."""
_BIRTH: Final = re.compile(
    r"(?:出生(?:日期|年月日?|时间)?|生日|生于)[\s:：(（|｜]{0,4}"
    r"((?:[1１][9９]|[2２][0０])\d\d(?:\s?[年\-－./．]\s?\d{1,2}(?:\s?[月\-－./．]\s?\d{1,2})?|\d{4}))"
    r"(?!\d)"
)
"""A form says 出生日期 before it; any other day is nobody's secret."""
_TOKEN: Final = re.compile(r"\d+|[xXｘＸ]")
_TOKENS_A_NUMBER: Final = 8
_LANDLINE: Final = re.compile(
    rf"(?<!\d)(?:[(（]?0\d{{2,3}}[)）]?|(?:\+|00)?86[\s{_HYPHENS}]?0?[1-9]\d{{1,2}})"
    rf"[\s{_HYPHENS}]{{0,2}}[1-9]\d{{2,3}}[\s{_HYPHENS}]?\d{{4}}(?!\d)"
)
_MOBILE: Final = re.compile(r"(?:(?:00)?86)?0?(1[3-9]\d{9})")
_COUNTRY: Final = ("86", "0086")
_LETTER: Final = re.compile(r"[A-Za-z]")
_BOX: Final = re.compile(r"[\dxXｘＸ]")
_ID: Final = 18
_LENGTHS: Final = range(15, 20)
_ACCOUNTS: Final = range(12, 31)
"""Digits of numbers that are taken for accounts, whatever they are."""
_SERIAL: Final = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{4,6}")
"""Numbers of a day that are counted on, or times: too short for most accounts."""
_GROUP: Final = 4
"""Digits of the groups that long numbers are written in."""
_VISIBLE_END: Final = 4
_ACCOUNT_SHOWN: Final = (3, _VISIBLE_END)
_AREA_CODE: Final = 3
_LANDLINE_END: Final = 3


class Number(NamedTuple):
    """A number in a text: where its characters stand, and which of them may not be seen.

    A day of birth has no ``digits`` to be found by: whoever does not see it could try them all.
    """

    digits: str
    places: tuple[int, ...]
    hidden: tuple[int, ...]


def mask_text(text: str) -> str:
    """Mask ID, telephone, card and account numbers and days of birth in prose, keeping its length.

    Highlights computed on the text stay right.

    >>> mask_text("电话 138-1234-5678。")
    '电话 138-****-5678。'
    """
    found = numbers_in(text)
    if not found:
        return text
    characters = list(text)
    for number in found:
        for place in number.hidden:
            characters[place] = "*"
    return "".join(characters)


def without_numbers(text: str) -> tuple[str, tuple[str, ...]]:
    """Take the numbers out of prose, with line ends in their place; and give them."""
    found = numbers_in(text)
    if not found:
        return text, ()
    characters = list(text)
    for number in found:
        for place in number.places:
            characters[place] = "\n"
    digits = dict.fromkeys(number.digits for number in found if number.digits)
    return "".join(characters), tuple(digits)


def numbers_in(text: str) -> list[Number]:
    """Find the numbers in a text, in order."""
    found = [_birth(each) for each in _BIRTH.finditer(text)] if "生" in text else []
    if len(text) < _SHORTEST_NUMBER or not _CANDIDATE.search(text):
        return found
    found += [number for boxes in _BOXES.finditer(text) for number in _in_boxes(boxes)]
    taken = {place for number in found for place in number.places}
    for number in (number for run in _RUN.finditer(text) for number in _in_run(run)):
        if taken.isdisjoint(number.places):
            found.append(number)
            taken.update(number.places)
    for landline in _LANDLINE.finditer(text):
        number = _landline(landline)
        if taken.isdisjoint(number.places):
            found.append(number)
    return sorted(found, key=lambda number: number.places)


def _birth(found: re.Match[str]) -> Number:
    places = tuple(place for place in range(*found.span(1)) if found.string[place].isdigit())
    return Number("", places, places)


def _in_boxes(boxes: re.Match[str]) -> Iterator[Number]:
    """Find ID numbers in a run of single digits, and whether what is left is a number whole."""
    text, offset = boxes[0], boxes.start()
    places = [token.start() for token in _BOX.finditer(text)]
    digits = "".join(_digit(text[place]) for place in places)
    bounds, start = [0], 0
    while start + _ID <= len(digits):
        if _is_person(digits[start : start + _ID]):
            bounds += [start, start + _ID]
            start += _ID - 1
        start += 1
    for begin, end in pairwise([*bounds, len(digits)]):
        number = digits[begin:end]
        between = text[places[begin] : places[end - 1]] if number else ""
        row = "\n" not in between and _is_account(number, [len(number)])
        shown = _shown_ends(number) or (_ACCOUNT_SHOWN if row else None)
        if shown:
            stands = tuple(offset + place for place in places[begin:end])
            yield Number(number, stands, stands[shown[0] : -shown[1]])


def _in_run(run: re.Match[str]) -> Iterator[Number]:
    """Find the numbers in a run of digits and gaps, taking as many groups together as fit."""
    text, offset = run[0], run.start()
    # Digits behind a letter may be any code: only what proves itself is a number there.
    code = offset > 0 and _LETTER.match(run.string, offset - 1) is not None
    tokens = [token.span() for token in _TOKEN.finditer(text)]
    if sum(stop - start for start, stop in tokens) <= _SHORTEST_NUMBER:
        # A landline of ten digits, which is looked for by itself.
        return
    start = 0
    while start < len(tokens):
        for end in range(min(len(tokens), start + _TOKENS_A_NUMBER), start, -1):
            spans = tokens[start:end]
            places = tuple(offset + place for span in spans for place in range(*span))
            digits = "".join(_digit(text[place - offset]) for place in places)
            groups = [stop - begin for begin, stop in spans]
            shown = _shown_ends(digits) or (
                _ACCOUNT_SHOWN if not code and _is_account(digits, groups) else None
            )
            if shown:
                mobile = _MOBILE.fullmatch(digits)
                hidden = places[shown[0] : -shown[1]]
                yield Number(mobile[1] if mobile else digits, places, hidden)
                start = end - 1
                break
        start += 1


def _digit(char: str) -> str:
    return "X" if char in "xXｘＸ" else str(unicodedata.digit(char))


def _shown_ends(digits: str) -> tuple[int, int] | None:
    """Say how many characters of a person's number may be seen; None for any other number."""
    if _MOBILE.fullmatch(digits):
        return len(digits) - 8, _VISIBLE_END
    if len(digits) in _LENGTHS and (_is_person(digits) or (digits.isdecimal() and _luhn(digits))):
        return 3, _VISIBLE_END
    return None


def _is_person(digits: str) -> bool:
    return digits[:2] in PROVINCES and read_person(_as_18(digits)) is not None


def _is_account(digits: str, groups: list[int]) -> bool:
    """Whether digits may be an account; other groups than of four are dates, or several numbers."""
    whole = len(groups) == 1 or (
        all(size == _GROUP for size in groups[:-1]) and groups[-1] <= _GROUP
    )
    long = len(digits) in _ACCOUNTS and digits.isdecimal()
    return long and whole and not _SERIAL.fullmatch(digits)


def _as_18(digits: str) -> str:
    return lengthen(digits) if len(digits) == 15 and digits.isdecimal() else digits  # noqa: PLR2004


def _luhn(digits: str) -> bool:
    total = 0
    for place, char in enumerate(reversed(digits)):
        doubled = int(char) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 - sum of two digits
    return total % 10 == 0


def _landline(found: re.Match[str]) -> Number:
    text, offset = found[0], found.start()
    places = tuple(offset + place for place, char in enumerate(text) if char.isdigit())
    digits = "".join(_digit(text[place - offset]) for place in places)
    if digits.startswith(_COUNTRY):
        digits = "0" + digits.removeprefix("00").removeprefix("86").removeprefix("0")
    hidden = range(offset + _AREA_CODE, offset + len(text) - _LANDLINE_END)
    return Number(digits, places, tuple(place for place in places if place in hidden))
