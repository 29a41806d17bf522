"""What comes in and goes out, for the description of the interface.

What goes out is written from the Python API's own dataclasses; a test holds these models to them.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal, TypeAlias, get_origin

from pydantic import BaseModel, ConfigDict, Field

from archsearch.domain.policy import Errand, Right

Value: TypeAlias = str | int | float | bool
FilterModel: TypeAlias = Value | list[Value] | dict[str, Value | list[Value]]
Mode: TypeAlias = Literal["auto", "exact", "fuzzy"]

MOST_NAMES = 1000
"""Names of one call to match; longer lists are a background task."""
MOST_LINES = 20_000
"""Names of a background task."""


class Body(BaseModel):
    """A body: nothing but what is named, and of the kind that is named."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Parameters(BaseModel):
    """What stands behind the question mark of an address."""

    model_config = ConfigDict(extra="forbid")


def lists_of(parameters: type[Parameters]) -> frozenset[str]:
    """Name the parameters that may be given several times."""
    fields = parameters.model_fields.items()
    return frozenset(name for name, each in fields if get_origin(each.annotation) is list)


class ProblemModel(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(examples=["urn:archsearch:not_found"])
    title: str = Field(examples=["没有找到"])
    status: int = Field(examples=[404])
    code: str = Field(description="稳定的错误代码", examples=["not_found"])
    detail: str = Field(
        description="给人看的说明", examples=["没有这份档案，或不在您的检索范围内。"]
    )
    instance: str = Field(description="请求编号，与 X-Request-ID 相同")
    position: int | None = Field(None, description="检索式中出错的位置，从 0 起")
    errors: list[dict[str, str]] | None = Field(None, description="不合要求之处")
    problems: list[dict[str, Any]] | None = Field(None, description="内容被拒绝的理由，逐项")


class SearchBody(Body):
    """A search."""

    query: str = Field("", description="检索式；空为全部，新的在前", examples=["张伟 逾期"])
    mode: Mode = "auto"
    filters: dict[str, FilterModel] = Field(
        default_factory=dict,
        description="按字段筛选：一个值、任一值的列表，或 any、all、none、from、to",
        examples=[{"region": ["华东"], "value_tier": ["高价值"]}],
    )
    facets: list[str] = Field(default_factory=list, examples=[["region", "value_tier"]])
    sort: str = Field("relevance", description="relevance 或可排序的字段，前加 - 为倒序")
    limit: int = Field(20, ge=0, le=10_000, examples=[20])
    offset: int = Field(0, ge=0, le=10**9)
    cursor: str | None = Field(
        None, max_length=100, description="上一页的 next_cursor；其余条件照旧"
    )


class SearchParameters(Parameters):
    """A search in an address; addresses are written down by many, a body by nobody."""

    query: str = Field("", description="检索式", examples=["张伟"])
    mode: Mode = "auto"
    filter: list[str] = Field(
        default_factory=list,
        description="字段=值；同一字段写几次，有其一即可",
        examples=[["region=华东"]],
    )
    facet: list[str] = Field(default_factory=list, examples=[["region"]])
    sort: str = "relevance"
    limit: int = Field(20, ge=0, le=10_000)
    offset: int = Field(0, ge=0, le=10**9)
    cursor: str | None = Field(None, max_length=100)


class SnippetModel(BaseModel):
    """A piece of text and what matched in it."""

    text: str
    spans: list[tuple[int, int]]


class ReasonModel(BaseModel):
    """How a piece of the query stands for a piece of a name."""

    channel: str
    said: str
    meant: str
    field: str
    start: int
    end: int
    text: str


class HitModel(BaseModel):
    """A record found."""

    record_id: str
    score: float
    channels: list[str]
    highlights: dict[str, list[SnippetModel]]
    record: dict[str, Any] = Field(description="脱敏后的字段")
    reasons: list[ReasonModel]
    verdict: str


class FoundModel(BaseModel):
    """Some hits, and how many there are."""

    total: int
    hits: list[HitModel]
    took_ms: float
    mode: str
    facets: dict[str, list[tuple[str, int]]]
    suggestion: str | None
    note: str
    offset: int
    limit: int


class PageModel(FoundModel):
    """A page of hits."""

    next_cursor: str | None = Field(description="下一页；没有了则为 null")


class FacetsBody(Body):
    """What to count."""

    query: str = ""
    mode: Mode = "auto"
    filters: dict[str, FilterModel] = Field(default_factory=dict)
    facets: list[str] = Field(examples=[["region", "value_tier", "tags"]])


class FacetsModel(BaseModel):
    """Values and how often they occur, over all hits."""

    total: int
    facets: dict[str, list[tuple[str, int]]]


class SuggestParameters(Parameters):
    """What is being typed."""

    text: str = Field(examples=["zhangw"])
    limit: int = Field(8, ge=0, le=100)


class SuggestionModel(BaseModel):
    """A completion."""

    text: str
    channel: str
    record_id: str


class SuggestionsModel(BaseModel):
    """Completions, the best first."""

    items: list[SuggestionModel]


class LineModel(Body):
    """A line of a list: a name, and evidence for or against."""

    name: str
    id_number: str = ""
    phones: str | list[str] = ""
    birth_date: str = ""
    region: str = ""


class MatchBody(Body):
    """A list to screen."""

    names: list[str | LineModel] = Field(
        max_length=MOST_NAMES, examples=[["张伟", "中国农业发展银行"]]
    )
    limit: int = Field(3, ge=0, le=100)


def names_of(lines: Sequence[str | LineModel]) -> list[Any]:
    """Give lines as the Python API takes them."""
    return [
        line if isinstance(line, str) else line.model_dump(exclude_unset=True) for line in lines
    ]


class LongMatchBody(Body):
    """A long list to screen."""

    names: list[str | LineModel] = Field(
        min_length=1, max_length=MOST_LINES, examples=[["张伟", "中国农业发展银行"]]
    )
    limit: int = Field(3, ge=0, le=100)


class LinesParameters(Parameters):
    """Which lines of a result."""

    offset: int = Field(0, ge=0, le=MOST_LINES)
    limit: int = Field(MOST_LINES, ge=0, le=MOST_LINES)


class TaskModel(BaseModel):
    """A background task."""

    id: str
    kind: str
    state: Literal["running", "done", "failed", "cancelled"]
    done: int = Field(description="已处理的行数")
    total: int
    began_at: datetime
    ended_at: datetime | None
    code: str = Field(description="失败的原因，代码与错误相同；interrupted 为服务中断")


class TasksModel(BaseModel):
    """Background tasks."""

    items: list[TaskModel]


class MatchesModel(BaseModel):
    """The best hits of each line, in its order."""

    items: list[list[HitModel]]


class RecordModel(BaseModel):
    """A record."""

    record_id: str
    version: int
    values: dict[str, Any]
    original: dict[str, Any]
    origins: dict[str, str]
    quality: int


class ReasonBody(Body):
    """Why something is done."""

    reason: str = Field(description="理由；记入操作日志", examples=["核对客户来电"])


class LoginBody(Body):
    """Who wants to log in."""

    name: str = Field(examples=["li.na"])
    password: str = Field(json_schema_extra={"format": "password"})
    code: str = Field("", description="动态验证码或恢复码")


class PasswordBody(Body):
    """One's own password, changed."""

    old: str = Field(json_schema_extra={"format": "password"})
    new: str = Field(json_schema_extra={"format": "password"})


class EntranceModel(BaseModel):
    """Who one is, and by what one came in."""

    user: str
    via: str = Field(description="session:编号 或 token:编号")
    rights: list[Right | Errand] | None = Field(description="所持之物限于这些权限；null 为不限")
    ends_at: datetime | None = None
    must_change_password: bool = False


class FieldModel(BaseModel):
    """A field of the schema."""

    key: str
    label: str
    type: str
    facet: bool
    sortable: bool


class FieldsModel(BaseModel):
    """The fields of the schema."""

    items: list[FieldModel]


class StateModel(BaseModel):
    """How the server is."""

    status: str = Field(examples=["ok"])
