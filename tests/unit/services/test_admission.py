"""Who may bring and change what."""

from collections.abc import Mapping
from typing import Any

import pytest

from tests.offices import Office, codes, counts

BRANCH = "华东分行/信贷部"


@pytest.fixture
def staffed(office: Office) -> Office:
    office.hire(
        boss=f"manager at {BRANCH}, 秘密",
        li=f"employee at {BRANCH}",
        wu="employee at 总行",
        chief="manager at 总行",
    )
    return office


def test_a_new_record_gets_the_owner_department_and_day_of_who_brings_it(staffed: Office) -> None:
    staffed.clock.turn(hours=12)  # past midnight in Shanghai, not yet in UTC

    staffed.feed({"record_id": "R", "name": "甲公司"}, user="li")

    values = staffed.archive.get("R", user="li").values
    assert (values["owner"], values["department"]) == ("li", BRANCH)
    assert (values["created_at"], values["updated_at"]) == ("2026-03-06", "2026-03-06")
    assert (values["secrecy"], values["status"]) == ("内部", "在档")


@pytest.mark.parametrize(
    ("smuggled", "code"),
    [
        ({"owner": "wu"}, "owner_not_permitted"),
        ({"建档人": "ＷＵ"}, "owner_not_permitted"),
        ({"department": "总行"}, "department_not_permitted"),
        ({"部门": "华东分行"}, "department_not_permitted"),
        ({"department": BRANCH + "/没有的组"}, "department_unknown"),
        ({"secrecy": "秘密"}, "secrecy_above_clearance"),
        ({"密级": "机密"}, "secrecy_above_clearance"),
        ({"status": "已销毁"}, "status_not_permitted"),
    ],
)
def test_an_employee_cannot_smuggle_rights_into_a_row(
    staffed: Office, smuggled: Mapping[str, str], code: str
) -> None:
    report = staffed.feed({"name": "甲公司", **smuggled}, user="li")

    assert (counts(report), codes(report)) == ((0, 0, 0, 1), [code])
    assert staffed.seen("admin") == set()


def test_what_archsearch_keeps_itself_cannot_be_brought(staffed: Office) -> None:
    staffed.feed(
        {"record_id": "R", "name": "甲公司", "quality": 1, "updated_at": "2001-01-01"}, user="li"
    )

    values = staffed.archive.get("R", user="li").values
    assert values["quality"] != 1
    assert values["updated_at"] == "2026-03-05"


def test_an_employee_does_not_change_records_not_even_their_own(staffed: Office) -> None:
    staffed.feed({"record_id": "R", "name": "甲公司"}, user="li")

    again = staffed.feed({"record_id": "R", "name": "甲公司"}, user="li")
    changed = staffed.feed({"record_id": "R", "name": "乙公司"}, user="li")

    assert counts(again) == (0, 0, 1, 0)
    assert codes(changed) == ["change_not_permitted"]
    assert staffed.archive.get("R", user="li").values["name"] == "甲公司"


def test_a_manager_changes_what_is_theirs_and_places_it_below_them(staffed: Office) -> None:
    staffed.hire(head="manager at 华东分行, 秘密")
    staffed.feed({"record_id": "R", "name": "甲公司"}, user="li")

    moved = staffed.feed(
        {"record_id": "R", "name": "甲公司", "department": "华东分行"}, user="head"
    )
    away = staffed.feed({"record_id": "R", "name": "甲公司", "department": "总行"}, user="head")

    assert counts(moved) == (0, 1, 0, 0)
    assert codes(away) == ["department_not_permitted"]
    assert staffed.archive.get("R", user="head").values["department"] == "华东分行"


def test_a_granted_record_can_be_read_but_not_changed(staffed: Office) -> None:
    staffed.feed({"record_id": "R", "name": "甲公司"}, user="li")
    staffed.grant("R", "chief")

    report = staffed.feed({"record_id": "R", "name": "乙公司"}, user="chief")

    assert codes(report) == ["change_not_permitted"]
    assert staffed.archive.get("R", user="chief").values["name"] == "甲公司"


