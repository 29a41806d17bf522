"""The client to be awaited."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar

import httpx2

from archsearch.client import calls, keeping, reading
from archsearch.client.answers import (
    API,
    BAD,
    SECONDS,
    TRIES,
    export_body,
    failure_of,
    headers_of,
    loaded,
    record_of,
    sent,
    wait_before,
)
from archsearch.client.call import Call
from archsearch.client.verbs import AsyncVerb, SendsAsync
from archsearch.domain.query import FilterValue
from archsearch.domain.record import Record

T = TypeVar("T")


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
    form = AsyncVerb(calls.form)

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
class _AsyncFindings:
    """What was read on scans, as ``archive.findings``, to be awaited."""

    _client: SendsAsync
    list = AsyncVerb(reading.list_findings)
    of = AsyncVerb(reading.findings_of)
    confirm = AsyncVerb(reading.confirm)
    refuse = AsyncVerb(reading.refuse_findings)

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


@dataclass(frozen=True, slots=True)
class _AsyncPolicy:
    """Rights, as ``archive.policy``, to be awaited."""

    _client: SendsAsync
    show = AsyncVerb(keeping.show_policy)
    check = AsyncVerb(keeping.check_policy)
    diff = AsyncVerb(keeping.diff_policy)

    async def send(self, call: Call[T]) -> T:
        """Send a call."""
        return await self._client.send(call)


class AsyncClient:
    """Asks a server and is awaited; as ``Client``, in an ``async with`` statement."""

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
    duplicates = AsyncVerb(keeping.duplicates)
    who = AsyncVerb(keeping.who)
    who_could = AsyncVerb(keeping.who_could)
    replay = AsyncVerb(keeping.replay)
    add_word = AsyncVerb(keeping.add_word)
    add_short_name = AsyncVerb(keeping.add_short_name)
    add_synonym = AsyncVerb(keeping.add_synonym)
    add_user = AsyncVerb(keeping.add_user)

    def __init__(
        self, address: str, token: str, *, transport: httpx2.AsyncBaseTransport | None = None
    ) -> None:
        self._http = httpx2.AsyncClient(
            base_url=address, headers=headers_of(token), timeout=SECONDS, transport=transport
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
    def findings(self) -> _AsyncFindings:
        """What was read on scans, to be confirmed."""
        return _AsyncFindings(self)

    @property
    def saved(self) -> _AsyncSaved:
        """Saved searches."""
        return _AsyncSaved(self)

    @property
    def policy(self) -> _AsyncPolicy:
        """Rights."""
        return _AsyncPolicy(self)

    async def send(self, call: Call[T]) -> T:
        """Send a call, as :meth:`Client.send`."""
        for left in reversed(range(TRIES)):
            answer = await self._http.request(call.method, API + call.path, **sent(call))
            wait = wait_before(call, answer, left)
            if wait is None:
                break
            await asyncio.sleep(wait)
        return loaded(call, answer)

    async def export(
        self,
        query: str = "",
        *,
        reason: str,
        mode: str = "auto",
        filters: Mapping[str, FilterValue] | None = None,
        sort: str = "relevance",
        reveal: bool = False,
    ) -> AsyncIterator[Record]:
        """Hand out all that a search finds, a record at a time, in an ``async for`` statement."""
        body = export_body(query, mode, filters, sort)
        body |= {"reason": reason, "reveal": reveal}
        async with self._http.stream("POST", f"{API}/export", json=body) as answer:
            if answer.status_code >= BAD:
                await answer.aread()
                raise failure_of(answer)
            async for line in answer.aiter_lines():
                yield record_of(line)
