"""Checking settled files: what they are, whether they are whole, and what becomes of them."""

import hashlib
import os
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final

from sqlalchemy import Connection

from archsearch.domain.inbox import WAITING_ROOM, Entry, Seen, State, is_inside
from archsearch.errors import (
    AccessDeniedError,
    ArchsearchError,
    BusyError,
    EngineError,
    StoreError,
    UnreadableError,
)
from archsearch.ingest.inbox.beside import places_for
from archsearch.ingest.inbox.examine import ScanLimits, examine
from archsearch.ingest.inbox.folder import Folder, Listing
from archsearch.ingest.inbox.metadata import (
    Beside,
    Metadata,
    is_scan,
    is_sidecar_only,
    is_table,
    sidecar_paths,
)
from archsearch.ingest.readers.faults import RefusalError
from archsearch.ingest.readers.reader import is_readable
from archsearch.ingest.readers.source import CHUNK
from archsearch.services.batches import Batches
from archsearch.services.data_intake import REFUSED, DataIntake
from archsearch.services.filing import TOO_LITTLE, Candidate, Filed, Filing, ended
from archsearch.services.inbox import WITH_SCAN
from archsearch.services.index import IndexService
from archsearch.services.ingest import IngestService
from archsearch.services.watching import Book, WatchRules, archive_place, returned
from archsearch.storage import departments

_BATCH: Final = 50
_EVERYBODYS: Final = (AccessDeniedError, BusyError, EngineError, StoreError)
"""Errors that no single file is to blame for."""
_READY: Final = (State.SETTLED, State.CHECKED, State.WAITING)
_UNKNOWN: Final = (
    "收件夹不收这种文件；可以放扫描件（PDF、TIFF、JPEG、PNG）"
    "和数据文件（CSV、XLSX、JSON、YAML、XML）。"
)
_NO_FILE: Final = "这是链接、管道或设备，不是普通文件，不予读取；请放入文件本身。"
_NO_SCAN: Final = "这是一份扫描件的说明文件，但没有找到那份扫描件；请把扫描件放到它旁边。"
_TABLE: Final = "这张表里的文件还没有到齐。"
_TABLE_LEFT: Final = "这张表里有 {} 个文件，还有 {} 个没有归档；都归档以后，表也归档。"


@dataclass(frozen=True, slots=True)
class Tools:
    """What checking works with."""

    ingest: IngestService
    data: DataIntake
    filing: Filing
    metadata: Metadata
    index: IndexService
    limits: ScanLimits


