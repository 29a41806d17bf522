"""Whose names are likely meant: by likeness, as nodes of a plan, with the reasons for each."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from typing import Any, Final, NamedTuple

from archsearch.analysis.folding import fold
from archsearch.domain.plan import Channel, GivenNode
from archsearch.domain.query import Pattern, Reason, Verdict, Word
from archsearch.domain.record import RecordId, values_at
from archsearch.domain.schema import Matching, Schema
from archsearch.engines.names import NameForms, field_mark, stored_values
from archsearch.search.likeness.costs import Costs
from archsearch.search.likeness.evidence import Explainer, Trace
from archsearch.search.likeness.finder import Ask, Finder, Match, Sought
from archsearch.search.likeness.lexicon import Lexicon

MOST: Final = 100
"""Records that one text is taken to mean at most."""
WHOLE: Final = Word("", -1)
"""Stands for all bare words of a query together."""
TEXT: Final = Word("", 0)
"""Stands for a text that is no query."""
_AHEAD: Final = 1000.0
"""A record whose name is like the text goes before those that mention it, and the more alike before
the less; BM25 decides between equals."""
_BEHIND: Final = 1e-6
_UNSWITCHED: Final = frozenset({Channel.EXACT, Channel.WRITTEN, Channel.SUBSTRING})
"""Channels that say no more than that the text is there, or a part of it, as exact search reads."""


class _Meant(NamedTuple):
    text: str
    match: Match


@dataclass(frozen=True, slots=True)
class LikelyNames:
    """Who may be meant by the texts of one query."""

    nodes: Mapping[Word | Pattern, GivenNode]
    meant: Mapping[RecordId, Sequence[_Meant]]

    def score(self, record_id: RecordId) -> float | None:
        """Give how much a record's name is like what was looked for, from 0 to 1."""
        meant = self.meant.get(record_id)
        return max(each.match.score for each in meant) if meant else None

    @property
    def best(self) -> float:
        """How much the name is like that is most so."""
        return max((each.match.score for each in chain(*self.meant.values())), default=0.0)

    def behind(self) -> "LikelyNames":
        """The same names, behind everything else that is found."""
        nodes = {
            word: GivenNode(tuple((each, score * _BEHIND) for each, score in node.records))
            for word, node in self.nodes.items()
        }
        return replace(self, nodes=nodes)


NOBODY: Final = LikelyNames({}, {})


