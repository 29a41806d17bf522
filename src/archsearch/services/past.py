"""Who could do what with a record at a moment, by the rights, grants and record of then."""

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from sqlalchemy import Connection

from archsearch.domain.access import Principal
from archsearch.domain.audit import Action, AuditFilter
from archsearch.domain.audit_report import Seen
from archsearch.domain.past import recalled, who_could
from archsearch.domain.policy import Facts, Ground, Policy, Right, Rule
from archsearch.domain.record import JsonValue, RecordId
from archsearch.domain.users import User
from archsearch.domain.zone import CHINA
from archsearch.errors import InvalidRequestError, NotFoundError, StoreError
from archsearch.services.asking import Masker
from archsearch.services.identity import principal_of, require
from archsearch.services.policy import TARGET
from archsearch.services.reading import LONGEST_ID, NOT_FOUND
from archsearch.services.trail import Trail
from archsearch.storage import access, audit_counts, audit_log, meta, moments, past
from archsearch.storage.moments import Moment
from archsearch.storage.past import Loan

ASKABLE: Final = (
    Right.READ,
    Right.CHANGE,
    Right.CHANGE_FROZEN,
    Right.DELETE,
    Right.APPROVE,
    Right.EXPORT,
    Right.REVEAL,
    Right.DESTROY,
)
"""Rights over stored records."""

_SEEN_TOLD: Final = 100_000


@dataclass(frozen=True, slots=True)
class Could:
    """Somebody who had a right over a record, and what gave it to them.

    ``loans`` are the grants in force where it was a grant that did.
    """

    user: str
    display_name: str
    role: str
    clearance: str
    ground: Ground
    rule: Rule | None
    loans: tuple[Loan, ...] = ()


@dataclass(frozen=True, slots=True)
class WhoCould:
    """What was so at a moment.

    ``at`` is the moment, ``seq`` the last entry of the log before it. ``record`` is what access to
    it depended on then, None when it did not exist yet. ``seen`` are those who did look at it until
    then, if that was asked for.
    """

    at: datetime
    seq: int
    right: Right
    policy: str
    record: Facts | None
    version: int = 0
    users: tuple[Could, ...] = ()
    seen: tuple[Seen, ...] | None = None


@dataclass(frozen=True, slots=True)
class PastQuestion:
    """What is asked about a record: who had a right over it, at a time or entry of the log."""

    record_id: str
    at: datetime | date | int
    right: Right = Right.READ
    seen: bool = False


