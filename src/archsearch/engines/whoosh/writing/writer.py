"""Changes to an index generation, as one Whoosh commit that survives a crash at any point.

The order that makes it so: segment files are written and synced; the TOC is written, synced and
renamed; the folder is synced; the manifest is written, synced and renamed over the old one, and the
folder synced again. That rename is the commit. Files nobody names any more are removed afterwards,
by this writer or the next. Before the rename the old state stands complete; after it, the new one.
"""

import stat
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, TypeAlias

import numpy as np

from archsearch.domain.record import RecordId
from archsearch.engines.base import Document, Removal
from archsearch.engines.whoosh.codec import ColumnarCodec, ColumnarSegment
from archsearch.engines.whoosh.files import manifest as manifests
from archsearch.engines.whoosh.files.disk import discard, write_durably
from archsearch.engines.whoosh.files.lock import FileLock
from archsearch.engines.whoosh.files.manifest import Manifest
from archsearch.engines.whoosh.format.arrays import Mask
from archsearch.engines.whoosh.format.container import Seal
from archsearch.engines.whoosh.format.content import Content
from archsearch.engines.whoosh.format.dictionary import decode
from archsearch.engines.whoosh.index import INDEX_NAME, ColumnarIndex, toc_bytes, toc_name
from archsearch.engines.whoosh.stock.names import SegmentWriter
from archsearch.engines.whoosh.writing.batch import FLUSH_WEIGHT, Batch
from archsearch.engines.whoosh.writing.build import Builder
from archsearch.engines.whoosh.writing.merge import Part, merge
from archsearch.engines.whoosh.writing.tiers import Size, groups
from archsearch.errors import BusyError

FLUSH_DOCUMENTS = 60_000

ContentOpener: TypeAlias = Callable[[ColumnarIndex, ColumnarSegment], Content]
"""Opens a committed segment, verified against the manifest."""


