"""The postings of one text field of one segment: which token stands where in which document.

Arrays (T terms, P postings, N tokens, D documents):

=============  =======  =========================================================================
``terms.…``    T        sorted dictionary of the tokens; see :mod:`.dictionary`
``docs.…``     T, P     the documents of each term; see :mod:`.lists`
``extra.…``    P        occurrences in the document (tf) beyond the first; packed, see
                        :mod:`.packed`
``starts``     P / 256  first token of every 256th posting; absent when every tf is 1
``places.…``   N        positions, ascending inside a posting; packed
``lengths``    D        units of the field in each document, 0 where it is absent
=============  =======  =========================================================================
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from archsearch.engines.whoosh.format.arrays import Docs, Ints, compact, offsets, spread
from archsearch.engines.whoosh.format.container import Container, ContainerWriter
from archsearch.engines.whoosh.format.dictionary import Dictionary
from archsearch.engines.whoosh.format.lists import DocLists
from archsearch.engines.whoosh.format.packed import BLOCK, Packed

KEY_BITS = 64
"""Width of a packed sort key."""


@dataclass(frozen=True)
class TextField:
    """One text field; see the module for the arrays."""

    terms: Dictionary
    lists: DocLists
    extra: Packed
    starts: Ints | None
    places: Packed
    lengths: Ints

    def df(self, term: int) -> int:
        """Count the documents that hold a term, deleted ones included."""
        return self.lists.size(term)

    def docs(self, term: int) -> Docs:
        """Give the documents that hold a term."""
        return self.lists.docs(term)

    def counts(self, term: int) -> Ints:
        """Give tf in each of a term's documents."""
        bounds = self.lists.bounds
        more = self.extra.run(bounds[term], bounds[term + 1])
        return more.astype(np.uint16 if more.itemsize == 1 else np.uint32) + 1

    def counts_at(self, term: int, which: Docs) -> Docs:
        """Give tf in some of a term's postings (by place)."""
        return self.extra.take(self.lists.bounds[term] + which) + 1

    def postings(self, term: int) -> tuple[Docs, Ints]:
        """Give the documents that hold a term, and tf in each."""
        return self.docs(term), self.counts(term)

    def lengths_of(self, docs: Docs) -> Docs:
        """Give the lengths of some documents."""
        return self.lengths[docs].astype(np.intp)

    def positions_at(self, term: int, which: Docs) -> tuple[Ints, Docs]:
        """Give the positions in some of a term's postings (by place), and how many in each."""
        begin, end = self.lists.bounds[term], self.lists.bounds[term + 1]
        start = self.first_token(begin)
        if which.size == end - begin:
            counts = self.extra.run(begin, end).astype(np.intp) + 1
            return self.places.run(start, start + int(counts.sum())), counts
        if self.starts is None:
            return self.places.take(begin + which), np.ones(which.size, np.intp)
        counts = self.extra.run(begin, end).astype(np.intp) + 1
        first = start + np.cumsum(counts) - counts
        counts = counts[which]
        return self.places.take(spread(first[which], counts)), counts

    def first_token(self, posting: int) -> int:
        """Give the number of a posting's first token."""
        if self.starts is None or posting == self.lists.entries:
            return self.places.size if posting == self.lists.entries else posting
        block = posting // BLOCK
        between = self.extra.run(block * BLOCK, posting)
        return int(self.starts[block]) + between.size + int(between.sum())

    def first_tokens(self) -> Docs:
        """Give the number of the first token of every term, and how many tokens there are."""
        bounds = self.lists.bounds.between(0, len(self.terms))
        if self.starts is None:
            return bounds
        return bounds + offsets(self.extra.run(0, self.lists.entries))[bounds]

    @cached_property
    def total_length(self) -> int:
        """Sum of the lengths of all documents, deleted ones included."""
        return int(self.lengths.sum(dtype=np.int64))

    def save(self, writer: ContainerWriter, prefix: str) -> None:
        """Write the arrays into a container."""
        self.terms.save(writer, prefix + "terms.")
        self.lists.save(writer, prefix + "docs.")
        self.extra.save(writer, prefix + "extra.")
        if self.starts is not None:
            writer.add(prefix + "starts", self.starts)
        writer.add(prefix + "tokens", np.array([self.places.size], np.uint32))
        self.places.save(writer, prefix + "places.")
        writer.add(prefix + "lengths", self.lengths)

    @classmethod
    def load(cls, container: Container, prefix: str) -> "TextField":
        """Map the arrays of a container."""
        terms = Dictionary.load(container, prefix + "terms.")
        lists = DocLists.load(container, prefix + "docs.", len(terms))
        return cls(
            terms,
            lists,
            Packed.load(container, prefix + "extra.", lists.entries),
            container.get(prefix + "starts"),
            Packed.load(container, prefix + "places.", int(container[prefix + "tokens"][0])),
            container[prefix + "lengths"],
        )


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens in parallel arrays: number of the term, document, position."""

    terms: Ints
    docs: Ints
    positions: Ints

    @classmethod
    def joined(cls, pieces: "Sequence[Tokens]") -> "Tokens":
        """Put several together."""
        return cls(
            np.concatenate([piece.terms for piece in pieces]),
            np.concatenate([piece.docs for piece in pieces]),
            np.concatenate([piece.positions for piece in pieces]),
        )

    def sorted(self) -> "Tokens":
        """Order by term, document, position, through one sort of packed 64-bit keys if they fit."""
        if not self.terms.size:
            return self
        position_bits = int(self.positions.max()).bit_length()
        doc_bits = int(self.docs.max()).bit_length()
        if position_bits + doc_bits + int(self.terms.max()).bit_length() > KEY_BITS:
            order = np.lexsort((self.positions, self.docs, self.terms))
            return Tokens(self.terms[order], self.docs[order], self.positions[order])
        keys = self.terms.astype(np.uint64)
        keys <<= np.uint64(doc_bits)
        keys |= self.docs.astype(np.uint64)
        keys <<= np.uint64(position_bits)
        keys |= self.positions.astype(np.uint64)
        keys.sort()
        return self._unpack(keys, doc_bits, position_bits)

    @staticmethod
    def _unpack(keys: Ints, doc_bits: int, position_bits: int) -> "Tokens":
        positions = (keys & np.uint64((1 << position_bits) - 1)).astype(np.uint32)
        keys >>= np.uint64(position_bits)
        docs = (keys & np.uint64((1 << doc_bits) - 1)).astype(np.uint32)
        keys >>= np.uint64(doc_bits)
        return Tokens(keys.astype(np.uint32), docs, positions)


class TextAssembler:
    """Puts a field together from runs of sorted tokens with ascending terms."""

    def __init__(self, terms: list[bytes]) -> None:
        self._terms = terms
        self._frequencies = np.zeros(len(terms), np.int64)
        self._docs: list[Ints] = []
        self._extra: list[Ints] = []
        self._positions: list[Ints] = []

    def append(self, tokens: Tokens) -> None:
        """Add sorted tokens; no term of them may have come in an earlier run."""
        if not tokens.terms.size:
            return
        fresh = np.empty(tokens.terms.size, np.bool_)
        fresh[0] = True
        np.not_equal(tokens.terms[1:], tokens.terms[:-1], out=fresh[1:])
        fresh[1:] |= tokens.docs[1:] != tokens.docs[:-1]
        first = np.flatnonzero(fresh)
        terms = tokens.terms[first]
        low, high = int(terms[0]), int(terms[-1]) + 1
        self._frequencies[low:high] += np.bincount(terms - low, minlength=high - low)
        self._docs.append(compact(tokens.docs[first]))
        self._extra.append(compact(np.diff(first, append=tokens.terms.size) - 1))
        self._positions.append(compact(tokens.positions))

    def finish(self, lengths: Ints) -> TextField:
        """Make the field; ``lengths`` has an entry for every document."""
        extra = _joined(self._extra)
        starts = None
        if extra.any():
            starts = compact(offsets(extra.astype(np.int64) + 1)[:-1:BLOCK])
        return TextField(
            Dictionary.of(self._terms),
            DocLists.of(self._frequencies, _joined(self._docs)),
            Packed.of(extra),
            starts,
            Packed.of(_joined(self._positions)),
            compact(lengths),
        )


def _joined(pieces: list[Ints]) -> Ints:
    return np.concatenate(pieces) if pieces else np.empty(0, np.uint8)
