"""The watch folder as people see it: what arrived, what waits, what was returned, trying again."""

import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from archsearch.domain.audit import Action
from archsearch.domain.inbox import BUSY, Entry, State, home_of
from archsearch.domain.policy import Policy, Right
from archsearch.errors import InvalidRequestError, NotFoundError, StoreError
from archsearch.ingest.inbox.folder import Folder
from archsearch.ingest.readers.faults import display_name
from archsearch.services.asking import Masker
from archsearch.services.identity import principal_of, require
from archsearch.services.inbox_notes import STATES
from archsearch.services.trail import Trail
from archsearch.storage.inbox import Ledger

_MOST: Final = 1000


@dataclass(frozen=True, slots=True)
class InboxItem:
    """A file as it is shown. ``state`` is the code, ``label`` the word for it."""

    id: int
    file: str
    state: str
    label: str
    at: datetime
    user: str
    reason: str
    message: str
    record_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InboxPage:
    """The latest files, and how many there are in each state; ``more`` if there are older ones."""

    items: tuple[InboxItem, ...]
    counts: Mapping[str, int]
    more: bool = False


class InboxService:
    """Shows the ledger to those who bring records; others' files only to who may for anybody."""

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
        everything = self._authorise(user, Action.INBOX_LIST)
        whose = None if everything else user
        with self._trail.database.read() as connection:
            found = self._ledger.recent(connection, wanted, whose, limit + 1, before)
            counts = self._ledger.counts(connection, whose)
        self._trail.note(user, Action.INBOX_LIST)
        return InboxPage(tuple(map(self.item, found[:limit])), counts, len(found) > limit)

    def show(self, number: int, user: str) -> InboxItem:
        """Show one file.

        Raises:
            AccessDeniedError: The user brings no records.
            NotFoundError: There is none, or it is somebody else's.
        """
        entry = self.entry(number, user, Action.INBOX_LIST)
        self._trail.note(user, Action.INBOX_LIST, target=str(number))
        return self.item(entry)

    def retry(self, number: int, user: str) -> InboxItem:
        """Put a file back that waits or was returned; the watcher looks at it again.

        Raises:
            AccessDeniedError: The user brings no records.
            InvalidRequestError: It neither waits nor was returned.
            NotFoundError: There is none, or it is somebody else's.
            StoreError: It cannot be moved.
        """
        entry = self.entry(number, user, Action.INBOX_RETRY)
        if entry.state not in (State.WAITING, State.QUARANTINED):
            raise InvalidRequestError("只有待补录或已退回的文件可以重新处理。")
        home = home_of(entry.home)
        place = self.place(entry)
        try:
            if entry.path == home:
                with place.parent(home) as (folder, name), suppress(FileNotFoundError):
                    # The watcher begins anew with whatever was touched.
                    os.utime(name, dir_fd=folder, follow_symlinks=False)
            else:
                place.move(entry.path, place.free(home), entry.mark)
        except OSError as error:
            raise StoreError(f"文件放不回收件夹（{error.strerror}）；请检查权限。") from error
        self._trail.note(user, Action.INBOX_RETRY, target=str(number))
        return self.item(entry)

    def entry(self, number: int, user: str, action: Action) -> Entry:
        """Find a file in the ledger, for something to be done with it that is entered in the log.

        Raises:
            AccessDeniedError: The user brings no records.
            NotFoundError: There is none, or it is somebody else's.
        """
        everything = self._authorise(user, action)
        with self._trail.database.read() as connection:
            entry = self._ledger.get(connection, number)
        if entry is None or not (everything or entry.user == user):
            raise NotFoundError("收件夹的登记里没有这个编号。")
        return entry

    def at(self, path: str, root: str) -> Entry | None:
        """Find what is open at a path of a watched folder."""
        with self._trail.database.read() as connection:
            return self._ledger.at(connection, path, root)

    def place(self, entry: Entry) -> Folder:
        """Give the folder that a file came to."""
        return self._folder_at(Path(entry.root) if entry.root else None)

    def _authorise(self, user: str, action: Action) -> bool:
        """Refuse who brings no records; tells whether they may do so for anybody."""
        with self._trail.failures(user, action), self._trail.database.read() as connection:
            principal = principal_of(connection, user, self._trail.clock())
            require(self._policy, principal, Right.CREATE)
            filing = self._policy.filing(principal, Right.CREATE)
        return filing is not None and filing.anywhere

    def item(self, entry: Entry) -> InboxItem:
        """Show an entry."""
        return InboxItem(
            entry.id,
            self._masker.text(display_name(entry.home)),
            str(entry.state),
            STATES[entry.state],
            entry.since,
            entry.user,
            entry.reason,
            entry.message,
            entry.record_ids,
        )


def _states(state: str) -> tuple[State, ...]:
    if not state:
        return (*BUSY, State.WAITING, State.QUARANTINED)
    if state == "all":
        return tuple(State)
    if state not in set(State):
        raise InvalidRequestError(f"没有状态 {state}；可选：all、{'、'.join(State)}。")
    return (State(state),)
