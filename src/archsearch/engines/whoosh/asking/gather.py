"""Gathers: of the documents in reach, those that share the most telling tokens.

Every token of a call is looked up and read once. Cost follows the postings read: short lists are
read together, long ones are kept for the next query that asks for them.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from archsearch.domain.access import ScopedGather
from archsearch.domain.plan import Gather
from archsearch.domain.record import RecordId
from archsearch.engines.base import Gathered
from archsearch.engines.whoosh.asking.cache import ArrayCache
from archsearch.engines.whoosh.asking.matching import Matcher, matchers_of
from archsearch.engines.whoosh.format.arrays import (
    NO_DOCS,
    SPARSE,
    Docs,
    Floats,
    Ints,
    offsets,
    scratch,
    top,
)
from archsearch.engines.whoosh.format.grams import GramField, Numbers
from archsearch.engines.whoosh.format.lists import SKIPPING
from archsearch.engines.whoosh.snapshot import Snapshot

_LONG = 512
"""Lists of more documents than these are read, and kept, by themselves."""


def gather(snapshot: Snapshot, query: ScopedGather, cache: ArrayCache) -> Gathered:
    """Answer gathers from one snapshot."""
    if query.scope.empty or not query.gathers:
        return no_records(query)
    matchers = matchers_of(snapshot, query.scope, query.excluded, cache)
    chosen: list[list[Docs]] = [[] for _ in query.gathers]
    groups: dict[tuple[object, ...], list[int]] = {}
    for number, one in enumerate(query.gathers):
        groups.setdefault((one.field, one.filters), []).append(number)
    for members in groups.values():
        gathers = [query.gathers[number] for number in members]
        sources = [_Source(matcher, gathers, cache) for matcher in matchers]
        for number, one in zip(members, gathers, strict=True):
            chosen[number] = _chosen(one, sources)
    return _answer(query.gathers[0].field, snapshot, matchers, chosen)


def no_records(query: ScopedGather) -> Gathered:
    """Give the answer that has no records."""
    return Gathered(tuple(() for _ in query.gathers), (), ())


class _Source:
    """The postings in reach, of one segment, of all tokens of gathers that share filters."""

    def __init__(self, matcher: Matcher, gathers: Sequence[Gather], cache: ArrayCache) -> None:
        self.matcher = matcher
        self._cache = cache
        field = matcher.content.grams.get(gathers[0].field)
        self._name = gathers[0].field
        self._filtered = bool(gathers[0].filters)
        self.within = matcher.filtered(matcher.reach, gathers[0].filters)
        self.lengths: Ints = NO_DOCS if field is None else field.lengths
        self._docs: dict[int, Docs] = {}
        if field is not None and self.within.count:
            wanted = sorted({token for one in gathers for token, _ in one.tokens})
            self._read(field, np.array(wanted, np.int64))

    def docs(self, token: int) -> Docs:
        """Give the documents in reach that hold a token."""
        return self._docs.get(token, NO_DOCS)

    def _read(self, field: GramField, tokens: Numbers) -> None:
        ordinals, there = field.find(tokens)
        ordinals, tokens = ordinals[there], tokens[there]
        bounds = field.lists.bounds
        sizes = bounds.at(ordinals + 1) - bounds.at(ordinals)
        long = sizes > _LONG
        for token, ordinal in zip(tokens[long].tolist(), ordinals[long].tolist(), strict=True):
            self._docs[token] = self._long(field, ordinal)
        if not long.all():
            self._read_short(field, tokens[~long].tolist(), ordinals[~long])

    def _read_short(self, field: GramField, tokens: list[int], ordinals: Docs) -> None:
        docs, sizes = field.docs_of(ordinals)
        ends = np.cumsum(sizes)
        if not self.within.complete:
            kept = self.within.mask[docs]
            docs = docs[kept]
            ends = offsets(kept)[ends]
        bounds = [0, *ends.tolist()]
        for token, begin, end in zip(tokens, bounds, bounds[1:], strict=False):
            self._docs[token] = docs[begin:end]

    def _long(self, field: GramField, ordinal: int) -> Docs:
        if self._filtered:
            return self._inside(field, ordinal)
        key = (self.matcher.reach.number, "gram", self._name, ordinal)
        return self._cache.get(key, lambda: self._inside(field, ordinal).astype(np.int32))

    def _inside(self, field: GramField, ordinal: int) -> Docs:
        within = self.within
        if within.count * SKIPPING < field.lists.size(ordinal):
            return within.docs[field.lists.places(ordinal, within.docs)[1]]
        docs = field.lists.docs(ordinal)
        return docs if within.complete else docs[within.inside(docs)]


@dataclass(frozen=True, slots=True)
class _Best:
    """The heaviest documents of one segment in one class."""

    source: _Source
    docs: Docs
    weights: Floats


def _chosen(one: Gather, sources: Sequence[_Source]) -> list[Docs]:
    """Give the documents chosen in each segment."""
    read = _read(one, sources)
    weighed = [_weighed(one, read, source) for source in sources]
    found: list[list[Docs]] = [[] for _ in sources]
    for node, most in one.classes:
        best = []
        for source, (docs, weights) in zip(sources, weighed, strict=True):
            inside = np.flatnonzero(source.matcher.found(node).inside(docs))
            inside = inside[top(weights[inside], most)]
            best.append(_Best(source, docs[inside], weights[inside]))
        for number, docs in enumerate(_first(best, most)):
            found[number].append(docs)
    return [np.unique(np.concatenate(docs)) if docs else NO_DOCS for docs in found]


def _read(one: Gather, sources: Sequence[_Source]) -> list[tuple[float, int]]:
    """Choose the tokens that are read, most telling first, with their worths."""
    total = sum(source.within.count for source in sources)
    worths = []
    for place, (token, weight) in enumerate(one.tokens):
        df = sum(source.docs(token).size for source in sources)
        if df:
            worths.append((-math.log1p(total / df) * weight, place, df))
    worths.sort()
    read: list[tuple[float, int]] = []
    postings = 0
    for worth, place, df in worths:
        postings += df
        if postings > one.most_read and read:
            break
        read.append((-worth, one.tokens[place][0]))
    return read


def _weighed(
    one: Gather, read: Sequence[tuple[float, int]], source: _Source
) -> tuple[Docs, Floats]:
    """Weigh the documents that hold a token read, ascending."""
    lists = [source.docs(token) for _, token in read]
    touched = np.concatenate(lists) if lists else NO_DOCS
    if not touched.size:
        return NO_DOCS, np.zeros(0)
    worths = np.repeat([worth for worth, _ in read], [docs.size for docs in lists])
    size = source.matcher.size
    with scratch(size) as total:
        # In order of worth, as it is defined: each document's sum is the same to the last bit.
        np.add.at(total, touched, worths)
        if touched.size * SPARSE < size:
            docs = np.unique(touched).astype(np.intp)
        else:
            docs = np.flatnonzero(total)
        weights: Floats = total[docs]
        total[docs] = 0.0
    weights -= np.abs(source.lengths[docs].astype(np.int64) - one.length) * one.per_unit
    return docs, weights


def _first(best: Sequence[_Best], most: int) -> list[Docs]:
    """Keep the heaviest over all segments, ties by record id; for each segment, its documents."""
    if len(best) == 1 or sum(one.docs.size for one in best) <= most:
        return [one.docs for one in best]
    weights = np.concatenate([one.weights for one in best])
    if most <= 0:
        return [NO_DOCS for _ in best]
    least = np.partition(weights, -most)[-most]
    tied = [
        (one.source.matcher.content.ids[doc], number, doc)
        for number, one in enumerate(best)
        for doc in one.docs[one.weights == least].tolist()
    ]
    room = most - int(np.count_nonzero(weights > least))
    kept = [one.docs[one.weights > least].tolist() for one in best]
    for _, number, doc in sorted(tied)[:room]:
        kept[number].append(doc)
    return [np.array(docs, np.intp) for docs in kept]


class _RecordIds(Sequence[RecordId]):
    """Record ids of documents of several segments, looked up as they are asked for."""

    def __init__(self, snapshot: Snapshot, matchers: Sequence[Matcher], docs: list[Docs]) -> None:
        self._snapshot = snapshot
        self._matchers = matchers
        self._docs = docs
        self._ends = np.cumsum([len(found) for found in docs])

    def __len__(self) -> int:
        return int(self._ends[-1]) if self._ends.size else 0

    def __getitem__(self, place: int) -> RecordId:  # type: ignore[override]  # no slices here
        if not 0 <= place < len(self):
            raise IndexError(place)
        number = int(np.searchsorted(self._ends, place, side="right"))
        docs = self._docs[number]
        doc = int(docs[place - int(self._ends[number]) + docs.size])
        name = RecordId(self._matchers[number].content.ids.text(doc))
        self._snapshot.remember(name, number, doc)
        return name


def _answer(
    field: str, snapshot: Snapshot, matchers: Sequence[Matcher], chosen: list[list[Docs]]
) -> Gathered:
    """Number the records of all gathers, and read what is stored of them."""
    every: list[Docs] = []
    values: list[str] = []
    starts = []
    for number, matcher in enumerate(matchers):
        found = [docs[number] for docs in chosen if docs]
        docs = np.unique(np.concatenate(found)) if found else NO_DOCS
        starts.append(sum(map(len, every)))
        every.append(docs)
        stored = matcher.content.stored.get(field)
        values += [""] * docs.size if stored is None else stored.texts(docs)
    places = tuple(
        np.concatenate(
            [
                start + np.searchsorted(known, docs)
                for start, known, docs in zip(starts, every, found, strict=True)
            ]
        )
        if found
        else NO_DOCS
        for found in chosen
    )
    return Gathered(
        tuple(each.tolist() for each in places),
        _RecordIds(snapshot, matchers, every),
        values,
        snapshot.index.state.mark,
    )
