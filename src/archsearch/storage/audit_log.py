"""The operation log (操作日志): entries are appended, searched and verified, never changed.

Triggers refuse changes through SQL, the chain shows those made behind its back by whoever has not
the key, and the anchors those that leave a whole chain: an end cut off, or all of it made anew.
"""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from functools import partial
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Text,
    bindparam,
    case,
    func,
    insert,
    literal_column,
    select,
    true,
    update,
)

from archsearch.domain.audit import (
    Action,
    AuditEntry,
    AuditFilter,
    ChainBreak,
    ChainHead,
    ChainReport,
    LoggedEntry,
    Outcome,
)
from archsearch.domain.record import JsonValue
from archsearch.storage.anchors import Anchors
from archsearch.storage.audit_chain import GENESIS, StoredEntry, link
from archsearch.storage.bulk import insert_rows
from archsearch.storage.database import after_commit
from archsearch.storage.encoding import (
    canonical_json,
    read_member,
    read_object,
    read_time,
    time_text,
)
from archsearch.storage.failures import damaged
from archsearch.storage.prepared import Prepared
from archsearch.storage.tables import AUDIT, AUDIT_HEAD

_COLUMNS: Final = (*StoredEntry._fields, "prev_digest", "digest")
_VERIFY_STEP: Final = 1000
_BREAKS_TOLD: Final = 100
EVERYTHING: Final = AuditFilter()
_HEAD: Final = Prepared(select(AUDIT_HEAD.c.seq, AUDIT_HEAD.c.digest))
_BORN: Final = select(func.coalesce(func.min(AUDIT.c.seq), 0)).where(
    AUDIT.c.at == bindparam("born")
)
# Reckoned with, or else the log itself would be read instead of the index of its times.
_LATER: Final = Prepared(
    select(AUDIT.c.at)
    .where(AUDIT.c.at > bindparam("later"), AUDIT.c.seq + 0 >= _BORN.scalar_subquery())
    .order_by(AUDIT.c.at.desc())
    .limit(1)
)
_LATEST: Final = Prepared(select(AUDIT_HEAD.c.latest))
_NEW_ENTRY: Final = Prepared(insert(AUDIT))
_NEW_HEAD: Final = Prepared(
    update(AUDIT_HEAD).values(
        seq=bindparam("last"),
        digest=bindparam("link"),
        latest=case(
            (AUDIT_HEAD.c.latest < bindparam("at", type_=Text), bindparam("at", type_=Text)),
            else_=AUDIT_HEAD.c.latest,
        ),
    )
)


