"""Whoosh 2.7.4 as it comes: its own codec (W3), its writer, its searcher, over the same tokens.

Texts are TEXT fields whose analyzer hands on tokens made beforehand, keys KEYWORD fields fed with
lists. Asked as its manual says: scope and filters as ``filter=`` (a scope that lets everything
in is none), facets as ``groupedby`` with counts, those of single values from sortable columns,
those of several with ``allow_overlap``. What it cannot say: "at least so many of these"
(``minmatch`` is not implemented); an offset (so many hits more are asked for and skipped).
"""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Any

from whoosh import fields, index, query, sorting
from whoosh.analysis import Token
from whoosh.query import spans

from archsearch.domain.access import Scope, ScopedQuery
from archsearch.domain.plan import (
    AllOf,
    AnyOf,
    KeyNode,
    Labelled,
    MatchAll,
    Node,
    PhraseNode,
    PrefixNode,
    TermNode,
)
from archsearch.engines.base import DEPARTMENT, ID, OWNER, SECRECY, Document, TextTokens, UnitTokens
from tests.bench.contender import Asked, Inexpressible, Outcome, field_names

_LOOKED_AT = 1_000
_SEVERAL = frozenset({"region#facet", "tags#facet", "department#facet"})
MEMORY_MB = 512


class Text(str):
    """A text whose tokens are known; Whoosh insists on a str."""

    tokens: TextTokens | UnitTokens | None = None

    @classmethod
    def of(cls, tokens: TextTokens | UnitTokens) -> "Text":
        """Make the text of its tokens."""
        made = cls()
        made.tokens = tokens
        return made


class Tokens:
    """Hands on the tokens of a text; what Whoosh calls an analyzer."""

    def __call__(self, value: Text, **_: Any) -> Iterator[Any]:
        """Yield one token object again and again, as Whoosh's own analyzers do."""
        token = Token(positions=True, mode="index")
        for token.text, token.pos in value.tokens or ():
            yield token


