"""The watch folder on pages: what waits and why, mending it in place."""

import io
import re

import pytest
from PIL import Image

from tests.scans import Tray, scan_of
from tests.unit.entrypoints.web.conftest import Browser, text_of

HOSTILE = "<img src=x onerror=alert(1)>.png"
NUMBER = "11010519491231002X"


@pytest.fixture
def tray(browser: Browser) -> Tray:
    browser.office.hire(clerk="employee at 甲部", look="auditor")
    return Tray(browser.office)


def number_of(tray: Tray, file: str) -> int:
    return tray.items()[file].id


def test_what_waits_and_what_was_returned_is_listed_with_why(browser: Browser, tray: Tray) -> None:
    tray.drop("scan1.png")
    tray.drop("坏.docx", "x")
    tray.drop("b.png.json", {"姓名": "李四"})
    tray.drop("b.png", scan_of(2))
    tray.settle()
    browser.log_in("admin")

    first = text_of(browser.get("/inbox"))
    waiting = text_of(browser.get("/inbox?state=waiting"))
    archived = text_of(browser.get("/inbox?state=archived"))

    assert "scan1.png" in first
    assert "坏.docx" in first
    assert "旁边也没有说明文件" in waiting
    assert "坏.docx" not in waiting
    assert "b.png" in archived
    assert "未归档 2" in first
    assert "已归档 2" in first
    assert browser.get("/inbox?state=nonsense").status_code == 200


def test_a_scan_is_mended_on_its_page(browser: Browser, tray: Tray) -> None:
    tray.drop("李四_002X_合同_20260301.png")
    tray.drop("李四_002X_合同_20260301.png.json", {"客户性质": "没有的", "身份证号": NUMBER})
    tray.settle()
    browser.log_in("admin")
    address = f"/inbox/{number_of(tray, '李四_002X_合同_20260301.png')}"

    page = browser.get(address)
    (note,) = tray.folder.rglob("*.json")
    note.unlink()
    tray.settle()
    mended = browser.post(address, {"name": "李四", "was.name": "李四", "id_number": NUMBER})
    idle = browser.get(mended.headers["location"])
    with tray.watched():
        waits = browser.get(mended.headers["location"])
    tray.settle()
    done = browser.get(address)

    assert 'name="name" value="李四"' in page.text
    assert 'name="kind" value="合同"' in page.text
    assert NUMBER not in page.text
    assert "客户性质" in text_of(page)
    assert "已知 110***********002X" in text_of(page)
    assert mended.status_code == 303
    assert "?wait=2" in waits.text
    assert "没有在运行" in text_of(idle)
    assert "?wait=2" not in idle.text
    assert "已归档到" in text_of(done)
    assert tray.records()["李四"].values["id_number"] == NUMBER


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(
    browser: Browser, tray: Tray
) -> None:
    tray.drop("scan1.png")
    tray.settle()
    browser.log_in("admin")
    address = f"/inbox/{number_of(tray, 'scan1.png')}"

    wrong = browser.post(address, {"name": "李四<b>", "id_number": "110105194912310021"})
    nothing = browser.post(address, {"name": "", "was.name": ""})
    nobody = browser.post(address, {"kind": "合同"})

    assert [each.status_code for each in (wrong, nothing, nobody)] == [400, 400, 400]
    assert 'aria-describedby="w-id_number"' in wrong.text
    assert 'value="李四&lt;b&gt;"' in wrong.text
    assert "没有填写新的内容" in nothing.text
    assert 'id="w-name"' in nobody.text
    assert tray.left() == {"scan1.png"}


def test_the_form_offers_what_is_asked_for_and_what_is_wrong(browser: Browser, tray: Tray) -> None:
    tray.drop("a.png")
    tray.drop("a.png.json", {"姓名": "李四", "客户性质": "没有的", "出生日期": "昨天"})
    tray.settle()
    browser.log_in("admin")
    address = f"/inbox/{number_of(tray, 'a.png')}"

    page = browser.get(address).text
    left = {"was.nature": "?", "nature": "", "was.birth_date": "?", "birth_date": ""}
    mended = browser.post(address, {**left, "phones": "13812345678", "was.phones": ""})
    tray.settle()

    for key in ("phones", "address", "birth_date", "email"):
        assert f'<input id="f-{key}"' in page
    assert re.search(r'<select id="f-nature" name="nature" aria-invalid="true"', page)
    assert page.count("取值不在词表中") == 2  # at the head of the page, and beside its field
    assert mended.status_code == 303
    record = tray.records()["李四"]
    assert record.values["phones"] == ["13812345678"]
    assert not {"nature", "birth_date"} & record.values.keys()


