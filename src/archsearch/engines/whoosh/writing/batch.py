"""Changes worked out before anybody is kept from writing: their documents as segments in memory."""

from collections.abc import Iterable
from dataclasses import dataclass

from archsearch.domain.record import RecordId
from archsearch.engines.base import Document, Removal
from archsearch.engines.whoosh.format.content import Content
from archsearch.engines.whoosh.writing.build import Builder

FLUSH_WEIGHT = 10_000_000
"""Tokens and keys gathered before a segment is made: about 200 MB."""


@dataclass(frozen=True, slots=True)
class Batch:
    """The records concerned, and what the index is to hold of them."""

    record_ids: tuple[RecordId, ...]
    contents: tuple[Content, ...]

    def __len__(self) -> int:
        return len(self.record_ids)

    @classmethod
    def of(cls, changes: Iterable[Document | Removal]) -> "Batch":
        """Work changes out, at most one a record."""
        record_ids: list[RecordId] = []
        contents: list[Content] = []
        builder = Builder()
        for change in changes:
            record_ids.append(change.record_id)
            if isinstance(change, Document):
                builder.add(change)
            if builder.weight >= FLUSH_WEIGHT:
                contents.append(builder.finish())
                builder = Builder()
        if len(builder):
            contents.append(builder.finish())
        return cls(tuple(record_ids), tuple(contents))
