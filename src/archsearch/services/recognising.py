"""Recognition (文字识别): what stands on filed scans becomes text of their records.

Scan after scan, in the order in which they were filed, while nobody waits: each step does what can
be done at once. What was read is kept with the attachment, so that it is sealed, found, shown and
destroyed as the rest of the record is; the bookmark moves in the same transaction.
"""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import Connection

from archsearch.domain.audit import Action
from archsearch.domain.policy import Right
from archsearch.domain.record import RecordId, Values
from archsearch.errors import (
    AccessDeniedError,
    ConflictError,
    NotFoundError,
    RejectedError,
    StoreError,
)
from archsearch.services.editing import hold
from archsearch.services.identity import principal_of
from archsearch.services.readings import (
    PROPOSED,
    READ,
    READING,
    TEXT,
    UNREADABLE,
    Readings,
    attachments_of,
)
from archsearch.services.recogniser import Reads, Verdict
from archsearch.services.revising import Revised, Reviser, Told
from archsearch.storage import meta, records, scans
from archsearch.storage.scans import ScanStore, Stored

_LARGEST: Final = 200 << 20
"""Bytes; to be read, a scan is in memory."""
_BOOKMARK: Final = "recognised"
_REASON: Final = "扫描件文字识别"
_PASSED: Final = (AccessDeniedError, ConflictError, NotFoundError, RejectedError)
"""Why a record cannot be given its text: it is gone, or not this user's to change."""


class _Due(NamedTuple):
    """A scan that is to be read."""

    number: int
    record_id: RecordId
    stored: Stored


@dataclass(slots=True)
class RecognitionService:
    """Has scans read on behalf of a user, who may change the records they belong to."""

    reviser: Reviser
    store: ScanStore
    readings: Readings
    reads: Reads
    user: str
    _held: _Due | None = None

    def step(self) -> bool:
        """Do what can be done without waiting; tells whether there is anything left.

        Raises:
            StoreError: The disk failed; the scan is read again.
        """
        if self._held is not None:
            verdict = self.reads.verdict()
            if verdict is not None:
                self._note(self._held, verdict)
                self._held = None
            return True
        due = self._next()
        if due is None:
            self.reads.close()
            return False
        if due.stored.size > _LARGEST:
            self._note(due, Verdict(None))
            return True
        try:
            self.reads.give(self.store.read(due.stored.address, due.stored.key))
        except StoreError:
            # Its file is gone, which the doctor tells; others are there.
            self._note(due, Verdict(None))
            return True
        self._held = due
        return True

    def close(self) -> None:
        """End the reading; what was being read is read again another time."""
        self._held = None
        self.reads.close()

    def _next(self) -> _Due | None:
        with self.reviser.trail.database.read() as connection:
            after = int(meta.get(connection, _BOOKMARK) or 0)
            for number, record_id, address in scans.after(connection, after):
                found = self._of(connection, record_id, address)
                if found is not None:
                    return _Due(number, record_id, found)
        return None

    @staticmethod
    def _of(connection: Connection, record_id: RecordId, address: str) -> Stored | None:
        """Find a scan that was not read yet, with its key."""
        record = records.get(connection, [record_id]).get(record_id)
        for each in attachments_of(record.values) if record else ():
            found = scans.find(connection, record_id, str(each.get("sha256") or ""))
            if found is not None and found.address == address:
                return None if each.get(READING) else found
        return None

    def _note(self, due: _Due, verdict: Verdict) -> None:
        revised: Revised | None = None
        with self.reviser.trail.database.write() as connection:
            with suppress(*_PASSED):
                revised = self._revise(connection, due, verdict)
            meta.put(connection, _BOOKMARK, str(due.number))
        if revised is not None:
            self.reviser.searchable(revised)

    def _revise(self, connection: Connection, due: _Due, verdict: Verdict) -> Revised | None:
        reviser = self.reviser
        principal = principal_of(connection, self.user, reviser.trail.clock())
        policy = reviser.editor.policy
        held = hold(connection, principal, policy, Right.CHANGE, due.record_id)
        attachments = attachments_of(held.record.values)
        for each in attachments:
            if each.get("sha256") == due.stored.digest:
                each.update(self._said(verdict, held.record.values))
        edit = reviser.editor.read({"attachments": attachments}, due.record_id)
        told = Told(Action.CHANGE, {"reason": _REASON})
        return reviser.revise(connection, self.user, held, edit, told)

    def _said(self, verdict: Verdict, values: Values) -> Iterator[tuple[str, str]]:
        if not verdict.text:
            yield READING, UNREADABLE
            return
        yield TEXT, verdict.text
        yield READING, PROPOSED if self.readings.news(values, verdict.text) else READ
