"""Fields worked out from other fields of the same record."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from archsearch.domain.identifiers import Identification, IdentifierKind, classify
from archsearch.domain.record import JsonValue, Values
from archsearch.domain.regions import RegionTree
from archsearch.domain.schema import FieldType, Schema
from archsearch.domain.vocabulary import Vocabulary

ENTERPRISE: Final = "企业"
PERSON: Final = "个人"
GOVERNMENT: Final = "政府"

# Organisation forms end a name, or stand before the name of a branch (…有限公司宁明分公司营业厅).
_ENTERPRISE_FORM: Final = re.compile(r"公司|合作社|供销社|信用社|合作联社|银行|合伙企业|事务所")
_ENTERPRISE_END: Final = re.compile(
    r"(?:集团|企业|商行|商店|厂|店|营业部|经营部|门市部?|加油站|超市)(?:（[^（）]*）)?$"
)
_SHORTEST_WITH_END: Final = 5
"""Shorter ones may be persons: 厂 and 店 occur in given names."""
_GOVERNMENT_NAME: Final = re.compile(
    r"(?:人民政府|人民法院|人民检察院|[省市县区州旗国][^（）]{1,12}[局厅]|委员会|管委会|办事处)"
    r"(?:（[^（）]*）)?$"
)
_NEITHER: Final = re.compile(
    r"(?:[居村]民|业主|筹备|学生|党)委员会|工会[^（）]*委员会|[协学商]会$|工会$|联合会$|基金会$"
)


class Derivation:
    """Derives the fields that a schema has and a record lacks."""

    def __init__(
        self, schema: Schema, vocabularies: Mapping[str, Vocabulary], regions: RegionTree
    ) -> None:
        self._regions = regions
        self._natures = _terms(schema, vocabularies, "nature")
        self._genders = _terms(schema, vocabularies, "gender")
        self._path_of = lru_cache(maxsize=8192)(self._path_of_code)
        keys = schema.by_key
        self._has_region = "region" in keys and keys["region"].type is FieldType.REGION
        self._has_birth_date = "birth_date" in keys and keys["birth_date"].type is FieldType.DATE

    def complete(self, values: Values) -> dict[str, JsonValue]:
        """Give the values to add; those there are never touched."""
        added: dict[str, JsonValue] = {}
        number = values.get("id_number")
        known = classify(number) if isinstance(number, str) else None
        person = known.person if known and known.fault is None else None
        if person:
            if self._genders and "gender" not in values and person.gender.value in self._genders:
                added["gender"] = person.gender.value
            if self._has_birth_date and "birth_date" not in values:
                added["birth_date"] = person.birth_date.isoformat()
        wants_region = self._has_region and "region" not in values
        if wants_region and (path := self._region(values, known)):
            added["region"] = path
        if self._natures and "nature" not in values:
            nature = nature_of(values, known)
            if nature in self._natures:
                added["nature"] = nature
        return added

    def _path_of_code(self, code: str, year: int | None) -> str | None:
        found = self._regions.by_code(code, year=year)
        return self._regions.today(found).path if found else None

    def _region(self, values: Values, known: Identification | None) -> str | None:
        """Find the region by address, else by the number of the identifier, as it is called now.

        The code in an ID number is as old as its holder.
        """
        address = values.get("address")
        if isinstance(address, str) and (found := self._regions.locate(address)):
            return found.path
        if known is None or known.fault is not None:
            return None
        if known.person:
            return self._path_of(known.person.region, known.person.birth_date.year)
        if known.kind is IdentifierKind.USCC:
            return self._path_of(str(values["id_number"])[2:8], None)
        return None


def _terms(
    schema: Schema, vocabularies: Mapping[str, Vocabulary], key: str
) -> frozenset[str | None]:
    """List the terms a top-level field may take; empty when the schema has no such field."""
    spec = schema.by_key.get(key)
    return (
        frozenset(vocabularies[spec.vocabulary].terms) if spec and spec.vocabulary else frozenset()
    )


def nature_of(values: Values, known: Identification | None) -> str | None:
    """Tell a customer's nature where identifier, name or personal data leave no doubt."""
    if known and known.fault is None:
        if known.person:
            return PERSON
        if known.kind is IdentifierKind.USCC:
            return _nature_of_uscc(str(values["id_number"]))
    name = values.get("name")
    if isinstance(name, str):
        if is_enterprise_name(name):
            return ENTERPRISE
        if is_government_name(name):
            return GOVERNMENT
    return PERSON if "gender" in values or "birth_date" in values else None


def _nature_of_uscc(number: str) -> str | None:
    """Tell by the registering authority: 9 market regulation, 1 staffing of public bodies."""
    if number[0] == "9":
        return ENTERPRISE
    return GOVERNMENT if number[:2] in ("11", "12") else None


def is_enterprise_name(name: str) -> bool:
    """Whether a name has the form of a business organisation, or of a branch of one.

    >>> is_enterprise_name("某某银行股份有限公司某某支行"), is_enterprise_name("银行业监督管理局")
    (True, False)
    """
    if _NEITHER.search(name):
        return False
    if "公司" in name:
        return True
    if _GOVERNMENT_NAME.search(name):
        return False
    if _ENTERPRISE_FORM.search(name):
        return not name.endswith(("局", "厅", "署"))
    return len(name) >= _SHORTEST_WITH_END and bool(_ENTERPRISE_END.search(name))


def is_government_name(name: str) -> bool:
    """Whether a name ends like that of a public body."""
    neither = "公司" in name or "银行股份" in name or _NEITHER.search(name)
    return not neither and bool(_GOVERNMENT_NAME.search(name))
