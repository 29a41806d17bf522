"""The questions that the engines are asked: named classes, several questions of each.

Every question has two forms. Bare: the first 20 record ids by rank, and the exact total. Whole: the
analyst's answer, that is the same within a scope and under two filters, with the counts of five
facets. Whole answers are asked in turn by an administrator who may see nine records in ten and by
the manager of a branch. Where a class is about a scope, that scope holds in both forms.

What is asked is drawn, always alike, from the first rows of the corpus: its words by how many
records hold them, its names, pieces of its notes. Boxes are what people type, compiled by the
product as it is: every field that a query without a field looks into.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import ceil
from random import Random
from typing import Final

from archsearch.analysis.units import positioned
from archsearch.domain.access import Scope, ScopedQuery, restrict
from archsearch.domain.plan import (
    AllOf,
    AnyOf,
    AtLeast,
    MatchAll,
    Node,
    Order,
    PhraseNode,
    Plan,
    PrefixNode,
    TermNode,
)
from archsearch.engines.fields import phrase_tokens
from tests.bench.corpus import customers
from tests.bench.documents import Product
from tests.bench.drawing import Drawing

FACETS: Final = ("region", "value_tier", "tags", "nature", "business_type")
WORDS: Final = "notes#words"
NEWEST: Final = Order("created_at", descending=True)
_SEED: Final = 7
_ROWS: Final = 20_000
_DEEP: Final = 1_000

Filters = Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Question:
    """One question in both forms."""

    kind: str
    bare: ScopedQuery
    whole: ScopedQuery


@dataclass(frozen=True, slots=True)
class _Asker:
    """Who asks: a scope, and filters that leave something of it."""

    scope: Scope
    filters: Filters


class Mix:
    """Draws questions.

    Args:
        product: Analyses and compiles.
        each: How many questions of a class.
        rows: From how many rows of the corpus they are drawn.
    """

    def __init__(self, product: Product, *, each: int = 6, rows: int = _ROWS) -> None:
        self._language = product.language
        self._levels = product.application.policy.levels
        self._each = each
        segmenter = product.application.analysis.segmenter
        self._drawing = Drawing(list(customers(rows)), segmenter)
        self._facets = tuple(self._language.filters.facets(FACETS).values())

    def questions(self) -> list[Question]:
        """Draw every class."""
        found: list[Question] = []
        for kind, make in self._makers().items():
            # Each class draws from a source of its own: one more class changes no other.
            rng = Random(f"{_SEED} {kind}")
            found += (self._question(kind, make(rng), number) for number in range(self._each))
        found += self._scoped()
        return found

    def _makers(self) -> Mapping[str, Callable[[Random], Node]]:
        return {
            "common word": lambda rng: self._term(rng, self._drawing.common),
            "middling word": lambda rng: self._term(rng, self._drawing.middling),
            "rare word": lambda rng: self._term(rng, self._drawing.rare),
            "and of two": self._both,
            "or of two": lambda rng: self._any(rng, self._drawing.common, self._drawing.common),
            "or of four": lambda rng: self._any(
                rng,
                self._drawing.common,
                self._drawing.common,
                self._drawing.middling,
                self._drawing.rare,
            ),
            "phrase": self._phrase,
            "name": self._name,
            "prefix": self._prefix,
            "filters": lambda rng: self._any(rng, self._drawing.common, self._drawing.middling),
            "box, name": self._name_box,
            "box, two words": self._words_box,
            "evidence": self._evidence,
            "everything": lambda _: MatchAll(),
            "deep page": lambda rng: self._any(rng, self._drawing.common, self._drawing.common),
        }

    def _question(self, kind: str, node: Node, number: int) -> Question:
        order = NEWEST if isinstance(node, MatchAll) else Order()
        plan = Plan(node, order=order, offset=_DEEP if kind == "deep page" else 0)
        asker = self._askers[number % len(self._askers)]
        bare = self._filtered(plan, asker.filters) if kind == "filters" else plan
        return Question(kind, restrict(bare, self._everyone), self._whole(plan, asker))

    def _scoped(self) -> Iterator[Question]:
        """Ask the same of owners, branches and an administrator."""
        kinds = {
            "narrow scope": self._owners,
            "department scope": self._branches,
            "wide scope": (self._askers[0],),
        }
        for kind, askers in kinds.items():
            rng = Random(f"{_SEED} {kind}")
            for number in range(self._each):
                asker = askers[number % len(askers)]
                plan = Plan(
                    self._any(
                        rng, self._drawing.common, self._drawing.common, self._drawing.middling
                    )
                )
                yield Question(kind, restrict(plan, asker.scope), self._whole(plan, asker))

    def _whole(self, plan: Plan, asker: _Asker) -> ScopedQuery:
        filtered = self._filtered(plan, asker.filters)
        return restrict(replace(filtered, facets=self._facets), asker.scope)

    def _filtered(self, plan: Plan, filters: Filters) -> Plan:
        return replace(plan, filters=self._language.filters.nodes(filters))

    # Who asks ------------------------------------------------------------------------------------

    @cached_property
    def _everyone(self) -> Scope:
        return Scope(frozenset(self._levels), everything=True)

    @cached_property
    def _askers(self) -> tuple[_Asker, ...]:
        most = frozenset(self._levels[:-1])
        filters = {"region": ["华东", "西南"], "value_tier": ["高价值", "中价值"]}
        return (_Asker(Scope(most, everything=True), filters), *self._branches)

    @cached_property
    def _branches(self) -> tuple[_Asker, ...]:
        """The managers of the two branches with most customers."""
        filters = {"nature": ["个人"], "value_tier": ["高价值", "中价值"]}
        counted = Counter(str(row["department"]).split("/")[0] for row in self._drawing.rows)
        secrecies = frozenset(self._levels[:-1])
        return tuple(
            _Asker(Scope(secrecies, departments=frozenset({branch})), filters)
            for branch, _ in counted.most_common(2)
        )

    @cached_property
    def _owners(self) -> tuple[_Asker, ...]:
        """Employees with about as many records as most have."""
        counted = Counter(str(row["owner"]) for row in self._drawing.rows).most_common()
        filters = {"nature": ["个人", "企业"], "value_tier": ["高价值", "中价值", "低价值"]}
        usual = counted[len(counted) // 4 : len(counted) // 2]
        chosen = Random(_SEED).sample([owner for owner, _ in usual], min(6, len(usual)))
        secrecies = frozenset(self._levels[:2])
        return tuple(_Asker(Scope(secrecies, owner=owner), filters) for owner in chosen)

    # What is asked -------------------------------------------------------------------------------

    def _term(self, rng: Random, words: Sequence[str]) -> Node:
        return TermNode(WORDS, rng.choice(words))

    def _any(self, rng: Random, *lists: Sequence[str]) -> Node:
        chosen: dict[str, None] = {}
        for words in lists:
            chosen[rng.choice([word for word in words if word not in chosen])] = None
        return AnyOf(tuple(TermNode(WORDS, word) for word in chosen))

    def _both(self, rng: Random) -> Node:
        return AllOf(tuple(TermNode(WORDS, word) for word in self._drawing.several(rng, 2)))

    def _evidence(self, rng: Random) -> Node:
        words = dict.fromkeys([*self._drawing.several(rng, 3), *self._drawing.several(rng, 2)])
        nodes = tuple(TermNode(WORDS, word) for word in words)
        return AtLeast(ceil(len(nodes) / 3), nodes)

    def _phrase(self, rng: Random) -> Node:
        piece = self._drawing.piece(rng, rng.choice((4, 5, 6)))
        return PhraseNode("notes", phrase_tokens(positioned([piece])))

    def _name(self, rng: Random) -> Node:
        return PhraseNode("name", phrase_tokens(positioned([self._drawing.name(rng)])))

    def _prefix(self, rng: Random) -> Node:
        name = str(rng.choice(self._drawing.rows)["name"])
        return PrefixNode("name#whole", name[: rng.choice((1, 2))], 3.0)

    def _name_box(self, rng: Random) -> Node:
        return self._compiled(self._drawing.name(rng))

    def _words_box(self, rng: Random) -> Node:
        return self._compiled(" ".join(self._drawing.several(rng, 2)))

    def _compiled(self, text: str) -> Node:
        return self._language.compiler.exact(self._language.parse(text))


def sampled(questions: Sequence[Question], each: int) -> list[Question]:
    """Keep so many questions of each class."""
    kept: Counter[str] = Counter()
    found = []
    for question in questions:
        kept[question.kind] += 1
        if kept[question.kind] <= each:
            found.append(question)
    return found
