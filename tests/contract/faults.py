"""Engines that are nearly right: each plants one fault that real engines have had.

They prove that the generated comparison finds such faults; docs/whoosh.md lists several that
Whoosh has of its own.
"""

import struct
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from archsearch.domain.access import Scope, ScopedGather, ScopedQuery, confine, restrict
from archsearch.domain.plan import (
    AllOf,
    AnyOf,
    AtLeast,
    Channel,
    Gather,
    Labelled,
    MatchNone,
    Node,
    NotNode,
    PhraseNode,
    Plan,
    RangeNode,
    TermNode,
    WildcardNode,
)
from archsearch.engines.base import Document, EngineResult, Gathered, Removal
from tests.oracle import OracleEngine, World, count_keys, visible

Hits = list[tuple[Document, float]]


class Leak(OracleEngine):
    """Takes statistics from all documents, hidden ones included."""

    def search(self, query: ScopedQuery) -> EngineResult:
        everything = list(self._kept().values())

        class Shared(World):
            def _bm25(self, node: TermNode | PhraseNode, document: Document) -> float | None:
                return World._bm25(World(everything), node, document)

        self.worlds = Shared
        return super().search(query)


class FilterDropsEmptyScope(OracleEngine):
    """Takes a scope without a rule for one without a limit."""

    def search(self, query: ScopedQuery) -> EngineResult:
        if query.scope.empty:
            scope = Scope(query.scope.secrecies or frozenset({"公开"}), everything=True)
            query = restrict(query.plan, scope, query.excluded)
        return super().search(query)


class ForgetsExclusions(OracleEngine):
    """Shows records whose rights changed."""

    def search(self, query: ScopedQuery) -> EngineResult:
        return super().search(restrict(query.plan, query.scope))


class GrantsSurviveExclusion(OracleEngine):
    """Lets a grant win over an exclusion."""

    def search(self, query: ScopedQuery) -> EngineResult:
        left = query.excluded - query.scope.granted
        return super().search(restrict(query.plan, query.scope, left))


class FirstOfBatchHolds(OracleEngine):
    """Keeps the first of several changes to a record in one batch."""

    def apply(self, changes: Iterable[Document | Removal], *, mark: str = "") -> None:
        super().apply(reversed(list(changes)))


class TotalOfPage(World):
    """Counts what it shows."""

    def answer(self, plan: Plan) -> EngineResult:
        result = super().answer(plan)
        return replace(result, total=min(result.total, plan.offset + len(result.hits)))


class FacetsOfPage(World):
    """Counts keys over the page alone."""

    def answer(self, plan: Plan) -> EngineResult:
        result = super().answer(plan)
        shown = {hit.record_id for hit in result.hits}
        page = [one for one in self.documents if one.record_id in shown]
        return replace(result, facets={name: count_keys(name, page) for name in plan.facets})


class SinglePrecision(World):
    """Keeps scores in 32 bits."""

    def answer(self, plan: Plan) -> EngineResult:
        result = super().answer(plan)
        narrow = (replace(hit, score=narrowed(hit.score)) for hit in result.hits)
        return replace(result, hits=tuple(narrow))


class TiesAsTheyCome(World):
    """Leaves equal scores in the order of insertion."""

    def ordered(self, found: Hits, plan: Plan) -> Hits:
        if plan.order.field is None and plan.first is None:
            return sorted(found, key=lambda hit: -hit[1])
        return super().ordered(found, plan)


class TiesInUtf16(World):
    """Compares ids by UTF-16 code units."""

    def ordered(self, found: Hits, plan: Plan) -> Hits:
        if plan.order.field is None and plan.first is None:
            return sorted(found, key=lambda hit: (-hit[1], hit[0].record_id.encode("utf-16-be")))
        return super().ordered(found, plan)


class DescendingTurnsTies(World):
    """Reverses ties together with the keys."""

    def ordered(self, found: Hits, plan: Plan) -> Hits:
        result = super().ordered(found, plan)
        name = plan.order.field
        if name is None or not plan.order.descending:
            return result
        holding = [hit for hit in found if hit[0].keys.get(name)]
        holding.sort(key=lambda hit: (max(hit[0].keys[name]), hit[0].record_id), reverse=True)
        return holding + result[len(holding) :]


class FirstKeyDecides(World):
    """Sorts by whichever key of a field stands first."""

    def ordered(self, found: Hits, plan: Plan) -> Hits:
        name = plan.order.field
        if name is None or plan.order.descending:
            return super().ordered(found, plan)
        holding = [hit for hit in found if hit[0].keys.get(name)]
        holding.sort(key=lambda hit: (hit[0].keys[name][0], hit[0].record_id))
        return holding + super().ordered(found, plan)[len(holding) :]


class FirstOverridesOrder(World):
    """Puts the first tier on top of an order by a field."""

    def ordered(self, found: Hits, plan: Plan) -> Hits:
        result, first = super().ordered(found, plan), plan.first
        if first is None:
            return result
        return sorted(result, key=lambda hit: not self.matches(first, hit[0]))


class FirstForgotten(World):
    """Ignores the first tier."""

    def ordered(self, found: Hits, plan: Plan) -> Hits:
        return super().ordered(found, replace(plan, first=None))


class LabelsOffThePath(World):
    """Reports labels below a node that did not match."""

    def channels(self, node: Node, document: Document) -> tuple[Channel, ...]:
        reached = {
            label.channel for label in labels_below(node) if self.matches(label.child, document)
        }
        return tuple(channel for channel in Channel if channel in reached)


class Rewriting(World):
    """Evaluates some nodes as if they were others."""

    def score(self, node: Node, document: Document) -> float | None:
        return super().score(self.other(node), document)

    def other(self, node: Node) -> Node:
        """The node that is wrongly evaluated instead."""
        return node


