"""The pages in a real Chromium, as people use them."""

import io
import secrets
import unicodedata
from typing import Any

import pytest
from playwright.sync_api import FilePayload, Page, Route, expect
from pypdf import PdfReader

from archsearch.domain.sifting import Sheet
from tests.e2e.web.conftest import HOSTILE, Site, log_in, violations

PAGES = (
    "/search", "/search?q=张玮&f.region=华东", "/search?q=张(", "/records/A-1", "/history/A-1",
    "/similar/A-1", "/change/A-1", "/export?q=张伟", "/screen", "/borrow", "/borrow/new",
    "/proposals", "/log", "/users", "/users/clerk", "/overview", "/account", "/inbox", "/saved",
    "/nowhere",
)  # fmt: skip


def pages(site: Site) -> list[str]:
    """List all pages, with those of lists at every stage, of requests and of proposals."""
    archive, lists = site.office.archive, site.office.application.desk.lists
    wish: dict[str, Any] = {
        "purpose": "贷后检查",
        "reason": "核对",
        "user": "clerk",
        "sensitive": True,
    }
    asked = archive.borrow.request(f"N-{secrets.token_hex(4)}", **wish)
    proposed = archive.propose("X-1", {"备注": "一"}, reason="来函", user="clerk")
    columns = ("客户", "电话"), ("2",), (("张玮", "13812345678"),), ("name", "phones")
    waiting, stopped, done = (
        lists.bring(Sheet("名单", *columns), "admin").id for _ in ("waiting", "stopped", "done")
    )
    for each in (stopped, done):
        lists.start(each, ("name", "phones"), "admin")
        lists.work(each, "admin", lambda: each == done)  # noqa: B023 - called at once
    made = [f"/borrow/{asked.id}", f"/proposals/{proposed.id}"]
    return [*PAGES, *made, *(f"/screen/{each}" for each in (waiting, stopped, done))]


def test_an_analyst_finds_by_a_wrong_character_filters_and_sees_why(
    page: Page, site: Site, faults: list[str]
) -> None:
    log_in(page, "admin")

    page.fill("#q", "张玮")
    page.press("#q", "Enter")
    expect(page.get_by_role("status")).to_contain_text("3 份档案")
    page.get_by_role("link", name="华东").click()
    expect(page.get_by_role("status")).to_contain_text("2 份档案")
    first = page.locator(".hit").first
    first.get_by_text("为什么命中").click()

    expect(first.locator(".why dl")).to_contain_text("同音 玮→伟")
    assert "f.region=" in page.url
    page.go_back()
    expect(page.get_by_role("status")).to_contain_text("3 份档案")
    assert faults == []


def test_everything_can_be_done_with_keys(page: Page, site: Site) -> None:
    log_in(page, "admin")
    page.locator("main").focus()

    page.keyboard.press("/")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_have_value("")
    page.keyboard.type("a/b")
    expect(page.locator("#q")).to_have_value("a/b")
    page.locator("#q").fill("")
    page.keyboard.type("zhangw")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]").get_attribute("data-text")
    page.keyboard.press("Enter")

    expect(page.locator("#q")).to_have_value(chosen or "")
    expect(page.locator(".hit").first).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#q")).to_have_value("")
    page.locator("main").focus()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/records/**")


def test_what_is_written_while_an_answer_is_on_its_way_is_kept(page: Page, site: Site) -> None:
    log_in(page, "admin")
    held: list[Route] = []
    page.route("**/search?*", lambda route: held.append(route))  # noqa: PLW0108 - no builtins
    page.fill("#q", "张伟")
    page.press("#q", "Enter")
    expect(page.locator("#busy.htmx-request")).to_have_count(1)
    page.fill("#q", "李")

    held.pop().continue_()

    expect(page.locator(".hit").first).to_contain_text("张伟")
    expect(page.locator("#q")).to_have_value("李")


def test_nothing_is_asked_while_an_input_method_composes(page: Page, site: Site) -> None:
    log_in(page, "admin")
    asked: list[str] = []
    page.on("request", lambda r: asked.append(r.url) if "/static/" not in r.url else None)
    page.clock.install()
    page.focus("#q")

    page.evaluate(
        """() => {
            const box = document.getElementById("q");
            const key = { key: "Enter", keyCode: 229, bubbles: true, cancelable: true };
            box.dispatchEvent(new CompositionEvent("compositionstart", { bubbles: true }));
            box.value = "zhang";
            box.dispatchEvent(new InputEvent("input", { bubbles: true, isComposing: true }));
            window.refused = !box.dispatchEvent(new KeyboardEvent("keydown", key));
        }"""
    )
    page.clock.run_for(5000)

    assert page.evaluate("window.refused")
    assert asked == []
    page.evaluate(
        """() => {
            const box = document.getElementById("q");
            box.value = "张";
            box.dispatchEvent(new CompositionEvent("compositionend", { bubbles: true }));
        }"""
    )
    page.clock.run_for(5000)
    expect(page.get_by_role("option").first).to_be_visible()