class AuditLog:
    """What writes the log and proves it.

    Args:
        key: Of the chain.
        anchors: Where to note how far the log has come; None for nowhere.
    """

    def __init__(self, key: bytes, anchors: Anchors | None = None) -> None:
        self.key = key
        self._anchors = anchors

    def append(self, connection: Connection, *entries: AuditEntry) -> None:
        """Add entries at the end, in the transaction of the operations they tell of.

        Raises:
            InvalidRequestError: A detail cannot be written as JSON.
        """
        if not entries:
            return
        last = head(connection)
        seq, digest = last.seq, last.digest
        rows = []
        texts = _Texts()
        for entry in entries:
            seq += 1
            stored = _stored(seq, entry, texts)
            previous, digest = digest, link(self.key, digest, stored)
            rows.append((*stored, previous, digest))
        if len(rows) == 1:
            _NEW_ENTRY.rows(connection, **dict(zip(_COLUMNS, rows[0], strict=True)))
        else:
            insert_rows(connection, AUDIT, _COLUMNS, rows)
        latest = max(row[1] for row in rows)
        _NEW_HEAD.rows(connection, last=seq, link=digest, at=latest)
        if self._anchors is not None:
            after_commit(connection, partial(self._anchor, ChainHead(seq, digest)))

    def _anchor(self, reached: ChainHead) -> None:
        # What was done is in the log already; that it has no anchor, verification tells.
        if self._anchors is not None:
            with suppress(OSError):
                self._anchors.add(reached)

    def verify(self, connection: Connection, first: Action | None = None) -> ChainReport:
        """Check every link from the first entry to the head, and every anchor.

        Args:
            connection: A read transaction.
            first: What the first entry tells of.

        Returns:
            The number of entries and the first hundred places where something was edited, removed,
            inserted, reordered or cut off.
        """
        anchors, unreadable = self._anchors.read() if self._anchors is not None else ({}, 0)
        breaks: list[ChainBreak] = []
        entries, last = 0, ChainHead(0, GENESIS)
        for row in _rows(connection):
            stored = StoredEntry(*row[: len(StoredEntry._fields)])
            if len(breaks) < _BREAKS_TOLD:
                breaks += self._faults(last, stored, row.prev_digest, row.digest)
            if not entries and first is not None and stored.action != first:
                breaks.append(ChainBreak(stored.seq, "不是日志的第一条：之前的日志被删除"))
            anchored = anchors.get(stored.seq)
            if anchored not in (None, row.digest) and len(breaks) < _BREAKS_TOLD:
                breaks.append(ChainBreak(stored.seq, "与锚点不符：日志被整体改写"))
            entries, last = entries + 1, ChainHead(stored.seq, row.digest)
        if head(connection) != last:
            breaks.append(ChainBreak(last.seq + 1, "末尾与记录的链头不符：之后的日志被删除或改写"))
        if max(anchors, default=0) > last.seq:
            breaks.append(ChainBreak(last.seq + 1, "比锚点短：之后的日志被删除"))
        if unreadable:
            breaks.append(ChainBreak(last.seq, f"锚点文件有 {unreadable} 行无法辨认：文件被改动"))
        if last.seq and not self._anchored(last.seq):
            breaks.append(ChainBreak(last.seq, "末条没有锚点：锚点文件被删改，或写不进去"))
        return ChainReport(entries, tuple(breaks))

    def holds(self, connection: Connection, seq: int) -> bool:
        """Tell whether an entry is as it was written, and follows the one before it."""
        columns = [AUDIT.c[name] for name in _COLUMNS]
        near = select(*columns).where(AUDIT.c.seq.in_((seq - 1, seq))).order_by(AUDIT.c.seq)
        rows = connection.execute(near).all()
        if not rows or rows[-1].seq != seq:
            return False
        row = rows[-1]
        stored = StoredEntry(*row[: len(StoredEntry._fields)])
        previous = rows[0].digest if len(rows) > 1 else GENESIS
        return bool(row.prev_digest == previous and link(self.key, previous, stored) == row.digest)

    def _anchored(self, seq: int) -> bool:
        # Read again: whoever added the last entry may have noted its anchor just now.
        return self._anchors is None or seq in self._anchors.read()[0]

    def _faults(
        self, last: ChainHead, stored: StoredEntry, previous: str, digest: str
    ) -> Iterator[ChainBreak]:
        if stored.seq != last.seq + 1:
            yield ChainBreak(last.seq + 1, f"第 {last.seq + 1} 至 {stored.seq - 1} 条被删除")
        elif previous != last.digest:
            yield ChainBreak(stored.seq, "与上一条不衔接：有日志被插入、调换或改写")
        if link(self.key, previous, stored) != digest:
            yield ChainBreak(stored.seq, "内容与校验值不符：本条被改动")


def head(connection: Connection) -> ChainHead:
    """Tell the last link."""
    row = _HEAD.row(connection)
    if row is None:
        raise damaged()
    return ChainHead(*row)


def latest_moment(connection: Connection) -> datetime | None:
    """Tell the latest moment of all entries; None while there is none."""
    row = _LATEST.row(connection)
    return read_time(row[0]) if row and row[0] else None


def later_moment(connection: Connection, at: datetime, born: datetime) -> datetime | None:
    """Tell the latest moment after ``at`` of the entries from one of the moment ``born`` on.

    None if there is none. Where no entry is of that moment, all entries count.
    """
    row = _LATER.row(connection, later=time_text(at), born=time_text(born))
    return None if row is None else read_time(row[0])


