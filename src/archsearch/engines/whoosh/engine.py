"""The Whoosh engine: :class:`~archsearch.engines.base.SearchEngine` over a folder."""

import heapq
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from archsearch.domain.access import ScopedGather, ScopedQuery
from archsearch.domain.record import RecordId
from archsearch.engines.base import (
    Damage,
    Document,
    EngineResult,
    EngineStats,
    Gathered,
    Prepared,
    Removal,
)
from archsearch.engines.whoosh import guard
from archsearch.engines.whoosh.asking.cache import ArrayCache
from archsearch.engines.whoosh.asking.execute import execute, nothing
from archsearch.engines.whoosh.asking.gather import gather, no_records
from archsearch.engines.whoosh.codec import ColumnarSegment
from archsearch.engines.whoosh.files import manifest as manifests
from archsearch.engines.whoosh.files.disk import Disk, discard, make_folder_durably, plain
from archsearch.engines.whoosh.files.generations import CURRENT, LOCK, Generations
from archsearch.engines.whoosh.files.lock import FileLock, writing
from archsearch.engines.whoosh.format.container import Seal
from archsearch.engines.whoosh.format.content import Content
from archsearch.engines.whoosh.format.dictionary import decode
from archsearch.engines.whoosh.index import ColumnarIndex
from archsearch.engines.whoosh.snapshot import Reader, SegmentView
from archsearch.engines.whoosh.stock.names import LockError
from archsearch.engines.whoosh.writing.batch import Batch
from archsearch.engines.whoosh.writing.merge import Part, merge
from archsearch.engines.whoosh.writing.tiers import Size, small
from archsearch.engines.whoosh.writing.writer import ColumnarWriter, clean
from archsearch.errors import BusyError, EngineError, IndexOutdatedError

CACHE_BYTES = 384 * 1024 * 1024
_MISSING = "索引文件缺失，需要重建索引。"


