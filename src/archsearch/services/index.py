"""Keeping the index in step with the store: drain, rebuild, repair, purge, verify."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager

from archsearch.domain.access import Role, ScopedQuery
from archsearch.domain.audit import Action
from archsearch.domain.record import Record, RecordId, Status
from archsearch.engines.base import (
    Damage,
    Document,
    EngineResult,
    EngineStats,
    Removal,
    SearchEngine,
)
from archsearch.engines.documents import DocumentBuilder
from archsearch.errors import BusyError, EngineError, IndexOutdatedError
from archsearch.services.identity import principal_of, require_role
from archsearch.services.trail import Trail
from archsearch.storage import outbox, records
from archsearch.storage.database import Database

_DRAIN_STEP = 20_000
_LOAD_STEP = 500
SYSTEM = "(system)"
"""Stands in the audit log for what archsearch does by itself; no user can have this name."""

Progress = Callable[[int], None]
"""Told the number of records done so far."""

Lock = Callable[[float], AbstractContextManager[object]]
"""Makes a context that one process at a time can be in; entering raises BusyError after so many
seconds."""

_PATIENCE = 10.0


class IndexService:
    """The index as the other services use it: it repairs itself from the store when it must."""

    def __init__(
        self,
        database: Database,
        engine: SearchEngine,
        builder: DocumentBuilder,
        trail: Trail,
        lock: Lock,
    ) -> None:
        self._database = database
        self._engine = engine
        self._builder = builder
        self._trail = trail
        self._lock = lock

    def answer(self, query: ScopedQuery) -> EngineResult:
        """Answer a query, after rebuilding an index that cannot.

        Raises:
            IndexOutdatedError: It still cannot; the disk or another process is in the way.
        """
        try:
            return self._engine.search(query)
        except IndexOutdatedError:
            self.repair()
            return self._engine.search(query)

    def drain(self, progress: Progress | None = None, *, patience: float = _PATIENCE) -> int:
        """Bring everything in the outbox into the index; returns the number of records.

        Args:
            progress: Told how far it is.
            patience: Seconds to wait for another process that is at it.

        Raises:
            BusyError: Another process is at it.
        """
        done = 0
        try:
            with self._lock(patience):
                while step := self._drain_step():
                    done += step
                    if progress:
                        progress(done)
        except IndexOutdatedError:
            self.repair(progress)
        return done

    def catch_up(self) -> bool:
        """Drain if that is possible at once; tells whether the index is up to date now.

        What a killed process had stored but not indexed is found again through this.
        """
        with self._database.read() as connection:
            if not outbox.count(connection):
                return True
        try:
            self.drain(patience=0)
        except (BusyError, EngineError):
            # Another process is at it, or the disk is full: what is indexed can still be found.
            return False
        return True

    def repair(self, progress: Progress | None = None) -> None:
        """Rebuild by itself what is missing, damaged or outdated."""
        self._trail.note(SYSTEM, Action.INDEX_REBUILD)
        self._rebuild(progress)

    def rebuild(self, user: str, progress: Progress | None = None) -> EngineStats:
        """Build the index anew from the store; searches go on meanwhile."""
        self._authorise(user, Action.INDEX_REBUILD)
        self._rebuild(progress)
        return self._engine.stats()

    def purge(self, user: str) -> EngineStats:
        """Take the last traces of removed and replaced documents out of the index's files."""
        self._authorise(user, Action.INDEX_PURGE)
        self.drain()
        with self._lock(_PATIENCE):
            self._engine.purge()
        return self._engine.stats()

    def verify(self, user: str) -> tuple[Damage, ...]:
        """Check every file of the index against its digest."""
        self._authorise(user, Action.INDEX_VERIFY)
        return self._engine.verify()

    def stats(self, user: str) -> EngineStats:
        """Measure the index."""
        self._authorise(user, Action.INDEX_VERIFY)
        return self._engine.stats()

    def _authorise(self, user: str, action: Action) -> None:
        with self._trail.failures(user, action), self._database.read() as connection:
            principal = principal_of(connection, user, self._trail.clock())
            require_role(principal, Role.ADMINISTRATOR)
        self._trail.note(user, action)

    def _rebuild(self, progress: Progress | None) -> None:
        with self._lock(_PATIENCE), self._database.read() as connection:
            upto = outbox.last(connection)
            found = _counted(records.iterate_all(connection), progress)
            self._engine.rebuild(self._builder.build(r) for r in found if _searchable(r))
        with self._database.write() as connection:
            outbox.acknowledge(connection, upto)

    def _drain_step(self) -> int:
        with self._database.read() as connection:
            pending = outbox.pending(connection, _DRAIN_STEP)
            if not pending.record_ids:
                return 0
            # Made as the engine asks for them, so that only a few records are in memory.
            changes = (
                change
                for start in range(0, len(pending.record_ids), _LOAD_STEP)
                for change in self._changes(
                    records.get(connection, pending.record_ids[start : start + _LOAD_STEP]),
                    pending.record_ids[start : start + _LOAD_STEP],
                )
            )
            self._engine.apply(changes)
        with self._database.write() as connection:
            outbox.acknowledge(connection, pending.upto)
        return len(pending.record_ids)

    def _changes(
        self, found: dict[RecordId, Record], wanted: Iterable[RecordId]
    ) -> Iterator[Document | Removal]:
        for record_id in wanted:
            record = found.get(record_id)
            if record is None or not _searchable(record):
                yield Removal(record_id)
            else:
                yield self._builder.build(record)


def _searchable(record: Record) -> bool:
    return record.values.get("status") != Status.DESTROYED


def _counted(found: Iterator[Record], progress: Progress | None) -> Iterator[Record]:
    for number, record in enumerate(found, 1):
        yield record
        if progress and number % _LOAD_STEP == 0:
            progress(number)
