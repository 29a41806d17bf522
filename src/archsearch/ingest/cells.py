"""Reading what people put into one cell: several values, or whole entries of a group."""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

from archsearch.domain.schema import FieldSpec, FieldType
from archsearch.ingest.readers.json_text import JsonText
from archsearch.ingest.readers.limits import DEFAULT_LIMITS

_HAN = r"[\u3400-\u9fff\U00020000-\U0003ffff）】]"
_WORDS = re.compile(rf"[、;；|\n]+|(?<={_HAN})[,，]|[,，](?={_HAN})")
_TAGS = re.compile(rf"[、，,;；|\n#]+|(?<={_HAN})\s+(?={_HAN})")
_NUMBERS = re.compile(r"[、，,;；|/\n]+")
_LINES = re.compile(r"[;；|\n]+")
_SEPARATORS = {
    FieldType.NAME: _WORDS,
    FieldType.KEYWORD: _WORDS,
    FieldType.TAGS: _TAGS,
    FieldType.PHONE: _NUMBERS,
    FieldType.ID_NUMBER: _NUMBERS,
    FieldType.EMAIL: _NUMBERS,
}
_JOINTS = {FieldType.TEXT: "\n", FieldType.REGION: "/", FieldType.ADDRESS: ""}
_FORMULA_TEXT = re.compile(r'="([^"]*)"')
_SERIAL_DATE = re.compile(r"\d{5}(?:\.\d+)?")
_NOTHING: tuple[object, ...] = (None, [], {})
_BRACKETS = ("[", "{")
_QUOTES = ("=", "'")
_MARKED = re.compile(r"'[\s\u200b\ufeff]*[=+\-@＝＋－＠]")
_SPECIAL = frozenset((*_BRACKETS, *_QUOTES))
_LARGEST_EXACT = 10**15

_ENTRIES = re.compile(r"[;；|\n]+")
_PARTS = re.compile(r"[/,，、\s()（）]+")
_PAIR = re.compile(r"\s*([^:：=]{1,20})[:：=]\s*(.+)", re.DOTALL)
_PHONE = re.compile(r"\+?\d[-\d]{6,19}(?:转\d+)?")
_ID_NUMBER = re.compile(r"\d{15}|\d{17}[\dXx]|[0-9A-HJ-NP-RT-UW-Y]{18}")
_DATE = re.compile(r"\d{4}(?:[-.]\d{1,2}){1,2}|\d{8}|\d{4}年(?:\d{1,2}月)?(?:\d{1,2}日)?")
_AMOUNT = re.compile(r"[-￥¥]?\d+(?:\.\d+)?(?:[十百千]?[万亿])?元?")
_SHAPES = (
    (FieldType.ID_NUMBER, _ID_NUMBER),
    (FieldType.DATE, _DATE),
    (FieldType.PHONE, _PHONE),
    (FieldType.AMOUNT, _AMOUNT),
    (FieldType.NUMBER, _AMOUNT),
)

Read = Callable[[object], Any]
"""Reads the cells of one column; gives None, or no items, for a cell that says nothing."""

Resolve = Callable[[str], tuple[FieldSpec, str] | None]
"""Finds the member of a group, and the unit, that a name means."""


def plain(value: object) -> Any:
    """Reduce a cell to what later steps know: text, int, float, date, list, dict or None.

    Undoes what spreadsheets do to keep text as text: ``="00123"``, a leading apostrophe.
    """
    if isinstance(value, str):
        text = value.strip()
        if text[:1] in _QUOTES:
            text = _unquoted(text)
        return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text or None
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < _LARGEST_EXACT:
        return int(value)
    if value is None or isinstance(value, int | float | date | list | dict):
        return value
    return list(value) if isinstance(value, tuple | set | frozenset) else str(value)


def _unquoted(text: str) -> str:
    formula = _FORMULA_TEXT.fullmatch(text)
    if formula:
        return formula[1].strip()
    # As spreadsheets, and tables written here, mark what is to stay text: '00123, '=1+1.
    marked = text[0] == "'" and (text[1:2].isdigit() or _MARKED.match(text) is not None)
    return text[1:] if marked else text


def structured(value: object) -> Any:
    """Parse text that is a JSON list or object; give anything else back as it is."""
    if not isinstance(value, str) or value[:1] not in _BRACKETS:
        return value
    try:
        parsed, end, fault = JsonText(DEFAULT_LIMITS).value(value, 0)
    except ValueError:
        return value
    return value if fault or end < len(value) else parsed


def as_text(value: object) -> str:
    """Write a value as a person would into a cell; nested values as JSON.

    >>> as_text({"金额": 1.5, "日期": date(2024, 3, 5)})
    '{"金额": 1.5, "日期": "2024-03-05"}'
    """
    value = plain(value)
    if value is None:
        return ""
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=as_text)
    return value.isoformat() if isinstance(value, date) else str(value)


