"""Gathers: of the documents in reach, those that share the most telling tokens.

Every token of a call is looked up and read once. Cost follows the postings read: short lists are
read together, long ones are kept for the next query that asks for them. Documents of all segments
are numbered as one, each segment's after those before it.
"""

import heapq
import math
from collections.abc import Callable, Mapping, Sequence
from itertools import islice, pairwise

import numpy as np

from archsearch.domain.access import ScopedGather
from archsearch.domain.plan import Gather, Node
from archsearch.domain.record import RecordId
from archsearch.engines.base import Gathered
from archsearch.engines.whoosh.asking.cache import ArrayCache
from archsearch.engines.whoosh.asking.matching import Matcher, matchers_of
from archsearch.engines.whoosh.format.arrays import (
    NO_DOCS,
    Docs,
    Floats,
    Ints,
    Mask,
    distinct,
    offsets,
    scratch,
    shortlist,
    widths,
)
from archsearch.engines.whoosh.format.docsets import DocSet
from archsearch.engines.whoosh.format.grams import GramField, Numbers
from archsearch.engines.whoosh.format.lists import SKIPPING
from archsearch.engines.whoosh.format.stored import cut, no_texts
from archsearch.engines.whoosh.snapshot import Snapshot

_LONG = 512
"""Lists of more documents than these are read, and kept, by themselves."""
_SAMPLE = 4_000
"""Postings whose documents tell how much a document must weigh to be chosen."""


def gather(snapshot: Snapshot, query: ScopedGather, cache: ArrayCache) -> Gathered:
    """Answer gathers from one snapshot."""
    matchers = matchers_of(snapshot, query.scope, query.excluded, cache)
    if not query.gathers or not matchers:
        return no_records(query, snapshot.index.state.mark)
    together: dict[tuple[str, tuple[Node, ...]], list[int]] = {}
    for number, one in enumerate(query.gathers):
        together.setdefault((one.field, one.filters), []).append(number)
    chosen: dict[int, Docs] = {}
    for (field, filters), members in together.items():
        everything = _Everything(matchers, field, filters, cache)
        tokens = {token for number in members for token, _ in query.gathers[number].tokens}
        postings = everything.read(np.array(sorted(tokens), np.int64))
        for number in members:
            chosen[number] = _chosen(query.gathers[number], everything, postings)
    found = [chosen[number] for number in range(len(query.gathers))]
    return _answer(query.gathers[0].field, snapshot, matchers, found)


def no_records(query: ScopedGather, mark: str = "") -> Gathered:
    """Give the answer that has no records."""
    return Gathered(tuple(() for _ in query.gathers), (), (), mark)


class _Everything:
    """All documents in reach of gathers of one field that share their filters."""

    def __init__(
        self, matchers: Sequence[Matcher], field: str, filters: tuple[Node, ...], cache: ArrayCache
    ) -> None:
        self.matchers = matchers
        self.bases = [0, *np.cumsum([matcher.size for matcher in matchers]).tolist()]
        self.size = self.bases[-1]
        self._field = field
        self._filtered = bool(filters)
        self._cache = cache
        self._within = [matcher.filtered(matcher.reach, filters) for matcher in matchers]
        self.count = sum(within.count for within in self._within)
        self._reaches = tuple(matcher.reach.number for matcher in matchers)

    def read(self, tokens: Numbers) -> "_Postings":
        """Give, for each of ascending tokens that is there, the documents that hold it."""
        lists: list[list[Docs]] = [[] for _ in range(tokens.size)]
        counts = np.zeros(tokens.size, np.intp)
        for matcher, within, base in zip(self.matchers, self._within, self.bases, strict=False):
            field = matcher.content.grams.get(self._field)
            if field is not None and within.count:
                _Source(matcher, field, within, base, self._kept).read(tokens, lists, counts)
        every = zip(tokens.tolist(), counts.tolist(), lists, strict=True)
        return {token: (df, found) for token, df, found in every if df}

    def _kept(self, source: "_Source", ordinal: int) -> Docs:
        """Give the documents of a token that many hold; kept if that may be of use again."""
        if self._filtered:
            return source.one(ordinal)
        key = ("gram", self._field, ordinal, source.matcher.reach.number, source.base)
        return self._cache.get(key, lambda: source.one(ordinal))

    def lengths(self) -> Ints:
        """Give the length of every document."""
        return self._cache.get(("gram lengths", self._field, self._reaches), self._lengths)

    def _lengths(self) -> Ints:
        fields = [(m.content.grams.get(self._field), m.size) for m in self.matchers]
        return np.concatenate(
            [np.zeros(size, np.uint8) if f is None else f.lengths for f, size in fields]
        )

    def members(self, node: Node) -> Mask:
        """Tell which documents match a node."""
        key = ("gram class", node, self._reaches)
        return self._cache.get(
            key, lambda: np.concatenate([matcher.found(node).mask for matcher in self.matchers])
        )


