"""Mending scans that wait in the watch folder: what is known of one, and what somebody adds.

What is added is written beside the scan, as if by hand: the watcher finds it there and files the
scan with the rights it has always had, whatever happened to this process meanwhile.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, replace
from datetime import date
from itertools import chain
from typing import Any, Final

from archsearch.domain.audit import Action
from archsearch.domain.inbox import BUSY, RETURNED, Entry, State, home_of, is_inside
from archsearch.domain.media import media_type_of
from archsearch.domain.policy import Place, Policy, Right
from archsearch.domain.problem import Problem, Severity, Where
from archsearch.domain.record import JsonValue, Origin
from archsearch.domain.zone import CHINA
from archsearch.errors import (
    AccessDeniedError,
    BusyError,
    InvalidRequestError,
    NotFoundError,
    StoreError,
)
from archsearch.ingest.copied import has_stars
from archsearch.ingest.inbox.beside import Note, note_of, write_note
from archsearch.ingest.inbox.folder import Folder
from archsearch.ingest.inbox.metadata import Known, Metadata, is_scan, sidecar_paths
from archsearch.ingest.mapping import RowMapper
from archsearch.ingest.normalise.cells import is_blank
from archsearch.ingest.pipeline import Pipeline
from archsearch.ingest.readers.faults import RefusalError, display_name
from archsearch.ingest.rows import MISSING
from archsearch.services.asking import Masker
from archsearch.services.editing import refuse
from archsearch.services.identity import principal_of
from archsearch.services.inbox import InboxItem, InboxService
from archsearch.services.trail import Trail
from archsearch.storage import departments

_MENDABLE: Final = (State.WAITING, State.QUARANTINED)
_WORKED_OUT: Final = (Origin.DERIVED, Origin.DEFAULT)
_NAMING: Final = ("record_id", "source_id", "id_number", "name")
"""What a scan may be somebody's by."""
_TRIES: Final = 3
_WHERE: Final = Where("收件夹", "补录的资料", 1)
_MASKED: Final = "含有星号，不是完整的值；请填写完整的值，或者不填（保留已知的）。"
_NOBODY: Final = "还不知道是哪位客户的；请至少填写客户名称、证件号码或档号中的一项。"
_GONE: Final = "扫描件已不在收件夹里，或读不出来。"
_NARROWER: Final = "这个文件会以照看收件夹的用户的权限归档，那比您的大；请由该用户或管理员补录。"
_NOT_MENDABLE: Final = "只有待补录或已退回的扫描件可以补录资料。"
_BESIDE: Final = "这是第 {0} 号扫描件的说明文件；请补录第 {0} 号。"
_GROUP: Final = "不能在这里填写；扫描件归档以后，请在档案里修改。"


@dataclass(frozen=True, slots=True)
class InboxFile(InboxItem):
    """A file with what is known of it.

    ``known`` is by schema key, and ``kind`` and ``scanned_at`` of the scan itself, masked;
    ``problems`` are what is wrong with it. ``mendable`` tells whether metadata can be added,
    ``pending`` whether somebody has done something about it that the watcher is still to see,
    ``there`` whether the file is in the folder, ``place`` where in it.
    """

    known: Mapping[str, JsonValue]
    problems: tuple[Problem, ...]
    mendable: bool
    pending: bool
    there: bool
    place: str


@dataclass(frozen=True, slots=True)
class Preview:
    """A scan in the watch folder; ``chunks`` yields its content once."""

    name: str
    media_type: str
    chunks: Iterator[bytes]


@dataclass(frozen=True, slots=True)
class Reader:
    """How metadata is read: ``metadata`` makes what reads that of the scans of a folder."""

    pipeline: Pipeline
    metadata: Callable[[Folder], Metadata]


