"""The watch folder and scans in a real Chromium, as clerks use them."""

import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.web.conftest import Site, log_in, violations
from tests.scans import Tray


@pytest.fixture
def tray(site: Site) -> Tray:
    return Tray(site.office)


def test_a_scan_without_metadata_is_mended_in_the_browser_and_archived(
    page: Page, tray: Tray, faults: list[str]
) -> None:
    tray.drop("scan0001.png")
    tray.settle()
    log_in(page, "admin")

    page.get_by_role("link", name="收件夹").click()
    page.get_by_role("link", name="待补录").click()
    page.get_by_role("link", name="补录 scan0001.png").click()
    page.get_by_label("证件号码").fill("110105194912310021")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_label("证件号码")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("客户名称").fill("钱小雨")
    page.get_by_label("证件号码").fill("11010519491231002X")
    page.get_by_label("材料类型").fill("开户申请")
    told = page.locator("#file > [role=status]")
    with tray.watched() as watcher:
        page.get_by_role("button", name="保存").click()
        expect(told).to_contain_text("已交给照看收件夹的程序")
        for _ in range(3):
            watcher.look()
            tray.office.clock.turn(seconds=3)

    # The page looks by itself.
    expect(told).to_contain_text("已归档到", timeout=15_000)
    told.get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("钱小雨")
    assert [each for each in faults if "400" not in each] == []


def test_pages_are_turned_while_what_was_typed_stays(
    page: Page, tray: Tray, faults: list[str]
) -> None:
    tray.drop("pages0001.tif", many("TIFF"))
    tray.settle()
    log_in(page, "admin")
    page.goto(f"/inbox/{tray.items()['pages0001.tif'].id}")

    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("alert")).to_contain_text("没有填写新的内容")
    page.get_by_label("客户名称").fill("吴小莉")
    page.get_by_role("link", name="下一页").click()
    expect(page.get_by_text("第 2 / 3 页")).to_be_visible()
    page.get_by_label("证件号码").fill("110105194912310021")
    page.get_by_role("button", name="保存").click()

    expect(page.get_by_label("证件号码")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("客户名称")).to_have_value("吴小莉")
    expect(page.get_by_text("第 2 / 3 页")).to_be_visible()
    assert [each for each in faults if "400" not in each] == []


def form(number: int) -> Image.Image:
    """A page of a form, told from others by a bar."""
    page = Image.new("L", (620, 877), 255)
    page.paste(0, (40, 40, 40 + 120 * number, 80))
    return page


def many(kind: str) -> bytes:
    file = io.BytesIO()
    first, *others = [form(number) for number in (1, 2, 3)]
    first.save(file, kind, save_all=True, append_images=others)
    return file.getvalue()


@pytest.fixture
def filed(site: Site) -> str:
    """A customer with two scans; gives the record id."""
    tray = Tray(site.office)
    name = "孙小美"
    if name not in tray.records():
        for file, kind in (("合同.pdf", "PDF"), ("回单.tif", "TIFF")):
            tray.drop(f"孙/{file}", many(kind))
            told = {"姓名": name, "证件号码": "110105194912310038", "材料类型": file[:2]}
            tray.drop(f"孙/{file}.json", told)
        tray.settle(5)
    return tray.records()[name].record_id


def open_scan(page: Page, record_id: str) -> None:
    page.goto(f"/records/{record_id}")
    page.get_by_role("link", name="查看第 1 份扫描件").click()
    page.get_by_label("理由").fill("核对签名")
    page.get_by_role("button", name="查看").click()


def seen(page: Page) -> int:
    """Tell the number of the page that the picture shows: how long its bar is."""
    leaf = page.locator("[data-leaf]")
    expect(leaf).to_be_visible()
    page.wait_for_function("document.querySelector('[data-leaf]').naturalWidth > 0")
    dark = page.evaluate(
        """() => {
            const leaf = document.querySelector("[data-leaf]");
            const canvas = document.createElement("canvas");
            [canvas.width, canvas.height] = [620, 877];
            const paper = canvas.getContext("2d");
            paper.drawImage(leaf, 0, 0, 620, 877);
            const row = paper.getImageData(0, 60, 620, 1).data;
            let dark = 0;
            for (let at = 0; at < row.length; at += 4) dark += row[at] < 128;
            return dark;
        }"""
    )
    return round(int(dark) / 120)


def test_a_scan_is_read_page_by_page_and_made_larger_with_keys_and_buttons(
    page: Page, filed: str, faults: list[str]
) -> None:
    log_in(page, "admin")
    open_scan(page, filed)

    assert seen(page) == 1
    page.get_by_role("link", name="下一页").click()
    page.wait_for_url("**page=2**")
    assert seen(page) == 2
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**page=3**")
    assert seen(page) == 3
    expect(page.get_by_role("link", name="下一页")).to_have_count(0)
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**page=2**")

    fitting = page.evaluate("document.querySelector('[data-leaf]').clientWidth")
    page.keyboard.press("+")
    page.get_by_role("button", name="放大").click()
    expect(page.locator("[data-zoomed]")).to_have_text("200%")
    larger = page.evaluate("document.querySelector('[data-leaf]').clientWidth")
    assert larger == pytest.approx(2 * fitting, rel=0.05)
    # Inside its frame, a large page is moved by the arrows and not turned.
    page.locator("[data-stage]").focus()
    page.keyboard.press("ArrowRight")
    assert "page=2" in page.url
    page.reload()
    expect(page.locator("[data-zoomed]")).to_have_text("200%")
    page.keyboard.press("0")
    expect(page.locator("[data-zoomed]")).to_have_text("100%")
    page.get_by_role("link", name="2 回单").click()
    assert seen(page) == 1
    assert faults == []


def test_a_scan_is_read_on_a_phone_and_without_scripts(bare_phone: Page, filed: str) -> None:
    log_in(bare_phone, "admin")
    open_scan(bare_phone, filed)
    expect(bare_phone.locator("[data-leaf]")).to_be_visible()
    bare_phone.get_by_role("link", name="下一页").click()
    expect(bare_phone.get_by_text("第 2 / 3 页")).to_be_visible()
    expect(bare_phone.get_by_role("button", name="放大")).to_be_hidden()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_everything_fits(
    page: Page, site: Site, filed: str, scheme: Any
) -> None:
    tray = Tray(site.office)
    tray.drop("扫描/waits0001.tif", many("TIFF"))
    tray.drop("扫描/" + "很长的名字" * 12 + ".docx", "x")
    tray.drop("扫描/cut.pdf", many("PDF")[:900])
    tray.settle()
    page.emulate_media(color_scheme=scheme)
    log_in(page, "admin")
    open_scan(page, filed)
    here = page.url
    numbers = [item.id for item in tray.items("").values()]

    paths = [f"/inbox/{number}" for number in numbers]
    paths += ["/inbox?state=all", f"/scans/1/{filed}", here, f"/records/{filed}"]
    assert violations(page, paths) == {}


def test_names_of_files_that_would_be_scripts_are_names(
    page: Page, site: Site, faults: list[str]
) -> None:
    tray = Tray(site.office)
    name = "<img src=x onerror=document.title='bad'>.png"
    tray.drop(name)
    tray.settle()
    log_in(page, "admin")

    page.goto("/inbox")
    expect(page.get_by_text(name).first).to_be_visible()
    page.goto(f"/inbox/{tray.items()[name].id}")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)

    assert "bad" not in page.title().replace(name, "")
    assert faults == []
