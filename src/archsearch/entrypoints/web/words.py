"""Words of the pages."""

from typing import Final

from archsearch.domain.borrowing import DEEDS, STATES
from archsearch.domain.labels import ACTIONS, ORIGINS, OUTCOMES, ROLES
from archsearch.domain.proposal import ProposalState
from archsearch.services.inbox_notes import STATES as INBOX
from archsearch.services.lists import VERDICTS
from archsearch.services.sifting import CHOICES

MODES: Final = {"auto": "自动", "exact": "精确", "fuzzy": "模糊"}
DONE: Final = {"exact": "精确检索", "fuzzy": "模糊检索", "evidence": "按符合程度"}
PROPOSALS: Final = {
    ProposalState.OPEN.value: "待处理",
    ProposalState.ACCEPTED.value: "已采纳",
    ProposalState.REFUSED.value: "已退回",
    ProposalState.WITHDRAWN.value: "已撤回",
}
STAGES: Final = {"mapping": "待选列", "running": "比对中", "done": "已比对", "failed": "已中断"}
SHOWN: Final = {
    "all": "全部", "open": "未决定", "decided": "已决定",
    "same": "同一", "likely": "很可能", "possible": "可能", "none": "无",
}  # fmt: skip

__all__ = [
    "ACTIONS", "CHOICES", "DEEDS", "DONE", "INBOX", "MODES", "ORIGINS", "OUTCOMES", "PROPOSALS",
    "ROLES", "SHOWN", "STAGES", "STATES", "VERDICTS",
]  # fmt: skip