class EmptyAllMatchesNothing(Rewriting):
    """Takes no condition for an impossible one."""

    def other(self, node: Node) -> Node:
        return MatchNone() if node == AllOf(()) else node


class AnyForgetsDoubles(Rewriting):
    """Counts an equal child once."""

    def other(self, node: Node) -> Node:
        return AnyOf(tuple(dict.fromkeys(node.children))) if isinstance(node, AnyOf) else node


class AtLeastCountsDifferent(Rewriting):
    """Counts equal children of AtLeast once."""

    def other(self, node: Node) -> Node:
        if not isinstance(node, AtLeast):
            return node
        return AtLeast(node.count, tuple(dict.fromkeys(node.children)))


class SumsBackwards(Rewriting):
    """Adds children in another order, which differs in the last bit alone."""

    def other(self, node: Node) -> Node:
        return AllOf(node.children[::-1]) if isinstance(node, AllOf) else node


class OpenUpperBound(Rewriting):
    """Leaves the upper bound of a range out."""

    def other(self, node: Node) -> Node:
        if not isinstance(node, RangeNode) or node.high is None:
            return node
        high = node.high[:-1] + chr(ord(node.high[-1]) - 1) + chr(0x10FFFF)
        return replace(node, high=high)


class PatternsAsGlobs(Rewriting):
    """Reads ``[a]`` in a pattern as a class of characters."""

    def other(self, node: Node) -> Node:
        if not isinstance(node, WildcardNode):
            return node
        return replace(node, pattern=node.pattern.replace("[a]", "a"))


class PhrasesFromTheLeadOn(Rewriting):
    """Ignores gaps between the tokens of a phrase."""

    def other(self, node: Node) -> Node:
        if not isinstance(node, PhraseNode):
            return node
        tokens = tuple((token, index) for index, (token, _) in enumerate(node.tokens))
        return replace(node, tokens=tokens)


class NegationOfScoring(World):
    """Takes a child that scores 0 for one that does not match."""

    def score(self, node: Node, document: Document) -> float | None:
        if isinstance(node, NotNode):
            return None if super().score(node.child, document) else 0.0
        return super().score(node, document)


class LengthsOfHoldersOnly(World):
    """Averages lengths over the documents that have the field."""

    def _average_length(self, name: str) -> float:
        lengths = [one.texts[name].length for one in self.documents if name in one.texts]
        return sum(lengths) / len(lengths)


class GathersTheShortest(World):
    """Takes every unit of length for a disadvantage, whatever was wished."""

    def gathered(self, one: Gather) -> list[Document]:
        return super().gathered(replace(one, length=0))


class GathersByCountAlone(World):
    """Finds all tokens alike telling."""

    def gathered(self, one: Gather) -> list[Document]:
        return super().gathered(replace(one, tokens=tuple((t, 1.0) for t, _ in one.tokens)))


class GathersPastTheLimit(World):
    """Reads the token that goes over the limit."""

    def gathered(self, one: Gather) -> list[Document]:
        return super().gathered(replace(one, most_read=one.most_read + 1))


class GathersFirstFiltersLater(World):
    """Counts what the filters leave out."""

    def gathered(self, one: Gather) -> list[Document]:
        found = super().gathered(replace(one, filters=()))
        return [d for d in found if all(self.matches(part, d) for part in one.filters)]


class LeakInGathers(OracleEngine):
    """Counts hidden records where names are gathered."""

    def gather(self, query: ScopedGather) -> Gathered:
        scope = Scope(frozenset({"公开", "内部", "秘密", "机密"}), everything=True)
        found = super().gather(confine(query.gathers, scope))
        kept = self._kept()
        return replace(
            found,
            chosen=tuple(
                [p for p in places if visible(kept[found.record_ids[p]], query)]
                for places in found.chosen
            ),
        )


def narrowed(score: float) -> float:
    """The score as 32 bits keep it."""
    narrow: float = struct.unpack("f", struct.pack("f", score))[0]
    return narrow


def labels_below(node: Node) -> Sequence[Labelled]:
    """Every label outside negations."""
    match node:
        case Labelled():
            return [node, *labels_below(node.child)]
        case AllOf() | AnyOf() | AtLeast():
            return [label for child in node.children for label in labels_below(child)]
        case _:
            return []


WORLDS: Final[tuple[type[World], ...]] = (
    TotalOfPage,
    FacetsOfPage,
    SinglePrecision,
    TiesAsTheyCome,
    TiesInUtf16,
    DescendingTurnsTies,
    FirstKeyDecides,
    FirstOverridesOrder,
    FirstForgotten,
    LabelsOffThePath,
    EmptyAllMatchesNothing,
    AnyForgetsDoubles,
    AtLeastCountsDifferent,
    SumsBackwards,
    OpenUpperBound,
    PatternsAsGlobs,
    PhrasesFromTheLeadOn,
    NegationOfScoring,
    LengthsOfHoldersOnly,
    GathersTheShortest,
    GathersByCountAlone,
    GathersPastTheLimit,
    GathersFirstFiltersLater,
)
ENGINES: Final[tuple[type[OracleEngine], ...]] = (
    Leak,
    FilterDropsEmptyScope,
    ForgetsExclusions,
    GrantsSurviveExclusion,
    FirstOfBatchHolds,
    LeakInGathers,
)


FAULTS: Final = (*WORLDS, *ENGINES)


def planted(fault: type[World | OracleEngine]) -> OracleEngine:
    """An engine with the fault in it."""
    if issubclass(fault, OracleEngine):
        return fault()
    engine = OracleEngine()
    engine.worlds = fault
    return engine
