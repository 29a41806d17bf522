"""What can be measured: the product, and a plain baseline."""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TypeAlias

import archsearch
from archsearch.analysis.folding import fold
from archsearch.errors import ArchsearchError
from archsearch.search.likeness.finder import Sought
from tests.relevance.cases import Found
from tests.relevance.corpus import Corpus
from tests.relevance.near import SURE, ExactSearcher

Measured: TypeAlias = dict[str, ExactSearcher]
"""Searchers by name."""

_NUMBERED = "R{:07d}"


class _Product:
    """The archive's own search, as an administrator."""

    def __init__(self, archive: archsearch.Archive) -> None:
        self._archive = archive

    def search(self, query: str, limit: int) -> Sequence[Found]:
        return self._ask(query, "auto", limit)

    def exact(self, query: str, limit: int) -> Sequence[Found]:
        return self._ask(f'"{query}"', "exact", limit)

    def _ask(self, query: str, mode: str, limit: int) -> list[Found]:
        try:
            page = self._archive.search(query, user="admin", mode=mode, limit=limit)
        except ArchsearchError:
            return []
        return [
            Found(int(hit.record_id[1:]), hit.score, [str(c) for c in hit.channels])
            for hit in page.hits
        ]


@contextmanager
def archive_of(corpus: Corpus) -> Iterator[archsearch.Archive]:
    """Hold the names in an archive for a while."""
    folder = Path(tempfile.mkdtemp(prefix="archsearch-relevance-"))
    try:
        archsearch.init(folder / "workspace")
        with archsearch.open(folder / "workspace") as archive:
            rows = [
                {"record_id": _NUMBERED.format(entry.number), "name": entry.name}
                for entry in corpus.entries
            ]
            archive.ingest(rows, user="admin")
            yield archive
    finally:
        shutil.rmtree(folder)


class _Likeness:
    """The search by likeness of names alone, inside the archive but with nothing around it."""

    def __init__(self, archive: archsearch.Archive) -> None:
        application = archive._application
        self._likeness = application._language.likeness
        asking = application._asking
        asker = asking.asker("admin")
        self._ask = lambda gathers: asking.gather(gathers, asker)

    def search(self, query: str, limit: int) -> Sequence[Found]:
        (matches,) = self._likeness.seek([Sought(query)], self._ask, limit)
        return [Found(int(match.record_id[1:]), match.score) for match in matches]

    def exact(self, query: str, limit: int) -> Sequence[Found]:
        return [hit for hit in self.search(query, limit) if hit.score >= SURE]


@contextmanager
def product(corpus: Corpus) -> Iterator[Measured]:
    """An archive that holds the names; beside it, its finder of names alone."""
    with archive_of(corpus) as archive:
        yield {"product": _Product(archive), "likeness": _Likeness(archive)}


class _Grams:
    """SQLite's full text search over single characters, any of them."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def search(self, query: str, limit: int) -> Sequence[Found]:
        terms = " OR ".join(f'"{c}"' for c in dict.fromkeys(fold(query)) if c.isalnum())
        return self._match(terms, limit)

    def exact(self, query: str, limit: int) -> Sequence[Found]:
        return self._match('"' + " ".join(c for c in fold(query) if c.isalnum()) + '"', limit)

    def _match(self, terms: str, limit: int) -> list[Found]:
        if not terms.strip('"'):
            return []
        found = self._database.execute(
            "SELECT rowid, -rank FROM names WHERE names MATCH ? ORDER BY rank LIMIT ?",
            (terms, limit),
        )
        return [Found(number, score) for number, score in found]


@contextmanager
def grams(corpus: Corpus) -> Iterator[Measured]:
    """A baseline that knows nothing of names."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE names USING fts5(text)")
    rows = ((e.number, " ".join(fold(e.name))) for e in corpus.entries)
    database.executemany("INSERT INTO names (rowid, text) VALUES (?, ?)", rows)
    yield {"grams": _Grams(database)}
    database.close()


SEARCHERS: dict[str, Callable[[Corpus], AbstractContextManager[Measured]]] = {
    "product": product,
    "grams": grams,
}
"""What is measured by name of what it is chosen by; the first of each is shown in full."""
