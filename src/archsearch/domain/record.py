"""A record (档案): one customer's file as the archive keeps it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final, NewType, TypeAlias, Union

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
    DELETED = "已删除"
    DESTROYED = "已销毁"


GONE: Final = frozenset({Status.DELETED, Status.DESTROYED})
"""What no search finds any more."""


class Origin(StrEnum):
    """Where a value came from."""

    GIVEN = "given"
    FILE_NAME = "file_name"
    FOLDER = "folder"
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

    @property
    def status(self) -> str:
        """Label of the vocabulary, or one that only archsearch gives."""
        return str(self.values.get("status", ""))

    @property
    def searchable(self) -> bool:
        """Whether it is to be found at all."""
        return self.values.get("status") not in GONE


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What became of one field; None stands for nothing.

    Of a ``concealed`` one no more is told than that it changed.
    """

    field: str
    old: JsonValue = None
    new: JsonValue = None
    concealed: bool = False


@dataclass(frozen=True, slots=True)
class RecordVersion:
    """One entry of a record's history.

    ``cause`` says where it came from: ``source`` and ``row`` of what was taken in, ``reason``,
    ``proposal`` and who made it (``proposed_by``), or ``deed``. ``changes`` are those since the
    version before, as far as they are told; of a first version there are none.
    """

    record_id: RecordId
    version: int
    values: Values
    changed_by: str
    changed_at: datetime
    cause: Mapping[str, str] = field(default_factory=dict)
    changes: tuple[FieldChange, ...] = ()


WORKED_OUT: Final = frozenset({"updated_at", "quality"})
"""Fields that are worked out anew for every version."""


def changed_keys(before: Values, after: Values) -> list[str]:
    """List the fields in which two versions differ in what somebody could have said."""
    keys = dict.fromkeys((*before, *after))
    return [k for k in keys if k not in WORKED_OUT and before.get(k) != after.get(k)]


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
