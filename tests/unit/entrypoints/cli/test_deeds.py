"""What is done with records on the command line besides finding them."""

import csv
import json
import re
import shutil
from pathlib import Path

import pytest
from openpyxl import load_workbook

from .conftest import Run, runner

PHONE = "13812345678"


@pytest.fixture
def home(filled_home: Path, tmp_path: Path) -> Path:
    """A workspace with records and users of the test's own."""
    return Path(shutil.copytree(filled_home, tmp_path / "ws"))


@pytest.fixture
def admin(home: Path) -> Run:
    return runner(home)


@pytest.fixture
def zhang(admin: Run) -> str:
    """The id of 张伟's record."""
    return admin("search", "张伟", "--mode", "exact").rows[0][0]


def test_a_record_is_made_changed_and_looked_back_at(admin: Run) -> None:
    made = admin("create", "姓名=钱七", "电话=13700001111", "备注=初次来访", "--reason", "到店")
    record_id = made.rows[0][0]

    changed = admin("change", record_id, "备注=已签约", "电话＝13700002222", "--if-version", "1")
    past = admin("history", record_id)

    assert (made.code, changed.code, past.code) == (0, 0, 0)
    assert changed.rows == [
        [record_id, "2", "phones", "***", "***"],
        [record_id, "2", "notes", "初次来访", "已签约"],
    ]
    first, *rest = past.rows
    assert (first[0], first[2:4]) == ("1", ["admin", "到店"])
    assert [row[4:] for row in rest] == [["phones", "***", "***"], ["notes", "初次来访", "已签约"]]
    assert "1370000" not in past.out + changed.out
    assert admin("search", "已签约").rows[0][0] == record_id


def test_history_tells_of_file_and_row_and_reveals_for_a_reason(admin: Run, zhang: str) -> None:
    admin("change", zhang, "电话=13700002222")

    past = admin("history", zhang, "--json").document
    bare = admin("history", zhang, "--reveal", "--reason", "核对电话", "--json").document

    assert past["versions"][0]["cause"] == {"source": "提交的内容", "row": "第 1 条"}
    assert past["versions"][1]["changes"] == [
        {"field": "phones", "old": None, "new": None, "concealed": True}
    ]
    assert bare["versions"][1]["changes"][0]["old"] == [PHONE]
    assert admin("history", zhang, "--reveal").code == 2
    assert admin("history", zhang, "--reason", "核对").code == 2


def test_a_file_says_what_a_command_line_should_not(admin: Run, zhang: str, tmp_path: Path) -> None:
    file = tmp_path / "x.json"
    file.write_text(json.dumps({"联系人": [{"姓名": "王五"}]}), encoding="utf-8")

    by_file = admin("change", zhang, "--file", str(file))
    by_pipe = admin(
        "change", zhang, "--file", "-", "--remove", "备注", stdin='{"电话": "13700002222"}'
    )

    assert by_file.rows[0][2] == "contacts"
    assert {row[2] for row in by_pipe.rows} == {"phones", "notes"}
    assert by_pipe.rows[-1][3:] == ["逾期两次，已结清", ""]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["备注"], 2),
        (["=x"], 2),
        ([], 2),
        (["备注=一", "备注=二"], 2),
        (["没有这个字段=x"], 2),
        (["--remove", "姓名"], 2),
        (["--file", "不存在.json"], 1),
        (["备注=x", "--if-version", "7"], 5),
        (["电话=138****5678"], 6),
        (["证件号码=110105194912310021"], 6),
        (["价值等级=最高"], 6),
    ],
)
def test_what_is_wrong_ends_with_its_code_and_changes_nothing(
    admin: Run, zhang: str, arguments: list[str], code: int
) -> None:
    ran = admin("change", zhang, *arguments)

    assert (ran.code, ran.out) == (code, "")
    assert "错误：" in ran.err
    assert len(admin("history", zhang).rows) == 1


@pytest.mark.parametrize("text", ["[1]", "{", '"x"', "[" * 100_000, "\udcff", "{}"])
def test_a_file_that_holds_no_fields_is_refused(admin: Run, zhang: str, text: str) -> None:
    ran = admin("change", zhang, "--file", "-", stdin=text.encode("utf-8", "surrogateescape"))

    assert ran.code in {1, 2}
    assert "Traceback" not in ran.err


