import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from archsearch.errors import InvalidRequestError
from archsearch.storage import departments
from archsearch.storage.database import Database
from archsearch.storage.tables import METADATA
from tests.unit.storage.samples import NOON


def test_a_department_brings_those_above_it(database: Database) -> None:
    with database.write() as connection:
        created = departments.ensure(connection, "华东分行/信贷部/一组", at=NOON)

    with database.read() as connection:
        paths = departments.all_paths(connection)
        parents = connection.exec_driver_sql(
            "SELECT child.path, parent.path FROM departments AS child"
            " LEFT JOIN departments AS parent ON parent.id = child.parent ORDER BY child.id"
        ).all()
    assert created
    assert paths == ("华东分行", "华东分行/信贷部", "华东分行/信贷部/一组")
    assert [tuple(row) for row in parents] == [
        ("华东分行", None),
        ("华东分行/信贷部", "华东分行"),
        ("华东分行/信贷部/一组", "华东分行/信贷部"),
    ]


def test_a_department_that_is_there_is_left_alone(database: Database) -> None:
    with database.write() as connection:
        departments.ensure(connection, "华东分行/信贷部", at=NOON)
        again = departments.ensure(connection, "华东分行/信贷部", at=NOON)
        above = departments.ensure(connection, "华东分行", at=NOON)

    assert (again, above) == (False, False)


def test_a_department_exists_by_its_whole_path_only(database: Database) -> None:
    with database.write() as connection:
        departments.ensure(connection, "华东分行/信贷部", at=NOON)

    with database.read() as connection:
        found = {
            path: departments.exists(connection, path)
            for path in ("华东分行", "华东分行/信贷部", "信贷部", "华东", "华东分行/")
        }
    assert [path for path, there in found.items() if there] == ["华东分行", "华东分行/信贷部"]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "甲/",
        "/甲",
        "甲//乙",
        "甲/ 乙",
        "甲 /乙",
        "甲\n",
        "甲\u202e乙",
        "长" * 65,
        "/".join("甲" * 13),
    ],
)
def test_a_path_that_could_be_mistaken_is_refused(database: Database, path: str) -> None:
    with pytest.raises(InvalidRequestError, match="部门"), database.write() as connection:
        departments.ensure(connection, path, at=NOON)

    with database.read() as connection:
        assert departments.all_paths(connection) == ()


PATHS = st.lists(st.sampled_from("甲乙丙"), min_size=1, max_size=4).map("/".join)


@given(st.lists(PATHS, max_size=8))
def test_the_tree_is_closed_upwards_whatever_the_order(paths: list[str]) -> None:
    engine = create_engine("sqlite://")
    with engine.begin() as connection:
        METADATA.create_all(connection)
        created = [departments.ensure(connection, path, at=NOON) for path in paths]
        found = departments.all_paths(connection)
    engine.dispose()

    closure = {"/".join(path.split("/")[:depth]) for path in paths for depth in range(1, 5)}
    assert found == tuple(sorted(closure))
    for position, path in enumerate(paths):
        earlier = paths[:position]
        assert created[position] == (not any(f"{one}/".startswith(f"{path}/") for one in earlier))
