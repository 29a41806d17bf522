"""What is shown of proposals, and to whom.

A proposal is for whoever made it, and for those who may change its record. Who made it and can no
longer read the record sees that there is one and what became of it, and nothing of its content.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import islice
from typing import Final

from sqlalchemy import Connection

from archsearch.domain.access import Principal
from archsearch.domain.audit import Action
from archsearch.domain.policy import Right
from archsearch.domain.proposal import Proposal, ProposalState, read_proposal_id
from archsearch.domain.record import JsonValue, Record, Values, changed_keys
from archsearch.errors import AccessDeniedError, NotFoundError
from archsearch.services.asking import bounded
from archsearch.services.editing import Edit, Editor
from archsearch.services.identity import principal_of, refusal, require_reading
from archsearch.services.reading import LONGEST_ID
from archsearch.services.trail import Trail
from archsearch.services.words import reason as reason_of
from archsearch.storage import proposals, records, users

MISSING: Final = "没有这个修改申请。"
_MOST_LISTED: Final = 1000


class WhichProposals(StrEnum):
    """Which proposals to list."""

    MINE = "mine"
    INBOX = "inbox"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class ProposedField:
    """A field of a proposal: as it was when it was made, as it is, as it is to be.

    Masked, unless it was revealed. ``conflict`` tells that somebody changed it in between;
    ``derived``, that it follows from another; ``concealed``, that what it is to be differs from
    what it was in what is masked alone.
    """

    field: str
    base: JsonValue
    current: JsonValue
    proposed: JsonValue
    conflict: bool = False
    derived: bool = False
    concealed: bool = False


@dataclass(frozen=True, slots=True)
class ShownProposal:
    """A proposal for whoever looks.

    ``base_version`` is what it was made on, ``version`` what the record is at now, or what came of
    it. Where ``readable`` is False, nothing of its content is told.
    """

    id: str
    record_id: str
    user: str
    display_name: str
    state: ProposalState
    proposed_at: datetime
    base_version: int
    readable: bool
    to_decide: bool
    keys: tuple[str, ...] = ()
    version: int | None = None
    reason: str = ""
    fields: tuple[ProposedField, ...] = ()
    decided_at: datetime | None = None
    decided_by: str = ""
    note: str = ""

    @property
    def conflicts(self) -> tuple[str, ...]:
        """The fields that somebody changed since."""
        return tuple(each.field for each in self.fields if each.conflict)


@dataclass(frozen=True, slots=True)
class ProposalDesk:
    """Looks proposals up and shows them."""

    trail: Trail
    editor: Editor

    def show(self, proposal_id: str, user: str, reason: str | None = None) -> ShownProposal:
        """Show a proposal with what it would change.

        Args:
            proposal_id: As ``li.na-P3``.
            user: Who looks.
            reason: Why sensitive fields are to be shown as they are, for who may.

        Raises:
            NotFoundError: There is none for this user.
            AccessDeniedError: The user may not see sensitive fields.
        """
        action = Action.PROPOSAL_READ if reason is None else Action.REVEAL
        target = self.target(proposal_id)
        with self.trail.failures(user, action, target=target):
            detail: dict[str, JsonValue] = {}
            if reason is not None:
                detail = {"reason": reason_of(reason, "查看原文的理由", self.editor.masker)}
            with self.trail.database.read() as connection:
                principal = principal_of(connection, user, self.trail.clock())
                require_reading(principal)
                proposal = self.of(connection, principal, proposal_id)
                bare = self.editor.policy.scope(principal, Right.REVEAL)
                if reason is not None and not bare.allows(*proposal.facts):
                    words = "您可以查看这个申请，但不能查看其敏感内容。"
                    raise AccessDeniedError(
                        refusal(self.editor.policy, principal, Right.REVEAL, proposal.facts, words)
                    )
                shown = self.shown(connection, principal, proposal, revealed=reason is not None)
        if reason is not None:
            detail["proposal"] = proposal.id
            target = proposal.facts.record_id
        self.trail.note(user, action, target=target, detail=detail)
        if reason is None and shown.readable:
            # Who looks at what is to change has seen the record.
            look: dict[str, JsonValue] = {"proposal": proposal.id}
            self.trail.note(user, Action.SHOW, target=proposal.facts.record_id, detail=look)
        return shown

    def listed(
        self, user: str, which: WhichProposals, *, limit: int = 100
    ) -> tuple[ShownProposal, ...]:
        """List proposals without their values, the newest first.

        Raises:
            AccessDeniedError: There is no such user, or they came in by what reads nothing.
        """
        bounded(limit, _MOST_LISTED, "limit")
        failures = self.trail.failures(user, Action.PROPOSAL_READ)
        with failures, self.trail.database.read() as connection:
            principal = principal_of(connection, user, self.trail.clock())
            require_reading(principal)
            some = islice(self._of_kind(connection, principal, which), limit)
            found = [self._head(connection, principal, proposal) for proposal in some]
        self.trail.note(user, Action.PROPOSAL_READ, detail={"total": len(found)})
        return tuple(found)

    def waiting(self, user: str, most: int) -> int:
        """Count the proposals that wait for a user's decision, up to so many; not in the log."""
        with self.trail.database.read() as connection:
            principal = principal_of(connection, user, self.trail.clock())
            some = islice(self._of_kind(connection, principal, WhichProposals.INBOX), most)
            return sum(1 for _ in some)

    def _of_kind(
        self, connection: Connection, principal: Principal, which: WhichProposals
    ) -> Iterator[Proposal]:
        if which is WhichProposals.MINE:
            yield from proposals.newest(connection, user=principal.name)
            return
        inbox = which is WhichProposals.INBOX
        for proposal in proposals.newest(connection, open_only=inbox):
            own = proposal.user == principal.name
            if (own and not inbox) or self.decides(connection, principal, proposal):
                yield proposal

    def of(self, connection: Connection, viewer: Principal, proposal_id: str) -> Proposal:
        """Load a proposal that is for a user.

        Raises:
            NotFoundError: There is none.
        """
        parts = read_proposal_id(proposal_id)
        proposal = parts and proposals.load(connection, *parts)
        if not proposal:
            raise NotFoundError(MISSING)
        if proposal.user != viewer.name and not self.decides(connection, viewer, proposal):
            raise NotFoundError(MISSING)
        return proposal

    def decides(self, connection: Connection, viewer: Principal, proposal: Proposal) -> bool:
        """Tell whether a user may change the record; nobody decides about what they proposed."""
        return proposal.user != viewer.name and self._may(
            connection, viewer, proposal, Right.CHANGE
        )

    def _may(
        self, connection: Connection, viewer: Principal, proposal: Proposal, right: Right
    ) -> bool:
        scope = self.editor.policy.scope(viewer, right)
        if proposal.deleted or not scope.allows(*proposal.facts):
            return False
        # What was secret while it was secret stays so, and words about it with it.
        return self._base(connection, proposal).secrecy in scope.secrecies

    def shown(
        self,
        connection: Connection,
        viewer: Principal,
        proposal: Proposal,
        *,
        revealed: bool = False,
    ) -> ShownProposal:
        """Show a proposal with its fields."""
        head = self._head(connection, viewer, proposal)
        if not head.readable:
            return head
        edit = self.edit(connection, proposal)
        fields = tuple(self._fields(connection, viewer, proposal, edit, revealed=revealed))
        return replace(head, fields=fields)

    def edit(self, connection: Connection, proposal: Proposal) -> Edit:
        """Read what is proposed.

        Raises:
            RejectedError: By the rules of today it cannot be.
        """
        content = proposals.content_of(connection, proposal)
        return self.editor.read(content["fields"], proposal.facts.record_id)

    def conflicts(
        self, connection: Connection, proposal: Proposal, edit: Edit, current: Values
    ) -> list[str]:
        """List the fields it is about that were changed since it was made."""
        base = self._base(connection, proposal)
        return sorted(edit.touched.intersection(changed_keys(base.values, current)))

    def target(self, proposal_id: str) -> str:
        """Give what the log is to call a proposal by."""
        return self.editor.masker.text(proposal_id[:LONGEST_ID])

    def _head(self, connection: Connection, viewer: Principal, proposal: Proposal) -> ShownProposal:
        made = users.existing(connection, proposal.user)
        head = ShownProposal(
            id=proposal.id,
            record_id=proposal.facts.record_id,
            user=proposal.user,
            display_name=made.display_name,
            state=proposal.state,
            proposed_at=proposal.proposed_at,
            base_version=proposal.base,
            readable=self._may(connection, viewer, proposal, Right.READ),
            to_decide=proposal.state is ProposalState.OPEN
            and self.decides(connection, viewer, proposal),
            decided_at=proposal.decided_at,
        )
        if not head.readable:
            return head
        content = proposals.content_of(connection, proposal)
        record = self._record(connection, proposal)
        return replace(
            head,
            keys=tuple(content["keys"]),
            reason=str(content["reason"]),
            version=record.version if proposal.version is None else proposal.version,
            decided_by=proposal.decided_by,
            note=proposals.note_of(connection, proposal),
        )

    def _fields(
        self,
        connection: Connection,
        viewer: Principal,
        proposal: Proposal,
        edit: Edit,
        *,
        revealed: bool,
    ) -> Iterator[ProposedField]:
        base, current = self._base(connection, proposal), self._record(connection, proposal)
        laid = self.editor.laid(edit, current).values
        keys = dict.fromkeys(sorted(edit.touched))
        decides = self.decides(connection, viewer, proposal)
        if decides:
            # What follows tells of what is concealed: not for who may only read.
            keys |= dict.fromkeys(changed_keys(current.values, laid))
        conflicts = frozenset[str]()
        if proposal.state is ProposalState.OPEN:
            conflicts = edit.touched.intersection(changed_keys(base.values, current.values))
        show = _as_it_is if revealed else self.editor.masker.values
        # How their own words are masked tells a proposer nothing of what the record holds.
        wanted = laid if decides else edit.draft.values
        old, now, new = show(base.values), show(current.values), show(wanted)
        opened = proposal.state is ProposalState.OPEN
        was, before = (now, current.values) if opened else (old, base.values)
        # What their words are beside the record is not for who proposes: only that they are masked.
        beside = before if decides else new
        for key in keys:
            yield ProposedField(
                key,
                old.get(key),
                now.get(key),
                new.get(key),
                conflict=key in conflicts,
                derived=key not in edit.touched,
                concealed=was.get(key) == new.get(key) and beside.get(key) != wanted.get(key),
            )

    @staticmethod
    def _base(connection: Connection, proposal: Proposal) -> Record:
        found = records.at_version(connection, proposal.facts.record_id, proposal.base)
        if found is None:
            raise NotFoundError(MISSING)
        return found

    @staticmethod
    def _record(connection: Connection, proposal: Proposal) -> Record:
        record_id = proposal.facts.record_id
        return records.get(connection, [record_id])[record_id]


def _as_it_is(values: Values) -> Values:
    return values
