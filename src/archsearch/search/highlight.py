"""Highlights: where in a record's own text a query matched.

Works on the text as it is shown (masked, unfolded), by units, so that spans are right though
folding changes lengths. Overlapping spans are merged.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from archsearch.analysis.folding import fold
from archsearch.analysis.units import Unit, positioned, units
from archsearch.domain.plan import Channel
from archsearch.domain.query import Reason, Snippet
from archsearch.domain.record import values_at
from archsearch.domain.schema import FieldSpec, Matching, Schema

_CONTEXT = 30
"""Characters shown on each side of the first match in a long text."""

_LONG = 90
_MOST_SNIPPETS = 3
_REMEMBERED = 256

_LEFT_OUT = frozenset({Channel.SUBSTRING, Channel.MISSING})
"""Reasons that tell of pieces of a name which the query has not."""

Term = tuple[str, str | None]
"""A positive text of the query, and the schema key it is bound to or None."""

Span = tuple[int, int]
_Sought = Sequence[tuple[str, int]]
"""Units of a term, with their positions."""


class Highlighter:
    """Finds the spans of query terms in records; one for all queries of a schema."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._specs = tuple(
            spec
            for spec in schema.leaves
            if spec.matching in {Matching.TEXT, Matching.NAME} and not spec.sensitive
        )

    def highlight(
        self, record: Mapping[str, Any], terms: Sequence[Term], reasons: Sequence[Reason] = ()
    ) -> dict[str, tuple[Snippet, ...]]:
        """Find the terms in a masked record.

        Args:
            record: Values as they will be shown.
            terms: What the query is expected to match.
            reasons: Where names match though no term is there as it is.

        Returns:
            Snippets by schema key; fields without a match are absent.
        """
        found: dict[str, tuple[Snippet, ...]] = {}
        sought = [(_units_of(text), key) for text, key in terms]
        for spec in self._specs:
            wanted = [term for term, key in sought if term and _concerns(key, spec)]
            likely = [reason for reason in reasons if reason.field == spec.key]
            snippets = [
                snippet
                for value in values_at(record, spec.key)
                if (snippet := self._snippet(str(value), wanted, likely))
            ]
            if snippets:
                found[spec.key] = tuple(snippets[:_MOST_SNIPPETS])
        return found

    def places(self, record: Mapping[str, Any], term: Term) -> Iterator[tuple[str, int, int]]:
        """Yield where a term is first found in each field of a masked record, as it is shown."""
        text, key = term
        sought = _units_of(text)
        for spec in self._specs:
            if not _concerns(key, spec):
                continue
            for value in values_at(record, spec.key):
                spans = _occurrences(list(units(str(value))), sought)
                if spans:
                    yield spec.key, *spans[0]
                    break

    def _snippet(
        self, text: str, wanted: Sequence[_Sought], likely: Sequence[Reason]
    ) -> Snippet | None:
        folded = fold(text)
        # Most fields hold none of the terms; finding that out must be cheap.
        hopeful = [sought for sought in wanted if all(unit in folded for unit, _ in sought)]
        spans: list[Span] = []
        if hopeful:
            there = list(units(text))
            spans = [span for sought in hopeful for span in _occurrences(there, sought)]
        if not spans:
            spans = [
                (reason.start, reason.end)
                for reason in likely
                if reason.channel not in _LEFT_OUT
                and reason.meant
                and text[reason.start : reason.end] == reason.meant
            ]
        return _cut(text, _merged(spans)) if spans else None


@lru_cache(_REMEMBERED)
def _units_of(text: str) -> tuple[tuple[str, int], ...]:
    """Give the units of a term, which are looked for in one record after the other."""
    return tuple(positioned([text]))


def _concerns(key: str | None, spec: FieldSpec) -> bool:
    if key is None:
        return spec.default_search
    return spec.key == key or spec.key.startswith(f"{key}.")


def _occurrences(there: Sequence[Unit], sought: Sequence[tuple[str, int]]) -> list[Span]:
    if not sought:
        return []
    at = {(unit.position, unit.text): unit for unit in there}
    first = sought[0][1]
    spans = []
    for unit in there:
        matched = [at.get((unit.position + p - first, text)) for text, p in sought]
        ends = [m for m in matched if m is not None]
        if len(ends) == len(sought):
            spans.append((unit.start, ends[-1].end))
    return spans


def _merged(spans: Iterable[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _cut(text: str, spans: Sequence[Span]) -> Snippet:
    if len(text) <= _LONG:
        return Snippet(text, tuple(spans))
    start = max(0, spans[0][0] - _CONTEXT)
    end = min(len(text), start + _LONG)
    inside = [(s - start, min(e, end) - start) for s, e in spans if s < end]
    head = "…" if start else ""
    tail = "…" if end < len(text) else ""
    shift = len(head)
    return Snippet(head + text[start:end] + tail, tuple((s + shift, e + shift) for s, e in inside))
