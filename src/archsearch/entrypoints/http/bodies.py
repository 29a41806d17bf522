"""What comes in with requests that do something."""

import re
from datetime import datetime
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, Strict
from pydantic_core import PydanticCustomError

from archsearch.domain.access import Role
from archsearch.domain.audit import Action, Outcome
from archsearch.domain.dictionary import EntryKind
from archsearch.domain.policy import Errand, Right
from archsearch.entrypoints.http.models import Body, FilterModel, Mode, Parameters

Which = Literal["mine", "inbox", "all"]
_DATED: Final = re.compile(r"\d{4}-\d\d-\d\d")


def _dated(value: Any) -> Any:
    """Refuse numbers, which would be taken for seconds since 1970."""
    if isinstance(value, str) and not _DATED.match(value):
        raise PydanticCustomError("datetime_parsing", "not a moment")
    return value


Moment = Annotated[datetime, BeforeValidator(_dated)]


class FieldsBody(Body):
    """Fields of a record; null takes one away."""

    fields: dict[str, Any] = Field(examples=[{"姓名": "张伟明", "电话": "13812345678"}])
    reason: str = Field("", examples=["客户来函更正"])


class ProposalBody(Body):
    """A change for somebody else to decide about."""

    fields: dict[str, Any] = Field(examples=[{"value_tier": "高价值"}])
    reason: str = Field(examples=["客户升级"])


class NoteBody(Body):
    """A word to go with a decision."""

    note: str = ""


class ListParameters(Parameters):
    """Which of one's matters to list."""

    which: Which = "mine"
    limit: int = Field(100, ge=1, le=1000)


class BorrowListParameters(ListParameters):
    """The same, and when what was lent ends."""

    due: int | None = Field(None, ge=0, le=3650, description="几天内到期")


class BorrowBody(Body):
    """A request to borrow."""

    records: list[str] = Field(default_factory=list, examples=[["A001-GR-2026-000001"]])
    name: str = ""
    id_number: str = ""
    purpose: str = Field(examples=["授信审查"])
    reason: str = Field(examples=["客户申请贷款"])
    days: int | None = Field(None, ge=1, le=3650)
    sensitive: bool = False


class FindBody(Body):
    """A customer by exact name and number."""

    name: str
    id_number: str


class ApproveBody(Body):
    """An approval: of everything that waits, or of some records."""

    records: list[str] = Field(default_factory=list)
    days: int | None = Field(None, ge=1, le=3650)
    sensitive: bool | None = None
    note: str = ""


class DecideBody(Body):
    """A refusal or revocation, of everything or of some records."""

    records: list[str] = Field(default_factory=list)
    reason: str


class ReturnBody(Body):
    """What is given back: everything, or some records."""

    records: list[str] = Field(default_factory=list)


class RenewBody(Body):
    """More days."""

    records: list[str] = Field(default_factory=list)
    reason: str
    days: int | None = Field(None, ge=1, le=3650)


class ExportBody(Body):
    """What to export, and why."""

    query: str = ""
    mode: Mode = "auto"
    filters: dict[str, FilterModel] = Field(default_factory=dict)
    sort: str = "relevance"
    reason: str = Field(examples=["季度核查"])
    reveal: bool = False


class LogParameters(Parameters):
    """Which entries of the log."""

    user: str | None = None
    action: Action | None = None
    target: str | None = None
    outcome: Outcome | None = None
    since: Moment | None = Field(
        None, description="含这一刻", examples=["2026-01-01T00:00:00+08:00"]
    )
    until: Moment | None = Field(None, description="不含这一刻")


class LogPageParameters(LogParameters):
    """A page of the log, the newest first."""

    limit: int = Field(100, ge=1, le=1000)
    before: int | None = Field(None, ge=1, le=2**53, description="接着这个序号往前")


class CouldBody(Body):
    """A moment of the past, or the number of an entry of the log."""

    at: str | int = Field(examples=["2026-01-31T08:00:00+08:00"])
    right: str = "read"
    seen: bool = False


