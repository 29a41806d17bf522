"""The clients: one that waits, one to be awaited."""

import asyncio
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Self, TypeVar, cast

import httpx2

from archsearch.client import calls
from archsearch.client.calls import Call
from archsearch.client.failures import error_of
from archsearch.client.files import file_in
from archsearch.client.loading import loader
from archsearch.client.verbs import AsyncVerb, Sends, SendsAsync, Verb
from archsearch.domain.query import FilterValue
from archsearch.domain.record import Record

T = TypeVar("T")
_API: Final = "/api/v1"
_AGAIN: Final = frozenset({429, 503})
_TRIES: Final = 3
_LONGEST_WAIT: Final = 10.0
_SECONDS: Final = 60.0
_BAD: Final = 400


@dataclass(frozen=True, slots=True)
class _Borrow:
    """Borrowing, as ``archive.borrow``."""

    _client: Sends
    find = Verb(calls.find)
    request = Verb(calls.request)
    list = Verb(calls.list_borrowing)
    show = Verb(calls.show_borrowing)
    approve = Verb(calls.approve)
    refuse = Verb(calls.refuse)
    revoke = Verb(calls.revoke)
    withdraw = Verb(calls.withdraw)
    give_back = Verb(calls.give_back)
    renew = Verb(calls.renew)

    def send(self, call: Call[T]) -> T:
        """Send a call."""
        return self._client.send(call)


@dataclass(frozen=True, slots=True)
class _Proposals:
    """Proposals, as ``archive.proposals``."""

    _client: Sends
    list = Verb(calls.list_proposals)
    show = Verb(calls.show_proposal)
    accept = Verb(calls.accept)
    refuse = Verb(calls.refuse_proposal)
    withdraw = Verb(calls.withdraw_proposal)

    def send(self, call: Call[T]) -> T:
        """Send a call."""
        return self._client.send(call)


@dataclass(frozen=True, slots=True)
class _Inbox:
    """The watch folder, as ``archive.inbox``."""

    _client: Sends
    list = Verb(calls.list_inbox)
    show = Verb(calls.show_inbox)
    retry = Verb(calls.retry_inbox)
    mend = Verb(calls.mend_inbox)

    def send(self, call: Call[T]) -> T:
        """Send a call."""
        return self._client.send(call)


@dataclass(frozen=True, slots=True)
class _Saved:
    """Saved searches, as ``archive.saved``."""

    _client: Sends
    save = Verb(calls.save)
    list = Verb(calls.list_saved)
    run = Verb(calls.run_saved)
    rename = Verb(calls.rename_saved)
    delete = Verb(calls.delete_saved)

    def send(self, call: Call[T]) -> T:
        """Send a call."""
        return self._client.send(call)


