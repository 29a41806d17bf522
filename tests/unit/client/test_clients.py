"""The client, waiting and awaited, against the Python API: one script, the same answers."""

import asyncio
import inspect
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import httpx2
import pytest

from archsearch import errors
from archsearch.client import AsyncClient, Client
from archsearch.client.calls import FoundPage
from archsearch.client.failures import ServerError, error_of
from archsearch.domain.duplicates import DuplicatePage
from archsearch.domain.query import Page
from archsearch.domain.screening import Entry
from archsearch.entrypoints.accounts import AccountDesk, DoorDesk, TokenDesk
from archsearch.entrypoints.archive import Archive
from archsearch.entrypoints.borrowing import BorrowDesk
from archsearch.entrypoints.findings import FindingDesk
from archsearch.entrypoints.mail import InboxDesk
from archsearch.entrypoints.policy import PolicyDesk
from archsearch.entrypoints.proposals import ProposalDesk
from archsearch.entrypoints.saved import SavedDesk
from archsearch.services.attachments import Attachment
from archsearch.services.past import WhoCould
from tests.offices import NOON, Office, named
from tests.scans import Tray, read_scans, scan_of
from tests.unit.entrypoints.http.conftest import Door, door_to

PEOPLE = {
    "boss": "manager at 甲",
    "li": "employee at 甲",
    "other": "employee at 乙",
}
READ: Iterator[bytes] = iter(())
SHIPPED = Path(__file__).parents[3] / "config" / "policy.yaml"
STRICTER = Path(__file__).parent / "stricter.yaml"
FORM = "姓名\t张伟\n证件号码\t11010519491231002X\n联系电话\t13812345678"
Ask = Callable[..., Any]
"""Asks in the name of a user: who, which verb, with what."""


@pytest.fixture
def door(office: Office) -> Iterator[Door]:
    office.hire(**PEOPLE)
    office.feed(
        {"record_id": "A-1", "name": "张伟", "department": "甲", "phones": "13812345678"},
        {"record_id": "A-2", "name": "章伟", "department": "甲", "tags": ["授信"]},
        {"record_id": "乙/3", "name": "王芳", "department": "乙"},
    )
    with door_to(office) as door:
        yield door


def script(ask: Ask) -> Iterator[Any]:
    """What a program does, with everything it is answered."""
    yield ask("boss", "search", "张伟", mode="fuzzy", facets=["tags"], filters={"tags": ["授信"]})
    yield ask("boss", "search", sort="-name", limit=1, offset=1)
    yield ask("boss", "suggest", "zhang", limit=2)
    yield ask("boss", "match", ["张伟", {"name": "王芳"}, Entry("章伟", phones="13812345678")])
    yield ask("admin", "get", "乙/3")
    yield ask("boss", "reveal", "A-1", reason="核对来电")
    yield ask("boss", "get", "乙/3")
    yield ask("boss", "search", "张伟 (")
    made = ask("boss", "create", {"姓名": "李娜", "档号": "A-4"}, reason="来函")
    yield made
    yield ask("boss", "create", {"性别": "男"})
    yield ask("boss", "change", "A-4", {"备注": "一"}, expected_version=made.version)
    yield ask("boss", "change", "A-4", {"备注": "二"}, expected_version=made.version)
    yield ask("boss", "history", "A-4")
    yield ask("boss", "history", "A-4", reason="核对")
    yield ask("admin", "delete", "A-4", reason="重复")
    yield ask("admin", "restore", "A-4", reason="误删")
    borrowed = ask("other", "borrow.request", "A-1", purpose="授信", reason="申请", days=3)
    yield borrowed
    yield ask("boss", "borrow.list", which="inbox")
    yield ask("boss", "borrow.approve", borrowed.id, days=2)
    yield ask("other", "get", "A-1")
    yield ask("other", "borrow.renew", borrowed.id, reason="未看完")
    yield ask("other", "borrow.give_back", borrowed.id)
    yield ask("other", "borrow.show", borrowed.id)
    yield ask("other", "borrow.find", "张伟", "11010519491231002X")
    yield ask("other", "borrow.form", borrowed.id)
    proposed = ask("other", "propose", "乙/3", {"备注": "一"}, reason="更正")
    yield proposed
    saved = ask("boss", "saved.save", "授信", "张", filters={"tags": ["授信"]}, mode="fuzzy")
    yield saved
    yield ask("boss", "saved.save", "授信")
    ask("boss", "create", {"姓名": "张苇", "档号": "A-5", "标签": "授信"})
    yield ask("boss", "saved.list")
    yield ask("boss", "saved.run", saved.id, limit=1)
    yield ask("boss", "saved.rename", saved.id, "授信客户")
    yield ask("boss", "saved.delete", saved.id)
    yield ask("boss", "saved.run", saved.id)


