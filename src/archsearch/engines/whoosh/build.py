"""Documents to segment content, without an object for each posting.

Each field numbers its tokens in order of appearance and appends numbers, positions and document
slots to flat arrays; at the end one sort of packed keys puts everything in order. A document added
twice, or added and discarded, leaves nothing behind.
"""

from array import array
from collections import defaultdict
from collections.abc import Mapping

import numpy as np

from archsearch.domain.record import RecordId
from archsearch.engines.base import ID, Document, TextTokens
from archsearch.engines.whoosh.arrays import Docs, Ints, compact
from archsearch.engines.whoosh.columns import KeyField
from archsearch.engines.whoosh.content import Content
from archsearch.engines.whoosh.dictionary import Dictionary, encode
from archsearch.engines.whoosh.postings import TextAssembler, TextField, Tokens

GONE = -1
"""Marks a slot or document without a place in the new numbering."""


def _numbering() -> defaultdict[str, int]:
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__
    return numbers


class _TextColumn:
    """The tokens of one text field as they come in."""

    def __init__(self) -> None:
        self._numbers = _numbering()
        self._terms = array("I")
        self._positions = array("I")
        self._slots = array("I")
        self._counts = array("I")
        self._lengths = array("I")

    def add(self, slot: int, text: TextTokens) -> None:
        before = len(self._terms)
        self._terms.extend(map(self._numbers.__getitem__, text.terms))
        self._positions.extend(text.positions)
        self._slots.append(slot)
        self._counts.append(len(self._terms) - before)
        self._lengths.append(text.length)

    def finish(self, homes: Docs, size: int) -> TextField | None:
        slots = np.frombuffer(self._slots, np.uint32)
        lengths = np.zeros(size, np.int64)
        alive = homes[slots] != GONE
        lengths[homes[slots[alive]]] = np.frombuffer(self._lengths, np.uint32)[alive]
        docs = np.repeat(homes[slots], np.frombuffer(self._counts, np.uint32))
        kept = docs != GONE
        terms, ordinals = _ordered(self._numbers, np.frombuffer(self._terms, np.uint32)[kept])
        if not terms and not lengths.any():
            return None
        positions = np.frombuffer(self._positions, np.uint32)[kept]
        assembler = TextAssembler(terms)
        assembler.append(Tokens(ordinals, docs[kept], positions).sorted())
        return assembler.finish(lengths)


class _KeyColumn:
    """The keys of one key field as they come in."""

    def __init__(self) -> None:
        self._numbers = _numbering()
        self._keys = array("I")
        self._slots = array("I")

    def add(self, slot: int, keys: tuple[str, ...]) -> None:
        self._keys.extend(map(self._numbers.__getitem__, keys))
        self._slots.extend([slot] * len(keys))

    def finish(self, homes: Docs, size: int) -> KeyField | None:
        docs = homes[np.frombuffer(self._slots, np.uint32)]
        kept = docs != GONE
        keys, ordinals = _ordered(self._numbers, np.frombuffer(self._keys, np.uint32)[kept])
        return KeyField.of(keys, ordinals, docs[kept], size) if keys else None


def _ordered(numbers: Mapping[str, int], used: Ints) -> tuple[list[bytes], Ints]:
    """Sort the strings whose numbers are used; give them, and the numbers as ordinals."""
    frequencies = np.bincount(used, minlength=len(numbers))
    names = sorted((encode(text), number) for text, number in numbers.items())
    alive = [(name, number) for name, number in names if frequencies[number]]
    ordinals = np.zeros(len(numbers), np.int64)
    ordinals[[number for _, number in alive]] = np.arange(len(alive))
    return [name for name, _ in alive], ordinals[used]


class Builder:
    """Gathers documents; of several with one record id the last holds."""

    def __init__(self) -> None:
        self._slot_of: dict[str, int] = {}
        self._slots = 0
        self._versions = array("Q")
        self._texts: defaultdict[str, _TextColumn] = defaultdict(_TextColumn)
        self._keys: defaultdict[str, _KeyColumn] = defaultdict(_KeyColumn)
        self.weight = 0
        """Tokens and keys taken in, a measure of the memory in use."""

    def __len__(self) -> int:
        return len(self._slot_of)

    def add(self, document: Document) -> None:
        """Take a document in, in place of an earlier one of the same record."""
        slot = self._slots
        for name, text in document.texts.items():
            self._texts[name].add(slot, text)
            self.weight += len(text.terms)
        for name, keys in document.keys.items():
            if name != ID and keys:
                self._keys[name].add(slot, keys)
                self.weight += len(keys)
        self._versions.append(document.version)
        self._slot_of[document.record_id] = slot
        self._slots += 1

    def discard(self, record_id: RecordId) -> None:
        """Forget a document, if it was added."""
        self._slot_of.pop(record_id, None)

    def finish(self) -> Content:
        """Make the content; the builder is used up."""
        ids = sorted((encode(name), slot) for name, slot in self._slot_of.items())
        slots = np.array([slot for _, slot in ids], np.intp)
        homes = np.full(self._slots, GONE, np.intp)
        homes[slots] = np.arange(len(ids))
        size = len(ids)
        texts = {name: column.finish(homes, size) for name, column in self._texts.items()}
        keys = {name: column.finish(homes, size) for name, column in self._keys.items()}
        return Content(
            Dictionary.of([name for name, _ in ids]),
            compact(np.frombuffer(self._versions, np.uint64)[slots]),
            {name: field for name, field in texts.items() if field is not None},
            {name: field for name, field in keys.items() if field is not None},
        )
