"""Proposing changes, and deciding about them.

Whoever may change a record simply changes it; everybody else who may read it may propose. Nothing
that a proposer is answered depends on what is masked for them: what is proposed is checked by
itself, and beside the record only when somebody decides who may change it.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection

from archsearch.domain.audit import Action
from archsearch.domain.policy import Errand, Right
from archsearch.domain.proposal import Proposal, ProposalState
from archsearch.domain.record import JsonValue, Record
from archsearch.domain.zone import CHINA
from archsearch.errors import AccessDeniedError, ConflictError, InvalidRequestError
from archsearch.ingest.normalise.cells import as_json
from archsearch.services.editing import Edit, Editor, hold
from archsearch.services.identity import principal_of, require_errand
from archsearch.services.proposals import ProposalDesk, ShownProposal
from archsearch.services.reading import LONGEST_ID
from archsearch.services.revising import Reviser, Told, expect
from archsearch.services.trail import Trail
from archsearch.services.words import reason as reason_of
from archsearch.services.words import written
from archsearch.storage import proposals
from archsearch.storage.proposals import Decided

_MOST_OPEN: Final = 100
"""Proposals of one user that may wait at a time."""
_DECIDED: Final = "这个修改申请已经处理过，不能再改。"


@dataclass(frozen=True, slots=True)
class ProposalService:
    """Takes proposals down, and brings them to an end."""

    reviser: Reviser
    desk: ProposalDesk

    @property
    def _trail(self) -> Trail:
        return self.reviser.trail

    @property
    def _editor(self) -> Editor:
        return self.reviser.editor

    def propose(
        self, record_id: str, fields: Mapping[str, Any], user: str, *, reason: str
    ) -> ShownProposal:
        """Propose a change of a record; None takes a field away.

        Raises:
            AccessDeniedError: Who proposes came in by a token that is not for that.
            NotFoundError: The record does not exist or is out of scope: the two look alike.
            ConflictError: The user may change it without asking, or has proposed too much.
            InvalidRequestError: What was said means nothing or nothing new, or there is no reason.
            RejectedError: A value is wrong by itself, or masked.
        """
        editor, trail = self._editor, self._trail
        target = editor.masker.text(record_id[:LONGEST_ID])
        with trail.failures(user, Action.PROPOSE, target=target):
            words = reason_of(reason, "修改理由", editor.masker)
            edit = editor.read(fields, record_id)
            at = trail.clock()
            editor.refuse_faulty(edit, at.astimezone(CHINA).date())
            with trail.database.write() as connection:
                record = self._proposable(connection, user, record_id, at)
                editor.refuse_masked(edit, record.values)
                self._refuse_idle(edit, record)
                keys = sorted(edit.touched)
                typed = {name: as_json(value) for name, value in fields.items()}
                content = {"fields": typed, "keys": keys, "reason": words}
                on = (record.record_id, record.version)
                made = proposals.add(connection, user, on, content, at)
                detail: dict[str, JsonValue] = {
                    "proposal": made.id, "version": record.version, "keys": list(keys),
                    "reason": words,
                }  # fmt: skip
                entry = trail.entry(user, Action.PROPOSE, target=record.record_id, detail=detail)
                trail.log.append(connection, entry)
                return self._shown(connection, user, made)

    def accept(
        self, proposal_id: str, user: str, *, expected: int | None = None, note: str = ""
    ) -> ShownProposal:
        """Accept a proposal: the change is made, by whoever accepts it.

        Fields that others changed meanwhile stay. If it is about one of them itself, whoever
        decides has to say which version they have seen.

        Raises:
            NotFoundError: There is none for this user.
            AccessDeniedError: It is the user's own.
            ConflictError: It was decided about, or the record is at another version than expected,
                or a field it is about was changed since and no version is said.
            RejectedError: It cannot be right beside what the record holds.
        """
        with self._deciding(Action.PROPOSAL_ACCEPT, proposal_id, user):
            words = written(note, "说明", self._editor.masker, required=False)
            with self._trail.database.write() as connection:
                proposal = self._open(connection, proposal_id, user)
                principal = principal_of(connection, user, self._trail.clock())
                policy, record_id = self._editor.policy, proposal.facts.record_id
                held = hold(connection, principal, policy, Right.CHANGE, record_id)
                expect(held, expected)
                edit = self.desk.edit(connection, proposal)
                changed = self.desk.conflicts(connection, proposal, edit, held.record.values)
                if changed and expected is None:
                    labels = "、".join(self._editor.labels(changed))
                    raise ConflictError(
                        f"{labels}在提出之后又被改过（现为第 {held.known.version} 版）；"
                        f"请看过差异，再用 --if-version {held.known.version} 采纳，或退回。"
                    )
                told = Told(Action.CHANGE, self._cause(connection, proposal))
                revised = self.reviser.revise(connection, user, held, edit, told)
                decided = Decided(
                    ProposalState.ACCEPTED, user, self._trail.clock(), words, revised.version
                )
                shown = self._decide(connection, proposal, decided)
        self.reviser.searchable(revised)
        return shown

    def refuse(self, proposal_id: str, user: str, *, reason: str) -> ShownProposal:
        """Refuse a proposal, with a reason for whoever made it.

        Raises:
            NotFoundError: There is none for this user.
            AccessDeniedError: It is the user's own.
            ConflictError: It was decided about.
            InvalidRequestError: There is no reason.
        """
        with self._deciding(Action.PROPOSAL_REFUSE, proposal_id, user):
            words = reason_of(reason, "退回理由", self._editor.masker)
            with self._trail.database.write() as connection:
                proposal = self._open(connection, proposal_id, user)
                decided = Decided(ProposalState.REFUSED, user, self._trail.clock(), words)
                return self._decide(connection, proposal, decided)

    def withdraw(self, proposal_id: str, user: str) -> ShownProposal:
        """Take back a proposal of one's own.

        Raises:
            NotFoundError: The user has none of this name.
            ConflictError: It was decided about.
        """
        with (
            self._deciding(Action.PROPOSAL_WITHDRAW, proposal_id, user),
            self._trail.database.write() as connection,
        ):
            principal = principal_of(connection, user, self._trail.clock())
            require_errand(principal, Errand.PROPOSE)
            proposal = self.desk.of(connection, principal, proposal_id)
            if proposal.user != user:
                raise AccessDeniedError("只能撤回自己的修改申请；不同意请退回（refuse）。")
            if proposal.state is not ProposalState.OPEN:
                raise ConflictError(_DECIDED)
            decided = Decided(ProposalState.WITHDRAWN, user, self._trail.clock())
            return self._decide(connection, proposal, decided)

    def _proposable(
        self, connection: Connection, user: str, record_id: str, at: datetime
    ) -> Record:
        principal = principal_of(connection, user, at)
        require_errand(principal, Errand.PROPOSE)
        policy = self._editor.policy
        held = hold(connection, principal, policy, Right.READ, record_id)
        if held.known.deleted:
            raise ConflictError("这份档案已删除；要修改它，请先恢复（restore）。")
        if policy.scope(principal, Right.CHANGE).allows(*held.known.facts):
            raise ConflictError("您可以直接修改这份档案（change），不必申请。")
        if proposals.count_open(connection, user) >= _MOST_OPEN:
            raise ConflictError(f"您已有 {_MOST_OPEN} 个修改申请待处理；请先撤回不需要的。")
        return held.record

    def _refuse_idle(self, edit: Edit, record: Record) -> None:
        """Refuse what is there already, as far as the proposer sees it."""
        by_key = self._editor.schema.by_key
        plain = (key in by_key and not by_key[key].sensitive for key in edit.touched)
        grouped = any(by_key[key].fields for key in edit.touched if key in by_key)
        if edit.removed or grouped or not all(plain):
            return
        shown = self._editor.masker.values(record.values)
        if all(edit.draft.values.get(key) == shown.get(key) for key in edit.touched):
            raise InvalidRequestError("与现在的内容相同，没有要改的。")

    def _open(self, connection: Connection, proposal_id: str, user: str) -> Proposal:
        """Load a proposal that a user decides about."""
        principal = principal_of(connection, user, self._trail.clock())
        proposal = self.desk.of(connection, principal, proposal_id)
        if proposal.user == user:
            raise AccessDeniedError("不能处理自己的修改申请；请由其他有权修改的人处理。")
        if proposal.state is not ProposalState.OPEN:
            raise ConflictError(_DECIDED)
        return proposal

    def _cause(self, connection: Connection, proposal: Proposal) -> dict[str, str]:
        reason = str(proposals.content_of(connection, proposal)["reason"])
        return {"proposal": proposal.id, "proposed_by": proposal.user, "reason": reason}

    def _decide(
        self, connection: Connection, proposal: Proposal, decided: Decided
    ) -> ShownProposal:
        proposals.decide(connection, proposal, decided)
        detail: dict[str, JsonValue] = {"record": proposal.facts.record_id}
        if decided.version is not None:
            detail["version"] = decided.version
        if decided.note:
            detail["reason"] = decided.note
        action = _ACTIONS[decided.state]
        entry = self._trail.entry(decided.by, action, target=proposal.id, detail=detail)
        record_id, look = proposal.facts.record_id, {"proposal": proposal.id}
        shown = self._shown(connection, decided.by, proposal)
        entries = [entry]
        if shown.readable:
            entries.append(
                self._trail.entry(decided.by, Action.SHOW, target=record_id, detail=look)
            )
        self._trail.log.append(connection, *entries)
        return shown

    def _shown(self, connection: Connection, user: str, proposal: Proposal) -> ShownProposal:
        principal = principal_of(connection, user, self._trail.clock())
        now = proposals.load(connection, proposal.user, proposal.number)
        return self.desk.shown(connection, principal, now or proposal)

    def _deciding(
        self, action: Action, proposal_id: str, user: str
    ) -> AbstractContextManager[None]:
        return self._trail.failures(user, action, target=self.desk.target(proposal_id))


_ACTIONS: Final = {
    ProposalState.ACCEPTED: Action.PROPOSAL_ACCEPT,
    ProposalState.REFUSED: Action.PROPOSAL_REFUSE,
    ProposalState.WITHDRAWN: Action.PROPOSAL_WITHDRAW,
}
