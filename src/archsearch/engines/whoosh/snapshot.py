"""What readers see: one committed state, opened, verified, mapped, and never changed.

Every call looks at the pointer and the manifest: two small reads or, once they have been the same
for a while, their inodes and times. As long as they are the same the snapshot at hand is the
newest. A file that vanishes while a snapshot is being opened means that a commit came between: then
the state is read again. Mapped files of an older snapshot stay readable after their removal.
"""

import itertools
import mmap
import os
import threading
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from io import BufferedReader
from pathlib import Path
from typing import TypeAlias

import numpy as np

from archsearch.engines.whoosh.codec import ColumnarSegment
from archsearch.engines.whoosh.files import manifest as manifests
from archsearch.engines.whoosh.files.disk import Disk, plain
from archsearch.engines.whoosh.files.generations import Generations
from archsearch.engines.whoosh.format.arrays import Mask
from archsearch.engines.whoosh.format.container import Container, ContainerError, Seal
from archsearch.engines.whoosh.format.content import Content
from archsearch.engines.whoosh.index import ColumnarIndex
from archsearch.errors import EngineError, IndexOutdatedError

_ATTEMPTS = 50
_SETTLED_NS = 2_000_000_000
_SMALL = 4 << 20
"""Files up to this size are read instead of mapped: whoever cuts a mapped one kills its readers."""
_REMEMBERED = 20_000
_Mark: TypeAlias = tuple[int, int, int, int, int]
_tokens = itertools.count()


@dataclass(frozen=True)
class SegmentView:
    """One segment of a snapshot."""

    name: str
    content: Content
    alive: Mask
    token: int = field(default_factory=lambda: next(_tokens))
    """Tells it from every other in this process."""

    @cached_property
    def complete(self) -> bool:
        """Whether no document is deleted."""
        return bool(self.alive.all())


@dataclass(frozen=True)
class Snapshot:
    """A committed state."""

    index: ColumnarIndex
    state: tuple[Path, bytes]
    segments: tuple[SegmentView, ...]
    _known: dict[str, tuple[int, int]] = field(default_factory=dict)

    @cached_property
    def text_fields(self) -> frozenset[str]:
        """The text fields that any document has."""
        return frozenset().union(*(segment.content.texts for segment in self.segments))

    @cached_property
    def key_fields(self) -> frozenset[str]:
        """The key fields that any document has, without the record id."""
        return frozenset().union(*(segment.content.keys for segment in self.segments))

    def remember(self, record_id: str, segment: int, doc: int) -> None:
        """Keep where a record is, for who looks it up next."""
        if len(self._known) >= _REMEMBERED:
            self._known.clear()
        self._known[record_id] = (segment, doc)

    def places(self, record_ids: Iterable[str]) -> list[tuple[int, int]]:
        """Give the segment, by its number, and the document of each record, (-1, -1) for none.

        Of a deleted record it may give a document that is deleted.
        """
        return [self._known.get(record_id) or self._place(record_id) for record_id in record_ids]

    def _place(self, record_id: str) -> tuple[int, int]:
        for number, segment in enumerate(self.segments):
            doc = segment.content.ids.find(record_id)
            if doc >= 0 and segment.alive[doc]:
                return number, doc
        return -1, -1


@dataclass(frozen=True, slots=True)
class _Marks:
    """By what files are known to be those that were read, without reading them again."""

    files: tuple[tuple[str, _Mark], ...]

    @classmethod
    def of(cls, path: str) -> "_Marks | None":
        """Mark a file before it is read; None if it changed too lately to tell a next change.

        A file of the same name, place, size and times can only be another one if both were written
        within one tick of the clock that files are stamped by.
        """
        try:
            mark = _mark(path)
        except OSError:
            return None
        return cls(((path, mark),)) if time.time_ns() - mark[-1] > _SETTLED_NS else None

    def unchanged(self) -> bool:
        """Tell whether the files are still the same."""
        try:
            return all(_mark(path) == mark for path, mark in self.files)
        except OSError:
            return False


def _mark(path: str) -> _Mark:
    status = os.lstat(path)
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )


