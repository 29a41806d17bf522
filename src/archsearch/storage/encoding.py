"""How values are written in columns: times as sortable UTC text, JSON as compact text."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

import orjson
from sqlalchemy import Dialect, Text
from sqlalchemy.types import TypeDecorator

from archsearch.errors import InvalidRequestError
from archsearch.storage.failures import damaged

_Member = TypeVar("_Member", bound=StrEnum)
_Value = TypeVar("_Value")


def time_text(moment: datetime) -> str:
    """Write a moment so that texts sort as moments do: ``2024-03-05T01:02:03.000000Z``.

    One that has no place in the calendar there is the first or the last that has.
    """
    if moment.tzinfo is None:
        raise ValueError("a stored time must be aware")
    try:
        plain = moment.astimezone(UTC).replace(tzinfo=None)
    except OverflowError:
        plain = datetime.min if moment.year == 1 else datetime.max  # noqa: DTZ901 - as above
    return plain.isoformat(timespec="microseconds") + "Z"


def json_text(value: object) -> str:
    """Write a JSON value as it stands.

    Raises:
        InvalidRequestError: It cannot be JSON (half of a surrogate pair, a number over 64 bits).
    """
    return _dump(value, 0).decode()


def canonical_json(value: object) -> str:
    """Write a JSON value with sorted keys, so that equal values give equal texts."""
    return canonical_bytes(value).decode()


def canonical_bytes(value: object) -> bytes:
    """Write the same as UTF-8, to be digested."""
    return _dump(value, orjson.OPT_SORT_KEYS)


def json_bytes(value: object) -> bytes:
    """Write a JSON value as it stands as UTF-8, to be digested."""
    return _dump(value, 0)


def _dump(value: object, option: int) -> bytes:
    try:
        return orjson.dumps(value, option=option)
    except orjson.JSONEncodeError as error:
        raise InvalidRequestError("内容含有无法保存的字符或过大的数值，请更正后重试。") from error


def read_time(text: str) -> datetime:
    """Read a moment back.

    Raises:
        StoreError: The text is damaged.
    """
    return _read(datetime.fromisoformat, text)


def read_member(kind: type[_Member], text: str) -> _Member:
    """Read a member of a closed set back.

    Raises:
        StoreError: The text is damaged.
    """
    return _read(kind, text)


def _read(read: Callable[[str], _Value], text: str) -> _Value:
    try:
        return read(text)
    except ValueError:
        raise damaged() from None


class UtcTime(TypeDecorator[datetime]):
    """An aware moment."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Write the moment."""
        return None if value is None else time_text(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Read the moment."""
        return None if value is None else read_time(value)


def read_object(text: str | None) -> dict[str, Any]:
    """Read a JSON object back; a missing one is empty.

    Raises:
        StoreError: The text is damaged.
    """
    if not text:
        return {}
    try:
        found = orjson.loads(text)
    except orjson.JSONDecodeError:
        # The decoder's error holds the whole document.
        raise damaged() from None
    if not isinstance(found, dict):
        raise damaged()
    return found


def read_list(content: bytes) -> list[Any]:
    """Read a JSON list of objects back, one at least.

    Raises:
        StoreError: The content is damaged.
    """
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        raise damaged() from None
    if not isinstance(found, list) or not found or not all(isinstance(o, dict) for o in found):
        raise damaged()
    return found


def read_array(text: str) -> list[Any]:
    """Read a JSON array back.

    Raises:
        StoreError: The text is damaged.
    """
    found = _read(orjson.loads, text)
    if not isinstance(found, list):
        raise damaged()
    return found


def object_text(value: Mapping[str, object]) -> str | None:
    """Write a JSON object, an empty one as nothing."""
    return json_text(value) if value else None