def search(
    connection: Connection,
    conditions: AuditFilter,
    *,
    limit: int,
    before: int | None = None,
) -> tuple[LoggedEntry, ...]:
    """Find entries, newest first.

    Args:
        connection: A transaction.
        conditions: Which entries.
        limit: How many at most.
        before: Only entries with a lower number: the last one's of the page before.
    """
    statement = (
        select(AUDIT).where(*clauses_of(conditions)).order_by(AUDIT.c.seq.desc()).limit(limit)
    )
    if before is not None:
        statement = statement.where(AUDIT.c.seq < before)
    return tuple(_logged(row) for row in connection.execute(statement))


def entries(connection: Connection, conditions: AuditFilter) -> Iterator[LoggedEntry]:
    """Give entries one after another, oldest first."""
    last = 0
    while True:
        statement = (
            select(AUDIT)
            .where(*clauses_of(conditions), AUDIT.c.seq > last)
            .order_by(AUDIT.c.seq)
            .limit(_VERIFY_STEP)
        )
        rows = connection.execute(statement).all()
        yield from map(_logged, rows)
        if len(rows) < _VERIFY_STEP:
            return
        last = rows[-1].seq


def count(connection: Connection, conditions: AuditFilter = EVERYTHING) -> int:
    """Count entries."""
    statement = select(func.count()).select_from(AUDIT).where(*clauses_of(conditions))
    return connection.execute(statement).scalar_one()


class _Texts:
    """Writes times and details; the same one again, as in a batch of one source, only once."""

    def __init__(self) -> None:
        self._at: tuple[datetime | None, str] = (None, "")
        self._detail: tuple[Mapping[str, JsonValue] | None, str] = (None, "")

    def time(self, at: datetime) -> str:
        if at is not self._at[0]:
            self._at = (at, time_text(at))
        return self._at[1]

    def detail(self, detail: Mapping[str, JsonValue]) -> str:
        if detail is not self._detail[0]:
            self._detail = (detail, canonical_json(dict(detail)))
        return self._detail[1]


def _stored(seq: int, entry: AuditEntry, texts: _Texts) -> StoredEntry:
    return StoredEntry(
        seq,
        texts.time(entry.at),
        entry.user,
        # Plain texts: the driver takes its time over members of enumerations.
        entry.action.value,
        entry.target,
        entry.outcome.value,
        texts.detail(entry.detail),
    )


def _logged(row: Row[Any]) -> LoggedEntry:
    entry = AuditEntry(
        at=read_time(row.at),
        user=row.user_name,
        action=read_member(Action, row.action),
        target=row.target,
        outcome=read_member(Outcome, row.outcome),
        detail=read_object(row.detail),
    )
    return LoggedEntry(row.seq, entry, row.digest)


def clauses_of(conditions: AuditFilter) -> list[ColumnElement[bool]]:
    """Write conditions for a statement over the log."""
    columns = AUDIT.c
    equal = {
        columns.user_name: conditions.user,
        columns.action: conditions.action,
        columns.target: conditions.target,
        columns.outcome: conditions.outcome,
    }
    clauses = [column == value for column, value in equal.items() if value is not None]
    if conditions.target:
        # Written out, so that the partial index is used.
        clauses.append(columns.target != literal_column("''"))
    if conditions.since is not None:
        clauses.append(columns.at >= time_text(conditions.since))
    if conditions.until is not None:
        clauses.append(columns.at < time_text(conditions.until))
    return clauses


def _rows(connection: Connection) -> Iterator[Row[Any]]:
    # From no number on: forged ones may be numbered as they like.
    after: ColumnElement[bool] = true()
    columns = [AUDIT.c[name] for name in _COLUMNS]
    while True:
        statement = select(*columns).where(after).order_by(AUDIT.c.seq).limit(_VERIFY_STEP)
        rows = connection.execute(statement).all()
        yield from rows
        if len(rows) < _VERIFY_STEP:
            return
        after = AUDIT.c.seq > rows[-1].seq
