"""Several segments into one, without the documents that were deleted.

Record ids give the new numbering. Text fields are merged term range by term range, so that memory
is bounded by the range and not by the segments. The result equals, byte for byte, one build from
the documents that remain.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from archsearch.engines.whoosh.arrays import Docs, Ints, Mask, compact, offsets, widths
from archsearch.engines.whoosh.build import GONE
from archsearch.engines.whoosh.columns import KeyField
from archsearch.engines.whoosh.content import Content
from archsearch.engines.whoosh.dictionary import Dictionary, union
from archsearch.engines.whoosh.postings import TextAssembler, TextField, Tokens

CHUNK = 2_000_000
"""Tokens sorted at a time: about 100 MB with everything around them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One segment to merge: its content and which of its documents are alive."""

    content: Content
    alive: Mask


def merge(parts: Sequence[Part], chunk: int = CHUNK) -> Content:
    """Merge segments whose living documents are of different records."""
    ids, homes = _renumbered(parts)
    size = len(ids)
    versions = np.zeros(size, np.uint64)
    for part, home in zip(parts, homes, strict=True):
        versions[home[part.alive]] = part.content.versions[part.alive]
    texts = {name for part in parts for name in part.content.texts}
    keys = {name for part in parts for name in part.content.keys}
    merged_texts = {name: _merge_text(name, parts, homes, size, chunk) for name in texts}
    merged_keys = {name: _merge_keys(name, parts, homes, size) for name in keys}
    return Content(
        Dictionary.of(ids),
        compact(versions),
        {name: field for name, field in merged_texts.items() if field is not None},
        {name: field for name, field in merged_keys.items() if field is not None},
    )


def _renumbered(parts: Sequence[Part]) -> tuple[list[bytes], list[Docs]]:
    alive = [np.flatnonzero(part.alive) for part in parts]
    entries = [part.content.ids.entries() for part in parts]
    ids, places = union(
        [[names[doc] for doc in docs] for names, docs in zip(entries, alive, strict=True)]
    )
    homes = []
    for part, docs, place in zip(parts, alive, places, strict=True):
        home = np.full(len(part.content), GONE, np.intp)
        home[docs] = place
        homes.append(home)
    return ids, homes


@dataclass(frozen=True, slots=True)
class _TextSource:
    """One part's side of a text field: where its documents and terms go."""

    field: TextField
    home: Docs
    terms: Docs
    starts: Ints

    def between(self, low: int, high: int) -> Tokens:
        """Give the living tokens of the new terms ``[low, high)``."""
        field = self.field
        first, last = np.searchsorted(self.terms, (low, high))
        begin, end = int(field.bounds[first]), int(field.bounds[last])
        counts = field.occurrences(begin, end)
        frequencies = widths(field.bounds[first : last + 1])
        terms = np.repeat(np.repeat(self.terms[first:last], frequencies), counts)
        docs = np.repeat(self.home[field.docs[begin:end]], counts)
        positions = field.positions[int(self.starts[first]) : int(self.starts[last])]
        kept = docs != GONE
        return Tokens(terms[kept], docs[kept], positions[kept])


def _merge_text(
    name: str, parts: Sequence[Part], homes: Sequence[Docs], size: int, chunk: int
) -> TextField | None:
    lengths = np.zeros(size, np.int64)
    fields, places, entries = [], [], []
    for part, home in zip(parts, homes, strict=True):
        field = part.content.texts.get(name)
        if field is None:
            continue
        lengths[home[part.alive]] = field.lengths[part.alive]
        living = _living(field.bounds, field.docs, part.alive)
        names = field.terms.entries()
        entries.append([names[term] for term in np.flatnonzero(living)])
        fields.append((field, home))
        places.append(living)
    terms, targets = union(entries)
    if not terms and not lengths.any():
        return None
    sources = [
        _source(field, home, living, target)
        for (field, home), living, target in zip(fields, places, targets, strict=True)
    ]
    assembler = TextAssembler(terms)
    for low, high in _ranges(sources, len(terms), chunk):
        pieces = [source.between(low, high) for source in sources]
        assembler.append(_concatenated(pieces).sorted())
    return assembler.finish(lengths)


def _living(bounds: Ints, docs: Ints, alive: Mask) -> Mask:
    """Tell which entries of a dictionary still have a living document."""
    if alive.all():
        return np.ones(len(bounds) - 1, np.bool_)
    before = offsets(alive[docs])
    edges = before[bounds.astype(np.intp)]
    return np.asarray(edges[1:] > edges[:-1])


def _source(field: TextField, home: Docs, living: Mask, target: Docs) -> _TextSource:
    terms = np.zeros(len(field.terms), np.intp)
    terms[living] = target
    # A dead term has no tokens left; any number that keeps the order will do.
    terms = np.maximum.accumulate(terms)
    starts = field.starts if field.starts is not None else field.bounds
    return _TextSource(field, home, terms, starts)


def _ranges(sources: Sequence[_TextSource], terms: int, chunk: int) -> Iterator[tuple[int, int]]:
    """Cut the new terms into ranges of about ``chunk`` tokens, never inside a term."""
    tokens = np.zeros(terms, np.int64)
    for source in sources:
        tokens += np.bincount(source.terms, widths(source.starts), minlength=terms).astype(np.int64)
    ends = np.cumsum(tokens)
    low = 0
    while low < terms:
        done = int(ends[low - 1]) if low else 0
        high = max(low + 1, int(np.searchsorted(ends, done + chunk, side="right")))
        yield low, high
        low = high


def _concatenated(pieces: Sequence[Tokens]) -> Tokens:
    return Tokens(
        np.concatenate([piece.terms for piece in pieces]),
        np.concatenate([piece.docs for piece in pieces]),
        np.concatenate([piece.positions for piece in pieces]),
    )


def _merge_keys(
    name: str, parts: Sequence[Part], homes: Sequence[Docs], size: int
) -> KeyField | None:
    entries, owners, docs = [], [], []
    for part, home in zip(parts, homes, strict=True):
        field = part.content.keys.get(name)
        if field is None:
            continue
        living = _living(field.bounds, field.docs, part.alive)
        names = field.keys.entries()
        entries.append([names[key] for key in np.flatnonzero(living)])
        owner, doc = field.pairs()
        kept = part.alive[doc]
        owners.append((np.cumsum(living) - 1)[owner[kept]])
        docs.append(home[doc[kept]])
    keys, targets = union(entries)
    if not keys:
        return None
    ordinals = np.concatenate(
        [target[owner] for target, owner in zip(targets, owners, strict=True)]
    )
    return KeyField.of(keys, ordinals, np.concatenate(docs), size)
