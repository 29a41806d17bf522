"""A compiled plan as a query of Whoosh's own, over the fields as Whoosh knows them.

Faults of Whoosh that a translation can go round are gone round here (see docs/whoosh.md): ``Or``
subtracts children that are a ``Not``, an empty ``And`` matches nothing, wildcard patterns know
brackets, and expanding the terms of a field that the index does not have raises.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations, groupby
from operator import itemgetter
from typing import Any, TypeAlias

from whoosh import fields, query
from whoosh.query import spans

from archsearch.domain.plan import (
    AllOf,
    AnyOf,
    AtLeast,
    BestOf,
    GivenNode,
    KeyNode,
    Labelled,
    MatchAll,
    MatchNone,
    Node,
    NotNode,
    PhraseNode,
    Plan,
    PrefixNode,
    RangeNode,
    TermNode,
    WildcardNode,
)
from archsearch.engines.base import ID

Query: TypeAlias = Any
"""Whoosh has no types."""


@dataclass(frozen=True)
class Translator:
    """Translates for an index of one schema."""

    schema: Any

    def translated(self, plan: Plan) -> Query:
        """Whoosh's query for all hits of a plan."""
        return self.translate(AllOf((plan.node, *plan.filters)))

    def translate(self, node: Node) -> Query:
        """Whoosh's query for the records that a node matches."""
        match node:
            case MatchAll() | MatchNone():
                return query.Every() if isinstance(node, MatchAll) else query.NullQuery
            case Labelled():
                return self.translate(node.child)
            case NotNode():
                return query.And([query.Every(), query.Not(self.translate(node.child))])
            case AllOf() | AnyOf() | BestOf() | AtLeast():
                return combination(node, [self.translate(child) for child in node.children])
            case TermNode() | PhraseNode():
                return text(node) if self.is_text(node.field) else query.NullQuery
            case _:
                return self.keyed(node)

    def keyed(self, node: KeyNode | PrefixNode | WildcardNode | RangeNode | GivenNode) -> Query:
        """The query for a node over a key field; the record id is one."""
        if isinstance(node, GivenNode):
            node = KeyNode(ID, frozenset(record_id for record_id, _ in node.records))
        renamed = f"{node.field}#key"
        if renamed in self.schema:
            return keyed(node, renamed)
        if node.field not in self.schema or self.is_text(node.field):
            return query.NullQuery
        return keyed(node, node.field)

    def is_text(self, name: str) -> bool:
        """Whether the index has a text field of that name."""
        return name in self.schema and isinstance(self.schema[name], fields.TEXT)


def combination(node: AllOf | AnyOf | BestOf | AtLeast, children: list[Query]) -> Query:
    match node:
        case AllOf():
            return query.And(children) if children else query.Every()
        case BestOf():
            return query.DisjunctionMax(children) if children else query.NullQuery
        case AtLeast():
            return any_of(map(query.And, map(list, combinations(children, node.count))))
        case AnyOf():
            return any_of(children)


def any_of(children: Iterable[Query]) -> Query:
    listed = list(children)
    return query.Or(listed) if listed else query.NullQuery


def keyed(node: KeyNode | PrefixNode | WildcardNode | RangeNode, field: str) -> Query:
    match node:
        case KeyNode():
            return any_of(query.Term(field, key) for key in sorted(node.keys))
        case PrefixNode():
            return query.Prefix(field, node.prefix)
        case RangeNode():
            return query.TermRange(field, node.low, node.high)
        case WildcardNode() if "[" in node.pattern:
            return query.Regex(field, regex(node.pattern))
        case WildcardNode():
            return query.Wildcard(field, node.pattern)


def regex(pattern: str) -> str:
    meaning = {"*": ".*", "?": "."}
    body = "".join(meaning.get(char) or re.escape(char) for char in pattern)
    return f"(?s:{body})\\Z"


def text(node: TermNode | PhraseNode) -> Query:
    """A term; a phrase by Phrase if its tokens stand next to each other, or else by spans."""
    if isinstance(node, TermNode):
        return query.Term(node.field, node.token)
    pairs = sorted(set(node.tokens), key=itemgetter(1))
    if [offset for _, offset in pairs] == list(range(len(pairs))):
        return query.Phrase(node.field, [token for token, _ in pairs])
    return spanned(node.field, pairs)


class Near(spans.SpanNear):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's, which raises when an ``And`` around it asks for its size."""

    def estimate_size(self, reader: Any) -> int:
        size: int = self.q.estimate_size(reader)
        return size


def spanned(field: str, pairs: Sequence[tuple[str, int]]) -> Query:
    places = [
        (offset, reduce(at_once, [query.Term(field, token) for token, _ in group]))
        for offset, group in groupby(pairs, key=itemgetter(1))
    ]
    (last, found), *rest = places
    for offset, following in rest:
        gap = offset - last
        found = Near(found, following, slop=gap, mindist=gap)
        last = offset
    return found


def at_once(one: Query, other: Query) -> Query:
    return Near(one, other, slop=0, ordered=False, mindist=0)
