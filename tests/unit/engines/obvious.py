"""Documents made the slow and obvious way, for comparison with what is made fast."""

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from archsearch.analysis.folding import fold, fold_with_offsets
from archsearch.analysis.parts import Part, Parts
from archsearch.analysis.pinyin import Pinyin
from archsearch.analysis.segmenter import Segmenter
from archsearch.analysis.units import MAX_POSITION, bigram, positioned
from archsearch.domain.record import Record, values_at
from archsearch.domain.schema import FieldSpec, FieldType, Matching, Schema
from archsearch.engines.base import DEPARTMENT, ID, OWNER, SECRECY, Document
from archsearch.engines.fields import conceals, identifier_key, number_key, sort_field
from archsearch.security.prose import mask_text, without_numbers
from archsearch.security.tokens import derive_key

SECRET = b"s" * 32


@dataclass
class Expected:
    """A document as sets: of (token, position) by text field, of keys by key field."""

    texts: dict[str, tuple[set[tuple[str, int]], int]] = field(default_factory=dict)
    keys: dict[str, set[str]] = field(default_factory=dict)

    def add(self, name: str, *keys: str) -> None:
        self.keys.setdefault(name, set()).update(keys)


def seen(document: Document) -> Expected:
    """See a document in the same way; what should occur once must."""
    for tokens in document.texts.values():
        assert len(set(tokens)) == len(tokens.terms) == len(tokens.positions)
    assert all(len(set(keys)) == len(keys) for keys in document.keys.values())
    return Expected(
        {name: (set(tokens), tokens.length) for name, tokens in document.texts.items()},
        {name: set(keys) for name, keys in document.keys.items() if keys},
    )


@dataclass
class ObviousBuilder:
    """Makes documents as their fields are described in :mod:`archsearch.engines.fields`."""

    schema: Schema
    ranks: Mapping[str, Mapping[str, int]]
    segmenter: Segmenter
    pinyin: Pinyin
    parts: Parts

    def build(self, record: Record) -> Expected:
        made = Expected()
        for spec in self.schema.leaves:
            values = list(values_at(record.values, spec.key))
            if not values:
                continue
            if spec.matching in {Matching.TEXT, Matching.NAME}:
                self._text(made, spec, [str(value) for value in values])
            if spec.matching is Matching.NAME:
                self._name(made, spec, [str(value) for value in values])
            if spec.matching is Matching.KEY:
                self._match(made, spec, values)
            if spec.facet:
                shown = [mask_text(str(value)) for value in values]
                made.add(f"{spec.key}#facet", *(_above(shown) if spec.hierarchical else shown))
            if spec.sortable and sort_field(spec) not in {spec.key, ID}:
                made.add(f"{spec.key}#sort", self._rank(spec, str(values[0])))
        made.add(ID, record.record_id)
        made.add(SECRECY, record.secrecy)
        if record.owner:
            made.add(OWNER, record.owner)
        if record.department:
            made.add(DEPARTMENT, *_above([record.department]))
        return made

    def _text(self, made: Expected, spec: FieldSpec, written: Sequence[str]) -> None:
        texts = []
        for text in written:
            plain, numbers = without_numbers(fold(text))
            texts.append(plain)
            for number in numbers:
                for purpose, part in (
                    ("whole", number),
                    ("last4", number[-4:]),
                    ("last6", number[-6:]),
                ):
                    made.add(f"{spec.key}#number_{purpose}", _token(spec, purpose, part))
        found = positioned(texts)
        tokens = set(found)
        for (first, position), (second, following) in pairwise(found):
            if following == position + 1:
                tokens.add((bigram(first, second), position))
        made.texts[spec.key] = (tokens, len(found))
        assert all(position <= MAX_POSITION for _, position in tokens)
        words = [w for text in texts for w in self.segmenter.cut(_bare(text)) if len(w) > 1]
        made.texts[f"{spec.key}#words"] = ({(w, i) for i, w in enumerate(words)}, len(words))

    def _name(self, made: Expected, spec: FieldSpec, names: Sequence[str]) -> None:
        for name in names:
            made.add(f"{spec.key}#whole", "".join(_units(mask_text(fold(name)))))
            parted = self.parts.of(self.parts.writing.written(mask_text(fold(name))))
            person = not parted.parts or parted.parts[0] in {Part.PERSON, Part.LINKED}
            made.add("@kind", "person" if person else "organisation")

    def _match(self, made: Expected, spec: FieldSpec, values: Sequence[Any]) -> None:
        for value in values:
            if conceals(spec, value):
                made.add(f"{spec.key}#secret", _token(spec, "whole", _bare(value)))
                continue
            made.add(spec.key, _key(spec, value))
            if spec.type in {FieldType.ID_NUMBER, FieldType.PHONE}:
                whole = identifier_key(spec, str(value))
                if len(whole) > 6:
                    made.add(f"{spec.key}#last4", _token(spec, "last4", whole[-4:]))
                    made.add(f"{spec.key}#last6", _token(spec, "last6", whole[-6:]))
                    made.add(f"{spec.key}#head3", _token(spec, "head3", whole[:3]))
                if len(whole) > 6 and spec.type is FieldType.PHONE:
                    made.add(f"{spec.key}#middle4", _token(spec, "middle4", whole[3:7]))

    def _rank(self, spec: FieldSpec, value: str) -> str:
        if spec.key in self.ranks:
            ranks = self.ranks[spec.key]
            return f"{ranks.get(value, len(ranks)):04d}"
        units = _units(value)
        return " ".join(self.pinyin.main_spelling(units)) + "\t" + "".join(units)


def _units(text: str) -> list[str]:
    return [unit for unit, _ in positioned([text])]


def _bare(text: str) -> str:
    return "".join(fold_with_offsets(text)[0].split())


def _key(spec: FieldSpec, value: Any) -> str:
    if spec.sensitive:
        return _token(spec, "whole", identifier_key(spec, str(value)))
    if spec.type in {FieldType.NUMBER, FieldType.AMOUNT}:
        return number_key(float(value))
    return str(value) if spec.type is FieldType.DATE else _bare(str(value))


def _token(spec: FieldSpec, purpose: str, value: str) -> str:
    key = derive_key(SECRET, f"token/{spec.key}/{purpose}")
    return hmac.digest(key, value.encode(), hashlib.sha256)[:12].hex()


def _above(paths: Iterable[str]) -> list[str]:
    parts = [path.split("/") for path in paths]
    return ["/".join(each[: end + 1]) for each in parts for end in range(len(each))]
