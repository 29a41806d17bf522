"""Users and departments in the hands of administrators."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from archsearch.domain.access import Role
from archsearch.domain.audit import Action, AuditFilter, Outcome
from archsearch.errors import (
    AccessDeniedError,
    ArchsearchError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
)
from archsearch.services.users import UserChange, UserFilter
from archsearch.settings.workspace import defaults_folder
from archsearch.storage import audit_log, departments
from tests.offices import Office, copied


def test_defaults_of_clearance_follow_the_role(office: Office) -> None:
    added = [
        office.archive.add_user(role, role=role, departments=["总行"])
        for role in ("employee", "manager", "auditor", "administrator")
    ]

    highest = office.application.policy.levels[-1]
    assert [user.clearance for user in added] == ["内部", "内部", "内部", highest]


def test_new_departments_are_made_with_those_above_them(office: Office) -> None:
    office.archive.add_user("li", role="employee", departments="华东分行/信贷部")

    with office.application.database.read() as connection:
        assert departments.all_paths(connection) == ("华东分行", "华东分行/信贷部")


@pytest.mark.parametrize(
    ("add", "error"),
    [
        (lambda o: o.archive.add_user("li", role="boss"), InvalidRequestError),
        (lambda o: o.archive.add_user("li", role="manager", clearance="超密"), InvalidRequestError),
        (lambda o: o.archive.add_user("l i", role="manager"), InvalidRequestError),
        (lambda o: o.archive.add_user("\ud800", role="manager"), InvalidRequestError),
        (
            lambda o: o.archive.add_user("li", role=None, display_name="\ud800"),
            InvalidRequestError,
        ),
        (
            lambda o: o.archive.add_user("li", role="manager", departments=["a//b"]),
            InvalidRequestError,
        ),
        (lambda o: o.archive.add_user("ADMIN", role="manager"), ConflictError),
        (lambda o: o.application.users.move("nobody", ["总行"], "admin"), NotFoundError),
        (
            lambda o: o.application.users.set("nobody", UserChange(clearance="内部"), "admin"),
            NotFoundError,
        ),
        (
            lambda o: o.application.users.set("admin", UserChange(clearance="超密"), "admin"),
            InvalidRequestError,
        ),
        (
            lambda o: o.application.users.set("admin", UserChange(display_name="\ud800"), "admin"),
            InvalidRequestError,
        ),
        (lambda o: o.application.users.set("admin", UserChange(), "admin"), InvalidRequestError),
        (
            lambda o: o.application.users.set("admin", UserChange(role=Role.AUDITOR), "admin"),
            ConflictError,
        ),
        (
            lambda o: o.application.users.disable("nobody", "admin", disabled=True),
            NotFoundError,
        ),
    ],
)
def test_what_is_not_possible_is_refused_and_changes_nothing(
    office: Office, add: Callable[[Office], object], error: type[ArchsearchError]
) -> None:
    with pytest.raises(error):
        add(office)

    assert [user.name for user in office.application.users.all("admin")] == ["admin"]
    with office.application.database.read() as connection:
        assert departments.all_paths(connection) == ()


def test_only_administrators_manage_users_and_attempts_are_logged(office: Office) -> None:
    office.hire(boss="manager at 总行", eye="auditor at 总行")
    service = office.application.users
    attempts: list[Callable[[str], object]] = [
        lambda by: office.archive.add_user("x", role="administrator", user=by),
        lambda by: service.disable("admin", by, disabled=True),
        lambda by: service.set(by, UserChange(role=Role.ADMINISTRATOR), by),
        lambda by: service.move("boss", ["总行", "分行"], by),
    ]

    for by in ("boss", "eye", "ghost"):
        for attempt in attempts:
            with pytest.raises(AccessDeniedError):
                attempt(by)
        with pytest.raises(AccessDeniedError):
            service.all(by)

    assert [user.name for user in service.all("admin")] == ["admin", "boss", "eye"]
    with office.application.database.read() as connection:
        denied = AuditFilter(outcome=Outcome.DENIED)
        entries = audit_log.search(connection, denied, limit=20)
    assert {entry.entry.user for entry in entries} == {"boss", "eye", "ghost"}
    assert {entry.entry.action for entry in entries} == {
        Action.USER_ADD,
        Action.USER_CHANGE,
        Action.USER_LIST,
    }


def test_moving_and_disabling_are_logged_and_take_effect(office: Office) -> None:
    office.hire(boss="manager at 甲部")
    office.feed({"record_id": "A", "name": "甲", "department": "甲部"})
    office.feed({"record_id": "B", "name": "乙", "department": "乙部"})
    service = office.application.users

    assert office.seen("boss") == {"A"}
    service.move("boss", ["乙部"], "admin")
    assert office.seen("boss") == {"B"}
    service.move("boss", [], "admin")
    assert office.seen("boss") == set()
    service.disable("boss", "admin", disabled=True)
    with pytest.raises(AccessDeniedError):
        office.seen("boss")
    service.disable("boss", "admin", disabled=False)
    service.move("boss", ["甲部", "乙部"], "admin")
    assert office.seen("boss") == {"A", "B"}
    with office.application.database.read() as connection:
        changes = AuditFilter(action=Action.USER_CHANGE, target="boss")
        assert audit_log.count(connection, changes) == 5


def test_an_administrator_cannot_lock_themselves_out(office: Office) -> None:
    office.hire(second="administrator")
    service = office.application.users

    for by in ("admin", "second"):
        with pytest.raises(ConflictError):
            service.disable(by, by, disabled=True)

    assert not any(user.disabled for user in service.all("admin"))
    assert service.disable("second", "admin", disabled=True).disabled
    assert [user.name for user in service.all("admin") if not user.disabled] == ["admin"]


def test_another_role_and_clearance_take_effect_at_once_and_are_logged(office: Office) -> None:
    office.hire(boss="employee at 甲部")
    office.feed({"record_id": "A", "name": "甲", "department": "甲部"})
    office.feed({"record_id": "B", "name": "乙", "department": "甲部", "secrecy": "秘密"})
    service = office.application.users

    assert office.seen("boss") == set()
    service.set("boss", UserChange(role=Role.MANAGER), "admin")
    assert office.seen("boss") == {"A"}
    changed = service.set("boss", UserChange(clearance="秘密", display_name="王经理"), "admin")
    assert office.seen("boss") == {"A", "B"}

    assert (changed.role, changed.clearance, changed.display_name) == (
        Role.MANAGER,
        "秘密",
        "王经理",
    )
    with office.application.database.read() as connection:
        changes = AuditFilter(action=Action.USER_CHANGE, target="boss")
        logged = audit_log.search(connection, changes, limit=9)
    assert [entry.entry.detail for entry in logged] == [
        {"clearance": "秘密", "display_name": True},
        {"role": "manager"},
    ]


def test_who_makes_no_departments_makes_none_by_naming_them_for_a_user(
    template: Path, tmp_path: Path
) -> None:
    path = copied(template, tmp_path / "workspace")
    policy = (defaults_folder() / "policy.yaml").read_text("utf-8")
    rights = policy.replace("operations: [log, examine, rules]", "operations: [log, users]")
    (path / "config" / "policy.yaml").write_text(rights, "utf-8")
    with Office(path) as office:
        office.hire(staff="auditor at 总行")

        with pytest.raises(AccessDeniedError):
            office.archive.add_user("li", role="employee", departments=["新部"], user="staff")
        with pytest.raises(AccessDeniedError):
            office.application.users.move("staff", ["总行/新部"], "staff")

        assert office.application.departments.all("admin") == ("总行",)
        assert [user.name for user in office.application.users.all("staff")] == ["admin", "staff"]
        added = office.archive.add_user("li", role="employee", departments=["总行"], user="staff")
        assert added.departments == {"总行"}


def test_what_a_user_is_added_with_is_logged_with_each_new_department(office: Office) -> None:
    office.archive.add_user("li", role="employee", departments=["乙部", "甲部/一科"])

    with office.application.database.read() as connection:
        (added,) = audit_log.search(connection, AuditFilter(action=Action.USER_ADD), limit=9)
        made = audit_log.search(connection, AuditFilter(action=Action.DEPARTMENT_ADD), limit=9)
    assert added.entry.detail == {
        "role": "employee", "clearance": "内部", "departments": "乙部、甲部/一科",
    }  # fmt: skip
    assert {one.entry.target for one in made} == {"乙部", "甲部/一科"}


def test_users_are_listed_by_role_department_and_state_and_that_is_logged(office: Office) -> None:
    office.hire(a="employee at 甲部/一科", b="employee at 甲部二", c="manager at 甲部")
    users = office.application.users
    users.disable("c", "admin", disabled=True)

    def names(**wanted: Any) -> list[str]:
        return [user.name for user in users.all("admin", UserFilter(**wanted))]

    assert names() == ["a", "admin", "b", "c"]
    assert names(role=Role.EMPLOYEE) == ["a", "b"]
    assert names(department="甲部") == ["a", "c"]
    assert names(disabled=True) == ["c"]
    assert names(department="甲部", disabled=False) == ["a"]
    with office.application.database.read() as connection:
        listed = audit_log.search(connection, AuditFilter(action=Action.USER_LIST), limit=9)
    assert [one.entry.detail["users"] for one in listed] == [1, 1, 2, 2, 4]
