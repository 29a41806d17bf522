"""Chinese numerals, plain and financial, alone or mixed with Arabic figures."""

import re
from decimal import Decimal, InvalidOperation
from typing import Final

_DIGITS: Final = {
    char: value
    for value, chars in enumerate(
        (
            "零〇○",
            "一壹弌幺",
            "二贰貳两兩",
            "三叁參",
            "四肆",
            "五伍",
            "六陆陸",
            "七柒",
            "八捌",
            "九玖",
        )
    )
    for char in chars
}
_HAN_DIGITS: Final = str.maketrans("0123456789", "〇一二三四五六七八九")
_SMALL_UNITS: Final = {
    "十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000,
}  # fmt: skip
_LARGE_UNITS: Final = (("亿", 10**8), ("万", 10**4))
_SYNONYMS: Final = str.maketrans("億萬廿", "亿万𠄞")
_ARABIC: Final = re.compile(r"(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:\.[0-9]+)?")
_NUMERAL_CHARS: Final = frozenset("".join([*_DIGITS, *_SMALL_UNITS, "亿万億萬点"]))
_ZERO: Final = Decimal(0)


def is_numeral(char: str) -> bool:
    """Whether a character is part of Chinese numerals."""
    return char in _NUMERAL_CHARS


def write_digits(figures: str) -> str:
    """Write Arabic figures as a row of Chinese digits.

    >>> write_digits("105")
    '一〇五'
    """
    return figures.translate(_HAN_DIGITS)


def write_number(number: int) -> str:
    """Write a number from 1 to 9999 in Chinese numerals.

    >>> [write_number(number) for number in (15, 105, 110, 1005)]
    ['十五', '一百零五', '一百一十', '一千零五']
    """
    written = ""
    for figure, unit in zip(f"{number:04d}", ("千", "百", "十", ""), strict=True):
        if figure != "0":
            written += figure + unit
        elif written and not written.endswith("0"):
            written += "0"
    text = written.rstrip("0").replace("0", "零").translate(_HAN_DIGITS)
    return text.removeprefix("一") if text.startswith("一十") else text


def read_digits(text: str) -> str | None:
    """Read a row of Chinese digits without units, as in years.

    >>> read_digits("二〇二四")
    '2024'
    """
    try:
        return "".join(str(_DIGITS[char]) for char in text)
    except KeyError:
        return None


def read_number(text: str) -> Decimal | None:
    """Read a non-negative number in Arabic figures, Chinese numerals, or both.

    >>> read_number("1,234.5"), read_number("一百二十万"), read_number("3亿5000万")
    (Decimal('1234.5'), Decimal('1200000'), Decimal('350000000'))
    """
    if _ARABIC.fullmatch(text):
        return _decimal(text)
    return _large(text.translate(_SYNONYMS), 0)


def _decimal(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(",", ""))
    except InvalidOperation:  # pragma: no cover - the pattern allows only what Decimal reads
        return None


def _large(text: str, level: int) -> Decimal | None:
    """Read a numeral whose highest unit is ``_LARGE_UNITS[level]`` or a smaller one."""
    if level == len(_LARGE_UNITS):
        return _small(text)
    unit, value = _LARGE_UNITS[level]
    head, found, tail = text.partition(unit)
    if not found:
        return _large(text, level + 1)
    high = _large(head, level + 1) if head else None
    low = _tail(tail, value, level + 1)
    return None if high is None or low is None else high * value + low


def _tail(text: str, unit: int, level: int) -> Decimal | None:
    """Read what follows a unit: nothing, a lower number, or one digit of the next lower unit."""
    if not text:
        return _ZERO
    if text in _DIGITS:
        return Decimal(_DIGITS[text]) * (unit // 10)
    low = _large(text.lstrip("零〇○"), level)
    return low if low is not None and low < unit else None


def _small(text: str) -> Decimal | None:
    """Read a numeral below ten thousand, or an Arabic number with 十, 百, 千 behind it."""
    if _ARABIC.fullmatch(text):
        return _decimal(text)
    whole, point, fraction = text.partition("点")
    if point:
        return _with_fraction(whole, fraction)
    for char, value in _SMALL_UNITS_DESCENDING:
        head, found, tail = text.partition(char)
        if found:
            return _around(head, value, tail)
    digits = read_digits(text) if text else None
    return Decimal(digits) if digits and (len(digits) == 1 or digits[0] != "0") else None


_SMALL_UNITS_DESCENDING: Final = sorted(_SMALL_UNITS.items(), key=lambda item: -item[1])


def _around(head: str, value: int, tail: str) -> Decimal | None:
    """Read ``head`` times a small unit plus ``tail``; a bare 十 counts one."""
    high = Decimal(1) if not head and value == 10 else _small(head) if head else None  # noqa: PLR2004 - 十
    if high is None or (high >= 10 and not _ARABIC.fullmatch(head)):  # noqa: PLR2004 - one digit
        return None
    if not tail:
        return high * value
    colloquial = tail in _DIGITS and value > 10 and tail not in "零〇○"  # noqa: PLR2004 - 一百二
    low = Decimal(_DIGITS[tail] * value // 10) if colloquial else _small(tail.lstrip("零〇○"))
    return None if low is None or low >= value else high * value + low


def _with_fraction(whole: str, fraction: str) -> Decimal | None:
    high, digits = _small(whole), read_digits(fraction)
    return None if high is None or not digits else high + Decimal(f"0.{digits}")
