"""The keys of one key field of one segment, by key and by document.

Arrays (K keys, D documents, S different sets of keys that documents hold):

=====================  ====================================================================
``keys.…``             K sorted keys; an ordinal compares as its key does (:mod:`.dictionary`)
``codes``              D codes of what each document holds: ordinal + 1 of its key, 0 for
                       none; or, if documents hold several, the number of its set
``set_bounds``         S + 1; keys of set s are ``set_keys[set_bounds[s] : …]``; set 0 is empty
``set_keys``           ordinals of the keys of each set, ascending
``docs.…``             the documents of each key (:mod:`.lists`)
=====================  ====================================================================

A field with few keys or sets is its codes alone; one with very many its lists alone, from which
codes are made if they are asked for; the others have both. Ranges and prefixes are intervals of
ordinals, sorting reads the first or last ordinal, facets count codes: no key is decoded before the
answer is known.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from archsearch.engines.whoosh.format.arrays import SPARSE, Docs, Ints, Mask, ascending, marked
from archsearch.engines.whoosh.format.codes import Codes, all_coded, coded
from archsearch.engines.whoosh.format.container import Container, ContainerWriter
from archsearch.engines.whoosh.format.dictionary import Dictionary, decode
from archsearch.engines.whoosh.format.docsets import DocSet, nothing
from archsearch.engines.whoosh.format.lists import DocLists

_LISTED = 16
"""Lists of more keys than these are not worth reading one by one where there are codes."""
_FEW = 10_000
"""Up to so many keys are decoded all at once, and kept."""


@dataclass(frozen=True)
class KeyField:
    """One key field of ``size`` documents; see the module for the arrays."""

    size: int
    keys: Dictionary
    stored: Codes | None
    lists: DocLists | None

    @classmethod
    def of(cls, keys: Dictionary, ordinals: Ints, docs: Ints, size: int) -> "KeyField":
        """Make the field of ``size`` documents from (ordinal, document) pairs in any order."""
        codes = coded(ordinals, docs, size, len(keys))
        lists = None
        if codes is None or not codes.scanned:
            by_key = np.sort(ordinals.astype(np.int64) * size + docs)
            owner, doc = np.divmod(by_key, max(size, 1))
            lists = DocLists.of(np.bincount(owner, minlength=len(keys)), doc)
        return cls(size, keys, codes, lists)

    @cached_property
    def codes(self) -> Codes:
        """What each document holds."""
        if self.stored is not None:
            return self.stored
        ordinals, docs = self.pairs()
        return all_coded(ordinals, docs, self.size, len(self.keys))

    def holders(self, ordinals: Docs) -> DocSet:
        """Give the documents that hold any of some keys, which are ascending."""
        if not ordinals.size:
            return nothing(self.size)
        if self.lists is None or self._scanned(ordinals):
            return DocSet(self.size, mask=self.mask_of(ordinals))
        first, last = int(ordinals[0]), int(ordinals[-1]) + 1
        if last - first == ordinals.size:
            docs = self.lists.docs_of(first, last)
        else:
            docs = self.lists.docs_of_some(ordinals)
        return DocSet(self.size, docs) if ordinals.size == 1 else self._distinct(docs)

    def _scanned(self, ordinals: Docs) -> bool:
        """Whether reading all codes is cheaper than reading some lists."""
        if self.stored is None or self.lists is None:
            return self.stored is not None
        if ordinals.size > _LISTED:
            return True
        entries = sum(map(self.lists.size, ordinals.tolist()))
        return entries * SPARSE > self.size

    def mask_of(self, ordinals: Docs) -> Mask:
        """Give the documents that hold any of some keys as a bitmap."""
        if self.stored is None and self.lists is not None:
            return self.holders(ordinals).mask
        if not ordinals.size:
            return np.zeros(self.size, np.bool_)
        return self.codes.mask(self.codes.holding(ordinals))

    def _distinct(self, docs: Docs) -> DocSet:
        if docs.size * SPARSE < self.size:
            return DocSet(self.size, ascending(docs))
        return DocSet(self.size, mask=marked(docs, self.size))

    @cached_property
    def universal(self) -> bool:
        """Whether every document holds a key."""
        if self.codes.bounds is None:
            return bool(self.codes.codes.all())
        empty = np.flatnonzero(self.codes.edges[0] < 0)
        return not np.isin(self.codes.codes, empty).any()

    def lowest(self, docs: Docs) -> Docs:
        """Give the ordinal of each document's lowest key, -1 for none."""
        return self.codes.edges[0][self.codes.codes[docs]]

    def highest(self, docs: Docs) -> Docs:
        """Give the ordinal of each document's highest key, -1 for none."""
        return self.codes.edges[1][self.codes.codes[docs]]

    def walk(self, among: DocSet, wanted: int, *, descending: bool) -> tuple[Docs, Docs] | None:
        """Give the first documents of a set by key, and their ordinals, going from key to key.

        None if there are several keys to a document, or not enough documents with one.
        """
        if self.lists is None or self.stored is None or self.stored.bounds is not None:
            return None
        keys = len(self.keys)
        each = max(1.0, self.lists.entries / keys * among.count / self.size)
        step = 2 * int(wanted / each) + 2
        while True:
            low, high = (max(0, keys - step), keys) if descending else (0, min(step, keys))
            docs = self.lists.docs_of(low, high)
            there = among.mask[docs]
            docs = docs[there]
            if docs.size >= wanted:
                found = self.stored.codes[docs].astype(np.intp) - 1
                order = np.argsort(-found if descending else found, kind="stable")[:wanted]
                return docs[order], found[order]
            if high - low == keys:
                return None
            step *= 4

    def count(self, docs: Docs) -> Ints:
        """Count, for every key, how many of some documents hold it."""
        counts = np.bincount(self.codes.codes[docs], minlength=self.codes.sets)
        return self.codes.by_key(counts, len(self.keys))

    @cached_property
    def all_texts(self) -> Ints:
        """All keys, as an array of strings."""
        texts = np.empty(len(self.keys), np.object_)
        texts[:] = list(map(decode, self.keys.entries()))
        return texts

    def _some_texts(self, ordinals: Docs) -> list[str]:
        if len(self.keys) > _FEW:
            return [self.keys.text(ordinal) for ordinal in ordinals.tolist()]
        found: list[str] = self.all_texts[ordinals].tolist()
        return found

    def held(self, docs: Docs) -> list[list[str]]:
        """Give the keys of some documents, few of them."""
        codes = self.codes
        found = codes.codes[docs].astype(np.intp)
        if codes.bounds is None or codes.keys is None:
            return [self._some_texts(found[found > 0] - 1)]
        starts, ends = codes.bounds[found].tolist(), codes.bounds[found + 1].tolist()
        return [
            self._some_texts(codes.keys[start:end]) for start, end in zip(starts, ends, strict=True)
        ]

    def pairs(self) -> tuple[Docs, Docs]:
        """Give every (ordinal, document) pair."""
        if self.stored is not None or self.lists is None:
            return self.codes.pairs()
        numbers = np.repeat(np.arange(len(self.keys)), self.lists.sizes())
        return numbers, self.lists.docs_of(0, len(self.keys))

    def save(self, writer: ContainerWriter, prefix: str) -> None:
        """Write the arrays into a container."""
        self.keys.save(writer, prefix + "keys.")
        if self.stored is not None:
            writer.add(prefix + "codes", self.stored.codes)
            if self.stored.bounds is not None and self.stored.keys is not None:
                writer.add(prefix + "set_bounds", self.stored.bounds)
                writer.add(prefix + "set_keys", self.stored.keys)
        if self.lists is not None:
            self.lists.save(writer, prefix + "docs.")

    @classmethod
    def load(cls, container: Container, prefix: str, size: int) -> "KeyField":
        """Map the arrays of a container."""
        keys = Dictionary.load(container, prefix + "keys.")
        codes = None
        if prefix + "set_bounds" in container:
            names = ("codes", "set_bounds", "set_keys")
            codes = Codes(*(container[prefix + name] for name in names))
        elif prefix + "codes" in container:
            codes = Codes(container[prefix + "codes"])
        listed = prefix + "docs.skips" in container
        lists = DocLists.load(container, prefix + "docs.", len(keys)) if listed else None
        return cls(size, keys, codes, lists)


class IdField(KeyField):
    """The field of the record ids, whose ordinals are the document numbers."""

    @classmethod
    def identity(cls, ids: Dictionary) -> "IdField":
        """Make the field."""
        return cls(len(ids), ids, Codes(np.arange(1, len(ids) + 1, dtype=np.uint32)), None)

    def holders(self, ordinals: Docs) -> DocSet:
        """See the parent."""
        return DocSet(self.size, ordinals)

    def mask_of(self, ordinals: Docs) -> Mask:
        """See the parent."""
        return marked(ordinals, self.size)
