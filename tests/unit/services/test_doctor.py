"""Each kind of disagreement is found, named, and comes with what to do."""

import sqlite3
from pathlib import Path

import pytest

from archsearch.domain.record import RecordId
from archsearch.engines.base import Removal
from archsearch.errors import AccessDeniedError
from archsearch.storage import outbox
from tests.offices import Office


@pytest.fixture
def filled(office: Office) -> Office:
    office.feed(*({"record_id": f"R{number}", "name": f"客户{number}"} for number in range(9)))
    assert office.ailments() == []
    return office


def names(office: Office) -> list[str]:
    found = office.ailments()
    assert all(check.advice and check.finding for check in found)
    return [check.name for check in found]


def behind_the_back(office: Office, *statements: str) -> None:
    connection = sqlite3.connect(office.path / "var" / "archive.db")
    with connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()


def segment(office: Office) -> Path:
    return max((office.path / "index").glob("g*/*.arch"), key=lambda path: path.stat().st_size)


def test_a_filled_outbox(filled: Office) -> None:
    with filled.application.database.write() as connection:
        outbox.enqueue(connection, [RecordId("R1")])

    assert names(filled) == ["待索引队列"]
    filled.application.index.drain()
    assert names(filled) == []


def test_a_flipped_index_file(filled: Office) -> None:
    path = segment(filled)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)

    assert "索引文件" in names(filled)
    filled.application.index.rebuild("admin")
    assert names(filled) == []


def test_a_missing_index(filled: Office) -> None:
    (filled.path / "index" / "CURRENT").unlink()

    assert names(filled) == ["索引文件", "索引与档案库"]
    assert filled.seen("admin") == {f"R{number}" for number in range(9)}
    assert names(filled) == []


def test_a_record_that_the_index_lacks_or_has_in_another_version(filled: Office) -> None:
    filled.application.engine.apply([Removal(RecordId("R3"))])
    assert names(filled) == ["索引与档案库"]

    filled.application.index.rebuild("admin")
    assert names(filled) == []
    filled.feed({"record_id": "R1", "name": "新"})
    behind_the_back(filled, "UPDATE records SET version = 1 WHERE record_id = 'R1'")
    assert names(filled) == ["档案库", "索引与档案库"]


def test_a_record_that_only_the_index_has(filled: Office) -> None:
    behind_the_back(
        filled,
        "DELETE FROM record_versions WHERE record = (SELECT id FROM records WHERE record_id='R8')",
        "DELETE FROM records WHERE record_id = 'R8'",
    )

    assert names(filled) == ["索引与档案库"]


def test_an_altered_audit_entry(filled: Office) -> None:
    connection = sqlite3.connect(filled.path / "var" / "archive.db")
    triggers = connection.execute(
        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit'"
    ).fetchall()
    connection.close()
    assert triggers
    behind_the_back(
        filled,
        *(f"DROP TRIGGER {name}" for (name,) in triggers),
        "UPDATE audit SET user_name = 'somebody' WHERE seq = 2",
    )

    assert names(filled) == ["操作日志"]


def test_entries_of_a_time_to_come_are_told_and_are_no_ailment(filled: Office) -> None:
    def told() -> str:
        checks = filled.application.doctor.examine("admin")
        return next(check.finding for check in checks if check.name == "操作日志")

    on_time = told()
    filled.clock.turn(hours=-2)

    assert "晚于现在" not in on_time
    assert "最晚 2026-03-05 12:00" in told()
    assert filled.ailments() == []


def test_an_altered_record(filled: Office) -> None:
    behind_the_back(
        filled,
        "UPDATE record_versions SET content = (SELECT content FROM record_versions WHERE id = 2)",
    )

    assert names(filled) == ["档案库"]


def test_only_administrators_and_auditors_may_ask_it(filled: Office) -> None:
    filled.hire(eye="auditor at 总行", boss="manager at 总行")

    assert len(filled.application.doctor.examine("eye")) == 7
    with pytest.raises(AccessDeniedError):
        filled.application.doctor.examine("boss")
