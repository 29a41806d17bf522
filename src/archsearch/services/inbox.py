"""The watch folder as people see it: what arrived, what waits, what was returned, trying again."""

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from archsearch.domain.access import Principal
from archsearch.domain.audit import Action
from archsearch.domain.inbox import BUSY, Entry, State, home_of
from archsearch.domain.policy import Policy, Right
from archsearch.domain.record import RecordId
from archsearch.domain.users import User
from archsearch.errors import BusyError, InvalidRequestError, NotFoundError, StoreError
from archsearch.ingest.inbox.beside import places_for
from archsearch.ingest.inbox.folder import Folder
from archsearch.ingest.inbox.metadata import is_scan, scan_paths, sidecar_paths
from archsearch.ingest.readers.faults import display_name
from archsearch.services.asking import Masker
from archsearch.services.identity import principal_of, require
from archsearch.services.inbox_notes import STATES
from archsearch.services.trail import Trail
from archsearch.storage import access, users
from archsearch.storage.inbox import Ledger

_MOST: Final = 1000
WITH_SCAN: Final = "with_scan"
"""Code of a file of metadata that waits because its scan does."""


@dataclass(frozen=True, slots=True)
class InboxItem:
    """A file as it is shown. ``state`` is the code, ``label`` the word for it.

    ``scan`` is the number of the scan that a waiting file of metadata lies beside.
    """

    id: int
    file: str
    state: str
    label: str
    at: datetime
    user: str
    reason: str
    message: str
    record_ids: tuple[str, ...]
    scan: int | None


@dataclass(frozen=True, slots=True)
class InboxPage:
    """The latest files, and how many there are in each state; ``more`` if there are older ones."""

    items: tuple[InboxItem, ...]
    counts: Mapping[str, int]
    more: bool = False