class _Source:
    """The postings in reach of one segment."""

    def __init__(
        self, matcher: Matcher, field: GramField, within: DocSet, base: int, kept: "_Kept"
    ) -> None:
        self.matcher = matcher
        self.base = base
        self._field = field
        self._within = within
        self._kept = kept

    def read(self, tokens: Numbers, lists: Sequence[list[Docs]], counts: Docs) -> None:
        """Add the documents that hold each of ascending tokens to the list in its place."""
        places, ordinals = self._field.find(tokens)
        starts, sizes = self._field.spans(ordinals)
        long = sizes > _LONG
        if long.any():
            for place, ordinal in zip(places[long].tolist(), ordinals[long].tolist(), strict=True):
                docs = self._kept(self, ordinal)
                if docs.size:
                    lists[place].append(docs)
                    counts[place] += docs.size
            short = ~long
            places, starts, sizes = places[short], starts[short], sizes[short]
        if not places.size:
            return
        docs, sizes = self._several(starts, sizes)
        counts[places] += sizes
        end = 0
        for place, size in zip(places.tolist(), sizes.tolist(), strict=True):
            if size:
                begin, end = end, end + size
                lists[place].append(docs[begin:end])

    def one(self, ordinal: int) -> Docs:
        """Give the documents that hold one token."""
        lists, within = self._field.lists, self._within
        if within.count * SKIPPING < lists.size(ordinal):
            docs = within.docs[lists.places(ordinal, within.docs)[1]]
        else:
            docs = lists.docs(ordinal)
            docs = docs if within.complete else docs[within.inside(docs)]
        return (docs + self.base).astype(np.int32)

    def _several(self, starts: Docs, sizes: Docs) -> tuple[Docs, Docs]:
        """Give the documents of several short lists one after another, and how many of each."""
        docs = self._field.read(starts, sizes)
        if not self._within.complete:
            kept = self._within.mask[docs]
            docs = docs[kept]
            sizes = widths(offsets(kept)[offsets(sizes)])
        return np.add(docs, self.base, dtype=np.int32), sizes


_Kept = Callable[[_Source, int], Docs]
_Postings = Mapping[int, tuple[int, Sequence[Docs]]]
"""By token how many documents hold it, and which, in pieces."""


def _chosen(one: Gather, everything: _Everything, postings: _Postings) -> Docs:
    """Give the documents chosen, ascending."""
    read = _read_first(one, everything.count, postings)
    lists = [docs for _, token in read for docs in postings[token][1]]
    if not lists or not one.classes:
        return NO_DOCS
    touched = np.concatenate(lists).astype(np.intp)
    sizes = [postings[token][0] for _, token in read]
    with scratch(everything.size) as total:
        # In order of worth, as it is defined: each document's sum is the same to the last bit.
        np.add.at(total, touched, np.repeat([worth for worth, _ in read], sizes))
        if touched.size > 2 * _SAMPLE and one.per_unit >= 0:
            docs = _contenders(one, everything, touched, total)
        else:
            docs = distinct(touched, everything.size)
        weights = _weights(one, everything, docs, total)
        total[touched] = 0.0
    found = []
    for node, most in one.classes:
        inside = np.flatnonzero(everything.members(node)[docs])
        found.append(docs[inside[_heaviest(docs[inside], weights[inside], most, everything)]])
    return np.unique(np.concatenate(found))


def _contenders(one: Gather, everything: _Everything, touched: Docs, total: Floats) -> Docs:
    """Give the documents touched without most of those that cannot be chosen.

    Those that hold the most telling tokens are weighed first. If there are as many of a class as
    are wanted, the last of them says what the others must weigh at least; no document weighs more
    than the sum of its worths.
    """
    sample = distinct(touched[:_SAMPLE], everything.size)
    weights = _weights(one, everything, sample, total)
    sums = total[touched]
    kept = np.zeros(touched.size, np.bool_)
    for node, most in one.classes:
        members = everything.members(node)
        some = weights[members[sample]]
        if most <= 0:
            continue
        if some.size >= most:
            kept |= sums >= np.partition(some, -most)[-most]
        else:
            kept |= members[touched]
    return distinct(touched[kept], everything.size)


