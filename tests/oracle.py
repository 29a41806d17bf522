"""A brute-force search engine: the definitions of ``domain/plan.py`` spelled out, one by one.

It shares no code with any engine and is as slow and obvious as it can be, so that a difference
between the two is a finding about the engine (or about the definition).
"""

import math
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from archsearch.domain.access import ScopedGather, ScopedQuery
from archsearch.domain.plan import (
    K1,
    AllOf,
    AnyOf,
    AtLeast,
    B,
    BestOf,
    Channel,
    Gather,
    GivenNode,
    KeyNode,
    Labelled,
    MatchAll,
    MatchNone,
    Node,
    NotNode,
    Order,
    PhraseNode,
    Plan,
    PrefixNode,
    RangeNode,
    TermNode,
    WildcardNode,
)
from archsearch.domain.record import RecordId
from archsearch.engines.base import (
    DEPARTMENT,
    ID,
    OWNER,
    SECRECY,
    Damage,
    Document,
    EngineHit,
    EngineResult,
    EngineStats,
    Gathered,
    Grams,
    Removal,
)
from archsearch.errors import IndexOutdatedError


class OracleEngine:
    """A :class:`~archsearch.engines.base.SearchEngine` over a plain dict, for tests.

    ``worlds`` makes the world that a plan is answered from; tests plant faults there.
    """

    worlds: "Callable[[Sequence[Document]], World]"

    def __init__(self) -> None:
        self._documents: dict[RecordId, Document] | None = None
        self.worlds = World

    def search(self, query: ScopedQuery) -> EngineResult:
        """Answer from a world that holds nothing but the documents inside the scope."""
        inside = [document for document in self._kept().values() if visible(document, query)]
        return self.worlds(inside).answer(query.plan)

    def gather(self, query: ScopedGather) -> Gathered:
        """Gather in a world that holds nothing but the documents inside the scope."""
        inside = [document for document in self._kept().values() if visible(document, query)]
        world = self.worlds(inside)
        found = [world.gathered(one) for one in query.gathers]
        every = sorted({document.record_id for documents in found for document in documents})
        name = query.gathers[0].field if query.gathers else ""
        return Gathered(
            tuple(
                sorted({every.index(document.record_id) for document in documents})
                for documents in found
            ),
            every,
            [self._kept()[record_id].stored.get(name, "") for record_id in every],
        )

    def apply(self, changes: Iterable[Document | Removal], *, mark: str = "") -> None:
        """Make the changes one after the other."""
        documents = dict(self._kept())
        for change in changes:
            if isinstance(change, Document):
                documents[change.record_id] = change
            else:
                documents.pop(change.record_id, None)
        self._documents = documents

    def prepare(self, changes: Iterable[Document | Removal]) -> list[Document | Removal]:
        """Keep the changes."""
        return list(changes)

    def apply_prepared(
        self, prepared: Any, changes: Iterable[Document | Removal] = (), *, mark: str = ""
    ) -> None:
        """Make the changes that were kept, and more."""
        self.apply((*prepared, *changes), mark=mark)

    def rebuild(self, documents: Iterable[Document], *, mark: str = "") -> None:
        """Forget everything, keep these."""
        self._documents = {document.record_id: document for document in documents}

    def tidy(self) -> None:
        """Do nothing: a dict is in one piece."""
        self._kept()

    def purge(self) -> None:
        """Do nothing: a dict keeps no removed document."""
        self._kept()

    def verify(self) -> tuple[Damage, ...]:
        """Find no damage: there is no file."""
        return ()

    def revisions(self) -> Iterator[tuple[RecordId, int]]:
        """Yield ids and versions in order of id."""
        for record_id, document in sorted(self._kept().items()):
            yield record_id, document.version

    def stats(self) -> EngineStats:
        """Count the documents."""
        return EngineStats("oracle", documents=len(self._kept()), deleted=0, segments=1, bytes=0)

    def _kept(self) -> dict[RecordId, Document]:
        if self._documents is None:
            raise IndexOutdatedError("索引尚未建立，请重建索引")
        return self._documents


