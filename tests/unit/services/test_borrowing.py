"""Asking to borrow: what is answered, and what the answers do not tell."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from archsearch.domain.audit import Action, AuditEntry, AuditFilter
from archsearch.domain.borrowing import State, Wish
from archsearch.entrypoints.cli.jsontext import document
from archsearch.errors import (
    AccessDeniedError,
    ArchsearchError,
    ConflictError,
    InvalidRequestError,
)
from archsearch.services.borrow_desk import Borrowing
from archsearch.services.borrowing import OnFile
from archsearch.services.users import UserChange
from archsearch.storage import audit_log
from tests.offices import Office, counts, drain_held_up

NUMBER = "11010519491231002X"
OTHER = "110105199003071239"
SECRET = "110105199003071255"
MINE = "440305198001011235"


@pytest.fixture
def bank(office: Office) -> Office:
    office.hire(
        li="employee at 甲",
        boss="manager at 乙",
        hi="employee at 乙",
        eye="auditor at 甲",
        lost="employee",
        none="",
        second="administrator",
    )
    there: dict[str, str] = {"department": "乙", "owner": "hi"}
    fed = office.feed(
        {"record_id": "R1", "name": "张伟", "id_number": NUMBER, "曾用名": "张大伟", **there},
        {"record_id": "R2", "name": "王芳", "id_number": SECRET, "secrecy": "机密", **there},
        {"record_id": "R3", "name": "李梅", **there},
        {"record_id": "OWN", "name": "赵强", "id_number": MINE, "department": "甲", "owner": "li"},
    )
    assert counts(fed) == (4, 0, 0, 0)
    return office


def find(bank: Office, name: str, number: str, user: str = "li") -> str:
    return bank.application.borrow.asking.find(name, number, user).answer


def ask(bank: Office, *records: str, user: str = "li", **more: Any) -> Borrowing:
    wish = Wish("贷后检查", "核对担保", records, **more)
    return bank.application.borrow.asking.request(wish, user)


def entries(bank: Office, action: Action) -> list[AuditEntry]:
    with bank.application.database.read() as connection:
        found = audit_log.search(connection, AuditFilter(action=action), limit=1000)
    return [each.entry for each in reversed(found)]


def refusal(call: Callable[[], object]) -> tuple[str, str]:
    with pytest.raises(ArchsearchError) as refused:
        call()
    return type(refused.value).__name__, str(refused.value)


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("张伟", NUMBER),
        ("张 伟", "110105 19491231 002x"),
        ("張偉", "110105491231002"),
        ("张大伟", NUMBER),
    ],
)
def test_a_customer_elsewhere_is_found_by_any_whole_name_and_form_of_the_number(
    bank: Office, name: str, number: str
) -> None:
    assert find(bank, name, number) == "elsewhere"


@pytest.mark.parametrize(
    ("name", "number", "user"),
    [
        ("张伟", OTHER, "li"),
        ("张", NUMBER, "li"),
        ("张伟明", NUMBER, "li"),
        ("章伟", NUMBER, "li"),
        ("王芳", SECRET, "li"),
        ("赵强", MINE, "li"),
        ("张伟", NUMBER, "boss"),
        ("张伟", NUMBER, "second"),
        ("某人", OTHER, "li"),
    ],
)
def test_nobody_another_name_a_higher_secrecy_and_what_one_sees_are_answered_alike(
    bank: Office, name: str, number: str, user: str
) -> None:
    """Byte for byte, and at the price of one entry in the log that is as long."""
    before = len(entries(bank, Action.BORROW_FIND))

    found = bank.application.borrow.asking.find(name, number, user)

    assert document(found, indent=False) == '{"answer": "none", "left": 19}'
    (entry,) = entries(bank, Action.BORROW_FIND)[before:]
    assert entry.detail["total"] == 0
    assert len(str(entry.detail["query"])) == 24


def test_a_record_lent_already_is_no_longer_elsewhere(bank: Office) -> None:
    bank.grant("R1", "li")

    assert find(bank, "张伟", NUMBER) == "none"


def test_what_the_store_says_counts_before_the_index_has_heard_of_it(bank: Office) -> None:
    renamed = {"record_id": "R1", "name": "张唯", "曾用名": "张小伟", "id_number": OTHER}
    with drain_held_up(bank):
        assert not bank.feed(renamed).indexed
        assert find(bank, "张伟", NUMBER) == "none"
    bank.feed({"record_id": "R1", "id_number": NUMBER, "name": "张伟"})
    assert find(bank, "张伟", NUMBER) == "elsewhere"
    with drain_held_up(bank):
        assert not bank.feed({"record_id": "R1", "name": "张唯"}).indexed
        assert find(bank, "张伟", NUMBER) == "none"


def test_what_may_be_borrowed_is_told_by_the_clearance_of_the_moment(bank: Office) -> None:
    bank.application.users.set("li", UserChange(clearance="机密"), "admin")

    assert find(bank, "王芳", SECRET) == "elsewhere"


def test_questions_are_logged_by_a_keyed_digest_and_never_by_name_or_number(bank: Office) -> None:
    find(bank, "张伟", NUMBER)
    find(bank, "张伟", NUMBER)
    find(bank, "张伟", OTHER)

    found = entries(bank, Action.BORROW_FIND)
    digests = [entry.detail["query"] for entry in found]
    assert digests[0] == digests[1] != digests[2]
    assert [entry.detail["total"] for entry in found] == [1, 1, 0]
    assert NUMBER not in json.dumps([dict(entry.detail) for entry in found])
    assert "张" not in json.dumps([dict(entry.detail) for entry in found], ensure_ascii=False)


def test_questions_are_budgeted_by_user_and_day(bank: Office) -> None:
    budget = bank.application.borrow.asking.desk.rules.questions_a_day

    left = [bank.application.borrow.asking.find("某人", OTHER, "li").left for _ in range(budget)]

    assert left == list(range(budget - 1, -1, -1))
    for _ in range(2):
        kind, message = refusal(lambda: find(bank, "张伟", NUMBER))
        assert (kind, str(budget) in message) == ("AccessDeniedError", True)
    assert [entry.outcome for entry in entries(bank, Action.BORROW_FIND)][-2:] == ["denied"] * 2
    assert find(bank, "张伟", NUMBER, "second") == "none"
    bank.clock.turn(hours=11, minutes=59)
    assert refusal(lambda: find(bank, "张伟", NUMBER))[0] == "AccessDeniedError"
    bank.clock.turn(minutes=1)  # midnight in Shanghai
    assert find(bank, "张伟", NUMBER) == "elsewhere"
    bank.clock.turn(days=-1)
    assert bank.application.borrow.asking.find("某人", OTHER, "li").left == budget - 2


def test_a_question_beyond_the_budget_is_not_even_looked_up(
    bank: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = bank.application.borrow.asking.desk
    for _ in range(desk.rules.questions_a_day):
        find(bank, "张伟", NUMBER)
    monkeypatch.setattr(type(desk), "bearers", None)

    assert refusal(lambda: find(bank, "张伟", NUMBER))[0] == "AccessDeniedError"


ASKING = """
import sys
from archsearch.bootstrap import open_application
from archsearch.errors import AccessDeniedError
from pathlib import Path
from tests.offices import HandClock

