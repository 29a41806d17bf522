"""`archsearch user` and `archsearch department`."""

from pathlib import Path

import pytest

from .conftest import Run, runner


def test_a_user_is_added_with_departments(change: Run) -> None:
    ran = change("user", "add", "li.na", "--role", "employee", "--department", "甲/乙")

    assert ran.rows == [["li.na", "", "employee", "甲/乙", "内部", "active"]]
    assert change("department", "list").rows == [["甲"], ["甲/乙"]]


def test_a_role_may_be_named_in_chinese(change: Run) -> None:
    added = change("user", "add", "王芳", "--role", "部门经理", "--department", "甲", "--json")

    assert added.document["role"] == "manager"
    assert list(added.document) == [
        "name",
        "display_name",
        "role",
        "departments",
        "clearance",
        "disabled",
    ]


def test_a_user_who_will_see_nothing_is_pointed_out(change: Run) -> None:
    assert "什么也看不到" in change("user", "add", "王芳", "--role", "employee").err


def test_a_name_that_is_taken_is_a_conflict(change: Run) -> None:
    change("user", "add", "li.na")

    assert change("user", "add", "LI.NA").code == 5


@pytest.mark.parametrize(
    "arguments", [("li na",), ("x", "--clearance", "绝密级"), ("x", "--role", "boss")]
)
def test_an_impossible_user_is_a_usage_error(change: Run, arguments: tuple[str, ...]) -> None:
    assert change("user", "add", *arguments).code == 2


def test_a_disabled_user_is_locked_out_until_enabled(change: Run, fresh: Path) -> None:
    change("user", "add", "li.na", "--role", "employee", "--department", "甲")
    employee = runner(fresh, "li.na")

    before = employee("search").code
    disabled = change("user", "disable", "li.na", "--yes")
    during = employee("search").code
    change("user", "enable", "li.na")

    assert disabled.rows[0][-1] == "disabled"
    assert (before, during, employee("search").code) == (0, 4, 0)


def test_the_only_administrator_stays_one(change: Run) -> None:
    ran = change("user", "disable", "admin", "--yes")

    assert (ran.code, ran.out) == (5, "")
    assert "另一位管理员" in ran.err
    assert change("user", "list").rows[0][-1] == "active"


def test_disabling_is_refused_when_nobody_can_be_asked(change: Run) -> None:
    change("user", "add", "li.na")

    ran = change("user", "disable", "li.na")

    assert ran.code == 2
    assert "--yes" in ran.err
    assert change("user", "list").rows[1][-1] == "active"


def test_a_user_is_moved_to_other_departments(change: Run) -> None:
    change("user", "add", "li.na", "--role", "employee", "--department", "甲")

    moved = change("user", "move", "li.na", "乙", "丙/丁", "--json")

    assert moved.document["departments"] == ["丙/丁", "乙"]


def test_only_what_is_named_changes(change: Run) -> None:
    change("user", "add", "li.na", "--role", "employee", "--department", "甲")

    promoted = change("user", "set", "li.na", "--role", "部门经理", "--clearance", "秘密")
    named = change("user", "set", "li.na", "--display-name", "李娜")

    assert promoted.rows == [["li.na", "", "manager", "甲", "秘密", "active"]]
    assert named.rows == [["li.na", "李娜", "manager", "甲", "秘密", "active"]]


@pytest.mark.parametrize("options", [(), ("--role", "boss"), ("--clearance", "绝密级")])
def test_an_impossible_change_is_a_usage_error(change: Run, options: tuple[str, ...]) -> None:
    assert change("user", "set", "admin", *options).code == 2


def test_an_administrator_cannot_take_the_role_from_themselves(change: Run) -> None:
    assert change("user", "set", "admin", "--role", "auditor").code == 5
    assert change("user", "list").rows[0][2] == "administrator"


@pytest.mark.parametrize("command", ["disable", "enable", "move"])
def test_a_user_who_does_not_exist_is_not_found(change: Run, command: str) -> None:
    assert change("user", command, "nobody", "--yes").code == 3


def test_only_administrators_manage_users_and_departments(archive_home: Path) -> None:
    manager = runner(archive_home, "经理")

    for command in (
        ("user", "list"),
        ("user", "add", "x"),
        ("user", "disable", "li.na", "-y"),
        ("department", "list"),
        ("department", "add", "x"),
    ):
        ran = manager(*command)
        assert (ran.code, ran.out) == (4, ""), command


def test_a_department_is_added_once(change: Run) -> None:
    first = change("department", "add", "甲/乙", "--json").document
    again = change("department", "add", "甲/乙", "--json").document

    assert first == {"department": "甲/乙", "created": True}
    assert again["created"] is False
    assert change("department", "list", "--json").document == {"departments": ["甲", "甲/乙"]}
