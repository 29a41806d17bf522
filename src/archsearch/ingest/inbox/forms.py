"""What the text of a scan says of its customer: values that a person has yet to confirm.

A form says ``姓名`` and then, beside it or below it, whose. Numbers of identity with a right check
character, and mobile numbers, are known without that, if there is only one of them.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from archsearch.domain.identifiers import IdentifierKind, classify
from archsearch.domain.schema import Schema
from archsearch.ingest.inbox.layout import CELL

KEYS: Final = ("name", "id_number", "phones", "birth_date", "established_on")
"""The fields for which values are looked for."""
_IDENTITIES: Final = (IdentifierKind.PERSON, IdentifierKind.USCC)
_SHORTEST_LABEL: Final = 2
_COLON: Final = "：:"
_SPACES: Final = re.compile(r"\s+")
_HAN: Final = re.compile("[\u3400-\u9fff\U00020000-\U0003ffff]")
_NAME: Final = re.compile("[\u3400-\u9fff\U00020000-\U0003ffffA-Za-z·（）()]{2,60}")
_ENDS: Final = re.compile(r"[（(](?:签字|签名|盖章|公章|签章)[）)]?$")
_BRACKETS: Final = str.maketrans("()", "（）")
"""Names are written with wide ones, whatever was seen."""
_ID_NUMBER: Final = re.compile(r"(?<![0-9A-Za-z])[0-9A-Za-z]{17}[0-9A-Za-z](?![0-9A-Za-z])")
_MOBILE: Final = re.compile(r"(?<![0-9])1[3-9][0-9]{9}(?![0-9])")
_LANDLINE: Final = re.compile(r"(?<![0-9])0[0-9]{2,3}-?[0-9]{7,8}(?![0-9])")
_DAY: Final = re.compile(r"((?:19|20)[0-9]{2})\s*[-./年]\s*([0-9]{1,2})\s*[-./月]\s*([0-9]{1,2})")


class Forms:
    """Reads forms whose labels are the names that the schema gives its fields."""

    def __init__(self, schema: Schema) -> None:
        labels = {
            _plain(label): key
            for key in KEYS
            if (spec := schema.by_key.get(key)) is not None
            for label in (spec.label, *spec.aliases)
            if _HAN.search(label)
        }
        self._labels = {k: v for k, v in labels.items() if len(k) >= _SHORTEST_LABEL}
        self._by_length = sorted(self._labels, key=len, reverse=True)
        self._all = {
            _plain(label) for spec in schema.leaves for label in (spec.label, *spec.aliases)
        }

    def read(self, text: str) -> dict[str, str]:
        """Give the values by field, as they are written; the first of each field."""
        rows = [_cells(line) for line in text.splitlines()]
        found: dict[str, str] = {}
        for key, said in self._labelled(rows):
            value = next(_READERS[key](said), "")
            if value:
                found.setdefault(key, value)
        for key in ("id_number", "phones"):
            values = set(_READERS[key](text))
            if key not in found and len(values) == 1:
                found[key] = values.pop()
        return found

    def _labelled(self, rows: Sequence[Sequence[str]]) -> Iterator[tuple[str, str]]:
        """Yield what stands beside labels, or below them where nothing stands beside them."""
        for number, row in enumerate(rows):
            below = rows[number + 1] if number + 1 < len(rows) else ()
            for place, cell in enumerate(row):
                key, rest = self._label(cell)
                if not key:
                    continue
                beside = row[place + 1] if place + 1 < len(row) else ""
                if rest:
                    yield key, rest
                elif beside and not self._is_label(beside):
                    yield key, beside
                elif place < len(below) and not self._is_label(below[place]):
                    yield key, below[place]

    def _is_label(self, cell: str) -> bool:
        return _plain(cell).rstrip(_COLON) in self._all or bool(self._label(cell)[0])

    def _label(self, cell: str) -> tuple[str, str]:
        """Take the label off a cell: its field, and what follows it in the same cell."""
        plain = _plain(cell)
        for label in self._by_length:
            if plain.startswith(label):
                rest = plain[len(label) :]
                return self._labels[label], rest.lstrip(_COLON)
        return "", ""


def _cells(line: str) -> list[str]:
    return [cell for cell in line.split(CELL) if cell.strip()]


def _plain(text: str) -> str:
    return _SPACES.sub("", text)


def _names(said: str) -> Iterator[str]:
    whole = _ENDS.sub("", _plain(said).strip("：:，,。.;；_"))
    if _NAME.fullmatch(whole) and _HAN.search(whole):
        yield whole.translate(_BRACKETS)


def _id_numbers(said: str) -> Iterator[str]:
    for each in _ID_NUMBER.findall(_joined(said)):
        found = classify(each.upper())
        if found.fault is None and found.kind in _IDENTITIES:
            yield each.upper()


def _phones(said: str) -> Iterator[str]:
    joined = _joined(said)
    for pattern in (_MOBILE, _LANDLINE):
        yield from pattern.findall(joined)


def _days(said: str) -> Iterator[str]:
    for parts in _DAY.findall(said):
        try:
            yield date(*map(int, parts)).isoformat()
        except ValueError:
            continue


def _joined(said: str) -> str:
    """Close the gaps that are left between groups of digits."""
    return re.sub(r"(?<=[0-9])[ \u3000]+(?=[0-9Xx])", "", said)


_READERS: Final[Mapping[str, Callable[[str], Iterator[str]]]] = {
    "name": _names,
    "id_number": _id_numbers,
    "phones": _phones,
    "birth_date": _days,
    "established_on": _days,
}
