"""Exporting what a search finds."""

from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from archsearch.domain.audit import Action, AuditFilter
from archsearch.domain.query import SearchRequest
from archsearch.errors import AccessDeniedError, InvalidRequestError, StoreError
from archsearch.services.exporting import Export
from archsearch.services.tabulating import write_records
from tests.offices import Office, counts

NUMBER, PHONE = "11010519491231002X", "13812345678"
FORMULA = "＝HYPERLINK(1)"


@pytest.fixture
def staffed(office: Office) -> Office:
    office.hire(
        boss="manager at 信贷部",
        li="employee at 信贷部",
        wu="employee at 风险部",
        eye="auditor at 信贷部",
    )
    office.feed(
        {
            "record_id": "A",
            "name": "张三",
            "phones": [PHONE, "13900000000"],
            "id_number": NUMBER,
            "department": "信贷部",
            "notes": FORMULA,
            "tags": ["授信", "逾期"],
            "finance": {"income": "50万", "debt": "3万"},
            "contacts": [{"name": "李梅", "phone": "13900001111"}, {"name": "王五"}],
            "family": [{"name": "张大"}, {"relation": "母：生母", "name": "陈一"}],
        },
        user="li",
    )
    office.feed({"record_id": "B", "name": "张四", "department": "风险部"}, user="wu")
    return office


def export(office: Office, user: str, query: str = "", **more: Any) -> Export:
    return office.archive.export(query, user=user, reason="季度排查", **more)


def ids(found: Export) -> list[str]:
    return [record.record_id for record in found]


def test_all_that_a_search_finds_comes_in_its_order(office: Office) -> None:
    office.feed(
        *({"record_id": f"R{n:04d}", "name": f"张{n}", "notes": "逾期"} for n in range(1200))
    )

    found = export(office, "admin", "逾期", sort="-name")

    assert (found.total, found.number, found.left_out) == (1200, 1200, 0)
    assert ids(found) == office.listed("admin", "逾期", sort="-name")


@pytest.mark.parametrize("query", ["章三", "zhangsan", "张三 逾期 没有的", "zs"])
def test_what_is_found_by_likeness_comes_too(staffed: Office, query: str) -> None:
    assert ids(export(staffed, "admin", query)) == staffed.listed("admin", query) != []


def test_what_may_only_be_read_is_left_out_and_counted(staffed: Office) -> None:
    staffed.grant("B", "li")

    found = export(staffed, "li", "张")

    assert (found.total, found.number, found.left_out, ids(found)) == (2, 1, 1, ["A"])


def test_nothing_tells_of_what_is_hidden(staffed: Office) -> None:
    assert (export(staffed, "li").total, export(staffed, "wu").total) == (1, 1)
    with pytest.raises(AccessDeniedError):
        export(staffed, "eye")


def test_values_are_masked_unless_they_may_be_revealed(staffed: Office) -> None:
    (masked,) = export(staffed, "boss")
    (bare,) = export(staffed, "boss", reveal=True)

    assert NUMBER not in str(masked)
    assert bare.values["id_number"] == NUMBER
    with pytest.raises(AccessDeniedError, match="1 条"):
        export(staffed, "li", reveal=True)


def test_an_export_is_logged_as_a_whole_and_of_every_record(staffed: Office) -> None:
    export(staffed, "boss", PHONE, filters={"tags": ["授信"]})

    found = staffed.application.audit.search(AuditFilter(action=Action.EXPORT), "admin")
    (one, whole) = (each.entry for each in found)
    assert (one.target, whole.target) == ("A", "")
    assert whole.detail["query"] == "138****5678"
    assert (whole.detail["total"], whole.detail["exported"]) == (1, 1)
    assert (whole.detail["reason"], whole.detail["revealed"]) == ("季度排查", False)
    report = staffed.application.audit.report(AuditFilter(target="A"), "admin")
    assert [(each.user, each.views) for each in report.seen] == [("boss", 1)]


def test_what_cannot_be_logged_does_not_go_out(staffed: Office) -> None:
    with staffed.application.database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_exports BEFORE INSERT ON audit WHEN NEW.action = 'export' "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        )

    with pytest.raises(StoreError):
        export(staffed, "boss")


def test_more_than_one_export_may_hand_out_is_refused_and_not_cut_off(staffed: Office) -> None:
    exporting = staffed.application.exporting
    object.__setattr__(exporting, "most", 1)

    with pytest.raises(InvalidRequestError, match="共 2 条，一次最多导出 1 条"):
        export(staffed, "admin")
    assert export(staffed, "admin", "张三").number == 1


def test_without_a_reason_or_with_a_wrong_query_nothing_goes_out(staffed: Office) -> None:
    with pytest.raises(InvalidRequestError):
        staffed.archive.export("", user="boss", reason=" ")
    with pytest.raises(InvalidRequestError):
        export(staffed, "boss", "(")
    with pytest.raises(InvalidRequestError):
        export(staffed, "boss", mode="any")


def test_what_is_taken_away_meanwhile_does_not_come(staffed: Office) -> None:
    staffed.feed({"record_id": "C", "name": "张五", "department": "信贷部"})
    found = export(staffed, "boss", "张")

    staffed.archive.delete("C", reason="重复", user="admin")

    assert ids(found) == ["A"]


# As files ----------------------------------------------------------------------------------------


def written(office: Office, ending: str, **more: Any) -> bytes:
    file = BytesIO()
    found = office.application.exporting.export(SearchRequest(), "boss", reason="季度排查", **more)
    write_records(file, ending, found, office.application.settings.schema)
    return file.getvalue()


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".jsonl"])
def test_what_was_exported_as_it_is_changes_nothing_when_it_is_taken_in(
    staffed: Office, ending: str, tmp_path: Path
) -> None:
    file = tmp_path / f"out{ending}"
    file.write_bytes(written(staffed, ending, revealed=True))

    report = staffed.archive.ingest(file, user="boss")

    assert counts(report) == (0, 0, 1, 0)


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".jsonl"])
def test_what_was_exported_masked_overwrites_nothing(
    staffed: Office, ending: str, tmp_path: Path
) -> None:
    file = tmp_path / f"out{ending}"
    file.write_bytes(written(staffed, ending))

    report = staffed.archive.ingest(file, user="boss")

    assert (report.accepted, report.updated) == (0, 0)
    assert staffed.archive.reveal("A", reason="核对", user="boss").values["phones"][0] == PHONE  # type: ignore[index]


def test_no_cell_is_a_formula_and_digits_are_text(staffed: Office) -> None:
    staffed.archive.change(
        "A", {"地址": "+86 上海", "曾用名": ["@甲", "-乙"], "姓名": "=张三"}, user="boss"
    )

    lines = written(staffed, ".csv", revealed=True).decode("utf-8-sig").splitlines()
    sheet = load_workbook(BytesIO(written(staffed, ".xlsx", revealed=True))).active

    assert sheet is not None
    assert not any(cell[:1] in set("=+-@＝＋－＠\t\r") for cell in lines[1].split(","))
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} == {"s"}
    assert NUMBER in {cell.value for cell in cells}
