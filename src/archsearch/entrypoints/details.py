"""What entries of the operation log tell besides who did what, in words for people."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Final

from archsearch.domain.audit import LoggedEntry
from archsearch.domain.borrowing import DEEDS
from archsearch.domain.labels import ERRANDS, GROUNDS, RIGHTS, ROLES
from archsearch.domain.record import JsonValue
from archsearch.domain.schema import Schema
from archsearch.domain.zone import minute_of

_LEFT_OUT: Final = frozenset(
    {
        "as_of",
        "behind",
        "digest",
        "fingerprint",
        "found",
        "limit",
        "policy",
        "sealed",
        "seen",
        "with",
    }
)
"""What is there for machines: replays, proofs."""
_PLAIN: Final = frozenset({"owner", "department", "secrecy", "status", "retention"})
"""Fields whose values are in the log; of others there are digests."""

WORDS: Final = {
    "query": "检索式", "filters": "筛选", "mode": "方式", "asked": "要求的方式", "sort": "排序",
    "total": "共", "accepted": "新增", "updated": "更新", "unchanged": "未变", "rejected": "拒收",
    "dry_run": "试录", "source": "来源", "fields": "改动", "changes": "改动", "changed": "改动",
    "hits": "列出", "offset": "从第几条起", "exported": "导出", "reason": "理由",
    "revealed": "敏感内容原文", "sensitive": "敏感内容", "days": "天数", "deed": "事项",
    "record": "档案", "records": "档案", "request": "申请", "proposal": "修改申请", "items": "项",
    "which": "范围", "form": "申请表", "history": "历史", "who": "谁能看到", "version": "版本",
    "role": "角色", "clearance": "密级", "departments": "部门", "display_name": "姓名",
    "users": "用户数", "user": "用户", "right": "权限", "rights": "权限", "ground": "结论",
    "within": "限于权限", "via": "经由", "token": "令牌", "session": "会话", "sessions": "会话数",
    "must_change": "须改密码", "list": "名单", "line": "行", "lines": "行数", "choice": "决定",
    "verdict": "结论", "number": "编号", "page": "页", "before": "此前", "newest": "最新",
    "new": "新的", "old": "原来", "known": "已知", "made": "建立", "searches": "检索数",
    "kind": "种类", "meaning": "释义", "name": "名称", "entries": "条数", "rewrapped": "换密钥",
    "code": "原因", "keys": "字段", "groups": "组数", "intact": "完整", "facets": "统计",
    "suggestions": "补全", "at": "时刻", "until": "至",
}  # fmt: skip
"""What the parts of an entry are called, in the order they are told."""
_ORDER: Final = {key: place for place, key in enumerate(WORDS)}

CODES: Final = {
    "failed": "失败", "settings_invalid": "配置有误", "workspace_invalid": "工作区有误",
    "not_found": "没有找到", "access_denied": "没有权限", "not_authenticated": "未登录",
    "login_refused": "用户名、密码或验证码不对", "code_needed": "需要动态验证码",
    "login_wait": "尝试太多，须等待", "conflict": "冲突", "stale": "已被别人更改", "busy": "暂忙",
    "request_invalid": "请求有误", "query_syntax": "检索式有误",
    "query_too_complex": "检索式太复杂", "rejected": "内容不合要求",
    "unreadable": "读不出来", "store_failed": "存储出错",
    "record_unreadable": "档案无法读取", "index_failed": "索引出错", "index_outdated": "索引须重建",
    "internal": "内部错误",
}  # fmt: skip
"""Why something failed."""

_ONLY_SOME: Final = frozenset({"offset", "updated", "unchanged", "rejected"})
"""Counts that are told only if there are any."""
_NOTHING: Final[tuple[JsonValue, ...]] = (None, "", {}, [])
_MODES: Final = {"auto": "自动", "exact": "精确", "fuzzy": "模糊", "evidence": "按符合程度"}
_RIGHTS: Final = RIGHTS | ERRANDS
_WHICH: Final = {"mine": "我的", "inbox": "待处理", "all": "全部"}
_VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "mode": _MODES,
    "asked": _MODES,
    "which": _WHICH,
    "role": ROLES,
    "right": _RIGHTS,
    "ground": GROUNDS,
    "deed": {str(deed): word for deed, word in DEEDS.items()},
    "code": CODES,
}
_DOORS: Final = {"token": "令牌", "session": "会话"}


def detail_of(entry: LoggedEntry, schema: Schema) -> str:
    """Write what an entry tells besides."""
    return "；".join(_parts(entry.entry.detail, schema))


def _parts(detail: Mapping[str, JsonValue], schema: Schema) -> Iterator[str]:
    for key, value in sorted(detail.items(), key=lambda part: _ORDER.get(part[0], len(_ORDER))):
        nothing = value is False or value in _NOTHING or (value == 0 and key in _ONLY_SOME)
        if key in _LEFT_OUT or nothing:
            continue
        word = WORDS.get(key, key)
        if value is True:
            yield word
        else:
            yield f"{word} {_told(key, value, schema)}"


def _told(key: str, value: JsonValue, schema: Schema) -> str:
    if isinstance(value, dict):
        changes = key in {"fields", "changes"}
        show = _change if changes else _condition
        return "、".join(show(name, each, schema) for name, each in value.items())
    if isinstance(value, list):
        return "、".join(_told(key, each, schema) for each in value)
    if key in _OWN:
        return _OWN[key](str(value))
    if key == "keys":
        return _label(str(value), schema)
    return _VALUES.get(key, {}).get(str(value), str(value))


def _rights(text: str) -> str:
    return "、".join(_RIGHTS.get(each, each) for each in text.split())


def _door(text: str) -> str:
    door, _, number = text.partition(":")
    return f"{_DOORS.get(door, door)} {number}".strip()


def _moment(text: str) -> str:
    try:
        return minute_of(datetime.fromisoformat(text))
    except ValueError:
        return text


_OWN: Final[Mapping[str, Callable[[str], str]]] = {
    "via": _door,
    "until": _moment,
    "at": _moment,
    "rights": _rights,
    "within": _rights,
}


def _change(name: str, change: JsonValue, schema: Schema) -> str:
    """Tell of a changed field; from what to what where that is in the log."""
    label = _label(name, schema)
    if name not in _PLAIN or not isinstance(change, list):
        return label
    return f"{label}（{'→'.join(str(each) or '无' for each in change)}）"


def _condition(name: str, value: JsonValue, schema: Schema) -> str:
    told = "、".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"{_label(name, schema)}={told}"


def _label(name: str, schema: Schema) -> str:
    spec = schema.by_key.get(name)
    return spec.label if spec else name


Detail = Callable[[LoggedEntry], str]
"""Writes what an entry tells besides."""
