"""What both clients do alike with requests and answers."""

from collections.abc import Mapping
from typing import Any, Final, TypeVar, cast

import httpx2

from archsearch.client.call import Call
from archsearch.client.failures import error_of
from archsearch.client.files import file_in
from archsearch.client.loading import loader
from archsearch.domain.query import FilterValue
from archsearch.domain.record import Record

T = TypeVar("T")
API: Final = "/api/v1"
TRIES: Final = 3
SECONDS: Final = 60.0
BAD: Final = 400
_AGAIN: Final = frozenset({429, 503})
_LONGEST_WAIT: Final = 10.0


def headers_of(token: str) -> dict[str, str]:
    """Show a token."""
    return {"Authorization": f"Bearer {token}"}


def sent(call: Call[Any]) -> dict[str, Any]:
    """Give what a request for a call is made of."""
    made: dict[str, Any] = {"params": dict(call.parameters), "headers": dict(call.headers)}
    return made if call.body is None else {**made, "json": call.body}


def wait_before(call: Call[Any], answer: httpx2.Response, left: int) -> float | None:
    """Tell how long to wait before the call is sent again; None not to."""
    told = answer.headers.get("retry-after", "")
    # A 429 was refused at the door; what failed otherwise may be done, and is not done twice.
    safe = call.method == "GET" or "Idempotency-Key" in call.headers
    again = answer.status_code in _AGAIN and told.isdecimal() and left
    if not again or not (safe or answer.status_code != 503):  # noqa: PLR2004 - see above
        return None
    return min(float(told), _LONGEST_WAIT)


def loaded(call: Call[T], answer: httpx2.Response) -> T:
    """Load what was answered.

    Raises:
        ArchsearchError: The server could not do it.
    """
    if answer.status_code >= BAD:
        raise failure_of(answer)
    if call.file is not None:
        return cast(T, loader(call.kind)(file_in(answer, call.file)))
    if call.text:
        return cast(T, answer.text)
    if not call.kind:
        return cast(T, answer.json()[call.member] if call.member else None)
    load, value = loader(call.kind), answer.json()
    if not call.many:
        return cast(T, load(value))
    if call.nested:
        return cast(T, tuple(tuple(map(load, each)) for each in value["items"]))
    return cast(T, tuple(map(load, value["items"])))


def export_body(
    query: str, mode: str, filters: Mapping[str, FilterValue] | None, sort: str
) -> dict[str, Any]:
    """Say what to export."""
    return {"query": query, "mode": mode, "filters": filters or {}, "sort": sort}


def record_of(line: str) -> Record:
    """Load a line of an export."""
    load = loader("archsearch.domain.record:Record")
    return cast(Record, load(httpx2.Response(200, text=line).json()))


def failure_of(answer: httpx2.Response) -> Exception:
    """Make the error of an answer that is none."""
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    problem = problem if isinstance(problem, dict) else {}
    return error_of(answer.status_code, problem, answer.headers.get("retry-after", ""))
