"""Scans on pages: who may look, what browsers are given, and what the log says of it."""

import io

import httpx2
import pytest
from PIL import Image

from archsearch.domain.audit import Action, AuditFilter
from tests.scans import Tray, scan_of
from tests.unit.entrypoints.web.conftest import Browser, text_of

NUMBER = "11010519491231002X"
WHOSE = {"档号": "A-1", "姓名": "张伟", "部门": "甲部"}


@pytest.fixture
def tray(browser: Browser) -> Tray:
    """Three scans of one customer: PNG, TIFF of two pages, PDF."""
    tray = Tray(browser.office)
    browser.office.hire(clerk="employee at 甲部", other="employee at 乙部", chief="manager at 甲部")
    pages = [Image.new("L", (80, 120), shade) for shade in (200, 90)]
    contents = {
        "a.png": scan_of(1),
        "b.tif": many(pages, "TIFF"),
        "c.pdf": many(pages, "PDF"),
    }
    for name, content in contents.items():
        tray.drop(name, content)
        tray.drop(f"{name}.json", {**WHOSE, "身份证号": NUMBER})
    tray.settle(5)
    assert set(tray.states().values()) == {"archived"}
    return tray


def many(pages: list[Image.Image], kind: str) -> bytes:
    file = io.BytesIO()
    first, *others = [page.copy() for page in pages]
    first.save(file, kind, save_all=True, append_images=others)
    return file.getvalue()


def opened(browser: Browser, number: int = 1, reason: str = "核对签名") -> str:
    """Say why, and give the address of the page that is led to."""
    answer = browser.post(f"/scans/{number}/A-1", {"reason": reason})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def pictures(page: httpx2.Response) -> list[str]:
    """List the addresses of a page's pictures."""
    return [
        piece.split('"')[0].replace("&amp;", "&") for piece in page.text.split('<img src="')[1:]
    ]


def number_of(tray: Tray, name: str) -> int:
    """Tell which scan of the record has a name."""
    listed = tray.office.archive.attachments("A-1", user="admin")
    return next(each.number for each in listed if each.name == name)


def test_a_scan_is_shown_as_it_is_once_somebody_said_why(browser: Browser, tray: Tray) -> None:
    browser.log_in("admin")
    record = browser.get("/records/A-1")
    number = number_of(tray, "a.png")

    asked = browser.get(f"/scans/{number}/A-1")
    silent = browser.post(f"/scans/{number}/A-1", {"reason": " "})
    page = browser.get(opened(browser, number))
    (address,) = pictures(page)
    picture = browser.get(address)

    assert "a.png" in text_of(record)
    assert f'href="/scans/{number}/A-1"' in record.text
    assert "请写明理由" in text_of(asked)
    assert pictures(asked) == []
    assert silent.status_code == 400
    assert (picture.content, picture.headers["content-type"]) == (scan_of(1), "image/png")
    assert picture.headers["cache-control"] == "no-store"
    assert picture.headers["x-content-type-options"] == "nosniff"
    assert "核对签名" not in address


@pytest.mark.parametrize("name", ["b.tif", "c.pdf"])
def test_pages_of_tiff_and_pdf_are_drawn_one_by_one(
    browser: Browser, tray: Tray, name: str
) -> None:
    browser.log_in("admin")

    address = opened(browser, number_of(tray, name))
    first, second = browser.get(address), browser.get(f"{address}&page=2")
    shades = []
    for page in (first, second):
        (there,) = pictures(page)
        picture = browser.get(there)
        assert picture.headers["content-type"] == "image/png"
        shades.append(Image.open(io.BytesIO(picture.content)).convert("L").getpixel((9, 9)))

    assert shades == pytest.approx([200, 90], abs=3)
    assert "第 1 / 2 页" in text_of(first)
    assert 'rel="next"' in first.text
    assert 'rel="prev"' not in first.text
    assert 'rel="next"' not in second.text
    assert "第 2 / 2 页" in text_of(browser.get(f"{address}&page=99"))


def test_each_page_that_is_looked_at_is_in_the_log_with_why(browser: Browser, tray: Tray) -> None:
    browser.log_in("admin")
    number = number_of(tray, "b.tif")
    address = opened(browser, number, "核对签名 13812345678")

    for page in (1, 2):
        (there,) = pictures(browser.get(f"{address}&page={page}"))
        browser.get(there)
    logged = tray.office.application.audit.search(
        AuditFilter(action=Action.ATTACHMENT, target="A-1"), "admin", limit=2
    )

    told = [
        {k: v for k, v in each.entry.detail.items() if k not in {"via", "within"}}
        for each in logged
    ]
    assert told == [
        {"number": number, "page": page, "reason": "核对签名 138****5678"} for page in (2, 1)
    ]