def test_the_form_of_a_request_prints_on_paper_with_its_history(page: Page, site: Site) -> None:
    site.office.feed({"record_id": "F-1", "name": "钱七"})
    borrow = site.office.archive.borrow
    asked = borrow.request(
        "F-1", user="chief", purpose="核对授信资料", reason="客户来电核对授信资料", days=2
    )
    borrow.approve(asked.id, user="admin")
    log_in(page, "chief")
    page.goto(f"/borrow/{asked.id}/form")

    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))

    [sheet] = printed.pages
    assert [round(float(side) / 72 * 25.4) for side in sheet.mediabox[2:]] == [210, 297]
    # Glyphs that radicals share with characters come back as radicals.
    told = unicodedata.normalize("NFKC", "".join(sheet.extract_text().split()))
    texts = (
        "档案使用申请表",
        asked.id,
        "核对授信资料",
        "钱七",
        "办理记录",
        "admin批准",
        "签字",
    )
    assert [text for text in texts if text not in told] == []


def test_names_that_would_be_scripts_are_names(page: Page, site: Site, faults: list[str]) -> None:
    log_in(page, "admin")

    page.goto("/search?q=赵六")
    expect(page.locator(".tag")).to_have_text(f"#{HOSTILE}")
    page.goto("/records/X-1")
    expect(page.get_by_text(HOSTILE).first).to_be_visible()

    assert "bad" not in page.title()
    assert faults == []


def test_a_record_is_borrowed_by_one_and_lent_by_another(page: Page, site: Site) -> None:
    site.office.hire(guest="employee at 乙部")
    site.office.archive.accounts.set_password("guest", "correct horse battery", user="guest")
    log_in(page, "guest")
    page.goto("/records/A-2")
    page.get_by_role("button", name="申请调阅").click()
    page.fill("[name=purpose]", "贷后检查")
    page.fill("[name=reason]", "核对")
    page.get_by_role("button", name="提交申请").click()
    expect(page.get_by_role("status")).to_contain_text("申请已提交")
    address = page.url.partition("?")[0]

    log_in(page, "chief")
    page.goto(address)
    page.get_by_role("button", name="批准").click()
    expect(page.get_by_role("status")).to_contain_text("已批准")

    log_in(page, "guest")
    page.goto("/records/A-2")
    expect(page.get_by_role("heading", level=1)).to_have_text("章伟")


def test_a_list_is_named_compared_and_decided_about(
    page: Page, site: Site, faults: list[str]
) -> None:
    log_in(page, "admin")
    page.goto("/screen")
    table = "单位,证件,电话\n张玮,,13812345678\n没有的人,,\n".encode("gbk")
    file = FilePayload(name="名单.csv", mimeType="text/csv", buffer=table)
    page.set_input_files("[name=file]", file)
    page.get_by_role("button", name="开始比对").click()
    page.get_by_label("单位").select_option(label="客户名称")
    page.get_by_role("button", name="开始比对").click()

    line = page.locator("#line-0")
    line.get_by_label("备注").fill("电话核实")
    line.get_by_role("button", name="是同一客户").first.click()
    expect(line).to_have_class("line decided")
    expect(page.locator("#count-open")).to_have_text("0")
    page.reload()
    expect(line.get_by_label("备注")).to_have_value("电话核实")
    with page.expect_download() as table_told:
        page.get_by_role("link", name="下载 CSV").click()
    assert "同一客户" in table_told.value.path().read_text(encoding="utf-8-sig")
    assert faults == []


def test_a_search_that_is_kept_tells_of_new_hits(page: Page, site: Site, faults: list[str]) -> None:
    log_in(page, "admin")
    page.goto("/search?q=钱多多&mode=exact")
    page.locator(".keep summary").click()
    page.get_by_role("button", name="保存", exact=True).click()
    expect(page.get_by_role("status")).to_contain_text("已保存")

    site.office.feed({"record_id": "Q-1", "name": "钱多多"})
    page.reload()
    news = page.get_by_role("link", name="我的检索").locator(".news")
    expect(news).to_contain_text("1")
    page.get_by_role("link", name="钱多多", exact=True).first.click()

    expect(page.locator(".hit .open")).to_have_text("钱多多")
    expect(news).to_have_count(0)
    site.office.archive.delete("Q-1", reason="测试", user="admin")
    assert faults == []


def test_a_phone_shows_everything_in_its_width(page: Page, site: Site) -> None:
    log_in(page, "admin")
    page.set_viewport_size({"width": 390, "height": 800})

    for path in pages(site):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    page.goto("/search?q=张玮")
    expect(page.get_by_role("link", name="华东")).to_be_hidden()
    page.locator("#drawer > summary").click()
    expect(page.get_by_role("link", name="华东")).to_be_visible()


def test_pages_work_without_scripts(site: Site, page: Page) -> None:
    browser = page.context.browser
    assert browser is not None
    with browser.new_context(base_url=site.address, java_script_enabled=False) as context:
        bare = context.new_page()
        log_in(bare, "admin")
        bare.fill("#q", "张玮")
        bare.get_by_role("button", name="检索", exact=True).click()
        expect(bare.get_by_role("status")).to_contain_text("3 份档案")
        bare.goto("/screen")
        bare.fill("[name=names]", "张伟")
        bare.get_by_role("button", name="开始比对").click()
        bare.locator("#line-0").get_by_role("button", name="都不是").click()
        expect(bare.locator("#line-0")).to_have_class("line decided")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_to_mend(page: Page, site: Site, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    log_in(page, "admin")
    assert violations(page, pages(site)) == {}
