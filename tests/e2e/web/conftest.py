"""A real server and a real Chromium, once for all tests of this folder."""

import os
import shutil
import socket
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page, Route, ViewportSize, sync_playwright

from archsearch.entrypoints.http.app import make_app
from tests.offices import Office, copied

PASSWORD = "correct horse battery"
HOSTILE = "<img src=x onerror=document.title='bad'>"
AXE = Path(__file__).parent / "vendor" / "axe-core-4.14.1.min.js"
DESK: ViewportSize = {"width": 1280, "height": 860}
PHONE: ViewportSize = {"width": 390, "height": 800}
NAMES = ("chromium", "chromium-browser", "google-chrome")


@dataclass
class Site:
    """A served archive."""

    office: Office
    address: str


@pytest.fixture(scope="session")
def site(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("site") / "workspace"
    with Office(copied(template, folder)) as office:
        office.hire(clerk="employee at 甲部", chief="manager at 甲部")
        office.feed(
            *(
                {"record_id": f"A-{at}", "name": name, "region": region, "value_tier": tier}
                for at, (name, region, tier) in enumerate(
                    [
                        ("张伟", "上海市徐汇区", "高价值"),
                        ("章伟", "北京市海淀区", "低价值"),
                        ("张苇", "上海市黄浦区", "低价值"),
                    ],
                    1,
                )
            ),
            {"record_id": "X-1", "name": "赵六", "notes": HOSTILE, "tags": [HOSTILE]},
            user="clerk",
        )
        for user in ("admin", "clerk", "chief"):
            office.archive.accounts.set_password(user, PASSWORD, user=user)
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            config = uvicorn.Config(make_app(office.application), log_config=None, ws="none")
            server = uvicorn.Server(config)
            thread = threading.Thread(target=server.run, args=([taken],), daemon=True)
            thread.start()
            yield Site(office, f"http://127.0.0.1:{taken.getsockname()[1]}")
            server.should_exit = True
            thread.join()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """A browser, ended with the module: until then no other test can run a loop of its own."""
    named = os.environ.get("ARCHSEARCH_CHROMIUM")
    path = named or next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def faults() -> list[str]:
    """What scripts complained of; a test that expects nothing finds it empty."""
    return []


@pytest.fixture
def page(site: Site, chromium: Browser, faults: list[str]) -> Iterator[Page]:
    context = chromium.new_context(base_url=site.address, viewport=DESK, locale="zh-CN")
    page = context.new_page()
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda told: faults.append(told.text) if told.type == "error" else None)
    yield page
    context.close()


@pytest.fixture
def bare_phone(site: Site, chromium: Browser) -> Iterator[Page]:
    """A page on a phone, without scripts."""
    with chromium.new_context(
        base_url=site.address, viewport=PHONE, java_script_enabled=False
    ) as context:
        yield context.new_page()


def violations(page: Page, paths: Iterable[str]) -> dict[str, list[str]]:
    """Go to pages and collect what axe finds to mend, by path; all fit on a phone, too."""

    def bare(route: Route) -> None:
        # Only so that the checker may be put in: its own script is inline.
        answer = route.fetch()
        headers = {k: v for k, v in answer.headers.items() if k != "content-security-policy"}
        route.fulfill(response=answer, headers=headers)

    page.route("**/*", bare)
    found: dict[str, list[str]] = {}
    for path in paths:
        page.set_viewport_size(PHONE)
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path
        page.set_viewport_size(DESK)
        page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
        for each in page.evaluate("async () => (await axe.run()).violations"):
            told = [f"{each['id']}: {node['html'][:120]}" for node in each["nodes"]]
            found.setdefault(path, []).extend(told)
    return found


def log_in(page: Page, user: str) -> None:
    page.context.clear_cookies()
    page.goto("/login")
    page.fill("[name=name]", user)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/search**")
