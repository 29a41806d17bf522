"""Gathers: of the documents in reach, those that share the most telling tokens.

Every token of a call is looked up and read once. Cost follows the postings read: short lists are
read together, long ones are kept for the next query that asks for them. Documents of all segments
are numbered as one, each segment's after those before it.
"""

import math
from collections.abc import Callable, Mapping, Sequence

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
)
from archsearch.engines.whoosh.format.docsets import DocSet
from archsearch.engines.whoosh.format.grams import GramField, Numbers
from archsearch.engines.whoosh.format.lists import SKIPPING
from archsearch.engines.whoosh.format.stored import cut, no_texts
from archsearch.engines.whoosh.snapshot import Snapshot

_LONG = 512
"""Lists of more documents than these are read, and kept, by themselves."""


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

    def read(self, tokens: Numbers) -> Mapping[int, Sequence[Docs]]:
        """Give, for each of ascending tokens that is there, the documents that hold it."""
        lists: list[list[Docs]] = [[] for _ in range(tokens.size)]
        for matcher, within, base in zip(self.matchers, self._within, self.bases, strict=False):
            field = matcher.content.grams.get(self._field)
            if field is not None and within.count:
                _Source(matcher, field, within, base, self._kept).read(tokens, lists)
        every = zip(tokens.tolist(), lists, strict=True)
        return {token: found for token, found in every if found}

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

    def read(self, tokens: Numbers, lists: Sequence[list[Docs]]) -> None:
        """Add the documents that hold each of ascending tokens to the list in its place."""
        places, ordinals = self._field.find(tokens)
        starts, sizes = self._field.spans(ordinals)
        long = sizes > _LONG
        if long.any():
            for place, ordinal in zip(places[long].tolist(), ordinals[long].tolist(), strict=True):
                docs = self._kept(self, ordinal)
                if docs.size:
                    lists[place].append(docs)
            short = ~long
            places, starts, sizes = places[short], starts[short], sizes[short]
        if not places.size:
            return
        docs, ends = self._several(starts, sizes)
        begin = 0
        for place, end in zip(places.tolist(), ends.tolist(), strict=True):
            if end > begin:
                lists[place].append(docs[begin:end])
            begin = end

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
        """Give the documents of several short lists one after another, and where each ends."""
        docs = self._field.read(starts, sizes)
        ends = np.cumsum(sizes)
        if not self._within.complete:
            kept = self._within.mask[docs]
            docs = docs[kept]
            ends = offsets(kept)[ends]
        return np.add(docs, self.base, dtype=np.int32), ends


_Kept = Callable[[_Source, int], Docs]


def _chosen(one: Gather, everything: _Everything, postings: Mapping[int, Sequence[Docs]]) -> Docs:
    """Give the documents chosen, ascending."""
    docs, weights = _weighed(one, everything, postings)
    if not docs.size:
        return docs
    found = []
    for node, most in one.classes:
        inside = np.flatnonzero(everything.members(node)[docs])
        found.append(docs[inside[_heaviest(docs[inside], weights[inside], most, everything)]])
    return np.unique(np.concatenate(found)) if found else NO_DOCS


def _weighed(
    one: Gather, everything: _Everything, postings: Mapping[int, Sequence[Docs]]
) -> tuple[Docs, Floats]:
    """Weigh the documents that hold a token read; in no order."""
    lists: list[Docs] = []
    worths: list[float] = []
    for worth, token in _read_first(one, everything.count, postings):
        lists += postings[token]
        worths += [worth] * len(postings[token])
    if not lists:
        return NO_DOCS, np.zeros(0)
    touched = np.concatenate(lists)
    added = np.repeat(worths, [docs.size for docs in lists])
    docs = distinct(touched, everything.size)
    with scratch(everything.size) as total:
        # In order of worth, as it is defined: each document's sum is the same to the last bit.
        np.add.at(total, touched, added)
        weights: Floats = total[docs]
        total[docs] = 0.0
    lengths = everything.lengths()[docs].astype(np.int32)
    weights -= np.abs(lengths - one.length) * one.per_unit
    return docs, weights


def _read_first(
    one: Gather, total: int, postings: Mapping[int, Sequence[Docs]]
) -> list[tuple[float, int]]:
    """Choose the tokens that are read, most telling first, with their worths."""
    worths = []
    for place, (token, weight) in enumerate(one.tokens):
        holders = postings.get(token)
        if holders:
            df = sum([docs.size for docs in holders])
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
    cuts = np.searchsorted(docs[level], everything.bases)
    tied = [
        (matcher.content.ids[int(docs[place]) - base], int(place))
        for matcher, base, begin, end in zip(
            everything.matchers, everything.bases, cuts, cuts[1:], strict=False
        )
        for place in level[begin : min(begin + room, end)]
    ]
    return np.array([place for _, place in sorted(tied)[:room]], np.intp)


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