def test_problems_come_as_those_of_a_row(admin: Run, zhang: str) -> None:
    failed = admin("change", zhang, "电话=138****5678", "--json")

    (problem,) = failed.error["problems"]
    assert (failed.error["code"], problem["code"]) == ("rejected", "masked_value")
    assert problem["field"] == "phones"


def test_nothing_new_is_told(admin: Run, zhang: str) -> None:
    ran = admin("change", zhang, "姓名=张伟")

    assert (ran.code, ran.rows) == (0, [[zhang, "1", "", "", ""]])
    assert "没有变化" in ran.err


def test_a_record_is_deleted_when_it_is_confirmed_and_restored(admin: Run, zhang: str) -> None:
    asked = admin("delete", zhang, "--reason", "重复")
    deleted = admin("delete", zhang, "--reason", "重复", "--yes")
    found = admin("search", "张伟", "--mode", "exact")
    restored = admin("restore", zhang, "--reason", "误删")

    assert (asked.code, "--yes" in asked.err) == (2, True)
    assert deleted.rows == [[zhang, "2", "status", "在档", "已删除"]]
    assert found.rows == []
    assert restored.rows == [[zhang, "3", "status", "已删除", "在档"]]
    assert admin("restore", zhang, "--reason", "误删").code == 5
    assert admin("history", zhang).rows[-1][3] == "恢复，误删"


def test_who_may_not_is_told_so_and_who_may_not_see_is_told_nothing(home: Path, zhang: str) -> None:
    manager, employee = runner(home, "经理"), runner(home, "li.na")

    denied = manager("delete", zhang, "--reason", "重复", "--yes")
    hidden = employee("delete", zhang, "--reason", "重复", "--yes")
    missing = employee("delete", "没有", "--reason", "重复", "--yes")

    assert denied.code == 4
    assert (hidden.code, hidden.err) == (missing.code, missing.err)
    for arguments in (["change", "备注=x"], ["history"], ["propose", "备注=x", "--reason", "更正"]):
        command, *rest = arguments
        ran = [employee(command, record_id, *rest) for record_id in (zhang, "没有")]
        assert [each.code for each in ran] == [3, 3]
        assert ran[0].err == ran[1].err


def test_the_log_tells_what_became_of_a_record_and_of_its_values_only_digests(
    admin: Run, zhang: str
) -> None:
    admin("change", zhang, "备注=二", "密级=公开", "--reason", "来电")

    (line,) = admin("audit", "list", "--target", zhang, "--action", "change").rows

    assert re.search(r"fields=\{notes: [0-9a-f]{24}→[0-9a-f]{24}, secrecy: 内部→公开\}", line[6])
    assert "reason=来电" in line[6]


# Proposals ---------------------------------------------------------------------------------------


def test_an_employee_proposes_and_the_manager_decides(home: Path, admin: Run) -> None:
    li, manager = runner(home, "li.na"), runner(home, "经理")
    record_id = li("create", "姓名=周八", "备注=一").rows[0][0]

    refused = li("change", record_id, "备注=二")
    made = li("propose", record_id, "备注=二", "--reason", "客户更正")
    waiting = manager("proposal", "list", "--inbox")
    admin("change", record_id, "备注=三")
    shown = manager("proposal", "show", "li.na-P1")
    early = manager("proposal", "accept", "li.na-P1")
    done = manager("proposal", "accept", "li.na-P1", "--if-version", "2", "--note", "已核")

    assert (refused.code, "propose" in refused.err) == (4, True)
    assert made.rows == [["li.na-P1", "open", "notes", "一", "一", "二", ""]]
    assert waiting.rows[0][:4] == ["li.na-P1", "li.na", "open", record_id]
    assert shown.rows == [["li.na-P1", "open", "notes", "一", "三", "二", "conflict"]]
    assert "--if-version 2" in shown.err
    assert (early.code, done.code, done.rows[0][1]) == (5, 0, "accepted")
    assert li("history", record_id).rows[-1][3] == "修改申请 li.na-P1，客户更正"


def test_a_proposal_is_refused_or_withdrawn(home: Path) -> None:
    li, manager = runner(home, "li.na"), runner(home, "经理")
    record_id = li("create", "姓名=周八").rows[0][0]
    li("propose", record_id, "备注=二", "--reason", "客户更正")
    li("propose", record_id, "备注=三", "--reason", "客户更正")

    assert (
        manager("proposal", "refuse", "li.na-P1", "--reason", "与证件不符").rows[0][1] == "refused"
    )
    assert li("proposal", "withdraw", "li.na-P2").rows[0][1] == "withdrawn"
    assert [row[2] for row in li("proposal", "list").rows] == ["withdrawn", "refused"]
    assert li("proposal", "show", "li.na-P1", "--json").document["note"] == "与证件不符"
    assert manager("proposal", "list", "--inbox", "--all").code == 2


