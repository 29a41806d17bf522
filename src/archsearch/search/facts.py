"""What is known of a customer beside the names, and how records that share it are found."""

import re
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, Final

from archsearch.domain.identifiers import IdentifierKind, classify, lengthen
from archsearch.domain.plan import KeyNode
from archsearch.domain.record import values_at
from archsearch.domain.schema import FieldSpec, Schema
from archsearch.domain.screening import LINE, Entry
from archsearch.engines.fields import identifier_key, key_of
from archsearch.search.numbers import other_forms
from archsearch.search.values import ValueReader
from archsearch.security.tokens import Purpose, Tokens

_OLD_LENGTH: Final = 15
_MOST_PHONES: Final = 5
_SEVERAL: Final = re.compile(r"[、，,；;|/\n]+")
_LONGEST: Final = 200
DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
"""A whole date."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known beside the names, in the form in which records keep it."""

    number: str = ""
    """Of identity; those of the first generation as they are written today."""
    phones: frozenset[str] = frozenset()
    birth_date: str = ""
    region: str = ""

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Facts":
        """Take them from the values of a record."""
        number = today(str(values.get("id_number") or ""))
        return cls(
            number,
            frozenset(map(str, values_at(values, "phones"))),
            str(values.get("birth_date") or "") or birth_in(number),
            str(values.get("region") or ""),
        )


NOTHING: Final = Facts()


class FactReader:
    """Reads what lines of lists say as ingest reads records, and makes nodes of it."""

    def __init__(self, schema: Schema, tokens: Tokens, values: ValueReader) -> None:
        self._specs = schema.by_key
        self._tokens = tokens
        self._values = values

    def of(self, entry: Entry) -> Facts:
        """Read what a line says beside the name; what cannot be read says nothing."""
        if not (entry.id_number or entry.phones or entry.birth_date or entry.region):
            return NOTHING
        number = self._read("id_number", entry.id_number)
        if number and (spec := self._specs.get("id_number")) is not None:
            number = today(identifier_key(spec, number))
        several = _SEVERAL.split(entry.phones)[:_MOST_PHONES]
        phones = {self._read("phones", one) for one in several}
        birth_date = self._read("birth_date", entry.birth_date) or birth_in(number)
        region = self._read("region", entry.region)
        return Facts(number, frozenset(phones - {""}), birth_date, region)

    def doubts(self, entry: Entry) -> dict[str, str]:
        """Say by field what a line says that is no evidence, as it cannot be read; not the value.

        Part of a date says too little: it counts among these.
        """
        given = {key: getattr(entry, key).strip() for key in LINE if key != "name"}
        known = ((self._specs[key], text) for key, text in given.items() if key in self._specs)
        return {
            spec.key: f"名单中{spec.label}无法识别"
            for spec, text in known
            if any(self._doubtful(spec, one) for one in _pieces(spec, text))
        }

    def _doubtful(self, spec: FieldSpec, text: str) -> bool:
        if len(text) > _LONGEST or self._values.faulty(spec, text):
            return True
        if spec.key != "birth_date":
            return False
        value = self._read(spec.key, text)
        return value[:1].isdigit() and not DAY.fullmatch(value)

    def digest(self, text: str) -> str:
        """Make a digest for the log: keyed, or whoever can guess a list could prove it."""
        return self._tokens.token("@list", Purpose.WHOLE, text)

    def bearers(self, facts: Facts) -> KeyNode | None:
        """Match records with the number of identity."""
        spec = self._specs.get("id_number")
        if spec is None or not facts.number:
            return None
        return self._keys(spec, {facts.number, *other_forms(spec, facts.number)})

    def called(self, facts: Facts) -> KeyNode | None:
        """Match records with one of the telephones."""
        spec = self._specs.get("phones")
        return self._keys(spec, facts.phones) if spec is not None and facts.phones else None

    def born(self, facts: Facts) -> KeyNode | None:
        """Match records with the date of birth."""
        spec = self._specs.get("birth_date")
        known = spec is not None and facts.birth_date
        return self._keys(spec, {facts.birth_date}) if spec is not None and known else None

    def _keys(self, spec: FieldSpec, values: Set[str]) -> KeyNode:
        return KeyNode(spec.key, frozenset(key_of(spec, each, self._tokens) for each in values))

    def _read(self, key: str, text: str) -> str:
        spec = self._specs.get(key)
        text = text.strip()
        if spec is None or not text or len(text) > _LONGEST:
            return ""
        value = self._values.read(spec, text)
        return "" if value is None else str(value)


def _pieces(spec: FieldSpec, text: str) -> list[str]:
    pieces = _SEVERAL.split(text) if spec.key == "phones" else [text]
    return [piece.strip() for piece in pieces if piece.strip()]


def birth_in(number: str) -> str:
    """Give the date of birth that a person's number holds; empty for any other number.

    >>> birth_in("11010519491231002X"), birth_in("110105")
    ('1949-12-31', '')
    """
    person = classify(number).person if number else None
    return person.birth_date.isoformat() if person else ""


def organisation_in(number: str) -> str:
    """Give the organisation code that a USCC holds (GB 32100-2015); empty for any other number.

    >>> organisation_in("91350100M000100Y43"), organisation_in("11010519491231002X")
    ('M000100Y4', '')
    """
    known = classify(number) if number else None
    return number[8:17] if known and known.kind is IdentifierKind.USCC else ""


def today(number: str) -> str:
    """Write a person's number of the first generation as it is written today.

    >>> today("110105491231002"), today("MA1234567")
    ('11010519491231002X', 'MA1234567')
    """
    if len(number) != _OLD_LENGTH or not number.isdigit():
        return number
    longer = lengthen(number)
    return longer if classify(longer).fault is None else number
