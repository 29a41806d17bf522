"""The postings of one text field of one segment: which token stands where in which document.

Arrays (T terms, P postings, N tokens, D documents; ``[a:b]`` by consecutive bounds):

=============  =====  ============================================================================
``terms``      T      sorted dictionary of the tokens
``bounds``     T + 1  postings of term t are ``docs[bounds[t] : bounds[t + 1]]``
``docs``       P      document numbers, ascending inside a term
``counts``     P      occurrences in the document (tf); absent when every one is 1
``starts``     T + 1  tokens of term t are ``positions[starts[t] : …]``; absent with ``counts``
``positions``  N      positions, ascending inside a posting
``lengths``    D      units of the field in each document, 0 where it is absent
=============  =====  ============================================================================
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from archsearch.engines.whoosh.arrays import Docs, Ints, compact, offsets, spread
from archsearch.engines.whoosh.container import Container, ContainerWriter
from archsearch.engines.whoosh.dictionary import Dictionary

KEY_BITS = 64
"""Width of a packed sort key."""


@dataclass(frozen=True)
class TextField:
    """One text field; see the module for the arrays."""

    terms: Dictionary
    bounds: Ints
    docs: Ints
    counts: Ints | None
    starts: Ints | None
    positions: Ints
    lengths: Ints

    def slice(self, term: int) -> tuple[int, int]:
        """Give the bounds of a term's postings."""
        return int(self.bounds[term]), int(self.bounds[term + 1])

    def postings(self, term: int) -> tuple[Docs, Ints]:
        """Give the documents that hold a term, and how often each does."""
        begin, end = self.slice(term)
        return self.docs[begin:end].astype(np.intp), self.occurrences(begin, end)

    def lengths_of(self, docs: Docs) -> Docs:
        """Give the lengths of some documents."""
        return self.lengths[docs].astype(np.intp)

    def occurrences(self, begin: int, end: int) -> Ints:
        """Give tf of consecutive postings."""
        if self.counts is None:
            return np.ones(end - begin, np.uint8)
        return self.counts[begin:end]

    def positions_at(self, term: int, which: Docs) -> tuple[Ints, Docs]:
        """Give the positions in some of a term's postings (by place), and how many in each."""
        begin, end = self.slice(term)
        if self.counts is None or self.starts is None:
            return self.positions[begin + which], np.ones(which.size, np.intp)
        counts = self.counts[begin:end].astype(np.intp)
        if which.size == end - begin:
            return self.positions[int(self.starts[term]) : int(self.starts[term + 1])], counts
        first = int(self.starts[term]) + np.cumsum(counts) - counts
        return self.positions[spread(first[which], counts[which])], counts[which]

    @cached_property
    def total_length(self) -> int:
        """Sum of the lengths of all documents, deleted ones included."""
        return int(self.lengths.sum(dtype=np.int64))

    def save(self, writer: ContainerWriter, prefix: str) -> None:
        """Write the arrays into a container."""
        for name, array in self._arrays():
            writer.add(prefix + name, array)

    def _arrays(self) -> Iterator[tuple[str, Ints]]:
        yield "terms.blob", self.terms.blob
        yield "terms.bounds", self.terms.bounds
        yield "bounds", self.bounds
        yield "docs", self.docs
        if self.counts is not None and self.starts is not None:
            yield "counts", self.counts
            yield "starts", self.starts
        yield "positions", self.positions
        yield "lengths", self.lengths

    @classmethod
    def load(cls, container: Container, prefix: str) -> "TextField":
        """Map the arrays of a container."""
        repeated = prefix + "counts" in container
        return cls(
            Dictionary(container[prefix + "terms.blob"], container[prefix + "terms.bounds"]),
            container[prefix + "bounds"],
            container[prefix + "docs"],
            container[prefix + "counts"] if repeated else None,
            container[prefix + "starts"] if repeated else None,
            container[prefix + "positions"],
            container[prefix + "lengths"],
        )


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens in parallel arrays: number of the term, document, position."""

    terms: Ints
    docs: Ints
    positions: Ints

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
        self._tokens = np.zeros(len(terms), np.int64)
        self._docs: list[Ints] = []
        self._counts: list[Ints] = []
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
        self._count(tokens.terms, first)
        self._docs.append(compact(tokens.docs[first]))
        self._counts.append(compact(np.diff(first, append=tokens.terms.size)))
        self._positions.append(compact(tokens.positions))

    def _count(self, terms: Ints, first: Docs) -> None:
        low, high = int(terms[0]), int(terms[-1]) + 1
        span = high - low
        self._frequencies[low:high] += np.bincount(terms[first] - low, minlength=span)
        self._tokens[low:high] += np.bincount(terms - low, minlength=span)

    def finish(self, lengths: Ints) -> TextField:
        """Make the field; ``lengths`` has an entry for every document."""
        counts = _joined(self._counts)
        repeated = bool(counts.size) and int(counts.max()) > 1
        return TextField(
            Dictionary.of(self._terms),
            compact(offsets(self._frequencies)),
            _joined(self._docs),
            counts if repeated else None,
            compact(offsets(self._tokens)) if repeated else None,
            _joined(self._positions),
            compact(lengths),
        )


def _joined(pieces: list[Ints]) -> Ints:
    return np.concatenate(pieces) if pieces else np.empty(0, np.uint8)
