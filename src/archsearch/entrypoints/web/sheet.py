"""A record laid out in sections, and the form that changes it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from archsearch.domain.record import Record
from archsearch.domain.schema import FieldSpec, FieldType, Schema
from archsearch.domain.vocabulary import Vocabulary
from archsearch.entrypoints.web.pieces import columns, told

_KEEPING: Final = frozenset(
    [
        "department",
        "owner",
        "secrecy",
        "retention",
        "status",
        "source",
        "source_id",
        "created_at",
        "updated_at",
        "review_due",
        "quality",
    ]
)
_REACHING: Final = frozenset(
    [FieldType.ID_NUMBER, FieldType.PHONE, FieldType.EMAIL, FieldType.ADDRESS]
)
_APART: Final = frozenset({"record_id", "name", "attachments"})
_LONG: Final = frozenset({FieldType.TEXT, FieldType.ADDRESS})
_LEAST_OPTIONS: Final = 40


@dataclass
class Line:
    """A field as it is shown."""

    label: str
    text: str
    masked: bool = False
    origin: str = ""
    original: str = ""


@dataclass
class Section:
    """Fields that belong together: lines, or a table."""

    title: str
    lines: list[Line] = field(default_factory=list)
    columns: list[tuple[str, str]] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)


def sections(record: Record, schema: Schema) -> list[Section]:
    """Lay a record out; empty sections are left out."""
    basic, person, keeping = Section("基本情况"), Section("身份与联系"), Section("保管")
    groups = []
    for spec in schema.fields:
        value = record.values.get(spec.key)
        if value is None or spec.key in _APART:
            continue
        if spec.fields:
            groups.append(_group(value, spec))
        elif spec.key in _KEEPING:
            keeping.lines.append(_line(record, spec))
        elif spec.sensitive or spec.type in _REACHING:
            person.lines.append(_line(record, spec))
        else:
            basic.lines.append(_line(record, spec))
    several = [basic, person, *groups, keeping]
    return [each for each in several if each.lines or each.rows]


def _line(record: Record, spec: FieldSpec) -> Line:
    text = told(record.values[spec.key])
    original = told(record.original.get(spec.key))
    if spec.hierarchical:
        text = text.replace("/", " / ")
    return Line(
        spec.label,
        text,
        masked=spec.sensitive and "*" in text,
        origin=str(record.origins.get(spec.key, "")),
        original=original if original != text else "",
    )


def _group(value: Any, spec: FieldSpec) -> Section:
    if isinstance(value, list):
        listed = columns(value, spec)
        rows = [[told(each.get(key)) for key, _ in listed] for each in value if _is_group(each)]
        return Section(spec.label, columns=listed, rows=rows)
    lines = []
    for member in spec.fields:
        text = told(value.get(member.key.rpartition(".")[2])) if _is_group(value) else ""
        if text:
            lines.append(Line(member.label, text, masked=member.sensitive and "*" in text))
    return Section(spec.label, lines)


def _is_group(value: Any) -> bool:
    return isinstance(value, Mapping)


@dataclass(frozen=True)
class Entry:
    """A field of the form that changes a record: ``now`` is what it shows before anybody types."""

    key: str
    label: str
    now: str
    long: bool
    options: tuple[str, ...]
    sensitive: bool
    kind: str = "text"


def entries(record: Record, schema: Schema, vocabularies: Mapping[str, Vocabulary]) -> list[Entry]:
    """List what of a record can be changed in a form: what is there once, and not kept by us."""
    found = []
    for spec in _changeable(schema):
        head, _, member = spec.key.partition(".")
        value = record.values.get(head)
        if member:
            value = value.get(member) if isinstance(value, Mapping) else None
        options = tuple(vocabularies[spec.vocabulary].terms) if spec.vocabulary else ()
        closed = bool(options) and not spec.many and len(options) <= _LEAST_OPTIONS
        found.append(
            Entry(
                spec.key,
                spec.label,
                told(value),
                spec.type in _LONG and spec.key != "address",
                options if closed else (),
                spec.sensitive,
                "date" if spec.type is FieldType.DATE and not spec.sensitive else "text",
            )
        )
    return found


def _changeable(schema: Schema) -> Iterable[FieldSpec]:
    for spec in schema.fields:
        if spec.system or spec.key == "record_id" or (spec.fields and spec.many):
            continue
        yield from spec.fields or (spec,)


def typed(entries_: Iterable[Entry], form: Mapping[str, list[str]]) -> dict[str, Any]:
    """Give what somebody changed in the form: fields that are not as they were shown."""
    changed: dict[str, Any] = {}
    for each in entries_:
        if each.key not in form:
            continue
        text = form[each.key][0].strip()
        if text != each.now.strip():
            changed[each.key] = text or None
    return changed
