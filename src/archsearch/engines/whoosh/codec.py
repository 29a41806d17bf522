"""What Whoosh knows of our segments: the codec, the segment as listed in the TOC, the storage.

The path of :class:`ColumnarSegment` is written into every TOC and therefore part of the format.
Whoosh's own ``open_dir`` and searcher read our segments through :class:`ColumnarCodec`; we do not,
so the modules for that (``stock/``) are imported when they are asked for.
"""

import secrets
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np

from archsearch.engines.whoosh.files.disk import Disk
from archsearch.engines.whoosh.files.lock import FileLock
from archsearch.engines.whoosh.format.arrays import Mask
from archsearch.engines.whoosh.format.container import Container
from archsearch.engines.whoosh.format.content import Content
from archsearch.engines.whoosh.stock.names import (
    Codec,
    FieldWriter,
    FileStorage,
    PerDocumentWriter,
    RamStorage,
    Segment,
)
from archsearch.errors import EngineError

EXTENSION = ".arch"
WRITTEN_ELSEWHERE: Final = (
    "索引只能由档案系统写入，不能用 Whoosh 的 writer 修改；请使用 archsearch 的接口。"
)


class ColumnarSegment(Segment):  # type: ignore[misc]  # Whoosh has no types
    """A segment as listed in the TOC: its id, size, fields, and a bitmap of deleted documents."""

    def __init__(
        self, indexname: str, count: int = 0, texts: Iterable[str] = (), keys: Iterable[str] = ()
    ) -> None:
        super().__init__(indexname)
        self._count = count
        self._deleted = b""
        # The same strings in every segment are written, and read, once.
        self.texts = tuple(map(sys.intern, sorted(texts)))
        self.keys = tuple(map(sys.intern, sorted(keys)))
        self.text_names = frozenset(self.texts)
        """The text fields of the whole index, which decide what key fields are called."""

    def entry(self, text_names: frozenset[str]) -> "SegmentEntry":
        """Give what the TOC of an index with these text fields holds of the segment."""
        return SegmentEntry({**vars(self), "text_names": text_names})

    def __reduce__(self) -> NoReturn:
        # Whoosh's own writer would list segments of its own beside ours.
        raise EngineError(WRITTEN_ELSEWHERE)

    @classmethod
    def _random_id(cls, size: int = 16) -> str:
        # Whoosh draws from the shared generator: a program that seeds it gets the same id twice.
        return secrets.token_hex(size // 2)

    @property
    def filename(self) -> str:
        """Name of the segment file."""
        return str(self.make_filename(EXTENSION))

    def codec(self) -> "ColumnarCodec":
        """Give the codec that reads this segment."""
        return ColumnarCodec()

    def set_doc_count(self, doccount: int) -> None:
        """Set the number of documents, once."""
        self._count = doccount

    def doc_count_all(self) -> int:
        """Count documents, deleted ones included."""
        return self._count

    def deleted_count(self) -> int:
        """Count deleted documents."""
        return int.from_bytes(self._deleted, "little").bit_count()

    def deleted_docs(self) -> Iterator[int]:
        """Yield the numbers of deleted documents."""
        return iter(np.flatnonzero(~self.alive()).tolist())

    def delete_document(self, docnum: int, delete: bool = True) -> None:  # noqa: FBT001, FBT002
        """Mark a document as deleted, or as alive again."""
        bits = bytearray(self._deleted or bytes((self._count + 7) // 8))
        flag = 1 << (docnum % 8)
        if delete:
            bits[docnum // 8] |= flag
        else:
            bits[docnum // 8] &= ~flag
        self._deleted = bytes(bits)

    def is_deleted(self, docnum: int) -> bool:
        """Tell whether a document is deleted."""
        return bool(self._deleted) and bool(self._deleted[docnum // 8] >> (docnum % 8) & 1)

    def alive(self) -> Mask:
        """Give the bitmap of documents that are not deleted, as a fresh array."""
        if not self._deleted:
            return np.ones(self._count, np.bool_)
        bits = np.unpackbits(np.frombuffer(self._deleted, np.uint8), bitorder="little")
        return np.asarray(bits[: self._count] == 0)

    def should_assemble(self) -> bool:
        """Tell Whoosh that there is nothing to put into a compound file."""
        return False


class SegmentEntry:
    """Pickles as a :class:`ColumnarSegment`, which itself refuses to be pickled."""

    def __init__(self, state: dict[str, Any]) -> None:
        self._state = state

    def __reduce__(self) -> tuple[Any, ...]:
        return ColumnarSegment, ("",), self._state


class _NoDocumentWriter(PerDocumentWriter):  # type: ignore[misc]  # Whoosh has no types
    """Stands where Whoosh wants a writer; documents go through :class:`.build.Builder`."""

    is_closed = False

    def close(self) -> None:
        self.is_closed = True


class _NoFieldWriter(FieldWriter):  # type: ignore[misc]  # Whoosh has no types
    """Stands where Whoosh wants a writer; postings go through :class:`.build.Builder`."""

    is_closed = False

    def close(self) -> None:
        self.is_closed = True


class ColumnarCodec(Codec):  # type: ignore[misc]  # Whoosh has no types
    """Makes segments, and lets Whoosh read one; our own reading is :class:`.snapshot.Reader`'s."""

    length_stats = False

    def __init__(self) -> None:
        self._content = cache(_mapped)

    def terms_reader(self, storage: Any, segment: ColumnarSegment) -> Any:
        """Give Whoosh a reader of a segment's terms."""
        from archsearch.engines.whoosh.stock.fields import fields_of  # noqa: PLC0415 - see above
        from archsearch.engines.whoosh.stock.terms import StockTerms  # noqa: PLC0415 - see above

        content = self._content(storage, segment.filename)
        return StockTerms(fields_of(content, segment.text_names))

    def per_document_reader(self, storage: Any, segment: ColumnarSegment) -> Any:
        """Give Whoosh a reader of a segment's documents."""
        from archsearch.engines.whoosh.stock.documents import (  # noqa: PLC0415 - see above
            StockDocuments,
        )

        return StockDocuments(segment, self._content(storage, segment.filename))

    def per_document_writer(self, *_: Any) -> Any:
        """Give Whoosh a writer that takes no documents."""
        return _NoDocumentWriter()

    def field_writer(self, *_: Any) -> Any:
        """Give Whoosh a writer that takes no postings."""
        return _NoFieldWriter()

    def new_segment(self, _: Any, indexname: str) -> ColumnarSegment:
        """Make an empty segment."""
        return ColumnarSegment(indexname)


def _mapped(storage: Any, name: str) -> Content:
    """Map a segment file of a folder, or read it from wherever else Whoosh keeps files."""
    if isinstance(storage, FileStorage):
        return Content.map(Path(storage.folder) / name)
    with storage.open_file(name) as file:
        return Content.load(Container(bytes(file.get(0, storage.file_length(name)))))


class DurableStorage(FileStorage):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's file storage on a :class:`.disk.Disk`."""

    def __init__(self, folder: Path, disk: Disk) -> None:
        super().__init__(str(folder))
        self.root = folder
        self.disk = disk

    def temp_storage(self, *_: Any) -> Any:
        """Give Whoosh's posting pool, which stays empty, a place that costs no file."""
        return RamStorage()

    def lock(self, name: str) -> FileLock:
        """Make Whoosh's own lock, safe across forks."""
        return FileLock(self.root / name)
