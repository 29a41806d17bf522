"""Tables that a workspace has of its own take the place of the shipped ones."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from archsearch.bootstrap import open_application
from archsearch.domain.identifiers import person_check_char
from archsearch.entrypoints.archive import Archive
from archsearch.errors import SettingsError
from tests.lists import CONFIG
from tests.offices import Office

NUMBER = "31010119900305801" + person_check_char("31010119900305801")


@contextmanager
def amended(office: Office, name: str, row: str, by: str = "") -> Iterator[Archive]:
    """Open the archive with a row of a table changed."""
    text = (CONFIG / name).read_text("utf-8")
    assert row in text
    (office.path / "config" / name).write_text(text.replace(row, by), encoding="utf-8")
    application = open_application(Path(office.path), {}, office.clock)
    yield Archive(application)
    application.close()


def channels(archive: Archive, query: str) -> set[str]:
    page = archive.search(query, user="admin", mode="fuzzy")
    return {channel for hit in page.hits for channel in hit.channels}


@pytest.mark.parametrize(
    ("table", "row", "query", "name", "channel"),
    [
        ("sounds.tsv", "begin\tn\tl\n", "陈宁", "陈林", "模糊音"),
        ("writing.tsv", "numeral\t壹\t一\n", "第壹建筑公司", "第一建筑公司", "繁简"),
        ("writing.tsv", "mask\t某\n", "张某明", "张伟明", "掩码"),
        ("misread.tsv", "\nO\t0\n", NUMBER.replace("0", "O", 1), "张伟明", "形近"),
    ],
)
def test_a_row_that_is_taken_out_is_no_longer_reckoned_with(
    office: Office, table: str, row: str, query: str, name: str, channel: str
) -> None:
    office.feed({"record_id": "A", "name": name, "id_number": NUMBER})

    assert channel in channels(office.archive, query)
    with amended(office, table, row, "\n") as archive:
        assert channel not in channels(archive, query)


def test_a_changed_weight_changes_the_order(office: Office) -> None:
    office.feed({"record_id": "A", "name": "张大明"}, {"record_id": "B", "name": "章伟明"})
    order = [hit.record_id for hit in office.archive.search("张伟明", user="admin").hits]
    with amended(office, "likeness.tsv", "\nother\t0.75\n", "\nother\t0.05\n") as archive:
        turned = [hit.record_id for hit in archive.search("张伟明", user="admin").hits]

    assert order == ["B", "A"]
    assert turned == ["A", "B"]


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("likeness.tsv", "\nhomophone\t0.20\n"),
        ("weights.tsv", "\nvalue\t20\n"),
        ("sounds.tsv", "end\ting\tin\n"),
        ("writing.tsv", "bracket\t(\t)\n"),
        ("name_parts.tsv", "\nlongest_person\t4\n"),
    ],
)
def test_a_broken_table_is_named(office: Office, table: str, row: str) -> None:
    office.feed({"record_id": "A", "name": "中国（上海）建筑有限公司"})
    broken = f"\n{row.split(maxsplit=1)[0]}\t\t\t\n"

    with (
        amended(office, table, row, broken) as archive,
        pytest.raises(SettingsError, match=table),
    ):
        archive.search("中国(上海)建造", user="admin", mode="fuzzy")
