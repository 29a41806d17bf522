"""Reading one record, its history, and who else may."""

from collections.abc import Mapping
from dataclasses import dataclass

from archsearch.domain.access import Reason, Scope
from archsearch.domain.audit import Action
from archsearch.domain.policy import Policy, Right
from archsearch.domain.record import JsonValue, Record, RecordId, RecordVersion
from archsearch.errors import AccessDeniedError, InvalidRequestError, NotFoundError
from archsearch.services.asking import Masker
from archsearch.services.identity import as_principal, principal_of, require
from archsearch.services.trail import Trail
from archsearch.storage import access, records, users

NOT_FOUND = "没有这份档案，或不在您的检索范围内。"
LONGEST_ID = 200
_SHORTEST_REASON = 2
_LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Viewer:
    """A user who may see a record, and why."""

    name: str
    display_name: str
    reason: Reason


class ReadingService:
    """Shows records to those who may see them."""

    def __init__(self, trail: Trail, policy: Policy, masker: Masker) -> None:
        self._trail = trail
        self._policy = policy
        self._masker = masker

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
        told = " ".join(reason.split())[:_LONGEST_REASON]
        if len(told) < _SHORTEST_REASON:
            raise InvalidRequestError("请写明查看原文的理由。")
        detail = {"reason": self._masker.text(told)}
        record, _ = self._visible(record_id, user, Action.REVEAL, Right.REVEAL, detail)
        return Record(
            record.record_id, record.version, record.values, {}, record.origins, record.quality
        )

    def history(self, record_id: str, user: str) -> tuple[RecordVersion, ...]:
        """Load every version of a record, masked, oldest first."""
        record, scope = self._visible(record_id, user, Action.HISTORY)
        with self._trail.database.read() as connection:
            versions = records.history(connection, record.record_id)
        return tuple(
            RecordVersion(
                version.record_id,
                version.version,
                self._masker.values(version.values),
                version.changed_by,
                version.changed_at,
            )
            for version in versions
            # What was secret while it was secret stays so.
            if str(version.values.get("secrecy", "")) in scope.secrecies
        )

    def who(self, record_id: str, user: str) -> tuple[Viewer, ...]:
        """List the users who may see a record now, by name; for those who may explain rights.

        Raises:
            AccessDeniedError: Who asks may not.
            NotFoundError: As for :meth:`get`.
        """
        record, _ = self._visible(record_id, user, Action.SHOW, Right.EXPLAIN, {"who": True})
        now = self._trail.clock()
        viewers = []
        with self._trail.database.read() as connection:
            for each in users.all_users(connection):
                scope = self._policy.scope(as_principal(connection, each, now))
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
                scope = self._policy.scope(principal)
                facts = access.facts_of(connection, RecordId(record_id))
                # Not even opened for who may not see it: whether it can be is nothing for them.
                if facts is None or not scope.allows(*facts):
                    raise NotFoundError(NOT_FOUND)
                record = records.get(connection, [facts.record_id])[facts.record_id]
            if right.of_records and not self._policy.scope(principal, right).permits(record):
                raise AccessDeniedError("您可以查看这份档案，但不能查看其敏感内容；可申请调阅。")
        self._trail.note(user, action, target=record_id, detail=detail)
        return record, scope
