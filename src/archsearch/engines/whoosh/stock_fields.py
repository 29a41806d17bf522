"""What Whoosh asks of a field of a segment, the same for text fields and key fields."""

from abc import abstractmethod
from collections.abc import Mapping
from functools import cached_property
from typing import Protocol

import numpy as np

from archsearch.engines.base import ID
from archsearch.engines.whoosh.arrays import Ints
from archsearch.engines.whoosh.columns import KeyField
from archsearch.engines.whoosh.content import Content
from archsearch.engines.whoosh.dictionary import Dictionary
from archsearch.engines.whoosh.postings import TextField
from archsearch.engines.whoosh.stock_matcher import Postings
from archsearch.engines.whoosh.stock_schema import named

_NO_POSITIONS: list[int] = []


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

    def df(self, term: int) -> int:
        """Count the documents that hold a term, deleted ones included."""
        return self._field.df(term)

    def postings(self, term: int) -> Postings:
        """Give documents, counts, lengths and positions."""
        docs, counts = self._field.postings(term)
        lengths = self._field.lengths_of(docs)

        def positions(place: int) -> list[int]:
            found, _ = self._field.positions_at(term, np.array([place], np.intp))
            listed: list[int] = found.tolist()
            return listed

        return Postings(
            docs.tolist(), counts.tolist(), int(lengths.min()), int(lengths.max()), positions
        )


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
