"""What becomes of a checked draft: a new record, a new version, nothing new, or a refusal.

Decides by what the policy lets whoever brings it create and change. A record id that is taken by a
record the user may not see is answered as not available, whatever its content.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, NamedTuple, Self

from archsearch.domain.access import Principal, Scope, is_below
from archsearch.domain.policy import Filing, Policy, Right
from archsearch.domain.problem import Aspect, Problem
from archsearch.domain.record import GONE, Origin, Record, RecordId, Status, Values
from archsearch.ingest.amend import amend, copied_key, same_content
from archsearch.ingest.rows import Draft
from archsearch.storage.content import content_digest
from archsearch.storage.departments import path_fault
from archsearch.storage.identities import Identity


class Verdict(StrEnum):
    """What is done with a row."""

    CREATE = "create"
    CHANGE = "change"
    NOTHING = "nothing"
    REFUSE = "refuse"


class Decision(NamedTuple):
    """A verdict; with the values to store, or the reasons against it."""

    verdict: Verdict
    draft: Draft
    values: Values
    digest: str
    known: Identity | None = None
    problems: tuple[Problem, ...] = ()
    record_id: RecordId | None = None

    def stored_as(self, record_id: RecordId) -> "Decision":
        """Give the decision with the id of its record."""
        verdict, draft, values, digest, known, problems, _ = self
        return Decision(verdict, draft, values, digest, known, problems, record_id)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a user may see and do by the policy, worked out once for all drafts.

    ``creating`` and ``changing`` say where records may be put; None is nowhere. ``founds`` tells
    whether departments that are new come into being.
    """

    scope: Scope
    changeable: Scope
    even_frozen: Scope
    deletable: Scope
    creating: Filing | None
    changing: Filing | None
    founds: bool

    @classmethod
    def of(cls, principal: Principal, policy: Policy) -> Self:
        """Work it out."""
        return cls(
            policy.scope(principal),
            policy.scope(principal, Right.CHANGE),
            policy.scope(principal, Right.CHANGE_FROZEN),
            policy.scope(principal, Right.DELETE),
            policy.filing(principal, Right.CREATE),
            policy.filing(principal, Right.CHANGE),
            policy.may(principal, Right.DEPARTMENTS),
        )