class MendingService:
    """Tells what is known of files in the watch folder, and takes down what somebody adds."""

    def __init__(
        self, trail: Trail, policy: Policy, inbox: InboxService, masker: Masker, reader: Reader
    ) -> None:
        self._trail = trail
        self._policy = policy
        self._inbox = inbox
        self._masker = masker
        self._pipeline = reader.pipeline
        self._metadata = reader.metadata
        self._mapper = RowMapper(reader.pipeline.schema, reader.pipeline.mappings)

    def show(self, number: int, user: str) -> InboxFile:
        """Show a file with what is known of it.

        Raises:
            AccessDeniedError: The user brings no records.
            NotFoundError: There is none, or it is somebody else's.
        """
        entry = self._inbox.entry(number, user, Action.INBOX_LIST)
        self._trail.note(user, Action.INBOX_LIST, target=str(number))
        return self._shown(entry, user)

    def mend(self, number: int, given: Mapping[str, Any], user: str) -> InboxFile:
        """Add what is said of the customer of a scan that waits or was returned.

        It replaces what was said of the same beside the scan, and stands beside the rest; an empty
        value takes away what was said. The watcher files the scan at one of its next looks.

        Args:
            number: Of the file.
            given: By schema key, label or alias, as in a file of metadata beside the scan.
            user: Who mends.

        Raises:
            AccessDeniedError: The user brings no records.
            BusyError: The file is being moved, or somebody else is mending it.
            InvalidRequestError: It neither waits nor was returned, or is no scan; or a field is
                not known.
            NotFoundError: There is no such file, or it is somebody else's.
            RejectedError: A value is wrong, or it is still not known whose the scan is;
                ``problems`` say which.
            StoreError: It cannot be written.
        """
        for _ in range(_TRIES):
            entry = self._inbox.entry(number, user, Action.INBOX_MEND)
            if not _mendable(entry):
                scan = self._inbox.item(entry, user).scan
                raise InvalidRequestError(_BESIDE.format(scan) if scan else _NOT_MENDABLE)
            if entry.target:
                break
            with self._trail.failures(user, Action.INBOX_MEND, target=str(number)):
                self._refuse_narrower(entry, user)
                if self._mended(entry, given, user):
                    return self._shown(entry, user)
        raise BusyError("文件正在移动，请稍后再试。")

    def look(self, number: int, page: int, user: str) -> Preview:
        """Open a scan that lies in the watch folder, to look at a page of it.

        Page 0 is none: whoever counts the pages has seen nothing that is to be logged.

        Raises:
            AccessDeniedError: The user brings no records.
            NotFoundError: There is none, or it is somebody else's, or is not there any more.
        """
        entry = self._inbox.entry(number, user, Action.INBOX_LOOK)
        with self._trail.failures(user, Action.INBOX_LOOK, target=str(number)):
            folder = self._inbox.place(entry)
            if not (entry.open and is_scan(entry.path) and folder.is_regular(entry.path)):
                raise NotFoundError(_GONE)
            chunks = folder.chunks(entry.path)
            try:
                first = next(chunks, b"")
            except RefusalError as error:
                raise NotFoundError(_GONE) from error
        if page:
            detail: dict[str, JsonValue] = {"page": page}
            self._trail.note(user, Action.INBOX_LOOK, target=str(number), detail=detail)
        name = display_name(entry.home.rpartition("/")[2])
        return Preview(name, media_type_of(first), chain([first], chunks))

    def _mended(self, entry: Entry, given: Mapping[str, Any], user: str) -> bool:
        """Write beside a scan; False if it is not where the ledger has it any more."""
        folder, returned = self._inbox.place(entry), is_inside(entry.path, RETURNED)
        if folder.mark(entry.path) is None:
            return False
        path = folder.free(home_of(entry.home)) if returned else entry.path
        note = note_of(folder, path, self._pipeline.limits)
        row = self._merged(note, given)
        self._refuse_faults(entry, given, row)
        # Before it is done: nothing is mended that the log does not know of.
        detail: dict[str, JsonValue] = {"fields": [*sorted({self._key(name) for name in given})]}
        self._trail.note(user, Action.INBOX_MEND, target=str(entry.id), detail=detail)
        try:
            written = write_note(folder, path, row)
            with suppress(FileExistsError):
                # Else another scan has just been dropped there, and it is begun anew.
                if returned and folder.move(entry.path, path, entry.mark):
                    return True
            if not returned and folder.mark(path) is not None:
                return True
        except OSError as error:
            raise StoreError(
                f"资料写不进收件夹（{error.strerror}）；请清理磁盘或检查权限。"
            ) from error
        if not note.path:
            # The scan has gone elsewhere meanwhile; what lies here would be nobody's.
            folder.discard(written)
        return False

    def _refuse_narrower(self, entry: Entry, user: str) -> None:
        """Refuse who may do less with records than the watcher, with whose rights it is filed.

        Raises:
            AccessDeniedError: The user may.
        """
        with self._trail.database.read() as connection:
            mending = principal_of(connection, user, self._trail.clock())
            watching = principal_of(connection, entry.user, self._trail.clock())
        for right in (Right.CREATE, Right.CHANGE):
            reach = self._policy.reach(mending, right)
            same = entry.user == user and reach >= self._policy.reach(watching, right)
            if not (same or Place.ALL in reach or not self._policy.reach(watching, right)):
                raise AccessDeniedError(_NARROWER)

    def _merged(self, note: Note, given: Mapping[str, Any]) -> dict[str, Any]:
        said = {self._key(name) for name in given}
        kept = {name: value for name, value in note.row.items() if self._key(name) not in said}
        return {**kept, **{name: value for name, value in given.items() if not is_blank(value)}}

    def _key(self, name: str) -> str:
        """Name what a column says; the column itself if it leads nowhere."""
        target = self._mapper.target(name)
        if target is None:
            return name
        return target.member.key if target.member else target.spec.key

    def _refuse_faults(
        self, entry: Entry, given: Mapping[str, Any], row: Mapping[str, Any]
    ) -> None:
        """Refuse what the watcher would only send back.

        Raises:
            InvalidRequestError: A field is not known.
            RejectedError: A value is wrong, or too little is known.
        """
        unknown = [name for name in given if self._mapper.target(name) is None]
        if unknown:
            names = "、".join(f"“{name[:40]}”" for name in unknown[:5])
            raise InvalidRequestError(f"不认识字段{names}；请用元数据标准里的字段名。")
        stars = {self._key(name) for name, value in given.items() if has_stars(value)}
        problems = [self._problem("masked_value", _MASKED, key) for key in sorted(stars)]
        typed = self._pipeline.single(row)
        draft = self._pipeline.validator.check(typed.draft, self._today)
        problems += (
            each
            for each in draft.problems
            if each.severity is Severity.ERROR and each.code != MISSING and each.field not in stars
        )
        problems += [
            self._problem("group", _GROUP, key) for key in sorted(typed.scattered - {"attachments"})
        ]
        if not problems and not any(draft.values.get(key) for key in _NAMING):
            known = self._known(entry, with_note=False)
            if not any(known.draft.values.get(key) for key in _NAMING):
                problems.append(Problem(_WHERE, MISSING, _NOBODY, "name"))
        refuse(problems)

    def _problem(self, code: str, message: str, key: str) -> Problem:
        spec = self._pipeline.schema.by_key.get(key)
        return Problem(_WHERE, code, f"{spec.label if spec else key}：{message}", key)

    # What is known -------------------------------------------------------------------------------

    def _shown(self, entry: Entry, user: str) -> InboxFile:
        folder = self._inbox.place(entry)
        mark = folder.mark(entry.path) if entry.open else None
        mendable = mark is not None and _mendable(entry)
        known = self._known(entry) if mendable else None
        item = self._inbox.item(entry, user)
        return InboxFile(
            **{each.name: getattr(item, each.name) for each in fields(InboxItem)},
            known=self._told(known) if known else {},
            problems=_problems(known) if known else (),
            mendable=mendable,
            pending=self._pending(entry, folder),
            there=mark is not None,
            place=self._masker.text(display_name(entry.path)),
        )

    def _known(self, entry: Entry, *, with_note: bool = True) -> Known:
        folder = self._inbox.place(entry)
        metadata = self._metadata(folder)
        with self._trail.database.read() as connection:
            paths = frozenset(departments.all_paths(connection))
        metadata.department_exists = paths.__contains__
        beside = (each for each in sidecar_paths(entry.path) if folder.mark(each) is not None)
        note = next(beside, "") if with_note else ""
        return metadata.of(entry.path, entry.home, note, self._today)

    def _told(self, known: Known) -> dict[str, JsonValue]:
        draft = known.draft
        values = {
            key: value
            for key, value in draft.values.items()
            if draft.origins.get(key) not in _WORKED_OUT
        }
        scan = {key: self._masker.text(str(value)) for key, value in known.scan.items() if value}
        return {**self._masker.values(values), **scan}

    def _pending(self, entry: Entry, folder: Folder) -> bool:
        """Whether something was done about a file that the watcher has not seen."""
        if entry.state not in _MENDABLE:
            return False
        if folder.mark(entry.path) != entry.mark:
            return True
        for path in sidecar_paths(entry.path):
            mark = folder.mark(path)
            if mark is not None:
                seen = self._inbox.at(path, entry.root)
                return seen is None or seen.mark != mark or seen.state in BUSY
        return False

    @property
    def _today(self) -> date:
        return self._trail.clock().astimezone(CHINA).date()


def _mendable(entry: Entry) -> bool:
    return entry.state in _MENDABLE and is_scan(entry.path)


def _problems(known: Known) -> tuple[Problem, ...]:
    found = (*known.problems, *known.draft.problems)
    return tuple(
        replace(each, where=_WHERE)
        for each in found
        if each.severity is Severity.ERROR and each.code != MISSING
    )
