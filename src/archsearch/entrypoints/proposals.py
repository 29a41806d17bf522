"""The Python API of proposals to change records: ``archive.proposals``."""

from typing import TYPE_CHECKING

from archsearch.bootstrap import Application
from archsearch.entrypoints.arguments import numbers, texts
from archsearch.errors import InvalidRequestError

if TYPE_CHECKING:
    from archsearch.services.proposals import ShownProposal


class ProposalDesk:
    """Proposals (修改申请) for programs; they are called by ids such as ``li.na-P3``."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def list(
        self, *, user: str, which: str = "mine", limit: int = 100
    ) -> "tuple[ShownProposal, ...]":
        """List proposals without their values, the newest first.

        Args:
            user: Who looks.
            which: ``mine``; ``inbox``, those that wait for the user's answer; ``all`` they may see.
            limit: How many at most.
        """
        texts(user=user, which=which)
        numbers(limit=limit)
        from archsearch.services.proposals import WhichProposals  # noqa: PLC0415 - few propose

        try:
            wanted = WhichProposals(which)
        except ValueError as error:
            raise InvalidRequestError("参数 which 只能是 mine、inbox 或 all。") from error
        return self._application.proposing.desk.listed(user, wanted, limit=limit)

    def show(self, proposal_id: str, *, user: str, reason: str | None = None) -> "ShownProposal":
        """Show a proposal with what it would change.

        Args:
            proposal_id: The proposal.
            user: Who looks: whoever made it, or may change the record.
            reason: Why sensitive fields are to be shown as they are; goes into the log.

        Raises:
            NotFoundError: There is none for this user.
            AccessDeniedError: The user may not see sensitive fields.
        """
        texts(proposal_id=proposal_id, user=user, reason=reason or "")
        return self._application.proposing.desk.show(proposal_id, user, reason)

    def accept(
        self, proposal_id: str, *, user: str, expected_version: int | None = None, note: str = ""
    ) -> "ShownProposal":
        """Accept a proposal: the change is made, by whoever accepts it.

        Args:
            proposal_id: The proposal.
            user: Who accepts it.
            expected_version: The version of the record that they have seen; needed where a field
                that it is about was changed since it was made.
            note: For whoever made it.

        Raises:
            NotFoundError: There is none for this user.
            AccessDeniedError: It is the user's own.
            ConflictError: It was decided about, or the record is not as the user thinks.
            RejectedError: It cannot be right beside what the record holds.
        """
        texts(proposal_id=proposal_id, user=user, note=note)
        if expected_version is not None:
            numbers(expected_version=expected_version)
        return self._application.proposing.accept(
            proposal_id, user, expected=expected_version, note=note
        )

    def refuse(self, proposal_id: str, *, reason: str, user: str) -> "ShownProposal":
        """Refuse a proposal, with a reason for whoever made it; raises as :meth:`accept`."""
        texts(proposal_id=proposal_id, reason=reason, user=user)
        return self._application.proposing.refuse(proposal_id, user, reason=reason)

    def withdraw(self, proposal_id: str, *, user: str) -> "ShownProposal":
        """Take back a proposal of one's own.

        Raises:
            NotFoundError: There is none for this user.
            AccessDeniedError: It is somebody else's.
            ConflictError: It was decided about.
        """
        texts(proposal_id=proposal_id, user=user)
        return self._application.proposing.withdraw(proposal_id, user)
