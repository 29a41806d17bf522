"""The file of rejected rows: what a clerk opens in Excel, mends, and feeds again."""

import errno
import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path, PurePath
from types import TracebackType
from typing import IO, BinaryIO, Self

from archsearch.domain.problem import Problem, Severity
from archsearch.ingest.cells import as_text
from archsearch.ingest.readers.folder import REJECTS_ENDING
from archsearch.ingest.readers.header import CONTINUATION, REJECT_COLUMNS
from archsearch.ingest.rows import Row
from archsearch.ingest.textsheet import LARGEST_CELL, is_untouched, write_text_workbook

_MOST_COLUMNS = 16_000
_MOST_VERSIONS = 1_000
_LONGEST_STEM = 120
_DIGEST_SHOWN = 8


class RejectsWriter:
    """Collects the rejected rows of one source and writes them when closed.

    The workbook has the columns of the source in their order, every cell as text, then the
    reasons and the origin. It appears under its name complete and durable or not at all, readable
    by its owner only, and not at all when no row was rejected. A workbook in its place that
    somebody has changed is kept, and the new one gets a number. As a context manager it is closed
    at the end of the block, and aborted by an exception.
    """

    def __init__(
        self,
        folder: Path,
        source: str,
        digest: str,
        *,
        labels: Mapping[str, str] | None = None,
    ) -> None:
        """Prepare the file.

        Args:
            folder: Where it goes; made when there is something to write.
            source: Name of the source file.
            digest: Digest of the source's content, hexadecimal; its beginning enters the name.
            labels: Chinese names of schema keys, put before the reasons.
        """
        self._folder = folder
        self._name = f"{_stem(source)}-{digest[:_DIGEST_SHOWN]}"
        self._labels = labels or {}
        self._spool: IO[str] | None = None
        # Column name to the number of cells its longest value takes.
        self._columns: dict[str, int] = {}
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()

    def add(self, problems: Sequence[Problem], row: Row | None = None) -> None:
        """Take a rejected row with everything that is wrong with it.

        Without ``row`` the problems are those of something that could not even be read; it is
        listed for the clerk's information and passed over when the file is fed again.
        """
        if self._spool is None:
            # A file without a name: personal data that no crash can leave behind.
            self._spool = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 - closed by close and abort
        values = {} if row is None else _texts(row.values)
        _, file, position = (values.pop(name, "") for name in REJECT_COLUMNS)
        for name, text in values.items():
            self._note_column(name, text)
        where = row.where if row else problems[0].where
        # A row that is rejected once more keeps the place it first came from.
        notes = [self._reasons(problems), file or where.source, position or where.position]
        line = [values, [_cut(_clean(note))[0] for note in notes]]
        self._spool.write(json.dumps(line, ensure_ascii=False) + "\n")
        self.count += 1

    def close(self) -> Path | None:
        """Write the workbook; returns its path, or None when no row was rejected.

        Raises:
            OSError: The folder cannot be written; nothing is left behind.
        """
        if self._spool is None:
            return None
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return self._write()
        finally:
            self.abort()

    def abort(self) -> None:
        """Forget everything; no file is left."""
        if self._spool is not None:
            self._spool.close()
            self._spool = None

    def _note_column(self, name: str, text: str) -> None:
        if name in self._columns or len(self._columns) < _MOST_COLUMNS:
            self._columns[name] = max(len(_cut(text)), self._columns.get(name, 1))

    def _reasons(self, problems: Sequence[Problem]) -> str:
        lines = []
        for problem in problems:
            label = self._labels.get(problem.field or "")
            known = not label or problem.message.startswith(label)
            mild = "（提醒）" if problem.severity is Severity.WARNING else ""
            lines.append(mild + ("" if known else f"{label}：") + problem.message)
        return "\n".join(lines)

    def _write(self) -> Path:
        for abandoned in self._folder.glob(".*.tmp"):
            _remove_unless_written(abandoned)
        descriptor, temporary = tempfile.mkstemp(dir=self._folder, prefix=".", suffix=".tmp")
        try:
            with os.fdopen(descriptor, "wb") as file:
                # Tells it from what a killed process left; ends with the process.
                fcntl.flock(file, fcntl.LOCK_EX)
                write_text_workbook(file, "拒收", self._header(), self._rows())
                file.flush()
                os.fsync(file.fileno())
            target = self._target()
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
        _sync_folder(self._folder)
        return target

    def _header(self) -> list[str]:
        names = [
            name if part == 0 else name + CONTINUATION.format(part)
            for name, cells in self._columns.items()
            for part in range(cells)
        ]
        return [*names, *REJECT_COLUMNS]

    def _rows(self) -> Iterator[list[str]]:
        if self._spool is None:
            return
        self._spool.seek(0)
        for line in self._spool:
            values, notes = json.loads(line)
            cells: list[str] = []
            for name, count in self._columns.items():
                parts = _cut(values.get(name, ""))
                cells += [*parts, *[""] * (count - len(parts))]
            yield [*cells, *notes]

    def _target(self) -> Path:
        """Choose the name: the first whose file is absent, or still as it was written."""
        for number in range(1, _MOST_VERSIONS):
            ending = "" if number == 1 else f"-{number}"
            target = self._folder / f"{self._name}{ending}{REJECTS_ENDING}"
            try:
                with _open_existing(target) as file:
                    if is_untouched(file):
                        return target
            except FileNotFoundError:
                return target
        raise FileExistsError(errno.EEXIST, "too many edited files of rejected rows")


def _remove_unless_written(path: Path) -> None:
    """Remove a half-written workbook of a process that was killed: it holds personal data."""
    with suppress(OSError), _open_existing(path) as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        path.unlink()


def _open_existing(path: Path) -> BinaryIO:
    return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")


def _texts(values: Mapping[str, object]) -> dict[str, str]:
    return {
        _clean(str(name)).strip() or "（无列名）": _clean(as_text(value))
        for name, value in values.items()
    }


def _clean(text: str) -> str:
    """Replace lone surrogates, which no file can hold."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _cut(text: str) -> list[str]:
    """Cut a text into pieces that fit a cell, which counts a rare character twice."""
    size = LARGEST_CELL if text.isascii() or max(text) <= "\uffff" else LARGEST_CELL // 2
    return [text[start : start + size] for start in range(0, len(text), size)] or [""]


def _stem(source: str) -> str:
    """Take the name of a source without folders and endings, fit to be a file name."""
    name = "".join(char if char.isprintable() else "_" for char in PurePath(source).name)
    name = name.removesuffix(REJECTS_ENDING)
    for ending in (".gz", PurePath(name.removesuffix(".gz")).suffix):
        name = name.removesuffix(ending)
    name = _clean(name.replace("\\", "_").strip(". "))
    return name.encode()[:_LONGEST_STEM].decode(errors="ignore") or "来源"


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
