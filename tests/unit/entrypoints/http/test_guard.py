"""What holds for every request."""

import asyncio
import logging
from dataclasses import replace
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from archsearch.entrypoints.http.guard import Guard
from archsearch.entrypoints.http.house import House
from archsearch.entrypoints.http.metrics import Metrics
from archsearch.settings.server import ServerSettings
from tests.offices import Office
from tests.unit.entrypoints.http.conftest import Door, door_to


def test_every_answer_has_an_id_of_the_servers_and_headers_that_keep_it_private(door: Door) -> None:
    for path in ("/search?query=x", "/records/x", "/healthz", "/nowhere"):
        answer = door.get(path, **{"X-Request-ID": "mine"})

        assert len(answer.headers["x-request-id"]) == 16
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-frame-options"] == "DENY"
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert "server" not in answer.headers
        assert "strict-transport-security" not in answer.headers


def test_browsers_are_told_to_come_by_https_only_where_that_is_configured(office: Office) -> None:
    options = office.application.settings.options
    server = replace(options.server, https=True, hsts_days=2)
    office.application.settings = replace(
        office.application.settings, options=replace(options, server=server)
    )

    with door_to(office) as door:
        answer = door.get("/healthz")

    assert answer.headers["strict-transport-security"] == "max-age=172800; includeSubDomains"


def test_a_body_that_is_too_long_is_refused_before_it_is_read(door: Door) -> None:
    answer = door.post("/search", {"query": "张" * 600_000}, "admin")

    assert answer.status_code == 413
    assert answer.json()["code"] == "body_too_large"
    assert answer.headers["connection"] == "close"


def test_a_body_of_another_kind_is_refused(door: Door) -> None:
    answer = door.client.post(
        "/api/v1/search",
        content="query=x",
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "Authorization": f"Bearer {door.token('admin')}",
        },
    )

    assert (answer.status_code, answer.json()["code"]) == (415, "media_type")


def test_floods_of_headers_are_refused(door: Door) -> None:
    answer = door.get("/healthz", **{f"X-{number}": "x" for number in range(100)})

    assert (answer.status_code, answer.json()["code"]) == (431, "too_many_headers")


def house(office: Office, **limits: Any) -> House:
    options = office.application.settings.options
    server: ServerSettings = replace(options.server, **limits)
    office.application.settings = replace(
        office.application.settings, options=replace(options, server=server)
    )
    return House(office.application, office.archive, Metrics(), secure=False)


def asked(guard: Guard, *parts: Message, slow: bool = False) -> list[Message]:
    """Send a request in parts; a slow one never ends."""
    answers: list[Message] = []
    coming = iter(parts)

    async def receive() -> Message:
        for part in coming:
            return part
        if slow:
            await asyncio.Event().wait()
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        answers.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": "/api/v1/search",
        "headers": [],
        "query_string": b"",
    }
    asyncio.run(guard(scope, receive, send))
    return answers


def part(body: bytes = b"", *, more: bool = False) -> Message:
    return {"type": "http.request", "body": body, "more_body": more}


async def silent(scope: Scope, receive: Receive, send: Send) -> None:
    await asyncio.Event().wait()


def test_a_body_that_does_not_arrive_is_not_waited_for(office: Office) -> None:
    guard = Guard(silent, house(office, body_seconds=0))

    answers = asked(guard, part(b"{", more=True), slow=True)

    assert answers[0]["status"] == 408


def test_a_body_that_grows_without_end_is_cut_off(office: Office) -> None:
    guard = Guard(silent, house(office, max_body_kib=1))

    answers = asked(guard, *(part(b"x" * 600, more=True) for _ in range(9)), slow=True)

    assert answers[0]["status"] == 413


def test_bodies_that_arrive_together_are_held_up_to_a_bound(office: Office) -> None:
    guard = Guard(silent, house(office, max_body_kib=64, body_seconds=0.05, answer_seconds=0.01))
    statuses: list[int] = []

    async def bring(length: int) -> None:
        coming = iter([part(b"x" * length, more=True)])

        async def receive() -> Message:
            for piece in coming:
                return piece
            await asyncio.Event().wait()
            raise AssertionError

        async def send(message: Message) -> None:
            statuses.extend([message["status"]] if "status" in message else [])

        scope = {"type": "http", "method": "POST", "path": "/x", "headers": [], "query_string": b""}
        await guard(scope, receive, send)

    async def crowd() -> None:
        await asyncio.gather(*(bring(60_000) for _ in range(100)), *(bring(600) for _ in range(9)))

    asyncio.run(crowd())

    bound = 64 * (64 << 10) // 60_000
    assert sorted(statuses) == [408] * (bound + 9) + [503] * (100 - bound)
    assert asked(guard, part(b"x" * 60_000))[0]["status"] == 415


def test_what_takes_too_long_is_answered_all_the_same(office: Office) -> None:
    guard = Guard(silent, house(office, answer_seconds=0.01))

    answers = asked(guard, part())

    assert answers[0]["status"] == 504
    assert b"timeout" in answers[1]["body"]


def test_more_requests_than_may_wait_are_sent_away(office: Office) -> None:
    guard = Guard(silent, house(office, answer_seconds=0.01, max_waiting=1, threads=1))

    async def crowd() -> list[Message]:
        answers: list[Message] = []

        async def receive() -> Message:
            return part()

        async def send(message: Message) -> None:
            answers.append(message)

        scope = {"type": "http", "method": "GET", "path": "/x", "headers": [], "query_string": b""}
        for _ in range(3):
            await guard(dict(scope), receive, send)
        return answers

    statuses = [each["status"] for each in asyncio.run(crowd()) if "status" in each]

    assert statuses == [504, 504, 503]


def test_what_nobody_foresaw_is_told_without_its_text(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError(secret)

    secret = "张伟 13812345678"

    guard = Guard(broken, house(office))
    with caplog.at_level(logging.INFO, "archsearch.http"):
        answers = asked(guard, part())

    assert answers[0]["status"] == 500
    assert b"internal" in answers[1]["body"]
    assert "ValueError" in caplog.text
    assert secret not in caplog.text + answers[1]["body"].decode()


def test_the_log_names_routes_and_nothing_of_what_was_asked(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, "archsearch.http"):
        door.get("/records/秘密-1", "admin")
        door.get("/search?query=秘密", "admin")
        door.get("/秘密", "admin")

    lines = [each.getMessage() for each in caplog.records if each.name == "archsearch.http"]
    assert len(lines) == 3
    assert "/api/v1/records/{record_id:path} 404" in lines[0]
    assert "秘密" not in "".join(lines)
