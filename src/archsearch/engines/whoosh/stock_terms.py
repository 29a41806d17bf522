"""The terms of a segment as Whoosh's readers see them."""

from collections.abc import Iterator, Mapping
from typing import Any

from whoosh import reading
from whoosh.codec import base

from archsearch.engines.whoosh.dictionary import decode, encode
from archsearch.engines.whoosh.stock_fields import StockField
from archsearch.engines.whoosh.stock_matcher import PostingMatcher

_TermsReader: Any = base.TermsReader
_FieldCursor: Any = base.FieldCursor
_EmptyCursor: Any = base.EmptyCursor
_TermInfo: Any = reading.TermInfo
_TermNotFound: Any = reading.TermNotFound


def term_info(field: StockField, term: int) -> Any:
    """Make Whoosh's statistics of a term; like Whoosh's own they count deleted documents."""
    postings = field.postings(term)
    docs, counts = postings.docs, postings.counts
    return _TermInfo(
        weight=float(sum(counts) if counts else len(docs)),
        df=len(docs),
        minlength=postings.shortest,
        maxlength=postings.longest,
        maxweight=float(postings.most),
        minid=docs[0],
        maxid=docs[-1],
    )


class StockCursor(_FieldCursor):  # type: ignore[misc]  # Whoosh has no types
    """Walks the terms of one field, for fuzzy terms and completions."""

    def __init__(self, field: StockField) -> None:
        self._field = field
        self._terms = field.terms
        self._place = 0

    def is_valid(self) -> bool:
        """Tell whether there is a current term."""
        return self._place < len(self._terms)

    def text(self) -> str | None:
        """Give the current term."""
        return self._terms.text(self._place) if self.is_valid() else None

    def first(self) -> str | None:
        """Go to the first term."""
        self._place = 0
        return self.text()

    def find(self, wanted: str | bytes) -> str | None:
        """Go to the first term from ``wanted`` on."""
        data = wanted if isinstance(wanted, bytes) else encode(wanted)
        self._place = self._terms.place(data)
        return self.text()

    def next(self) -> str | None:
        """Go on to the next term."""
        if self.is_valid():
            self._place += 1
        return self.text()

    def term_info(self) -> Any:
        """Give the statistics of the current term."""
        return term_info(self._field, self._place) if self.is_valid() else None


class StockTerms(_TermsReader):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's reader of terms; ``fields`` are by name, in order of name."""

    def __init__(self, fields: Mapping[str, StockField]) -> None:
        self._fields = fields

    def __contains__(self, term: tuple[str, bytes]) -> bool:
        return self._find(*term) is not None

    def indexed_field_names(self) -> list[str]:
        """List the fields that the segment has."""
        return list(self._fields)

    def terms(self) -> Iterator[tuple[str, bytes]]:
        """Yield (field, term) of every term, in order."""
        for name, field in self._fields.items():
            for term in field.terms.entries():
                yield name, term

    def terms_from(self, name: str, start: bytes) -> Iterator[tuple[str, bytes]]:
        """Yield the terms of a field from ``start`` on, then those of the fields after it."""
        for found, field, first in self._fields_from(name, start):
            for term in field.terms.entries(first):
                yield found, term

    def items(self) -> Iterator[tuple[tuple[str, bytes], Any]]:
        """Yield every term and its statistics."""
        return self.items_from(min(self._fields, default=""), b"")

    def items_from(self, name: str, start: bytes) -> Iterator[tuple[tuple[str, bytes], Any]]:
        """Yield terms as :meth:`terms_from` does, and their statistics."""
        for found, field, first in self._fields_from(name, start):
            for number, term in enumerate(field.terms.entries(first), first):
                yield (found, term), term_info(field, number)

    def term_info(self, name: str, text: bytes) -> Any:
        """Give the statistics of a term."""
        return term_info(*self._known(name, text))

    def frequency(self, name: str, text: bytes) -> float:
        """Count the occurrences of a term, 0 for one that is not there."""
        found = self._find(name, text)
        return float(term_info(*found).weight()) if found else 0.0

    def doc_frequency(self, name: str, text: bytes) -> int:
        """Count the documents that hold a term, deleted ones included; 0 if it is not there."""
        found = self._find(name, text)
        return found[0].df(found[1]) if found else 0

    def matcher(self, name: str, text: bytes, form: Any, scorer: Any = None) -> PostingMatcher:
        """Give a matcher over the documents that hold a term."""
        field, term = self._known(name, text)
        return PostingMatcher((name, text), field.postings(term), form, scorer)

    def cursor(self, name: str, _: Any) -> Any:
        """Give a cursor over the terms of a field."""
        return StockCursor(self._fields[name]) if name in self._fields else _EmptyCursor()

    def _fields_from(self, name: str, start: bytes) -> Iterator[tuple[str, StockField, int]]:
        if name not in self._fields:
            return
        for found, field in self._fields.items():
            if found == name:
                yield found, field, field.terms.place(start)
            elif found > name:
                yield found, field, 0

    def _known(self, name: str, text: bytes) -> tuple[StockField, int]:
        found = self._find(name, text)
        if found is None:
            raise _TermNotFound(f"no term {name}:{decode(text)!r}")
        return found

    def _find(self, name: str, text: bytes) -> tuple[StockField, int] | None:
        field = self._fields.get(name)
        if field is None:
            return None
        place = field.terms.place(text)
        there = place < len(field.terms) and field.terms[place] == text
        return (field, place) if there else None
