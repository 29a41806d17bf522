"""From plans and scopes to tantivy's queries."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from re import escape
from typing import Any

from tantivy import Occur, Query

from archsearch.domain.access import Scope, ScopedQuery
from archsearch.domain.plan import (
    AllOf,
    AnyOf,
    AtLeast,
    KeyNode,
    Labelled,
    MatchAll,
    Node,
    PhraseNode,
    PrefixNode,
    TermNode,
)
from archsearch.engines.base import DEPARTMENT, ID, OWNER, SECRECY
from tests.bench.contender import Inexpressible


class Translation:
    """Translates for one index.

    Args:
        schema: That of the index.
        fields: The names of our fields in it.
        levels: All labels of secrecy.
    """

    def __init__(self, schema: Any, fields: Mapping[str, str], levels: frozenset[str]) -> None:
        self._schema = schema
        self._fields = fields
        self._levels = levels

    def whole(self, query: ScopedQuery) -> Query:
        """Join what scores with what only narrows."""
        narrowing = [*self._scope(query.scope), *map(self._query, query.plan.filters)]
        clauses = [(Occur.Must, Query.const_score_query(each, 0.0)) for each in narrowing]
        hidden = self._hidden(query.scope)
        if hidden is not None:
            clauses.append((Occur.MustNot, hidden))
        scoring = self._query(query.plan.node)
        if not clauses:
            return scoring
        return Query.boolean_query([(Occur.Must, scoring), *clauses])

    def _hidden(self, scope: Scope) -> Query | None:
        out = self._levels - scope.secrecies
        if not out or len(out) > len(scope.secrecies):
            return None
        return _any([self._key(SECRECY, label) for label in sorted(out)])

    def _scope(self, scope: Scope) -> Iterable[Query]:
        out = self._levels - scope.secrecies
        if len(out) > len(scope.secrecies):
            yield _any([self._key(SECRECY, label) for label in sorted(scope.secrecies)])
        if not scope.everything:
            owners = [self._key(OWNER, scope.owner)] if scope.owner else []
            departments = [self._key(DEPARTMENT, path) for path in sorted(scope.departments)]
            granted = [self._key(ID, record_id) for record_id in sorted(scope.granted)]
            yield _any([*owners, *departments, *granted])

    def _query(self, node: Node) -> Query:
        make = _MAKERS.get(type(node))
        if make is None:
            raise Inexpressible(type(node).__name__)
        made: Query = make(self, node)
        return made

    def _key(self, name: str, key: str) -> Query:
        if name not in self._fields:
            return Query.empty_query()
        return Query.term_query(self._schema, self._fields[name], key, "basic")

    def _term(self, node: TermNode) -> Query:
        if node.field not in self._fields:
            return Query.empty_query()
        found = Query.term_query(self._schema, self._fields[node.field], node.token, "freq")
        return _weighted(found, node.weight)

    def _phrase(self, node: PhraseNode) -> Query:
        if len(node.tokens) == 1:
            return self._term(TermNode(node.field, node.tokens[0][0], node.weight))
        if node.field not in self._fields:
            return Query.empty_query()
        words: list[str | tuple[int, str]] = [(offset, token) for token, offset in node.tokens]
        found = Query.phrase_query(self._schema, self._fields[node.field], words)
        return _weighted(found, node.weight)

    def _keys(self, node: KeyNode) -> Query:
        found = _any([self._key(node.field, key) for key in sorted(node.keys)])
        return Query.const_score_query(found, node.weight)

    def _prefix(self, node: PrefixNode) -> Query:
        if node.field not in self._fields:
            return Query.empty_query()
        pattern = f"{escape(node.prefix)}.*"
        found = Query.regex_query(self._schema, self._fields[node.field], pattern)
        return Query.const_score_query(found, node.weight)

    def _all_of(self, node: AllOf) -> Query:
        return Query.boolean_query([(Occur.Must, self._query(child)) for child in node.children])

    def _any_of(self, node: AnyOf) -> Query:
        return _any(self._possible(node.children))

    def _at_least(self, node: AtLeast) -> Query:
        children = [(Occur.Should, self._query(child)) for child in node.children]
        return Query.boolean_query(children, minimum_number_should_match=node.count)

    def _possible(self, nodes: Iterable[Node]) -> list[Query]:
        """Leave out clauses over fields that no record has."""
        known = [
            node
            for node in nodes
            if not isinstance(node, TermNode | PhraseNode | KeyNode | PrefixNode)
            or node.field in self._fields
        ]
        return [self._query(node) for node in known]


_MAKERS: Mapping[type, Callable[[Translation, Any], Query]] = {
    AllOf: Translation._all_of,
    AnyOf: Translation._any_of,
    AtLeast: Translation._at_least,
    KeyNode: Translation._keys,
    Labelled: lambda self, node: self._query(node.child),
    MatchAll: lambda _self, _node: Query.all_query(),
    PhraseNode: Translation._phrase,
    PrefixNode: Translation._prefix,
    TermNode: Translation._term,
}


def _any(queries: Sequence[Query]) -> Query:
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(Occur.Should, query) for query in queries])


def _weighted(query: Query, weight: float) -> Query:
    return query if weight == 1.0 else Query.boost_query(query, weight)