def visible(document: Document, query: ScopedQuery | ScopedGather) -> bool:
    """Whether a document exists as far as the query may know."""
    scope = query.scope
    if document.record_id in query.excluded:
        return False
    if not scope.secrecies.intersection(keys_of(document, SECRECY)):
        return False
    return (
        scope.everything
        or scope.owner in keys_of(document, OWNER)
        or bool(scope.departments.intersection(keys_of(document, DEPARTMENT)))
        or bool(scope.granted.intersection(keys_of(document, ID)))
    )


def keys_of(document: Document, name: str) -> tuple[str, ...]:
    """The keys a document holds in a field."""
    return document.keys.get(name, ())


@dataclass
class World:
    """All there is, and what one plan finds in it."""

    documents: Sequence[Document]
    _matching: dict[Node, int] = field(default_factory=dict)
    _average: dict[str, float] = field(default_factory=dict)

    def answer(self, plan: Plan) -> EngineResult:
        """Match, order, cut the page, count."""
        hits = [(document, self.score(plan.node, document)) for document in self.documents]
        found = [
            (document, score)
            for document, score in hits
            if score is not None and all(self.matches(part, document) for part in plan.filters)
        ]
        page = self.ordered(found, plan)[plan.offset : plan.offset + plan.limit]
        return EngineResult(
            total=len(found),
            hits=tuple(
                EngineHit(document.record_id, score, self.channels(plan.node, document))
                for document, score in page
            ),
            facets={name: count_keys(name, [hit for hit, _ in found]) for name in plan.facets},
        )

    def gathered(self, one: Gather) -> list[Document]:
        """The documents that share the most telling tokens."""
        inside = [
            document
            for document in self.documents
            if all(self.matches(part, document) for part in one.filters)
        ]
        holders = {
            token: [d for d in inside if one.field in d.grams and token in grams_of(d, one.field)]
            for token, _ in one.tokens
        }
        worths = [
            (math.log1p(len(inside) / len(holders[token])) * weight, -place, token)
            for place, (token, weight) in enumerate(one.tokens)
            if holders[token]
        ]
        weights: dict[RecordId, float] = {}
        postings = 0
        for worth, _, token in sorted(worths, reverse=True):
            postings += len(holders[token])
            if postings > one.most_read and weights:
                break
            for document in holders[token]:
                weights[document.record_id] = weights.get(document.record_id, 0.0) + worth
        return [
            document
            for node, most in one.classes
            for document in sorted(
                (d for d in inside if d.record_id in weights and self.matches(node, d)),
                key=lambda d: (
                    -(
                        weights[d.record_id]
                        - abs(d.grams[one.field].length - one.length) * one.per_unit
                    ),
                    d.record_id,
                ),
            )[:most]
        ]

    def matches(self, node: Node, document: Document) -> bool:
        """Whether the node matches."""
        return self.score(node, document) is not None

    def score(self, node: Node, document: Document) -> float | None:
        """The score, or None where the node does not match."""
        match node:
            case MatchAll() | MatchNone() | NotNode():
                return 0.0 if self._unscored(node, document) else None
            case Labelled():
                return self.score(node.child, document)
            case TermNode() | PhraseNode():
                return self._bm25(node, document)
            case KeyNode() | PrefixNode() | WildcardNode() | RangeNode():
                holds = any(accepts(node, key) for key in keys_of(document, node.field))
                return node.weight if holds else None
            case GivenNode():
                return dict(node.records).get(document.record_id)
            case _:
                return self._combined(node, document)

    def _unscored(self, node: MatchAll | MatchNone | NotNode, document: Document) -> bool:
        if isinstance(node, NotNode):
            return not self.matches(node.child, document)
        return isinstance(node, MatchAll)

    def _combined(self, node: AllOf | AnyOf | BestOf | AtLeast, document: Document) -> float | None:
        scores = [self.score(child, document) for child in node.children]
        matching = [score for score in scores if score is not None]
        match node:
            case AllOf():
                needed = len(node.children)
            case AtLeast():
                needed = node.count
            case _:
                needed = 1
        if len(matching) < needed:
            return None
        if isinstance(node, BestOf):
            return max(matching)
        total = 0.0
        for score in matching:
            total = total + score
        return total

    def _bm25(self, node: TermNode | PhraseNode, document: Document) -> float | None:
        tf = occurrences(node, document)
        if tf == 0:
            return None
        n = len(self.documents)
        df = self._document_frequency(node)
        idf = math.log(1 + (n - df + 0.5) / (df + 0.5))
        length = document.texts[node.field].length
        average_length = self._average_length(node.field)
        norm = tf + K1 * (1 - B + B * length / average_length)
        return node.weight * idf * tf * (K1 + 1) / norm

    def _document_frequency(self, node: TermNode | PhraseNode) -> int:
        if node not in self._matching:
            self._matching[node] = sum(
                occurrences(node, document) > 0 for document in self.documents
            )
        return self._matching[node]

    def _average_length(self, name: str) -> float:
        if name not in self._average:
            lengths = [
                document.texts[name].length if name in document.texts else 0
                for document in self.documents
            ]
            self._average[name] = sum(lengths) / len(lengths)
        return self._average[name]

    def channels(self, node: Node, document: Document) -> tuple[Channel, ...]:
        """The channels of the labels on the paths of matching nodes down from ``node``."""
        reached = set(self._labels(node, document))
        return tuple(channel for channel in Channel if channel in reached)

    def _labels(self, node: Node, document: Document) -> Iterator[Channel]:
        if not self.matches(node, document):
            return
        if isinstance(node, Labelled):
            yield node.channel
            yield from self._labels(node.child, document)
        elif isinstance(node, AllOf | AnyOf | BestOf | AtLeast):
            for child in node.children:
                yield from self._labels(child, document)

    def ordered(
        self, found: list[tuple[Document, float]], plan: Plan
    ) -> list[tuple[Document, float]]:
        by_id = sorted(found, key=lambda hit: hit[0].record_id)
        if plan.order.field is not None:
            return by_key(by_id, plan.order.field, plan.order)
        by_score = sorted(by_id, key=lambda hit: -hit[1])
        first = plan.first
        if first is None:
            return by_score
        return sorted(by_score, key=lambda hit: not self.matches(first, hit[0]))