def test_the_page_of_a_scan_stays_when_nothing_was_saved(browser: Browser, tray: Tray) -> None:
    file = io.BytesIO()
    pages = [Image.new("L", (8, 8), shade) for shade in (1, 2, 3)]
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    tray.drop("a.tif", file.getvalue())
    tray.settle()
    browser.log_in("admin")
    address = f"/inbox/{number_of(tray, 'a.tif')}"

    second = browser.get(f"{address}?page=2")
    nothing = browser.post(address, {"at-page": "2"})
    wrong = browser.post(address, {"at-page": "3", "id_number": "1"})

    assert 'name="at-page" value="2" form="mending"' in second.text
    assert "第 2 / 3 页" in text_of(nothing)
    assert "第 3 / 3 页" in text_of(wrong)


def test_waiting_metadata_leads_to_its_scan(browser: Browser, tray: Tray) -> None:
    tray.drop("a.png")
    tray.drop("a.png.json", {"姓名": "李四", "客户性质": "没有的"})
    tray.settle()
    browser.log_in("admin")
    scan = number_of(tray, "a.png")

    listed = browser.get("/inbox")
    page = browser.get(f"/inbox/{number_of(tray, 'a.png.json')}")

    assert f"第 {scan} 号扫描件的说明文件" in text_of(listed)
    assert listed.text.count("/retry") == 1
    assert listed.text.count(f'href="/inbox/{scan}" aria-label') == 2
    assert f'<a class="button small" href="/inbox/{scan}"' in page.text
    assert "现在在 待补录/a.png" in text_of(browser.get(f"/inbox/{scan}"))


def test_rows_that_were_not_taken_in_are_told_beside_what_is_archived(
    browser: Browser, tray: Tray
) -> None:
    tray.drop("客户表.csv", "客户,客户性质\n李四,个人\n王五,没有的\n")
    tray.settle()
    browser.log_in("admin")

    listed = browser.get("/inbox?state=archived")
    page = browser.get(f"/inbox/{number_of(tray, '客户表.csv')}")

    assert "有行没有入档" in text_of(listed)
    assert 'class="alert waits" role="status"' in page.text
    assert set(tray.records()) == {"李四"}


def test_an_empty_list_says_so_and_what_to_do(browser: Browser, tray: Tray) -> None:
    browser.log_in("admin")

    never = text_of(browser.get("/inbox"))
    tray.drop("a.png.json", {"姓名": "李四"})
    tray.drop("a.png")
    tray.settle()

    assert "还没有您能处理的文件" in never
    assert "archsearch watch" in never
    assert "都处理完了" in text_of(browser.get("/inbox"))
    for state in ("waiting", "quarantined", "removed"):
        assert "没有" in text_of(browser.get(f"/inbox?state={state}"))


def test_a_returned_file_is_put_back(browser: Browser, tray: Tray) -> None:
    tray.drop("坏.docx", "x")
    tray.settle()
    browser.log_in("admin")
    address = f"/inbox/{number_of(tray, '坏.docx')}"

    page = browser.get(address).text
    back = browser.post(f"{address}/retry", {})
    with tray.watched():
        again = text_of(browser.get(back.headers["location"]))
    tray.settle()

    assert "补录资料" not in page
    assert back.status_code == 303
    assert "已交给照看收件夹的程序" in again
    assert browser.post(f"{address}/retry", {}).status_code == 303


def test_names_of_files_are_never_markup(browser: Browser, tray: Tray) -> None:
    tray.drop(HOSTILE)
    tray.drop(f"{HOSTILE}.json", {"客户性质": HOSTILE, "客户名称": '"><script>alert(1)</script>'})
    tray.settle()
    browser.log_in("admin")
    pages = [browser.get("/inbox"), browser.get(f"/inbox/{number_of(tray, HOSTILE)}")]

    for page in pages:
        assert page.status_code == 200
        assert "<img src=x" not in page.text
        assert "<script>alert" not in page.text
        assert "&lt;img src=x" in page.text


def test_others_files_look_like_missing_ones_and_who_brings_nothing_is_told_so(
    browser: Browser, tray: Tray
) -> None:
    tray.drop("scan1.png")
    tray.settle()
    number = number_of(tray, "scan1.png")
    browser.log_in("clerk")

    listed = browser.get("/inbox")
    hidden, missing = browser.get(f"/inbox/{number}"), browser.get("/inbox/999")
    posted = [browser.post(f"/inbox/{n}", {"name": "x"}) for n in (number, 999)]
    strange = browser.get("/inbox/１")

    assert "scan1.png" not in listed.text
    assert 'href="/inbox"' in listed.text
    assert hidden.status_code == missing.status_code == strange.status_code == 404
    assert hidden.text == missing.text == strange.text
    assert posted[0].text == posted[1].text
    browser.log_in("look")
    assert browser.get("/inbox").status_code == 403
    assert 'href="/inbox"' not in browser.get("/account").text