def deliver(office: Office) -> None:
    """Have scans arrive: one that is filed, one that waits, one that is none."""
    tray = Tray(office)
    tray.drop("a.png", scan_of(1))
    tray.drop("a.png.json", {"档号": "A-1", "姓名": "张伟", "材料类型": "合同"})
    tray.drop("张伟_1234_合同.tif", "x")
    tray.drop("b.png", scan_of(2))
    tray.drop("c.png", scan_of(3))
    tray.drop("c.png.json", {"档号": "A-2", "姓名": "章伟"})
    tray.settle(5)
    read_scans(office, {scan_of(1): FORM, scan_of(3): "姓名\t张苇"})


def post(ask: Ask) -> Iterator[Any]:
    """What a program does about scans."""
    yield ask("boss", "attachments", "A-1")
    yield ask("boss", "attachment", "A-1", 1, reason="核对签名")
    yield ask("boss", "attachment", "A-1", 1, reason="")
    yield ask("li", "attachment", "A-1", 1, reason="核对签名")
    yield ask("boss", "attachment", "A-1", 2, reason="核对签名")
    listed = ask("admin", "inbox.list", limit=1)
    yield listed
    yield ask("admin", "inbox.list", state="all", before=listed.items[0].id)
    yield ask("admin", "inbox.list", state="quarantined")
    waiting = next(i for i in ask("admin", "inbox.list").items if i.state == "waiting").id
    yield ask("admin", "inbox.show", waiting)
    yield ask("admin", "inbox.mend", waiting, {"证件号码": "110105194912310021"})
    yield ask("admin", "inbox.mend", waiting, {"没有的": "x"})
    yield ask(
        "admin", "inbox.mend", waiting, {"客户名称": "赵敏", "证件号码": "11010519491231002X"}
    )
    yield ask("admin", "inbox.retry", waiting)
    yield ask("admin", "inbox.retry", 999)
    yield ask("li", "inbox.show", waiting)
    yield ask("li", "inbox.list", state="all")


def confirming(ask: Ask) -> Iterator[Any]:
    """What a program does about what was read on scans."""
    (first, *others) = ask("boss", "findings.list", limit=5)
    yield first, others
    yield ask("boss", "findings.of", "A-1")
    yield ask("boss", "findings.of", "A-1", reason="与扫描件核对")
    yield ask("boss", "findings.of", "A-1", reason="")
    yield ask("other", "findings.of", "A-1")
    yield ask("li", "findings.list")
    yield ask("boss", "findings.confirm", "A-1", 1, fields=["address"])
    yield ask("boss", "findings.confirm", "A-1", 1, expected_version=first.version - 1)
    yield ask("boss", "findings.confirm", "A-1", 1, fields=["证件号码"])
    yield ask("boss", "findings.confirm", "A-1", 1)
    yield ask("boss", "findings.refuse", "A-2", 1, expected_version=others[0].version)
    yield ask("boss", "findings.list")


def keeping(ask: Ask) -> Iterator[Any]:
    """What a program does that keeps an archive."""
    yield ask("admin", "duplicates", least="possible", limit=5)
    yield ask("admin", "who", "A-1")
    yield ask("boss", "who", "A-1")
    yield ask("admin", "who_could", "A-1", NOON.date(), right="change", seen=True)
    yield ask("admin", "who_could", "A-1", NOON)
    yield ask("admin", "who_could", "A-1", 1, right="fly")
    yield ask("admin", "replay", 1)
    yield ask("admin", "add_word", "授信通")
    yield ask("admin", "add_word", "授信通")
    yield ask("admin", "add_short_name", "农发行", "中国农业发展银行")
    yield ask("admin", "add_synonym", "逾期", "拖欠")
    yield ask("admin", "policy.show")
    yield ask("boss", "policy.show")
    yield ask("admin", "policy.check", "li", "read", "A-1")
    yield ask("admin", "policy.check", "li", "change", "乙/3")
    yield ask("admin", "policy.diff", None, STRICTER)
    yield ask("admin", "policy.diff", STRICTER, SHIPPED, limit=1)
    yield ask("admin", "add_user", "new", role="employee", departments=["乙"], clearance="内部")
    yield ask("admin", "add_user", "new", role="manager")


