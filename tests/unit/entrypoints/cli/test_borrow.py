"""`archsearch borrow`, at the terminals of a borrower and of who answers."""

import re
import shutil
from pathlib import Path

import pytest

import archsearch
from archsearch.entrypoints.cli.output import Output

from .conftest import Ran, Run, runner

WHY = ("--purpose", "贷后检查", "--reason", "核对担保")
NUMBER = "11010519491231002X"


@pytest.fixture
def home(filled_home: Path, tmp_path: Path) -> Path:
    shutil.copytree(filled_home, tmp_path / "ws")
    with archsearch.open(tmp_path / "ws") as archive:
        row = {"姓名": "赵敏", "证件号码": NUMBER, "部门": "华东分行", "档号": "A-1"}
        archive.ingest([row, {"姓名": "周强", "部门": "华北分行", "档号": "B-1"}], user="admin")
    return tmp_path / "ws"


@pytest.fixture
def li(home: Path) -> Run:
    return runner(home, "li.na")


@pytest.fixture
def boss(home: Path) -> Run:
    return runner(home, "经理")


def stripped(ran: Ran) -> list[list[str]]:
    assert ran.code == 0, ran.err
    return ran.rows


def test_a_record_is_asked_for_lent_read_renewed_and_returned_at_two_terminals(
    li: Run, boss: Run
) -> None:
    assert li("show", "A-1").code == 3
    asked = li("borrow", "request", "A-1", *WHY, "--days", "5")
    assert asked.rows == [["1", "A-1", "applied", "", "", "", ""]]
    assert "li.na-1 已提交" in asked.err

    (waiting,) = stripped(boss("borrow", "list", "--inbox"))
    assert waiting == ["li.na-1", "li.na", "applied", "贷后检查", "5", "", "A-1"]
    assert stripped(boss("borrow", "show", "li.na-1"))[0][5:] == ["A-1", "赵敏"]
    (lent,) = stripped(boss("borrow", "approve", "li.na-1", "--days", "2"))
    assert lent[2] == "approved"

    shown = li("show", "A-1")
    assert stripped(shown)
    assert re.search(r"调阅期限至 20\d\d-.*；提前归还：archsearch borrow return li.na-1", shown.err)
    assert [row[0] for row in stripped(li("search", "赵敏"))] == ["A-1"]
    assert len(stripped(li("borrow", "list", "--due", "2"))) == 1
    assert stripped(li("borrow", "list", "--due", "1")) == []
    assert li("borrow", "renew", "li.na-1", "--reason", "未办完", "--days", "3").code == 0
    assert len(stripped(boss("borrow", "list", "--inbox"))) == 1
    assert boss("borrow", "approve", "li.na-1").code == 0
    assert stripped(li("borrow", "list", "--due", "4")) == []
    assert len(stripped(li("borrow", "list", "--due", "5"))) == 1

    (returned,) = stripped(li("borrow", "return", "li.na-1"))
    assert returned[2] == "returned"
    assert li("show", "A-1").code == 3
    assert li("borrow", "return", "li.na-1").code == 5


def test_a_request_is_refused_withdrawn_and_revoked(li: Run, boss: Run) -> None:
    li("borrow", "request", "A-1", *WHY)
    withdrawn = li("borrow", "withdraw", "li.na-1")
    li("borrow", "request", "A-1", *WHY)
    assert withdrawn.rows[0][2] == "withdrawn"
    assert [row[2] for row in stripped(li("borrow", "list"))] == ["applied", "withdrawn"]

    refused = boss("borrow", "refuse", "li.na-2", "--reason", "请写明用途")
    assert refused.rows[0][2] == "refused"
    shown = li("borrow", "show", "li.na-2", "--json").document
    assert [(step["deed"], step["by"], step["note"]) for step in shown["steps"]] == [
        ("request", "li.na", "核对担保"),
        ("refuse", "", "请写明用途"),
    ]
    li("borrow", "request", "A-1", *WHY)
    boss("borrow", "approve", "li.na-3")
    assert li("show", "A-1").code == 0
    assert boss("borrow", "revoke", "li.na-3", "--reason", "用途不符").rows[0][2] == "revoked"
    assert li("show", "A-1").code == 3


def test_hidden_and_missing_records_are_asked_for_with_the_same_answer(li: Run) -> None:
    answers = set()
    for number, record_id in enumerate(("B-1", "B-2"), 1):
        asked = li("borrow", "request", record_id, *WHY)
        same = (text.replace(record_id, "?").replace(f"li.na-{number}", "!")
                for text in (asked.out, asked.err))  # fmt: skip
        answers.add((asked.code, *same))

    assert len(answers) == 1
    assert next(iter(answers))[0] == 0


