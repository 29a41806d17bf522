"""The catalogue of what can be wrong with a value: codes, how bad each is, and what it violates."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from archsearch.domain.problem import Aspect, Problem, Severity, Where

_ERROR: Final = Severity.ERROR
_WARNING: Final = Severity.WARNING
_ACCURACY: Final = Aspect.ACCURACY
_COMPLETENESS: Final = Aspect.COMPLETENESS
_CONFORMITY: Final = Aspect.CONFORMITY

KINDS: Final[Mapping[str, tuple[Severity, Aspect]]] = MappingProxyType(
    {
        "required_missing": (_ERROR, _COMPLETENESS),
        "incomplete": (_WARNING, _COMPLETENESS),
        "value_invalid": (_ERROR, _CONFORMITY),
        "too_long": (_ERROR, _CONFORMITY),
        "masked_value": (_ERROR, _ACCURACY),
        "control_characters": (_WARNING, _CONFORMITY),
        "name_suspicious": (_WARNING, _ACCURACY),
        "vocabulary_unknown": (_ERROR, _CONFORMITY),
        "region_unknown": (_WARNING, _CONFORMITY),
        "region_mismatch": (_WARNING, _ACCURACY),
        "date_invalid": (_ERROR, _CONFORMITY),
        "date_order": (_ERROR, _ACCURACY),
        "date_suspicious": (_WARNING, _ACCURACY),
        "number_invalid": (_ERROR, _CONFORMITY),
        "amount_invalid": (_ERROR, _CONFORMITY),
        "excel_mangled": (_ERROR, _ACCURACY),
        "phone_invalid": (_WARNING, _CONFORMITY),
        "email_invalid": (_WARNING, _CONFORMITY),
        "id_format": (_ERROR, _CONFORMITY),
        "id_birth_date": (_ERROR, _ACCURACY),
        "id_checksum": (_ERROR, _ACCURACY),
        "id_region_unknown": (_WARNING, _ACCURACY),
        "id_kind_unknown": (_WARNING, _CONFORMITY),
        "uscc_format": (_ERROR, _CONFORMITY),
        "uscc_checksum": (_ERROR, _ACCURACY),
        "birth_mismatch": (_ERROR, _ACCURACY),
        "gender_mismatch": (_ERROR, _ACCURACY),
    }
)
"""Severity and aspect by problem code; every code that normalising and validating can give."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with one value, before it is known whose value it is.

    ``text`` is Chinese, says what to do, and holds nothing of the value.
    """

    code: str
    text: str


def problem(where: Where, fault: Fault, *, field: str | None, label: str) -> Problem:
    """Make the problem that a fault means for a field of a row."""
    severity, aspect = KINDS[fault.code]
    return Problem(where, fault.code, f"{label}：{fault.text}", field, severity, aspect)


MASKED: Final = Fault("masked_value", "这是脱敏后的值，不是原文；请填写完整的值，或删去这一格。")
"""A value in which marks stand for what is hidden."""
