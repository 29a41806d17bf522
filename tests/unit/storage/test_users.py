from collections.abc import Callable

import pytest
from sqlalchemy import Connection

from archsearch.domain.access import Role
from archsearch.domain.users import User
from archsearch.errors import ConflictError, InvalidRequestError, NotFoundError
from archsearch.storage import departments, users
from archsearch.storage.database import Database
from tests.unit.storage.samples import NOON

CREDIT, RISK = "华东分行/信贷部", "华东分行/风险管理部"
LI_NA = User("li.na", "李娜", Role.EMPLOYEE, frozenset([CREDIT, RISK]), "内部")


@pytest.fixture
def staffed(database: Database) -> Database:
    with database.write() as connection:
        departments.ensure(connection, CREDIT, at=NOON)
        departments.ensure(connection, RISK, at=NOON)
        users.add(connection, LI_NA, at=NOON)
    return database


def found(database: Database, name: str) -> User | None:
    with database.read() as connection:
        return users.get(connection, name)


def test_a_user_comes_back_as_added(staffed: Database) -> None:
    assert found(staffed, "li.na") == LI_NA


def test_a_user_without_anything_has_nothing(staffed: Database) -> None:
    with staffed.write() as connection:
        users.add(connection, User("zhang"), at=NOON)

    assert found(staffed, "zhang") == User("zhang", "", None, frozenset(), "", disabled=False)


@pytest.mark.parametrize("name", ["Li.Na", "nobody", "li.na ", "li.n_", "%"])
def test_only_the_exact_name_finds_a_user(staffed: Database, name: str) -> None:
    assert found(staffed, name) is None


def test_all_users_are_listed_by_name_with_their_departments(staffed: Database) -> None:
    with staffed.write() as connection:
        users.add(connection, User("admin", role=Role.ADMINISTRATOR, disabled=True), at=NOON)

    with staffed.read() as connection:
        assert users.all_users(connection) == (
            User("admin", role=Role.ADMINISTRATOR, disabled=True),
            LI_NA,
        )


@pytest.mark.parametrize("name", ["li.na", "LI.NA", "Li.na"])
def test_a_name_that_differs_in_case_only_is_taken(staffed: Database, name: str) -> None:
    with pytest.raises(ConflictError, match="已存在"), staffed.write() as connection:
        users.add(connection, User(name), at=NOON)


@pytest.mark.parametrize(
    "name",
    [
        "",
        " ",
        "li na",
        "li\nna",
        "li\x1b[31m",
        "li\u202ena",
        "\u200bli",
        ".li",
        "-rf",
        "ｌｉ",
        "a" * 65,
    ],
)
def test_a_name_that_could_be_mistaken_is_refused(database: Database, name: str) -> None:
    with pytest.raises(InvalidRequestError, match="用户名"), database.write() as connection:
        users.add(connection, User(name), at=NOON)


@pytest.mark.parametrize("name", ["admin", "李娜", "li-na_2@east", "a" * 64])
def test_ordinary_names_are_accepted(database: Database, name: str) -> None:
    with database.write() as connection:
        users.add(connection, User(name), at=NOON)

    assert found(database, name) == User(name)


def test_a_user_cannot_join_a_department_that_does_not_exist(staffed: Database) -> None:
    with (
        pytest.raises(NotFoundError, match="没有部门“华北分行”"),
        staffed.write() as connection,
    ):
        users.add(connection, User("zhang", departments=frozenset(["华北分行"])), at=NOON)

    assert found(staffed, "zhang") is None


def test_everything_about_a_user_can_be_changed(staffed: Database) -> None:
    with staffed.write() as connection:
        users.set_departments(connection, "li.na", [RISK])
        users.set_role(connection, "li.na", Role.MANAGER)
        users.set_clearance(connection, "li.na", "机密")
        users.set_disabled(connection, "li.na", disabled=True)

    assert found(staffed, "li.na") == User(
        "li.na", "李娜", Role.MANAGER, frozenset([RISK]), "机密", disabled=True
    )


def test_everything_about_a_user_can_be_taken_away(staffed: Database) -> None:
    with staffed.write() as connection:
        users.set_departments(connection, "li.na", [])
        users.set_role(connection, "li.na", None)

    assert found(staffed, "li.na") == User("li.na", "李娜", None, frozenset(), "内部")


def test_changing_a_user_leaves_the_others_alone(staffed: Database) -> None:
    other = User("wang", "王", Role.EMPLOYEE, frozenset([CREDIT]), "内部")
    with staffed.write() as connection:
        users.add(connection, other, at=NOON)
    with staffed.write() as connection:
        users.set_departments(connection, "li.na", [])
        users.set_disabled(connection, "li.na", disabled=True)

    assert found(staffed, "wang") == other


def test_an_unknown_user_cannot_be_changed(staffed: Database) -> None:
    changes: list[Callable[[Connection], None]] = [
        lambda connection: users.set_departments(connection, "nobody", [CREDIT]),
        lambda connection: users.set_role(connection, "nobody", Role.MANAGER),
        lambda connection: users.set_clearance(connection, "nobody", "机密"),
        lambda connection: users.set_disabled(connection, "nobody", disabled=True),
    ]
    for change in changes:
        with pytest.raises(NotFoundError, match="没有这个用户"), staffed.write() as connection:
            change(connection)
