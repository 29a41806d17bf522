"""The ledger of the watch folder (收件夹): what is known of each file, and what is to be done next.

Nothing here looks at a disk or a clock: :func:`reconcile` compares the ledger with a listing of the
folder, so that whatever was missed, by a lost event or a killed process, is simply found later.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, NamedTuple

WAITING_ROOM: Final = "待补录"
"""Where files go that nobody can file without knowing more; what is missing is looked for there."""
RETURNED: Final = "已退回"
"""Where files go that cannot be read; put back, they are looked at again."""
ARCHIVED: Final = "已归档"
RECEIPTS: Final = "回执"
REMOVE: Final = "-"
"""In place of where a file is to be moved: it is to be removed."""


class State(StrEnum):
    """What has become of a file. Values are stored: add, never rename."""

    RECEIVED = "received"
    SETTLED = "settled"
    CHECKED = "checked"
    ARCHIVED = "archived"
    WAITING = "waiting"
    QUARANTINED = "quarantined"
    REMOVED = "removed"


BUSY: Final = (State.RECEIVED, State.SETTLED, State.CHECKED)
"""States that a file leaves by itself."""


class Mark(NamedTuple):
    """What tells a file from another, and from itself as it was: inode, size, time of change."""

    inode: int
    size: int
    changed: int


class Seen(NamedTuple):
    """A file in the folder; ``path`` is relative to it, with slashes."""

    path: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in the ledger.

    ``home`` is where it was dropped, ``path`` where it is; ``since`` when it was first seen as it
    is, in the state it is in. ``target`` says where it is still to be moved. ``digest`` is that of
    its content, once read. ``reason`` is a stable code, ``message`` what people are told.
    """

    path: str
    home: str
    mark: Mark
    state: State
    since: datetime
    id: int = 0
    user: str = ""
    digest: str = ""
    target: str = ""
    reason: str = ""
    message: str = ""
    record_ids: tuple[str, ...] = ()
    root: str = ""
    """The folder that is watched, if it is not the workspace's own."""
    kept: bool = False
    """Whether its content is kept as a scan of the record."""

    @property
    def open(self) -> bool:
        """Whether there is still something that may happen to the file."""
        return self.state not in (State.ARCHIVED, State.REMOVED) or bool(self.target)


class Deed(StrEnum):
    """What is to be done about a file."""

    RECEIVE = "receive"
    FOLLOW = "follow"
    ARRIVE = "arrive"
    RESTART = "restart"
    REDATE = "redate"
    SETTLE = "settle"
    CHECK = "check"
    EXPIRE = "expire"
    MOVE = "move"
    FORGET = "forget"


