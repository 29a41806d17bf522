"""Stock Whoosh in the place of the product's engine, to measure the pipeline around it.

As far as an ingest and a search go: what only administrators ask for is not there. It keeps none of
the product's promises (nothing is synced, no state is verified); it is the writer people would use.
As with the product's own engine, other processes make documents and index while the first one
stores: run as a module, this is such a process.
"""

import os
import sys
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain
from pathlib import Path
from typing import Any

from archsearch.bootstrap import Application, open_application
from archsearch.domain.access import ScopedQuery
from archsearch.domain.record import RecordId
from archsearch.engines.base import (
    ID,
    Document,
    EngineHit,
    EngineResult,
    EngineStats,
    Removal,
)
from archsearch.errors import IndexOutdatedError
from archsearch.services.companion import accompany
from archsearch.services.garbage import fewer_collections
from tests.bench.stock import MEMORY_MB, Stock, as_fields


class StockEngine:
    """Writes and asks a stock index; see :class:`archsearch.engines.base.SearchEngine`."""

    def __init__(self, folder: Path, levels: tuple[str, ...]) -> None:
        self._stock = Stock(folder, levels)
        self._marked = folder / "mark"

    def search(self, query: ScopedQuery) -> EngineResult:
        """Answer a plan."""
        asked = self._built().prepare(query)
        found = asked.read(asked.run())
        hits = tuple(EngineHit(RecordId(record_id), 0.0) for record_id in found.ids)
        facets = {name: tuple(counts.items()) for name, counts in found.facets.items()}
        return EngineResult(found.total, hits, facets, self._mark())

    def apply(self, changes: Iterable[Document | Removal], *, mark: str = "") -> None:
        """Make changes in one commit, the last one of each record."""
        index = self._built().index
        latest = {change.record_id: change for change in changes}
        writer = index.writer(limitmb=MEMORY_MB)
        # What update_document does, but it would open a searcher for each document.
        with index.reader() as reader:
            known = [record_id for record_id in latest if (ID, record_id) in reader]
        for record_id in known:
            writer.delete_by_term(ID, record_id)
        for change in latest.values():
            if isinstance(change, Document):
                writer.add_document(**as_fields(change))
        writer.commit()
        self._stock.refresh()
        self._marked.write_text(mark or self._mark())

    def prepare(self, changes: Iterable[Document | Removal]) -> list[Document | Removal]:
        """Make the documents; the rest needs the writer."""
        return list(changes)

    def apply_prepared(
        self, prepared: Any, changes: Iterable[Document | Removal] = (), *, mark: str = ""
    ) -> None:
        """Make changes whose documents are made, and more."""
        self.apply(chain(prepared, changes), mark=mark)

    def rebuild(self, documents: Iterable[Document], *, mark: str = "") -> None:
        """Build anew; of nothing, nothing, for the fields are those that documents have."""
        found = iter(documents)
        first = next(found, None)
        if first is None:
            return
        self._stock.build(chain([first], found))
        self._marked.write_text(mark)

    def stats(self) -> EngineStats:
        """Measure the index."""
        index = self._built().index
        documents = index.doc_count()
        return EngineStats(
            generation="stock",
            documents=documents,
            deleted=index.doc_count_all() - documents,
            segments=len(index._segments()),
            bytes=self._stock.bytes(),
            mark=self._mark(),
        )

    def close(self) -> None:
        """Let go of files."""
        if self._stock.index is not None:
            self._stock.close()

    def _built(self) -> Stock:
        """Give the index as the other process may have left it."""
        if not self._marked.exists():
            raise IndexOutdatedError("索引文件缺失，需要重建索引。")
        self._stock.open()
        return self._stock

    def _mark(self) -> str:
        return self._marked.read_text()


def wire(application: Application) -> None:
    """Put stock Whoosh in the place of an application's engine, and of its companion's."""
    folder = application.settings.workspace.index / "stock"
    root = str(application.settings.workspace.root)
    command = (sys.executable, "-P", "-m", "tests.bench.stock_engine", root)
    invitation = replace(application.companion(), command=command)
    engine = StockEngine(folder, application.policy.levels)
    application.__dict__ |= {"engine": engine, "companion": lambda: invitation}


def main(workspace: str) -> None:
    """Index beside an ingest, as :mod:`archsearch.entrypoints.companion` does."""
    application = open_application(Path(workspace), os.environ)
    wire(application)
    orders, answers = sys.stdin.fileno(), sys.stdout.fileno()
    fingerprint = application.index_fingerprint
    with fewer_collections():
        accompany(application.index, fingerprint, orders=orders, answers=answers)
    application.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
