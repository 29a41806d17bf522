"""Masks: what is shown of a sensitive value (脱敏).

Masking works on copies and is one-way. Fields of class C2 and C3 are masked by type; numbers that
identify a person are masked inside free text as well, where people write them down.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum, StrEnum, auto
from typing import Final

from archsearch.domain.record import JsonValue, Record, Values
from archsearch.domain.schema import FieldSpec, FieldType, Schema
from archsearch.security.prose import mask_text

HIDDEN: Final = "***"
"""Stands for a value of which nothing is shown, not even its length."""
_LEAST_HIDDEN: Final = 4
"""A mask that would hide fewer characters than this hides all."""
_SHORTEST_SECRET: Final = 6
"""Shorter values are too common to be looked for in other fields."""
_RECORD_ID: Final = "record_id"


class MaskStyle(StrEnum):
    """How a value is masked."""

    FULL = "full"
    ENDS = "ends"
    EMAIL = "email"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class MaskRule:
    """One way to mask; ``first`` and ``last`` count the characters that ENDS leaves to be seen."""

    style: MaskStyle = MaskStyle.FULL
    first: int = 0
    last: int = 0


FULLY: Final = MaskRule()
DEFAULT_RULES: Final[Mapping[FieldType, MaskRule]] = {
    FieldType.ID_NUMBER: MaskRule(MaskStyle.ENDS, 3, 4),
    FieldType.PHONE: MaskRule(MaskStyle.ENDS, 3, 4),
    FieldType.EMAIL: MaskRule(MaskStyle.EMAIL),
    FieldType.DATE: MaskRule(MaskStyle.YEAR),
}
"""By field type; types that are not named are hidden fully."""


class _Treatment(Enum):
    """What masking does to the values of a field."""

    HIDE = auto()
    """A sensitive value, or a whole sensitive group."""
    GROUP = auto()
    PROSE = auto()
    """Written by people: may hold any number, and what is secret in other fields."""
    KEY = auto()
    """As PROSE, but numbers in it are codes."""
    OPEN = auto()


@dataclass(frozen=True, slots=True)
class _Part:
    """A field of the schema as masking sees it; ``members`` by short key."""

    treatment: _Treatment
    kind: FieldType
    members: Mapping[str, "_Part"]


_PROSE: Final = frozenset({FieldType.TEXT, FieldType.ADDRESS, FieldType.NAME})
_WRITTEN: Final = frozenset({FieldType.KEYWORD, FieldType.TAGS})


class Mask:
    """Masks records of one schema by one set of rules.

    Every sensitive field is masked, group members included. Numbers of persons inside prose are
    masked by :func:`mask_text`; a sensitive value of a record that is repeated in another written
    field is hidden there too, except in the record id, which must stay usable.

    Args:
        schema: Says which fields are sensitive; fields that it lacks are left out.
        rules: By field type; types that are not named are hidden fully.
    """

    def __init__(self, schema: Schema, rules: Mapping[FieldType, MaskRule] = DEFAULT_RULES) -> None:
        self._parts = _parts(schema.fields)
        self._rules = rules

    def values(self, values: Mapping[str, JsonValue]) -> Values:
        """Copy values masked."""
        return self._masked(self._parts, values, _secrets_of(self._parts, values))

    def record(self, record: Record) -> Record:
        """Copy a record masked; of ``original``, sensitive fields are left out altogether."""
        secrets = _secrets_of(self._parts, record.values)
        secrets += _secrets_of(self._parts, record.original)
        original = _without_secrets(self._parts, record.original, secrets)
        values = self._masked(self._parts, record.values, secrets)
        return replace(record, values=values, original=original)

    def _masked(
        self, parts: Mapping[str, _Part], values: Mapping[str, JsonValue], secrets: list[str]
    ) -> Values:
        return {
            key: self._treated(part, value, secrets)
            for key, value in values.items()
            if value is not None and (part := parts.get(key)) is not None
        }

    def _treated(self, part: _Part, value: JsonValue, secrets: list[str]) -> JsonValue:
        if part.treatment is _Treatment.HIDE:
            return mask_value(value, part.kind, self._rules)
        if isinstance(value, list):
            return [self._treated(part, item, secrets) for item in value]
        if part.treatment is _Treatment.GROUP:
            return self._masked(part.members, value, secrets) if isinstance(value, dict) else HIDDEN
        return _revealed(part, value, secrets)


def mask(
    schema: Schema, values: Values, rules: Mapping[FieldType, MaskRule] = DEFAULT_RULES
) -> Values:
    """Mask the values of one record; for many records keep a :class:`Mask`."""
    return Mask(schema, rules).values(values)


def mask_record(
    schema: Schema, record: Record, rules: Mapping[FieldType, MaskRule] = DEFAULT_RULES
) -> Record:
    """Mask one record; for many records keep a :class:`Mask`."""
    return Mask(schema, rules).record(record)


def mask_value(
    value: JsonValue, kind: FieldType, rules: Mapping[FieldType, MaskRule] = DEFAULT_RULES
) -> JsonValue:
    """Mask one value of a sensitive field; lists item by item."""
    if isinstance(value, list):
        return [mask_value(item, kind, rules) for item in value]
    if not isinstance(value, str):
        return None if value is None else HIDDEN
    rule = rules.get(kind, FULLY)
    match rule.style:
        case MaskStyle.ENDS:
            return _ends(value, rule)
        case MaskStyle.EMAIL:
            return _email(value)
        case MaskStyle.YEAR:
            return _year(value)
    return HIDDEN


def _parts(fields: tuple[FieldSpec, ...]) -> dict[str, _Part]:
    """Prepare fields for masking, by short key."""
    return {
        spec.key.rpartition(".")[2]: _Part(_treatment(spec), spec.type, _parts(spec.fields))
        for spec in fields
    }


def _treatment(spec: FieldSpec) -> _Treatment:
    if spec.sensitive:
        return _Treatment.HIDE
    if spec.type is FieldType.GROUP:
        return _Treatment.GROUP
    if spec.type in _PROSE:
        return _Treatment.PROSE
    written = spec.type in _WRITTEN and spec.key != _RECORD_ID
    return _Treatment.KEY if written else _Treatment.OPEN


def _revealed(part: _Part, value: JsonValue, secrets: list[str]) -> JsonValue:
    """Copy a value of an open field without the secrets that somebody wrote into it."""
    if not isinstance(value, str) or part.treatment is _Treatment.OPEN:
        return value
    value = _starred(value, secrets)
    return mask_text(value) if part.treatment is _Treatment.PROSE else value


def _starred(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        if secret in text:
            text = text.replace(secret, "*" * len(secret))
    return text


def _without_secrets(
    parts: Mapping[str, _Part], values: Mapping[str, JsonValue], secrets: list[str]
) -> Values:
    """Copy originals without sensitive members.

    Their shape is whatever arrived, so text is treated as prose in every field.
    """
    return {
        key: _original(part, value, secrets)
        for key, value in values.items()
        if (part := parts.get(key)) is not None and part.treatment is not _Treatment.HIDE
    }


def _original(part: _Part, value: JsonValue, secrets: list[str]) -> JsonValue:
    if isinstance(value, list):
        return [_original(part, item, secrets) for item in value]
    if isinstance(value, dict):
        return _without_secrets(part.members, value, secrets)
    return mask_text(_starred(value, secrets)) if isinstance(value, str) else value


def _secrets_of(parts: Mapping[str, _Part], values: Mapping[str, JsonValue]) -> list[str]:
    """Collect the sensitive values that would be recognised if they stood elsewhere.

    Longest first, so that one inside another does not leave the rest of it to be seen.
    """
    found: set[str] = set()
    _collect(parts, values, found)
    return sorted(found, key=len, reverse=True)


def _collect(parts: Mapping[str, _Part], values: Mapping[str, JsonValue], found: set[str]) -> None:
    for key, value in values.items():
        part = parts.get(key)
        if part is None:
            continue
        if part.treatment is _Treatment.HIDE:
            _add_texts(value, found)
        elif part.treatment is _Treatment.GROUP:
            for item in value if isinstance(value, list) else (value,):
                if isinstance(item, dict):
                    _collect(part.members, item, found)


def _add_texts(value: JsonValue, found: set[str]) -> None:
    if isinstance(value, str):
        if len(value) >= _SHORTEST_SECRET:
            found.add(value)
    elif isinstance(value, (list, dict)):
        for item in value.values() if isinstance(value, dict) else value:
            _add_texts(item, found)


def _ends(value: str, rule: MaskRule) -> str:
    hidden = len(value) - rule.first - rule.last
    if hidden < _LEAST_HIDDEN:
        return HIDDEN
    return value[: rule.first] + "*" * hidden + value[len(value) - rule.last :]


def _email(value: str) -> str:
    local, at, domain = value.rpartition("@")
    if not at or len(local) < 2 or not domain:  # noqa: PLR2004 - one letter alone would be all of it
        return f"{HIDDEN}@{domain}" if at and local and domain else HIDDEN
    return f"{local[0]}{HIDDEN}@{domain}"


def _year(value: str) -> str:
    year = value[:4]
    return f"{year}-**-**" if len(value) > 4 and year.isdigit() else HIDDEN  # noqa: PLR2004 - YYYY