class Client:
    """Asks a server and waits; for one thread at a time or several, best in a ``with`` statement.

    Args:
        address: Of the server, such as ``https://archive.example``.
        token: Of the program.
        transport: How requests travel; for tests.

    Raises:
        ArchsearchError: From every verb, as from the Python API; ``ServerError`` for what only a
            server refuses.
    """

    search = Verb(calls.search)
    suggest = Verb(calls.suggest)
    match = Verb(calls.match)
    begin_match = Verb(calls.begin_match)
    task = Verb(calls.task)
    task_result = Verb(calls.task_result)
    get = Verb(calls.get)
    reveal = Verb(calls.reveal)
    history = Verb(calls.history)
    create = Verb(calls.create)
    change = Verb(calls.change)
    delete = Verb(calls.delete)
    restore = Verb(calls.restore)
    propose = Verb(calls.propose)
    attachments = Verb(calls.attachments)
    attachment = Verb(calls.attachment)

    def __init__(
        self, address: str, token: str, *, transport: httpx2.BaseTransport | None = None
    ) -> None:
        self._http = httpx2.Client(
            base_url=address, headers=_headers(token), timeout=_SECONDS, transport=transport
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    @property
    def borrow(self) -> _Borrow:
        """Borrowing."""
        return _Borrow(self)

    @property
    def proposals(self) -> _Proposals:
        """Proposals to change records."""
        return _Proposals(self)

    @property
    def inbox(self) -> _Inbox:
        """The watch folder."""
        return _Inbox(self)

    @property
    def saved(self) -> _Saved:
        """Saved searches."""
        return _Saved(self)

    def send(self, call: Call[T]) -> T:
        """Send a call; one that is safe to repeat is, when the server says to come again."""
        for left in reversed(range(_TRIES)):
            answer = self._http.request(call.method, _API + call.path, **_sent(call))
            wait = _wait(call, answer, left)
            if wait is None:
                break
            time.sleep(wait)
        return _loaded(call, answer)

    def export(
        self,
        query: str = "",
        *,
        reason: str,
        mode: str = "auto",
        filters: Mapping[str, FilterValue] | None = None,
        sort: str = "relevance",
        reveal: bool = False,
    ) -> Iterator[Record]:
        """Hand out all that a search finds, a record at a time."""
        body = {
            "query": query,
            "mode": mode,
            "filters": {} if filters is None else filters,
            "sort": sort,
            "reason": reason,
            "reveal": reveal,
        }
        load = loader("archsearch.domain.record:Record")
        with self._http.stream("POST", f"{_API}/export", json=body) as answer:
            if answer.status_code >= _BAD:
                answer.read()
                raise _failure(answer)
            for line in answer.iter_lines():
                yield cast(Record, load(httpx2.Response(200, text=line).json()))


@dataclass(frozen=True, slots=True)
class _AsyncBorrow:
    """Borrowing, as ``archive.borrow``, to be awaited."""

    _client: SendsAsync
    find = AsyncVerb(calls.find)
    request = AsyncVerb(calls.request)
    list = AsyncVerb(calls.list_borrowing)
    show = AsyncVerb(calls.show_borrowing)
    approve = AsyncVerb(calls.approve)
    refuse = AsyncVerb(calls.refuse)
    revoke = AsyncVerb(calls.revoke)
    withdraw = AsyncVerb(calls.withdraw)
    give_back = AsyncVerb(calls.give_back)
    renew = AsyncVerb(calls.renew)

    async def send(self, call: Call[T]) -> T:
        """Send a call."""
        return await self._client.send(call)


@dataclass(frozen=True, slots=True)
class _AsyncProposals:
    """Proposals, as ``archive.proposals``, to be awaited."""

    _client: SendsAsync
    list = AsyncVerb(calls.list_proposals)
    show = AsyncVerb(calls.show_proposal)
    accept = AsyncVerb(calls.accept)
    refuse = AsyncVerb(calls.refuse_proposal)
    withdraw = AsyncVerb(calls.withdraw_proposal)

    async def send(self, call: Call[T]) -> T:
        """Send a call."""
        return await self._client.send(call)


@dataclass(frozen=True, slots=True)
class _AsyncInbox:
    """The watch folder, as ``archive.inbox``, to be awaited."""

    _client: SendsAsync
    list = AsyncVerb(calls.list_inbox)
    show = AsyncVerb(calls.show_inbox)
    retry = AsyncVerb(calls.retry_inbox)
    mend = AsyncVerb(calls.mend_inbox)

    async def send(self, call: Call[T]) -> T:
        """Send a call."""
        return await self._client.send(call)


@dataclass(frozen=True, slots=True)
class _AsyncSaved:
    """Saved searches, as ``archive.saved``, to be awaited."""

    _client: SendsAsync
    save = AsyncVerb(calls.save)
    list = AsyncVerb(calls.list_saved)
    run = AsyncVerb(calls.run_saved)
    rename = AsyncVerb(calls.rename_saved)
    delete = AsyncVerb(calls.delete_saved)

    async def send(self, call: Call[T]) -> T:
        """Send a call."""
        return await self._client.send(call)


class AsyncClient:
    """Asks a server and is awaited; as :class:`Client`, in an ``async with`` statement."""

    search = AsyncVerb(calls.search)
    suggest = AsyncVerb(calls.suggest)
    match = AsyncVerb(calls.match)
    begin_match = AsyncVerb(calls.begin_match)
    task = AsyncVerb(calls.task)
    task_result = AsyncVerb(calls.task_result)
    get = AsyncVerb(calls.get)
    reveal = AsyncVerb(calls.reveal)
    history = AsyncVerb(calls.history)
    create = AsyncVerb(calls.create)
    change = AsyncVerb(calls.change)
    delete = AsyncVerb(calls.delete)
    restore = AsyncVerb(calls.restore)
    propose = AsyncVerb(calls.propose)
    attachments = AsyncVerb(calls.attachments)
    attachment = AsyncVerb(calls.attachment)

    def __init__(
        self, address: str, token: str, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._http = httpx2.AsyncClient(
            base_url=address, headers=_headers(token), timeout=_SECONDS, transport=transport
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    @property
    def borrow(self) -> _AsyncBorrow:
        """Borrowing."""
        return _AsyncBorrow(self)

    @property
    def proposals(self) -> _AsyncProposals:
        """Proposals to change records."""
        return _AsyncProposals(self)

    @property
    def inbox(self) -> _AsyncInbox:
        """The watch folder."""
        return _AsyncInbox(self)

    @property
    def saved(self) -> _AsyncSaved:
        """Saved searches."""
        return _AsyncSaved(self)

    async def send(self, call: Call[T]) -> T:
        """Send a call, as :meth:`Client.send`."""
        for left in reversed(range(_TRIES)):
            answer = await self._http.request(call.method, _API + call.path, **_sent(call))
            wait = _wait(call, answer, left)
            if wait is None:
                break
            await asyncio.sleep(wait)
        return _loaded(call, answer)


def _headers(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def _sent(call: Call[Any]) -> dict[str, Any]:
    sent: dict[str, Any] = {"params": dict(call.parameters), "headers": dict(call.headers)}
    return sent if call.body is None else {**sent, "json": call.body}


def _wait(call: Call[Any], answer: httpx2.Response, left: int) -> float | None:
    """Tell how long to wait before the call is sent again; None not to."""
    told = answer.headers.get("retry-after", "")
    # A 429 was refused at the door; what failed otherwise may be done, and is not done twice.
    safe = call.method == "GET" or "Idempotency-Key" in call.headers
    again = answer.status_code in _AGAIN and told.isdecimal() and left
    if not again or not (safe or answer.status_code != 503):  # noqa: PLR2004 - see above
        return None
    return min(float(told), _LONGEST_WAIT)


def _loaded(call: Call[T], answer: httpx2.Response) -> T:
    if answer.status_code >= _BAD:
        raise _failure(answer)
    if call.file is not None:
        return cast(T, loader(call.kind)(file_in(answer, call.file)))
    if not call.kind:
        return cast(T, None)
    load, value = loader(call.kind), answer.json()
    if not call.many:
        return cast(T, load(value))
    if call.nested:
        return cast(T, tuple(tuple(map(load, each)) for each in value["items"]))
    return cast(T, tuple(map(load, value["items"])))


def _failure(answer: httpx2.Response) -> Exception:
    try:
        problem = answer.json()
    except ValueError:
        problem = {}
    problem = problem if isinstance(problem, dict) else {}
    return error_of(answer.status_code, problem, answer.headers.get("retry-after", ""))
