"""Wiring of replays: what asks the index in use, or a temporary one of what was."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol

from archsearch.domain.access import ScopedGather, ScopedQuery
from archsearch.domain.dictionary import Dictionary
from archsearch.engines.base import Document, EngineResult, Gathered, SearchEngine
from archsearch.engines.documents import Analysis
from archsearch.search.language import Language
from archsearch.searching import builder_of, language_of, presenter_of, with_dictionary
from archsearch.services.asking import Asker, Masker, SearchRules
from archsearch.services.garbage import fewer_collections
from archsearch.services.index import IndexService
from archsearch.services.leftovers import Lock, temporary_folder
from archsearch.services.names import NameService
from archsearch.services.questions import Questions
from archsearch.services.search import SearchService
from archsearch.services.stage import Index, Progress, Scene, Then
from archsearch.services.trail import Trail
from archsearch.settings.model import Settings
from archsearch.storage.past import RecordsThen

_TOLD_EVERY: Final = 500
_READ: Final = 4
"""Dictionaries of the past that are kept at hand."""


class TemporaryEngine(SearchEngine, Protocol):
    """An engine whose files can be let go of."""

    def close(self) -> None:
        """Let go of files."""
        ...


@dataclass(frozen=True)
class Theatre:
    """Makes scenes from the parts of an open workspace; see ``services/stage.py``."""

    settings: Settings
    trail: Trail
    analysis: Analysis
    language: Language
    rules: SearchRules
    masker: Masker
    questions: Questions
    index: IndexService
    engine_in: Callable[[Path], TemporaryEngine]
    lock: Lock
    _read: dict[Dictionary, tuple[Analysis, Language]] = field(default_factory=dict)
    """What it takes long to load, by the dictionary it was loaded with."""

    def now(self, settled: Asker, records: RecordsThen) -> Scene:
        """Ask the index in use."""
        return self._scene(self.language, _InUse(self.index, settled.marks), settled, records)

    @contextmanager
    def then(
        self,
        settled: Asker,
        records: RecordsThen,
        dictionary: Dictionary,
        progress: Progress | None = None,
    ) -> Iterator[Scene]:
        """Ask a temporary index."""
        analysis, language = self._with(dictionary)
        with temporary_folder(self.settings.workspace.index, self.lock) as folder:
            engine = self.engine_in(folder)
            try:
                # Whoever may see nothing is answered without an index.
                if not settled.scope.empty:
                    with fewer_collections():
                        engine.rebuild(self._documents(analysis, records, progress))
                yield self._scene(language, engine, settled, records)
            finally:
                engine.close()

    def _with(self, dictionary: Dictionary) -> tuple[Analysis, Language]:
        known = self._read.get(dictionary)
        if known is None:
            if len(self._read) >= _READ:
                self._read.clear()
            analysis = with_dictionary(self.analysis, self.settings, dictionary)
            known = self._read[dictionary] = analysis, language_of(self.settings, analysis)
        return known

    def _documents(
        self, analysis: Analysis, records: RecordsThen, progress: Progress | None
    ) -> Iterator[Document]:
        builder = builder_of(self.settings, analysis)
        for number, record in enumerate(records.all(), 1):
            if record.searchable:
                yield builder.build(record)
            if progress and number % _TOLD_EVERY == 0:
                progress(number)

    def _scene(
        self, language: Language, index: Index, settled: Asker, records: RecordsThen
    ) -> Scene:
        oracle = Then(index, records.get, settled)
        presenter = presenter_of(self.settings, language, self.masker)
        parts = (oracle, language, self.trail, self.rules, presenter, self.questions)
        return Scene(SearchService(*parts), NameService(*parts))


@dataclass(frozen=True, slots=True)
class _InUse:
    """The index that everybody asks."""

    index: IndexService
    marks: set[str]

    def search(self, query: ScopedQuery) -> EngineResult:
        return self.index.answer(query, self.marks)

    def gather(self, query: ScopedGather) -> Gathered:
        return self.index.gather(query, self.marks)
