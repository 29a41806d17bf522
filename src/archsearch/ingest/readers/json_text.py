"""Parsing one JSON text strictly: no duplicate keys, no NaN, no monstrous numbers or depth.

The standard library's decoder is used, which keeps numbers of any length exact and shows every
pair of an object. What is plain is read by a faster one beforehand (:func:`plain_object`): twice as
many rows a second.
"""

import json
import math
import re
from collections.abc import Iterable, Iterator
from typing import Any

import orjson

from archsearch.ingest.readers.faults import (
    Fault,
    cell_too_long,
    column_name,
    not_an_object,
    too_deep,
    too_long,
    too_many_columns,
)
from archsearch.ingest.readers.limits import Limits

_LONGEST_INTEGER = 40
LARGEST_INTEGER = 10**_LONGEST_INTEGER
MONSTROUS = Fault("json_number", "数字大得超出范围；号码请加引号写成文字。")
_HALF_CHARACTER = Fault("encoding", "含有无法保存的半个字符（\\ud800 一类），请改正后再试。")
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")
_SPACE = re.compile(r"[ \t\r\n]*")


_KEY_END = re.compile(r'"[ \t\r\n]*:')
_SIMPLE = frozenset({str, int, bool, type(None)})


def plain_object(text: str, limits: Limits) -> dict[str, Any] | None:
    """Read a text that is one row and surely nothing that :class:`JsonText` would object to.

    Returns:
        The object, or None for whatever has to be read closely: no object, a syntax error, a
        number with a fraction or of many digits, deep nesting, or perhaps a duplicate key.
    """
    if len(text) > limits.max_cell_chars or limits.max_depth <= _PLAIN_DEPTH:
        return None
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(found, dict) or len(found) > limits.max_columns:
        return None
    pairs = _pairs(found, _PLAIN_DEPTH - 1)
    # Every pair has a colon, so that as many pairs as colons leave no room for a second one of the
    # same key. Colons inside of texts do no harm unless they follow a quote.
    sure = pairs == text.count(":") or pairs == len(_KEY_END.findall(text))
    return found if sure else None


_PLAIN_DEPTH = 4
_DOUBT = -(10**9)


def _pairs(value: dict[str, Any] | list[Any], depth: int) -> int:
    """Count the pairs of all objects inside; far below nothing where something is not simple."""
    pairs = 0
    items: Iterable[Any] = value
    if isinstance(value, dict):
        pairs, items = len(value), value.values()
    for item in items:
        if type(item) in _SIMPLE:
            continue
        if type(item) is float or not depth:
            return _DOUBT
        pairs += _pairs(item, depth - 1)
    return pairs


class TooDeepError(ValueError):
    """The text nests so deeply that its end cannot be found."""


class JsonText:
    """A strict parser of JSON values inside a longer text.

    What is wrong with the content of a value (a duplicate key, NaN) does not hide where the value
    ends, so that the values after it can still be read.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._fault: Fault | None = None
        self._decoder = json.JSONDecoder(
            object_pairs_hook=self.unique,
            parse_int=self._integer,
            parse_float=self._float,
            parse_constant=self._constant,
        )

    def value(self, text: str, start: int) -> tuple[Any, int, Fault | None]:
        """Parse the value that begins at ``start``.

        Returns:
            The value, the index behind it, and what is wrong with it, if anything.

        Raises:
            json.JSONDecodeError: It is no JSON, or ends too early.
            TooDeepError: It nests beyond the interpreter's stack.
        """
        self._fault = None
        try:
            value, end = self._decoder.raw_decode(text, start)
        except RecursionError as exc:
            raise TooDeepError from exc
        return value, end, self._fault or self._check(value, text, start, end)

    def unique(self, pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        """Build an object, noting duplicate keys as the fault of the value being parsed."""
        listed = list(pairs)
        found = dict(listed)
        if len(found) != len(listed):
            self._fault = duplicate_key(listed)
        return found

    def _check(self, value: object, text: str, start: int, end: int) -> Fault | None:
        limits = self._limits
        if end - start > limits.max_row_bytes:
            return too_long(limits.max_row_bytes)
        # Brackets are counted, not matched: a cheap bound that clears nearly every row.
        opened = text.count("{", start, end) + text.count("[", start, end)
        if opened > limits.max_depth and depth_of(value) > limits.max_depth:
            return too_deep(limits.max_depth)
        if end - start > limits.max_cell_chars and longest_text(value) > limits.max_cell_chars:
            return cell_too_long(limits.max_cell_chars)
        if _SURROGATE_ESCAPE.search(text, start, end) and not encodable(value):
            return _HALF_CHARACTER
        return None

    def _integer(self, digits: str) -> int | None:
        if len(digits) <= _LONGEST_INTEGER:
            return int(digits)
        self._fault = MONSTROUS
        return None

    def _float(self, digits: str) -> float | None:
        number = float(digits)
        if math.isfinite(number):
            return number
        self._fault = MONSTROUS
        return None

    def _constant(self, name: str) -> None:
        self._fault = Fault("json_number", f"{name} 不是合法的数字，请改为空值或实际数字。")


def row_fault(value: object, limits: Limits) -> Fault | None:
    """Tell what keeps a parsed value from being a row, if anything."""
    if not isinstance(value, dict):
        return not_an_object()
    if len(value) > limits.max_columns:
        return too_many_columns(limits.max_columns)
    return None


def content_fault(value: object, limits: Limits) -> Fault | None:
    """Tell what makes a value of a program's own making unfit, if anything."""
    if depth_of(value) > limits.max_depth:
        return too_deep(limits.max_depth)
    if longest_text(value) > limits.max_cell_chars:
        return cell_too_long(limits.max_cell_chars)
    if any(isinstance(leaf, float) and not math.isfinite(leaf) for leaf in _leaves(value)):
        return MONSTROUS
    return None if encodable(value) else _HALF_CHARACTER


def duplicate_key(pairs: Iterable[tuple[str, Any]]) -> Fault:
    """Build the fault of an object that has a key twice, naming it."""
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            break
        seen.add(key)
    name = column_name(key)
    return Fault("json_duplicate_key", f"同一条里 {name} 出现了两次，无法判断以哪个为准。")


def skip_space(text: str, index: int) -> int:
    """Find the next character that is no JSON white space."""
    match = _SPACE.match(text, index)
    return match.end() if match else index


def depth_of(value: object) -> int:
    """Measure how deeply lists and dicts nest, without recursion.

    >>> depth_of([{"a": 1}])
    2
    """
    depth, level = 0, [value]
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        level = [
            child for item in level for child in (item.values() if isinstance(item, dict) else item)
        ]
    return depth


def longest_text(value: object) -> int:
    """Measure the longest text inside a value."""
    return max((len(text) for text in _texts(value)), default=0)


def encodable(value: object) -> bool:
    """Tell whether every text inside a value can be written as UTF-8."""
    try:
        for text in _texts(value):
            text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _texts(value: object) -> Iterator[str]:
    return (leaf for leaf in _leaves(value) if isinstance(leaf, str))


def _leaves(value: object) -> Iterator[object]:
    """Yield everything inside a value that is no list or dict; keys too."""
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            stack.extend(item)
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
        else:
            yield item
