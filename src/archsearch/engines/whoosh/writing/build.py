"""Documents to segment content, without an object for each posting.

Documents are taken in by the batch: a text field numbers the tokens of a batch in order of
appearance and appends numbers, positions and document slots as arrays. At the end one sort of
packed keys puts everything in order. A document added twice, or added and discarded, leaves nothing
behind.
"""

from array import array
from collections import defaultdict
from itertools import chain, compress

import numpy as np

from archsearch.domain.record import RecordId
from archsearch.engines.base import ID, Document, Grams, TextTokens, UnitTokens
from archsearch.engines.whoosh.format.arrays import Docs, compact
from archsearch.engines.whoosh.format.columns import KeyField
from archsearch.engines.whoosh.format.content import Content
from archsearch.engines.whoosh.format.dictionary import Dictionary
from archsearch.engines.whoosh.format.stored import StoredField
from archsearch.engines.whoosh.writing.grams import GramColumn
from archsearch.engines.whoosh.writing.numbers import catalogued, encoded, numbers_of
from archsearch.engines.whoosh.writing.texts import GONE, TextColumn

_BATCH = 128
"""Documents kept as they are before they become arrays."""


class _KeyColumn:
    """The keys of one key field as they come in."""

    def __init__(self) -> None:
        self._keys: list[str] = []
        self._slots = array("I")
        self._counts = array("I")

    def add(self, slots: list[int], keys: list[tuple[str, ...]]) -> int:
        """Take in the keys of some slots; give their number."""
        before = len(self._keys)
        self._slots.extend(slots)
        self._counts.extend(map(len, keys))
        self._keys += chain.from_iterable(keys)
        return len(self._keys) - before

    def finish(self, homes: Docs, size: int) -> KeyField | None:
        docs = np.repeat(homes[numbers_of(self._slots)], numbers_of(self._counts))
        kept = docs != GONE
        keys = self._keys
        if not kept.all():
            docs, keys = docs[kept], list(compress(keys, kept))
        return KeyField.of(*catalogued(keys), docs, size) if keys else None


class _StoredColumn:
    """The texts of one stored field as they come in."""

    def __init__(self) -> None:
        self._slots = array("I")
        self._texts: list[str] = []

    def add(self, slot: int, text: str) -> None:
        """Take in the text of a slot."""
        self._slots.append(slot)
        self._texts.append(text)

    def finish(self, homes: Docs, size: int) -> StoredField | None:
        placed = [""] * size
        for doc, text in zip(homes[numbers_of(self._slots)].tolist(), self._texts, strict=True):
            if doc != GONE:
                placed[doc] = text
        return StoredField.of(placed) if any(placed) else None


class Builder:
    """Gathers documents; of several with one record id the last holds."""

    def __init__(self) -> None:
        self._slot_of: dict[str, int] = {}
        self._slots = 0
        self._versions = array("Q")
        self._waiting: list[Document] = []
        self._texts: defaultdict[str, TextColumn] = defaultdict(TextColumn)
        self._keys: defaultdict[str, _KeyColumn] = defaultdict(_KeyColumn)
        self._grams: defaultdict[str, GramColumn] = defaultdict(GramColumn)
        self._stored: defaultdict[str, _StoredColumn] = defaultdict(_StoredColumn)
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
        grams = {name: column.finish(homes, size) for name, column in self._grams.items()}
        stored = {name: column.finish(homes, size) for name, column in self._stored.items()}
        return Content(
            Dictionary.of(encoded(ids)),
            compact(np.frombuffer(self._versions, np.uint64)[slots]),
            {name: field for name, field in texts.items() if field is not None},
            {name: field for name, field in keys.items() if field is not None},
            {name: field for name, field in grams.items() if field is not None},
            {name: field for name, field in stored.items() if field is not None},
        )

    def _take_in(self) -> None:
        """Turn what waits into arrays, field by field."""
        texts: defaultdict[str, list[TextTokens | UnitTokens]] = defaultdict(list)
        keys: defaultdict[str, list[tuple[str, ...]]] = defaultdict(list)
        slots_of: defaultdict[str, list[int]] = defaultdict(list)
        key_slots: defaultdict[str, list[int]] = defaultdict(list)
        grams: defaultdict[str, list[Grams]] = defaultdict(list)
        gram_slots: defaultdict[str, list[int]] = defaultdict(list)
        for slot, document in enumerate(self._waiting, self._slots - len(self._waiting)):
            for name, text in document.texts.items():
                texts[name].append(text)
                slots_of[name].append(slot)
            for name, held in document.keys.items():
                keys[name].append(held)
                key_slots[name].append(slot)
            for name, several in document.grams.items():
                grams[name].append(several)
                gram_slots[name].append(slot)
            for name, given in document.stored.items():
                self._stored[name].add(slot, given)
        keys.pop(ID, None)
        for name, rows in grams.items():
            self.weight += self._grams[name].add(gram_slots[name], rows)
        for name, found in texts.items():
            self.weight += self._texts[name].add(slots_of[name], found)
        for name, lists in keys.items():
            self.weight += self._keys[name].add(key_slots[name], lists)
        self._waiting = []
