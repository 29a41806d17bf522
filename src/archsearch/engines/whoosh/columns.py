"""The keys of one key field of one segment, by key and by document.

Arrays (K keys, E entries, D documents; ``[a:b]`` by consecutive bounds):

===============  =====  ==========================================================================
``keys``         K      sorted dictionary of the keys; an ordinal compares as its key does
``bounds``       K + 1  documents of key k are ``docs[bounds[k] : bounds[k + 1]]``
``docs``         E      document numbers, ascending inside a key
``codes``        D      ordinal + 1 of the document's key, 0 for none; only if none has several
``doc_bounds``   D + 1  keys of document d are ``ordinals[doc_bounds[d] : …]``; only if one has
``ordinals``     E      ordinals of the keys of each document, ascending; with ``doc_bounds``
===============  =====  ==========================================================================

Ranges and prefixes are intervals of ordinals, sorting reads the first or last ordinal, facets count
ordinals: no key is decoded before the answer is known.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from archsearch.engines.whoosh.arrays import (
    NO_DOCS,
    SPARSE,
    Docs,
    Ints,
    Mask,
    compact,
    marked,
    offsets,
    spread,
    widths,
)
from archsearch.engines.whoosh.container import Container, ContainerWriter
from archsearch.engines.whoosh.dictionary import Dictionary, decode

_DENSE = 8
"""From one document in so many on, counting goes by key rather than by document."""
_FEW = 10_000
"""Up to so many keys are kept decoded."""


@dataclass(frozen=True)
class KeyField:
    """One key field; see the module for the arrays."""

    keys: Dictionary
    bounds: Ints
    docs: Ints
    codes: Ints | None
    doc_bounds: Ints | None
    ordinals: Ints

    @classmethod
    def of(cls, keys: list[bytes], ordinals: Ints, docs: Ints, size: int) -> "KeyField":
        """Make the field of ``size`` documents from (ordinal, document) pairs in any order."""
        by_key = np.sort(ordinals.astype(np.int64) * size + docs)
        owner, doc = np.divmod(by_key, max(size, 1))
        by_doc = np.argsort(doc, kind="stable")
        counts = np.bincount(doc, minlength=size)
        single = not counts.size or int(counts.max()) <= 1
        codes = np.zeros(size, np.int64)
        if single:
            codes[doc] = owner + 1
        return cls(
            Dictionary.of(keys),
            compact(offsets(np.bincount(owner, minlength=len(keys)))),
            compact(doc),
            compact(codes) if single else None,
            None if single else compact(offsets(counts)),
            compact(owner[by_doc]) if not single else np.empty(0, np.uint8),
        )

    @classmethod
    def identity(cls, ids: Dictionary) -> "KeyField":
        """Make the field of the record ids, whose ordinals are the document numbers."""
        numbers = np.arange(len(ids) + 1)
        return cls(ids, numbers, numbers[:-1], numbers[1:], None, np.empty(0, np.uint8))

    @property
    def size(self) -> int:
        """How many documents the segment has."""
        if self.codes is not None:
            return int(self.codes.size)
        return 0 if self.doc_bounds is None else int(self.doc_bounds.size) - 1

    def of_key(self, ordinal: int) -> Docs:
        """Give the documents that hold one key."""
        begin, end = int(self.bounds[ordinal]), int(self.bounds[ordinal + 1])
        return self.docs[begin:end].astype(np.intp)

    def of_keys(self, ordinals: Docs) -> Docs:
        """Give the documents that hold any of some keys."""
        if ordinals.size <= 1:
            return self.of_key(int(ordinals[0])) if ordinals.size else NO_DOCS
        begins = self.bounds[ordinals].astype(np.intp)
        counts = self.bounds[ordinals + 1].astype(np.intp) - begins
        return self._distinct(self.docs[spread(begins, counts)])

    def of_interval(self, low: int, high: int) -> Docs:
        """Give the documents that hold any key with an ordinal in ``[low, high)``."""
        if high - low <= 1:
            return self.of_key(low) if high > low else NO_DOCS
        begin, end = int(self.bounds[low]), int(self.bounds[high])
        if self.codes is not None and (end - begin) * SPARSE > self.size:
            return np.flatnonzero((self.codes > low) & (self.codes <= high))
        return self._distinct(self.docs[begin:end])

    def _distinct(self, docs: Ints) -> Docs:
        if docs.size * SPARSE < self.size:
            return np.unique(docs).astype(np.intp)
        return np.flatnonzero(marked(docs.astype(np.intp), self.size))

    def lowest(self, docs: Docs) -> Docs:
        """Give the ordinal of each document's lowest key, -1 for none."""
        return self._edge(docs, last=False)

    def highest(self, docs: Docs) -> Docs:
        """Give the ordinal of each document's highest key, -1 for none."""
        return self._edge(docs, last=True)

    def _edge(self, docs: Docs, *, last: bool) -> Docs:
        if self.codes is not None or self.doc_bounds is None:
            codes = self.codes if self.codes is not None else np.zeros(0, np.uint8)
            return codes[docs].astype(np.intp) - 1
        begins = self.doc_bounds[docs].astype(np.intp)
        ends = self.doc_bounds[docs + 1].astype(np.intp)
        edges = np.full(docs.size, -1, np.intp)
        some = ends > begins
        edges[some] = self.ordinals[(ends - 1 if last else begins)[some]]
        return edges

    def count(self, docs: Docs, bitmap: Mask) -> Ints:
        """Count, for every key, how many documents hold it; they come as a list and a bitmap."""
        if docs.size == self.size:
            return widths(self.bounds)
        if docs.size * _DENSE >= self.size:
            # Every key has a document, so no run is empty.
            hits = bitmap.view(np.uint8).take(self.docs)
            return np.add.reduceat(hits, self.bounds[:-1].astype(np.intp), dtype=np.int64)
        if self.doc_bounds is None:
            codes = self.codes[docs] if self.codes is not None else docs[:0]
            return np.bincount(codes, minlength=len(self.keys) + 1)[1:]
        begins = self.doc_bounds[docs].astype(np.intp)
        counts = self.doc_bounds[docs + 1].astype(np.intp) - begins
        return np.bincount(self.ordinals[spread(begins, counts)], minlength=len(self.keys))

    def texts(self, ordinals: Docs) -> list[str]:
        """Give some keys as strings."""
        if len(self.keys) > _FEW:
            return [self.keys.text(ordinal) for ordinal in ordinals.tolist()]
        known = self._texts
        return [known[ordinal] for ordinal in ordinals.tolist()]

    @cached_property
    def _texts(self) -> list[str]:
        return [decode(key) for key in self.keys.entries()]

    def pairs(self) -> tuple[Ints, Ints]:
        """Give every (ordinal, document) pair, in order."""
        counts = widths(self.bounds)
        return np.repeat(np.arange(len(self.keys)), counts), self.docs

    def save(self, writer: ContainerWriter, prefix: str) -> None:
        """Write the arrays into a container."""
        for name, array in self._arrays():
            writer.add(prefix + name, array)

    def _arrays(self) -> Iterator[tuple[str, Ints]]:
        yield "keys.blob", self.keys.blob
        yield "keys.bounds", self.keys.bounds
        yield "bounds", self.bounds
        yield "docs", self.docs
        if self.codes is not None:
            yield "codes", self.codes
        if self.doc_bounds is not None:
            yield "doc_bounds", self.doc_bounds
            yield "ordinals", self.ordinals

    @classmethod
    def load(cls, container: Container, prefix: str) -> "KeyField":
        """Map the arrays of a container."""
        single = prefix + "codes" in container
        return cls(
            Dictionary(container[prefix + "keys.blob"], container[prefix + "keys.bounds"]),
            container[prefix + "bounds"],
            container[prefix + "docs"],
            container[prefix + "codes"] if single else None,
            None if single else container[prefix + "doc_bounds"],
            np.empty(0, np.uint8) if single else container[prefix + "ordinals"],
        )
