"""What was read on scans in a real Chromium: found, compared with the scan, taken with keys."""

import io
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.e2e.web.conftest import Site, log_in, violations
from tests.scans import Tray, read_scans

NUMBER = "110105194912310054"
FORM = f"姓名\t周大福\n证件号码\t{NUMBER}\n联系电话\t13812340000"


def form(shade: int) -> bytes:
    """Two pages of a form."""
    file = io.BytesIO()
    pages = [Image.new("L", (310, 438), shade - number) for number in (0, 60)]
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:])
    return file.getvalue()


def filed(site: Site, name: str, shade: int) -> str:
    """File a scan of a customer and have it read; gives the record id."""
    tray = Tray(site.office)
    tray.drop(f"{name}.tif", form(shade))
    tray.drop(f"{name}.tif.json", {"姓名": name, "部门": "甲部", "备注": "补录"})
    tray.settle(5)
    read_scans(site.office, {form(shade): FORM})
    return tray.records()[name].record_id


def test_values_are_compared_with_the_scan_and_taken_by_keys_alone(
    page: Page, site: Site, faults: list[str]
) -> None:
    record_id = filed(site, "周大富", 250)
    log_in(page, "chief")
    page.goto("/inbox")

    page.get_by_role("link", name="识别待核对").focus()
    page.keyboard.press("Enter")
    page.get_by_role("link", name="核对 周大富").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="识别出的值，待确认")).to_be_visible()
    expect(page.get_by_text(NUMBER)).to_have_count(0)
    page.get_by_label("理由").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text(NUMBER)).to_be_visible()
    expect(page.locator("[data-leaf]")).to_be_visible()
    expect(page.get_by_label("客户名称 周大福")).not_to_be_checked()
    page.get_by_label("电话 13812340000").focus()
    page.keyboard.press("Space")
    # The page of the scan is turned beside the form, which stays as it is.
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("ArrowRight")
    expect(page.get_by_text("第 2 / 2 页")).to_be_visible()
    expect(page.get_by_label("电话 13812340000")).not_to_be_checked()
    page.get_by_role("button", name="写进档案").focus()
    page.keyboard.press("Enter")

    expect(page.get_by_role("status")).to_contain_text("已写进档案")
    record = Tray(site.office).records()["周大富"]
    assert record.record_id == record_id
    assert record.values["id_number"] == NUMBER
    assert "phones" not in record.values
    assert faults == []


def test_all_of_it_is_refused_without_scripts_on_a_phone(site: Site, bare_phone: Page) -> None:
    record_id, bare = filed(site, "周大贵", 240), bare_phone
    log_in(bare, "chief")
    bare.goto(f"/records/{record_id}")
    bare.get_by_role("link", name="核对第 1 份扫描件").click()
    bare.get_by_role("button", name="查看扫描件").click()
    bare.get_by_role("link", name="下一页").click()
    expect(bare.get_by_text("第 2 / 2 页")).to_be_visible()
    bare.get_by_role("button", name="都不采用").click()
    expect(bare.get_by_role("status")).to_contain_text("没有采用")
    assert "id_number" not in Tray(site.office).records()["周大贵"].values


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_everything_fits(page: Page, site: Site, scheme: Any) -> None:
    record_id = filed(site, f"周大{scheme}", {"light": 230, "dark": 220}[scheme])
    page.emulate_media(color_scheme=scheme)
    log_in(page, "admin")
    page.goto(f"/findings/1/{record_id}")
    page.get_by_role("button", name="查看扫描件").click()
    page.wait_for_url("**seen=**")
    beside = page.url

    paths = ("/findings", f"/findings/1/{record_id}", beside, f"/records/{record_id}")
    assert violations(page, paths) == {}
