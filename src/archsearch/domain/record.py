"""A record (档案): one customer's file as the archive keeps it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType, TypeAlias, Union

RecordId = NewType("RecordId", str)

JsonValue: TypeAlias = Union[str, int, float, bool, list["JsonValue"], dict[str, "JsonValue"], None]
"""What a schema field may hold once normalised; dates are ISO 8601 strings, regions and
departments paths."""

Values: TypeAlias = dict[str, JsonValue]
"""Field values by top-level schema key; empty fields are absent."""


class Status(StrEnum):
    """The life of a record, as far as search cares."""

    ACTIVE = "在档"
    BORROWED = "借出"
    FROZEN = "冻结"
    CLOSED = "销户"
    DESTROYED = "已销毁"


class Origin(StrEnum):
    """Where a value came from."""

    GIVEN = "given"
    DERIVED = "derived"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Record:
    """A stored record: normalised values, and beside them the original text of what was changed.

    ``values`` holds the normalised fields, ``original`` the text as it arrived for fields that
    normalisation altered,
    ``origins`` marks fields that were not given. ``version`` counts from 1.
    """

    record_id: RecordId
    version: int
    values: Values
    original: Mapping[str, JsonValue] = field(default_factory=dict)
    origins: Mapping[str, Origin] = field(default_factory=dict)
    quality: int = 100

    @property
    def owner(self) -> str:
        """The user who created the record."""
        return str(self.values.get("owner", ""))

    @property
    def department(self) -> str:
        """Department path, e.g. ``华东分行/信贷部``."""
        return str(self.values.get("department", ""))

    @property
    def secrecy(self) -> str:
        """Secrecy label of the vocabulary."""
        return str(self.values.get("secrecy", ""))


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """One entry of a record's history."""

    record_id: RecordId
    version: int
    values: Values
    changed_by: str
    changed_at: datetime


def values_at(values: Mapping[str, Any], key: str) -> Iterator[Any]:
    """Yield every scalar at a dotted schema key, walking through lists and groups.

    >>> list(values_at({"contacts": [{"name": "甲"}, {"name": "乙"}]}, "contacts.name"))
    ['甲', '乙']
    """
    head, _, rest = key.partition(".")
    found = values.get(head)
    items = found if isinstance(found, list) else [found]
    for item in items:
        if item is None:
            continue
        if not rest:
            yield item
        elif isinstance(item, Mapping):
            yield from values_at(item, rest)
