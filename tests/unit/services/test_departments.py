"""The service behind `archsearch department`."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archsearch.bootstrap import Application, initialise, open_application
from archsearch.domain.access import Role
from archsearch.domain.audit import Action, AuditFilter
from archsearch.domain.users import User
from archsearch.errors import AccessDeniedError, InvalidRequestError

NOW = datetime(2026, 3, 5, 8, tzinfo=UTC)


@pytest.fixture
def application(tmp_path: Path) -> Iterator[Application]:
    initialise(tmp_path, {}, lambda: NOW)
    opened = open_application(tmp_path, {}, lambda: NOW)
    yield opened
    opened.close()


def test_a_department_is_created_with_those_above_it(application: Application) -> None:
    created = application.departments.add("华东分行/信贷部", "admin")

    assert created
    assert application.departments.all("admin") == ("华东分行", "华东分行/信贷部")


def test_creating_a_department_is_logged_once(application: Application) -> None:
    application.departments.add("华东分行", "admin")
    again = application.departments.add("华东分行", "admin")

    logged = application.audit.search(AuditFilter(action=Action.DEPARTMENT_ADD), "admin")
    assert not again
    assert [each.entry.target for each in logged] == ["华东分行"]


def test_only_administrators_manage_departments(application: Application) -> None:
    application.users.add(User("经理", role=Role.MANAGER, departments=frozenset({"甲"})), "admin")

    with pytest.raises(AccessDeniedError):
        application.departments.add("乙", "经理")
    with pytest.raises(AccessDeniedError):
        application.departments.all("经理")
    assert application.departments.all("admin") == ("甲",)


def test_an_impossible_path_is_refused(application: Application) -> None:
    with pytest.raises(InvalidRequestError):
        application.departments.add("甲//乙", "admin")
