"""Masks: what is shown of a sensitive value (脱敏).

Masking works on copies and is one-way. Fields of class C2 and C3 are masked by type; numbers that
identify a person are masked inside free text as well, where people write them down.
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from archsearch.domain.identifiers import PROVINCES, lengthen, read_person
from archsearch.domain.record import JsonValue, Record, Values
from archsearch.domain.schema import FieldSpec, FieldType, Schema

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

_PROSE: Final = frozenset({FieldType.TEXT, FieldType.ADDRESS, FieldType.NAME})
_WRITTEN: Final = _PROSE | {FieldType.KEYWORD, FieldType.TAGS}

_GAPS: Final = r"\s\-–—_.·()（）\u200b-\u200f\ufeff"
_GAP: Final = f"[{_GAPS}]{{1,3}}"
_CANDIDATE: Final = re.compile(rf"\d[\d{_GAPS}]{{7}}")
_RUN: Final = re.compile(rf"(?<![0-9A-Za-z])\d+(?:{_GAP}\d+)*(?:(?:{_GAP})?[xXｘＸ](?![A-Za-z]))?")
_TOKEN: Final = re.compile(r"(?:\d+[xXｘＸ]?|[xXｘＸ])")
_TOKENS_A_NUMBER: Final = 8
_LANDLINE: Final = re.compile(r"(?<!\d)[(（]?0\d{2,3}[)）]?[\s\-–—]{0,2}[1-9]\d{6,7}(?!\d)")
_MOBILE: Final = re.compile(r"(?:(?:00)?86)?0?1[3-9]\d{9}")
_LENGTHS: Final = range(15, 20)
_VISIBLE_END: Final = 4
_AREA_CODE: Final = 3
_LANDLINE_END: Final = 3


def mask(
    schema: Schema, values: Values, rules: Mapping[FieldType, MaskRule] = DEFAULT_RULES
) -> Values:
    """Copy values with every sensitive field masked, group members included.

    Numbers of persons inside prose are masked by :func:`mask_text`; a sensitive value of this
    record that is repeated in another written field is hidden there too, except in the record id,
    which must stay usable.
    """
    secrets = _secrets_of(schema, values)
    return _masked(schema.fields, values, rules, secrets)


def mask_record(
    schema: Schema, record: Record, rules: Mapping[FieldType, MaskRule] = DEFAULT_RULES
) -> Record:
    """Copy a record masked; of ``original``, sensitive fields are left out altogether."""
    secrets = _secrets_of(schema, record.values) | _secrets_of(schema, dict(record.original))
    original = {
        key: kept
        for spec in schema.fields
        if (key := spec.key) in record.original
        and (kept := _without_secrets(spec, record.original[key], secrets)) is not None
    }
    values = _masked(schema.fields, record.values, rules, secrets)
    return replace(record, values=values, original=original)


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


def mask_text(text: str) -> str:
    """Mask ID, telephone and bank card numbers inside prose, keeping its length.

    Highlights computed on the text stay right. Bank cards are told by their length and the Luhn
    check (ISO/IEC 7812-1), ID numbers by birth date, mobiles by their first digits; full-width
    digits and separators make no difference.

    >>> mask_text("电话 138-1234-5678。")
    '电话 138-****-5678。'
    """
    if not _CANDIDATE.search(text):
        return text
    return _LANDLINE.sub(_starred, _RUN.sub(_masked_run, text))


def _masked(
    fields: tuple[FieldSpec, ...],
    values: Mapping[str, JsonValue],
    rules: Mapping[FieldType, MaskRule],
    secrets: frozenset[str],
) -> Values:
    masked: Values = {}
    for spec in fields:
        key = spec.key.rpartition(".")[2]
        value = values.get(key)
        if value is None:
            continue
        if spec.sensitive and spec.type is not FieldType.GROUP:
            masked[key] = mask_value(value, spec.type, rules)
        elif spec.type is FieldType.GROUP:
            masked[key] = _masked_group(spec, value, rules, secrets)
        else:
            masked[key] = _opened(spec, value, secrets)
    return masked


def _masked_group(
    spec: FieldSpec,
    value: JsonValue,
    rules: Mapping[FieldType, MaskRule],
    secrets: frozenset[str],
) -> JsonValue:
    if spec.sensitive:
        return HIDDEN
    if isinstance(value, list):
        return [_masked_group(spec, item, rules, secrets) for item in value]
    return _masked(spec.fields, value, rules, secrets) if isinstance(value, dict) else HIDDEN


def _opened(spec: FieldSpec, value: JsonValue, secrets: frozenset[str]) -> JsonValue:
    """Copy a value of an open field without the secrets that somebody wrote into it."""
    if isinstance(value, list):
        return [_opened(spec, item, secrets) for item in value]
    if not isinstance(value, str) or spec.type not in _WRITTEN or spec.key == _RECORD_ID:
        return value
    for secret in secrets:
        if secret in value:
            value = value.replace(secret, "*" * len(secret))
    return mask_text(value) if spec.type in _PROSE else value


def _without_secrets(spec: FieldSpec, value: JsonValue, secrets: frozenset[str]) -> JsonValue:
    """Copy an original value without sensitive members; None where nothing is left to show.

    Its shape is whatever arrived, so text is treated as prose in every field.
    """
    if spec.sensitive:
        return None
    if isinstance(value, list):
        return [_without_secrets(spec, item, secrets) for item in value]
    if isinstance(value, dict):
        members = {member.key.rpartition(".")[2]: member for member in spec.fields}
        return {
            key: kept
            for key, item in value.items()
            if key in members
            and (kept := _without_secrets(members[key], item, secrets)) is not None
        }
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, "*" * len(secret))
        return mask_text(value)
    return value


def _secrets_of(schema: Schema, values: Values) -> frozenset[str]:
    """Collect the sensitive values that would be recognised if they stood elsewhere."""
    found: set[str] = set()
    for spec in schema.fields:
        if spec.key in values:
            _collect(spec, values[spec.key], found, sensitive=spec.sensitive)
    return frozenset(found)


def _collect(spec: FieldSpec, value: JsonValue, found: set[str], *, sensitive: bool) -> None:
    if isinstance(value, list):
        for item in value:
            _collect(spec, item, found, sensitive=sensitive)
    elif isinstance(value, dict):
        for member in spec.fields:
            item = value.get(member.key.rpartition(".")[2])
            _collect(member, item, found, sensitive=sensitive or member.sensitive)
    elif sensitive and isinstance(value, str) and len(value) >= _SHORTEST_SECRET:
        found.add(value)


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


def _masked_run(found: re.Match[str]) -> str:
    """Mask the numbers in a run of digits and gaps, taking as many groups together as fit."""
    text = found[0]
    tokens = [token.span() for token in _TOKEN.finditer(text)]
    hidden: set[int] = set()
    start = 0
    while start < len(tokens):
        for end in range(min(len(tokens), start + _TOKENS_A_NUMBER), start, -1):
            places = [place for span in tokens[start:end] for place in range(*span)]
            shown = _shown_ends("".join(_digit(text[place]) for place in places))
            if shown:
                hidden.update(places[shown[0] : -shown[1]])
                start = end - 1
                break
        start += 1
    return "".join("*" if place in hidden else char for place, char in enumerate(text))


def _digit(char: str) -> str:
    return "X" if char in "xXｘＸ" else str(unicodedata.digit(char))


def _shown_ends(digits: str) -> tuple[int, int] | None:
    """Say how many characters of a person's number may be seen; None for any other number."""
    if _MOBILE.fullmatch(digits):
        return len(digits) - 8, _VISIBLE_END
    if len(digits) not in _LENGTHS:
        return None
    is_id = digits[:2] in PROVINCES and read_person(_as_18(digits)) is not None
    is_card = digits.isdecimal() and _luhn(digits)
    return (3, _VISIBLE_END) if is_id or is_card else None


def _as_18(digits: str) -> str:
    return lengthen(digits) if len(digits) == 15 and digits.isdecimal() else digits  # noqa: PLR2004


def _luhn(digits: str) -> bool:
    total = 0
    for place, char in enumerate(reversed(digits)):
        doubled = int(char) * (1 + place % 2)
        total += doubled - 9 if doubled > 9 else doubled  # noqa: PLR2004 - sum of two digits
    return total % 10 == 0


def _starred(found: re.Match[str]) -> str:
    text = found[0]
    hidden = range(_AREA_CODE, len(text) - _LANDLINE_END)
    return "".join(
        "*" if char.isdigit() and place in hidden else char for place, char in enumerate(text)
    )