def test_an_administrator_brings_any_owner_and_makes_departments(staffed: Office) -> None:
    report = staffed.feed(
        {"record_id": "R", "name": "甲", "owner": "li", "department": "新行/新部", "密级": "机密"}
    )

    assert counts(report) == (1, 0, 0, 0)
    staffed.archive.add_user("new", role="manager", departments=["新行"], clearance="机密")
    assert staffed.seen("new") == {"R"}


@pytest.mark.parametrize("path", ["部" * 65, "/".join("甲乙丙丁戊己庚辛壬癸子丑寅")])
def test_an_impossible_department_is_a_reason_not_the_end_of_the_batch(
    staffed: Office, path: str
) -> None:
    report = staffed.feed(
        {"record_id": "A", "name": "甲", "department": path}, {"record_id": "B", "name": "乙"}
    )

    assert (counts(report), codes(report)) == ((1, 0, 0, 1), ["department_invalid"])
    assert staffed.seen("admin") == {"B"}


SAME: Mapping[str, Any] = {"record_id": "R", "name": "密档", "source": "CRM", "source_id": "7"}


@pytest.mark.parametrize(
    "row",
    [
        SAME,
        {**SAME, "name": "别的"},
        {"record_id": "R", "name": "密档", "secrecy": "机密", "owner": "boss"},
        {"record_id": "R", "name": "密档", "department": "没有的部门"},
        {"name": "别的", "source": "CRM", "source_id": "7"},
        {"record_id": "Z", "name": "别的", "source": "CRM", "source_id": "7"},
    ],
)
def test_a_hidden_record_answers_the_same_whatever_the_row_says(
    staffed: Office, row: Mapping[str, Any]
) -> None:
    staffed.feed({**SAME, "department": BRANCH, "secrecy": "内部"}, user="boss")

    [problem] = staffed.feed(row, user="wu").rejected

    assert (problem.code, problem.field) == ("record_id_taken", "record_id")
    assert problem.message == "这个档号或来源编号不可用；请换一个，或留空由系统编号。"


def test_a_user_without_role_department_or_the_right_role_brings_nothing(office: Office) -> None:
    office.hire(nobody="", lost="manager", eye="auditor at 总行")
    for name in ("nobody", "lost", "eye"):
        with pytest.raises(Exception, match="没有权限"):
            office.feed({"name": "甲"}, user=name)
    with pytest.raises(Exception, match="没有这个用户"):
        office.feed({"name": "甲"}, user="ghost")
    assert office.seen("admin") == set()


def test_what_a_change_does_not_mention_stays_as_it_was(staffed: Office) -> None:
    """A row without a secrecy column must not declassify a record, nor thaw a frozen one."""
    staffed.feed(
        {
            "record_id": "R",
            "name": "甲公司",
            "secrecy": "秘密",
            "status": "冻结",
            "retention": "永久",
            "value_tier": "高价值",
            "owner": "li",
            "department": BRANCH,
            "created_at": "2020-01-02",
            "source": "CRM",
            "source_id": "7",
            "notes": "原有备注",
        }
    )

    staffed.feed({"record_id": "R", "name": "甲公司（新）"})

    values = staffed.archive.get("R", user="admin").values
    kept = ("secrecy", "status", "retention", "value_tier", "owner", "department", "created_at")
    assert [values[key] for key in kept] == [
        "秘密", "冻结", "永久", "高价值", "li", BRANCH, "2020-01-02",
    ]  # fmt: skip
    assert (values["source"], values["source_id"]) == ("CRM", "7")
    assert values["notes"] == "原有备注"
    assert staffed.ailments() == []
    assert staffed.seen("li") == set()


