"""Large corpora that the oracle still answers in time: most documents are twins of a few.

Twins differ in their record id and a number or two alone, so whatever does not look at these is
worked out once for all of them. That is all the cleverness there is; a test holds it against the
plain oracle.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Final

from archsearch.domain.access import ScopedQuery
from archsearch.domain.plan import (
    AllOf,
    AnyOf,
    AtLeast,
    BestOf,
    Channel,
    GivenNode,
    KeyNode,
    Labelled,
    Node,
    NotNode,
    PhraseNode,
    PrefixNode,
    RangeNode,
    TermNode,
    WildcardNode,
)
from archsearch.domain.record import RecordId
from archsearch.engines.base import ID, Document, EngineResult, Removal, TextTokens
from tests.generate_plans import (
    IDS,
    KEYS,
    SERIAL,
    WORDS,
    Step,
    StepKind,
    make_any,
)
from tests.oracle import OracleEngine, World, occurrences, visible

SIZES: Final = (2_000, 2_000, 2_000, 2_000, 5_000, 5_000, 20_000)
KINDS: Final = 150
NUMBER: Final = "number"
OWN: Final = (ID, SERIAL, NUMBER)
"""Fields in which twins may differ."""


class Crowd(OracleEngine):
    """The oracle over documents that were made by :func:`make_crowd`."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: dict[int, int] = {}
        self.worlds = partial(Twins, kinds=self.kinds)
        self._contents: dict[tuple[object, ...], int] = {}
        self._seen: list[Document] = []

    def search(self, query: ScopedQuery) -> EngineResult:
        """Answer as the oracle does; whom a scope lets in depends on the kind, or on the id."""
        named = query.excluded | query.scope.granted
        let_in: dict[int, bool] = {}
        inside = []
        for document in self._kept().values():
            kind = self.kinds[id(document)]
            if document.record_id in named:
                seen = visible(document, query)
            else:
                if kind not in let_in:
                    let_in[kind] = visible(document, query)
                seen = let_in[kind]
            if seen:
                inside.append(document)
        return self.worlds(inside).answer(query.plan)

    def met(self, step: Step) -> Step:
        """Learn which documents of a step are alike."""
        for document in step.documents:
            self._seen.append(document)  # so that no other object gets its id
            rest = tuple(pair for pair in document.keys.items() if pair[0] not in OWN)
            content = (id(document.texts), rest)
            self.kinds[id(document)] = self._contents.setdefault(content, len(self._contents))
        return step


class Twins(World):
    """A world that works out once what documents of one kind have in common."""

    def __init__(self, documents: Sequence[Document], kinds: Mapping[int, int]) -> None:
        super().__init__(documents)
        self._kinds = kinds
        self._scores: dict[tuple[int, int], float | None] = {}
        self._channels: dict[tuple[int, int], tuple[Channel, ...]] = {}
        self._personal: dict[int, bool] = {}
        self._firsts = {kinds[id(document)]: document for document in documents}
        self._numbers = Counter(kinds[id(document)] for document in documents)

    def score(self, node: Node, document: Document) -> float | None:
        if self._is_personal(node):
            return super().score(node, document)
        key = (id(node), self._kinds[id(document)])
        if key not in self._scores:
            self._scores[key] = super().score(node, document)
        return self._scores[key]

    def channels(self, node: Node, document: Document) -> tuple[Channel, ...]:
        if self._is_personal(node):
            return super().channels(node, document)
        key = (id(node), self._kinds[id(document)])
        if key not in self._channels:
            self._channels[key] = super().channels(node, document)
        return self._channels[key]

    def _document_frequency(self, node: TermNode | PhraseNode) -> int:
        if node not in self._matching:
            holding = (kind for kind, one in self._firsts.items() if occurrences(node, one))
            self._matching[node] = sum(self._numbers[kind] for kind in holding)
        return self._matching[node]

    def _is_personal(self, node: Node) -> bool:
        known = self._personal.get(id(node))
        if known is None:
            known = self._personal[id(node)] = any(
                isinstance(leaf, GivenNode) or leaf.field in OWN
                for leaf in leaves(node)
                if isinstance(leaf, GivenNode | KeyNode | PrefixNode | WildcardNode | RangeNode)
            )
        return known


def leaves(node: Node) -> Iterator[Node]:
    """Every node that has none below it."""
    match node:
        case AllOf() | AnyOf() | BestOf() | AtLeast():
            for child in node.children:
                yield from leaves(child)
        case Labelled() | NotNode():
            yield from leaves(node.child)
        case _:
            yield node


def make_crowd(rng: random.Random, size: int) -> Iterator[Step]:
    """A life of a large index: built, then changed in several commits."""
    kinds = [make_any(rng, IDS[0], 1) for _ in range(KINDS)]
    kinds.append(replace(kinds[0], texts={"notes": GLOSSARY}))
    # Some kinds are common and some are rare, by orders of magnitude.
    weights = [rng.paretovariate(0.6) for _ in kinds]
    ids = [RecordId(f"N{number}") for number in rng.sample(range(10 * size), size)]
    ids += IDS
    rng.shuffle(ids)
    own = rng.choice(((SERIAL,), (SERIAL, NUMBER)))
    step = partial(_twins, rng, list(zip(kinds, weights, strict=True)), own)
    yield Step(StepKind.REBUILD, step(ids[: rng.choice((size, size, size // 2))]))
    yield Step(StepKind.APPLY, step(rng.sample(ids, rng.choice((1, 50, size // 4)))))
    gone = tuple(Removal(each) for each in rng.sample(ids, rng.choice((1, 40, size // 3))))
    yield Step(StepKind.APPLY, (*gone, *step(rng.sample(ids, 30))))
    yield Step(rng.choice((StepKind.PURGE, StepKind.TIDY, StepKind.APPLY)))


def _twins(
    rng: random.Random,
    kinds: Sequence[tuple[Document, float]],
    own: Sequence[str],
    ids: Sequence[RecordId],
) -> tuple[Document, ...]:
    documents, weights = zip(*kinds, strict=True)
    chosen = rng.choices(documents, weights, k=len(ids))
    return tuple(
        replace(
            kind,
            record_id=each,
            version=rng.randrange(1000),
            keys={**kind.keys, ID: (each,), **{name: (rng.choice(KEYS[name]),) for name in own}},
        )
        for kind, each in zip(chosen, ids, strict=True)
    )


GLOSSARY: Final = TextTokens(WORDS, range(len(WORDS)), len(WORDS))
"""Every word there is: a large dictionary of terms in one document."""