def split(value: object, spec: FieldSpec) -> list[Any]:
    """Read a plain cell as the values of a repeated field."""
    value = structured(value)
    if isinstance(value, str):
        parts = _SEPARATORS.get(spec.type, _LINES).split(value)
        return [text for part in parts if (text := part.strip())]
    items = value if isinstance(value, list) else [value]
    found = (scalar(plain(item), spec) for item in items)
    return [item for item in found if item is not None]


def scalar(value: object, spec: FieldSpec, unit: str = "") -> Any:
    """Read a plain cell as the one value of a field; several different ones are joined."""
    if isinstance(value, str):
        if value[:1] in _BRACKETS:
            value = _joined(value, spec)
        elif spec.type is FieldType.DATE and _SERIAL_DATE.fullmatch(value):
            # Excel's day number; as text it comes out of the file of rejected rows.
            return plain(float(value))
    elif isinstance(value, list | dict):
        value = _joined(value, spec)
    if isinstance(value, list | dict):
        return as_text(value)
    if unit and spec.type is FieldType.AMOUNT and value is not None:
        text = as_text(value)
        return text + unit if text[-1:].isdigit() else text
    return value


def reader(spec: FieldSpec, unit: str = "") -> Read:
    """Make what reads the cells of a column, with a short way for those that are plain text."""
    by_unit = bool(unit) and spec.type is FieldType.AMOUNT
    dated = spec.type is FieldType.DATE

    def read(cell: object) -> Any:
        if type(cell) is str and not by_unit:
            text = cell.strip()
            # A dash tells that a date is no spreadsheet's day number.
            if text and text[0] not in _SPECIAL and "\r" not in text and (not dated or "-" in text):
                return text
        return scalar(plain(cell), spec, unit)

    def read_many(cell: object) -> list[Any]:
        if type(cell) is list:
            return [value for item in cell if (value := read(item)) is not None]
        return split(plain(cell), spec)

    return read_many if spec.many else read


def entries(text: str, group: FieldSpec, resolve: Resolve) -> list[dict[str, Any]]:
    """Read free text as entries of a group, as well as it goes.

    ``张三/13800000000; 李四/139…`` by the look of the parts, ``姓名:张三 …`` by their names. Parts
    that look like nothing else fill the remaining fields in order of the schema.
    """
    parts = [part for part in _ENTRIES.split(text) if part.strip()]
    named = _named_entries(parts, resolve)
    if named:
        return named
    found = (_entry([word for word in _PARTS.split(part) if word], group) for part in parts)
    return [entry for entry in found if entry]


def _named_entries(parts: Sequence[str], resolve: Resolve) -> list[dict[str, Any]]:
    """Read 姓名:张三; 电话:139…; a name that comes again begins another entry."""
    found: list[dict[str, Any]] = [{}]
    for part in parts:
        pair = _PAIR.fullmatch(part)
        match = resolve(pair[1]) if pair else None
        if not (pair and match):
            return []
        spec, unit = match
        key = spec.key.rpartition(".")[2]
        if key in found[-1]:
            found.append({})
        found[-1][key] = scalar(pair[2], spec, unit)
    return found if found[0] else []


def _joined(value: object, spec: FieldSpec) -> Any:
    found = structured(value)
    if isinstance(found, dict) and spec.type in (FieldType.REGION, FieldType.ADDRESS):
        found = list(found.values())
    if not isinstance(found, list):
        # An object in a text is somebody's text.
        return value
    kept = {as_text(item): plain(item) for item in found if plain(item) not in _NOTHING}
    if len(kept) <= 1:
        return next(iter(kept.values()), None)
    return _JOINTS.get(spec.type, "；").join(kept)


def _entry(words: Sequence[str], group: FieldSpec) -> dict[str, Any]:
    open_fields = {spec.key.rpartition(".")[2]: spec for spec in group.fields}
    found: dict[str, Any] = {}
    rest = []
    for word in words:
        key = next(_fitting(word, open_fields), None)
        if key:
            found[key] = word
            del open_fields[key]
        else:
            rest.append(word)
    return found | _fill(rest, open_fields)


def _fitting(word: str, fields: dict[str, FieldSpec]) -> Iterator[str]:
    for kind, shape in _SHAPES:
        if shape.fullmatch(word):
            yield from (key for key, spec in fields.items() if spec.type is kind)


def _fill(words: Sequence[str], fields: dict[str, FieldSpec]) -> dict[str, Any]:
    """Give what is left to the textual fields; a single word is a name before it is a keyword."""
    places = [
        key
        for key, spec in fields.items()
        if spec.type in (FieldType.NAME, FieldType.KEYWORD, FieldType.TEXT)
    ]
    if len(words) < len(places):
        places.sort(key=lambda key: fields[key].type is not FieldType.NAME)
        places = [key for key in fields if key in places[: len(words)]]
    found: dict[str, Any] = dict(zip(places, words, strict=False))
    if places and len(words) > len(places):
        found[places[-1]] = " ".join(words[len(places) - 1 :])
    return found
