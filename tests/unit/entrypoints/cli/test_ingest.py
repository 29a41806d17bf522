"""`archsearch ingest`."""

from dataclasses import fields
from pathlib import Path

import pytest

from archsearch.services.ingest import IngestReport

from .conftest import Run, runner

GOOD = "姓名,客户性质\n张伟,个人\n王芳,个人\n"
BAD = "姓名,客户性质,证件号码\n张伟,个人,\n,个人,\n李强,个人,11010519491231002A\n"


@pytest.fixture
def source(tmp_path: Path) -> Path:
    return tmp_path / "客户.csv"


def counts(rows: list[list[str]]) -> dict[str, str]:
    return {row[0]: row[1] for row in rows if row[0] not in {"problem", "warning"}}


def test_good_rows_go_in_and_are_counted(change: Run, source: Path) -> None:
    source.write_text(GOOD, encoding="utf-8")

    ran = change("ingest", str(source))

    assert ran.code == 0
    assert counts(ran.rows) == {
        "accepted": "2",
        "updated": "0",
        "unchanged": "0",
        "rejected_rows": "0",
        "rejected_total": "0",
        "warnings_total": str(sum(int(row[3]) for row in ran.rows if row[0] == "warning")),
    }
    assert change("search", "王芳", "-q").rows[0][1] == "王芳"


def test_the_same_file_again_changes_nothing(change: Run, source: Path) -> None:
    source.write_text(GOOD, encoding="gb18030")
    change("ingest", str(source))

    again = change("ingest", str(source))

    assert (again.code, counts(again.rows)["unchanged"]) == (0, "2")


def test_rejected_rows_are_told_with_reasons_and_what_to_do(change: Run, source: Path) -> None:
    source.write_text(BAD, encoding="utf-8")

    ran = change("ingest", str(source))

    told = counts(ran.rows)
    assert ran.code == 6
    assert (told["accepted"], told["rejected_rows"]) == ("1", "2")
    assert Path(told["rejects"]).is_file()
    problems = [row[1:4] for row in ran.rows if row[0] == "problem"]
    assert ["required_missing", "name", "1"] in problems
    assert told["rejects"] in ran.err
    assert f"archsearch ingest '{told['rejects']}'" in ran.err
    assert [row[1] for row in change("search", "-q").rows] == ["张伟"]


def test_every_column_that_nobody_knows_is_named(change: Run, tmp_path: Path) -> None:
    unknown = [f"天书{number}" for number in range(6)]
    for name in ("一.csv", "二.csv"):
        columns = [*unknown, f"只在{name}"]
        text = ",".join(["姓名", *columns]) + "\n" + ",".join([f"张{name}", *columns]) + "\n"
        (tmp_path / name).write_text(text, encoding="utf-8")

    ran = change("ingest", str(tmp_path / "一.csv"), str(tmp_path / "二.csv"))

    warnings = [row[1:] for row in ran.rows if row[:2] == ["warning", "unknown_column"]]
    assert ran.code == 0
    assert [row[:3] for row in warnings if "天书" in row[3]] == [["unknown_column", "", "2"]] * 6
    for name in (*unknown, "只在一.csv", "只在二.csv"):
        assert any(name in row[3] for row in warnings)


def test_a_dry_run_reports_and_writes_nothing(change: Run, source: Path, fresh: Path) -> None:
    source.write_text(BAD, encoding="utf-8")

    ran = change("ingest", "--dry-run", str(source))

    assert ran.code == 6
    assert counts(ran.rows)["accepted"] == "1"
    assert "rejects" not in counts(ran.rows)
    assert change("search", "-q").out == ""
    assert not (fresh / "var" / "rejects").exists()


def test_the_report_as_json_has_the_keys_of_the_api(change: Run, source: Path) -> None:
    source.write_text(BAD, encoding="utf-8")

    ran = change("ingest", str(source), "--json")

    assert ran.code == 6
    assert list(ran.document) == [each.name for each in fields(IngestReport)]
    assert ran.document["rejected_rows"] == 2
    assert {each["where"]["number"] for each in ran.document["rejected"]} == {2, 3}


def test_a_file_that_cannot_be_read_is_named_and_the_others_go_in(
    change: Run, source: Path
) -> None:
    source.write_text(GOOD, encoding="utf-8")

    ran = change("ingest", str(source), str(source.parent / "没有\x1b[31m.csv"))

    assert ran.code == 6
    assert counts(ran.rows)["accepted"] == "2"
    assert "没有\\x1b[31m.csv：文件不存在。" in ran.err
    assert "\x1b" not in ran.err + ran.out


def test_a_whole_folder_is_taken(change: Run, tmp_path: Path) -> None:
    folder = tmp_path / "导出"
    folder.mkdir()
    (folder / "a.csv").write_text(GOOD, encoding="utf-8")
    (folder / "b.json").write_text('[{"姓名": "李强"}]', encoding="utf-8")

    assert counts(change("ingest", str(folder)).rows)["accepted"] == "3"


def test_who_may_not_bring_records_is_denied(archive_home: Path, source: Path) -> None:
    source.write_text(GOOD, encoding="utf-8")

    ran = runner(archive_home, "审计")("ingest", str(source))

    assert (ran.code, ran.out) == (4, "")


def test_an_ingest_needs_a_user(fresh: Path, source: Path) -> None:
    assert runner(fresh, "")("ingest", str(source)).code == 2
