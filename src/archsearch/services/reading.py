"""Reading one record, its history, and who else may."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from archsearch.domain.access import Reason, Scope
from archsearch.domain.audit import Action
from archsearch.domain.policy import Policy, Right
from archsearch.domain.record import (
    FieldChange,
    JsonValue,
    Record,
    RecordId,
    RecordVersion,
    Status,
    Values,
)
from archsearch.errors import AccessDeniedError, InvalidRequestError, NotFoundError
from archsearch.services.asking import Masker
from archsearch.services.differing import Differ
from archsearch.services.identity import (
    as_principal,
    principal_of,
    refusal,
    require,
)
from archsearch.services.trail import Trail
from archsearch.storage import access, grants, records, users

NOT_FOUND = "没有这份档案，或不在您的检索范围内。"
_MASKED_FOR_YOU = "您可以查看这份档案，但不能查看其敏感内容；可申请调阅。"
LONGEST_ID = 200
_SHORTEST_REASON = 2
_COUNTING = frozenset({"row", "proposal"})
"""Of where a version came from, what would tell how much else there is: the row of a file counts
the others in it. For whoever did it, and for those who see everything."""
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Viewer:
    """A user who may see a record, and why."""

    name: str
    display_name: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Lending:
    """The borrow request by which a user reads a record, and until when.

    ``extension`` are the days of a renewal that waits for an answer.
    """

    request: str
    until: datetime
    extension: int | None


class ReadingService:
    """Shows records to those who may see them."""

    def __init__(self, trail: Trail, policy: Policy, masker: Masker, differ: Differ) -> None:
        self._trail = trail
        self._policy = policy
        self._masker = masker
        self._differ = differ

    def get(self, record_id: str, user: str) -> Record:
        """Load one record, masked.

        Raises:
            NotFoundError: It does not exist or is out of scope: the two look alike.
        """
        record, _ = self._visible(record_id, user, Action.SHOW)
        masked = self._masker.values(record.values)
        return Record(record.record_id, record.version, masked, {}, record.origins, record.quality)

    def reveal(self, record_id: str, reason: str, user: str) -> Record:
        """Load one record with its sensitive fields as they are; the reason goes into the log.

        Raises:
            AccessDeniedError: The user may read the record, but not so.
            InvalidRequestError: There is no reason.
            NotFoundError: As for :meth:`get`.
        """
        detail = self._reason(reason)
        record, _ = self._visible(record_id, user, Action.REVEAL, Right.REVEAL, detail)
        return Record(
            record.record_id, record.version, record.values, {}, record.origins, record.quality
        )

    def loan(self, record_id: str, user: str) -> Lending | None:
        """Tell by what request a record is lent to a user now; None if it is not."""
        with self._trail.database.read() as connection:
            found = grants.loan(connection, user, RecordId(record_id), self._trail.clock())
        return found and Lending(f"{user}-{found.request}", found.until, found.extension)

    def original(
        self,
        record_id: str,
        reason: str,
        user: str,
        action: Action,
        detail: Mapping[str, JsonValue],
    ) -> Record:
        """Load one record as it is, for something that is entered in the log by its own name.

        Raises:
            AccessDeniedError: As for :meth:`reveal`.
            InvalidRequestError: There is no reason.
            NotFoundError: As for :meth:`get`.
        """
        told = {**detail, **self._reason(reason)}
        return self._visible(record_id, user, action, Right.REVEAL, told)[0]

    def history(
        self, record_id: str, user: str, reason: str | None = None
    ) -> tuple[RecordVersion, ...]:
        """Load every version of a record with what changed in it, masked, oldest first.

        Args:
            record_id: The record.
            user: Who asks.
            reason: Why sensitive fields are to be shown as they are, for who may; it goes into the
                log. None to have them masked.

        Raises:
            NotFoundError: As for :meth:`get`.
            AccessDeniedError: The user may read the record, but not so.
            InvalidRequestError: The reason is empty.
        """
        if reason is None:
            record, scope = self._visible(record_id, user, Action.HISTORY)
        else:
            detail = {"history": True, **self._reason(reason)}
            record, scope = self._visible(record_id, user, Action.REVEAL, Right.REVEAL, detail)
        with self._trail.database.read() as connection:
            versions = records.history(connection, record.record_id)
        # What was secret while it was secret stays so.
        told = [v for v in versions if str(v.values.get("secrecy", "")) in scope.secrecies]
        own = _COUNTING if self._policy.hides_from(scope) else frozenset()
        return tuple(self._compared(told, user, own, revealed=reason is not None))

    def _compared(
        self,
        versions: Sequence[RecordVersion],
        user: str,
        own: frozenset[str],
        *,
        revealed: bool,
    ) -> Iterator[RecordVersion]:
        """Say of each version what is new since the one before that is shown."""
        before: Values | None = None
        for version in versions:
            values = version.values
            changes: tuple[FieldChange, ...] = ()
            if before is not None:
                changes = self._differ.between(before, values, revealed=revealed)
            before = values
            shown = values if revealed else self._masker.values(values)
            theirs = user in {version.changed_by, version.cause.get("proposed_by")}
            cause = {
                key: self._masker.text(text)
                for key, text in version.cause.items()
                if theirs or key not in own
            }
            yield replace(version, values=shown, cause=cause, changes=changes)

    def _reason(self, reason: str) -> dict[str, JsonValue]:
        told = " ".join(reason.split())[:_LONGEST_REASON]
        if len(told) < _SHORTEST_REASON:
            raise InvalidRequestError(f"请写明查看原文的理由，至少 {_SHORTEST_REASON} 个字。")
        return {"reason": self._masker.text(told)}

    def who(self, record_id: str, user: str) -> tuple[Viewer, ...]:
        """List the users who may see a record now, by name; for those who may explain rights.

        Raises:
            AccessDeniedError: Who asks may not.
            NotFoundError: As for :meth:`get`.
        """
        record, _ = self._visible(record_id, user, Action.SHOW, Right.EXPLAIN, {"who": True})
        there = Right.DELETE if record.status == Status.DELETED else Right.READ
        now = self._trail.clock()
        viewers = []
        with self._trail.database.read() as connection:
            for each in users.all_users(connection):
                scope = self._policy.scope(as_principal(connection, each, now), there)
                reason = None if each.disabled else scope.reason(record)
                if reason is not None:
                    viewers.append(Viewer(each.name, each.display_name, reason))
        return tuple(viewers)

    def _visible(
        self,
        record_id: str,
        user: str,
        action: Action,
        right: Right = Right.READ,
        detail: Mapping[str, JsonValue] | None = None,
    ) -> tuple[Record, Scope]:
        target = self._masker.text(record_id[:LONGEST_ID])
        with self._trail.failures(user, action, target=target):
            with self._trail.database.read() as connection:
                principal = principal_of(connection, user, self._trail.clock())
                if not right.of_records:
                    require(self._policy, principal, right)
                held = access.held_of(connection, RecordId(record_id))
                # What was deleted is there for those alone who may delete it.
                there = Right.DELETE if held is not None and held.deleted else Right.READ
                scope = self._policy.scope(principal, there)
                # Not even opened for who may not see it: whether it can be is nothing for them.
                if held is None or not scope.allows(*held.facts):
                    raise NotFoundError(NOT_FOUND)
                record = records.get(connection, [held.facts.record_id])[held.facts.record_id]
            if right.of_records and not self._policy.scope(principal, right).permits(record):
                raise AccessDeniedError(
                    refusal(self._policy, principal, right, held.facts, _MASKED_FOR_YOU)
                )
        self._trail.note(user, action, target=record_id, detail=detail)
        return record, scope