class WhooshEngine:
    """Any number of threads and processes read, one writes. Opening is left to the first call.

    Args:
        folder: The index folder; made when first written to.
        key: Secret that authenticates what is opened; another key makes the index outdated.
        fingerprint: What built the documents (schema, analysis, vocabularies); a difference makes
            the index outdated.
        lock_timeout: Seconds to wait for another writer.
        disk: Where changes to files go.
    """

    def __init__(
        self,
        folder: Path,
        *,
        key: bytes,
        fingerprint: Mapping[str, str],
        lock_timeout: float = 10.0,
        disk: Disk | None = None,
    ) -> None:
        guard.check()
        self._folder = folder
        self._key = key
        self._fingerprint = dict(fingerprint)
        self._lock_timeout = lock_timeout
        self._disk = disk or Disk()
        self._generations = Generations(folder, self._disk)
        self._reader = Reader(self._generations, key, fingerprint, self._disk)
        self._cache = ArrayCache(CACHE_BYTES)

    def search(self, query: ScopedQuery) -> EngineResult:
        """Answer a plan inside its scope; see the protocol."""
        if query.scope.empty:
            return nothing(query.plan)
        snapshot = self._reader.snapshot()
        return execute(snapshot, query, self._cache)

    def gather(self, query: ScopedGather) -> Gathered:
        """Find records that share telling tokens; see the protocol."""
        if query.scope.empty:
            return no_records(query)
        return gather(self._reader.snapshot(), query, self._cache)

    def apply(self, changes: Iterable[Document | Removal], *, mark: str = "") -> None:
        """Make changes in one durable commit; see the protocol."""
        with self._writing() as lock, self._changing(self._writable(), lock) as writer:
            for change in changes:
                writer.apply(change)
            writer.commit(mark=mark)

    def prepare(self, changes: Iterable[Document | Removal]) -> Batch:
        """Work changes out beforehand; see the protocol."""
        return Batch.of(changes)

    def apply_prepared(
        self, prepared: Prepared, changes: Iterable[Document | Removal] = (), *, mark: str = ""
    ) -> None:
        """Make prepared changes; see the protocol."""
        if not isinstance(prepared, Batch):
            raise TypeError("changes are prepared by WhooshEngine.prepare")
        with self._writing() as lock, self._changing(self._writable(), lock) as writer:
            writer.adopt(prepared)
            for change in changes:
                writer.apply(change)
            writer.commit(mark=mark)

    def rebuild(self, documents: Iterable[Document], *, mark: str = "") -> None:
        """Build a new generation and switch to it; see the protocol."""
        with self._writing() as lock:
            folder = self._generations.next()
            try:
                self._fill(folder, documents, lock, mark)
                self._generations.switch(folder)
            except BaseException:
                self._abandon(folder)
                raise
            with suppress(OSError):
                self._generations.clean()
        self._cache.clear()

    def tidy(self) -> None:
        """Put small segments together; see the protocol."""
        segments = self._reader.snapshot().segments
        counts = [int(segment.alive.sum()) for segment in segments]
        sizes = [Size(n, len(each.content) - n) for n, each in zip(counts, segments, strict=True)]
        chosen = [segments[place] for place in small(sizes)]
        if not chosen:
            return
        # This takes long; what others write meanwhile is seen to when the segments are exchanged.
        merged = merge([Part(segment.content, segment.alive) for segment in chosen])
        with self._writing() as lock, self._changing(self._writable(), lock) as writer:
            writer.exchange({segment.name: segment.alive for segment in chosen}, merged)
            writer.commit()

    def purge(self) -> None:
        """Rewrite without removed documents; see the protocol."""
        with self._writing() as lock:
            self._generations.clean()
            # What is gone must not come back with the power.
            self._disk.sync(self._folder)
            with self._changing(self._writable(), lock) as writer:
                writer.commit(purge=True)

    def verify(self) -> tuple[Damage, ...]:
        """Check every file against its digest; see the protocol."""
        file = CURRENT
        try:
            folder = self._generations.current()
            file = f"{folder.name}/{manifests.NAME}"
            index = self._index_in(folder)
        except IndexOutdatedError as error:
            return (Damage(file, error.message),)
        files = index.state.files
        flaws = [(name, _flaw(folder / name, seal)) for name, seal in sorted(files.items())]
        found = tuple(Damage(f"{folder.name}/{name}", flaw) for name, flaw in flaws if flaw)
        # A commit may have removed files meanwhile: those are none of its successor's.
        return self.verify() if found and not self._is_current(index) else found

    def _is_current(self, index: ColumnarIndex) -> bool:
        with suppress(IndexOutdatedError, FileNotFoundError):
            return index.folder == self._generations.current() and not index.superseded()
        return True

    def revisions(self) -> Iterator[tuple[RecordId, int]]:
        """Yield ids and versions in order of id; see the protocol."""
        segments = self._reader.snapshot().segments
        for name, version in heapq.merge(*map(_revisions, segments)):
            yield RecordId(decode(name)), version

    def stats(self) -> EngineStats:
        """Measure the index in use; see the protocol."""
        snapshot = self._reader.snapshot()
        folder, data = snapshot.state
        alive = sum(int(segment.alive.sum()) for segment in snapshot.segments)
        return EngineStats(
            generation=folder.name,
            documents=alive,
            deleted=sum(len(segment.content) for segment in snapshot.segments) - alive,
            segments=len(snapshot.segments),
            bytes=len(data) + sum(seal.size for seal in snapshot.index.state.files.values()),
            mark=snapshot.index.state.mark,
        )

    def close(self) -> None:
        """Let go of open files and cached arrays; the engine may be used again."""
        self._reader.forget()
        self._cache.clear()

    @contextmanager
    def _writing(self) -> Iterator[FileLock]:
        try:
            make_folder_durably(self._disk, self._folder)
            with writing(self._folder / LOCK, self._lock_timeout) as lock:
                with suppress(OSError):
                    self._generations.clean()
                yield lock
        except OSError as error:
            raise EngineError(_disk_message(error)) from error

    def _writable(self) -> ColumnarIndex:
        return self._index_in(self._generations.current())

    def _index_in(self, folder: Path) -> ColumnarIndex:
        try:
            return self._reader.index(folder, manifests.read(folder))
        except FileNotFoundError:
            raise IndexOutdatedError(_MISSING) from None

    def _content(self, index: ColumnarIndex, segment: ColumnarSegment) -> Content:
        try:
            return self._reader.content(index, segment)
        except FileNotFoundError:
            raise IndexOutdatedError(_MISSING) from None

    @contextmanager
    def _changing(self, index: ColumnarIndex, lock: FileLock) -> Iterator[ColumnarWriter]:
        with suppress(OSError):
            clean(index)
        try:
            writer = ColumnarWriter(index, self._content, lock)
        except FileNotFoundError:
            raise IndexOutdatedError(_MISSING) from None
        except LockError:
            raise BusyError("另一个进程正在更新索引，请稍后再试。") from None
        try:
            yield writer
        finally:
            writer.cancel()

    def _fill(self, folder: Path, documents: Iterable[Document], lock: FileLock, mark: str) -> None:
        index = ColumnarIndex.start(folder, self._fingerprint, self._key, self._disk)
        with self._changing(index, lock) as writer:
            for document in documents:
                writer.apply(document)
            writer.commit(mark=mark, compact=True)

    def _abandon(self, folder: Path) -> None:
        with suppress(OSError):
            if folder.exists() and not self._is_in_use(folder):
                discard(self._disk, folder)

    def _is_in_use(self, folder: Path) -> bool:
        with suppress(IndexOutdatedError):
            return self._generations.current() == folder
        return False


def _revisions(segment: SegmentView) -> Iterator[tuple[bytes, int]]:
    ids = segment.content.ids.entries()
    versions = segment.content.versions.tolist()
    return ((ids[doc], versions[doc]) for doc in segment.alive.nonzero()[0].tolist())


def _flaw(path: Path, seal: Seal) -> str:
    """Say what is wrong with a file, nothing if nothing is."""
    try:
        with os.fdopen(plain(path), "rb") as file:
            found = Seal.of_file(file)
    except FileNotFoundError:
        return "文件缺失"
    except IndexOutdatedError as error:
        return error.message
    except OSError:
        return "文件无法读取"
    if found.size != seal.size:
        return "文件大小与清单不符"
    return "" if found == seal else "文件内容与清单不符"


def _disk_message(error: OSError) -> str:
    return (
        f"索引写入失败（{error.strerror or '磁盘错误'}），原有索引不受影响。请检查磁盘空间和权限。"
    )
