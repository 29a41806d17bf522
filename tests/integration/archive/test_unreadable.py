"""Records whose content cannot be opened any more, beside others that can."""

import sqlite3
from pathlib import Path

import pytest

from archsearch.errors import UnreadableError
from tests.offices import Office, copied


def spoil(path: Path, *record_ids: str) -> None:
    """Flip a bit in what is stored of records."""
    with sqlite3.connect(path / "var" / "archive.db") as database:
        for record_id in record_ids:
            number, content = database.execute(
                "SELECT v.id, v.content FROM record_versions v JOIN records r ON r.id = v.record"
                " WHERE r.record_id = ?",
                (record_id,),
            ).fetchone()
            spoilt = content[:-1] + bytes([content[-1] ^ 1])
            database.execute(
                "UPDATE record_versions SET content = ? WHERE id = ?", (spoilt, number)
            )
    database.close()


@pytest.fixture
def archive(template: Path, tmp_path: Path) -> Path:
    path = copied(template, tmp_path / "workspace")
    with Office(path) as office:
        office.feed(*({"record_id": f"R{n}", "name": f"张伟 {n % 10}号"} for n in range(300)))
    return path


def test_one_that_cannot_be_opened_is_left_out_and_told(archive: Path) -> None:
    spoil(archive, "R7")
    with Office(archive) as office:
        page = office.archive.search("7号", user="admin", mode="exact", limit=100)

        others = {f"R{n}" for n in range(300) if n % 10 == 7} - {"R7"}
        assert (page.total, {hit.record_id for hit in page.hits}) == (len(others), others)
        assert "1 份档案无法读取" in page.note
        with pytest.raises(UnreadableError, match="doctor"):
            office.archive.get("R7", user="admin")
        assert any("R7" in check.finding for check in office.ailments())


def test_an_index_is_built_of_those_that_can_be_opened(archive: Path) -> None:
    spoil(archive, "R0", "R199", "R299")
    with Office(archive) as office:
        stats = office.application.index.rebuild("admin")

        assert (stats.documents, office.application.index.lost) == (297, 3)
        assert office.archive.search("张伟", user="admin", mode="exact").total == 297


def test_what_cannot_be_opened_at_all_is_no_empty_archive(archive: Path) -> None:
    spoil(archive, *(f"R{n}" for n in range(300)))
    with Office(archive) as office:
        with pytest.raises(UnreadableError):
            office.application.index.rebuild("admin")

        assert office.application.engine.stats().documents == 300
