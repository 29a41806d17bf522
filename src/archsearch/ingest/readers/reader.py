"""Reading a file, a folder or a program's own dicts as rows, whatever the format."""

import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from archsearch.domain.problem import Problem, Severity
from archsearch.ingest.readers.delimited import read_delimited
from archsearch.ingest.readers.faults import RefusalError, display_name
from archsearch.ingest.readers.folder import walk_folder
from archsearch.ingest.readers.json_document import read_json
from archsearch.ingest.readers.json_lines import read_json_lines
from archsearch.ingest.readers.limits import DEFAULT_LIMITS, Limits
from archsearch.ingest.readers.source import Source, open_source
from archsearch.ingest.rows import Row

Reader = Callable[[Source], Iterator[Row | Problem]]
"""Reads one open file; raises RefusalError where reading cannot go on."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One file being read.

    ``digest`` is that of its bytes (SHA-256, hexadecimal), empty when there is nothing to read;
    ``size`` is their number.
    ``items`` are to be used up before the next feed is asked for: the file is open until then.
    """

    name: str
    digest: str
    items: Iterator[Row | Problem]
    size: int = 0


def read(path: Path, limits: Limits = DEFAULT_LIMITS) -> Iterator[Row | Problem]:
    """Yield the rows of a file, or of every file below a folder; see :func:`feeds`."""
    for feed in feeds(path, limits):
        yield from feed.items


def feeds(path: Path, limits: Limits = DEFAULT_LIMITS) -> Iterator[Feed]:
    """Yield a file, or every file below a folder in order of name, with its rows.

    Never raises for what a file holds or is: a row that cannot be read is a problem at its
    position, a file that cannot be read (further) one at position number 0, in a feed of its own.
    Rows before the fault stay good. Files of unknown format are errors when named, warnings inside
    a folder.
    """
    name = display_name(path.name or str(path))
    # A folder that is named like a data file is not what it claims to be.
    if _format(path) or not _is_folder(path):
        yield from file_feeds(path, name, limits)
    else:
        yield from _folder_feeds(path, name, limits)


def is_readable(path: PurePath) -> bool:
    """Tell by its name whether a file is of a format that can be read."""
    return _format(path) is not None


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except (OSError, ValueError):
        return False


def _folder_feeds(path: Path, name: str, limits: Limits) -> Iterator[Feed]:
    empty = True
    try:
        for entry in walk_folder(path):
            empty = False
            inner = display_name(entry.name)
            if entry.refusal:
                yield _trouble(inner, entry.refusal.problem(inner))
            else:
                yield from file_feeds(entry.path, inner, limits, entry.descriptor)
        if empty:
            refusal = RefusalError("empty", "文件夹里没有可以读取的文件。")
            yield _trouble(name, refusal.problem(name))
    except RefusalError as exc:
        yield _trouble(name, exc.problem(name))


def file_feeds(path: Path, name: str, limits: Limits, folder: int | None = None) -> Iterator[Feed]:
    """Yield the feed of one file; ``folder`` is the descriptor that ``path`` is relative to."""
    refusals: list[RefusalError] = []
    try:
        with open_source(path, name, limits, folder=folder) as source:
            reader = _reader(path)
            yield Feed(name, source.digest(), _items(reader, source, refusals), source.size)
            # Raised here, the refusal passes by the check whether the file changed meanwhile.
            for refusal in refusals:
                raise refusal
    except RefusalError as exc:
        mild = exc.reason == "unknown_format" and folder is not None
        yield _trouble(name, exc.problem(name, Severity.WARNING if mild else Severity.ERROR))


def _items(reader: Reader, source: Source, refusals: list[RefusalError]) -> Iterator[Row | Problem]:
    found = False
    try:
        for item in reader(source):
            found = True
            yield item
    except RefusalError as exc:
        refusals.append(exc)
    else:
        if not found:
            refusals.append(RefusalError("empty", "文件里没有一行数据。"))


def _trouble(name: str, problem: Problem) -> Feed:
    return Feed(name, "", iter([problem]))


def _reader(path: PurePath) -> Reader:
    reader = _format(path)
    if reader is None:
        raise _unknown(path)
    return reader


def _format(path: PurePath) -> Reader | None:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] == ".gz":
        suffixes.pop()
    return _READERS.get(suffixes[-1]) if suffixes else None


def _unknown(path: PurePath) -> RefusalError:
    advice = "可以读取 JSON、JSON Lines、CSV、TSV、XLSX、YAML、XML，以及它们的 .gz 压缩。"
    if path.suffix.lower() in (".xls", ".et", ".ods", ".xlsb"):
        advice = "请用 Excel 或 WPS 另存为 .xlsx。"
    return RefusalError("unknown_format", f"不认识这种扩展名。{advice}")


def _read_workbook(source: Source) -> Iterator[Row | Problem]:
    # Loading openpyxl takes 0.1 s; only who reads a workbook should pay for it.
    from archsearch.ingest.readers.workbook import read_workbook  # noqa: PLC0415 - see above

    return read_workbook(source)


def _read_xml(source: Source) -> Iterator[Row | Problem]:
    from archsearch.ingest.readers.xml_records import read_xml  # noqa: PLC0415 - as above

    return read_xml(source)


def _read_yaml(source: Source) -> Iterator[Row | Problem]:
    from archsearch.ingest.readers.yaml_documents import read_yaml  # noqa: PLC0415 - as above

    return read_yaml(source)


_READERS: Mapping[str, Reader] = {
    ".json": read_json,
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".csv": read_delimited,
    ".tsv": read_delimited,
    ".xlsx": _read_workbook,
    ".xlsm": _read_workbook,
    ".yaml": _read_yaml,
    ".yml": _read_yaml,
    ".xml": _read_xml,
}
