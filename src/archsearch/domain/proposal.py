"""Proposals (修改申请): changes of a record that somebody proposes who may not make them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from archsearch.domain.policy import Facts

_ID: Final = re.compile(r"(.+)-[Pp]([0-9]{1,9})", re.DOTALL)


class ProposalState(StrEnum):
    """How far a proposal has come; stored for ever."""

    OPEN = "open"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


PROPOSAL_STATES: Final[Mapping[ProposalState, str]] = {
    ProposalState.OPEN: "待处理",
    ProposalState.ACCEPTED: "已采纳",
    ProposalState.REFUSED: "已退回",
    ProposalState.WITHDRAWN: "已撤回",
}
"""What they are called."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """A proposal without its content.

    ``base`` is the version of the record that it was made on, ``facts`` what access to the record
    depends on now, ``version`` the one that came of it.
    """

    key: int
    user: str
    number: int
    facts: Facts
    deleted: bool
    base: int
    proposed_at: datetime
    state: ProposalState
    decided_at: datetime | None = None
    decided_by: str = ""
    version: int | None = None

    @property
    def id(self) -> str:
        """What people call it by: ``li.na-P3``."""
        return f"{self.user}-P{self.number}"


def read_proposal_id(text: str) -> tuple[str, int] | None:
    """Read whose a proposal is, and its number; None if the text is no id of one."""
    found = _ID.fullmatch(text.strip())
    return (found[1], int(found[2])) if found else None