def _weights(one: Gather, everything: _Everything, docs: Docs, total: Floats) -> Floats:
    """Weigh some documents, of which the sums of worths are known."""
    lengths = everything.lengths()[docs].astype(np.int32)
    weights: Floats = total[docs] - np.abs(lengths - one.length) * one.per_unit
    return weights


def _read_first(one: Gather, total: int, postings: _Postings) -> list[tuple[float, int]]:
    """Choose the tokens that are read, most telling first, with their worths."""
    worths = []
    for place, (token, weight) in enumerate(one.tokens):
        holders = postings.get(token)
        if holders:
            df = holders[0]
            worths.append((-math.log1p(total / df) * weight, place, df, token))
    worths.sort()
    read: list[tuple[float, int]] = []
    sizes = 0
    for worth, _, df, token in worths:
        sizes += df
        if sizes > one.most_read and read:
            break
        read.append((-worth, token))
    return read


def _heaviest(docs: Docs, weights: Floats, most: int, everything: _Everything) -> Docs:
    """Give the places of the heaviest, ties by record id, in no order."""
    if docs.size <= most:
        return np.arange(docs.size)
    if most <= 0:
        return NO_DOCS
    kept = shortlist(weights, most)
    least = np.partition(weights[kept], -most)[-most]
    above = np.flatnonzero(weights > least)
    level = np.flatnonzero(weights == least)
    room = most - above.size
    if level.size > room:
        level = level[np.argsort(docs[level])]
        if len(everything.matchers) > 1:
            level = _first_by_id(docs, level, room, everything)
    return np.concatenate((above, level[:room]))


def _first_by_id(docs: Docs, level: Docs, room: int, everything: _Everything) -> Docs:
    """Order equals by record id; those of one segment are in order."""
    cuts = np.searchsorted(docs[level], everything.bases).tolist()
    streams = []
    for matcher, base, (begin, end) in zip(
        everything.matchers, everything.bases, pairwise(cuts), strict=False
    ):
        if begin < end:
            mine = level[begin : min(begin + room, end)]
            names = map(matcher.content.ids.__getitem__, (docs[mine] - base).tolist())
            streams.append(zip(names, mine.tolist(), strict=True))
    return np.array([place for _, place in islice(heapq.merge(*streams), room)], np.intp)


class _RecordIds(Sequence[RecordId]):
    """Record ids of documents of several segments, looked up as they are asked for."""

    def __init__(self, snapshot: Snapshot, homes: Sequence[tuple[int, int]]) -> None:
        self._snapshot = snapshot
        self._homes = homes

    def __len__(self) -> int:
        return len(self._homes)

    def __getitem__(self, place: int) -> RecordId:  # type: ignore[override]  # no slices here
        number, doc = self._homes[place]
        name = RecordId(self._snapshot.segments[number].content.ids.text(doc))
        self._snapshot.remember(name, number, doc)
        return name


def _answer(
    field: str, snapshot: Snapshot, matchers: Sequence[Matcher], chosen: Sequence[Docs]
) -> Gathered:
    """Number the records of all gathers, and read what is stored of them."""
    every = np.unique(np.concatenate(chosen))
    bounds = np.cumsum([0, *(matcher.size for matcher in matchers)])
    cuts = np.searchsorted(every, bounds).tolist()
    homes: list[tuple[int, int]] = []
    texts: list[tuple[Ints, Ints]] = []
    for number, matcher in enumerate(matchers):
        if cuts[number] < cuts[number + 1]:
            docs = every[cuts[number] : cuts[number + 1]] - bounds[number]
            homes += [(number, doc) for doc in docs.tolist()]
            stored = matcher.content.stored.get(field)
            texts.append(no_texts(docs.size) if stored is None else stored.chosen(docs))
    return Gathered(
        tuple(np.searchsorted(every, docs).tolist() for docs in chosen),
        _RecordIds(snapshot, homes),
        cut(texts),
        snapshot.index.state.mark,
    )
