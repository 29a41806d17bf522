"""tantivy through its Python binding, asked in the fastest way that was found for each question.

What was measured before deciding, always for tantivy:

- Tokens are handed over with their positions (``PreTokenizedString``), so that phrases, which join
  bigrams at every second position, mean the same. Making those objects is timed apart: they are
  no work of the index.
- One thread writes, with memory for one large segment; the binding has no forced merge.
- A hit's id is a number in a fast field, led to the record id by a list: six times faster than
  loading stored documents.
- Total and hits come from one call. Filters and scope are unscored (``const_score_query``) clauses
  without frequencies: faster than scored clauses, term sets, and one nested filter.
- The secrecies that a scope leaves out are excluded when they are fewer than those it lets in. A
  scope that lets everything in is no clause at all.
- Facets are terms aggregations over fast fields in one call. All buckets are asked for, as the
  product gives all; ``buckets`` asks for fewer, which the report shows beside it.
- Prefixes are regular expressions over the key field; ranges over texts do not exist.
- ``AtLeast`` is a boolean query with a minimum.

The query objects are made before the clock runs, as the product's plans are.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

import tantivy
from tantivy import Order

from archsearch.domain.access import ScopedQuery
from archsearch.engines.base import ID, Document
from tests.bench.contender import Asked, Inexpressible, Outcome, field_names
from tests.bench.meter import Spent
from tests.bench.tantivy_queries import Translation

ALL_BUCKETS = 100_000
HEAP = 2_000_000_000
_SMALL_HEAP = 50_000_000
_NUMBER, _ORDER = "number", "created_at"
_LOOKED_AT = 1_000


class Tantivy:
    """A tantivy index of the same tokens."""

    def __init__(
        self, folder: Path, levels: Sequence[str], *, buckets: int = ALL_BUCKETS, heap: int = HEAP
    ) -> None:
        self.name = "tantivy"
        self.tokens_spent = Spent()
        self._folder = folder
        self._levels = frozenset(levels)
        self._buckets = buckets
        self._heap = heap
        self._writer: Any = None
        self._ids: list[str] = []
        self._fields: dict[str, str] = {}

    def build(self, documents: Iterable[Document]) -> None:
        """See the protocol."""
        found = iter(documents)
        first = list(islice(found, _LOOKED_AT))
        schema = self._schema_of(*field_names(first))
        self._translation = Translation(schema, self._fields, self._levels)
        self._folder.mkdir(parents=True)
        self._index = tantivy.Index(schema, str(self._folder))
        writer = self._index.writer(self._heap, num_threads=1)
        for document in chain(first, found):
            writer.add_document(self._document(document))
        writer.commit()
        writer.wait_merging_threads()
        self._open()

    def fewer_buckets(self, buckets: int) -> "Tantivy":
        """Give the same index, asked for so many buckets a facet."""
        other = Tantivy(self._folder, tuple(self._levels), buckets=buckets, heap=self._heap)
        other.__dict__ |= {k: v for k, v in self.__dict__.items() if k != "_buckets"}
        other.name = f"tantivy, {buckets} a facet"
        return other

    def prepare(self, query: ScopedQuery) -> Asked:
        """See the protocol."""
        plan, searcher, ids = query.plan, self._searcher, self._ids
        if plan.first is not None or query.excluded:
            raise Inexpressible("first, excluded")
        asked = self._translation.whole(query)
        page: dict[str, Any] = {"limit": plan.limit, "offset": plan.offset}
        if plan.order.field is not None:
            if plan.order.field != _ORDER:
                raise Inexpressible(plan.order.field)
            page |= {"order_by_field": _ORDER, "order": _direction(plan.order.descending)}
        counts = {
            name: {"terms": {"field": self._fields[name], "size": self._buckets}}
            for name in plan.facets
        }

        def run() -> tuple[int, list[str], dict[str, Any]]:
            found = searcher.search(asked, **page)
            numbers = searcher.fast_field_values(_NUMBER, [address for _, address in found.hits])
            facets = searcher.aggregate(asked, counts) if counts else {}
            return found.count, [ids[number] for number in numbers], facets

        return Asked(run, _read)

    def forget(self) -> None:
        """See the protocol; tantivy keeps nothing between queries."""

    def change(self, document: Document) -> None:
        """See the protocol; the writer stays open from change to change."""
        if self._writer is None:
            self._writer = self._index.writer(_SMALL_HEAP, num_threads=1)
        self._writer.delete_documents_by_term(self._fields[ID], document.record_id)
        self._writer.add_document(self._document(document))
        self._writer.commit()
        self._open()

    def bytes(self) -> int:
        """See the protocol."""
        return sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file())

    def close(self) -> None:
        """See the protocol."""
        if self._writer is not None:
            self._writer.wait_merging_threads()

    @property
    def segments(self) -> int:
        """The number of segments of the index."""
        return int(self._searcher.num_segments)

    def _open(self) -> None:
        self._index.reload()
        self._searcher = self._index.searcher()

    def _schema_of(self, texts: Sequence[str], keys: Sequence[str]) -> Any:
        builder = tantivy.SchemaBuilder()
        for place, name in enumerate(texts):
            self._fields[name] = f"text{place}"
            builder.add_text_field(self._fields[name], tokenizer_name="raw")
        for place, name in enumerate(keys):
            self._fields[name] = f"key{place}"
            builder.add_text_field(
                self._fields[name],
                tokenizer_name="raw",
                index_option="basic",
                fast=name.endswith("#facet"),
            )
        builder.add_unsigned_field(_NUMBER, fast=True)
        builder.add_unsigned_field(_ORDER, fast=True)
        return builder.build()

    def _document(self, document: Document) -> tantivy.Document:
        with self.tokens_spent:
            return self._made(document)

    def _made(self, document: Document) -> tantivy.Document:
        made = tantivy.Document()
        fields = self._fields
        for name, text in document.texts.items():
            tokens = [tantivy.Token(token, place, 0, 0) for token, place in text]
            if tokens:
                whole = tantivy.PreTokenizedString("", tokens)
                made.add_pre_tokenized_text(fields[name], whole)
        for name, keys in document.keys.items():
            for key in keys:
                made.add_text(fields[name], key)
        made.add_unsigned(_NUMBER, len(self._ids))
        made.add_unsigned(_ORDER, int(document.keys[_ORDER][0].replace("-", "")))
        self._ids.append(document.record_id)
        return made


def _direction(descending: bool) -> Order:
    return Order.Desc if descending else Order.Asc


def _read(found: tuple[int, list[str], dict[str, Any]]) -> Outcome:
    total, ids, facets = found
    counts = {
        name: {bucket["key"]: bucket["doc_count"] for bucket in facet["buckets"]}
        for name, facet in facets.items()
    }
    return Outcome(total, tuple(ids), counts)
