"""Identifier fields: separators out, letters up, first-generation numbers lengthened."""

import re
from typing import Any, Final

from archsearch.domain.identifiers import IdentifierKind, classify, lengthen
from archsearch.ingest.faults import Fault
from archsearch.ingest.normalise.amounts import expand_scientific, is_scientific
from archsearch.ingest.normalise.cells import EXACT_FLOAT, Faults, as_text, is_placeholder
from archsearch.ingest.normalise.text import clean_line

IDENTIFIER_LIMIT: Final = 64

_PLAIN: Final = re.compile(r"[0-9]{17}[0-9X]")
_NOISE: Final = re.compile(r"[ \-–—_·']")
_LABEL: Final = re.compile(r"^[^0-9A-Za-z()]+")
_ZEROED: Final = re.compile(r"[0-9]{15}000")
_MANGLED_HINT: Final = (
    "证件号码被表格软件改成了科学计数法，末尾数字已丢失，请设为文本格式后重新填写。"
)


def clean_identifier(cell: Any, faults: Faults) -> str | None:
    """Normalise an identifier as it stands: width, separators, case.

    >>> clean_identifier("身份证：110105 19491231 002x", [])
    '11010519491231002X'
    """
    if type(cell) is str and _PLAIN.fullmatch(cell) and not _ZEROED.fullmatch(cell):
        return cell
    if isinstance(cell, float) and abs(cell) >= EXACT_FLOAT:
        faults.append(Fault("excel_mangled", _MANGLED_HINT))
        return None
    text = as_text(cell, faults)
    if text is None:
        return None
    if len(text) > IDENTIFIER_LIMIT:
        faults.append(Fault("too_long", f"超过 {IDENTIFIER_LIMIT} 个字，请只填一个号码。"))
        return None
    return _read(clean_line(text, faults), faults)


def _read(line: str, faults: Faults) -> str | None:
    if not line or is_placeholder(line):
        return None
    compact = _NOISE.sub("", _LABEL.sub("", line)).upper()
    if is_scientific(compact):
        compact = expand_scientific(compact) or ""
        mangled = not compact or _looks_zeroed(compact)
    else:
        mangled = _looks_zeroed(compact)
    if mangled:
        faults.append(Fault("excel_mangled", _MANGLED_HINT))
        return None
    return compact or line


def _looks_zeroed(text: str) -> bool:
    """Whether the end was replaced by zeros, as spreadsheets do beyond 15 digits."""
    return bool(_ZEROED.fullmatch(text)) and classify(text).fault is not None


def normalise_identifier(cell: Any, faults: Faults) -> str | None:
    """Normalise a person's identifier; 15-digit numbers become 18 characters."""
    text = clean_identifier(cell, faults)
    return lengthen_person(text) if text else None


def lengthen_person(text: str) -> str:
    """Lengthen a first-generation personal number; anything else stays."""
    if len(text) == 15 and classify(text).kind is IdentifierKind.PERSON_15:  # noqa: PLR2004 - its length
        return lengthen(text) if classify(text).fault is None else text
    return text
