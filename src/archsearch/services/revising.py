"""Changing, deleting and restoring single records: one new version each, searchable at once."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from archsearch.domain.audit import Action
from archsearch.domain.policy import Right
from archsearch.domain.problem import Problem
from archsearch.domain.record import FieldChange, JsonValue, Origin, Record, RecordId, Status
from archsearch.domain.zone import CHINA
from archsearch.errors import BusyError, ConflictError, NotFoundError, StaleError
from archsearch.ingest.naming import NamingRule
from archsearch.services.admission import Decision, record_of
from archsearch.services.differing import Differ
from archsearch.services.editing import Edit, Editor, Held, hold
from archsearch.services.identity import principal_of, require
from archsearch.services.index import IndexService
from archsearch.services.numbering import Numbering
from archsearch.services.reading import LONGEST_ID
from archsearch.services.traces import traced
from archsearch.services.trail import Trail
from archsearch.services.words import reason as reason_of
from archsearch.services.words import written
from archsearch.storage import departments, records
from archsearch.storage.content import content_digest
from archsearch.storage.database import vault_of
from archsearch.storage.records import Revision

Ended = Callable[[Connection, RecordId, str, datetime], None]
"""Ends whatever was lent of a record, in the transaction that deletes it, by whom, when."""


@dataclass(frozen=True, slots=True)
class Revised:
    """What became of a record.

    ``changes`` are those of this version, empty when nothing was new and no version was made.
    ``indexed`` is False while another process still has to bring it into the index.
    """

    record_id: RecordId
    version: int
    changes: tuple[FieldChange, ...] = ()
    warnings: tuple[Problem, ...] = ()
    indexed: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """What history and log are to say of a new version besides what changed."""

    action: Action
    cause: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Reviser:
    """Makes the new versions; whoever calls it has opened the transaction."""

    trail: Trail
    editor: Editor
    differ: Differ
    index: IndexService

    def revise(
        self, connection: Connection, user: str, held: Held, edit: Edit, told: Told
    ) -> Revised:
        """Make a new version of what an edit says; none where it says nothing new.

        Raises:
            RejectedError: It cannot be right, or the user may not put the record there.
        """
        if held.known.deleted:
            raise ConflictError("这份档案已删除；要修改它，请先恢复（restore）。")
        at = self.trail.clock()
        principal = principal_of(connection, user, at)
        decision = self.editor.decide(connection, principal, held, edit, at)
        if decision is None:
            return Revised(held.known.record_id, held.known.version)
        record = record_of(decision, held.known.record_id)
        if record.department not in {"", held.record.department}:
            departments.ensure(connection, record.department, at=at)
        self.store(connection, user, held, Revision(record, decision.digest, told.cause), told)
        return self.revised(held, record, decision)

    def store(
        self, connection: Connection, user: str, held: Held, revision: Revision, told: Told
    ) -> None:
        """Save a version and enter it in the log."""
        record = revision.record
        records.save(connection, [revision], by=user, at=self.trail.clock())
        stamp = vault_of(connection).trace
        fields = traced(held.record.values, record.values, stamp)
        detail: dict[str, JsonValue] = {"version": record.version, **told.cause, "fields": fields}
        entry = self.trail.entry(user, told.action, target=record.record_id, detail=detail)
        self.trail.log.append(connection, entry)

    def revised(self, held: Held, record: Record, decision: Decision | None = None) -> Revised:
        """Tell what was done, as far as it is for whoever did it."""
        changes = self.differ.between(held.record.values, record.values)
        warnings = () if decision is None else decision.draft.problems
        return Revised(record.record_id, record.version, changes, warnings)

    def searchable(self, revised: Revised) -> Revised:
        """Bring what was stored into the index."""
        if not revised.changes:
            return revised
        try:
            self.index.drain()
        except BusyError:
            return replace(revised, indexed=False)
        return revised


@dataclass(frozen=True, slots=True)
class RevisingService:
    """Changes single records for those who may."""

    reviser: Reviser
    ended: Ended
    naming: NamingRule

    def change(
        self,
        record_id: str,
        fields: Mapping[str, Any],
        user: str,
        *,
        expected: int | None = None,
        reason: str = "",
    ) -> Revised:
        """Change fields of a record; None takes one away.

        Args:
            record_id: The record.
            fields: By any name of the schema; a list of groups is given as a whole.
            user: Who changes it.
            expected: The version that they have seen; another one is a conflict.
            reason: For the history and the log.

        Raises:
            NotFoundError: The record does not exist or is out of scope: the two look alike.
            AccessDeniedError: The user may read it, but not change it.
            ConflictError: It is at another version than expected, or was deleted.
            InvalidRequestError: What was said means nothing.
            RejectedError: A value is wrong, or the user may not put the record there.
        """
        reviser = self.reviser
        with self._failures(user, Action.CHANGE, record_id):
            edit = reviser.editor.read(fields, record_id)
            words = written(reason, "理由", reviser.editor.masker, required=False)
            told = Told(Action.CHANGE, {"reason": words} if words else {})
            with reviser.trail.database.write() as connection:
                held = self._held(connection, user, record_id, Right.CHANGE)
                expect(held, expected)
                revised = reviser.revise(connection, user, held, edit, told)
        return reviser.searchable(revised)

    def create(self, fields: Mapping[str, Any], user: str, *, reason: str = "") -> Revised:
        """Make one new record of fields that somebody typed.

        Raises:
            AccessDeniedError: The user may not make records.
            ConflictError: There is such a record already.
            InvalidRequestError: What was said means nothing.
            RejectedError: A value is wrong or missing, or the record id is not to be had.
        """
        trail, editor = self.reviser.trail, self.reviser.editor
        with self._failures(user, Action.CREATE, ""):
            at = trail.clock()
            draft = editor.fresh(fields, at.astimezone(CHINA).date())
            words = written(reason, "理由", editor.masker, required=False)
            with trail.database.write() as connection:
                principal = principal_of(connection, user, at)
                require(editor.policy, principal, Right.CREATE)
                decision = editor.admit(connection, principal, draft, at)
                record_id = self._record_id(connection, decision, at)
                record = record_of(decision, record_id)
                if record.department:
                    departments.ensure(connection, record.department, at=at)
                cause = {"reason": words} if words else {}
                records.save(connection, [Revision(record, decision.digest, cause)], by=user, at=at)
                entry = trail.entry(user, Action.CREATE, target=record_id, detail=cause)
                trail.log.append(connection, entry)
        changes = self.reviser.differ.between({}, record.values)
        return self.reviser.searchable(Revised(record_id, 1, changes, draft.problems))

    def _record_id(self, connection: Connection, decision: Decision, at: datetime) -> RecordId:
        given, nature = decision.values.get("record_id"), decision.values.get("nature")
        if given:
            return RecordId(str(given))
        numbering = Numbering(connection, self.naming, (), 1)
        year = at.astimezone(CHINA).year
        record_id = numbering.next(None if nature is None else str(nature), year)
        numbering.close()
        return record_id

    def delete(self, record_id: str, user: str, *, reason: str) -> Revised:
        """Take a record out of all search; its history stays, and it can be restored.

        What was lent of it ends. Until it is restored, it is there for those alone who may delete
        it.

        Raises:
            NotFoundError: The record does not exist or is out of scope: the two look alike.
            AccessDeniedError: The user may read it, but not delete it.
            ConflictError: It is frozen, or deleted already.
            InvalidRequestError: There is no reason.
        """
        with self._failures(user, Action.DELETE, record_id):
            told = self._told(Action.DELETE, "删除理由", reason)
            with self.reviser.trail.database.write() as connection:
                held = self._held(connection, user, record_id, Right.DELETE)
                if held.record.status in _KEPT:
                    raise ConflictError(_KEPT[held.record.status])
                record = _marked(held.record, Status.DELETED, None)
                revised = self._store(connection, user, held, record, told)
                self.ended(connection, record.record_id, user, self.reviser.trail.clock())
        return self.reviser.searchable(revised)

    def restore(self, record_id: str, user: str, *, reason: str) -> Revised:
        """Bring a deleted record back as it was.

        Raises:
            NotFoundError: There is no such record, or the user may not restore it.
            ConflictError: It is not deleted.
            InvalidRequestError: There is no reason.
        """
        with self._failures(user, Action.RESTORE, record_id):
            told = self._told(Action.RESTORE, "恢复理由", reason)
            with self.reviser.trail.database.write() as connection:
                held = self._held(connection, user, record_id, Right.DELETE)
                if not held.known.deleted:
                    raise ConflictError("这份档案没有被删除，无需恢复。")
                record = _marked(held.record, *_earlier(connection, held))
                revised = self._store(connection, user, held, record, told)
        return self.reviser.searchable(revised)

    def _store(
        self, connection: Connection, user: str, held: Held, record: Record, told: Told
    ) -> Revised:
        key = vault_of(connection).content_key
        digest = content_digest(record.values, record.origins, key)
        self.reviser.store(connection, user, held, Revision(record, digest, told.cause), told)
        return self.reviser.revised(held, record)

    def _told(self, action: Action, name: str, reason: str) -> Told:
        words = reason_of(reason, name, self.reviser.editor.masker)
        return Told(action, {"deed": action.value, "reason": words})

    def _held(self, connection: Connection, user: str, record_id: str, right: Right) -> Held:
        principal = principal_of(connection, user, self.reviser.trail.clock())
        return hold(connection, principal, self.reviser.editor.policy, right, record_id)

    def _failures(self, user: str, action: Action, record_id: str) -> AbstractContextManager[None]:
        target = self.reviser.editor.masker.text(record_id[:LONGEST_ID])
        return self.reviser.trail.failures(user, action, target=target)


_KEPT: Final[Mapping[str, str]] = {
    Status.FROZEN: "这份档案已冻结，不能删除；请先解除冻结。",
    Status.DELETED: "这份档案已经删除。",
    Status.DESTROYED: "这份档案已销毁，无需删除。",
}
"""States that a record is not deleted from."""


def expect(held: Held, version: int | None) -> None:
    """Refuse to change another version than was seen.

    Raises:
        ConflictError: It is another one.
    """
    now = held.known.version
    if version is not None and version != now:
        raise StaleError(f"档案现在是第 {now} 版，不是第 {version} 版；请重新查看后再改。")


def _marked(record: Record, status: JsonValue, origin: Origin | None) -> Record:
    """Give the next version of a record, with another state and all else as it is."""
    values, origins = dict(record.values), dict(record.origins)
    values.pop("status", None)
    origins.pop("status", None)
    if status is not None:
        values["status"] = str(status)
    if origin is not None:
        origins["status"] = origin
    return replace(record, version=record.version + 1, values=values, origins=origins)


def _earlier(connection: Connection, held: Held) -> tuple[JsonValue, Origin | None]:
    """Tell the state that a record was deleted from."""
    before = records.at_version(connection, held.known.record_id, held.known.version - 1)
    if before is None:
        raise NotFoundError("找不到删除以前的版本；请运行 archsearch doctor 检查。")
    return before.values.get("status"), before.origins.get("status")
