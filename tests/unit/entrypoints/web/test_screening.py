"""A list on its way through the pages: brought, named, compared, decided about, handed out."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest

from archsearch.domain.audit import Action, AuditFilter
from archsearch.services.screening import CHUNK
from tests.unit.entrypoints.web.conftest import BROWSER, Browser, text_of

TABLE = "客户,姓名,手机,备注\n1,张伟,13812345678,老客户\n2,无此人,,\n3,章伟,,\n"


@pytest.fixture
def archive(browser: Browser) -> Iterator[Browser]:
    office = browser.office
    office.hire(clerk="employee at 甲部", other="employee at 乙部", chief="manager at 甲部")
    office.feed(
        {"record_id": "A-1", "name": "张伟", "phones": "13812345678", "region": "上海市徐汇区"},
        {"record_id": "A-2", "name": "章伟", "region": "北京市海淀区"},
        user="clerk",
    )
    yield browser
    browser.client.app.state.house.tasks.close()  # type: ignore[attr-defined]  # it is one of ours


def bring(archive: Browser, name: str, content: str, encoding: str = "gbk") -> Any:
    file = {"file": (name, content.encode(encoding), "text/csv")}
    return archive.client.post("/screen", files=file, headers=BROWSER, follow_redirects=False)


def compared(archive: Browser, content: str = "") -> str:
    """Bring a list and have it compared; give its address."""
    if not content:
        where: str = archive.post("/screen", {"names": "张伟\n\n没有的人\n章伟"}).headers[
            "location"
        ]
        return where
    where = bring(archive, "名单.csv", content).headers["location"]
    targets = {"column-0": "", "column-1": "name", "column-2": "phones", "column-3": ""}
    archive.post(f"{where}/start", targets)
    return where


def deeds(archive: Browser, action: Action) -> list[Any]:
    found = archive.office.application.audit.search(AuditFilter(action=action), "admin")
    return [each.entry for each in found]


def test_pasted_names_are_compared_at_once(archive: Browser) -> None:
    archive.log_in("chief")

    told = text_of(archive.get(compared(archive)))

    assert "全部 3" in told
    assert "未决定 2" in told
    assert "无 1" in told
    assert "没有相像的档案" in told


def test_the_columns_of_a_table_are_guessed_and_can_be_named_otherwise(archive: Browser) -> None:
    archive.log_in("chief")

    where = bring(archive, "../../名单.csv", TABLE).headers["location"]
    asked = archive.get(where).text
    none = archive.post(f"{where}/start", dict.fromkeys(("column-0", "column-1"), ""))
    odd = archive.post(f"{where}/start", {"column-1": "name", "column-2": "owner"})
    begun = archive.post(f"{where}/start", {"column-1": "name", "column-2": "phones"})

    assert '<option value="name" selected>' in asked.split('name="column-1"')[1]
    assert '<option value="phones" selected>' in asked.split('name="column-2"')[1]
    assert '<option value="" selected>' in asked.split('name="column-3"')[1]
    assert "老客户" in asked
    assert (none.status_code, odd.status_code, begun.status_code) == (400, 400, 303)
    told = text_of(archive.get(where))
    assert "电话一致" in told
    assert "老客户" not in told


@pytest.mark.parametrize(
    ("name", "content"), [("x.exe", "张伟"), ("x.csv", ""), ("x.xlsx", "no workbook")]
)
def test_what_is_no_list_is_refused_with_the_reason(
    archive: Browser, name: str, content: str
) -> None:
    archive.log_in("chief")

    answer = bring(archive, name, content)

    assert answer.status_code == 400
    assert 'role="alert"' in answer.text


def test_a_decision_is_kept_shown_and_entered_in_the_log(archive: Browser) -> None:
    archive.log_in("chief")
    where = compared(archive)

    same = archive.post(
        f"{where}/lines/0", {"choice": "same:A-1", "note": "电话核实", "show": "open"}
    )
    none = archive.post(f"{where}/lines/2", {"choice": "none"})

    assert same.headers["location"] == f"{where}?show=open#line-0"
    assert none.status_code == 303
    told = archive.get(where)
    assert 'value="电话核实"' in told.text
    assert "未决定 0" in text_of(told)
    assert "已决定 2" in text_of(told)
    entries = deeds(archive, Action.MATCH_DECIDE)
    assert [(each.target, each.detail["choice"]) for each in entries] == [
        ("", "none"),
        ("A-1", "same"),
    ]
    assert "电话核实" not in str(entries)


def test_doubts_are_told_about_what_was_not_compared_after_all(archive: Browser) -> None:
    number, slip = "110105199003070017", "110105199103070017"
    archive.office.feed({"record_id": "A-3", "name": "王小明", "id_number": number}, user="clerk")
    archive.log_in("chief")
    table = f"客户,姓名,生日,证件\n1,王小明,1990,\n2,王小明,19900307,{slip}\n"
    where = bring(archive, "名单.csv", table).headers["location"]
    targets = {"column-1": "name", "column-2": "birth_date", "column-3": "id_number"}
    archive.post(f"{where}/start", targets)

    page = text_of(archive.get(where))
    rows = list(csv.DictReader(io.StringIO(archive.get(f"{where}/file/csv").text)))

    assert "名单中出生日期无法识别" in rows[0]["依据"]
    assert "证件号码差一位" in rows[1]["依据"]
    assert "证件号码无法识别" not in rows[1]["依据"]
    assert (page.count("出生日期无法识别"), page.count("证件号码无法识别")) == (1, 0)


def test_what_is_put_off_is_still_to_be_decided(archive: Browser) -> None:
    archive.log_in("chief")
    where = compared(archive)

    archive.post(f"{where}/lines/0", {"choice": "later"})

    assert "未决定 2" in text_of(archive.get(where))


def test_a_script_is_given_the_line_and_the_number_that_is_left(archive: Browser) -> None:
    archive.log_in("chief")
    where = compared(archive)

    answer = archive.post(f"{where}/lines/0", {"choice": "same:A-1"}, **{"HX-Request": "true"})

    assert answer.text.count('<li class="line decided"') == 1
    assert '<span class="count" id="count-open" hx-swap-oob="true">1</span>' in answer.text


@pytest.mark.parametrize("choice", ["", "same:A-2", "same:", "x"])
def test_only_what_is_offered_can_be_decided(archive: Browser, choice: str) -> None:
    archive.log_in("chief")
    where = compared(archive)

    odd = archive.post(f"{where}/lines/1", {"choice": choice})
    nowhere = archive.post(f"{where}/lines/99", {"choice": "none"})

    assert (odd.status_code, nowhere.status_code) == (400, 404)
    assert deeds(archive, Action.MATCH_DECIDE) == []


@pytest.mark.parametrize("line", ["3", "-1", "9" * 30, "-" + "9" * 30])
def test_a_line_that_is_not_there_is_not_found(archive: Browser, line: str) -> None:
    archive.log_in("chief")
    where = compared(archive)

    answer = archive.post(f"{where}/lines/{line}", {"choice": "none", "note": ""})

    assert answer.status_code == 404


def test_lines_are_filtered_by_what_is_left_to_decide(archive: Browser) -> None:
    archive.log_in("chief")
    where = compared(archive)
    archive.post(f"{where}/lines/0", {"choice": "same:A-1"})

    left = archive.get(f"{where}?show=open").text
    done = archive.get(f"{where}?show=decided").text

    assert ('id="line-0"' in left, 'id="line-2"' in left) == (False, True)
    assert ('id="line-0"' in done, 'id="line-2"' in done) == (True, False)
    for wrong in ("show=x", "page=0", "page=x", "page=9999"):
        assert archive.get(f"{where}?{wrong}").status_code == 200


def test_the_decisions_are_handed_out_and_compute_nothing(archive: Browser) -> None:
    archive.log_in("chief")
    where = compared(archive)
    archive.post(f"{where}/lines/0", {"choice": "same:A-1", "note": "=1+1"})

    table = archive.get(f"{where}/file/csv")
    book = archive.get(f"{where}/file/xlsx")
    rows = list(csv.DictReader(io.StringIO(table.content.decode("utf-8-sig"))))

    first = [row["决定"] for row in rows if row["名单名称"] == "张伟"]
    assert {row["档号"]: row["决定"] for row in rows if row["名单名称"] == "张伟"}[
        "A-1"
    ] == "同一客户"
    assert set(first[1:]) <= {"不是"}
    assert [row["结论"] for row in rows if row["名单名称"] == "没有的人"] == ["无"]
    assert all(not value.startswith("=") for row in rows for value in row.values())
    assert book.content.startswith(b"PK")
    assert archive.get(f"{where}/file/exe").status_code == 404
    assert len(deeds(archive, Action.MATCH_EXPORT)) == 2


def test_a_list_is_for_who_brought_it(archive: Browser) -> None:
    archive.log_in("chief")
    where = compared(archive)
    archive.log_in("admin")

    missing = archive.get("/screen/none")
    hidden = archive.get(where)

    assert hidden.status_code == missing.status_code == 404
    assert hidden.text == missing.text
    assert archive.post(f"{where}/lines/0", {"choice": "none"}).status_code == 404
    assert archive.post(f"{where}/delete", {}).status_code == 404
    assert where not in archive.get("/screen").text


def test_what_one_may_not_see_any_more_is_gone_from_the_results(archive: Browser) -> None:
    office = archive.office
    office.grant("A-1", "other", days=1)
    archive.log_in("other")
    where = compared(archive)
    archive.post(f"{where}/lines/0", {"choice": "same:A-1"})
    seen = archive.get(where).text
    office.clock.turn(days=2)
    archive.log_in("other")

    hidden = archive.get(where).text
    table = archive.get(f"{where}/file/csv").content.decode("utf-8-sig")

    assert ("A-1" in seen, "A-1" in hidden, "A-1" in table) == (True, False, False)
    assert archive.post(f"{where}/lines/0", {"choice": "same:A-1"}).status_code == 400


def test_a_long_list_is_compared_in_the_background_and_goes_on_after_a_break(
    archive: Browser,
) -> None:
    archive.log_in("chief")
    house = archive.client.app.state.house  # type: ignore[attr-defined]  # it is one of ours
    held: list[Any] = []
    house.tasks.run = held.append
    names = "\n".join(f"张伟{at}" for at in range(CHUNK + 1))

    where = archive.post("/screen", {"names": names}).headers["location"]
    waiting = archive.get(where)
    rounds = iter([True, False])
    held[0](lambda: next(rounds))
    broken = text_of(archive.get(where))
    archive.post(f"{where}/continue", {})
    held[1](lambda: True)

    assert 'http-equiv="refresh"' in waiting.text
    assert f"已比对 0 / {CHUNK + 1}" in text_of(waiting)
    assert f"已比对 {CHUNK} / {CHUNK + 1}" in broken
    assert "已中断" in broken
    assert f"全部 {CHUNK + 1}" in text_of(archive.get(where))


def test_a_list_is_forgotten_on_request_and_after_a_time(archive: Browser) -> None:
    archive.log_in("chief")
    first, second = compared(archive), compared(archive)

    archive.post(f"{first}/delete", {})
    archive.office.clock.turn(days=91)
    archive.log_in("chief")
    third = compared(archive)

    assert [archive.get(each).status_code for each in (first, second, third)] == [404, 404, 200]


def test_who_may_not_screen_has_no_lists(archive: Browser) -> None:
    archive.office.hire(eye="auditor")
    archive.log_in("eye")

    assert archive.get("/screen").status_code == 403
    assert archive.post("/screen", {"names": "张伟"}).status_code == 403


def test_nothing_that_a_list_says_is_stored_in_the_open(archive: Browser) -> None:
    archive.log_in("chief")
    where = bring(archive, "秘密名单.csv", TABLE).headers["location"]
    archive.post(f"{where}/start", {"column-1": "name", "column-2": "phones"})
    archive.post(f"{where}/lines/0", {"choice": "none", "note": "悄悄话"})

    folder = archive.office.path / "var"
    stored = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())

    for said in ("无此人", "秘密名单", "悄悄话", "13812345678"):
        assert said.encode() not in stored
