"""Checks of whole drafts: required fields, identifiers, fields against each other, completeness.

What a single cell can get wrong is found in ``ingest.normalise``; together the two cover accuracy,
completeness and conformity (准确性、完整性、规范性).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final

from archsearch.domain.identifiers import (
    PROVINCES,
    RESIDENCE_PERMIT_REGIONS,
    Identification,
    IdentifierFault,
    IdentifierKind,
    PersonId,
    classify,
)
from archsearch.domain.problem import Problem, Severity
from archsearch.domain.record import JsonValue, Values, values_at
from archsearch.domain.regions import RegionTree
from archsearch.domain.schema import FieldSpec, FieldType, Schema
from archsearch.ingest.faults import Fault, problem
from archsearch.ingest.names import name_fault
from archsearch.ingest.normalise.derive import ENTERPRISE, PERSON
from archsearch.ingest.rows import MISSING, Draft

RECOMMENDED: Final[Mapping[str, int]] = {
    "id_number": 15,
    "phones": 10,
    "address": 10,
    "nature": 5,
    "region": 5,
    "business_type": 5,
}
"""Points that an absent field costs."""
WARNING_COST: Final = 5
WARNINGS_COST_AT_MOST: Final = 30
ERROR_COST: Final = 25

_OLDEST: Final = 120
_PAST: Final = ("birth_date", "established_on", "created_at")
_CONTACT_FIELDS: Final = ("phones", "email", "address", "contacts")

_KINDS_WITHOUT_CHECK: Final[Mapping[IdentifierKind, Fault]] = {
    IdentifierKind.REGISTRATION: Fault(
        "id_kind_unknown", "是旧的工商注册号，请尽快补录统一社会信用代码。"
    ),
    IdentifierKind.PERSON_15: Fault(
        "id_kind_unknown", "15 位号码无法校验，请核对并补录 18 位的证件号码或信用代码。"
    ),
    IdentifierKind.ORGANISATION: Fault(
        "id_kind_unknown", "是旧的组织机构代码，请尽快补录统一社会信用代码。"
    ),
    IdentifierKind.OTHER: Fault(
        "id_kind_unknown", "不是居民身份证号或统一社会信用代码，无法校验，请人工核对。"
    ),
}
_PERSON_FAULTS: Final[Mapping[IdentifierFault, Fault]] = {
    IdentifierFault.FORMAT: Fault(
        "id_format", "位数或字符不对，居民身份证号应为 18 位（末位可为 X），请核对后重新填写。"
    ),
    IdentifierFault.BIRTH_DATE: Fault(
        "id_birth_date", "其中的出生日期部分不是有效日期，请对照证件核对。"
    ),
    IdentifierFault.CHECKSUM: Fault(
        "id_checksum", "第 18 位校验码不对，至少有一位写错，请对照证件核对每一位。"
    ),
}
_USCC_FAULTS: Final[Mapping[IdentifierFault, Fault]] = {
    IdentifierFault.FORMAT: Fault(
        "uscc_format",
        "统一社会信用代码应为 18 位，第 3 至 8 位是数字，不用字母 I、O、S、V、Z，请核对。",
    ),
    IdentifierFault.CHECKSUM: Fault(
        "uscc_checksum", "统一社会信用代码的校验码不对，至少有一位写错，请对照证照核对每一位。"
    ),
}
_FUTURE_BIRTH: Final = Fault("id_birth_date", "其中的出生日期晚于今天，请对照证件核对。")
_MASKED: Final = Fault(
    "masked_value", "这是脱敏后的值，星号不是原文；请填写完整的值，或删去这一格。"
)
_UNKNOWN_PLACE: Final = Fault(
    "id_region_unknown", "前 6 位不是已知的行政区划代码，请对照证件核对。"
)
_BIRTH_MISMATCH: Final = Fault("birth_mismatch", "与证件号码中的出生日期不一致，请核对两者。")
_GENDER_MISMATCH: Final = Fault("gender_mismatch", "与证件号码表示的性别不一致，请核对两者。")
_REGION_MISMATCH: Final = Fault("region_mismatch", "与地址所在的地区不一致，请核对两者。")
_FUTURE: Final = Fault("date_order", "晚于今天，请核对年份。")
_TOO_OLD: Final = Fault("date_suspicious", "距今超过 120 年，请核对年份。")
_REVIEW_TOO_EARLY: Final = Fault("date_suspicious", "早于建档时间，请核对。")
_REQUIRED: Final = Fault(MISSING, "是必填项，请补填。")
_NO_USCC: Final = Fault("incomplete", "企业客户未填统一社会信用代码，请补录。")
_NO_ID: Final = Fault("incomplete", "个人客户未填证件号码，请补录。")
_NO_CONTACT: Final = Fault("incomplete", "没有电话、邮箱、地址或联系人，请至少补录一项。")


@dataclass(frozen=True, slots=True)
class _Findings:
    """Problems of one draft as they are found."""

    draft: Draft
    schema: Mapping[str, FieldSpec]
    problems: list[Problem]

    def add(self, fault: Fault, key: str | None, prefix: str = "") -> None:
        label = prefix + (self.schema[key].label if key in self.schema else "整行")  # type: ignore[index]
        self.problems.append(problem(self.draft.row.where, fault, field=key, label=label))


class Validator:
    """Checks drafts by a schema. Holds no state but a cache; may be shared between threads."""

    def __init__(self, schema: Schema, regions: RegionTree) -> None:
        self._keys = schema.by_key
        self._regions = regions
        self._sensitive = _by_top(spec.key for spec in schema.leaves if spec.sensitive)
        self._required = tuple(spec.key for spec in schema.fields if spec.required)
        walked = ((spec, _walked_members(spec)) for spec in schema.fields)
        self._groups = tuple((spec, members) for spec, members in walked if members)
        self._identifiers = tuple(
            spec.key for spec in schema.fields if spec.type is FieldType.ID_NUMBER
        )
        self._recommended = {key: cost for key, cost in RECOMMENDED.items() if key in schema.by_key}
        self._contacts = tuple(key for key in _CONTACT_FIELDS if key in schema.by_key)
        self._known_place: Callable[[str], bool] = lru_cache(maxsize=8192)(self._is_known_place)

    def check(self, draft: Draft, today: date) -> Draft:
        """Return the draft with the problems found and its quality.

        Quality starts at 100. Each absent field of :data:`RECOMMENDED` costs its points, each
        warning but ``incomplete`` (counted already) :data:`WARNING_COST` up to
        :data:`WARNINGS_COST_AT_MOST`, each error :data:`ERROR_COST`; it never falls below 0.
        """
        found = _Findings(draft, self._keys, list(draft.problems))
        values = draft.values
        for key in self._required:
            if key not in values and not any(known.field == key for known in draft.problems):
                found.add(_REQUIRED, key)
        self._check_masks(found)
        person = self._check_identifiers(found, today)
        self._check_groups(found, today)
        if person:
            _check_against_person(found, person)
        _check_dates(found, today)
        _check_name(found)
        self._check_region(found)
        self._check_completeness(found)
        problems = tuple(found.problems)
        quality = self._quality(values, problems)
        return Draft(draft.row, values, draft.original, draft.origins, problems, quality)

    def _check_masks(self, found: _Findings) -> None:
        """Refuse what was copied from a screen: stars must not replace what they stand for."""
        values = found.draft.values
        for top, keys in self._sensitive:
            held = values.get(top)
            if held is None or not _may_be_masked(held):
                continue
            for key in keys:
                if any(isinstance(v, str) and "**" in v for v in values_at(values, key)):
                    found.add(_MASKED, key)

    def _check_identifiers(self, found: _Findings, today: date) -> PersonId | None:
        """Check top-level identifiers; give what the customer's own says if it is faultless."""
        own: PersonId | None = None
        for key in self._identifiers:
            number = found.draft.values.get(key)
            if isinstance(number, str):
                person = self._check_identifier(found, number, today, key=key)
                own = person if key == "id_number" else own
        return own

    def _check_identifier(
        self, found: _Findings, number: str, today: date, *, key: str, prefix: str = ""
    ) -> PersonId | None:
        known = classify(number)
        fault = _fault_of(known)
        person = known.person
        if person:
            if person.birth_date > today:
                fault = _FUTURE_BIRTH
            elif not self._known_place(person.region):
                fault = _UNKNOWN_PLACE
        if fault:
            found.add(fault, key, prefix)
        return person if fault is None or fault is _UNKNOWN_PLACE else None

    def _is_known_place(self, code: str) -> bool:
        permit = code in RESIDENCE_PERMIT_REGIONS or (code[0] == "9" and code[1:3] in PROVINCES)
        return permit or self._regions.by_code(code) is not None

    def _check_groups(self, found: _Findings, today: date) -> None:
        for spec, members in self._groups:
            if spec.key not in found.draft.values:
                continue
            for prefix, item in _items(found.draft.values, spec):
                for key, member in members:
                    value = item.get(key)
                    if value is None and member.required:
                        found.add(_REQUIRED, member.key, prefix)
                    elif member.type is FieldType.ID_NUMBER and isinstance(value, str):
                        self._check_identifier(found, value, today, key=member.key, prefix=prefix)

    def _check_region(self, found: _Findings) -> None:
        """Compare a region that was given with the address; a parent or child of it is fine."""
        region, address = found.draft.values.get("region"), found.draft.values.get("address")
        if "region" in found.draft.origins:
            return
        if isinstance(region, str) and isinstance(address, str):
            if address.startswith(_names_in_a_row(region)):
                return
            place = self._regions.locate(address)
            if (
                place
                and not (place.path + "/").startswith(region + "/")
                and not (region + "/").startswith(place.path + "/")
            ):
                found.add(_REGION_MISMATCH, "region")

    def _check_completeness(self, found: _Findings) -> None:
        values = found.draft.values
        if "id_number" not in values and "id_number" in found.schema:
            nature = values.get("nature")
            if not any(known.field == "id_number" for known in found.problems):
                if nature == ENTERPRISE:
                    found.add(_NO_USCC, "id_number")
                elif nature == PERSON:
                    found.add(_NO_ID, "id_number")
        if self._contacts and values.keys().isdisjoint(self._contacts):
            found.add(_NO_CONTACT, None)

    def _quality(self, values: Values, problems: tuple[Problem, ...]) -> int:
        cost = 0
        for key, points in self._recommended.items():
            if key not in values:
                cost += points
        if problems:
            errors = sum(each.severity is Severity.ERROR for each in problems)
            warnings = sum(
                each.severity is Severity.WARNING and each.code != "incomplete" for each in problems
            )
            cost += errors * ERROR_COST + min(warnings * WARNING_COST, WARNINGS_COST_AT_MOST)
        return max(0, 100 - cost)


