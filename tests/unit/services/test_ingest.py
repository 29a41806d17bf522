"""Sources in, a report and a file to mend out."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from archsearch.domain.audit import Action, AuditFilter, Outcome
from archsearch.errors import AccessDeniedError, InvalidRequestError
from archsearch.services import ingest
from archsearch.storage import audit_log
from tests.offices import Office, codes, counts, named


def written(path: Path, rows: list[Mapping[str, Any]]) -> Path:
    path.write_text("\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    return path


pytestmark = pytest.mark.filterwarnings("ignore:Workbook contains no default style")


def workbook_rows(path: Path) -> list[list[Any]]:
    sheet = openpyxl.load_workbook(path).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]


def test_good_rows_go_in_and_bad_ones_into_a_workbook_with_the_reason(
    office: Office, tmp_path: Path
) -> None:
    source = written(
        tmp_path / "客户.jsonl",
        [
            {"档号": "A", "客户名称": "甲公司"},
            {"档号": "B", "客户名称": "", "备注": "缺名称"},
            {"档号": "C", "客户名称": "丙", "证件号码": "110105194912310021"},
            {"档号": "D", "客户名称": "丁公司"},
        ],
    )

    report = office.archive.ingest(source, user="admin")

    assert (counts(report), codes(report)) == ((2, 0, 0, 2), ["required_missing", "id_checksum"])
    assert [problem.where.position for problem in report.rejected] == ["第 2 行", "第 3 行"]
    assert report.record_ids == ["A", "D"]
    [path] = report.rejects
    header, *rows = workbook_rows(path)
    assert header[:3] == ["档号", "客户名称", "备注"]
    assert [row[0] for row in rows] == ["B", "C"]
    assert "必填" in str(rows[0])
    assert "110105194912310021" not in str(report.rejected)


def test_mended_rows_are_fed_again_from_the_workbook(office: Office, tmp_path: Path) -> None:
    source = written(tmp_path / "a.jsonl", [{"record_id": "A", "notes": "补名称"}])
    [path] = office.archive.ingest(source, user="admin").rejects
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    column = sheet.max_column + 1
    sheet.cell(1, column, "客户名称")
    sheet.cell(2, column, "甲公司")
    book.save(path)

    report = office.archive.ingest(path, user="admin")

    assert counts(report) == (1, 0, 0, 0)
    assert office.archive.get("A", user="admin").values["notes"] == "补名称"


def test_a_second_feed_changes_nothing_and_leaves_the_same_workbook(
    office: Office, tmp_path: Path
) -> None:
    source = written(
        tmp_path / "a.jsonl", [{"record_id": "A", "name": "甲"}, {"name": ""}, {"name": "乙"}]
    )
    first = office.archive.ingest(source, user="admin")
    before = first.rejects[0].read_bytes()

    second = office.archive.ingest(source, user="admin")

    assert (counts(first), counts(second)) == ((2, 0, 0, 1), (0, 0, 2, 1))
    assert second.rejects == first.rejects
    assert second.rejects[0].read_bytes() == before
    assert second.record_ids == []


def test_several_sources_make_one_report(office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    written(folder / "1.jsonl", [{"record_id": "A", "name": "甲"}])
    written(folder / "2.jsonl", [{"record_id": "B", "name": "乙"}])
    (folder / "3.pdf").write_bytes(b"%PDF")

    report = office.archive.ingest(
        [folder, {"record_id": "C", "name": "丙"}, str(folder / "1.jsonl")], user="admin"
    )

    assert (counts(report), report.record_ids) == ((3, 0, 1, 0), ["A", "B", "C"])
    assert [problem.code for problem in report.warnings if not problem.where.number] == [
        "unknown_format"
    ]


@pytest.mark.parametrize("ending", ["csv", "xlsx", "json", "yaml", "xml"])
def test_every_row_counts_for_itself_in_every_format(
    office: Office, tmp_path: Path, ending: str
) -> None:
    """Were two rows of a source numbered alike, one of them could be taken for stored."""
    names = [f"客户{number}" for number in range(7)]
    path = tmp_path / f"rows.{ending}"
    if ending == "csv":
        path.write_text("\n".join(["客户名称", *names]), "utf-8")
    elif ending == "json":
        path.write_text(json.dumps([{"name": name} for name in names]), "utf-8")
    elif ending == "yaml":
        path.write_text("\n---\n".join(f"name: {name}" for name in names), "utf-8")
    elif ending == "xml":
        rows = "".join(f"<r><name>{name}</name></r>" for name in names)
        path.write_text(f"<rows>{rows}</rows>", "utf-8")
    else:
        book = openpyxl.Workbook()
        for part in (names[:3], names[3:]):
            sheet = book.create_sheet()
            for line in ["客户名称", *part]:
                sheet.append([line])
        book.save(path)

    first = office.archive.ingest(path, user="admin")
    second = office.archive.ingest(path, user="admin")

    assert (counts(first), counts(second)) == ((7, 0, 0, 0), (0, 0, 7, 0))
    assert {hit.record["name"] for hit in office.archive.search(user="admin").hits} == set(names)


def loop() -> dict[str, Any]:
    row: dict[str, Any] = {"name": "甲"}
    row["notes"] = [row, row]
    return row


def nested(depth: int) -> tuple[Any, ...]:
    inner: tuple[Any, ...] = ()
    for _ in range(depth):
        inner = (inner,)
    return inner


@pytest.mark.parametrize(
    "row",
    [
        {"name": "\ud800"},
        {"\ud800": 1, "name": "甲"},
        {"name": "甲", "notes": nested(100_000)},
        loop(),
        {"name": "甲", "notes": float("inf")},
        {"name": "甲", "notes": 10**5000},
        {"name": "甲", "notes": object()},
        {"name": b"\xff"},
        {"name": "甲", "notes": [[0] * 1000] * 1000},
        {f"c{number}": 1 for number in range(2000)},
    ],
    ids=lambda row: "",
)
def test_a_dict_that_no_file_could_hold_is_rejected_and_the_next_goes_in(
    office: Office, row: dict[str, Any]
) -> None:
    report = office.feed(row, {"record_id": "B", "name": "乙"})

    assert counts(report) == (1, 0, 0, 1)
    assert office.seen("admin") == {"B"}


def test_what_programs_use_for_lists_dates_and_numbers_is_read(office: Office) -> None:
    row: dict[Any, Any] = {
        "record_id": "A",
        "name": "甲",
        "tags": ("授信", "逾期"),
        "established_on": date(2020, 1, 2),
        "credit": {"overdue": 3},
        7: "列名不是文字",
        "notes": 12345678901234567890123456789012345,
    }

    reports = [office.feed(row), office.feed({**row, "tags": {"逾期", "授信"}})]

    values = office.archive.get("A", user="admin").values
    assert (values["tags"], values["established_on"]) == (["授信", "逾期"], "2020-01-02")
    assert values["notes"] == "12345678901234567890123456789012345"
    assert counts(reports[0]) == (1, 0, 0, 0)


def test_what_is_no_source_is_refused(office: Office) -> None:
    with pytest.raises(InvalidRequestError):
        office.archive.ingest([3], user="admin")  # type: ignore[list-item]


def test_ingest_is_logged_by_source_and_by_record(office: Office, tmp_path: Path) -> None:
    source = written(tmp_path / "a.jsonl", [{"record_id": "A", "name": "甲"}, {"name": ""}])
    office.hire(lost="employee")
    office.archive.ingest(source, user="admin")
    with pytest.raises(AccessDeniedError):
        office.archive.ingest(source, user="lost")

    with office.application.database.read() as connection:
        entries = [
            entry.entry
            for action in (Action.INGEST, Action.CREATE)
            for entry in audit_log.search(connection, AuditFilter(action=action), limit=9)
        ]
    assert [(entry.user, entry.target, entry.outcome) for entry in entries] == [
        ("lost", "", Outcome.DENIED),
        ("admin", "a.jsonl", Outcome.DONE),
        ("admin", "A", Outcome.DONE),
    ]
    done = entries[1].detail
    assert (done["accepted"], done["rejected"], done["dry_run"]) == (1, 1, False)


def test_progress_is_told(office: Office) -> None:
    told: list[tuple[str, int]] = []
    service = office.application.ingest
    service._rules = replace(service._rules, batch=50)

    office.feed(
        *({"name": f"客户{number}"} for number in range(51)),
        progress=lambda name, rows: told.append((name, rows)),
    )

    assert told == [("提交的内容", 50), ("提交的内容", 51)]


def test_a_workbook_that_cannot_be_written_is_an_error_and_the_records_stay(
    office: Office, tmp_path: Path
) -> None:
    (office.path / "var" / "rejects").write_text("in the way")
    rows = [{"record_id": "A", "name": "甲"}, {"name": ""}]

    with pytest.raises(Exception, match="拒收文件写不进磁盘"):
        office.feed(*rows)

    assert office.archive.get("A", user="admin").values["name"] == "甲"
    (office.path / "var" / "rejects").unlink()
    assert counts(office.feed(*rows)) == (0, 0, 1, 1)
    assert office.seen("admin") == {"A"}


def test_reasons_and_cautions_are_counted_beyond_those_that_are_listed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "_PROBLEMS_TOLD", 3)

    report = office.feed(*named("ABCDE"), *({"notes": "缺名称"} for _ in range(7)))

    assert (len(report.rejected), report.rejected_total) == (3, 7)
    assert len(report.warnings) == 3
    assert report.warnings_total >= 5


def test_a_dry_run_lists_no_record_id_that_it_made_up(office: Office) -> None:
    office.feed({"record_id": "OLD", "name": "甲"})
    rows = [{"record_id": "OLD", "name": "乙"}, {"record_id": "NEW", "name": "丙"}, {"name": "丁"}]

    assert office.feed(*rows, dry_run=True).record_ids == ["OLD", "NEW"]
    assert len(office.feed(*rows).record_ids) == 3


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_record_one_may_not_change_answers_no_guess_about_what_is_masked(
    office: Office, *, dry_run: bool
) -> None:
    office.hire(li="employee at 总行", wu="employee at 华北")
    own = {"record_id": "A", "name": "张三", "phones": ["13812345678"], "gender": "男"}
    office.feed(own, user="li")
    office.grant("A", "wu")

    answers = [
        office.feed({**own, **guess}, user="wu", dry_run=dry_run)
        for guess in ({}, {"phones": ["13812345679"]}, {"gender": "女"}, {"notes": "x"})
    ]

    assert {codes(answer)[0] for answer in answers} == {"change_not_permitted"}
    assert {counts(answer) for answer in answers} == {(0, 0, 0, 1)}


@pytest.mark.parametrize("dry_run", [True, False])
def test_an_owner_who_may_not_change_learns_nothing_of_what_others_filled_in(
    office: Office, *, dry_run: bool
) -> None:
    office.hire(boss="manager at 总行", li="employee at 总行")
    brought = {"record_id": "A", "name": "张三", "nature": "个人"}
    office.feed(brought, user="li")
    number = "11010519491231002X"
    filled = {"phones": "13812345678", "id_number": number, "finance.income": "350000"}
    office.archive.change("A", filled, user="boss")
    guesses: list[dict[str, str]] = [
        *({"phones": "1381234567" + end} for end in "89"),
        *({"id_number": one} for one in (number, "110101199003070038")),
        *({"birth_date": day} for day in ("1949-12-31", "1950-01-01")),
        *({"收入": amount} for amount in ("350000", "360000")),
        {"name": "张三"},
    ]

    answers = [office.feed({"档号": "A", **one}, user="li", dry_run=dry_run) for one in guesses]

    assert {(one.code, one.message) for answer in answers for one in answer.rejected} == {
        ("change_not_permitted", "您不能修改这份档案；请提交部门经理。")
    }
    assert {counts(answer) for answer in answers} == {(0, 0, 0, 1)}


def test_what_was_given_to_somebody_is_not_recognised_by_its_content(office: Office) -> None:
    office.hire(li="employee at 总行")
    row = {"name": "张三", "phones": "13812345678", "department": "总行"}
    office.feed({**row, "owner": "li", "record_id": "A"})

    for phone in ("13812345678", "13812345679"):
        report = office.feed({**row, "owner": "li", "phones": phone}, user="li", dry_run=True)
        assert counts(report) == (1, 0, 0, 0)


def test_an_employee_feeds_again_what_they_brought_alone_or_among_more(office: Office) -> None:
    office.hire(li="employee at 总行")
    rows = [{"record_id": "A", "name": "张三", "phones": "13812345678"}, {"name": "李四"}]
    office.feed(*rows, user="li")

    assert counts(office.feed(*rows, user="li")) == (0, 0, 2, 0)
    assert counts(office.feed(*rows, {"name": "王五"}, user="li")) == (1, 0, 2, 0)


def test_what_the_log_calls_rows_of_a_program_by_cannot_be_tried_out(office: Office) -> None:
    row = {"record_id": "A", "name": "张三", "phones": "13812345678"}
    office.feed(row)

    [entry] = office.application.audit.search(AuditFilter(action=Action.INGEST), "admin")
    told = str(entry.entry.detail["digest"])

    text = json.dumps([row], sort_keys=True, default=str)
    assert len(told) == 64
    assert told != hashlib.sha256(text.encode()).hexdigest()
