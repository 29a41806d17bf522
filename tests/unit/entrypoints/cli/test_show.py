"""`archsearch show`."""

from dataclasses import fields
from pathlib import Path

import pytest

import archsearch
from archsearch.domain.record import Record, RecordVersion

from .conftest import Run, runner


@pytest.fixture
def record_id(run: Run) -> str:
    return run("search", "-q", "张伟", "--mode", "exact").rows[0][0]


def test_every_value_is_a_line(run: Run, record_id: str) -> None:
    rows = run("show", record_id).rows

    assert ["record_id", record_id] in rows
    assert ["name", "张伟"] in rows
    assert ["contacts[1].name", "李梅"] in rows
    assert ["phones", "138****5678"] in rows


def test_the_record_as_json_has_the_keys_of_the_api(run: Run, record_id: str) -> None:
    document = run("show", record_id, "--json").document

    assert list(document) == [each.name for each in fields(Record)]
    assert document["values"]["name"] == "张伟"


def test_a_hidden_record_is_answered_like_a_missing_one(archive_home: Path, record_id: str) -> None:
    employee = runner(archive_home, "li.na")

    hidden, missing = employee("show", record_id), employee("show", "A001-GR-1999-000001")

    assert (hidden.code, missing.code) == (3, 3)
    assert (hidden.out, hidden.err) == (missing.out, missing.err)


@pytest.mark.parametrize("option", [[], ["--history"], ["--who"]])
def test_a_record_that_does_not_exist_is_not_found(run: Run, option: list[str]) -> None:
    ran = run("show", "没有", *option, "--json")

    assert (ran.code, ran.error["code"]) == (3, "not_found")


def test_administrators_are_told_who_may_see_a_record(run: Run, record_id: str) -> None:
    assert run("show", record_id, "--who").rows == [
        ["admin", "管理员", "管理员"],
        ["经理", "", "部门"],
    ]
    assert run("show", record_id, "--who", "--json").document == {
        "record_id": record_id,
        "viewers": [
            {"name": "admin", "display_name": "管理员", "reason": "管理员"},
            {"name": "经理", "display_name": "", "reason": "部门"},
        ],
    }


def test_who_may_see_a_record_is_for_administrators(archive_home: Path, record_id: str) -> None:
    ran = runner(archive_home, "经理")("show", record_id, "--who")

    assert (ran.code, ran.out) == (4, "")


def test_history_and_who_exclude_each_other(run: Run, record_id: str) -> None:
    assert run("show", record_id, "--who", "--history").code == 2


def test_versions_are_listed_with_what_changed(fresh: Path) -> None:
    run = runner(fresh)
    with archsearch.open(fresh) as archive:
        archive.ingest({"档号": "甲-1", "姓名": "张伟", "备注": "一"}, user="admin")
        archive.ingest({"档号": "甲-1", "姓名": "张伟", "备注": "二"}, user="admin")

    rows = run("show", "甲-1", "--history").rows
    document = run("show", "甲-1", "--history", "--json").document

    assert [(row[0], row[2]) for row in rows] == [("1", "admin"), ("2", "admin")]
    assert rows[1][3] == "notes"
    assert list(document["versions"][0]) == [each.name for each in fields(RecordVersion)]
    assert [each["values"]["notes"] for each in document["versions"]] == ["一", "二"]


def test_what_is_sensitive_is_shown_with_a_reason_only(fresh: Path) -> None:
    run = runner(fresh)
    with archsearch.open(fresh) as archive:
        archive.ingest({"档号": "甲-1", "姓名": "张伟", "手机": "13812345678"}, user="admin")

    plain = run("show", "甲-1")
    shown = run("show", "甲-1", "--reveal", "--reason", "核对电话")

    assert "13812345678" not in plain.out
    assert "13812345678" in shown.out
    assert run("show", "甲-1", "--reveal").code == 2
    assert run("show", "甲-1", "--reveal", "--reason", " ").code == 2
    assert run("show", "甲-1", "--reveal", "--reason", "核对", "--history").code == 2
