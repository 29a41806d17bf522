"""Names that sound or look like a name in the archive but are other people's.

None may be found in exact mode, and none may be called the same in fuzzy mode.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from archsearch.analysis.folding import fold
from tests.relevance.cases import Found
from tests.relevance.corpus import Corpus, Entry, Kind, Part, plain
from tests.relevance.lore import Lore

SURE = 0.995
"""The score from which a searcher calls two names the same."""

_SEED = 3


class ExactSearcher(Protocol):
    """Finds only what is written so."""

    def exact(self, query: str, limit: int) -> Sequence[Found]:
        """Find the records that hold the query as it is written."""
        ...

    def search(self, query: str, limit: int) -> Sequence[Found]:
        """Find the best records."""
        ...


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A name that nobody in the archive bears, and whose it nearly is."""

    query: str
    source: int


def near_misses(corpus: Corpus, part: Part, number: int) -> Iterator[NearMiss]:
    """Make names that are one homophone or look-alike away, and in no record."""
    lore = Lore(corpus.entries)
    rng = random.Random(_SEED)
    everything = "\n".join(plain(entry.name) for entry in corpus.entries)
    made = 0
    sources = corpus.sources(Kind.PERSON, part) + corpus.sources(Kind.COMPANY, part)
    for entry in rng.sample(sources, len(sources)):
        query = _near(lore, rng, entry)
        if query and fold(query) != fold(entry.name) and plain(query) not in everything:
            yield NearMiss(query, entry.number)
            made += 1
        if made == number:
            return


def _near(lore: Lore, rng: random.Random, entry: Entry) -> str | None:
    index = rng.randrange(len(entry.name))
    character = entry.name[index]
    alike = lore.lookalikes.get(character)
    other = rng.choice(alike) if alike and rng.random() < 1 / 3 else lore.homophone(rng, character)
    return entry.name[:index] + other + entry.name[index + 1 :] if other else None


def precision(searcher: ExactSearcher, misses: Sequence[NearMiss]) -> tuple[int, int]:
    """Count the queries that exact mode finds something for, and those that are called sure."""
    exact = sum(bool(searcher.exact(miss.query, 1)) for miss in misses)
    sure = sum(
        any(SURE <= hit.score <= 1 for hit in searcher.search(miss.query, 3)) for miss in misses
    )
    return exact, sure
