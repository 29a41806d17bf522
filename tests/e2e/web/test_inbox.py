"""The watch folder and scans in a real Chromium, as clerks use them."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.web.conftest import Site, log_in
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
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("status")).to_contain_text("已交给照看收件夹的程序")
    tray.settle()

    # The page looks by itself.
    expect(page.get_by_role("status")).to_contain_text("已归档到", timeout=15_000)
    page.get_by_role("status").get_by_role("link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("钱小雨")
    assert [each for each in faults if "400" not in each] == []
