"""What is known of a scan: from what lies beside it, a table, its name, and the folder it is in.

What is said nearer to the scan goes before what is said farther off: the file beside it, the table
of its folder, its own name, the notes of the folders it is in, the names of these.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final

from archsearch.domain.inbox import Mark
from archsearch.domain.problem import Problem, Where
from archsearch.domain.record import Origin
from archsearch.ingest.inbox.examine import SCANS
from archsearch.ingest.inbox.folder import FOLDER_NOTE, Folder
from archsearch.ingest.inbox.naming import NameRule
from archsearch.ingest.mapping import RowMapper
from archsearch.ingest.pipeline import UNNAMED_SOURCE, Pipeline
from archsearch.ingest.readers.faults import RefusalError
from archsearch.ingest.readers.reader import file_feeds
from archsearch.ingest.rows import Draft, Row

SIDECARS: Final = (".json", ".yaml", ".yml", ".xml")
TABLES: Final = ("metadata.csv", "metadata.xlsx", "元数据.csv", "元数据.xlsx")
_FILE_COLUMNS: Final = ("文件名", "文件", "扫描件", "file", "filename", "file_name")
_WHERE: Final = Where("收件夹", "整个文件", 1)
"""What stands in the log in place of the file's name, which is the customer's."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one source says."""

    origin: Origin
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of a scan. ``given`` tells whether somebody wrote it down for this scan.

    ``scan`` is what is said of the scan itself: ``kind`` and ``scanned_at``; ``last4`` the end of
    the customer's number where the name has it.
    """

    draft: Draft
    given: bool
    last4: str = ""
    scan: Mapping[str, Any] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def sidecar_paths(path: str) -> tuple[str, ...]:
    """List where a scan's file of metadata may be, the surest place first."""
    stem = path.rpartition(".")[0]
    return tuple(base + ending for base in (path, stem) for ending in SIDECARS)


def scan_paths(path: str) -> tuple[str, ...]:
    """List where the scan of a file of metadata may be, the surest place first."""
    base, _, ending = path.rpartition(".")
    if f".{ending}" not in SIDECARS:
        return ()
    return (base,) if is_scan(base) else tuple(base + each for each in SCANS)


def is_scan(path: str) -> bool:
    """Tell by its name whether a file is a scan."""
    return path.lower().endswith(SCANS)


def is_table(path: str) -> bool:
    """Tell whether a file is the table of its folder."""
    return path.rpartition("/")[2].lower() in TABLES


