"""From a record to the document that an engine keeps of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from archsearch.analysis.pinyin import Pinyin
from archsearch.analysis.segmenter import Segmenter
from archsearch.analysis.units import positioned
from archsearch.domain.record import Record, values_at
from archsearch.domain.schema import FieldSpec, FieldType, Matching, Schema
from archsearch.engines.base import (
    DEPARTMENT,
    ID,
    OWNER,
    SECRECY,
    Document,
    TextTokens,
)
from archsearch.engines.fields import (
    conceals,
    facet_field,
    gap_keys,
    identifier_key,
    key_of,
    name_sort_key,
    paths,
    pinyin_tokens,
    secret_field,
    secret_key,
    sort_field,
    unit_tokens,
    word_tokens,
)
from archsearch.security.masking import mask_text
from archsearch.security.tokens import Tokens


@dataclass(frozen=True, slots=True)
class Analysis:
    """The tools of analysis, wired once and shared by documents and queries."""

    segmenter: Segmenter
    pinyin: Pinyin
    tokens: Tokens


class DocumentBuilder:
    """Makes documents; one for all records of a schema.

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
        self._writers: list[tuple[FieldSpec, tuple[_Writer, ...]]] = [
            (spec, writers) for spec in schema.leaves if (writers := tuple(self._writers_of(spec)))
        ]

    def build(self, record: Record) -> Document:
        """Make the document of a record."""
        draft = _Draft({}, {})
        for spec, writers in self._writers:
            values = list(values_at(record.values, spec.key))
            if values:
                for write in writers:
                    write(draft, spec, values)
        draft.keys[ID] = (record.record_id,)
        draft.keys[SECRECY] = (record.secrecy,)
        if record.owner:
            draft.keys[OWNER] = (record.owner,)
        if record.department:
            draft.keys[DEPARTMENT] = tuple(paths(record.department))
        return Document(record.record_id, record.version, draft.texts, draft.keys)

    def _writers_of(self, spec: FieldSpec) -> "list[_Writer]":
        writers: list[_Writer] = []
        if spec.matching in {Matching.TEXT, Matching.NAME}:
            writers.append(self._write_text)
        if spec.matching is Matching.NAME:
            writers.append(self._write_name)
        if spec.matching is Matching.KEY:
            writers.append(self._write_key)
        if spec.facet:
            writers.append(_write_facet)
        if spec.sortable and sort_field(spec) not in {spec.key, ID}:
            writers.append(self._write_sort)
        return writers

    def _write_text(self, draft: "_Draft", spec: FieldSpec, values: Sequence[Any]) -> None:
        texts = [str(value) for value in values]
        draft.texts[spec.key] = unit_tokens(positioned(texts))
        draft.texts[f"{spec.key}#words"] = word_tokens(texts, self._analysis.segmenter)

    def _write_name(self, draft: "_Draft", spec: FieldSpec, values: Sequence[Any]) -> None:
        pinyin = self._analysis.pinyin
        names = [str(value) for value in values]
        draft.texts[f"{spec.key}#pinyin"] = pinyin_tokens(names, pinyin)
        whole: set[str] = set()
        spelling: set[str] = set()
        initials: set[str] = set()
        gaps: set[str] = set()
        for name in names:
            found = [unit for unit, _ in positioned([name])]
            whole.add("".join(unit for unit, _ in positioned([mask_text(name)])))
            gaps |= gap_keys(found)
            for syllables in pinyin.spellings(found):
                spelling.add("".join(syllables))
                initials.add("".join(syllable[0] for syllable in syllables))
        draft.keys[f"{spec.key}#whole"] = tuple(whole)
        draft.keys[f"{spec.key}#spelling"] = tuple(spelling)
        draft.keys[f"{spec.key}#initials"] = tuple(initials)
        draft.keys[f"{spec.key}#gap"] = tuple(gaps)

    def _write_key(self, draft: "_Draft", spec: FieldSpec, values: Sequence[Any]) -> None:
        tokens = self._analysis.tokens
        hidden = [value for value in values if conceals(spec, value)]
        if hidden:
            # An ID number that got into an open field must not be walked by patterns.
            secret = dict.fromkeys(secret_key(spec, str(value), tokens) for value in hidden)
            draft.keys[secret_field(spec)] = tuple(secret)
            values = [value for value in values if not conceals(spec, value)]
        found = dict.fromkeys(key_of(spec, value, tokens) for value in values)
        draft.keys[spec.key] = tuple(found)
        if spec.type in {FieldType.ID_NUMBER, FieldType.PHONE}:
            tails: dict[str, dict[str, None]] = {}
            for value in values:
                for purpose, tail in tokens.tails(identifier_key(spec, str(value))):
                    token = tokens.token(spec.key, purpose, tail)
                    tails.setdefault(f"{spec.key}#{purpose}", {})[token] = None
            draft.keys.update((name, tuple(keys)) for name, keys in tails.items())

    def _write_sort(self, draft: "_Draft", spec: FieldSpec, values: Sequence[Any]) -> None:
        ranks = self._ranks.get(spec.key)
        value = str(values[0])
        if ranks is not None:
            draft.keys[sort_field(spec)] = (f"{ranks.get(value, len(ranks)):04d}",)
        else:
            draft.keys[sort_field(spec)] = (name_sort_key(value, self._analysis.pinyin),)


@dataclass(frozen=True, slots=True)
class _Draft:
    texts: dict[str, TextTokens]
    keys: dict[str, tuple[str, ...]]


_Writer = Callable[[_Draft, FieldSpec, Sequence[Any]], None]


def _write_facet(draft: _Draft, spec: FieldSpec, values: Sequence[Any]) -> None:
    shown = (mask_text(str(value)) for value in values)
    if spec.hierarchical:
        shown = (path for value in shown for path in paths(value))
    draft.keys[facet_field(spec)] = tuple(dict.fromkeys(shown))
