"""What is asked of a whole archive, as people type it."""

from collections.abc import Mapping
from typing import Final

FACETS: Final = ("region", "value_tier", "tags", "nature", "status")
QUERIES: Final[Mapping[str, str]] = {
    "name": "张伟",
    "name with a slip": "章伟明",
    "pinyin": "zhangwei",
    "initials": "zgw",
    "common word": "贷款",
    "two words": "贷款 逾期",
    "either": "展期 OR 逾期",
    "phrase": '"流动资金贷款"',
    "field": "备注:担保",
    "question": "哪些客户的信用卡逾期了",
    "everything": "",
    "deep page": "贷款",
}
_DEEP: Final = 1_000


def offset_of(name: str) -> int:
    """Give the place where the page of a query starts."""
    return _DEEP if name == "deep page" else 0
