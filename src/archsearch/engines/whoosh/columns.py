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

from archsearch.engines.whoosh.arrays import (
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
from archsearch.engines.whoosh.docsets import DocSet, nothing
from archsearch.engines.whoosh.lists import DocLists

_SCANNED = 256
"""Up to so many codes, which fit a byte, documents are found by reading all codes."""
_CODED = 65_536
"""Up to so many codes, which fit two bytes, and a few documents for each, codes are stored."""
_REPEATED = 4
_RUNS = 8
"""More runs of codes than these are looked up in a table."""
_LISTED = 16
"""Lists of more keys than these are not worth reading one by one where there are codes."""
_FEW = 10_000
"""Up to so many keys are decoded all at once, and kept."""


@dataclass(frozen=True)
class Codes:
    """What each document holds, as one number; sets are there if some hold several keys."""

    codes: Ints
    bounds: Ints | None = None
    keys: Ints | None = None

    @cached_property
    def sets(self) -> int:
        """Count the codes there are, 0 included."""
        if self.bounds is not None:
            return int(self.bounds.size) - 1
        return int(self.codes.max()) + 1 if self.codes.size else 1

    @cached_property
    def edges(self) -> tuple[Docs, Docs]:
        """Give the lowest and the highest key of each code, -1 for none."""
        if self.bounds is None or self.keys is None:
            found = np.arange(-1, self.sets - 1)
            return found, found
        some = self.bounds[1:] > self.bounds[:-1]
        low = np.full(self.sets, -1, np.intp)
        high = low.copy()
        low[some] = self.keys[self.bounds[:-1][some]]
        high[some] = self.keys[self.bounds[1:][some] - 1]
        return low, high

    def holding(self, ordinals: Docs) -> Mask:
        """Tell which codes hold one of some keys."""
        if self.bounds is None or self.keys is None:
            return marked(ordinals + 1, self.sets)
        wanted = marked(ordinals, int(self.keys.max()) + 1)
        table = np.zeros(self.sets, np.bool_)
        table[self._owners[wanted[self.keys]]] = True
        return table

    def mask(self, table: Mask) -> Mask:
        """Tell which documents have a code that is set in a table of all codes."""
        edges = np.flatnonzero(np.diff(table.view(np.int8), prepend=0, append=0)).tolist()
        runs = list(zip(edges[::2], edges[1::2], strict=True))
        if len(runs) > _RUNS:
            return table.take(self.codes)
        mask = np.zeros(self.codes.size, np.bool_)
        for low, high in runs:
            # Comparing all codes is several times faster than looking all of them up.
            if high - low == 1:
                mask |= self.codes == low
            else:
                mask |= (self.codes - self.codes.dtype.type(low)) < high - low
        return mask

    @cached_property
    def _owners(self) -> Docs:
        """The code of each of the sets' keys."""
        bounds = np.zeros(1) if self.bounds is None else self.bounds
        return np.repeat(np.arange(self.sets), widths(bounds))

    def by_key(self, counts: Ints, keys: int) -> Ints:
        """Turn counts of codes into counts of keys."""
        if self.keys is None:
            return counts[1 : keys + 1]
        found = np.bincount(self.keys, counts[self._owners], minlength=keys)
        return found.astype(np.int64)

    def pairs(self) -> tuple[Docs, Docs]:
        """Give every (ordinal, document) pair."""
        if self.bounds is None or self.keys is None:
            docs = np.flatnonzero(self.codes)
            return self.codes[docs].astype(np.intp) - 1, docs
        starts = self.bounds[self.codes].astype(np.intp)
        counts = self.bounds[self.codes.astype(np.intp) + 1].astype(np.intp) - starts
        return self.keys[spread(starts, counts)], np.repeat(np.arange(self.codes.size), counts)


@dataclass(frozen=True)
class KeyField:
    """One key field of ``size`` documents; see the module for the arrays."""

    size: int
    keys: Dictionary
    stored: Codes | None
    lists: DocLists | None

    @classmethod
    def of(cls, keys: list[bytes], ordinals: Ints, docs: Ints, size: int) -> "KeyField":
        """Make the field of ``size`` documents from (ordinal, document) pairs in any order."""
        codes = _coded(ordinals, docs, size, len(keys))
        lists = None
        if codes is None or codes.sets > _SCANNED:
            by_key = np.sort(ordinals.astype(np.int64) * size + docs)
            owner, doc = np.divmod(by_key, max(size, 1))
            lists = DocLists.of(np.bincount(owner, minlength=len(keys)), doc)
        return cls(size, Dictionary.of(keys), codes, lists)

    @cached_property
    def codes(self) -> Codes:
        """What each document holds."""
        if self.stored is not None:
            return self.stored
        ordinals, docs = self.pairs()
        return _all_coded(ordinals, docs, self.size, len(self.keys))

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
            docs = np.concatenate([self.lists.docs(one) for one in ordinals.tolist()])
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
            return DocSet(self.size, np.unique(docs))
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


def _coded(ordinals: Ints, docs: Ints, size: int, keys: int) -> Codes | None:
    """Make codes, if there are few enough of them to be worth storing."""
    most = max(_SCANNED, min(_CODED, size // _REPEATED))
    counts = np.bincount(docs, minlength=size)
    if int(counts.max(initial=0)) <= 1:
        return _single(ordinals, docs, size) if keys < most else None
    if keys >= most * int(counts.max()):
        return None
    ordinals = _by_document(ordinals, docs, keys)
    starts = offsets(counts)[:-1]
    codes = _numbered(ordinals, starts, counts, most - 1)
    return None if codes is None else _with_sets(codes, ordinals, starts, counts)


def _single(ordinals: Ints, docs: Ints, size: int) -> Codes:
    codes = np.zeros(size, np.int64)
    codes[docs] = ordinals + 1
    return Codes(compact(codes))


def _by_document(ordinals: Ints, docs: Ints, keys: int) -> Ints:
    """Give the ordinals in order of document, ascending in each."""
    return np.sort(docs.astype(np.int64) * keys + ordinals) % keys


def _numbered(ordinals: Ints, starts: Ints, counts: Ints, most: int) -> Ints | None:
    """Number the sets of keys in the order of their members; None if there are too many."""
    codes = np.zeros(counts.size, np.int64)
    base = int(ordinals.max()) + 2
    for rank in range(int(counts.max())):
        some = np.flatnonzero(counts > rank)
        codes *= base
        codes[some] += ordinals[starts[some] + rank] + 1
        _, codes = np.unique(codes, return_inverse=True)
        if int(codes.max()) >= most:
            return None
    # Set 0 is the empty one, whether or not a document has it.
    return codes if not int(counts.min()) else codes + 1


def _with_sets(codes: Ints, ordinals: Ints, starts: Ints, counts: Ints) -> Codes:
    example = np.zeros(int(codes.max()) + 1, np.intp)
    example[codes] = np.arange(codes.size)
    sizes = counts[example]
    if int(counts.min()):
        sizes[0] = 0
    keys = ordinals[spread(starts[example], sizes)]
    return Codes(compact(codes), compact(offsets(sizes)), compact(keys))


def _all_coded(ordinals: Docs, docs: Docs, size: int, keys: int) -> Codes:
    """Make codes however many there are: several keys make every document's set its own."""
    counts = np.bincount(docs, minlength=size)
    if int(counts.max(initial=0)) <= 1:
        return _single(ordinals, docs, size)
    bounds = np.concatenate(((0,), offsets(counts)))
    found = compact(_by_document(ordinals, docs, keys))
    return Codes(compact(np.arange(1, size + 1)), compact(bounds), found)