def whole(ask: Ask) -> Iterator[Any]:
    yield from script(ask)
    yield from keeping(ask)
    yield from post(ask)
    yield from confirming(ask)


def comparable(answer: Any) -> Any:
    """Give an answer without what differs from one time to the next."""
    if isinstance(answer, errors.ArchsearchError):
        more = {name: value for name, value in vars(answer).items() if name != "message"}
        return type(answer), answer.message, more
    if isinstance(answer, Attachment):
        return replace(answer, chunks=READ), answer.read()
    if isinstance(answer, DuplicatePage):
        return replace(answer, took_ms=0)
    if isinstance(answer, WhoCould):
        # One of the two noted who came in, and by what.
        return replace(answer, seq=0)
    if isinstance(answer, Page):
        values = {each.name: getattr(answer, each.name) for each in fields(Page)}
        return replace(Page(**values), took_ms=0)
    return answer


def caught(ask: Ask) -> Ask:
    def asking(*args: Any, **kwargs: Any) -> Any:
        try:
            return ask(*args, **kwargs)
        except errors.ArchsearchError as error:
            return error

    return asking


def verb_of(holder: Any, name: str) -> Any:
    for part in name.split("."):
        holder = getattr(holder, part)
    return holder


def embedded(archive: Archive) -> Ask:
    return lambda user, verb, *args, **more: verb_of(archive, verb)(*args, user=user, **more)


def waiting(door: Door) -> Ask:
    def ask(user: str, verb: str, *args: Any, **more: Any) -> Any:
        transport = door.client._transport
        with Client("http://testserver", door.token(user), transport=transport) as client:
            return verb_of(client, verb)(*args, **more)

    return ask


def awaited(door: Door) -> Ask:
    async def asked(user: str, verb: str, *args: Any, **more: Any) -> Any:
        transport = httpx2.ASGITransport(door.app)
        async with AsyncClient("http://testserver", door.token(user), transport=transport) as one:
            return await verb_of(one, verb)(*args, **more)

    return lambda *args, **more: asyncio.run(asked(*args, **more))


