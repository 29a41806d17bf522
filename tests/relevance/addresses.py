"""Queries for addresses."""

import re
from collections.abc import Callable, Sequence
from typing import Final

from tests.relevance.facts import (
    ADDRESS,
    DETAILS,
    HAN,
    Asked,
    Customer,
    Keys,
    Maker,
    address,
    road,
    room,
)
from tests.relevance.persons import FULL_WIDTH

_ROOM: Final = re.compile(r"\D*?(\d+)栋(\d+)单元(\d+)室")


def addresses(label: str, keys: Keys) -> Callable[[Callable[..., str | None]], None]:
    """Enter what people do to an address, given in parts."""

    def enter(function: Callable[..., str | None]) -> None:
        def phenomenon(make: Maker, customer: Customer) -> Asked | None:
            whole = customer.get("address", "")
            found = ADDRESS.fullmatch(whole)
            if not found or not found["region"]:
                return None
            levels = customer["region"].split("/")[1:]
            text = function(make, levels, found["road"], found["number"], found["rest"])
            return Asked(text, keys, next(iter(keys(customer)))) if text else None

        DETAILS[f"address: {label}"] = phenomenon

    return enter


@addresses("exact", address)
def _whole(_: Maker, levels: Sequence[str], road: str, number: str, rest: str) -> str:
    return f"{''.join(levels)}{road}{number}号{rest}"


@addresses("short regions", address)
def _short_regions(_: Maker, levels: Sequence[str], road: str, number: str, rest: str) -> str:
    return f"{''.join(map(shortened, levels))}{road}{number}号{rest}"


@addresses("without the province", address)
def _no_province(_: Maker, levels: Sequence[str], road: str, number: str, rest: str) -> str | None:
    return f"{''.join(levels[1:])}{road}{number}号{rest}" if len(levels) > 1 else None


@addresses("city and road", room)
def _city(_: Maker, levels: Sequence[str], road: str, number: str, rest: str) -> str | None:
    if len(levels) < 3:
        return None
    return f"{shortened(levels[1])}{road}{number}号{rest}"


@addresses("road and number", road)
def _road(_: Maker, __: Sequence[str], road: str, number: str, ___: str) -> str:
    return f"{road}{number}号"


@addresses("road and bare number", road)
def _bare(_: Maker, __: Sequence[str], road: str, number: str, ___: str) -> str:
    return f"{road}{number}"


@addresses("# for 号", room)
def _hash(_: Maker, __: Sequence[str], road: str, number: str, rest: str) -> str:
    return f"{road}{number}#{rest}"


@addresses("room with dashes", room)
def _room_dashes(_: Maker, __: Sequence[str], road: str, number: str, rest: str) -> str | None:
    found = _ROOM.fullmatch(rest)
    if not found:
        return None
    estate = rest[: rest.index(found[1])]
    return f"{road}{number}号{estate}{found[1]}-{found[2]}-{found[3]}"


@addresses("Han numerals", road)
def _han(_: Maker, __: Sequence[str], road: str, number: str, ___: str) -> str:
    return f"{road}{number.translate(HAN)}号"


@addresses("Han numerals, hundreds", road)
def _hundreds(_: Maker, __: Sequence[str], road: str, number: str, ___: str) -> str:
    return f"{road}{_in_words(int(number))}号"


@addresses("homophone in the road", room)
def _homophone(make: Maker, __: Sequence[str], road: str, number: str, rest: str) -> str | None:
    places = [place for place, char in enumerate(road) if char in _SOUNDS]
    if not places:
        return None
    place = make.rng.choice(places)
    return f"{road[:place]}{_SOUNDS[road[place]]}{road[place + 1 :]}{number}号{rest}"


@addresses("a character missing", address)
def _missing_character(
    make: Maker, levels: Sequence[str], road: str, number: str, rest: str
) -> str:
    text = f"{''.join(levels)}{road}{number}号{rest}"
    places = [place for place, char in enumerate(text) if not char.isdigit()]
    place = make.rng.choice(places)
    return text[:place] + text[place + 1 :]


@addresses("full width", address)
def _wide_address(_: Maker, levels: Sequence[str], road: str, number: str, rest: str) -> str:
    return f"{''.join(levels)}{road}{number}号{rest}".translate(FULL_WIDTH)


_SOUNDS: Final = dict(
    zip(
        "槐树街黄河青年建设解放胜利民主和平中山学府振兴光明工农",
        "怀术阶皇和清念健社姐方圣力明珠河评终三雪夫震星广名公浓",
        strict=True,
    )
)
_SHORTENED: Final = re.compile(
    r"(?:维吾尔自治区|壮族自治区|回族自治区|自治区|哈萨克自治州|自治州|省|市|区|县)$"
)


def shortened(level: str) -> str:
    """Leave out what kind of place it is."""
    short = _SHORTENED.sub("", level)
    return short if len(short) > 1 else level


def _in_words(number: int) -> str:
    digits = "零一二三四五六七八九"
    hundreds, below = divmod(number, 100)
    tens, ones = divmod(below, 10)
    text = f"{digits[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else digits[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (digits[ones] if ones else "")