@cache
def _tokens(rows: str) -> frozenset[int]:
    return frozenset(Grams(rows, 0))


def grams_of(document: Document, name: str) -> frozenset[int]:
    """The tokens of a field of grams."""
    return _tokens(document.grams[name].rows)


def by_key(
    hits: list[tuple[Document, float]], name: str, order: Order
) -> list[tuple[Document, float]]:
    """Sort by the lowest or highest key, keeping the order of equals; without one last."""
    choose = max if order.descending else min
    holding = [hit for hit in hits if keys_of(hit[0], name)]
    lacking = [hit for hit in hits if not keys_of(hit[0], name)]
    # Python keeps equal elements in their order under reverse=True too.
    holding.sort(key=lambda hit: choose(keys_of(hit[0], name)), reverse=order.descending)
    return holding + lacking


def occurrences(node: TermNode | PhraseNode, document: Document) -> int:
    """How often the term, or the phrase as a whole, occurs."""
    if node.field not in document.texts:
        return 0
    text = document.texts[node.field]
    if isinstance(node, TermNode):
        return list(text.terms).count(node.token)
    pairs = set(text)
    lead, lead_offset = node.tokens[0]
    starts = [position - lead_offset for token, position in pairs if token == lead]
    return sum(
        all((token, start + offset) in pairs for token, offset in node.tokens) for start in starts
    )


def accepts(node: KeyNode | PrefixNode | WildcardNode | RangeNode, key: str) -> bool:
    """Whether one key satisfies a key node."""
    match node:
        case KeyNode():
            return key in node.keys
        case PrefixNode():
            return key.startswith(node.prefix)
        case WildcardNode():
            return re.fullmatch(expression(node.pattern), key, re.DOTALL) is not None
        case RangeNode():
            above = node.low is None or key >= node.low
            return above and (node.high is None or key <= node.high)


def expression(pattern: str) -> str:
    """A wildcard pattern as a regular expression."""
    meaning = {"*": ".*", "?": "."}
    return "".join(meaning.get(char) or re.escape(char) for char in pattern)


def count_keys(name: str, documents: Sequence[Document]) -> tuple[tuple[str, int], ...]:
    """Count the keys of a field, highest count first, then by key."""
    counts: dict[str, int] = {}
    for document in documents:
        for key in keys_of(document, name):
            counts[key] = counts.get(key, 0) + 1
    return tuple(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
