"""Leaving out of a plan what cannot match anywhere: leaves over fields that no document has.

A query without a field looks into every field of the schema, and most archives use a few of them.
What is left has the same hits and the same scores.
"""

from collections.abc import Iterable
from dataclasses import replace
from operator import is_

from archsearch.domain.plan import (
    AllOf,
    AnyOf,
    AtLeast,
    BestOf,
    KeyNode,
    Labelled,
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
from archsearch.engines.whoosh.snapshot import Snapshot


def pruned(plan: Plan, snapshot: Snapshot) -> Plan:
    """Leave out alternatives that match nothing in any segment, whoever asks."""
    pruner = _Pruner(snapshot)
    node = pruner.node(plan.node)
    first = None if plan.first is None else pruner.node(plan.first)
    return replace(plan, node=node, first=first)


class _Pruner:
    """Prunes the nodes of one plan; what stands in it twice is one afterwards, too."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._texts = snapshot.text_fields
        self._keys = snapshot.key_fields
        self._known: dict[int, Node] = {}

    def node(self, node: Node) -> Node:
        """Prune a node."""
        known = self._known.get(id(node))
        if known is None:
            known = self._known[id(node)] = self._made(node)
        return known

    def _made(self, node: Node) -> Node:
        match node:
            case AnyOf(children) | BestOf(children) | AtLeast(_, children):
                return self._with(node, [child for child in children if not self._absent(child)])
            case AllOf(children):
                return self._with(node, children)
            case Labelled(channel, child):
                there = self.node(child)
                return node if there is child else Labelled(channel, there)
            case NotNode(child):
                there = self.node(child)
                return node if there is child else NotNode(there)
            case _:
                return node

    def _with(self, node: AnyOf | BestOf | AtLeast | AllOf, kept: Iterable[Node]) -> Node:
        children = tuple([self.node(child) for child in kept])
        if len(children) == len(node.children) and all(map(is_, children, node.children)):
            return node
        return replace(node, children=children)

    def _absent(self, node: Node) -> bool:
        match node:
            case TermNode() | PhraseNode():
                return node.field not in self._texts
            case KeyNode() | PrefixNode() | WildcardNode() | RangeNode():
                return node.field not in self._keys and node.field != ID
            case _:
                return False
