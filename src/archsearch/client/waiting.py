"""The client that waits."""

import time
from collections.abc import Iterator, Mapping
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
from archsearch.client.verbs import Sends, Verb
from archsearch.domain.query import FilterValue
from archsearch.domain.record import Record

T = TypeVar("T")


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
    form = Verb(calls.form)

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
class _Findings:
    """What was read on scans, as ``archive.findings``."""

    _client: Sends
    list = Verb(reading.list_findings)
    of = Verb(reading.findings_of)
    confirm = Verb(reading.confirm)
    refuse = Verb(reading.refuse_findings)

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


@dataclass(frozen=True, slots=True)
class _Policy:
    """Rights, as ``archive.policy``."""

    _client: Sends
    show = Verb(keeping.show_policy)
    check = Verb(keeping.check_policy)
    diff = Verb(keeping.diff_policy)

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
    duplicates = Verb(keeping.duplicates)
    who = Verb(keeping.who)
    who_could = Verb(keeping.who_could)
    replay = Verb(keeping.replay)
    add_word = Verb(keeping.add_word)
    add_short_name = Verb(keeping.add_short_name)
    add_synonym = Verb(keeping.add_synonym)
    add_user = Verb(keeping.add_user)

    def __init__(
        self, address: str, token: str, *, transport: httpx2.BaseTransport | None = None
    ) -> None:
        self._http = httpx2.Client(
            base_url=address, headers=headers_of(token), timeout=SECONDS, transport=transport
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
    def findings(self) -> _Findings:
        """What was read on scans, to be confirmed."""
        return _Findings(self)

    @property
    def saved(self) -> _Saved:
        """Saved searches."""
        return _Saved(self)

    @property
    def policy(self) -> _Policy:
        """Rights."""
        return _Policy(self)

    def send(self, call: Call[T]) -> T:
        """Send a call; one that is safe to repeat is, when the server says to come again."""
        for left in reversed(range(TRIES)):
            answer = self._http.request(call.method, API + call.path, **sent(call))
            wait = wait_before(call, answer, left)
            if wait is None:
                break
            time.sleep(wait)
        return loaded(call, answer)

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
        body = export_body(query, mode, filters, sort)
        body |= {"reason": reason, "reveal": reveal}
        with self._http.stream("POST", f"{API}/export", json=body) as answer:
            if answer.status_code >= BAD:
                answer.read()
                raise failure_of(answer)
            for line in answer.iter_lines():
                yield record_of(line)
