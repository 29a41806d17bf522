"""What a reader found in a cell, as text or as JSON; and the ways of saying "nothing"."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, TypeAlias

from archsearch.domain.record import JsonValue
from archsearch.ingest.faults import Fault

Faults: TypeAlias = list[Fault]
"""Where a normaliser puts what it finds wrong."""
FieldNormaliser: TypeAlias = Callable[[Any, Faults], JsonValue]
"""Normalises one cell; None when it holds nothing usable."""

_DEEPEST: Final = 20
_LARGEST: Final = 10**40
EXACT_FLOAT: Final = 10**15
"""Spreadsheets keep 15 significant digits; longer whole numbers have lost their end."""

_EMPTY_WORDS: Final = ("无", "暂无", "没有", "未知", "不详", "未填", "未填写", "空")
_EMPTY_SIGNS: Final = ("-", "--", "---", "—", "——", "/", "\\", "0000-00-00")
_EMPTY_EXPORTS: Final = ("n/a", "na", "null", "none", "nil", "nan")
_EMPTY_SHEETS: Final = ("#n/a", "#null!", "#value!", "#ref!", "#name?", "#div/0!")
PLACEHOLDERS: Final = frozenset((*_EMPTY_WORDS, *_EMPTY_SIGNS, *_EMPTY_EXPORTS, *_EMPTY_SHEETS))
"""What people and exports write where a typed field is empty."""


def is_blank(cell: object) -> bool:
    """Whether nothing was given at all."""
    if isinstance(cell, str):
        return not cell.strip()
    return cell is None or cell in ([], {}, ()) or cell != cell  # noqa: PLR0124 - NaN


def is_placeholder(text: str) -> bool:
    """Whether a text only says that there is no value."""
    return text.casefold() in PLACEHOLDERS


def as_text(cell: object, faults: Faults) -> str | None:
    """Write a cell as text; a list or group where one value belongs is a fault.

    >>> as_text(13812345678.0, [])
    '13812345678'
    """
    if isinstance(cell, str):
        return cell
    if (
        isinstance(cell, (list, tuple))
        and len(cell) == 1
        and not isinstance(cell[0], (list, tuple))
    ):
        return as_text(cell[0], faults)
    if isinstance(cell, (int, float)):
        return _number_text(cell, faults)
    if isinstance(cell, date):
        return str(cell)
    if not is_blank(cell):
        faults.append(Fault("value_invalid", "这里只能填一个值，不能是列表或嵌套内容。"))
    return None


def _number_text(number: float, faults: Faults) -> str | None:
    if isinstance(number, bool):
        return "是" if number else "否"
    if abs(number) >= _LARGEST and isinstance(number, int):
        faults.append(Fault("value_invalid", "数字过大，请核对后重新填写。"))
        return None
    if isinstance(number, float) and number.is_integer() and abs(number) < EXACT_FLOAT:
        return str(int(number))
    return str(number)


def is_altered(cell: object, value: JsonValue) -> bool:
    """Whether a normalised value no longer says what the cell did, letter by letter.

    ``"12"`` that became 12, or a date its ISO text, is only written in another way.
    """
    if value == cell or is_blank(cell):
        return False
    return value is None or isinstance(value, (list, dict)) or str(cell) != str(value)


def as_json(cell: object, depth: int = 0) -> JsonValue:
    """Write a cell so that it can be kept as JSON beside the normalised value."""
    if isinstance(cell, str):
        # A lone surrogate cannot be written as UTF-8; what it stood for is lost already.
        return cell if cell.isascii() else cell.encode("utf-8", "replace").decode()
    if isinstance(cell, (Mapping, list, tuple)):
        return _nested_json(cell, depth + 1) if depth < _DEEPEST else None
    plain = cell is None or isinstance(cell, bool)
    if plain or (isinstance(cell, (int, float)) and abs(cell) < EXACT_FLOAT):
        return cell  # type: ignore[return-value] # one of the plain kinds
    return hex(cell) if isinstance(cell, int) else str(cell)


def _nested_json(cell: Mapping[Any, Any] | list[Any] | tuple[Any, ...], depth: int) -> JsonValue:
    if isinstance(cell, Mapping):
        return {str(as_json(key)): as_json(value, depth) for key, value in cell.items()}
    return [as_json(item, depth) for item in cell]
