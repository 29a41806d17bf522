"""Names that are more likely a slip than a name."""

import re
from typing import Final

from archsearch.ingest.faults import Fault
from archsearch.ingest.normalise.cells import is_placeholder

_PLAIN: Final = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]{2,}")
_DAMAGED: Final = re.compile(r"\ufffd|\?{2,}|(?<=[\u4e00-\u9fff])\?|锟斤拷|烫烫烫")
_PRIVATE: Final = re.compile("[\ue000-\uf8ff\U000f0000-\U0010ffff]")
_LETTER: Final = re.compile(r"[^\W\d_]")
_DIGIT: Final = re.compile(r"\d")

_DAMAGED_FAULT: Final = Fault("name_suspicious", "含有乱码，请确认文件编码后重新填写。")
_PRIVATE_FAULT: Final = Fault(
    "name_suspicious", "含有自定义区的字，其他电脑上可能显示不出，请核对。"
)
_NO_NAME_FAULT: Final = Fault("name_suspicious", "不像是名称，请核对是否填错了列。")
_DIGIT_FAULT: Final = Fault("name_suspicious", "个人姓名中含有数字，请核对。")
_SHORT_FAULT: Final = Fault("name_suspicious", "只有一个字，请核对是否不完整。")


def name_fault(name: str, *, person: bool) -> Fault | None:
    """Say what makes a normalised name doubtful; None for an ordinary one."""
    if _PLAIN.fullmatch(name) and "锟" not in name and "烫" not in name:
        return None
    if _DAMAGED.search(name):
        return _DAMAGED_FAULT
    if _PRIVATE.search(name):
        return _PRIVATE_FAULT
    if is_placeholder(name) or not _LETTER.search(name):
        return _NO_NAME_FAULT
    if len(name) == 1:
        return _SHORT_FAULT
    return _DIGIT_FAULT if person and _DIGIT.search(name) else None