class Stock:
    """A stock Whoosh index of the same tokens."""

    name = "stock Whoosh"

    def __init__(self, folder: Path, levels: Sequence[str]) -> None:
        self._folder = folder
        self._levels = frozenset(levels)
        self.index: Any = None

    def build(self, documents: Iterable[Document]) -> None:
        """See the protocol."""
        found = iter(documents)
        first = list(islice(found, _LOOKED_AT))
        self.start(*field_names(first))
        writer = self.index.writer(limitmb=MEMORY_MB)
        for document in chain(first, found):
            writer.add_document(**as_fields(document))
        writer.commit()
        self._searcher = self.index.searcher()

    def open(self) -> None:
        """Open what is there as it is now, whoever wrote it."""
        if self.index is None:
            self.index = index.open_dir(str(self._folder))
            self._searcher = self.index.searcher()
        else:
            self.refresh()

    def start(self, texts: Sequence[str], keys: Sequence[str]) -> None:
        """Make an empty index with these fields."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir(parents=True)
        self.index = index.create_in(str(self._folder), _schema(texts, keys))

    def prepare(self, query_: ScopedQuery) -> Asked:
        """See the protocol."""
        plan, searcher = query_.plan, self._searcher
        if plan.first is not None or query_.excluded:
            raise Inexpressible("first, excluded")
        asked = self._query(plan.node)
        options: dict[str, Any] = {"limit": plan.offset + plan.limit}
        narrowing = [*self._scope(query_.scope), *map(self._query, plan.filters)]
        if narrowing:
            options["filter"] = query.And(narrowing)
            # A filter that matches nothing lets everything through, so it must not get there.
            if not any(True for _ in searcher.docs_for_query(options["filter"])):
                asked = query.NullQuery
        if plan.order.field is not None:
            options["sortedby"] = sorting.FieldFacet(plan.order.field, reverse=True)
        if plan.facets:
            options |= {"groupedby": _facets(plan.facets), "maptype": sorting.Count}

        def run() -> tuple[int, list[str], dict[str, Any]]:
            found = searcher.search(asked, **options)
            last = min(plan.offset + plan.limit, found.scored_length())
            ids = [found[place][ID] for place in range(plan.offset, last)]
            return len(found), ids, {name: found.groups(name) for name in plan.facets}

        return Asked(run, _read)

    def forget(self) -> None:
        """See the protocol; the searcher's caches are of readers, which stay open for ours too."""

    def change(self, document: Document) -> None:
        """See the protocol."""
        writer = self.index.writer()
        writer.update_document(**as_fields(document))
        writer.commit()
        self.refresh()

    def refresh(self) -> None:
        """Search what was committed last."""
        self._searcher = self._searcher.refresh()

    def bytes(self) -> int:
        """See the protocol."""
        return sum(path.stat().st_size for path in self._folder.rglob("*") if path.is_file())

    def close(self) -> None:
        """See the protocol."""
        self._searcher.close()
        self.index.close()

    def _scope(self, scope: Scope) -> Iterator[Any]:
        if scope.secrecies != self._levels:
            yield query.Or([query.Term(SECRECY, label) for label in sorted(scope.secrecies)])
        if not scope.everything:
            owners = [query.Term(OWNER, scope.owner)] if scope.owner else []
            departments = [query.Term(DEPARTMENT, path) for path in sorted(scope.departments)]
            granted = [query.Term(ID, record_id) for record_id in sorted(scope.granted)]
            yield query.Or([*owners, *departments, *granted])

    def _query(self, node: Node) -> Any:
        make = _MAKERS.get(type(node))
        if make is None:
            raise Inexpressible(type(node).__name__)
        return make(self, node)

    def _any_of(self, node: AnyOf) -> Any:
        # Clauses over fields that no record has are left out: NullQuery breaks And.
        leaves = (TermNode, PhraseNode, KeyNode, PrefixNode)
        schema = self.index.schema
        known = [n for n in node.children if not isinstance(n, leaves) or n.field in schema]
        return query.Or([self._query(child) for child in known])

    def _phrase(self, node: PhraseNode) -> Any:
        terms = [query.Term(node.field, token, boost=node.weight) for token, _ in node.tokens]
        found = terms[0]
        steps = zip(node.tokens, node.tokens[1:], terms[1:], strict=False)
        for (_, before), (_, here), term in steps:
            found = spans.SpanNear(found, term, slop=here - before, mindist=here - before)
            # Inside And every query is asked for this, and span queries have none.
            found.estimate_size = term.estimate_size
        return found

    def _keys(self, node: KeyNode) -> Any:
        terms = [query.Term(node.field, key) for key in sorted(node.keys)]
        found = terms[0] if len(terms) == 1 else query.Or(terms)
        return query.ConstantScoreQuery(found, node.weight)


_MAKERS: Mapping[type, Callable[[Stock, Any], Any]] = {
    AllOf: lambda self, node: query.And([self._query(child) for child in node.children]),
    AnyOf: Stock._any_of,
    KeyNode: Stock._keys,
    Labelled: lambda self, node: self._query(node.child),
    MatchAll: lambda _self, _node: query.Every(),
    PhraseNode: Stock._phrase,
    PrefixNode: lambda _self, node: query.Prefix(node.field, node.prefix),
    TermNode: lambda _self, node: query.Term(node.field, node.token, boost=node.weight),
}


def as_fields(document: Document) -> dict[str, Any]:
    """Give a document as a writer takes it."""
    texts = {name: Text.of(text) for name, text in document.texts.items() if text.terms}
    return {**texts, **document.keys, ID: document.record_id}


def _schema(texts: Sequence[str], keys: Sequence[str]) -> Any:
    schema = fields.Schema()
    for name in texts:
        schema.add(name, fields.TEXT(analyzer=Tokens()))
    for name in keys:
        columned = name == "created_at" or (name.endswith("#facet") and name not in _SEVERAL)
        schema.add(name, fields.KEYWORD(sortable=columned))
    schema.remove(ID)
    schema.add(ID, fields.ID(unique=True, stored=True))
    return schema


def _facets(names: Sequence[str]) -> Any:
    found = sorting.Facets()
    for name in names:
        found.add_field(name, allow_overlap=name in _SEVERAL)
    return found


def _read(found: tuple[int, list[str], dict[str, Any]]) -> Outcome:
    total, ids, facets = found
    # What holds no key is counted under None or nothing.
    counts = {name: {key: n for key, n in facet.items() if key} for name, facet in facets.items()}
    return Outcome(total, tuple(ids), counts)
