"""An archive as it was: an index of the records of a moment, and the one way of asking it."""

from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from archsearch.domain.access import ScopedGather, ScopedQuery, confine, restrict
from archsearch.domain.dictionary import Dictionary
from archsearch.domain.plan import Gather, Plan
from archsearch.domain.policy import Right
from archsearch.domain.record import Record, RecordId
from archsearch.engines.base import EngineResult, Gathered
from archsearch.errors import BusyError
from archsearch.services.asking import Asker, Found
from archsearch.services.names import NameService
from archsearch.services.search import SearchService
from archsearch.storage.past import RecordsThen

Progress: TypeAlias = Callable[[int], None]
"""Told the number of records that are done."""


class Index(Protocol):
    """What answers: an engine, or the index in use."""

    def search(self, query: ScopedQuery) -> EngineResult:
        """Answer a query."""
        ...

    def gather(self, query: ScopedGather) -> Gathered:
        """Answer gathers."""
        ...


@dataclass(frozen=True, slots=True)
class Then:
    """Asks an index for somebody whose rights are settled."""

    index: Index
    load: Callable[[Collection[RecordId]], Mapping[RecordId, Record]]
    settled: Asker

    def asker(self, user: str, right: Right = Right.READ) -> Asker:  # noqa: ARG002 - the protocol's
        """Give the asker that it is made for."""
        return self.settled

    def ask(self, plan: Plan, asker: Asker) -> Found:
        """Ask, and load the hits as they were.

        Raises:
            BusyError: A record that was found is not there; somebody is changing records.
        """
        result = self.index.search(restrict(plan, asker.scope, asker.excluded))
        found = self.load([hit.record_id for hit in result.hits]) if result.hits else {}
        if len(found) < len(result.hits):
            raise BusyError("档案正在变动，请稍后重试。")
        return Found(result, found)

    def gather(self, gathers: tuple[Gather, ...], asker: Asker) -> Gathered:
        """Gather inside the scope."""
        return self.index.gather(confine(gathers, asker.scope, asker.excluded))


@dataclass(frozen=True, slots=True)
class Scene:
    """What answers searches and completions as they were answered then."""

    search: SearchService
    names: NameService


class Stages(Protocol):
    """Makes scenes; bootstrap knows how."""

    def now(self, settled: Asker, records: RecordsThen) -> Scene:
        """Ask the index in use, which must hold those records as they were."""
        ...

    def then(
        self,
        settled: Asker,
        records: RecordsThen,
        dictionary: Dictionary,
        progress: Progress | None = None,
    ) -> AbstractContextManager[Scene]:
        """Ask a temporary index of records as they were, which is removed with the context.

        Raises:
            BusyError: Another process is replaying.
        """
        ...
