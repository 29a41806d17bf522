"""What holds for every page: who gets in, what runs on it, what it tells."""

from html.parser import HTMLParser

import pytest

from tests.unit.entrypoints.web.conftest import Browser, text_of

HOSTILE = '"><img src=x onerror=alert(1)><script>alert(1)</script>'
PAGES = (
    "/search", "/search?q=张伟", "/search?q=张(", f"/search?q={HOSTILE}", "/account",
    "/export?q=张伟",
    "/records/A-1", "/history/A-1", "/similar/A-1", "/change/A-1", "/records/no", "/borrow",
    "/borrow?which=inbox", "/borrow/new?record=A-1", "/proposals", "/screen", "/log", "/users",
    "/users/clerk", "/overview", "/inbox", "/inbox?state=all", "/inbox/9", "/saved", "/nowhere",
)  # fmt: skip


class Markup(HTMLParser):
    """Collects what a content policy would not let run."""

    def __init__(self) -> None:
        super().__init__()
        self.inline: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "style" or (tag == "script" and "src" not in given):
            self.inline.append(tag)
        self.inline += [name for name in given if name.startswith("on") or name == "style"]
        self.inline += [
            value
            for value in given.values()
            if value and value.lower().startswith(("javascript:", "http:", "https:", "//", "data:"))
        ]


@pytest.fixture
def archive(browser: Browser) -> Browser:
    office = browser.office
    office.hire(clerk="employee at 甲部", other="employee at 乙部", chief="manager at 甲部")
    office.feed({"record_id": "A-1", "name": "张伟", "notes": HOSTILE, "tags": [HOSTILE]})
    return browser


def test_a_stranger_is_led_to_the_log_in_and_back_to_where_they_wanted_to_go(
    browser: Browser,
) -> None:
    led = browser.get("/search?q=张伟")
    back = browser.log_in("admin", next="/search?q=%E5%BC%A0")

    assert (led.status_code, led.headers["location"]) == (
        303,
        "/login?next=%2Fsearch%3Fq%3D%25E5%25BC%25A0%25E4%25BC%259F",
    )
    assert (back.status_code, back.headers["location"]) == (303, "/search?q=%E5%BC%A0")


@pytest.mark.parametrize(
    "wanted",
    ["//evil.example", "https://evil.example", "/\\evil.example", "/\tx", "evil", "/a\r\nb"],
)
def test_nobody_is_led_elsewhere_by_a_log_in(browser: Browser, wanted: str) -> None:
    assert browser.log_in("admin", next=wanted).headers["location"] == "/search"


def test_a_script_is_told_where_to_log_in(browser: Browser) -> None:
    answer = browser.get("/search", **{"HX-Request": "true"})

    assert answer.headers["hx-redirect"].startswith("/login")
    assert answer.text == ""


@pytest.mark.parametrize("path", ["/login", *PAGES])
def test_a_page_runs_nothing_of_its_own_and_nothing_of_what_was_typed(
    archive: Browser, path: str
) -> None:
    archive.log_in("admin")

    answer = archive.get(path)
    markup = Markup()
    markup.feed(answer.text)

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"].startswith("default-src 'self'; base-uri")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert markup.inline == []
    assert answer.status_code == {
        "/nowhere": 404,
        "/records/no": 404,
        "/inbox/9": 404,
        "/search?q=张(": 400,
        PAGES[3]: 400,
    }.get(path, 200)


def test_what_was_typed_is_shown_as_it_was_typed(archive: Browser) -> None:
    archive.log_in("admin")

    shown = archive.get("/records/A-1").text

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown
    assert "<script>alert" not in shown


def test_a_hidden_record_looks_like_a_missing_one(archive: Browser) -> None:
    archive.log_in("other")

    for way in ("records", "history", "similar", "change"):
        hidden, missing = archive.get(f"/{way}/A-1"), archive.get(f"/{way}/A-2")

        assert hidden.status_code == missing.status_code == 404
        assert hidden.text.replace("A-1", "A-2") == missing.text
        ours = {"x-request-id", "date", "ratelimit-remaining", "ratelimit-reset"}
        assert {k: v for k, v in hidden.headers.items() if k not in ours} == {
            k: v for k, v in missing.headers.items() if k not in ours
        }


def test_a_missing_record_can_be_applied_for(archive: Browser) -> None:
    archive.log_in("other")

    assert 'name="record" value="A-1"' in archive.get("/records/A-1").text


