"""Queries with what fits them, and what a searcher makes of them."""

import random
import time
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from tests.relevance.companies import COMPANIES
from tests.relevance.corpus import Corpus, Kind, Part
from tests.relevance.fits import Fits
from tests.relevance.lore import Lore
from tests.relevance.persons import PERSONS, Maker

SEEDS = {Part.TUNING: 1, Part.CHECK: 2}
LIMIT = 10
_TRIES = 60
"""Names looked at for one query, where a phenomenon needs names of a certain kind."""


class Found(NamedTuple):
    """One hit."""

    number: int
    score: float
    channels: Sequence[str] = ()
    spans: Sequence[str] = ()


class Searcher(Protocol):
    """Anything that finds names."""

    def search(self, query: str, limit: int) -> Sequence[Found]:
        """Find the best records."""
        ...


@dataclass(frozen=True, slots=True)
class Case:
    """One query, the record that it was made from, and all that fit it as well."""

    phenomenon: str
    query: str
    source: int
    acceptable: frozenset[int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one case went."""

    case: Case
    rank: int | None
    """Place of the first acceptable hit, from 0."""
    seconds: float
    """Of the processor, so that what else runs on the machine does not count."""
    hits: tuple[Found, ...]


def cases(corpus: Corpus, part: Part, number: int, only: str = "") -> Iterator[Case]:
    """Make queries, so many for each phenomenon."""
    lore = Lore(corpus.entries)
    made = Fits(lore)
    for kind, table in ((Kind.PERSON, PERSONS), (Kind.COMPANY, COMPANIES)):
        sources = corpus.sources(kind, part)
        for label, phenomenon in table.items():
            name = f"{kind}: {label}"
            if only not in name or not sources:
                continue
            # Each phenomenon draws for itself, so that a new one leaves the others as they were.
            make = Maker(lore, made, random.Random(zlib.crc32(name.encode()) + SEEDS[part]))
            seen = 0
            for entry in make.rng.sample(sources, min(len(sources), number * _TRIES)):
                asked = phenomenon(make, entry)
                if asked is None:
                    continue
                fitting = frozenset(asked.fit(corpus) | {entry.number})
                yield Case(name, asked.text, entry.number, fitting)
                seen += 1
                if seen == number:
                    break


def ask(searcher: Searcher, case: Case) -> Outcome:
    """Ask one query and find the first acceptable hit."""
    started = time.process_time()
    hits = tuple(searcher.search(case.query, LIMIT))
    seconds = time.process_time() - started
    ranks = (rank for rank, hit in enumerate(hits) if hit.number in case.acceptable)
    return Outcome(case, next(ranks, None), seconds, hits)