class Reader:
    """Keeps the newest snapshot open; any number of threads may ask."""

    def __init__(
        self, generations: Generations, key: bytes, fingerprint: Mapping[str, str], disk: Disk
    ) -> None:
        self._generations = generations
        self._key = key
        self._fingerprint = dict(fingerprint)
        self._disk = disk
        self._lock = threading.Lock()
        self._held: Snapshot | None = None
        self._known: tuple[_Marks, Snapshot] | None = None
        self._verified: dict[tuple[str, int, int, int, int], Seal] = {}

    def snapshot(self) -> Snapshot:
        """Give the newest committed state.

        Raises:
            IndexOutdatedError: There is none that can be used.
        """
        known = self._known
        if known is not None and known[0].unchanged():
            return known[1]
        failed: tuple[Path, bytes] | None = None
        for _ in range(_ATTEMPTS):
            # Marked before it is read: whatever comes between is noticed next time.
            pointer = _Marks.of(self._generations.pointer)
            folder = self._generations.current()
            try:
                manifest = _Marks.of(f"{folder}/{manifests.NAME}")
                return self._remembered(
                    self._at((folder, manifests.read(folder))), pointer, manifest
                )
            except FileNotFoundError:
                again = (folder, self._manifest_or_nothing(folder))
                if again == failed:
                    break
                failed = again
            except OSError as error:
                raise EngineError(f"索引无法读取（{error.strerror}）。") from error
        raise IndexOutdatedError("索引文件缺失，需要重建索引。")

    def _remembered(self, found: Snapshot, *marks: "_Marks | None") -> Snapshot:
        files = [file for one in marks if one is not None for file in one.files]
        self._known = (_Marks(tuple(files)), found) if None not in marks else None
        return found

    def _at(self, state: tuple[Path, bytes]) -> Snapshot:
        held = self._held
        if held is not None and held.state == state:
            return held
        with self._lock:
            if self._held is None or self._held.state != state:
                self._held = self._open(state)
            return self._held

    def index(self, folder: Path, data: bytes) -> ColumnarIndex:
        """Open an index that was built by the same rules as this reader expects.

        Raises:
            IndexOutdatedError: It was not, or its manifest is damaged.
        """
        index = ColumnarIndex.open(folder, data, self._key, self._disk)
        if index.state.fingerprint != self._fingerprint:
            raise IndexOutdatedError("索引由其他版本的元数据标准或词库生成，需要重建索引。")
        return index

    def content(self, index: ColumnarIndex, segment: ColumnarSegment) -> Content:
        """Open one segment, verified.

        Raises:
            IndexOutdatedError: Its bytes are not those that were written.
        """
        name = segment.filename
        seal = index.state.files.get(name)
        held = self._held
        if held is not None and held.index.state.files.get(name) == seal:
            for view in held.segments:
                if view.name == name:
                    return view.content
        return self._verified_content(index.folder / name, seal)

    def forget(self) -> None:
        """Close the snapshot at hand."""
        self._held = self._known = None

    def _open(self, state: tuple[Path, bytes]) -> Snapshot:
        index = self.index(*state)
        views = [self._view(index, segment) for segment in index.segments()]
        if any(len(view.content) != view.alive.size for view in views):
            raise IndexOutdatedError("索引文件与目录不符，需要重建索引。")
        names = {str(index.folder / view.name) for view in views}
        self._verified = {
            identity: seal
            for identity, seal in list(self._verified.items())
            if identity[0] in names
        }
        return Snapshot(index, state, tuple(views))

    def _view(self, index: ColumnarIndex, segment: ColumnarSegment) -> SegmentView:
        content, alive = self.content(index, segment), segment.alive()
        for view in self._held.segments if self._held is not None else ():
            # What is cached for a segment outlives commits that leave it alone.
            if view.content is content and np.array_equal(view.alive, alive):
                return view
        return SegmentView(segment.filename, content, alive)

    def _verified_content(self, path: Path, seal: Seal | None) -> Content:
        with os.fdopen(plain(path), "rb") as file:
            status = os.fstat(file.fileno())
            if seal is None or status.st_size != seal.size:
                raise IndexOutdatedError("索引文件已损坏，需要重建索引。")
            data = _content_of(file, seal.size)
        identity = (str(path), status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns)
        if self._verified.get(identity) != seal:
            if Seal.of(data) != seal:
                raise IndexOutdatedError("索引文件已损坏，需要重建索引。")
            self._verified[identity] = seal
        try:
            return Content.load(Container(data))
        except (ContainerError, KeyError) as error:
            raise IndexOutdatedError("索引文件格式不符，需要重建索引。") from error

    @staticmethod
    def _manifest_or_nothing(folder: Path) -> bytes:
        try:
            return manifests.read(folder)
        except FileNotFoundError:
            return b""


def _content_of(file: BufferedReader, size: int) -> bytes | mmap.mmap:
    if size <= _SMALL:
        return file.read()
    return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
