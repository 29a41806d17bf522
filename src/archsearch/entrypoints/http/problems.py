"""What went wrong, as RFC 9457 tells it: a stable code, Chinese words, and the request's id.

Nothing that was sent is repeated, and nothing of the inside is shown.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response

from archsearch import errors
from archsearch.entrypoints.http.answers import encoded

MEDIA: Final = "application/problem+json"

STATUSES: Final[Mapping[type[errors.ArchsearchError], int]] = {
    errors.ArchsearchError: 500,
    errors.SettingsError: 503,
    errors.WorkspaceError: 503,
    errors.NotFoundError: 404,
    errors.AccessDeniedError: 403,
    errors.NotAuthenticatedError: 401,
    errors.LoginRefusedError: 401,
    errors.CodeNeededError: 401,
    errors.LoginWaitError: 429,
    errors.ConflictError: 409,
    errors.StaleError: 412,
    errors.BusyError: 503,
    errors.InvalidRequestError: 400,
    errors.QuerySyntaxError: 400,
    errors.QueryTooComplexError: 400,
    errors.RejectedError: 422,
    errors.ReadError: 422,
    errors.StoreError: 503,
    errors.UnreadableError: 500,
    errors.EngineError: 503,
    errors.IndexOutdatedError: 503,
}
"""The status of every error there is; what is derived from one elsewhere answers like it."""

TITLES: Final[Mapping[int, str]] = {
    400: "请求有误",
    401: "需要登录",
    403: "没有权限",
    404: "没有找到",
    405: "不支持的方法",
    408: "请求超时",
    409: "冲突",
    412: "已被更改",
    413: "请求过大",
    415: "不支持的格式",
    422: "内容不合要求",
    428: "缺少条件",
    429: "请求过多",
    431: "请求头过多",
    500: "内部错误",
    503: "暂时不可用",
    504: "处理超时",
}

_WRONG: Final = {
    "missing": "必须填写",
    "extra_forbidden": "有不认识的参数",
    "repeated": "有参数给了不止一次",
    "string_type": "须是文字",
    "string_too_long": "太长",
    "string_too_short": "太短",
    "string_pattern_mismatch": "格式不对",
    "int_type": "须是整数",
    "int_parsing": "须是整数",
    "bool_type": "须是 true 或 false",
    "bool_parsing": "须是 true 或 false",
    "list_type": "须是列表",
    "dict_type": "须是对象",
    "model_attributes_type": "须是对象",
    "literal_error": "不是可选的值",
    "enum": "不是可选的值",
    "too_long": "太多",
    "too_short": "太少",
    "json_invalid": "不是正确的 JSON",
    "datetime_parsing": "须是时间，如 2026-01-31T08:00:00+08:00",
    "datetime_from_date_parsing": "须是时间，如 2026-01-31T08:00:00+08:00",
    "timezone_aware": "时间须带时区",
    "date_from_datetime_parsing": "须是日期，如 2026-01-31",
}
_DEPTH: Final = 2


class TurnedAwayError(Exception):
    """A request that the door itself turns away: a matter of HTTP, not of archives."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.message = status, code, message
        self.headers = dict(headers or {})


def status_of(error: errors.ArchsearchError) -> int:
    """Choose the status of an error."""
    return next(STATUSES[kind] for kind in type(error).__mro__ if kind in STATUSES)


def problem(
    status: int,
    code: str,
    detail: str,
    request_id: str,
    *,
    headers: Mapping[str, str] | None = None,
    more: Mapping[str, Any] | None = None,
) -> Response:
    """Write a problem document."""
    told = {
        "type": f"urn:archsearch:{code}",
        "title": TITLES.get(status, "请求未能完成"),
        "status": status,
        "code": code,
        "detail": detail,
        "instance": request_id,
        **(more or {}),
    }
    return Response(encoded(told), status, headers, MEDIA)


def problem_of(error: errors.ArchsearchError, request_id: str) -> Response:
    """Write the problem document of an error."""
    status, found, more = status_of(error), {}, _more(error)
    if isinstance(error, errors.NotAuthenticatedError):
        found["WWW-Authenticate"] = "Bearer"
    if isinstance(error, errors.LoginWaitError):
        found["Retry-After"] = str(error.seconds)
    elif isinstance(error, errors.BusyError):
        found["Retry-After"] = "1"
    return problem(status, error.code, error.message, request_id, headers=found, more=more)


def misread(request: Request, wrong: Sequence[Any]) -> Response:
    """Tell what could not be read of a request, by place; what was there is not repeated."""
    told = [{"place": _place(each), "message": _WRONG.get(each["type"], _VAGUE)} for each in wrong]
    places = "、".join(dict.fromkeys(f"{each['place']} {each['message']}" for each in told))
    detail = f"请求不符合接口的要求：{places}。"
    return problem(400, "request_invalid", detail, request.state.id, more={"errors": told})


_VAGUE: Final = "不合规定"


def _more(error: errors.ArchsearchError) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if isinstance(error, errors.QuerySyntaxError):
        more["position"] = error.position
    if isinstance(error, errors.RejectedError):
        more["problems"] = error.problems
    return more


def _place(wrong: Mapping[str, Any]) -> str:
    """Name the place of a mistake; only by names that are the interface's, never by what came."""
    path = wrong["loc"][:-1] if wrong["type"] == "extra_forbidden" else wrong["loc"]
    if wrong["type"] == "json_invalid":
        path = path[:1]
    return ".".join(map(str, path[:_DEPTH]))
