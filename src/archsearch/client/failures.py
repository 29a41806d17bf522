"""From problem documents to the errors of the Python API."""

from collections.abc import Mapping
from typing import Any

from archsearch import errors
from archsearch.client.loading import loader


class ServerError(errors.ArchsearchError):
    """The server turned a request away for a reason that the Python API does not have.

    ``problem`` is what it said, ``reason`` its stable code, such as ``rate_limited``.
    """

    code = "server"

    def __init__(self, message: str, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(message)
        self.status, self.problem = status, problem
        self.reason = str(problem.get("code", ""))


def error_of(status: int, problem: Mapping[str, Any], wait: str = "") -> errors.ArchsearchError:
    """Make the error that the server met; ``wait`` are seconds until another try."""
    message = str(problem.get("detail", f"服务返回了 {status}。"))
    kind = _kinds().get(str(problem.get("code")))
    if kind is None:
        return ServerError(message, status, problem)
    if issubclass(kind, errors.QuerySyntaxError):
        return kind(message, int(problem.get("position", 0)))
    if issubclass(kind, errors.LoginWaitError):
        return kind(message, int(wait) if wait.isdecimal() else 1)
    if issubclass(kind, errors.RejectedError):
        load = loader("archsearch.domain.problem:Problem")
        return kind(message, [load(each) for each in problem.get("problems", [])])
    return kind(message)


def _kinds() -> dict[str, type[errors.ArchsearchError]]:
    found, waiting = {}, [errors.ArchsearchError]
    while waiting:
        kind = waiting.pop()
        if kind.__module__ == errors.__name__:
            found[kind.code] = kind
        waiting += kind.__subclasses__()
    return found
