"""The engine of the product, asked as the product asks it: scoped plans.

Warm, its cache holds what earlier questions left there; cold, it is emptied before every question,
masks of scopes and filters included.
"""

from collections.abc import Iterable
from pathlib import Path

from archsearch.domain.access import ScopedQuery
from archsearch.engines.base import Document, EngineResult
from archsearch.engines.whoosh.engine import WhooshEngine
from tests.bench.contender import Asked, Outcome

KEY = b"a key for the bench, of no worth"


class Ours:
    """The columnar Whoosh index."""

    name = "archsearch"

    def __init__(self, folder: Path) -> None:
        self.engine = WhooshEngine(folder, key=KEY, fingerprint={"bench": "1"})

    def build(self, documents: Iterable[Document]) -> None:
        """See the protocol."""
        self.engine.rebuild(documents)

    def prepare(self, query: ScopedQuery) -> Asked:
        """See the protocol."""
        engine = self.engine

        def run() -> EngineResult:
            return engine.search(query)

        return Asked(run, _read)

    def forget(self) -> None:
        """See the protocol."""
        self.engine._cache.clear()

    def change(self, document: Document) -> None:
        """See the protocol."""
        self.engine.apply([document])

    def bytes(self) -> int:
        """See the protocol."""
        return self.engine.stats().bytes

    def close(self) -> None:
        """See the protocol."""
        self.engine.close()


def _read(result: EngineResult) -> Outcome:
    facets = {name: dict(counts) for name, counts in result.facets.items()}
    return Outcome(result.total, tuple(hit.record_id for hit in result.hits), facets)