application = open_application(Path(sys.argv[1]), {}, HandClock())
application.borrow
print("ready", flush=True)
sys.stdin.readline()
answered = 0
for _ in range(15):
    try:
        application.borrow.asking.find("某人", "110105199003071239", "li")
        answered += 1
    except AccessDeniedError:
        pass
print(answered)
application.close()
"""


def test_two_processes_share_one_budget(bank: Office, tmp_path: Path) -> None:
    script = tmp_path / "asking.py"
    script.write_text(ASKING, encoding="utf-8")
    command = [sys.executable, "-W", "ignore", str(script), str(bank.path)]
    environ = {"PYTHONPATH": ":".join(path for path in sys.path if path), "PATH": "/usr/bin:/bin"}
    running = [
        subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environ, text=True
        )
        for _ in range(2)
    ]
    for each in running:
        assert each.stdout is not None
        assert each.stdout.readline() == "ready\n"

    for each in running:
        assert each.stdin is not None
        each.stdin.write("\n")
        each.stdin.flush()
    answers = [each.communicate(timeout=120)[0] for each in running]

    assert sum(map(int, answers)) == bank.application.borrow.asking.desk.rules.questions_a_day
    found = entries(bank, Action.BORROW_FIND)
    assert sorted(entry.outcome for entry in found) == ["denied"] * 10 + ["done"] * 20


@pytest.mark.parametrize("user", ["eye", "lost", "none", "ghost"])
def test_who_could_not_see_a_record_that_was_granted_may_not_ask(bank: Office, user: str) -> None:
    assert refusal(lambda: find(bank, "张伟", NUMBER, user))[0] == "AccessDeniedError"
    assert refusal(lambda: ask(bank, "R1", user=user))[0] == "AccessDeniedError"


@pytest.mark.parametrize(
    ("name", "number"),
    [("", NUMBER), ("…", NUMBER), ("张伟", ""), ("张伟", "11010519491231002"), ("张伟", "123")],
)
def test_what_cannot_be_a_name_and_number_is_told_and_costs_no_question(
    bank: Office, name: str, number: str
) -> None:
    assert refusal(lambda: find(bank, name, number))[0] == "InvalidRequestError"
    assert bank.application.borrow.asking.find("某人", OTHER, "li").left == 19


def same_but_for_what_was_typed(view: Borrowing) -> str:
    items = tuple(replace(item, asked="?") for item in view.items)
    return document(replace(view, id="?", items=items), indent=False)


def test_a_request_is_answered_alike_for_hidden_missing_and_unborrowable_records(
    bank: Office,
) -> None:
    views = [ask(bank, record_id) for record_id in ("R1", "R2", "R9", "…", "r1")]
    views += [
        ask(bank, name=n, id_number=i)
        for n, i in (("王芳", NUMBER), ("张伟", NUMBER), ("王芳", SECRET))
    ]
    shown = [bank.application.borrow.reading.show(view.id, "li") for view in views]
    detail = [entry.detail for entry in entries(bank, Action.BORROW_REQUEST)]

    assert len({same_but_for_what_was_typed(view) for view in (*views, *shown)}) == 1
    assert {view.state for view in views} == {State.APPLIED}
    assert not any(item.records for view in views for item in view.items)
    assert [each.get("records") for each in detail] == [
        ["R1"], ["R2"], ["R9"], ["…"], ["r1"], [], [], [],
    ]  # fmt: skip
    bank.clock.turn(days=14)
    lapsed = [bank.application.borrow.reading.show(view.id, "li") for view in views]
    assert len({same_but_for_what_was_typed(view) for view in lapsed}) == 1
    assert {view.state for view in lapsed} == {State.LAPSED}


def test_a_refusal_tells_why_and_not_who_so_a_missing_record_is_refused_like_another(
    bank: Office,
) -> None:
    there, missing = ask(bank, "R1"), ask(bank, "R9")
    bank.application.borrow.lending.refuse(there.id, "boss", reason="请说明用途")
    bank.application.borrow.lending.refuse(missing.id, "admin", reason="请说明用途")

    shown = [bank.application.borrow.reading.show(each.id, "li") for each in (there, missing)]

    assert len({same_but_for_what_was_typed(view) for view in shown}) == 1
    assert [step.by for step in shown[0].steps] == ["li", ""]


def test_what_one_sees_already_is_not_borrowed_but_for_its_sensitive_fields(bank: Office) -> None:
    with pytest.raises(ConflictError, match="OWN"):
        ask(bank, "OWN", "R1")

    assert ask(bank, "OWN", sensitive=True).items[0].state is State.APPLIED


def test_the_same_is_not_asked_for_twice_while_it_waits(bank: Office) -> None:
    first = ask(bank, "R1")
    with pytest.raises(ConflictError, match=first.id):
        ask(bank, "R9", "R1")
    bank.application.borrow.lending.withdraw(first.id, "li")

    assert ask(bank, "R1").id == "li-2"


def test_no_more_requests_wait_than_the_settings_allow(bank: Office) -> None:
    most = bank.application.borrow.asking.desk.rules.max_open
    for number in range(most):
        ask(bank, f"X{number}")

    with pytest.raises(ConflictError, match=f"{most} 个申请"):
        ask(bank, "R1")
    bank.clock.turn(days=14)
    assert ask(bank, "R1").state is State.APPLIED


@pytest.mark.parametrize(
    ("records", "more"),
    [
        ((), {}),
        (("",), {}),
        (("x" * 201,), {}),
        (tuple(map(str, range(101))), {}),
        (("R1",), {"days": 0}),
        (("R1",), {"days": 31}),
        (("R1\x1b[0m",), {}),
        ((), {"name": "张伟"}),
        ((), {"id_number": NUMBER}),
        ((), {"name": "张伟", "id_number": "123"}),
    ],
)
def test_an_impossible_request_is_told_and_not_stored(
    bank: Office, records: tuple[str, ...], more: dict[str, Any]
) -> None:
    with pytest.raises(InvalidRequestError):
        ask(bank, *records, **more)

    assert ask(bank, "R1").id == "li-1"


@pytest.mark.parametrize("text", ["", " \n ", "字" * 501, "a\u202eb", "a\x00b"])
def test_purpose_and_reason_must_be_there_and_readable(bank: Office, text: str) -> None:
    asking = bank.application.borrow.asking
    with pytest.raises(InvalidRequestError, match="用途"):
        asking.request(Wish(text, "核对担保", ("R1",)), "li")
    with pytest.raises(InvalidRequestError, match="理由"):
        asking.request(Wish("贷后检查", text, ("R1",)), "li")


def test_numbers_of_identity_are_kept_nowhere_wherever_they_are_typed(bank: Office) -> None:
    typed = "510104198506123479"
    asking = bank.application.borrow.asking
    asking.request(Wish(f"查 {typed}", f"身份证{typed}", (typed,), "某人", typed), "li")
    find(bank, "某人", typed)
    bank.application.borrow.reading.form("li-1", "li")
    bank.application.database.checkpoint()

    held = b"".join(path.read_bytes() for path in bank.path.rglob("*") if path.is_file())
    for encoding in ("utf-8", "utf-16-le", "utf-16-be"):
        assert typed.encode(encoding) not in held
    assert "510***********3479" in bank.application.borrow.reading.show("li-1", "li").reason


def test_whoever_lost_the_right_in_the_meantime_asks_for_nothing(bank: Office) -> None:
    bank.application.users.disable("li", "admin", disabled=True)

    with pytest.raises(AccessDeniedError):
        ask(bank, "R1")
    with pytest.raises(AccessDeniedError):
        find(bank, "张伟", NUMBER)


def test_the_answer_of_a_question_is_one_word_and_what_is_left() -> None:
    assert document(OnFile("elsewhere", 3), indent=False) == '{"answer": "elsewhere", "left": 3}'