def _by_top(keys: Iterable[str]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Group dotted keys by the top-level field they begin with."""
    grouped: dict[str, tuple[str, ...]] = {}
    for key in keys:
        top = key.partition(".")[0]
        grouped[top] = (*grouped.get(top, ()), key)
    return tuple(grouped.items())


def _may_be_masked(held: JsonValue) -> bool:
    """Whether to look closer: all but plain texts without stars."""
    if type(held) is list:
        for item in held:  # noqa: SIM110 - a generator costs several times the test
            if type(item) is not str or "**" in item:
                return True
        return False
    return type(held) is not str or "**" in held


@lru_cache(maxsize=8192)
def _names_in_a_row(region: str) -> tuple[str, ...]:
    """Give how an address begins that names a region in full, from the province down."""
    names = "".join(region.split("/")[1:])
    return (names,) if names else ()


def _walked_members(spec: FieldSpec) -> tuple[tuple[str, FieldSpec], ...]:
    """List the members of a group that need a check, by short key."""
    return tuple(
        (member.key.rpartition(".")[2], member)
        for member in spec.fields
        if member.required or member.type is FieldType.ID_NUMBER
    )


def _items(values: Values, spec: FieldSpec) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the items of a group with the words that name them."""
    held = values.get(spec.key)
    if isinstance(held, dict):
        yield f"{spec.label}的", held
    elif isinstance(held, list):
        for number, item in enumerate(held, 1):
            if isinstance(item, dict):
                yield f"{spec.label}第 {number} 项的", item


def _fault_of(known: Identification) -> Fault | None:
    if known.fault is None:
        return _KINDS_WITHOUT_CHECK.get(known.kind)
    table = _USCC_FAULTS if known.kind is IdentifierKind.USCC else _PERSON_FAULTS
    return table[known.fault]


def _check_against_person(found: _Findings, person: PersonId) -> None:
    values = found.draft.values
    born = values.get("birth_date")
    if isinstance(born, str) and not person.birth_date.isoformat().startswith(born):
        found.add(_BIRTH_MISMATCH, "birth_date")
    gender = values.get("gender")
    if isinstance(gender, str) and gender in ("男", "女") and gender != person.gender.value:
        found.add(_GENDER_MISMATCH, "gender")


def _check_dates(found: _Findings, today: date) -> None:
    """Compare as text, as far as the coarser of two partial dates goes.

    A derived birth date is left alone: the ID number it came from has been reported.
    """
    values = found.draft.values
    now = today.isoformat()
    for key in _PAST:
        day = values.get(key)
        if isinstance(day, str) and day > now[: len(day)] and key not in found.draft.origins:
            found.add(_FUTURE, key)
    born = values.get("birth_date")
    if isinstance(born, str) and int(born[:4]) < today.year - _OLDEST:
        found.add(_TOO_OLD, "birth_date")
    due, created = values.get("review_due"), values.get("created_at")
    if isinstance(due, str) and isinstance(created, str):
        shared = min(len(due), len(created))
        if due[:shared] < created[:shared]:
            found.add(_REVIEW_TOO_EARLY, "review_due")


def _check_name(found: _Findings) -> None:
    name = found.draft.values.get("name")
    if isinstance(name, str):
        fault = name_fault(name, person=found.draft.values.get("nature") == PERSON)
        if fault:
            found.add(fault, "name")