def test_a_leave_is_for_one_record_one_session_and_a_while(browser: Browser, tray: Tray) -> None:
    tray.office.feed({"record_id": "A-2", "name": "李四"})
    browser.log_in("admin")
    address = opened(browser)
    seen = address.partition("?")[2]
    (picture,) = pictures(browser.get(address))

    assert browser.get(f"/scan-page/1/A-2?{seen}").status_code == 403
    assert browser.get("/scan-page/1/A-1").status_code == 403
    assert browser.get(f"/scan-page/1/A-1?{seen}x").status_code == 403
    assert browser.get("/scan-page/1/A-1?seen=%ff").status_code == 403
    tray.office.clock.turn(minutes=25)
    (renewed,) = pictures(browser.get(address))
    tray.office.clock.turn(minutes=25)
    assert browser.get(picture).status_code == 403
    assert "请写明理由" in text_of(browser.get(address))
    assert browser.get(renewed).status_code == 200
    browser.log_in("admin")
    assert browser.get(renewed).status_code == 403


def test_whoever_may_not_have_it_revealed_sees_no_scan(browser: Browser, tray: Tray) -> None:
    tray.office.grant("A-1", "other", days=3)
    browser.log_in("other")

    listed = browser.get("/records/A-1")
    asked = browser.get("/scans/1/A-1")
    answer = browser.post("/scans/1/A-1", {"reason": "核对签名"})

    assert "可以申请调阅" in text_of(listed)
    assert "/scans/1/" not in listed.text
    assert "不能查看其扫描件" in text_of(asked)
    assert answer.status_code == 403


def test_a_hidden_record_has_scans_like_a_missing_one(browser: Browser, tray: Tray) -> None:
    browser.log_in("clerk")

    for way in ("scans", "scan-page", "scan-file"):
        hidden, missing = browser.get(f"/{way}/1/A-1"), browser.get(f"/{way}/1/A-7")
        assert hidden.status_code == missing.status_code
        assert hidden.text.replace("A-1", "A-7") == missing.text
    posted = [browser.post(f"/scans/1/{each}", {"reason": "核对"}) for each in ("A-1", "A-7")]
    assert [each.status_code for each in posted] == [404, 404]
    assert posted[0].text.replace("A-1", "A-7") == posted[1].text


def test_rights_are_those_of_the_moment_not_of_when_it_was_opened(
    browser: Browser, tray: Tray
) -> None:
    browser.log_in("chief")
    address = opened(browser)
    (picture,) = pictures(browser.get(address))
    before = browser.get(picture).status_code

    tray.office.application.users.move("chief", ["乙部"], "admin")

    assert (before, browser.get(picture).status_code) == (200, 404)


def test_a_scan_is_handed_out_under_its_name_as_nothing_that_runs(
    browser: Browser, tray: Tray
) -> None:
    browser.log_in("admin")
    number = number_of(tray, "c.pdf")
    page = browser.get(opened(browser, number))
    address = page.text.split(f'href="/scan-file/{number}/')[1].split('"')[0]

    answer = browser.get(f"/scan-file/{number}/" + address.replace("&amp;", "&"))

    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.headers["content-disposition"] == (
        "attachment; filename=\"scan.pdf\"; filename*=UTF-8''c.pdf"
    )


@pytest.mark.parametrize("number", ["0", "4", "999999999999", "x", "-1", "１"])
def test_what_is_no_scan_is_not_found(browser: Browser, tray: Tray, number: str) -> None:
    browser.log_in("admin")

    assert browser.get(f"/scans/{number}/A-1").status_code == 404


def test_what_cannot_be_drawn_says_why_in_its_place(
    browser: Browser, tray: Tray, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.log_in("admin")
    (picture,) = pictures(browser.get(opened(browser, number_of(tray, "c.pdf"))))
    painter = tray.office.application.mail.painter

    monkeypatch.setattr(painter, "_python", "/no/interpreter")
    answer = browser.get(picture)

    assert (answer.status_code, answer.headers["content-type"]) == (422, "image/svg+xml")
    assert "请下载原件查看" in answer.text


def test_a_scan_that_waits_is_seen_page_by_page_where_it_is_mended(
    browser: Browser, tray: Tray
) -> None:
    tray.drop("waits.tif", many([Image.new("L", (40, 60), shade) for shade in (10, 250)], "TIFF"))
    tray.drop("waits.docx", "x")
    tray.settle()
    browser.log_in("admin")
    number = tray.items()["waits.tif"].id

    page = browser.get(f"/inbox/{number}?page=2")
    (there,) = pictures(page)
    picture = browser.get(there)
    kept = browser.get(f"/inbox/{number}/file")
    (logged,) = tray.office.application.audit.search(
        AuditFilter(action=Action.INBOX_LOOK), "admin", limit=9
    )[1:]

    assert "第 2 / 2 页" in text_of(page)
    assert Image.open(io.BytesIO(picture.content)).convert("L").getpixel((9, 9)) == 250
    assert kept.content == (tray.folder / "waits.tif").read_bytes()
    assert (logged.entry.target, logged.entry.detail["page"]) == (str(number), 2)
    other = browser.get(f"/inbox/{tray.items()['waits.docx'].id}")
    assert pictures(other) == []
    browser.log_in("clerk")
    assert browser.get(there).status_code == browser.get("/inbox/999/page").status_code == 404
    assert browser.get(there).text == browser.get("/inbox/999/page").text