def test_another_site_can_make_nobody_do_anything(archive: Browser) -> None:
    archive.log_in("admin")

    for site in ("cross-site", "same-site"):
        answer = archive.post("/delete/A-1", {"reason": "x"}, **{"Sec-Fetch-Site": site})
        login = archive.post("/login", {"name": "admin"}, **{"Sec-Fetch-Site": site})

        assert (answer.status_code, login.status_code) == (403, 403)
    assert archive.get("/records/A-1").status_code == 200


def test_whoever_was_given_a_password_has_to_choose_another_first(archive: Browser) -> None:
    given = archive.office.archive.accounts.set_password("clerk", user="admin")
    first = archive.post("/login", {"name": "clerk", "password": given})
    elsewhere = archive.get("/search")
    new = "a password of my own"

    differing = archive.post("/account/password", {"old": given, "new": new, "again": "another"})
    wrong = archive.post("/account/password", {"old": "x", "new": new, "again": new})
    done = archive.post("/account/password", {"old": given, "new": new, "again": new})

    assert (first.headers["location"], elsewhere.headers["location"]) == ("/account", "/account")
    assert (differing.status_code, wrong.status_code) == (400, 400)
    assert "两次输入的新密码不一样" in differing.text
    assert "原密码不对" in wrong.text
    assert done.headers["location"] == "/search"
    assert archive.get("/search").status_code == 200


def test_a_wrong_log_in_says_no_more_than_that_and_keeps_no_password(browser: Browser) -> None:
    wrong = browser.post("/login", {"name": "admin", "password": "wrong-secret"})
    nobody = browser.post("/login", {"name": "nobody", "password": "wrong-secret"})

    assert (wrong.status_code, nobody.status_code) == (401, 401)
    assert wrong.text == nobody.text.replace('value="nobody"', 'value="admin"')
    assert "wrong-secret" not in wrong.text


def test_after_a_log_out_the_session_is_good_for_nothing(browser: Browser) -> None:
    browser.log_in("admin")
    kept = dict(browser.client.cookies)

    browser.post("/logout", {})
    browser.client.cookies.update(kept)

    assert browser.get("/search").status_code == 303


def test_programs_get_problem_documents_and_browsers_pages(browser: Browser) -> None:
    program = browser.client.get("/nowhere")
    api = browser.get("/api/v1/nowhere")
    page = browser.get("/nowhere")

    assert program.headers["content-type"] == api.headers["content-type"]
    assert api.headers["content-type"] == "application/problem+json"
    assert (page.status_code, "没有这个地址" in page.text) == (404, True)


def test_what_one_may_not_do_is_neither_offered_nor_done(archive: Browser) -> None:
    archive.log_in("clerk")

    answers = [archive.get(path) for path in ("/log", "/users", "/log/report")]

    assert [each.status_code for each in answers] == [403, 403, 403]
    assert 'href="/log"' not in archive.get("/search").text


def test_files_are_kept_for_ever_and_pages_never(browser: Browser) -> None:
    page = browser.get("/login").text
    address = page.split('rel="stylesheet" href="')[1].split('"')[0]

    style = browser.get(address)
    other = browser.get("/static/0/archsearch.css")

    assert style.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert style.headers["content-type"].startswith("text/css")
    assert other.status_code == browser.get(f"{address}/../frame.py").status_code == 404


def test_a_failure_tells_its_number_and_nothing_else(
    archive: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    archive.log_in("admin")

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("张伟 13812345678")

    monkeypatch.setattr(type(archive.office.application.search), "search", fail)
    answer = archive.get("/search?q=张伟")

    assert answer.status_code == 500
    assert answer.headers["x-request-id"] in text_of(answer)
    assert "13812345678" not in answer.text


def test_the_page_of_a_problem_keeps_the_frame_of_who_is_in(archive: Browser) -> None:
    archive.log_in("clerk")

    for path in ("/nowhere", "/records/no", "/log"):
        told = archive.get(path)
        assert told.status_code in {403, 404}
        assert 'href="/borrow"' in told.text
        assert 'href="/log"' not in told.text
    archive.client.cookies.clear()
    assert 'href="/borrow"' not in archive.get("/nowhere").text


def test_whoever_finds_nothing_begins_where_they_have_something_to_do(archive: Browser) -> None:
    archive.office.hire(eye="auditor")

    landed = archive.log_in("eye")
    home = archive.get("/")

    assert landed.headers["location"] == home.headers["location"] == "/log"
    assert archive.get("/log").status_code == 200
    archive.log_in("clerk")
    assert archive.get("/").headers["location"] == "/search"