@pytest.mark.parametrize("kind", [waiting, awaited])
def test_one_script_is_answered_alike_by_the_client_and_in_the_program(
    door: Door, kind: Callable[[Door], Ask], tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("twin") / "workspace"
    import shutil  # noqa: PLC0415

    shutil.copytree(door.office.path, place, symlinks=True)
    for user in ("admin", *PEOPLE):
        door.token(user)
    with Office(place) as twin:
        for office in (door.office, twin):
            deliver(office)
        there = [comparable(each) for each in whole(caught(embedded(twin.archive)))]
        here = [comparable(each) for each in whole(caught(kind(door)))]

    assert len(here) == len(there)
    for mine, theirs in zip(here, there, strict=True):
        assert mine == theirs


def test_everything_that_is_found_comes_page_by_page_and_all_of_it_by_export(door: Door) -> None:
    door.office.feed(*named(f"客户{number:02}" for number in range(25)))
    transport = door.client._transport
    with Client("http://testserver", door.token("admin"), transport=transport) as client:
        page = client.search(limit=10)
        seen = [hit.record_id for hit in page.hits]
        while page.next_cursor:
            page = client.search(limit=10, cursor=page.next_cursor)
            seen += [hit.record_id for hit in page.hits]
        exported = {record.record_id for record in client.export(reason="季度核查")}
        with pytest.raises(errors.InvalidRequestError):
            next(client.export(reason=""))

    assert isinstance(page, FoundPage)
    assert len(seen) == 28
    assert exported == set(seen)


def test_a_long_list_is_screened_in_the_background(door: Door) -> None:
    transport = door.client._transport
    with Client("http://testserver", door.token("admin"), transport=transport) as client:
        task = client.begin_match(["张伟", "王芳"])
        door.app.state.house.tasks._pool.submit(int).result(30)

        assert client.task(task.id).state == "done"
        assert client.task_result(task.id) == client.match(["张伟", "王芳"])


def answering(*statuses: int, wait: str = "0") -> tuple[httpx2.MockTransport, list[httpx2.Request]]:
    """Answer with these, one after another."""
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        status = statuses[len(asked) - 1]
        body: Any = {"items": []} if status == 200 else {"code": "rate_limited", "detail": "慢一点"}
        return httpx2.Response(status, json=body, headers={"Retry-After": wait})

    return httpx2.MockTransport(answer), asked


def test_who_is_told_to_come_again_does_so() -> None:
    transport, asked = answering(429, 503, 200)

    with Client("http://x", "t", transport=transport) as client:
        assert client.suggest("张") == ()

    assert len(asked) == 3
    assert asked[0].headers["authorization"] == "Bearer t"


def test_what_may_have_been_done_is_not_done_twice_without_a_key() -> None:
    transport, asked = answering(503, 200)

    with Client("http://x", "t", transport=transport) as client, pytest.raises(ServerError):
        client.change("A", {}, expected_version=1)

    assert len(asked) == 1


def test_what_makes_something_has_a_key_that_stays_the_same_when_it_is_sent_again() -> None:
    transport, asked = answering(503, 503, 503)

    with Client("http://x", "t", transport=transport) as client, pytest.raises(ServerError):
        client.create({"姓名": "张伟"})

    assert len({each.headers["idempotency-key"] for each in asked}) == 1
    assert len(asked) == 3


def test_an_error_that_only_servers_have_says_which() -> None:
    error = error_of(418, {"code": "teapot", "detail": "茶壶"})

    assert isinstance(error, ServerError)
    assert (error.status, error.reason, str(error)) == (418, "teapot", "茶壶")
    assert isinstance(error_of(502, {}), ServerError)
    assert isinstance(error_of(429, {"code": "login_wait"}, "30"), errors.LoginWaitError)


REASONS = {
    "ingest": "files come by the watch folder",
    # People do these in a session.
    **dict.fromkeys(("accounts", "tokens", "doors"), "no token may"),
}
"""What of the Python API the client lacks, and why."""

DESKS = {
    "": Archive,
    "borrow.": BorrowDesk,
    "proposals.": ProposalDesk,
    "inbox.": InboxDesk,
    "findings.": FindingDesk,
    "saved.": SavedDesk,
    "policy.": PolicyDesk,
    "accounts.": AccountDesk,
    "tokens.": TokenDesk,
    "doors.": DoorDesk,
}


def verbs() -> set[str]:
    """List the verbs of the Python API."""
    return {
        prefix + name
        for prefix, desk in DESKS.items()
        for name, _ in inspect.getmembers(desk, inspect.isfunction)
        if not name.startswith("_")
    }


@pytest.mark.parametrize("kind", [Client, AsyncClient])
def test_the_client_has_the_verbs_of_the_python_api_or_a_reason_not_to(kind: type) -> None:
    client = kind("http://x", "t")

    lacking = {verb for verb in verbs() if not callable(member(client, verb))}

    assert {verb for verb in lacking if not {verb, verb.split(".")[0]} & set(REASONS)} == set()
    assert {verb.split(".")[0] for verb in lacking} == set(REASONS)


def member(holder: Any, name: str) -> Any:
    for part in name.split("."):
        holder = getattr(holder, part, None)
    return holder


def test_every_verb_that_the_client_lacks_but_people_have_is_a_resource(door: Door) -> None:
    paths = door.app.openapi()["paths"]

    for verb in (each for each in verbs() if each.split(".")[0] in {"accounts", "tokens", "doors"}):
        method, path = RESOURCES[verb]
        assert method in paths[f"/api/v1{path}"], verb


RESOURCES = {
    "accounts.show": ("get", "/users/{name}"),
    "accounts.set_password": ("put", "/users/{name}/password"),
    "accounts.begin_second_factor": ("post", "/users/{name}/second_factor"),
    "accounts.confirm_second_factor": ("post", "/users/{name}/second_factor/confirm"),
    "accounts.remove_second_factor": ("post", "/users/{name}/second_factor/remove"),
    "accounts.sessions": ("get", "/users/{name}/sessions"),
    "accounts.end_sessions": ("delete", "/users/{name}/sessions"),
    "accounts.unlock": ("post", "/users/{name}/unlock"),
    "tokens.create": ("post", "/tokens"),
    "tokens.list": ("get", "/tokens"),
    "tokens.revoke": ("delete", "/tokens/{token}"),
    "doors.login": ("post", "/session"),
    "doors.session": ("get", "/session"),
    "doors.token": ("get", "/session"),
    "doors.change_password": ("put", "/session/password"),
    "doors.logout": ("delete", "/session"),
}


def test_what_is_found_is_exported_to_who_awaits_it_too(door: Door) -> None:
    async def exported() -> set[str]:
        transport = httpx2.ASGITransport(door.app)
        token = door.token("admin")
        async with AsyncClient("http://testserver", token, transport=transport) as client:
            with pytest.raises(errors.InvalidRequestError):
                await anext(client.export(reason=""))
            return {each.record_id async for each in client.export("张伟", reason="季度核查")}

    assert asyncio.run(exported()) == {"A-1", "A-2"}
