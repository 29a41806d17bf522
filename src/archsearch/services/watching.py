"""The watcher: compares the watch folder with the ledger, and does what is to be done.

Whatever it does is done so that it can be cut short anywhere: a file is moved only after the ledger
says why, the ledger says so in the transaction in which the record comes into being, and that only
after the sealed scan is durable.
"""

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from pathlib import Path
from types import TracebackType
from typing import Final, NamedTuple, Protocol, Self

from sqlalchemy import Connection

from archsearch.domain.inbox import (
    ARCHIVED,
    BUSY,
    RECEIPTS,
    REMOVE,
    RETURNED,
    WAITING_ROOM,
    Deed,
    Entry,
    Patience,
    State,
    Step,
    applied,
    is_inside,
    reconcile,
)
from archsearch.errors import BusyError, StoreError
from archsearch.ingest.inbox.folder import Folder, Listing, reason_path
from archsearch.services.inbox_notes import reason_text, receipt
from archsearch.services.index import Lock
from archsearch.services.trail import Trail
from archsearch.storage.inbox import Ledger

_AT_ONCE: Final = 200
_LOOKS: Final = 50
"""A full folder is worked through in about so many looks; to look at it takes a while."""
_ROUNDS: Final = 4
_MOMENT: Final = 0.5
"""Seconds; whoever only wants to know whether there is a watcher holds the lock for less."""
_NEWS: Final = (Deed.RECEIVE, Deed.RESTART, Deed.FOLLOW)


@dataclass(frozen=True, slots=True)
class WatchRules:
    """What configuration decides about the watch folder; ``keeps`` what is archived, or removes."""

    patience: Patience
    zone: tzinfo
    keeps: bool = True


class Book:
    """The open entries, in memory and in the store; only the watcher writes them."""

    def __init__(self, trail: Trail, ledger: Ledger) -> None:
        self.trail = trail
        self.ledger = ledger
        self.open: dict[int, Entry] = {}

    def load(self) -> None:
        """Read what is not done with."""
        with self.trail.database.read() as connection:
            found = self.ledger.open_entries(connection)
        self.open = {entry.id: entry for entry in found}

    def save(self, entries: Sequence[Entry]) -> None:
        """Store entries as they now are, durable on return."""
        if entries:
            with self.trail.database.write() as connection:
                stored = self.save_in(connection, entries)
            self.take(stored)

    def save_in(self, connection: Connection, entries: Sequence[Entry]) -> list[Entry]:
        """Store them in a transaction of the caller's; to be taken note of when it is durable."""
        return self.ledger.save(connection, entries)

    def take(self, stored: Iterable[Entry]) -> None:
        """Take note of what was stored."""
        for entry in stored:
            if entry.open:
                self.open[entry.id] = entry
            else:
                self.open.pop(entry.id, None)


class Pass(NamedTuple):
    """What a look at the folder came to.

    ``done`` counts things done, ``news`` files that were new, changed or moved; ``busy`` tells
    whether files are still on their way, ``trouble`` what people have to see to, while all else
    goes on.
    """

    done: int
    busy: bool
    files: int
    news: int = 0
    trouble: str = ""


class Check(Protocol):
    """Reads settled files and files them."""

    def begin(self) -> None:
        """Clear away what a killed watcher left behind."""
        ...

    def __call__(self, entries: Sequence[Entry], listing: Listing) -> int:
        """Check files; tells about how many it could do something."""
        ...


