"""The normaliser of each field of a schema, chosen once by type."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from archsearch.domain.record import JsonValue
from archsearch.domain.regions import RegionTree
from archsearch.domain.schema import FieldSpec, FieldType
from archsearch.domain.vocabulary import Vocabulary
from archsearch.ingest.faults import Fault
from archsearch.ingest.normalise import amounts, dates, emails, identifiers, names, phones, terms
from archsearch.ingest.normalise import regions as places
from archsearch.ingest.normalise.cells import Faults, FieldNormaliser
from archsearch.ingest.normalise.text import normalise_address, normalise_text

LIST_LIMIT: Final = 200
TAGS_LIMIT: Final = 50
OWN_IDENTIFIER: Final = "id_number"
"""The customer's own identifier; whether 15 digits are to be lengthened shows in the whole row."""

_BY_TYPE: Final[Mapping[FieldType, FieldNormaliser]] = {
    FieldType.NAME: names.normalise_name,
    FieldType.TEXT: normalise_text,
    FieldType.DATE: dates.normalise_date,
    FieldType.NUMBER: amounts.normalise_number,
    FieldType.AMOUNT: amounts.normalise_amount,
    FieldType.ID_NUMBER: identifiers.normalise_identifier,
    FieldType.PHONE: phones.normalise_phone,
    FieldType.EMAIL: emails.normalise_email,
    FieldType.ADDRESS: normalise_address,
}
# A comma inside a Latin name (Foo Co., Ltd.) does not separate names; in prose nothing does.
_SEPARATORS: Final[Mapping[FieldType, re.Pattern[str]]] = {
    FieldType.NAME: re.compile(r"[、，；;|\n]|(?<=[^\x00-\x7f]),(?=[^\x00-\x7f])"),
    FieldType.TEXT: re.compile(r"\x00"),
    FieldType.TAGS: re.compile(r"[、，,；;|\n\t]|(?<=\S)\s*[#＃]"),
    FieldType.ADDRESS: re.compile(r"[；;|\n]"),
    FieldType.AMOUNT: re.compile(r"[、；;|\n]"),
    FieldType.NUMBER: re.compile(r"[、；;|\n]"),
}
_ANY_SEPARATOR: Final = re.compile(r"[、，,；;|\n]")


@dataclass(frozen=True, slots=True)
class Sources:
    """What field normalisers look things up in."""

    vocabularies: Mapping[str, Vocabulary]
    regions: RegionTree


def normaliser_of(spec: FieldSpec, sources: Sources) -> FieldNormaliser:
    """Make the normaliser of a field that is no group."""
    if spec.type is FieldType.PHONE and spec.many:
        return _phone_list
    one = _single(spec, sources)
    return _listed(one, spec.type) if spec.many else one


def _single(spec: FieldSpec, sources: Sources) -> FieldNormaliser:
    vocabulary = sources.vocabularies[spec.vocabulary] if spec.vocabulary else None
    match spec.type:
        case FieldType.KEYWORD if vocabulary:
            return terms.vocabulary_keyword(vocabulary)
        case FieldType.KEYWORD:
            return terms.normalise_path if spec.hierarchical else terms.normalise_keyword
        case FieldType.TAGS:
            return terms.tag(vocabulary)
        case FieldType.ID_NUMBER if spec.key == OWN_IDENTIFIER:
            return identifiers.clean_identifier
        case FieldType.REGION:
            return places.region(sources.regions)
        case _:
            return _BY_TYPE[spec.type]


def _listed(one: FieldNormaliser, kind: FieldType) -> FieldNormaliser:
    """Make the normaliser of a list, without empty items and repeats."""
    separators = _SEPARATORS.get(kind, _ANY_SEPARATOR)
    limit = TAGS_LIMIT if kind is FieldType.TAGS else LIST_LIMIT

    def normalise(cell: Any, faults: Faults) -> JsonValue:
        items = cell if isinstance(cell, (list, tuple)) else _split(cell, separators)
        found: list[JsonValue] = []
        for item in items if len(items) <= limit else _cut(items, limit, faults):
            value = one(item, faults)
            if value is not None and value not in found:
                found.append(value)
        return found or None

    return normalise


def _phone_list(cell: Any, faults: Faults) -> JsonValue:
    items = cell if isinstance(cell, (list, tuple)) else [cell]
    found: list[JsonValue] = []
    for item in items if len(items) <= LIST_LIMIT else _cut(items, LIST_LIMIT, faults):
        if type(item) is str and item not in found and phones.is_plain(item):
            found.append(item)
            continue
        found += [number for number in phones.normalise_phones(item, faults) if number not in found]
    return found or None


def _split(cell: Any, separators: re.Pattern[str]) -> list[Any]:
    return list(separators.split(cell)) if isinstance(cell, str) else [cell]


def _cut(items: list[Any] | tuple[Any, ...], limit: int, faults: Faults) -> Any:
    faults.append(Fault("too_long", f"超过 {limit} 项，请精简。"))
    return items[:limit]