def test_a_customer_elsewhere_is_told_with_one_word(li: Run, boss: Run) -> None:
    assert li("borrow", "find", "赵敏", NUMBER).rows == [["elsewhere", "19"]]
    assert li("borrow", "find", "赵敏", "-", stdin=NUMBER).rows == [["elsewhere", "18"]]
    assert li("borrow", "find", "周强", NUMBER, "--json").document == {"answer": "none", "left": 17}
    assert boss("borrow", "find", "赵敏", NUMBER).rows == [["none", "19"]]
    assert li("borrow", "find", "赵敏", "12").code == 2
    assert NUMBER not in li("borrow", "find", "赵敏", "12").err


def test_a_customer_is_asked_for_by_name_and_number_without_the_number_being_shown(
    li: Run, boss: Run
) -> None:
    asked = li("borrow", "request", "--name", "赵敏", "--id-number", "-", *WHY, stdin=NUMBER)

    assert asked.rows[0][1] == "赵敏 110***********002X"
    assert stripped(boss("borrow", "approve", "li.na-1", "A-1"))[0][5] == "A-1"
    assert li("show", "A-1").code == 0


def test_own_requests_and_those_of_others_are_refused_with_their_exit_codes(
    home: Path, li: Run
) -> None:
    li("borrow", "request", "A-1", *WHY)
    auditor = runner(home, "审计")

    assert li("borrow", "approve", "li.na-1").code == 4
    assert "自己的申请" in li("borrow", "approve", "li.na-1").err
    assert auditor("borrow", "approve", "li.na-1").code == 3
    assert auditor("borrow", "show", "li.na-1").err == auditor("borrow", "show", "x-9").err
    assert auditor("borrow", "request", "A-1", *WHY).code == 4
    assert li("borrow", "request", *WHY).code == 2
    assert li("borrow", "request", "A-1").code == 2
    assert li("borrow", "list", "--inbox", "--all").code == 2


def test_the_form_is_written_for_its_owner_only_and_not_over_another_file(
    li: Run, boss: Run, tmp_path: Path
) -> None:
    li("borrow", "request", "A-1", "--purpose", "<b>贷后", "--reason", "&核对")
    boss("borrow", "approve", "li.na-1")
    target = tmp_path / "申请表.html"

    assert li("borrow", "form", "li.na-1", "-o", str(target)).rows == [[str(target)]]
    page = target.read_text("utf-8")
    assert target.stat().st_mode & 0o077 == 0
    assert "客户档案使用申请表" in page
    assert ("&lt;b&gt;贷后" in page, "<b>" in page) == (True, False)
    assert "赵敏" in page
    again = li("borrow", "form", "li.na-1", "-o", str(target))
    assert (again.code, "--yes" in again.err) == (2, True)
    assert li("borrow", "form", "li.na-1", "-o", str(target), "--yes").code == 0
    assert "客户档案使用申请表" in li("borrow", "form", "li.na-1").out
    assert boss("borrow", "form", "x-1").code == 3


def test_people_see_tables(home: Path, li: Run, boss: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    li("borrow", "request", "A-1", *WHY, "--sensitive")
    boss("borrow", "approve", "li.na-1", "--no-sensitive", "--note", "仅供核对")
    li("borrow", "renew", "li.na-1", "--reason", "未办完")
    monkeypatch.setattr(Output, "people", property(lambda out: not out.json))

    shown = li("borrow", "show", "li.na-1", COLUMNS="120").out
    listed = boss("borrow", "list", "--inbox", COLUMNS="120").out

    for word in ("调阅申请 li.na-1", "已批准，续借待审批", "办理记录", "仅供核对", "赵敏"):
        assert word in shown
    assert "贷后检查" in listed
    assert li("borrow", "find", "周强", NUMBER).out == "没有可供调阅的档案。\n"


def test_every_step_is_in_the_log(home: Path, li: Run, boss: Run) -> None:
    li("borrow", "request", "A-1", *WHY)
    boss("borrow", "approve", "li.na-1")
    admin = runner(home)

    found = stripped(admin("audit", "list", "--target", "li.na-1"))
    granted = stripped(admin("audit", "list", "--target", "A-1", "--action", "grant"))

    assert [row[3] for row in found] == ["borrow.approve", "borrow.request"]
    assert granted[0][2] == "经理"
    assert admin("audit", "verify").code == 0