def test_the_two_halves_of_a_source_name_go_together(staffed: Office) -> None:
    staffed.feed(
        {"record_id": "A", "name": "甲", "source": "CRM", "source_id": "7"},
        {"record_id": "B", "name": "乙", "source": "核心", "source_id": "7"},
    )

    report = staffed.feed({"record_id": "A", "name": "甲二", "source": "核心"})

    assert counts(report) == (0, 1, 0, 0)
    assert "source_id" not in staffed.archive.get("A", user="admin").values
    assert staffed.ailments() == []


def test_an_export_of_a_few_columns_changes_only_those(staffed: Office) -> None:
    staffed.feed(
        {"record_id": "R", "name": "张伟", "id_number": "11010519491231002X", "phones": "1"}
    )

    report = staffed.feed({"record_id": "R", "name": "张伟", "notes": "只改备注"})
    again = staffed.feed({"record_id": "R", "name": "张伟", "notes": "只改备注", "email": ""})

    values = staffed.archive.get("R", user="admin").values
    assert (report.updated, again.unchanged) == (1, 1)
    assert values["notes"] == "只改备注"
    assert str(values["id_number"]).endswith("002X")
    assert values["gender"] == "女"
    assert staffed.ailments() == []


def test_a_row_need_not_repeat_what_its_record_has(staffed: Office) -> None:
    staffed.feed({"record_id": "R", "name": "张伟", "source": "CRM", "source_id": "7"})

    by_id = staffed.feed({"record_id": "R", "notes": "只改备注"})
    by_source = staffed.feed({"source": "CRM", "source_id": "7", "email": "zw@example.com"})
    nobody = staffed.feed({"record_id": "S", "notes": "没有这份档案"}, {"notes": "谁的"})

    assert (by_id.updated, by_source.updated) == (1, 1)
    assert [(problem.code, problem.field) for problem in nobody.rejected] == [
        ("required_missing", "name"),
        ("required_missing", "name"),
    ]
    assert staffed.archive.get("R", user="admin").values["name"] == "张伟"
    assert staffed.ailments() == []


def test_a_row_without_a_name_tells_nothing_of_a_hidden_record(staffed: Office) -> None:
    staffed.feed({**SAME, "department": BRANCH, "secrecy": "内部"}, user="boss")
    row = {**SAME, "name": ""}

    hidden = staffed.feed(row, user="wu").rejected
    unknown = staffed.feed({**row, "record_id": "NEW", "source_id": "8"}, user="wu").rejected

    assert [problem.code for problem in hidden] == [problem.code for problem in unknown]


def test_what_follows_from_something_new_does_not_outweigh_what_was_given(
    staffed: Office,
) -> None:
    staffed.feed({"record_id": "R", "name": "张伟", "region": "上海市"})

    staffed.feed({"record_id": "R", "name": "张伟", "address": "杭州市西湖区文三路90号"})

    assert staffed.archive.get("R", user="admin").values["region"] == "华东/上海市"


def test_a_change_that_contradicts_what_is_known_is_refused(staffed: Office) -> None:
    staffed.feed({"record_id": "R", "name": "张伟", "id_number": "11010519491231002X"})

    report = staffed.feed({"record_id": "R", "name": "张伟", "gender": "男"})

    assert [problem.code for problem in report.rejected] == ["gender_mismatch"]
    assert staffed.archive.get("R", user="admin").values["gender"] == "女"


def test_a_frozen_record_is_changed_by_administrators_only(staffed: Office) -> None:
    staffed.feed({"record_id": "R", "name": "甲公司", "status": "冻结", "department": BRANCH})

    thawed = staffed.feed({"record_id": "R", "name": "甲公司", "status": "在档"}, user="boss")
    assert [problem.code for problem in thawed.rejected] == ["record_frozen"]
    assert staffed.archive.get("R", user="admin").values["status"] == "冻结"

    staffed.feed({"record_id": "R", "name": "甲公司", "status": "在档"})
    assert staffed.archive.get("R", user="admin").values["status"] == "在档"


def test_a_record_is_not_created_in_the_future(staffed: Office) -> None:
    report = staffed.feed({"name": "甲公司", "created_at": "2090-01-01"})

    assert [problem.code for problem in report.rejected] == ["date_order"]
