"""What Whoosh asks of a field of a segment, the same for text fields and key fields."""

from abc import abstractmethod
from collections.abc import Mapping
from functools import cached_property, lru_cache
from typing import Protocol

import numpy as np

from archsearch.engines.base import ID
from archsearch.engines.whoosh.arrays import Ints, offsets
from archsearch.engines.whoosh.columns import KeyField
from archsearch.engines.whoosh.content import Content
from archsearch.engines.whoosh.dictionary import Dictionary
from archsearch.engines.whoosh.postings import TextField
from archsearch.engines.whoosh.stock_matcher import Postings
from archsearch.engines.whoosh.stock_schema import named

_NO_POSITIONS: list[int] = []
_LAST = 16
"""So many decoded terms of a field are kept."""


class StockField(Protocol):
    """A sorted dictionary of terms, and the documents of each."""

    @property
    @abstractmethod
    def terms(self) -> Dictionary:
        """The terms."""

    @abstractmethod
    def df(self, term: int) -> int:
        """Count the documents that hold a term, deleted ones included."""

    @abstractmethod
    def postings(self, term: int) -> Postings:
        """Give all that a matcher needs."""


class StockText:
    """A text field."""

    def __init__(self, field: TextField) -> None:
        self.terms = field.terms
        self._field = field
        # Whoosh asks for the same term several times while it prepares a search.
        self._last = lru_cache(_LAST)(self._decoded)

    def df(self, term: int) -> int:
        """Count the documents that hold a term, deleted ones included."""
        return self._field.df(term)

    def postings(self, term: int) -> Postings:
        """Give documents, counts, lengths and positions."""
        return self._last(term)

    def _decoded(self, term: int) -> Postings:
        docs, counts = self._field.postings(term)
        lengths = self._field.lengths_of(docs)
        places = _Positions(self._field, term, counts)
        return Postings(
            docs.tolist(), counts.tolist(), int(lengths.min()), int(lengths.max()), places
        )


class _Positions:
    """The positions of a term in its documents, by place, decoded when first asked for."""

    def __init__(self, field: TextField, term: int, counts: Ints) -> None:
        self._field = field
        self._term = term
        self._counts = counts

    def __call__(self, place: int) -> list[int]:
        flat, bounds = self._decoded
        return flat[bounds[place] : bounds[place + 1]]

    @cached_property
    def _decoded(self) -> tuple[list[int], list[int]]:
        positions, _ = self._field.positions_at(self._term, np.arange(self._counts.size))
        return positions.tolist(), offsets(self._counts).tolist()


class StockKeys:
    """A key field: every document holds a key once, and counts as one unit long."""

    def __init__(self, field: KeyField) -> None:
        self.terms = field.keys
        self._field = field

    def df(self, term: int) -> int:
        """Count the documents that hold a key, deleted ones included."""
        return int(self._totals[term])

    @cached_property
    def _totals(self) -> Ints:
        return self._field.count(np.arange(self._field.size))

    def postings(self, term: int) -> Postings:
        """Give the documents."""
        docs = self._field.holders(np.array([term], np.intp)).docs
        return Postings(docs.tolist(), None, 1, 1, lambda _: _NO_POSITIONS)


def fields_of(content: Content, text_names: frozenset[str]) -> dict[str, StockField]:
    """Give the fields of a segment by the names that Whoosh knows them by, in order of name."""
    texts: Mapping[str, StockField] = {
        name: StockText(field) for name, field in content.texts.items()
    }
    keys: dict[str, StockField] = {name: StockKeys(field) for name, field in content.keys.items()}
    identity = content.key_field(ID)
    if identity is not None:
        keys[ID] = StockKeys(identity)
    return named(texts, keys, text_names)
