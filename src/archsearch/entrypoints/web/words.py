"""Words of the pages."""

from typing import Final

from archsearch.domain.borrowing import DEEDS, STATES
from archsearch.domain.proposal import ProposalState
from archsearch.entrypoints.cli.audit import ACTIONS, OUTCOMES
from archsearch.entrypoints.cli.labels import ROLES
from archsearch.services.inbox_notes import STATES as INBOX
from archsearch.services.lists import VERDICTS

MODES: Final = {"auto": "自动", "exact": "精确", "fuzzy": "模糊"}
DONE: Final = {"exact": "精确检索", "fuzzy": "模糊检索", "evidence": "按符合程度"}
PROPOSALS: Final = {
    ProposalState.OPEN.value: "待处理",
    ProposalState.ACCEPTED.value: "已采纳",
    ProposalState.REFUSED.value: "已退回",
    ProposalState.WITHDRAWN.value: "已撤回",
}
ORIGINS: Final = {"derived": "推算", "default": "默认"}

__all__ = [
    "ACTIONS", "DEEDS", "DONE", "INBOX", "MODES", "ORIGINS", "OUTCOMES", "PROPOSALS", "ROLES",
    "STATES", "VERDICTS",
]  # fmt: skip