class Checker:
    """Checks settled files on behalf of a user; see ``services.watching.Check``."""

    def __init__(
        self, book: Book, folder: Folder, tools: Tools, rules: WatchRules, user: str
    ) -> None:
        self._book = book
        self._folder = folder
        self._tools = tools
        self._rules = rules
        self._user = user
        self._behind = True
        self._stirred: set[str] | None = None
        """Folders in which something was archived since their tables were looked at; or all."""

    def begin(self) -> None:
        """Clear away what a killed watcher left behind; only while no other is at work."""
        self._stirred = None
        self._tools.data.sweep()
        self._tools.filing.sweep()

    def __call__(self, entries: Sequence[Entry], listing: Listing) -> int:
        """Check and file what can be; the rest is left for a later look."""
        batches = self._tools.ingest.batches(self._user)
        self._learn_departments()
        room = _Room(self._book, listing.files)
        scans: dict[int, Entry] = {}
        decided: list[Entry] = []
        for entry in entries:
            found = self._sorted(entry, room)
            if isinstance(found, Entry):
                decided.append(found)
            else:
                scans.update((scan.id, scan) for scan in found)
        self._book.save(decided)
        done = len(decided) + self._file_all(list(scans.values()), room, batches)
        self._catch_up()
        return done + self._finish_tables()

    def _sorted(self, entry: Entry, room: "_Room") -> Entry | list[Entry]:
        """Say what becomes of a file, or which scans are to be looked at because of it."""
        path = entry.path
        if self._folder.mark(path) != entry.mark:
            # It has changed, or is somewhere else; the next look will tell.
            return []
        if (kept := self._kept_out(entry)) is not None:
            return kept
        if is_scan(path):
            return [entry] if room.ready(entry) else []
        if is_table(path):
            self._wait(entry, "table", _TABLE)
            self._stir(entry)
            return room.waiting_beside(path)
        scans = room.scans_of(path)
        if scans:
            return [each for each in scans if room.ready(each)]
        return self._alone(entry)

    def _kept_out(self, entry: Entry) -> Entry | None:
        if not self._folder.is_regular(entry.path):
            return self._return(entry, "not_regular_file", _NO_FILE)
        if self._folder.being_written(entry.path):
            return replace(entry, state=State.RECEIVED, since=self._now)
        return None

    def _alone(self, entry: Entry) -> Entry:
        """Say what becomes of a file that is no scan and belongs to none."""
        if is_sidecar_only(entry.path):
            return self._waiting(entry, "no_scan", _NO_SCAN)
        if not is_readable(Path(entry.path)):
            return self._return(entry, "unknown_format", _UNKNOWN)
        try:
            taken, code, message = self._tools.data.take(entry, self._user)
        except RefusalError as error:
            return self._refused(entry, error)
        if code == REFUSED:
            return self._return(taken, code, message)
        self._behind = True
        return self._archived(taken, code, message)

    # Scans ---------------------------------------------------------------------------------------

    def _file_all(self, scans: Sequence[Entry], room: "_Room", batches: Batches) -> int:
        done = 0
        for start in range(0, len(scans), _BATCH):
            candidates = []
            for entry in scans[start : start + _BATCH]:
                checked = self._examined(entry, room, batches)
                if isinstance(checked, Candidate):
                    candidates.append(checked)
                else:
                    self._book.save([checked])
                    done += 1
            self._book.save([each.entry for each in candidates])
            done += self._file(candidates, room, batches)
        return done

    def _examined(self, entry: Entry, room: "_Room", batches: Batches) -> Candidate | Entry:
        try:
            with self._folder.opened(entry.path) as file:
                size = os.fstat(file.fileno()).st_size
                digest = _digest(file)
                properties = examine(file, size, self._tools.limits)
        except RefusalError as error:
            return self._refused(entry, error)
        sidecar = room.sidecar_of(entry)
        known = self._tools.metadata.of(
            entry.path, entry.home, sidecar.path if sidecar else "", batches.today
        )
        record_id = "" if sidecar else self._companion(entry)
        state = State.WAITING if entry.state is State.WAITING else State.CHECKED
        path = entry.path
        return Candidate(
            replace(entry, state=state, digest=digest),
            known,
            properties,
            lambda: self._folder.chunks(path),
            record_id,
        )

    def _companion(self, entry: Entry) -> str:
        """Find the record that the metadata of a scan has made, when it came alone and earlier."""
        with self._book.trail.database.read() as connection:
            earlier = self._book.ledger.archived_at(connection, sidecar_paths(entry.home))
        found = {each.record_ids for each in earlier if len(each.record_ids) == 1}
        return next(iter(found))[0] if len(found) == 1 else ""

    def _file(self, candidates: Sequence[Candidate], room: "_Room", batches: Batches) -> int:
        whole = [each for each in candidates if not each.known.problems]
        results = [
            Filed(each.entry, "", "metadata", each.known.problems[0].message)
            for each in candidates
            if each.known.problems
        ]
        self._book.save(self._entries(results, room))
        done = len(results)
        if not whole:
            return done
        self._catch_up()
        stored: list[Entry] = []

        def save(connection: Connection, filed: Sequence[Filed]) -> None:
            stored.extend(self._book.save_in(connection, self._entries(filed, room)))

        try:
            filed = self._tools.filing.file(whole, batches, save)
        except RefusalError:
            # It has changed since it was looked at; the next look knows more.
            self._book.save([replace(each.entry, state=State.RECEIVED) for each in whole])
            return done
        except ArchsearchError as error:
            if isinstance(error, _EVERYBODYS) and not isinstance(error, UnreadableError):
                raise
            if len(whole) > 1:
                # One of them is to blame; the others must not suffer for it.
                return done + sum(self._file([each], room, batches) for each in whole)
            self._book.save([self._return(whole[0].entry, error.code, error.message)])
            return done + 1
        self._book.take(stored)
        self._behind = True
        self._catch_up()
        return done + sum(not each.again for each in filed)

    def _catch_up(self) -> None:
        """Bring what was filed into the index, where the next one looks for its customer."""
        if self._behind:
            self._tools.index.drain()
            self._behind = False

    def _entries(self, filed: Sequence[Filed], room: "_Room") -> list[Entry]:
        entries: dict[int, Entry] = {}
        for each in filed:
            entry = each.entry
            if each.again:
                entries[entry.id] = replace(entry, state=State.SETTLED)
            elif each.record_id:
                self._stir(entry)
                scan = ended(each, self._now, self._place(entry))
                entries[entry.id] = replace(scan, kept=True)
                sidecar = room.sidecar_of(entry)
                if sidecar is not None:
                    beside = Filed(sidecar, each.record_id)
                    entries[sidecar.id] = ended(beside, self._now, self._place(sidecar))
            else:
                for one in self._unfiled(each, room):
                    entries[one.id] = one
        return list(entries.values())

    def _unfiled(self, filed: Filed, room: "_Room") -> list[Entry]:
        """Let a scan wait where it is, or go with what lies beside it where people look."""
        sidecar = room.sidecar_of(filed.entry)
        entry = self._waiting(filed.entry, filed.code, filed.message)
        if filed.code == TOO_LITTLE and sidecar is None and not is_inside(entry.path, WAITING_ROOM):
            return [entry]
        several = [entry]
        if sidecar is not None:
            several.append(self._waiting(sidecar, WITH_SCAN, filed.message))
        if is_inside(entry.path, WAITING_ROOM):
            # Moved to where it is, it gets its text of reasons anew.
            return [replace(each, target=each.path) for each in several]
        rooms = [f"{WAITING_ROOM}/{each.home}" for each in several]
        if sidecar is None:
            return [replace(entry, target=self._folder.free(rooms[0]))]
        targets = places_for(self._folder, *rooms)
        return [replace(e, target=t) for e, t in zip(several, targets, strict=True)]

    # Entries -------------------------------------------------------------------------------------

    @property
    def _now(self) -> datetime:
        return self._book.trail.clock()

    def _waiting(self, entry: Entry, code: str, message: str) -> Entry:
        since = entry.since if entry.state is State.WAITING else self._now
        return replace(entry, state=State.WAITING, since=since, reason=code, message=message)

    def _wait(self, entry: Entry, code: str, message: str) -> None:
        self._book.save([self._waiting(entry, code, message)])

    def _refused(self, entry: Entry, error: RefusalError) -> Entry:
        """Give a file back that cannot be read, unless it is only changing."""
        if self._folder.mark(entry.path) != entry.mark:
            return replace(entry, state=State.RECEIVED, since=self._now)
        return self._return(entry, error.reason, error.message)

    def _return(self, entry: Entry, code: str, message: str) -> Entry:
        return returned(self._folder, entry, self._now, code, message)

    def _archived(self, entry: Entry, code: str, message: str) -> Entry:
        record_id = entry.record_ids[0] if entry.record_ids else ""
        return ended(Filed(entry, record_id, code, message), self._now, self._place(entry))

    def _place(self, entry: Entry) -> str:
        return archive_place(self._folder, entry, self._now, self._rules)

    def _learn_departments(self) -> None:
        with self._book.trail.database.read() as connection:
            paths = frozenset(departments.all_paths(connection))
        self._tools.metadata.department_exists = paths.__contains__

    def _stir(self, entry: Entry) -> None:
        if self._stirred is not None:
            self._stirred.add(entry.home.rpartition("/")[0])

    def _finish_tables(self) -> int:
        """Archive the tables of which every file is archived."""
        done = 0
        stirred = self._stirred
        for entry in list(self._book.open.values()):
            if entry.state is not State.WAITING or entry.reason != "table" or entry.target:
                continue
            folder, slash, _ = entry.home.rpartition("/")
            if stirred is not None and folder not in stirred:
                continue
            homes = [folder + slash + name for name in self._tools.metadata.table_files(entry.path)]
            with self._book.trail.database.read() as connection:
                there = {e.home for e in self._book.ledger.archived_at(connection, homes)}
            left = len(homes) - len(there.intersection(homes))
            if homes and not left:
                self._book.save(
                    [self._archived(entry, "", f"表里的 {len(homes)} 个文件都已归档。")]
                )
                done += 1
            elif homes:
                self._wait(entry, "table", _TABLE_LEFT.format(len(homes), left))
        self._stirred = set()
        return done


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := file.read(CHUNK):
        digest.update(chunk)
    file.seek(0)
    return digest.hexdigest()