class Step(NamedTuple):
    """One thing to be done. ``entry`` is missing for new files, ``seen`` where nothing is."""

    deed: Deed
    entry: Entry | None
    seen: Seen | None


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a file must be unchanged to be settled, and may wait for what is missing."""

    settle: timedelta
    wait: timedelta


def reconcile(
    entries: Collection[Entry], listing: Collection[Seen], now: datetime, patience: Patience
) -> list[Step]:
    """Compare the open entries of the ledger with the folder.

    Every open entry gets one step at most, every file that no entry stands for a step to receive
    it, but for those that somebody put among the returned ones.
    """
    free = {seen.path: seen for seen in listing}
    standing: list[Entry] = []
    lost: list[Entry] = []
    for entry in entries:
        seen = free.get(entry.path)
        if seen is not None and seen.mark == entry.mark:
            del free[entry.path]
            standing.append(entry)
        else:
            lost.append(entry)
    steps = [step for entry in standing for step in _standing(entry, now, patience)]
    steps += _lost(lost, free)
    steps += [
        Step(Deed.RECEIVE, None, seen)
        for seen in free.values()
        if not is_inside(seen.path, RETURNED)
    ]
    return steps


def _standing(entry: Entry, now: datetime, patience: Patience) -> Iterator[Step]:
    """Say what comes next for a file that is where and as it was."""
    if entry.target:
        yield Step(Deed.MOVE, entry, None)
    elif entry.state in (State.SETTLED, State.CHECKED):
        yield Step(Deed.CHECK, entry, None)
    elif entry.state is State.RECEIVED or _waits(entry):
        if now < entry.since:
            # The clock was set back; what has been waited so far does not count.
            yield Step(Deed.REDATE, entry, None)
        elif entry.state is State.RECEIVED and now - entry.since >= patience.settle:
            yield Step(Deed.SETTLE, entry, None)
        elif entry.state is State.WAITING and now - entry.since >= patience.wait:
            yield Step(Deed.EXPIRE, entry, None)


def _waits(entry: Entry) -> bool:
    return entry.state is State.WAITING and not is_inside(entry.path, WAITING_ROOM)


def _lost(lost: Iterable[Entry], free: dict[str, Seen]) -> Iterator[Step]:
    """Look for files that are no longer where or as they were; takes them out of ``free``."""
    moved = {seen.mark: seen for seen in free.values()}
    left: list[Entry] = []
    for entry in lost:
        seen = moved.get(entry.mark)
        if seen is None or seen.path not in free:
            left.append(entry)
            continue
        del free[seen.path]
        deed = Deed.ARRIVE if seen.path == entry.target else Deed.FOLLOW
        yield Step(deed, entry, seen)
    for entry in left:
        changed = free.get(entry.path)
        if changed is None or entry.state is State.ARCHIVED:
            # A file that is archived and then replaced is archived; what replaced it is another.
            yield Step(Deed.FORGET, entry, None)
        else:
            del free[entry.path]
            yield Step(Deed.RESTART, entry, changed)


def applied(step: Step, now: datetime, user: str) -> Entry | None:
    """Give the entry after a step that needs nothing but the ledger; None for the others."""
    entry, seen = step.entry, step.seen
    if entry is None:
        if seen is None:
            return None
        return Entry(seen.path, home_of(seen.path), seen.mark, State.RECEIVED, now, user=user)
    if seen is not None and entry.state is State.ARCHIVED:
        return replace(entry, path=seen.path)
    if seen is not None and step.deed is not Deed.ARRIVE:
        return received(replace(entry, path=seen.path, home=_home(entry, seen)), seen.mark, now)
    changes: dict[Deed, dict[str, Any]] = {
        Deed.ARRIVE: {"path": seen.path if seen else entry.path, "target": ""},
        Deed.REDATE: {"since": now},
        Deed.SETTLE: {"state": State.SETTLED, "since": now},
        Deed.FORGET: {"state": _end(entry), "target": "", "since": now},
    }
    change = changes.get(step.deed)
    return None if change is None else replace(entry, **change)


def _end(entry: Entry) -> State:
    return State.ARCHIVED if entry.state is State.ARCHIVED else State.REMOVED


def received(entry: Entry, mark: Mark, now: datetime) -> Entry:
    """Begin anew with a file, as it is now."""
    return replace(
        entry,
        mark=mark,
        state=State.RECEIVED,
        since=now,
        digest="",
        target="",
        reason="",
        message="",
        record_ids=(),
        kept=False,
    )


def _home(entry: Entry, seen: Seen) -> str:
    """Where a file belongs that turned up elsewhere: our own rooms are nobody's home."""
    inside = is_inside(seen.path, WAITING_ROOM) or is_inside(seen.path, RETURNED)
    return entry.home if inside else seen.path


def home_of(path: str) -> str:
    """Give the place in the folder that a file in one of our rooms belongs to."""
    room, _, rest = path.partition("/")
    return rest if room in (WAITING_ROOM, RETURNED) and rest else path


def is_inside(path: str, room: str) -> bool:
    """Tell whether a path is in one of our rooms."""
    return path.startswith(f"{room}/")
