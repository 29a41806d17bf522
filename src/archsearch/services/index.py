"""Keeping the index in step with the store: drain, rebuild, repair, purge, verify."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import NamedTuple, TypeVar

from sqlalchemy import Connection

from archsearch.domain.access import ScopedGather, ScopedQuery
from archsearch.domain.audit import Action
from archsearch.domain.policy import Policy, Right
from archsearch.domain.record import Record, RecordId
from archsearch.engines.base import (
    Damage,
    EngineResult,
    EngineStats,
    Gathered,
    Prepared,
    SearchEngine,
)
from archsearch.engines.documents import DocumentBuilder
from archsearch.errors import BusyError, EngineError, IndexOutdatedError
from archsearch.services.changes import Changes, Share, Stretch
from archsearch.services.glossary import Keeper
from archsearch.services.identity import principal_of, require
from archsearch.services.trail import Trail
from archsearch.storage import meta, outbox, records

_DRAIN_STEP = 60_000
_ATTEMPTS = 3
_MARK, _NEXT_MARK = "index/mark", "index/next"
_TOLD_EVERY = 500
_OF_ANOTHER_TIME = "索引与档案库不是同一时刻的，需要重建索引。"
SYSTEM = "(system)"
"""Stands in the audit log for what archsearch does by itself; no user can have this name."""

_Query = TypeVar("_Query", ScopedQuery, ScopedGather)
_Answer = TypeVar("_Answer", EngineResult, Gathered)

Progress = Callable[[int], None]
"""Told the number of records done so far."""

Watch = Callable[[], AbstractContextManager[Progress | None]]
"""Makes a context for the time of a rebuild nobody asked for; gives what is told how far it is."""

Lock = Callable[[float], AbstractContextManager[object]]
"""Makes a context that one process at a time can be in; entering raises BusyError after so many
seconds."""


class Locks(NamedTuple):
    """What processes keep each other from."""

    drain: Lock
    """Held by whoever brings records into the index."""
    feeding: Lock
    """Shared by all who take records in, and see to the index themselves."""
    idle: Lock
    """Cannot be had while somebody is feeding."""


_PATIENCE = 10.0
_AT_ONCE = 6
"""Times the patience: another process may be committing and merging all that it has gathered."""


class IndexService:
    """The index as the other services use it: it repairs itself from the store when it must.

    ``watch`` lets whoever waits for such a repair be told.
    """

    def __init__(
        self,
        policy: Policy,
        engine: SearchEngine,
        builder: DocumentBuilder,
        trail: Trail,
        locks: Locks,
        keeper: Keeper,
    ) -> None:
        self._policy, self._database = policy, trail.database
        self._engine = engine
        self._builder = builder
        self._changes = Changes(self._database, builder, keeper)
        self._trail = trail
        self._lock = locks.drain
        self._locks = locks
        self._keeper = keeper
        self.watch: Watch = nullcontext

    def answer(self, query: ScopedQuery, known: set[str] | None = None) -> EngineResult:
        """Answer a query, after rebuilding an index that cannot.

        ``known`` are marks that were found to be the store's own while one request is answered.

        Raises:
            IndexOutdatedError: It still cannot; the disk or another process is in the way.
        """
        return self._asked(query, self._engine.search, known)

    def gather(self, query: ScopedGather, known: set[str] | None = None) -> Gathered:
        """Answer gathers in the same way."""
        return self._asked(query, self._engine.gather, known)

    def _asked(
        self, query: _Query, ask: Callable[[_Query], _Answer], known: set[str] | None
    ) -> _Answer:
        for _ in range(_ATTEMPTS):
            try:
                result = ask(query)
                if query.scope.empty or (known and result.mark in known):
                    return result
                if self._ours(result.mark):
                    if known is not None:
                        known.add(result.mark)
                    return result
            except IndexOutdatedError as error:
                failure = error
            else:
                failure = IndexOutdatedError(_OF_ANOTHER_TIME)
            self.repair()
        raise failure

    def drain(self, progress: Progress | None = None, *, patience: float = _PATIENCE) -> int:
        """Bring everything in the outbox into the index; returns the number of records.

        Args:
            progress: Told how far it is.
            patience: Seconds to wait for another process that is at it.

        Raises BusyError when another process is at it.
        """
        done = 0
        try:
            with self._lock(patience):
                while step := self._drain_step():
                    done += step
                    if progress:
                        progress(done)
        except IndexOutdatedError:
            self.repair()
        return done

    def tidy(self) -> None:
        """Leave the index in few pieces; others bring records in meanwhile."""
        # Whoever cannot leaves it to the next: answers are the same.
        with suppress(BusyError, EngineError):
            self._engine.tidy()

    def drain_stretches(self, stretches: Iterable[Stretch]) -> None:
        """Bring the records of some stretches of the outbox into the index, in one commit.

        Several processes may do so at once, each with stretches of its own: documents are made, as
        the stretches come in, before the lock is asked for; those of records that have changed
        meanwhile are made again. Otherwise whoever commits last might put an older version over a
        newer one.

        Raises:
            BusyError: Another process held the lock for too long.
        """
        share = Share()
        prepared = self._engine.prepare(self._changes.of_stretches(stretches, share))
        try:
            with self._lock(_PATIENCE * _AT_ONCE):
                self._commit(share, prepared)
        except IndexOutdatedError:
            self.repair()

    def _commit(self, share: Share, prepared: Prepared) -> None:
        current: dict[RecordId, int | None] = {}
        with self._database.read() as connection:
            for after, upto in share.stretches:
                current |= outbox.versions_between(connection, after, upto)
            state = self._keeper.refresh(connection)
        if not current:
            return
        if not self._sound():
            raise IndexOutdatedError(_OF_ANOTHER_TIME)
        mark = self._mark()
        changed = share.changed(current, state)
        if changed is None:
            self._engine.apply(self._changes.of(tuple(current)), mark=mark)
        else:
            self._engine.apply_prepared(prepared, self._changes.of(changed), mark=mark)
        self._settle(*share.stretches)

    def relearn(self, concerned: ScopedQuery | None, change: Callable[[Connection], None]) -> int:
        """Change what documents are made with, and make those anew that it concerns.

        Nobody brings records into the index between the question whom it concerns and the change,
        so that none is left as it was.

        Args:
            concerned: Asks for the records, None for none.
            change: Makes the change in the store.

        Returns:
            The number of records.

        Raises:
            BusyError: Another process is bringing records into the index.
            IndexOutdatedError: The index cannot answer; the disk or another process is in the way.
        """
        for _ in range(_ATTEMPTS):
            with suppress(IndexOutdatedError), self._lock(_PATIENCE):
                found: tuple[RecordId, ...] = ()
                if concerned is not None:
                    found = tuple(hit.record_id for hit in self._engine.search(concerned).hits)
                with self._database.write() as connection:
                    change(connection)
                    outbox.enqueue(connection, found)
                break
            self.repair()
        else:
            raise IndexOutdatedError(_OF_ANOTHER_TIME)
        self.drain()
        return len(found)

    def waiting(self) -> tuple[int, int]:
        """Tell the number before the oldest entry of the outbox, and that of the newest."""
        with self._database.read() as connection:
            return outbox.pending(connection, 1).upto - 1, outbox.last(connection)

    def begin(self) -> None:
        """Make an index for a store that is still empty, so that none need be made in a hurry."""
        with self._database.read() as connection:
            empty = next(records.iterate_all(connection), None) is None
        # An index that cannot be made must not keep records from being stored.
        with suppress(BusyError, EngineError):
            if empty and not self._sound():
                self.repair()

    def feeding(self) -> AbstractContextManager[object]:
        """Tell other processes, as long as the context lasts, that this one indexes what it stores.

        Raises:
            BusyError: Another process is just catching up on what a killed one has left.
        """
        return self._locks.feeding(_PATIENCE * _AT_ONCE)

    def catch_up(self) -> bool:
        """Drain if that is possible at once; tells whether the index is up to date now.

        What a killed process had stored but not indexed is found again through this. While one is
        alive that indexes by itself what it stores, nobody else does its work.
        """
        with self._database.read() as connection:
            if not outbox.count(connection):
                return True
        try:
            with self._locks.idle(0):
                pass
            self.drain(patience=0)
        except (BusyError, EngineError):
            # Another process is at it, or the disk is full: what is indexed can still be found.
            return False
        return True

    def repair(self) -> None:
        """Rebuild by itself what is missing, damaged, outdated, or of another time than the store.

        When another process has done so meanwhile, there is nothing left to do.
        """
        with self._lock(_PATIENCE):
            if not self._sound():
                self._trail.note(SYSTEM, Action.INDEX_REBUILD)
                with self.watch() as progress:
                    self._rebuild(progress)

    def rebuild(self, user: str, progress: Progress | None = None) -> EngineStats:
        """Build the index anew from the store; searches go on meanwhile."""
        self._authorise(user, Action.INDEX_REBUILD)
        with self._lock(_PATIENCE):
            self._rebuild(progress)
        return self._engine.stats()

    @property
    def lost(self) -> int:
        """How many records could not be opened, and so were left out, by this process."""
        return len(self._changes.lost)

    def purge(self, user: str) -> EngineStats:
        """Take the last traces of removed and replaced documents out of the index's files."""
        self._authorise(user, Action.INDEX_PURGE)
        self.drain()
        self.repair()
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
            require(self._policy, principal, Right.INDEX)
        self._trail.note(user, action)

    def _ours(self, mark: str) -> bool:
        """Whether an index with this mark was brought to where it is from this store.

        An index that was put back from a copy, or left behind when the store was, is sound in
        itself and wrong nevertheless. The mark about to be given counts too: a process may have
        died between its commit and noting so.
        """
        with self._database.read() as connection:
            return bool(mark) and mark in self.marks(connection)

    @staticmethod
    def marks(connection: Connection) -> set[str]:
        """Tell the marks of an index that was brought to where it is from this store."""
        known = (meta.get(connection, _MARK), meta.get(connection, _NEXT_MARK))
        return {mark for mark in known if mark}

    def _sound(self) -> bool:
        try:
            return self._ours(self._engine.stats().mark)
        except IndexOutdatedError:
            return False

    def _mark(self) -> str:
        """Make a new mark, noted before any index has it."""
        mark = secrets.token_hex(8)
        with self._database.write() as connection:
            meta.put(connection, _NEXT_MARK, mark)
        return mark

    def _settle(self, *stretches: Stretch) -> None:
        """Note that the index holds the store's records of some stretches of the outbox."""
        mark = self._engine.stats().mark
        with self._database.write() as connection:
            for after, upto in stretches:
                outbox.acknowledge(connection, upto, after=after)
            meta.put(connection, _MARK, mark)

    def _rebuild(self, progress: Progress | None) -> None:
        mark = self._mark()
        with self._database.read() as connection:
            upto = outbox.last(connection)
            self._keeper.refresh(connection)
            self._changes.lost.clear()
            found = _counted(records.iterate_all(connection, self._changes.lost), progress)
            documents = (self._builder.build(record) for record in found if record.searchable)
            self._engine.rebuild(documents, mark=mark)
        self._settle((0, upto))

    def _drain_step(self) -> int:
        with self._database.read() as connection:
            if not outbox.count(connection):
                return 0
        if not self._sound():
            # Changes on top of another time's state would pass it off as this one's.
            raise IndexOutdatedError(_OF_ANOTHER_TIME)
        mark = self._mark()
        with self._database.read() as connection:
            pending = outbox.pending(connection, _DRAIN_STEP)
            self._keeper.refresh(connection)
        self._engine.apply(self._changes.of(pending.record_ids), mark=mark)
        self._settle((0, pending.upto))
        return len(pending.record_ids)


def _counted(found: Iterator[Record], progress: Progress | None) -> Iterator[Record]:
    for number, record in enumerate(found, 1):
        yield record
        if progress and number % _TOLD_EVERY == 0:
            progress(number)
