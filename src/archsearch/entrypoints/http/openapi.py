"""The description of the interface: what the framework makes, put right where it is wrong."""

from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from archsearch import __version__
from archsearch.entrypoints.http.models import ProblemModel
from archsearch.entrypoints.http.problems import MEDIA, TITLES

_ABOUT: Final = """客户档案检索服务。

- 凭证：程序用令牌（`Authorization: Bearer as_…`），人登录后用会话 Cookie。
- 结果只在检索范围之内；范围之外的档案与不存在的一样，都是 404。
- 错误一律是 RFC 9457 的问题文档，`code` 稳定不变，`detail` 给人看，`instance` 是请求编号。
- 含个人信息的内容不要放在地址里：检索请用 POST。
"""
_SECURITY: Final[list[dict[str, list[str]]]] = [{"token": []}, {"session": []}]
_USUAL: Final = (400, 401, 403, 408, 413, 415, 429, 431, 500, 503, 504)
_VERBS: Final = frozenset({"get", "post", "put", "patch", "delete"})


def describe(app: FastAPI, cookie: str) -> dict[str, Any]:
    """Make the OpenAPI document of an app; its problems are ours, not the framework's."""
    document = get_openapi(
        title="archsearch", version=__version__, description=_ABOUT, routes=app.routes
    )
    parts = document.setdefault("components", {})
    schemas = parts.setdefault("schemas", {})
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    schemas["ProblemDetails"] = ProblemModel.model_json_schema()
    parts["responses"] = {f"Problem{status}": _problem(status) for status in TITLES}
    parts["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "archsearch token create"},
        "session": {"type": "apiKey", "in": "cookie", "name": cookie},
    }
    schemas.update(_without_places(schemas))
    for path, verbs in document["paths"].items():
        for verb, operation in verbs.items():
            if verb in _VERBS:
                _complete(path, operation)
    return document


def _without_places(part: Any) -> Any:
    """Describe arrays with a kind for each place as arrays of any of them, which all tools know."""
    if isinstance(part, list):
        return [_without_places(each) for each in part]
    if not isinstance(part, dict):
        return part
    found = {key: _without_places(each) for key, each in part.items() if key != "prefixItems"}
    if "prefixItems" in part:
        places = _without_places(part["prefixItems"])
        kinds = [each for at, each in enumerate(places) if each not in places[:at]]
        found["items"] = kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    return found


def _problem(status: int) -> dict[str, Any]:
    return {
        "description": TITLES[status],
        "content": {MEDIA: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
    }


def _complete(path: str, operation: dict[str, Any]) -> None:
    operation.setdefault("security", _SECURITY)
    responses = operation["responses"]
    responses.pop("422", None)
    statuses = set(_USUAL) | ({404, 409, 412, 422, 428} if path.startswith("/api/") else set())
    for status in sorted(statuses):
        responses.setdefault(str(status), {"$ref": f"#/components/responses/Problem{status}"})