class _Room:
    """The files that lie in the folder, with their entries."""

    def __init__(self, book: Book, files: Sequence[Seen]) -> None:
        self._book = book
        self._there = frozenset(seen.path for seen in files)
        self._beside = Beside(seen.path for seen in files)
        self._numbers = {entry.path: entry.id for entry in book.open.values()}
        self._folders: defaultdict[str, list[int]] = defaultdict(list)
        for path, number in self._numbers.items():
            if is_scan(path):
                self._folders[path.rpartition("/")[0]].append(number)

    def entry_at(self, path: str) -> Entry | None:
        return self._book.open.get(self._numbers.get(path, 0))

    def scans_of(self, path: str) -> list[Entry]:
        """List the scans that a file of metadata may be of."""
        return [each for each in map(self.entry_at, self._beside.scans_of(path)) if each]

    def sidecar_of(self, entry: Entry) -> Entry | None:
        """Find the file of metadata that lies beside a scan."""
        places = (path for path in sidecar_paths(entry.path) if path in self._there)
        found = (self.entry_at(path) for path in places)
        return next((each for each in found if each and not each.target), None)

    def ready(self, scan: Entry) -> bool:
        """Tell whether a scan, and what lies beside it, have settled."""
        beside = self.sidecar_of(scan)
        return (
            scan.state in _READY and not scan.target and (beside is None or beside.state in _READY)
        )

    def waiting_beside(self, path: str) -> list[Entry]:
        """List the waiting scans of a folder."""
        beside = map(self._book.open.get, self._folders[path.rpartition("/")[0]])
        return [
            entry for entry in beside if entry and entry.state is State.WAITING and not entry.target
        ]
