"""Documents to segment content, without an object for each posting.

Documents are taken in by the batch: each field numbers the tokens of a batch in order of appearance
and appends numbers, positions and document slots as arrays. At the end one sort of packed keys puts
everything in order. A document added twice, or added and discarded, leaves nothing behind.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import chain, count
from typing import TypeAlias

import numpy as np

from archsearch.domain.record import RecordId
from archsearch.engines.base import ID, Document, TextTokens
from archsearch.engines.whoosh.arrays import Docs, Ints, compact
from archsearch.engines.whoosh.columns import KeyField
from archsearch.engines.whoosh.content import Content
from archsearch.engines.whoosh.dictionary import Dictionary, encode
from archsearch.engines.whoosh.postings import TextAssembler, TextField, Tokens

_BATCH = 256
"""Documents kept as they are before they become arrays."""
GONE = -1
"""Marks a slot or document without a place in the new numbering."""


_Numbers: TypeAlias = defaultdict[str, int]
"""Strings in order of appearance."""


def _numbers() -> _Numbers:
    return defaultdict(count().__next__)


class _TextColumn:
    """The tokens of one text field as they come in."""

    def __init__(self) -> None:
        self._numbers = _numbers()
        self._terms: list[Ints] = []
        self._positions: list[Ints] = []
        self._slots: list[int] = []
        self._counts: list[int] = []
        self._lengths: list[int] = []

    def add(self, slots: list[int], texts: list[TextTokens]) -> int:
        """Take in the texts of some slots; give the number of their tokens."""
        terms = [text.terms for text in texts]
        counts = list(map(len, terms))
        total = sum(counts)
        self._slots += slots
        self._counts += counts
        self._lengths += [text.length for text in texts]
        self._terms.append(_numbered(self._numbers, chain.from_iterable(terms), total))
        positions = array("I")
        for text in texts:
            positions.extend(text.positions)
        self._positions.append(compact(np.frombuffer(positions, np.uint32)))
        return total

    def finish(self, homes: Docs, size: int) -> TextField | None:
        slots = np.array(self._slots, np.intp)
        lengths = np.zeros(size, np.int64)
        alive = homes[slots] != GONE
        lengths[homes[slots[alive]]] = np.array(self._lengths, np.int64)[alive]
        docs = np.repeat(homes[slots].astype(np.int32), self._counts)
        kept = None if alive.all() else docs != GONE
        terms, ordinals = _ordered(self._numbers, _picked(self._terms, kept))
        if not terms and not lengths.any():
            return None
        tokens = Tokens(
            ordinals, docs if kept is None else docs[kept], _picked(self._positions, kept)
        )
        assembler = TextAssembler(terms)
        assembler.append(tokens.sorted())
        return assembler.finish(lengths)


class _KeyColumn:
    """The keys of one key field as they come in."""

    def __init__(self) -> None:
        self._numbers = _numbers()
        self._keys: list[Ints] = []
        self._slots: list[int] = []
        self._counts: list[int] = []

    def add(self, slots: list[int], keys: list[tuple[str, ...]]) -> int:
        """Take in the keys of some slots; give their number."""
        counts = list(map(len, keys))
        total = sum(counts)
        self._slots += slots
        self._counts += counts
        self._keys.append(_numbered(self._numbers, chain.from_iterable(keys), total))
        return total

    def finish(self, homes: Docs, size: int) -> KeyField | None:
        docs = np.repeat(homes[np.array(self._slots, np.intp)], self._counts)
        kept = None if (docs != GONE).all() else docs != GONE
        keys, ordinals = _ordered(self._numbers, _picked(self._keys, kept))
        docs = docs if kept is None else docs[kept]
        return KeyField.of(keys, ordinals, docs, size) if keys else None


def _numbered(numbers: _Numbers, texts: Iterable[str], total: int) -> Ints:
    return np.fromiter(map(numbers.__getitem__, texts), np.uint32, total)


def _picked(pieces: list[Ints], kept: Ints | None) -> Ints:
    whole = np.concatenate(pieces) if pieces else np.empty(0, np.uint32)
    return whole if kept is None else whole[kept]


def _ordered(numbers: Mapping[str, int], used: Ints) -> tuple[list[bytes], Ints]:
    """Sort the strings whose numbers are used; give them, and the numbers as ordinals."""
    # Code points sort as their UTF-8 does.
    names = sorted(numbers)
    alive = np.bincount(used, minlength=len(numbers)) > 0
    if not alive.all():
        names = [name for name in names if alive[numbers[name]]]
    ordinals = np.zeros(len(numbers), np.uint32)
    ordinals[np.fromiter(map(numbers.__getitem__, names), np.intp, len(names))] = np.arange(
        len(names)
    )
    return _encoded(names), ordinals[used]


def _encoded(names: list[str]) -> list[bytes]:
    try:
        return list(map(str.encode, names))
    except UnicodeEncodeError:
        return list(map(encode, names))


class Builder:
    """Gathers documents; of several with one record id the last holds."""

    def __init__(self) -> None:
        self._slot_of: dict[str, int] = {}
        self._slots = 0
        self._versions = array("Q")
        self._waiting: list[Document] = []
        self._texts: defaultdict[str, _TextColumn] = defaultdict(_TextColumn)
        self._keys: defaultdict[str, _KeyColumn] = defaultdict(_KeyColumn)
        self.weight = 0
        """Tokens and keys taken in, a measure of the memory in use."""

    def __len__(self) -> int:
        return len(self._slot_of)

    def add(self, document: Document) -> None:
        """Take a document in, in place of an earlier one of the same record."""
        self._waiting.append(document)
        self._versions.append(document.version)
        self._slot_of[document.record_id] = self._slots
        self._slots += 1
        if len(self._waiting) >= _BATCH:
            self._take_in()

    def discard(self, record_id: RecordId) -> None:
        """Forget a document, if it was added."""
        self._slot_of.pop(record_id, None)

    def finish(self) -> Content:
        """Make the content; the builder is used up."""
        self._take_in()
        ids = sorted(self._slot_of)
        slots = np.fromiter(map(self._slot_of.__getitem__, ids), np.intp, len(ids))
        homes = np.full(self._slots, GONE, np.intp)
        homes[slots] = np.arange(len(ids))
        size = len(ids)
        texts = {name: column.finish(homes, size) for name, column in self._texts.items()}
        keys = {name: column.finish(homes, size) for name, column in self._keys.items()}
        return Content(
            Dictionary.of(_encoded(ids)),
            compact(np.frombuffer(self._versions, np.uint64)[slots]),
            {name: field for name, field in texts.items() if field is not None},
            {name: field for name, field in keys.items() if field is not None},
        )

    def _take_in(self) -> None:
        """Turn what waits into arrays, field by field."""
        texts: defaultdict[str, list[TextTokens]] = defaultdict(list)
        keys: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        slots_of: defaultdict[str, list[int]] = defaultdict(list)
        key_slots: defaultdict[str, list[int]] = defaultdict(list)
        for slot, document in enumerate(self._waiting, self._slots - len(self._waiting)):
            for name, text in document.texts.items():
                texts[name].append(text)
                slots_of[name].append(slot)
            for name, held in document.keys.items():
                keys[name].append(held)
                key_slots[name].append(slot)
        keys.pop(ID, None)
        for name, found in texts.items():
            self.weight += self._texts[name].add(slots_of[name], found)
        for name, lists in keys.items():
            self.weight += self._keys[name].add(key_slots[name], lists)
        self._waiting = []