class Likeness:
    """Finds names for the query language, and explains; one for all queries of a schema.

    Args:
        schema: The metadata schema.
        lexicon: What is known of names.
        channels: The channels that may be used; what is found by another is not found.
    """

    def __init__(self, schema: Schema, lexicon: Lexicon, channels: frozenset[Channel]) -> None:
        self._names = tuple(s.key for s in schema.leaves if s.matching is Matching.NAME)
        self._lexicon = lexicon
        self._off = frozenset(Channel) - channels - _UNSWITCHED

    @cached_property
    def _finder(self) -> Finder:
        return Finder(self._lexicon)

    @cached_property
    def _forms(self) -> NameForms:
        return NameForms(self._lexicon.pinyin, self._lexicon.parts)

    @cached_property
    def _explainer(self) -> Explainer:
        return Explainer(self._lexicon, self._finder.weigher)

    def find(self, sought: Mapping[Word | Pattern, Sought], ask: Ask) -> LikelyNames:
        """Find who may be meant by each text."""
        if not sought or not self._names:
            return NOBODY
        nodes: dict[Word | Pattern, GivenNode] = {}
        meant: dict[RecordId, list[_Meant]] = {}
        found = self._matches(list(sought.values()), ask, MOST)
        for (word, one), several in zip(sought.items(), found, strict=True):
            # Several words are one name if they are one together.
            least = self._lexicon.costs.together if word == WHOLE else 0.0
            matches = [match for match in several if match.score >= least]
            if matches:
                nodes[word] = GivenNode(tuple((m.record_id, _AHEAD * m.score) for m in matches))
            for match in matches:
                meant.setdefault(match.record_id, []).append(_Meant(one.text, match))
        return LikelyNames(nodes, meant)

    def named(self, texts: Sequence[str], likely: LikelyNames) -> bool:
        """Whether names are meant: one is much like a text, or it ends as names do."""
        if likely.best >= self._lexicon.costs.named:
            return True
        return bool(likely.meant) and any(map(self._lexicon.parts.formed, texts))

    def seek(self, sought: Sequence[Sought], ask: Ask, limit: int = MOST) -> list[list[Match]]:
        """Find who may be meant by each of many texts, each as if it were asked for alone."""
        return self._matches(sought, ask, limit) if self._names else [[] for _ in sought]

    def among(
        self, asked: Sequence[tuple[str, Mapping[RecordId, Mapping[str, Any]]]]
    ) -> list[list[Match]]:
        """Compare each text with the names of some records, given by their values."""
        places: dict[RecordId, int] = {}
        stored: list[str] = []
        for _, some in asked:
            for record_id, values in some.items():
                if places.setdefault(record_id, len(places)) == len(stored):
                    stored.append(self._stored(values))
        chosen = [sorted(places[record_id] for record_id in some) for _, some in asked]
        return self._finder.compare([text for text, _ in asked], chosen, tuple(places), stored)

    def _stored(self, values: Mapping[str, Any]) -> str:
        """Make of a record's names what an index stores of them."""
        return "".join(
            field_mark(number) + self._forms.of(fold(str(value))).stored
            for number, key in enumerate(self._names)
            for value in values_at(values, key)
        )

    def given(self, text: str, match: Match) -> LikelyNames:
        """Give one match as what :meth:`find` gives, for showing it."""
        return LikelyNames({}, {match.record_id: (_Meant(text, match),)})

    @property
    def lexicon(self) -> Lexicon:
        """What is known of names."""
        return self._lexicon

    @property
    def costs(self) -> Costs:
        """The numbers of the ranking."""
        return self._lexicon.costs

    def verdict(self, score: float) -> Verdict:
        """Judge by a score whether two names are one."""
        costs = self._lexicon.costs
        for verdict, least in (
            (Verdict.SAME, costs.same),
            (Verdict.LIKELY, costs.likely),
            (Verdict.POSSIBLE, costs.possible),
        ):
            if score >= least:
                return verdict
        return Verdict.NONE

    def channel(self, text: str, match: Match) -> Channel:
        """Give the channel that says most about a match."""
        ways = {trace.way for trace in self._traces(text, match)}
        slips = [channel for channel in Channel if channel in ways - _UNSWITCHED]
        return slips[0] if slips else Channel.EXACT

    def reasons(self, record: Mapping[str, Any], meant: Sequence[_Meant]) -> tuple[Reason, ...]:
        """Say why a record was found: how each text stands for one of its names as it is shown."""
        found: dict[Reason, None] = {}
        for text, match in meant:
            best: tuple[float, list[Trace], str] | None = None
            for key, name in self._shown(record):
                price, traces = self._explainer.explain(match.reading, text, name)
                if best is None or price < best[0]:
                    best = price, traces, key
            if best is not None:
                _, traces, key = best
                found |= {_reason(trace, key): None for trace in traces}
        return tuple(found)

    def names_of(self, record: Mapping[str, Any]) -> list[str]:
        """List the names of a record."""
        return [name for _, name in self._shown(record)]

    def _shown(self, record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        for key in self._names:
            for value in values_at(record, key):
                if any(map(str.isalnum, str(value))):
                    yield key, str(value)

    def _matches(self, sought: Sequence[Sought], ask: Ask, limit: int) -> list[list[Match]]:
        found = self._finder.find(sought, ask, limit)
        if not self._off:
            return found
        return [
            [match for match in matches if self._allowed(one.text, match)]
            for one, matches in zip(sought, found, strict=True)
        ]

    def _allowed(self, text: str, match: Match) -> bool:
        return self._off.isdisjoint(trace.way for trace in self._traces(text, match))

    def _traces(self, text: str, match: Match) -> list[Trace]:
        several = [
            self._explainer.explain(match.reading, text, name.units)
            for name in stored_values(match.stored)
            if name.units
        ]
        return min(several, key=lambda found: found[0])[1] if several else []


def _reason(trace: Trace, key: str) -> Reason:
    return Reason(str(trace.way), trace.said, trace.meant, key, trace.start, trace.end, str(trace))