class InboxService:
    """Shows the ledger to those who bring records.

    Others' files are for those alone who may create records anywhere and are cleared as high.
    """

    def __init__(
        self,
        trail: Trail,
        policy: Policy,
        masker: Masker,
        ledger: Ledger,
        folder_at: Callable[[Path | None], Folder],
    ) -> None:
        self._trail = trail
        self._policy = policy
        self._masker = masker
        self._ledger = ledger
        self._folder_at = folder_at

    def list(
        self, user: str, state: str = "", limit: int = 50, before: int | None = None
    ) -> InboxPage:
        """List the latest files.

        Args:
            user: Who asks.
            state: Only those in this state; empty for what is not archived or taken away.
            limit: Files at most.
            before: Only those that came before the one of this number.

        Raises:
            AccessDeniedError: The user brings no records.
            InvalidRequestError: There is no such state.
        """
        if not 1 <= limit <= _MOST:
            raise InvalidRequestError(f"参数 limit 须在 1 到 {_MOST} 之间。")
        wanted = _states(state)
        principal = self._authorise(user, Action.INBOX_LIST)
        with self._trail.database.read() as connection:
            everybody = users.all_users(connection)
            whose = {each.name for each in everybody if self._tells_of(each, principal)}
            found = self._ledger.recent(connection, wanted, whose, limit + 1, before)
            counts = self._ledger.counts(connection, whose)
        self._trail.note(user, Action.INBOX_LIST)
        return InboxPage(self._items(found[:limit], principal), counts, len(found) > limit)

    def show(self, number: int, user: str) -> InboxItem:
        """Show one file.

        Raises:
            AccessDeniedError: The user brings no records.
            NotFoundError: There is none, or it is somebody else's.
        """
        entry = self.entry(number, user, Action.INBOX_LIST)
        self._trail.note(user, Action.INBOX_LIST, target=str(number))
        return self.item(entry, user)

    def retry(self, number: int, user: str) -> InboxItem:
        """Put a file back that waits or was returned; the watcher looks at it again.

        Raises:
            AccessDeniedError: The user brings no records.
            InvalidRequestError: It neither waits nor was returned.
            BusyError: Somebody has put another file there at this moment.
            NotFoundError: There is none, or it is somebody else's.
            StoreError: It cannot be moved.
        """
        asked = self.entry(number, user, Action.INBOX_RETRY)
        if asked.state not in (State.WAITING, State.QUARANTINED):
            raise InvalidRequestError("只有待补录或已退回的文件可以重新处理。")
        entry = self._scan_of(asked) or asked
        try:
            self._put_back(entry)
        except FileExistsError as error:
            raise BusyError("原来的位置刚放进了同名的文件，请再试一次。") from error
        except OSError as error:
            raise StoreError(f"文件放不回收件夹（{error.strerror}）；请检查权限。") from error
        self._trail.note(user, Action.INBOX_RETRY, target=str(number))
        return self.item(asked, user)

    def _put_back(self, entry: Entry) -> None:
        home, place = home_of(entry.home), self.place(entry)
        if entry.path == home:
            with place.parent(home) as (folder, name), suppress(FileNotFoundError):
                # The watcher begins anew with whatever was touched.
                os.utime(name, dir_fd=folder, follow_symlinks=False)
            return
        note = self._note_of(entry)
        # As it is now: it may just have been mended.
        mark = place.mark(note.path) if note else None
        if note is None or mark is None:
            place.move(entry.path, place.free(home), entry.mark)
            return
        home, beside = places_for(place, home, home_of(note.home))
        # The scan last: alone at home, it would be filed without what is said of it.
        if place.move(note.path, beside, mark):
            place.move(entry.path, home, entry.mark)

    def _scan_of(self, entry: Entry) -> Entry | None:
        """Find the scan that a waiting file of metadata lies beside."""
        if entry.reason != WITH_SCAN or entry.state is not State.WAITING:
            return None
        return self._beside(entry, scan_paths(entry.path))

    def _note_of(self, entry: Entry) -> Entry | None:
        """Find the file of metadata that waits with a scan, and is that of no other."""
        note = self._beside(entry, sidecar_paths(entry.path) if is_scan(entry.path) else ())
        if note is None or note.reason != WITH_SCAN:
            return None
        place = self.place(entry)
        others = (path for path in scan_paths(note.path) if path != entry.path)
        return None if any(place.mark(path) is not None for path in others) else note

    def _beside(self, entry: Entry, paths: Iterable[str]) -> Entry | None:
        found = (self.at(path, entry.root) for path in paths)
        return next((each for each in found if each and each.user == entry.user), None)

    def entry(self, number: int, user: str, action: Action) -> Entry:
        """Find a file in the ledger, for something to be done with it that is entered in the log.

        Raises:
            AccessDeniedError: The user brings no records.
            NotFoundError: There is none, or it is somebody else's.
        """
        principal = self._authorise(user, action)
        with self._trail.database.read() as connection:
            entry = self._ledger.get(connection, number)
            watcher = users.get(connection, entry.user) if entry else None
        if entry is None or watcher is None or not self._tells_of(watcher, principal):
            raise NotFoundError("收件夹的登记里没有这个编号。")
        return entry

    def at(self, path: str, root: str) -> Entry | None:
        """Find what is open at a path of a watched folder."""
        with self._trail.database.read() as connection:
            return self._ledger.at(connection, path, root)

    def place(self, entry: Entry) -> Folder:
        """Give the folder that a file came to."""
        return self._folder_at(Path(entry.root) if entry.root else None)

    def item(self, entry: Entry, user: str) -> InboxItem:
        """Show an entry; of the records it is filed under, those that the user may see now."""
        with self._trail.database.read() as connection:
            principal = principal_of(connection, user, self._trail.clock())
        return self._items((entry,), principal)[0]

    def _authorise(self, user: str, action: Action) -> Principal:
        """Refuse who brings no records."""
        with self._trail.failures(user, action), self._trail.database.read() as connection:
            principal = principal_of(connection, user, self._trail.clock())
            require(self._policy, principal, Right.CREATE)
        return principal

    def _tells_of(self, watcher: User, principal: Principal) -> bool:
        """Whether somebody is told of the files that came by a watcher.

        What becomes of them tells of records that the watcher may see; and what is said of them is
        filed with the watcher's rights.
        """
        if watcher.name == principal.name:
            return True
        filing = self._policy.filing(principal, Right.CREATE)
        above = self._policy.levels_up_to(watcher.clearance) - self._policy.cleared(principal)
        return filing is not None and filing.anywhere and not above

    def _items(self, entries: Sequence[Entry], principal: Principal) -> tuple[InboxItem, ...]:
        scope = self._policy.scope(principal)
        ids = sorted({RecordId(each) for entry in entries for each in entry.record_ids})
        with self._trail.database.read() as connection:
            facts = access.facts_among(connection, ids)
            seen = {each.record_id for each in facts if scope.allows(*each)}
        return tuple(
            InboxItem(
                entry.id,
                self._masker.text(display_name(entry.home)),
                str(entry.state),
                STATES[entry.state],
                entry.since,
                entry.user,
                entry.reason,
                entry.message,
                tuple(each for each in entry.record_ids if each in seen),
                scan.id if scan else None,
            )
            for entry, scan in zip(entries, map(self._scan_of, entries), strict=True)
        )


def _states(state: str) -> tuple[State, ...]:
    if not state:
        return (*BUSY, State.WAITING, State.QUARANTINED)
    if state == "all":
        return tuple(State)
    if state not in set(State):
        raise InvalidRequestError(f"没有状态 {state}；可选：all、{'、'.join(State)}。")
    return (State(state),)