@dataclass(frozen=True, slots=True)
class PastService:
    """Answers for those who may explain rights; by the policy shipped, administrators."""

    trail: Trail
    policy: Policy
    masker: Masker

    def who_could(self, question: PastQuestion, by: str) -> WhoCould:
        """List who had a right over a record at a moment, by name.

        Raises:
            AccessDeniedError: Who asks may not know.
            InvalidRequestError: The moment is to come, or before what is known.
            NotFoundError: There is no such record, or who asks may not see it now.
        """
        target = self.masker.text(question.record_id[:LONGEST_ID])
        with self.trail.failures(by, Action.POLICY_PAST, target=target):
            if question.right not in ASKABLE:
                raise InvalidRequestError(f"可以问的权限：{'、'.join(ASKABLE)}。")
            with self.trail.database.read() as connection:
                self._authorise(connection, question, by)
                moment = self._moment(connection, question.at)
                found = self._found(connection, question, moment)
        detail: dict[str, JsonValue] = {"right": str(found.right), "as_of": found.seq}
        detail["users"] = len(found.users)
        if question.seen:
            detail["seen"] = True
        self.trail.note(by, Action.POLICY_PAST, target=target, detail=detail)
        return found

    def _authorise(self, connection: Connection, question: PastQuestion, by: str) -> None:
        principal = principal_of(connection, by, self.trail.clock())
        require(self.policy, principal, Right.EXPLAIN)
        if question.seen:
            require(self.policy, principal, Right.LOG)
        held = access.held_of(connection, RecordId(question.record_id))
        there = Right.DELETE if held is not None and held.deleted else Right.READ
        # What is hidden from who asks answers like what is not there, whatever it was once.
        if held is None or not self.policy.scope(principal, there).allows(*held.facts):
            raise NotFoundError(NOT_FOUND)

    def _moment(self, connection: Connection, at: datetime | date | int) -> Moment:
        if isinstance(at, int):
            found = moments.moment_of(connection, at)
            if found is None:
                raise NotFoundError("操作日志里没有这个序号。")
        else:
            found = moments.moment_at(connection, self._time(connection, at))
        since = moments.since(connection)
        if since and found.seq < since:
            raise InvalidRequestError(
                "那时还没有记下权限的历史：从升级到有历史的版本（日志序号 "
                f"{since}）起，才能查询当时谁可以查看。"
            )
        return found

    def _time(self, connection: Connection, at: date) -> datetime:
        latest = audit_log.latest_moment(connection)
        now = self.trail.clock() if latest is None else max(self.trail.clock(), latest)
        if not isinstance(at, datetime):
            end = datetime.combine(at, time(), CHINA) + timedelta(days=1)
            last = end - timedelta(microseconds=1)
            at = min(last, now) if at == now.astimezone(CHINA).date() else last
        elif at.tzinfo is None:
            at = at.replace(tzinfo=CHINA)
        if at > now:
            raise InvalidRequestError("这个时刻还没有到；只能问过去和现在。")
        return at

    def _found(self, connection: Connection, question: PastQuestion, moment: Moment) -> WhoCould:
        record_id, right = RecordId(question.record_id), question.right
        sighted = past.sighting(connection, record_id, moment.seq)
        policy = policy_at(connection, moment.seq) or self.policy
        told = WhoCould(moment.at, moment.seq, right, policy.fingerprint, None)
        if sighted is None:
            return told
        users = past.users_at(connection, moment.seq)
        loans = past.loans_at(connection, record_id, moment)
        people = _people(users, loans, record_id)
        shown = {user.name: user.display_name for user in users}
        able = (
            Could(
                each.principal.name,
                shown[each.principal.name],
                str(each.principal.role or ""),
                each.principal.clearance,
                each.decision.ground,
                each.decision.rule,
                _loans(loans, each.principal.name, right)
                if each.decision.ground is Ground.GRANTED
                else (),
            )
            for each in who_could(sighted.facts, policy, people, right)
            # What was deleted is there for those alone who may delete it.
            if not sighted.deleted
            or policy.decide(each.principal, Right.DELETE, sighted.facts).allowed
        )
        seen = self._seen(connection, record_id, moment) if question.seen else None
        return WhoCould(
            moment.at,
            moment.seq,
            right,
            policy.fingerprint,
            sighted.facts,
            sighted.version,
            tuple(able),
            seen,
        )

    @staticmethod
    def _seen(connection: Connection, record_id: RecordId, moment: Moment) -> tuple[Seen, ...]:
        conditions = AuditFilter(target=record_id)
        found, _ = audit_counts.seen(connection, conditions, _SEEN_TOLD, upto=moment.seq)
        return tuple(found)


def policy_at(connection: Connection, seq: int) -> Policy | None:
    """Recall the policy that was in force; None if the log does not tell.

    Raises:
        StoreError: Its text is gone or altered.
    """
    changes = AuditFilter(action=Action.CONFIGURE, target=TARGET)
    first = audit_log.search(connection, AuditFilter(), limit=1, before=2)
    for logged in (*audit_log.search(connection, changes, limit=1, before=seq + 1), *first):
        detail = logged.entry.detail
        fingerprint = detail.get("fingerprint") or detail.get("policy")
        if fingerprint:
            return policy_of(connection, str(fingerprint))
    return None


def policy_of(connection: Connection, fingerprint: str) -> Policy:
    """Recall a policy by its fingerprint; raises as :func:`policy_at`."""
    text = meta.get(connection, f"policy/{fingerprint}") or ""
    if hashlib.sha256(text.encode()).hexdigest() != fingerprint:
        raise StoreError(
            "档案库里当时的权限规则缺失或被改动过，与操作日志不符；请从备份恢复 var/。"
        )
    return recalled(text)


def principal_at(connection: Connection, name: str, moment: Moment) -> Principal | None:
    """Tell who a user was as access rules saw them; None if there was none, or it was disabled."""
    user = past.user_at(connection, name, moment.seq)
    if user is None or user.disabled:
        return None
    lent = past.lent_at(connection, name, moment)
    return Principal(
        user.name, user.role, user.departments, user.clearance, lent.records, lent.unmasked
    )


def _people(
    users: Iterable[User], loans: Collection[Loan], record_id: RecordId
) -> Iterable[Principal]:
    """Give everybody who was not locked out, with their grants of one record."""
    lent = {loan.user for loan in loans}
    unmasked = {loan.user for loan in loans if loan.sensitive}
    one = frozenset({record_id})
    for user in users:
        if not user.disabled:
            yield Principal(
                user.name,
                user.role,
                user.departments,
                user.clearance,
                one if user.name in lent else frozenset(),
                one if user.name in unmasked else frozenset(),
            )


def _loans(loans: Iterable[Loan], user: str, right: Right) -> tuple[Loan, ...]:
    return tuple(
        loan
        for loan in loans
        if loan.user == user and (loan.sensitive or right is not Right.REVEAL)
    )