class EntryBody(Body):
    """An entry of the dictionary; a word has no meaning."""

    kind: Annotated[EntryKind, Strict(strict=False)] = Field(examples=["short_name"])
    term: str = Field(examples=["农发行"])
    meaning: str = Field("", examples=["中国农业发展银行"])


class PolicyCheckBody(Body):
    """A question about a user's right, over one record or any at all."""

    name: str = Field(examples=["li.na"])
    right: str = Field(examples=["read"])
    record_id: str = Field("", examples=["A001-GR-2026-000001"])


class PolicyDiffBody(Body):
    """Two policies, as the text of their files; without an old one it is that in force."""

    old: str | None = None
    new: str = Field(
        description="policy.yaml 的全文",
        examples=["version: 1\nroles:\n  auditor:\n    operations: [log]\n"],
    )
    limit: int | None = Field(None, ge=0, le=10_000, description="每项列出几个档号")


class DuplicatesParameters(Parameters):
    """Which duplicates."""

    least: Literal["same", "likely", "possible"] = "likely"
    limit: int = Field(20, ge=0, le=10_000)
    offset: int = Field(0, ge=0, le=10**9)


class UserBody(Body):
    """A new user."""

    name: str = Field(examples=["wang.fang"])
    role: Annotated[Role, Strict(strict=False)] | None = Field(examples=["employee"])
    departments: list[str] = Field(default_factory=list, examples=[["华东分行/信贷部"]])
    clearance: str = ""
    display_name: str = ""


class UserChangeBody(Body):
    """What becomes different about a user."""

    role: Annotated[Role, Strict(strict=False)] | None = None
    clearance: str | None = None
    display_name: str | None = None
    departments: list[str] | None = None
    disabled: bool | None = None


class UserListParameters(Parameters):
    """Which users."""

    role: Role | None = None
    department: str = ""
    disabled: bool | None = None


class NewPasswordBody(Body):
    """A password; null to have one made."""

    password: str | None = Field(None, json_schema_extra={"format": "password"})


class CodeBody(Body):
    """A code of a second factor."""

    code: str = ""


class ProofBody(Body):
    """The password of who asks for it in a session; nothing for others."""

    password: str = ""


class TokenBody(Body):
    """A new token."""

    name: str = Field(examples=["夜间比对"])
    owner: str = Field(examples=["核心系统"])
    rights: list[
        Annotated[Right, Strict(strict=False)] | Annotated[Errand, Strict(strict=False)]
    ] = Field(
        description="权限；propose 申请修改，borrow 申请调阅，也须写明",
        examples=[["read", "screen"]],
    )
    days: int | None = Field(None, ge=1, le=3650)


class TokenListParameters(Parameters):
    """Whose tokens."""

    owner: str | None = None


class DepartmentBody(Body):
    """A new department."""

    path: str = Field(examples=["华东分行/信贷部"])


InboxState = Literal[
    "all", "received", "settled", "checked", "archived", "waiting", "quarantined", "removed"
]


class InboxParameters(Parameters):
    """Which files of the watch folder."""

    state: InboxState | None = Field(None, description="不写为还没有归档的")
    limit: int = Field(50, ge=1, le=1000)
    before: int | None = Field(None, ge=1, le=2**53, description="接着这个编号往前")


class MetadataBody(Body):
    """What a scan lacks, as in a file of metadata beside it."""

    fields: dict[str, Any] = Field(
        examples=[{"客户名称": "张伟", "证件号码": "11010519491231002X", "材料类型": "合同"}]
    )


class FindingsParameters(Parameters):
    """How many of the scans on which something is to be confirmed."""

    limit: int = Field(50, ge=1, le=1000)


class ConfirmBody(Body):
    """What of the values that were read on a scan is right; null for all that is not there yet."""

    fields: list[str] | None = Field(
        None,
        description="对的各项，字段名；没有写的不采用。不写为档案里还没有的各项",
        examples=[["id_number", "phones"]],
    )


class WhyParameters(Parameters):
    """Why something is done, in an address; many write addresses down, nobody a body."""

    reason: str = Field(description="理由；记入操作日志", examples=["核对签名"])
