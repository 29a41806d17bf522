"""One generation folder as a Whoosh index whose state is what its manifest says."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, NoReturn

from archsearch.engines.whoosh import manifest as manifests
from archsearch.engines.whoosh.codec import WRITTEN_ELSEWHERE, ColumnarSegment, DurableStorage
from archsearch.engines.whoosh.container import Seal
from archsearch.engines.whoosh.disk import Disk, plain, write_durably
from archsearch.engines.whoosh.manifest import Manifest
from archsearch.engines.whoosh.stock import TOC, FileIndex, IndexVersionError, RamStorage
from archsearch.engines.whoosh.stock_schema import schema_of
from archsearch.errors import EngineError, IndexOutdatedError

INDEX_NAME = "MAIN"


def toc_name(number: int) -> str:
    """Name the TOC file of one commit, as Whoosh does."""
    return str(TOC._filename(INDEX_NAME, number))  # noqa: SLF001 - Whoosh offers no other way


def toc_bytes(segments: Sequence[ColumnarSegment], number: int) -> bytes:
    """Give the content of a TOC file as Whoosh writes it.

    It goes through memory, because Whoosh's way to disk neither syncs nor closes the file when a
    write fails.
    """
    memory = RamStorage()
    texts = frozenset(name for segment in segments for name in segment.texts)
    keys = frozenset(name for segment in segments for name in segment.keys)
    entries = [segment.entry(texts) for segment in segments]
    TOC(schema_of(texts, keys), entries, number).write(memory, INDEX_NAME)
    return bytes(memory.files[toc_name(number)])


class ColumnarIndex(FileIndex):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's index, opened through an authenticated manifest."""

    def __init__(self, folder: Path, state: Manifest, key: bytes, disk: Disk) -> None:
        # Whoosh's own constructor would unpickle the newest TOC it finds.
        self.storage = DurableStorage(folder, disk)
        self.indexname = INDEX_NAME
        self.folder = folder
        self.state = state
        self._schema = None
        self._key = key

    @classmethod
    def open(cls, folder: Path, data: bytes, key: bytes, disk: Disk) -> "ColumnarIndex":
        """Open the state that the bytes of a manifest file describe.

        Raises:
            IndexOutdatedError: The manifest is damaged or forged.
        """
        return cls(folder, manifests.unseal(data, key, folder.name), key, disk)

    @classmethod
    def start(
        cls, folder: Path, fingerprint: Mapping[str, str], key: bytes, disk: Disk
    ) -> "ColumnarIndex":
        """Make an empty index in a new folder."""
        disk.make_folder(folder)
        data = toc_bytes((), 0)
        write_durably(disk, folder / toc_name(0), data)
        state = Manifest(folder.name, 0, dict(fingerprint), {toc_name(0): Seal.of(data)})
        return cls(folder, state, key, disk)

    def latest_generation(self) -> int:
        """Give the number of the TOC that the manifest names."""
        return self.state.toc

    def segments(self) -> list[ColumnarSegment]:
        """List the segments of this state.

        Raises:
            IndexOutdatedError: The TOC is damaged.
        """
        # Given any schema, Whoosh does not unpickle the one in the file, which searching of our own
        # has no use for.
        return list(self._toc(schema_of((), ())).segments)

    def writer(self, *_: Any, **__: Any) -> NoReturn:
        """Refuse Whoosh's own writer, whose segments would be of another format.

        Raises:
            EngineError: Always.
        """
        raise EngineError(WRITTEN_ELSEWHERE)

    def _read_toc(self) -> Any:
        return self._toc(None)

    def _toc(self, schema: Any) -> Any:
        name = toc_name(self.state.toc)
        with os.fdopen(plain(self.folder / name), "rb") as file:
            data = file.read()
        if Seal.of(data) != self.state.files.get(name):
            raise IndexOutdatedError("索引目录文件已损坏，需要重建索引。")
        memory = RamStorage()
        memory.files[name] = data
        try:
            return TOC.read(memory, INDEX_NAME, gen=self.state.toc, schema=schema)
        except (AttributeError, ImportError, UnpicklingError, IndexVersionError) as error:
            raise IndexOutdatedError("索引由其他版本的程序生成，需要重建索引。") from error

    @property
    def published(self) -> bool:
        """Whether any state of this generation was ever published."""
        return self._published() is not None

    def superseded(self) -> bool:
        """Tell whether another state than this one has been published."""
        return self._published() not in (None, self.state.sealed(self._key))

    def _published(self) -> bytes | None:
        path = self.folder / manifests.NAME
        return path.read_bytes() if path.exists() else None

    def publish(self, state: Manifest) -> None:
        """Make a state the one that readers see; the moment of commit.

        Raises:
            EngineError: Somebody else has published meanwhile.
            OSError: The disk failed; the earlier state is in place again, if the disk lets it be.
        """
        if self.superseded():
            raise EngineError("索引已被其他进程更新，本次更新未写入，请重试。")
        write_durably(self.storage.disk, self.folder / manifests.NAME, state.sealed(self._key))
        self.state = state