class ColumnarWriter(SegmentWriter):  # type: ignore[misc]  # Whoosh has no types
    """Adds, replaces and removes documents; nothing is visible before :meth:`commit` returns."""

    def __init__(self, index: ColumnarIndex, open_content: ContentOpener, lock: FileLock) -> None:
        try:
            super().__init__(index, codec=ColumnarCodec(), compound=False)
        except Exception:
            # Whoosh locks first and forgets the lock when reading the TOC fails.
            if getattr(self, "writelock", None) is not None:
                self.writelock.release()
            raise
        self._index = index
        self._open = open_content
        self._lock = lock
        self._builder = Builder()
        self._fresh: dict[str, Seal] = {}
        self._contents: dict[str, Content] = {}
        self._changed = False

    def apply(self, change: Document | Removal) -> None:
        """Take one change in; later ones to the same record win."""
        self._remove(change.record_id)
        if isinstance(change, Removal):
            self._builder.discard(change.record_id)
            return
        self._builder.add(change)
        self._changed = True
        if self._builder.weight >= FLUSH_WEIGHT or len(self._builder) >= FLUSH_DOCUMENTS:
            self._flush()

    def adopt(self, batch: Batch) -> None:
        """Take in changes that were worked out beforehand."""
        for segment in self.segments:
            for doc in self._content(segment).ids.find_all(batch.record_ids).tolist():
                self._delete(segment, doc)
        for content in batch.contents:
            self._changed = True
            self._write(content)

    def exchange(self, alive: Mapping[str, Mask], merged: Content) -> None:
        """Put a merged segment in the place of those that it was made of.

        Args:
            alive: Names of their files, and which documents were alive when they were merged. What
                others have removed since is removed from the merged segment too; if they have
                merged one of these, all stays as it is.
            merged: The documents.
        """
        replaced = [segment for segment in self.segments if segment.filename in alive]
        if len(replaced) < len(alive):
            return
        removed: list[bytes] = []
        for segment in replaced:
            dead = np.flatnonzero(alive[segment.filename] & ~segment.alive())
            ids = self._content(segment).ids
            removed += [ids[doc] for doc in dead.tolist()]
            self._drop(segment)
        self._write(merged)
        for record_id in removed:
            self._delete(self.segments[-1], merged.ids.find(decode(record_id)))

    def commit(self, *, mark: str = "", purge: bool = False, compact: bool = False) -> None:
        """Make the changes durable, then visible.

        Args:
            mark: The caller's mark for the state; empty to keep the one there is.
            purge: Also rewrite every segment that holds deleted documents.
            compact: Also merge into as few segments as may be.
        """
        self._check_state()
        self._flush()
        self._merge(purge=purge, compact=compact)
        if self._changed or self._fresh or not self._index.published:
            self._publish(mark)
        self._finish()
        if purge:
            clean(self._index)
            # What is gone must not come back with the power.
            self.storage.disk.sync(self._index.folder)
        else:
            with suppress(OSError):
                clean(self._index)

    def cancel(self) -> None:
        """Forget the changes and remove the files written for them."""
        if self.is_closed:
            return
        try:
            # A manifest that could be neither completed nor taken back names the new files.
            if not self._index.superseded():
                with suppress(OSError):
                    clean(self._index)
        finally:
            self._finish()

    def add_document(self, **_: Any) -> None:
        """Refuse Whoosh's way in: documents come through :meth:`apply`."""
        raise TypeError("documents are added through ColumnarWriter.apply")

    def add_reader(self, _: Any) -> None:
        """Refuse Whoosh's way to merge: segments merge through :mod:`.merge`."""
        raise TypeError("segments are merged by ColumnarWriter.commit")

    def _remove(self, record_id: RecordId) -> None:
        for segment in self.segments:
            doc = self._content(segment).ids.find(record_id)
            if doc >= 0:
                self._delete(segment, doc)

    def _delete(self, segment: ColumnarSegment, doc: int) -> None:
        if not segment.is_deleted(doc):
            segment.delete_document(doc)
            self._changed = True

    def _content(self, segment: ColumnarSegment) -> Content:
        name = segment.filename
        if name not in self._contents:
            self._contents[name] = self._open(self._index, segment)
        return self._contents[name]

    def _flush(self) -> None:
        if len(self._builder):
            self._write(self._builder.finish())
        self._builder = Builder()

    def _write(self, content: Content) -> None:
        if not len(content):
            return
        segment = ColumnarSegment(INDEX_NAME, len(content), content.texts, content.keys)
        path = self.storage.root / segment.filename
        self._fresh[segment.filename] = Seal(0, "")
        with self.storage.disk.create(path) as file:
            self._fresh[segment.filename] = content.save(file)
        self._contents[segment.filename] = Content.map(path)
        self.segments.append(segment)

    def _merge(self, *, purge: bool, compact: bool) -> None:
        while True:
            sizes = [Size(s.doc_count(), s.deleted_count()) for s in self.segments]
            found = groups(sizes, purge=purge, compact=compact)
            if not found:
                return
            chosen = [[self.segments[place] for place in group] for group in found]
            for group in chosen:
                self._write(merge([Part(self._content(s), s.alive()) for s in group]))
                for segment in group:
                    self._drop(segment)
            compact = False

    def _drop(self, segment: ColumnarSegment) -> None:
        self._changed = True
        self.segments.remove(segment)
        self._contents.pop(segment.filename, None)
        if self._fresh.pop(segment.filename, None):
            self.storage.disk.remove(self.storage.root / segment.filename)

    def _publish(self, mark: str) -> None:
        if not self._lock.held():
            raise BusyError("索引锁文件已被移走，本次更新未写入，请重试。")
        disk, folder = self.storage.disk, self.storage.root
        for name in self._fresh:
            disk.sync(folder / name)
        toc, data = toc_name(self.generation), toc_bytes(self.segments, self.generation)
        write_durably(disk, folder / toc, data)
        known = {**self._index.state.files, **self._fresh}
        files = {segment.filename: known[segment.filename] for segment in self.segments}
        files[toc] = Seal.of(data)
        state = self._index.state
        self._index.publish(
            Manifest(
                state.generation, self.generation, state.fingerprint, files, mark or state.mark
            )
        )
        self._fresh = {}


def clean(index: ColumnarIndex) -> None:
    """Remove what the manifest does not name: leftovers of crashes, failures and this commit.

    Raises:
        OSError: Something could not be removed; the index is right nevertheless.
    """
    named = {*index.state.files, manifests.NAME, f"{INDEX_NAME}_WRITELOCK"}
    disk = index.storage.disk
    for path in index.folder.iterdir():
        # A link, folder or pipe of such a name is none of ours, and in the way.
        if path.name not in named or not stat.S_ISREG(path.lstat().st_mode):
            discard(disk, path)