@dataclass(frozen=True, slots=True)
class Admission:
    """Decides about drafts on behalf of one user on one day.

    ``department_exists`` tells whether a path is in the tree, ``check`` validates a
    draft, ``mask`` hides what a user is not shown, ``content_key`` is what digests are made with.
    """

    principal: Principal
    standing: Standing
    today: date
    department_exists: Callable[[str], bool]
    check: Callable[[Draft, date], Draft]
    mask: Callable[[Values], Values]
    content_key: bytes

    def sees(self, known: Identity) -> bool:
        """Whether a stored record is in the user's scope; of deleted ones, what they may delete."""
        return _inside(known, self.standing.deletable if known.deleted else self.standing.scope)

    def digest(self, draft: Draft) -> str:
        """Digest what the row itself says, to recognise it again."""
        return content_digest(draft.values, draft.origins, self.content_key)

    def decide(
        self, draft: Draft, digest: str, known: Identity | None, before: Record | None
    ) -> Decision:
        """Decide about a draft.

        Args:
            draft: Without errors of its own, but for what the record that it is about may have.
            digest: Of its content.
            known: The stored record that it is about, if any.
            before: That record's content, when its digest differs.
        """
        if known is None or not self.sees(known):
            if known is None or draft.rejected:
                return self._stored(draft, digest, None, None)
            return self.taken(draft, digest)
        # Before anything is compared: the answer would tell what is masked.
        shut = _DELETED if known.deleted else self._closed(known)
        if shut is not None and not self._brought(known, digest):
            return self._refuse(draft, digest, *shut)
        if known.digest == digest:
            return Decision(Verdict.NOTHING, draft, {}, digest, known)
        if before is not None:
            return self._laid(draft, digest, known, before)
        return self._stored(draft, digest, known, before)

    def _laid(self, draft: Draft, digest: str, known: Identity, before: Record) -> Decision:
        shown = self.mask(before.values)
        if (key := copied_key(draft, before, shown)) is not None:
            return self._refuse(draft, digest, "masked_value", key, _COPIED)
        draft = self.check(amend(draft, before, shown), self.today)
        if same_content(draft.values, before.values):
            return Decision(Verdict.NOTHING, draft, {}, digest, known)
        return self._stored(draft, digest, known, before)

    def amended(self, draft: Draft, known: Identity, before: Record) -> Decision:
        """Decide about a record laid over and checked already, that the user may change."""
        return self._stored(draft, known.digest, known, before)

    def _stored(
        self, draft: Draft, digest: str, known: Identity | None, before: Record | None
    ) -> Decision:
        if draft.rejected:
            # Wrong by itself, or beside what is known of the customer.
            return Decision(Verdict.REFUSE, draft, {}, digest, problems=draft.problems)
        values = self._values(draft)
        refusal = self._frozen(known, before) or self._refusal(values, known)
        if refusal is not None:
            return self._refuse(draft, digest, *refusal)
        verdict = Verdict.CREATE if known is None else Verdict.CHANGE
        # An amended draft says more than the row did.
        whole = digest if before is None else self.digest(draft)
        return Decision(verdict, draft, values, whole, known)

    def taken(self, draft: Draft, digest: str) -> Decision:
        """Refuse a draft whose names belong to a record it may not be about."""
        return self._refuse(draft, digest, "record_id_taken", "record_id", _TAKEN)

    def _values(self, draft: Draft) -> Values:
        values = dict(draft.values)
        values.setdefault("owner", self.principal.name)
        if self.principal.departments:
            values.setdefault("department", min(self.principal.departments))
        day = self.today.isoformat()
        values.setdefault("created_at", day)
        values["updated_at"] = day
        values["quality"] = draft.quality
        return values

    def _refusal(self, values: Values, known: Identity | None) -> "_Refusal | None":
        secrecy = str(values.get("secrecy", ""))
        if secrecy not in self.standing.scope.secrecies:
            return "secrecy_above_clearance", "secrecy", "密级高于您的权限；请由有权限的人录入。"
        if values.get("status") in GONE:
            message = "不能录入已销毁或已删除的档案；请检查档案状态。"
            return "status_not_permitted", "status", message
        return self._misfiled(str(values["owner"]), str(values.get("department", "")), known)

    def _frozen(self, known: Identity | None, before: Record | None) -> "_Refusal | None":
        frozen = before is not None and before.values.get("status") == Status.FROZEN
        if frozen and known is not None and not _inside(known, self.standing.even_frozen):
            return "record_frozen", "status", "这份档案已冻结，您不能修改；请联系管理员。"
        return None

    def recognises(self, known: Identity, digest: str) -> bool:
        """Whether a row that names no record may be told that it has the content of this one."""
        if known.deleted or not self.sees(known):
            return False
        return self._closed(known) is None or self._brought(known, digest)

    def _brought(self, known: Identity, digest: str) -> bool:
        """Whether a record is just what this user brought: then their row tells them nothing."""
        first = known.version == 1 and known.created_by == self.principal.name
        return first and not known.deleted and known.digest == digest

    def _closed(self, known: Identity) -> "_Refusal | None":
        closed = self.standing.changing is None or not _inside(known, self.standing.changeable)
        return _NOT_YOURS if closed else None

    def _misfiled(self, owner: str, department: str, known: Identity | None) -> "_Refusal | None":
        filing = self.standing.creating if known is None else self.standing.changing
        if filing is None:
            if known is None:
                return "create_not_permitted", "record_id", "您不能新建档案；请提交部门经理。"
            return "change_not_permitted", "record_id", "已有档案不能直接修改；请提交部门经理。"
        if known is not None and not _inside(known, self.standing.changeable):
            return "change_not_permitted", "record_id", "这份档案不属于您的部门，不能修改。"
        if not filing.for_anyone and owner != self.principal.name:
            return "owner_not_permitted", "owner", "建档人只能是您本人；请删去该列或改为本人。"
        return self._misplaced(filing, department)

    def _misplaced(self, filing: Filing, department: str) -> "_Refusal | None":
        if not department:
            return None
        if not filing.anywhere and not self._own_department(department):
            return "department_not_permitted", "department", "部门不归您管辖；请改为本部门。"
        if self.standing.founds:
            fault = path_fault(department)
            return ("department_invalid", "department", fault) if fault else None
        if not self.department_exists(department):
            return "department_unknown", "department", "没有这个部门；请先由管理员建立。"
        return None

    def _own_department(self, department: str) -> bool:
        return any(is_below(department, own) for own in self.principal.departments)

    def _refuse(self, draft: Draft, digest: str, code: str, field: str, message: str) -> Decision:
        problem = Problem(draft.row.where, code, message, field, aspect=Aspect.CONFORMITY)
        return Decision(Verdict.REFUSE, draft, {}, digest, problems=(problem,))


def _inside(known: Identity, scope: Scope) -> bool:
    return scope.allows(*known.facts)


_Refusal = tuple[str, str, str]
"""Code, schema key and message."""

FILLED_IN: Final = ("owner", "department", "created_at")
"""Content that a row need not bring: it is filled in by who and when."""

_NOT_YOURS: Final = ("change_not_permitted", "record_id", "您不能修改这份档案；请提交部门经理。")
_DELETED: Final = ("record_deleted", "record_id", "这份档案已删除；要再用它，请先恢复（restore）。")
_COPIED: Final = "含有脱敏后的值，星号不是原文；请填写完整的值，或删去这一格。"
_TAKEN: Final = "这个档号或来源编号不可用；请换一个，或留空由系统编号。"


def record_of(decision: Decision, record_id: RecordId) -> Record:
    """Make the record of a decision to create or change."""
    draft = decision.draft
    version = 1 if decision.known is None else decision.known.version + 1
    values = decision.values
    if values.get("record_id") != record_id:
        values = {**values, "record_id": record_id}
    origins = dict(draft.origins)
    for key in FILLED_IN:
        # What the row does not say is no part of its content, by which it is recognised.
        if key in values and key not in draft.values:
            origins[key] = Origin.DEFAULT
    return Record(record_id, version, values, draft.original, origins, draft.quality)
