"""The documents of a segment as Whoosh's readers see them: lengths, columns, what is stored."""

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from whoosh import columns
from whoosh.codec import base

from archsearch.engines.base import ID
from archsearch.engines.whoosh.columns import KeyField
from archsearch.engines.whoosh.content import Content
from archsearch.engines.whoosh.dictionary import decode
from archsearch.engines.whoosh.stock_schema import VERSION, named

if TYPE_CHECKING:
    from archsearch.engines.whoosh.codec import ColumnarSegment

_PerDocumentReader: Any = base.PerDocumentReader
_ColumnReader: Any = columns.ColumnReader


class KeyColumn(_ColumnReader):  # type: ignore[misc]  # Whoosh has no types
    """The lowest key of each document, empty where there is none."""

    def __init__(self, field: KeyField) -> None:
        self._ordinals: list[int] = field.lowest(np.arange(field.size)).tolist()
        self._keys = field.keys

    def __len__(self) -> int:
        return len(self._ordinals)

    def __getitem__(self, docnum: int) -> bytes:
        ordinal = self._ordinals[docnum]
        return b"" if ordinal < 0 else self._keys[ordinal]

    def __iter__(self) -> Iterator[bytes]:
        return map(self.__getitem__, range(len(self)))


class StockDocuments(_PerDocumentReader):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's reader of documents."""

    def __init__(self, segment: "ColumnarSegment", content: Content) -> None:
        self._segment = segment
        self._content = content
        self._keys: dict[str, KeyField] = named({}, content.keys, segment.text_names)
        identity = content.key_field(ID)
        if identity is not None:
            self._keys[ID] = identity
        self._lengths: dict[str, list[int]] = {}

    def doc_count(self) -> int:
        """Count the documents that are not deleted."""
        return int(self._segment.doc_count())

    def doc_count_all(self) -> int:
        """Count the documents."""
        return self._segment.doc_count_all()

    def has_deletions(self) -> bool:
        """Tell whether any document is deleted."""
        return bool(self._deleted)

    def is_deleted(self, docnum: int) -> bool:
        """Tell whether a document is deleted."""
        return docnum in self._deleted

    def deleted_docs(self) -> frozenset[int]:
        """Give the deleted documents; Whoosh asks for them with every term."""
        return self._deleted

    def all_doc_ids(self) -> Iterator[int]:
        """Yield the documents that are not deleted."""
        return iter(np.flatnonzero(self._segment.alive()).tolist())

    def supports_columns(self) -> bool:
        """Tell that there are columns."""
        return True

    def has_column(self, name: str) -> bool:
        """Tell whether a field can be sorted by.

        Of the fields in the schema those can that hold keys, in this segment or in another.
        """
        return name not in self._segment.text_names

    def list_columns(self) -> list[str]:
        """List the fields that hold keys in this segment."""
        return list(self._keys)

    def column_reader(self, name: str, _: Any) -> Any:
        """Give the lowest key of each document."""
        if name in self._keys:
            return KeyColumn(self._keys[name])
        return columns.EmptyColumnReader(b"", self.doc_count_all())

    def doc_field_length(self, docnum: int, name: str, default: int = 0) -> int:
        """Give the units of a text field in a document."""
        lengths = self._lengths_of(name)
        return lengths[docnum] if lengths else default

    def field_length(self, name: str) -> int:
        """Give the units of a text field in all documents."""
        return sum(self._lengths_of(name))

    def min_field_length(self, name: str) -> int:
        """Give the units of a text field in the document that has fewest."""
        return min(self._lengths_of(name), default=0)

    def max_field_length(self, name: str) -> int:
        """Give the units of a text field in the document that has most."""
        return max(self._lengths_of(name), default=0)

    def stored_fields(self, docnum: int) -> dict[str, Any]:
        """Give the id of the record and its version."""
        content = self._content
        return {ID: decode(content.ids[docnum]), VERSION: int(content.versions[docnum])}

    @cached_property
    def _deleted(self) -> frozenset[int]:
        return frozenset(self._segment.deleted_docs())

    def _lengths_of(self, name: str) -> list[int]:
        """Give the lengths in all documents, none if the segment does not have the field."""
        if name not in self._lengths:
            field = self._content.texts.get(name)
            docs = np.arange(self.doc_count_all())
            self._lengths[name] = [] if field is None else field.lengths_of(docs).tolist()
        return self._lengths[name]
