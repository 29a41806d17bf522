"""From a record to the document that an engine keeps of it."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from archsearch.analysis.folding import fold
from archsearch.analysis.parts import Parts
from archsearch.analysis.pinyin import Pinyin
from archsearch.analysis.segmenter import Segmenter
from archsearch.analysis.units import marked
from archsearch.domain.dictionary import Glossary
from archsearch.domain.record import Record, Values, values_at
from archsearch.domain.schema import FieldSpec, FieldType, Matching, Schema
from archsearch.engines.base import DEPARTMENT, ID, OWNER, SECRECY, Document
from archsearch.engines.fields import paths, sort_field
from archsearch.engines.names import NameForms, name_sort_key
from archsearch.engines.writers import (
    TAILED,
    Draft,
    IdentifierWriter,
    Keys,
    KeyWriter,
    NameWriter,
    Rank,
    TextWriter,
    Writer,
)
from archsearch.security.tokens import Tokens

_REMEMBERED: Final = 1 << 15
"""Values of a field whose keys are kept at hand: more than there are days in a lifetime."""
_SELDOM_TWICE: Final = frozenset(
    {FieldType.ID_NUMBER, FieldType.PHONE, FieldType.EMAIL, FieldType.NAME}
)


@dataclass(frozen=True, slots=True)
class Analysis:
    """The tools of analysis, wired once and shared by documents and queries."""

    segmenter: Segmenter
    pinyin: Pinyin
    parts: Parts
    tokens: Tokens
    glossary: Glossary = field(default_factory=Glossary)


class DocumentBuilder:
    """Makes documents; one for all records of a schema.

    What a value becomes is remembered for values that come again and again: ten thousand records a
    second pass here, and most of what they hold are terms, regions, dates and departments.

    Args:
        schema: The metadata schema.
        ranks: For fields that sort by their vocabulary, the rank of each of its terms.
        analysis: The tools of analysis.
    """

    def __init__(
        self, schema: Schema, ranks: Mapping[str, Mapping[str, int]], analysis: Analysis
    ) -> None:
        self._analysis = analysis
        self._ranks = ranks
        self._fields: dict[str, tuple[Writer, ...]] = {}
        self._forms = NameForms(analysis.pinyin, analysis.parts)
        self._names = [s.key for s in schema.leaves if s.matching is Matching.NAME]
        self._members: defaultdict[str, list[tuple[str, Writer]]] = defaultdict(list)
        self._remembered: dict[str, _Remembered] = {}
        for spec in schema.leaves:
            self._take(spec)
        self._paths = lru_cache(_REMEMBERED)(_path_keys)

    def build(self, record: Record) -> Document:
        """Make the document of a record."""
        draft = Draft({}, {}, {}, {})
        keys = draft.keys
        for name, value in record.values.items():
            remembered = self._remembered.get(name)
            kind = type(value)
            if remembered is None:
                self._write(draft, record.values, name)
            elif kind is str or kind is int:
                # Never equal to one another; 1.0 and True would be taken for 1.
                keys.update(remembered[value])
            elif isinstance(value, list) and _all_text(value):
                keys.update(remembered[tuple(value)])
            else:
                self._write(draft, record.values, name)
        keys[ID] = (record.record_id,)
        keys[SECRECY] = (record.secrecy,)
        if owner := record.owner:
            keys[OWNER] = (owner,)
        if department := record.department:
            keys[DEPARTMENT] = self._paths(department)
        return Document(
            record.record_id, record.version, draft.texts, keys, draft.grams, draft.stored
        )

    def _write(self, draft: Draft, values: Values, name: str) -> None:
        writers = self._fields.get(name)
        if writers is not None:
            found = _scalars(values[name])
            if found:
                for write in writers:
                    write(draft, found)
        for key, write in self._members.get(name, ()):
            found = list(values_at(values, key))
            if found:
                write(draft, found)

    def _take(self, spec: FieldSpec) -> None:
        """Prepare for the values of a field."""
        writers: list[Writer] = []
        analysis = self._analysis
        rank = self._rank_of(spec)
        text = TextWriter(spec, analysis.segmenter, analysis.tokens)
        if spec.matching is Matching.NAME:
            sort = rank is not None and spec.key not in self._ranks
            number = self._names.index(spec.key)
            named = NameWriter(spec, text, analysis.pinyin, self._forms, number)
            writers.append(named.write_sorted if sort else named.write)
            rank = None if sort else rank
        elif spec.matching is Matching.TEXT:
            writers.append(text.write)
        plain = not spec.facet and rank is None
        if spec.matching is Matching.KEY and spec.type in TAILED and spec.sensitive and plain:
            writers.append(IdentifierWriter(spec, analysis.tokens).write)
        elif spec.matching is Matching.KEY or not plain:
            keyed = KeyWriter(spec, analysis.tokens, rank)
            writers.append(keyed.write)
            if len(writers) == 1 and _recurrent(spec):
                self._remembered[spec.key] = _Remembered(keyed.keys_of)
        group, _, _ = spec.key.rpartition(".")
        if group:
            self._members[group] += [(spec.key, write) for write in writers]
        else:
            self._fields[spec.key] = tuple(writers)

    def _rank_of(self, spec: FieldSpec) -> Rank | None:
        if not spec.sortable or sort_field(spec) in {spec.key, ID}:
            return None
        ranks = self._ranks.get(spec.key)
        if ranks is None:
            return self._name_rank
        last = len(ranks)
        return lambda value: f"{ranks.get(value, last):04d}"

    def _name_rank(self, value: str) -> str:
        return name_sort_key(marked(fold(value)).units(), self._analysis.pinyin)


class _Remembered(dict[Any, Keys]):
    """The keys that values of a field become, made when first met; as many as are worth it."""

    def __init__(self, keys_of: Callable[[Sequence[Any]], Keys]) -> None:
        super().__init__()
        self._keys_of = keys_of

    def __missing__(self, value: Any) -> Keys:
        if len(self) >= _REMEMBERED:
            self.clear()
        found = self[value] = self._keys_of(value if isinstance(value, tuple) else (value,))
        return found


def _all_text(values: list[Any]) -> bool:
    return bool(values) and set(map(type, values)) == {str}


def _recurrent(spec: FieldSpec) -> bool:
    """Whether many records hold the same value of a field."""
    return spec.type not in _SELDOM_TWICE and spec.key != "record_id"


def _scalars(value: Any) -> list[Any]:
    """List the values of a field as :func:`values_at` does."""
    if isinstance(value, list):
        return [item for item in value if item is not None]
    return [] if value is None else [value]


def _path_keys(path: str) -> tuple[str, ...]:
    return tuple(paths(path))