# Export ------------------------------------------------------------------------------------------


def test_all_hits_are_exported_into_a_file(admin: Run, tmp_path: Path) -> None:
    target = tmp_path / "hits.csv"

    ran = admin("search", "逾期", "-o", str(target), "--reason", "季度排查")

    assert ran.rows == [[str(target), "2"]]
    assert "已脱敏" in ran.err
    rows = list(csv.DictReader(target.read_text(encoding="utf-8-sig").splitlines()))
    assert {row["客户名称"] for row in rows} == {"张伟", "王芳"}
    assert target.read_bytes().startswith(b"\xef\xbb\xbf")
    assert target.stat().st_mode & 0o077 == 0
    again = admin("search", "逾期", "-o", str(target), "--reason", "季度排查")
    assert (again.code, "--yes" in again.err) == (2, True)


def test_an_export_as_it_is_has_digits_as_text(admin: Run, tmp_path: Path) -> None:
    target = tmp_path / "hits.xlsx"

    ran = admin(
        "search", "张伟", "--mode", "exact", "-o", str(target), "--reason", "核对", "--reveal",
        "--json",
    )  # fmt: skip

    assert ran.document == {
        "output": str(target), "total": 1, "exported": 1, "left_out": 0, "revealed": True
    }  # fmt: skip
    sheet = load_workbook(target).active
    assert sheet is not None
    values = [cell for row in sheet.iter_rows() for cell in row if cell.value == PHONE]
    assert [cell.data_type for cell in values] == ["s"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["-o", "x.csv"],
        ["-o", "x.txt", "--reason", "排查"],
        ["--reason", "排查"],
        ["--reveal"],
        ["-o", "x.csv", "--reason", "排查", "--limit", "3"],
        ["-o", "x.csv", "--reason", "排查", "--facet", "tags"],
    ],
)
def test_options_of_an_export_that_do_not_fit_are_refused(
    admin: Run, arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert admin("search", *arguments).code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["ws"]


def test_a_file_that_cannot_be_written_leaves_nothing(admin: Run, tmp_path: Path) -> None:
    ran = admin("search", "-o", str(tmp_path / "没有" / "x.csv"), "--reason", "排查")

    assert (ran.code, "无法写入" in ran.err) == (1, True)


def test_reminders_are_no_data_and_can_be_silenced(admin: Run) -> None:
    row = ("create", "姓名=钱七", "电子邮箱=不是邮箱")

    told, quiet = admin(*row), admin(*row, "-q")

    assert (told.code, "提醒：" in told.err) == (0, True)
    assert (quiet.code, quiet.err) == (0, "")


def test_a_file_in_a_folder_that_is_not_there_is_told_with_what_to_do(
    admin: Run, tmp_path: Path
) -> None:
    ran = admin("search", "张伟", "--reason", "排查风险", "-o", str(tmp_path / "none" / "a.csv"))

    assert ran.code != 0
    assert f"没有文件夹 {tmp_path / 'none'}" in ran.err


def test_help_marks_options_that_must_be_given(admin: Run) -> None:
    page = admin("token", "create", "--help").out

    assert re.search(r"--rights 权限 .*（必填）", page)
    assert not re.search(r"--days .*（必填）", page)


@pytest.mark.parametrize(
    "command",
    [
        ("borrow", "list"),
        ("borrow", "list", "--inbox"),
        ("proposal", "list"),
        ("saved", "list"),
        ("token", "list"),
        ("dictionary", "list"),
        ("user", "list", "--disabled"),
        ("audit", "list", "--target", "没有的"),
    ],
)
def test_an_empty_list_says_so_and_what_to_do_next(admin: Run, command: tuple[str, ...]) -> None:
    told, quiet, json_told = admin(*command), admin(*command, "-q"), admin(*command, "--json")

    assert (told.code, told.out) == (0, "")
    assert re.search("没有.*；", told.err)
    assert (quiet.out, quiet.err) == ("", "")
    assert list(json_told.document.values()) == [[]]
