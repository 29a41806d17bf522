"""Several segments into one, without the documents that were deleted.

Record ids give the new numbering. Text fields are merged term range by term range, so that memory
is bounded by the range and not by the segments. The result equals, byte for byte, one build from
the documents that remain.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from archsearch.engines.whoosh.format.arrays import (
    NO_DOCS,
    Docs,
    Ints,
    Mask,
    compact,
    marked,
    spread,
)
from archsearch.engines.whoosh.format.columns import KeyField
from archsearch.engines.whoosh.format.content import Content
from archsearch.engines.whoosh.format.dictionary import Dictionary, union
from archsearch.engines.whoosh.format.postings import TextAssembler, TextField, Tokens
from archsearch.engines.whoosh.format.stored import StoredField
from archsearch.engines.whoosh.writing.merge_grams import merge_grams
from archsearch.engines.whoosh.writing.texts import GONE

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
    grams = {name for part in parts for name in part.content.grams}
    stored = {name for part in parts for name in part.content.stored}
    merged_texts = {name: _merge_text(name, parts, homes, size, chunk) for name in texts}
    merged_keys = {name: _merge_keys(name, parts, homes, size) for name in keys}
    merged_grams = {
        name: merge_grams([part.content.grams.get(name) for part in parts], homes, size, chunk)
        for name in grams
    }
    merged_stored = {name: _merge_stored(name, parts, homes, size) for name in stored}
    return Content(
        Dictionary.of(ids),
        compact(versions),
        {name: field for name, field in merged_texts.items() if field is not None},
        {name: field for name, field in merged_keys.items() if field is not None},
        {name: field for name, field in merged_grams.items() if field is not None},
        {name: field for name, field in merged_stored.items() if field is not None},
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
    tokens: Docs
    """First token of every term, and the end of the last."""

    def between(self, low: int, high: int) -> Tokens:
        """Give the living tokens of the new terms ``[low, high)``."""
        field = self.field
        first, last = (int(term) for term in np.searchsorted(self.terms, (low, high)))
        if first == last:
            return Tokens(NO_DOCS, NO_DOCS, NO_DOCS)
        bounds = field.lists.bounds.between(first, last)
        counts = field.extra.run(int(bounds[0]), int(bounds[-1])).astype(np.intp) + 1
        terms = np.repeat(np.repeat(self.terms[first:last], np.diff(bounds)), counts)
        docs = np.repeat(self.home[field.lists.docs_of(first, last)], counts)
        positions = field.places.run(int(self.tokens[first]), int(self.tokens[last]))
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
        living = _living(field, part.alive, chunk)
        names = field.terms.entries()
        if not living.all():
            names = [names[term] for term in np.flatnonzero(living)]
        entries.append(names)
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
        assembler.append(Tokens.joined(pieces).sorted())
    return assembler.finish(lengths)


def _living(field: TextField, alive: Mask, chunk: int) -> Mask:
    """Tell which terms still have a living document."""
    terms = len(field.terms)
    if alive.all():
        return np.ones(terms, np.bool_)
    living = np.zeros(terms, np.bool_)
    bounds = field.lists.bounds.between(0, terms)
    for low, high in _cut(bounds[1:], chunk):
        inside = alive[field.lists.docs_of(low, high)]
        living[low:high] = np.logical_or.reduceat(inside, bounds[low:high] - bounds[low])
    return living


def _source(field: TextField, home: Docs, living: Mask, target: Docs) -> _TextSource:
    terms = np.zeros(len(field.terms), np.intp)
    terms[living] = target
    # A dead term has no tokens left; any number that keeps the order will do.
    terms = np.maximum.accumulate(terms)
    return _TextSource(field, home, terms, field.first_tokens())


def _ranges(sources: Sequence[_TextSource], terms: int, chunk: int) -> Iterator[tuple[int, int]]:
    """Cut the new terms into ranges of about ``chunk`` tokens."""
    tokens = np.zeros(terms, np.int64)
    for source in sources:
        tokens += np.bincount(source.terms, np.diff(source.tokens), terms).astype(np.int64)
    return _cut(np.cumsum(tokens), chunk)


def _cut(ends: Ints, chunk: int) -> Iterator[tuple[int, int]]:
    """Cut lists that end at ``ends`` into ranges of about ``chunk``, never inside a list."""
    low = 0
    while low < ends.size:
        done = int(ends[low - 1]) if low else 0
        high = max(low + 1, int(np.searchsorted(ends, done + chunk, side="right")))
        yield low, high
        low = high


def _merge_keys(
    name: str, parts: Sequence[Part], homes: Sequence[Docs], size: int
) -> KeyField | None:
    entries, owners, docs = [], [], []
    for part, home in zip(parts, homes, strict=True):
        field = part.content.keys.get(name)
        if field is None:
            continue
        owner, doc = field.pairs()
        names = field.keys.entries()
        if not part.alive.all():
            kept = part.alive[doc]
            owner, doc = owner[kept], doc[kept]
            living = marked(owner, len(names))
            names = [names[key] for key in np.flatnonzero(living)]
            owner = (np.cumsum(living) - 1)[owner]
        entries.append(names)
        owners.append(owner)
        docs.append(home[doc])
    keys, targets = union(entries)
    if not keys:
        return None
    ordinals = np.concatenate(
        [target[owner] for target, owner in zip(targets, owners, strict=True)]
    )
    return KeyField.of(Dictionary.of(keys), ordinals, np.concatenate(docs), size)


def _merge_stored(
    name: str, parts: Sequence[Part], homes: Sequence[Docs], size: int
) -> StoredField | None:
    """Put the texts of living documents, one after another, in their new order."""
    fields = [
        (part.content.stored[name], home)
        for part, home in zip(parts, homes, strict=True)
        if name in part.content.stored
    ]
    lengths = np.zeros(size, np.int64)
    starts = np.zeros(size, np.int64)
    before = 0
    for field, home in fields:
        alive = home != GONE
        lengths[home[alive]] = field.lengths[alive]
        starts[home[alive]] = field.bounds[:-1][alive] + before
        before += field.text.size
    if not lengths.any():
        return None
    text = np.concatenate([field.text for field, _ in fields])
    return StoredField(compact(lengths), text[spread(starts, lengths)])
