"""What was read on scans, on pages: what waits, the values beside the scan, giving one's word."""

import re

import pytest

from tests.scans import Tray, read_scans, scan_of
from tests.unit.entrypoints.web.conftest import Browser, text_of

NUMBER = "11010519491231002X"
FORM = f"姓名\t张伟\n证件号码\t{NUMBER}\n联系电话\t13812345678"
HOSTILE = "<script>alert(1)</script>.png"


@pytest.fixture
def tray(browser: Browser) -> Tray:
    """Customers of 甲 whose scans were read: one of whom another name stands on the scan."""
    browser.office.hire(chief="manager at 甲", clerk="employee at 甲", other="manager at 乙")
    tray = Tray(browser.office)
    for number, name, file in ((1, "张伟", "1.png"), (2, "张玮", HOSTILE.replace("/", "／"))):
        tray.drop(file, scan_of(number))
        tray.drop(f"{file}.json", {"档号": f"甲/{number}", "姓名": name, "部门": "甲"})
    tray.settle(5)
    read_scans(browser.office, {scan_of(1): FORM, scan_of(2): FORM})
    return tray


def test_what_waits_is_listed_masked_and_told_on_the_inbox_and_on_the_record(
    browser: Browser, tray: Tray
) -> None:
    browser.log_in("chief")

    page = browser.get("/findings")
    said = text_of(page)

    assert "张伟" in said
    assert "证件号码 110***********002X" in said
    assert "档案里是 张玮" in said
    assert NUMBER not in page.text
    assert "<script>alert" not in page.text
    assert "识别待核对 2" in text_of(browser.get("/inbox"))
    assert "扫描件识别待核对 2" in text_of(browser.get("/overview"))
    assert 'href="/findings/1/%E7%94%B2%2F1"' in browser.get("/records/甲%2F1").text


def test_it_stands_beside_the_scan_in_full_for_a_reason(browser: Browser, tray: Tray) -> None:
    browser.log_in("chief")
    address = "/findings/1/甲%2F1"

    masked = browser.get(address)
    blank = browser.post(address, {"deed": "look", "reason": " "})
    looked = browser.post(address, {"deed": "look", "reason": "核对识别内容"})
    full = browser.get(looked.headers["location"])

    assert NUMBER not in masked.text
    assert "data-leaf" not in masked.text
    assert blank.status_code == 400
    assert looked.status_code == 303
    assert NUMBER in full.text
    picture = re.search(r'<img src="([^"]+)"', full.text)
    assert picture
    shown = browser.get(picture[1].replace("&amp;", "&"))
    assert shown.content == scan_of(1)


def test_what_is_ticked_is_taken_and_the_rest_is_not(browser: Browser, tray: Tray) -> None:
    browser.log_in("chief")
    address = "/findings/1/甲%2F1"
    version = re.search(r'name="version" value="(\d+)"', browser.get(address).text)
    assert version

    nothing = browser.post(address, {"deed": "confirm", "version": version[1]})
    taken = browser.post(
        address, {"deed": "confirm", "version": version[1], "field": ["id_number"]}
    )
    again = browser.post(address, {"deed": "refuse", "version": version[1]})

    assert "没有勾选任何一项" in text_of(nothing)
    assert taken.status_code == 303
    assert "已写进档案" in text_of(browser.get(taken.headers["location"]))
    assert again.status_code == 404
    assert "可能已经有人核对过了" in text_of(browser.get(address))
    record = tray.records()["张伟"]
    assert record.values["id_number"] == NUMBER
    assert "phones" not in record.values
    assert "待确认" not in text_of(browser.get("/records/甲%2F1"))


def test_another_value_than_the_record_has_is_not_ticked_by_itself_and_all_may_be_refused(
    browser: Browser, tray: Tray
) -> None:
    browser.log_in("chief")
    address = "/findings/1/甲%2F2"
    page = browser.get(address).text
    boxes = dict(re.findall(r'name="field" value="(\w+)"( checked)?', page))

    refused = browser.post(address, {"deed": "refuse"})

    assert boxes == {"name": "", "id_number": " checked", "phones": " checked"}
    assert "与档案不同，档案里是 张玮" in page
    assert refused.status_code == 303
    assert "没有采用" in text_of(browser.get(refused.headers["location"]))
    assert "id_number" not in tray.records()["张玮"].values


def test_what_was_changed_meanwhile_is_told_and_what_was_ticked_stays(
    browser: Browser, tray: Tray
) -> None:
    browser.log_in("chief")
    address = "/findings/1/甲%2F1"
    tray.office.archive.change("甲/1", {"备注": "来函"}, user="admin")

    stale = browser.post(address, {"deed": "confirm", "version": "1", "field": ["phones"]})

    assert stale.status_code == 400
    assert "请重新查看后再改" in text_of(stale)
    assert dict(re.findall(r'name="field" value="(\w+)"( checked)?', stale.text)) == {
        "id_number": "",
        "phones": " checked",
    }
    assert "phones" not in tray.records()["张伟"].values


def test_strangers_see_what_they_would_of_a_missing_record(browser: Browser, tray: Tray) -> None:
    browser.log_in("other")

    for deed in ("look", "confirm", "refuse", "fly"):
        form = {"deed": deed, "reason": "核对识别内容", "field": ["phones"]}
        answers = [browser.post(f"/findings/1/甲%2F{n}", form) for n in (1, 7)]
        assert {each.status_code for each in answers} <= {400, 404}
        assert answers[0].status_code == answers[1].status_code
    assert [browser.get(f"/findings/1/甲%2F{n}").status_code for n in (1, 7)] == [404, 404]
    assert browser.get("/findings/x/甲%2F1").status_code == 404
    assert "没有待核对的识别内容" in text_of(browser.get("/findings"))


def test_who_may_only_read_is_offered_nothing(browser: Browser, tray: Tray) -> None:
    tray.office.grant("甲/1", "clerk", days=2)
    browser.log_in("clerk")

    assert browser.get("/findings").status_code == 403
    assert browser.get("/findings/1/甲%2F1").status_code == 403
    assert "/findings" not in browser.get("/records/甲%2F1").text
    assert "/findings" not in browser.get("/inbox").text
