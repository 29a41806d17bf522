import pytest

from archsearch.domain.record import Origin, Record, RecordId
from archsearch.storage.consistency import find_inconsistencies
from archsearch.storage.content import content_digest
from archsearch.storage.database import Database
from archsearch.storage.records import Revision
from tests.unit.storage.samples import revision, save
from tests.vaults import CONTENT_KEY


@pytest.fixture
def kept(database: Database) -> Database:
    origins = {"owner": Origin.DEFAULT}
    values = revision("R4").record.values
    with_default = Record(RecordId("R4"), 1, values, origins=origins)
    with database.write() as connection:
        save(connection, revision("R1"), revision("R2"), revision("R3"))
        save(connection, revision("R2", 2, notes="二"), revision("R2", 3, notes="三"))
        save(connection, Revision(with_default, content_digest(values, origins, CONTENT_KEY)))
    return database


def problems(database: Database) -> list[tuple[str, str]]:
    with database.read() as connection:
        return [(one.record_id, one.reason) for one in find_inconsistencies(connection)]


def break_in(database: Database, statement: str) -> None:
    with database.write() as connection:
        connection.exec_driver_sql(statement)


def test_what_was_saved_is_consistent(kept: Database) -> None:
    assert problems(kept) == []


def test_altered_content_is_found(kept: Database) -> None:
    break_in(kept, """UPDATE record_versions SET origins = '{"notes":"?"}' WHERE version = 3""")

    assert problems(kept) == [("R2", "第 3 版的内容与校验值不符")]


@pytest.mark.parametrize("change", ["content = zeroblob(100)", "content = substr(content, 2)"])
def test_content_that_cannot_be_opened_is_found(kept: Database, change: str) -> None:
    break_in(kept, f"UPDATE record_versions SET {change} WHERE version = 3")

    assert problems(kept) == [("R2", "第 3 版的内容无法解密")]


def test_an_altered_digest_is_found(kept: Database) -> None:
    break_in(kept, "UPDATE records SET digest = 'x' WHERE record_id = 'R1'")

    assert problems(kept) == [("R1", "当前版本与档案条目的校验值不一致")]


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_missing_version_is_found(kept: Database, version: int) -> None:
    break_in(
        kept,
        f"DELETE FROM record_versions WHERE version = {version}"
        " AND record = (SELECT id FROM records WHERE record_id = 'R2')",
    )

    assert problems(kept) == [("R2", "应有 3 个版本，实有 2 个，且须连续")]


def test_a_record_without_any_content_is_found(kept: Database) -> None:
    break_in(
        kept,
        "DELETE FROM record_versions"
        " WHERE record = (SELECT id FROM records WHERE record_id = 'R3')",
    )

    assert problems(kept) == [("R3", "应有 1 个版本，实有 0 个，且须连续")]


@pytest.mark.parametrize(
    ("column", "value"),
    [("owner", "wu"), ("department", "总行"), ("secrecy", "公开"), ("status", "冻结")],
)
def test_access_that_the_content_does_not_give_is_found(
    kept: Database, column: str, value: str
) -> None:
    break_in(kept, f"UPDATE records SET {column} = '{value}' WHERE record_id = 'R4'")

    assert problems(kept) == [("R4", "档号、建档人、部门、密级或状态与档案内容不一致")]