class Watcher:
    """Looks after one watch folder on behalf of a user; to be used as a context.

    Args:
        book: The ledger.
        folder: The folder.
        check: What reads and files what is settled.
        rules: Of configuration.
        lock: Held while watching: one watcher a folder.
        user: On whose behalf.
    """

    def __init__(
        self,
        book: Book,
        folder: Folder,
        check: Check,
        rules: WatchRules,
        *,
        lock: Lock,
        user: str,
    ) -> None:
        self._book = book
        self._folder = folder
        self._check = check
        self._rules = rules
        self._lock = lock
        self._user = user
        self._held = ExitStack()
        self._receipt_due = True
        self._stuck: dict[int, OSError] = {}
        """Why files could not be moved by this look."""

    def __enter__(self) -> Self:
        try:
            self._held.enter_context(self._lock(_MOMENT))
        except BusyError:
            raise BusyError("已经有一个 archsearch watch 在照看这个收件夹，不必再开。") from None
        try:
            self._check.begin()
            self._book.load()
        except BaseException:
            self._held.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._held.close()

    @property
    def root(self) -> Path:
        """The folder."""
        return self._folder.root

    def look(self) -> Pass:
        """Look at the folder once, and do what can be done now.

        Raises:
            StoreError: The disk failed, or the folder cannot be read; nothing is lost by it.
        """
        listing = self._listing()
        done = news = 0
        for _ in range(_ROUNDS):
            steps = reconcile(self._open(), listing.files, self._now, self._rules.patience)
            changed = self._note(steps)
            done += changed
            news += sum(step.deed in _NEWS for step in steps)
            if not changed:
                break
        self._stuck.clear()
        done += self._move([step.entry for step in steps if step.deed is Deed.MOVE])
        due = [step.entry for step in steps if step.deed is Deed.CHECK and step.entry]
        if due:
            done += self._check(due[: max(_AT_ONCE, len(listing.files) // _LOOKS)], listing)
            done += self._move([entry for entry in self._open() if entry.target])
        self._receipt_due = self._receipt_due or bool(done)
        busy = any(
            entry.state in BUSY or (entry.target and entry.id not in self._stuck)
            for entry in self._open()
        )
        return Pass(done, busy, len(listing.files), news, self._trouble(listing))

    def write_receipt(self) -> None:
        """Write the receipt of the day, if anything happened since it was written.

        Raises:
            StoreError: It cannot be written.
        """
        if not self._receipt_due:
            return
        now = self._now.astimezone(self._rules.zone)
        morning = now.replace(hour=0, minute=0, second=0, microsecond=0)
        with self._book.trail.database.read() as connection:
            text = receipt(self._book.ledger.closed_since(connection, morning), self._rules.zone)
        try:
            self._folder.write(f"{RECEIPTS}/{now:%Y-%m-%d}.csv", text)
        except OSError as error:
            raise _unwritable(error) from error
        self._receipt_due = False

    @property
    def _now(self) -> datetime:
        return self._book.trail.clock()

    def _trouble(self, listing: Listing) -> str:
        for error in self._stuck.values():
            return _unwritable(error).message
        several = len(listing.faults)
        return (
            f"收件夹里有 {several} 个文件夹读不出来（没有权限，或套得太深），里面的文件没有处理。"
            if several
            else ""
        )

    def _open(self) -> list[Entry]:
        return list(self._book.open.values())

    def _listing(self) -> Listing:
        try:
            return self._folder.listing()
        except OSError as error:
            raise StoreError(
                f"收件夹读不出来（{error.strerror}）；请检查它是否还在、是否有权限。"
            ) from error

    def _note(self, steps: Iterable[Step]) -> int:
        """Note in the ledger what needs nothing else."""
        changed: list[Entry] = []
        for step in steps:
            entry = self._seen_to(step) or applied(step, self._now, self._user)
            if entry is None:
                continue
            if step.deed in (Deed.FOLLOW, Deed.FORGET, Deed.RESTART) and step.entry:
                self._folder.discard(reason_path(step.entry.path))
            changed.append(entry)
        self._book.save(changed)
        return len(changed)

    def _seen_to(self, step: Step) -> Entry | None:
        """Give the entry after a step for which the folder has to be asked; None for others."""
        if step.entry is not None and step.deed is Deed.EXPIRE:
            return self._expired(step.entry)
        if step.entry is not None and step.deed is Deed.FORGET:
            return self._arrived(step.entry)
        return None

    def _arrived(self, entry: Entry) -> Entry | None:
        """Find what a watcher moved where nobody lists, and was killed before it said so."""
        if entry.target in ("", REMOVE):
            return None
        place = self._folder.found(entry.target, entry.mark)
        return replace(entry, path=place, target="") if place else None

    def _expired(self, entry: Entry) -> Entry:
        message = entry.message or "等了很久，还不知道是哪位客户的。"
        return replace(
            entry, target=self._folder.free(f"{WAITING_ROOM}/{entry.home}"), message=message
        )

    def _move(self, entries: Iterable[Entry | None]) -> int:
        """Move files to where the ledger says."""
        moved: list[Entry] = []
        for entry in entries:
            if entry is None:
                continue
            try:
                arrived = self._move_one(entry)
            except OSError as error:
                # It may be the matter of this one alone; the others are not to wait for it.
                self._stuck[entry.id] = error
                continue
            if arrived is not None:
                moved.append(arrived)
        self._book.save(moved)
        return len(moved)

    def _move_one(self, entry: Entry) -> Entry | None:
        """Move a file; None if it is not there any more, which the next look will see."""
        target = entry.target
        if target not in (REMOVE, entry.path):
            # Another file of this name may have been faster.
            target = self._folder.free(target)
        if entry.state is not State.ARCHIVED:
            self._folder.write(reason_path(target), reason_text(entry))
        if not self._moved(entry, target):
            self._folder.discard(reason_path(target))
            return None
        if target != entry.path:
            self._folder.discard(reason_path(entry.path))
        return replace(entry, path=entry.path if target == REMOVE else target, target="")

    def _moved(self, entry: Entry, target: str) -> bool:
        try:
            return self._folder.move(entry.path, target, entry.mark)
        except FileExistsError:
            # Somebody has just put a file there; the next look finds another place.
            return False


def archive_place(folder: Folder, entry: Entry, now: datetime, rules: WatchRules) -> str:
    """Say where a file goes that is archived."""
    if not rules.keeps:
        return REMOVE
    day = now.astimezone(rules.zone).strftime("%Y-%m-%d")
    return folder.free(f"{ARCHIVED}/{day}/{entry.home}")


def returned(folder: Folder, entry: Entry, now: datetime, code: str, message: str) -> Entry:
    """Give the entry of a file that goes back to whoever brought it."""
    target = "" if is_inside(entry.path, RETURNED) else folder.free(f"{RETURNED}/{entry.home}")
    return replace(
        entry, state=State.QUARANTINED, since=now, target=target, reason=code, message=message
    )


def _unwritable(error: OSError) -> StoreError:
    return StoreError(
        f"收件夹写不进去（{error.strerror}）；已归档的不受影响，请清理磁盘或检查权限。"
    )