class Beside:
    """Which scans among files a file of metadata may be of."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._scans: dict[str, list[str]] = {}
        for path in filter(is_scan, paths):
            for base in (path, path.rpartition(".")[0]):
                self._scans.setdefault(base, []).append(path)

    def scans_of(self, path: str) -> list[str]:
        """List them, in the order of the files."""
        base, _, ending = path.rpartition(".")
        return self._scans.get(base, []) if "." + ending in SIDECARS else []


def is_sidecar_only(path: str) -> bool:
    """Tell whether a file can be nothing but the metadata of a scan: ``x.pdf.json``."""
    stem, dot, ending = path.rpartition(".")
    return bool(dot) and "." + ending.lower() in SIDECARS and is_scan(stem)


class Metadata:
    """Reads what is known of scans."""

    def __init__(self, folder: Folder, pipeline: Pipeline, rule: NameRule) -> None:
        self._folder = folder
        self._pipeline = pipeline
        self._rule = rule
        self._mapper = RowMapper(pipeline.schema, pipeline.mappings)
        self._tables: dict[str, tuple[Mark, dict[str, Mapping[str, Any]]]] = {}
        self.department_exists: Callable[[str], bool] = lambda _: False

    def of(self, path: str, home: str, sidecar: str, today: date) -> Known:
        """Put together what is known of a scan.

        Args:
            path: Where it is.
            home: Where it was dropped; the folders there speak for it.
            sidecar: The file of metadata beside it, empty if there is none.
            today: The day.
        """
        problems: list[Problem] = []
        parts: list[Part] = []
        if sidecar:
            rows = self._rows(sidecar, problems)
            if len(rows) > 1:
                problems.append(
                    _problem("several_rows", "一份扫描件旁的说明文件里只能有一个客户。")
                )
            parts += [Part(Origin.GIVEN, row) for row in rows[:1]]
        row = self._table_row(path, problems)
        parts += [Part(Origin.GIVEN, row)] if row else []
        said = self._rule.read(home.rpartition("/")[2])
        if said:
            parts.append(Part(Origin.FILE_NAME, {"name": said["name"]}))
        parts += self._of_folders(home, problems)
        draft, scan = self._merged(parts, today)
        scan.setdefault("kind", said.get("kind"))
        scan.setdefault("scanned_at", said.get("date"))
        given = any(part.origin is Origin.GIVEN for part in parts)
        return Known(draft, given, said.get("last4", ""), scan, tuple(problems))

    def _merged(self, parts: Sequence[Part], today: date) -> tuple[Draft, dict[str, Any]]:
        raw: dict[str, Any] = {}
        origins: dict[str, Origin] = {}
        for part in parts:
            mapped, _ = self._mapper.map_row(Row(_WHERE, part.values))
            for key, value in mapped.items():
                if key not in raw:
                    raw[key], origins[key] = value, part.origin
                elif key == "tags" and isinstance(value, list) and isinstance(raw[key], list):
                    raw[key] = [*raw[key], *(tag for tag in value if tag not in raw[key])]
        scan = _first(raw.pop("attachments", None))
        if raw.get("source_id") and not raw.get("source"):
            raw["source"] = UNNAMED_SOURCE
        draft = self._pipeline.normaliser.normalise(Row(_WHERE, raw), raw)
        marked = {key: origin for key, origin in origins.items() if origin is not Origin.GIVEN}
        kept = {key: origin for key, origin in marked.items() if key in draft.values}
        draft = draft._replace(origins={**draft.origins, **kept})
        return self._pipeline.validator.check(draft, today), scan

    def _of_folders(self, home: str, problems: list[Problem]) -> list[Part]:
        folders = home.split("/")[:-1]
        parts = []
        for depth in range(len(folders), -1, -1):
            note = "/".join([*folders[:depth], FOLDER_NOTE])
            if self._folder.mark(note) is not None:
                parts += [Part(Origin.FOLDER, row) for row in self._rows(note, problems)[:1]]
        return [*parts, Part(Origin.FOLDER, self._named_by(folders))]

    def _named_by(self, folders: Sequence[str]) -> dict[str, Any]:
        """Read folders' names: ``#授信`` is a tag, the path of a department the department."""
        tags = [name[1:] for name in folders if name[:1] in ("#", "＃") and len(name) > 1]
        plain = [name for name in folders if name[:1] not in ("#", "＃")]
        values: dict[str, Any] = {"tags": tags} if tags else {}
        for length in range(len(plain), 0, -1):
            path = "/".join(plain[:length])
            if self.department_exists(path):
                values["department"] = path
                break
        return values

    def _table_row(self, path: str, problems: list[Problem]) -> Mapping[str, Any] | None:
        folder, slash, name = path.rpartition("/")
        for table in TABLES:
            rows = self._table(folder + slash + table, problems)
            if name.casefold() in rows:
                return rows[name.casefold()]
        return None

    def _table(self, path: str, problems: list[Problem]) -> dict[str, Mapping[str, Any]]:
        mark = self._folder.mark(path)
        if mark is None:
            self._tables.pop(path, None)
            return {}
        known = self._tables.get(path)
        if known is None or known[0] != mark:
            known = self._tables[path] = (mark, self._by_file(self._rows(path, problems)))
        return known[1]

    def table_files(self, path: str) -> set[str]:
        """List the files that a table names, in its folder; in lower case."""
        return set(self._table(path, []))

    @staticmethod
    def _by_file(rows: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
        found: dict[str, Mapping[str, Any]] = {}
        for row in rows:
            named = next((key for key in row if str(key).strip().lower() in _FILE_COLUMNS), None)
            if named is not None and row[named]:
                others = {key: value for key, value in row.items() if key != named}
                found.setdefault(str(row[named]).strip().casefold(), others)
        return found

    def _rows(self, path: str, problems: list[Problem]) -> list[Mapping[str, Any]]:
        rows: list[Mapping[str, Any]] = []
        try:
            with self._folder.parent(path) as (folder, name):
                for feed in file_feeds(Path(name), "说明文件", self._pipeline.limits, folder):
                    for item in feed.items:
                        if isinstance(item, Problem):
                            problems.append(item)
                        else:
                            rows.append(item.values)
        except OSError:
            problems.append(_problem("unreadable", "旁边的说明文件读不出来；请检查权限后重试。"))
        except RefusalError as error:
            problems.append(_problem(error.reason, error.message))
        return rows


def _problem(code: str, message: str) -> Problem:
    return Problem(_WHERE, code, message)


def _first(attachments: Any) -> dict[str, Any]:
    """Take what is said of the scan itself."""
    found = attachments[0] if isinstance(attachments, list) and attachments else attachments
    said = found if isinstance(found, dict) else {}
    return {key: said[key] for key in ("kind", "scanned_at") if said.get(key)}
