"""Who is let in, and by what."""

import pytest

from tests.offices import Office
from tests.unit.entrypoints.http.conftest import OURS, PASSWORD, Door, door_to


def test_nobody_comes_in_with_nothing_or_with_something_else(door: Door) -> None:
    token = door.token("admin")

    assert door.get("/search").status_code == 401
    assert door.get("/search", Authorization=f"Basic {token}").status_code == 401
    assert door.get("/search", Authorization="Bearer as_x").status_code == 401
    assert door.get("/search").headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("name", ["token", "access_token", "authorization"])
def test_a_token_in_an_address_lets_nobody_in(door: Door, name: str) -> None:
    assert door.get(f"/records/x?{name}={door.token('admin')}").status_code == 401


def test_a_token_lets_in_within_its_rights_until_it_is_revoked(door: Door) -> None:
    door.office.feed({"record_id": "A-1", "name": "张伟"})
    token = {"Authorization": f"Bearer {door.token('admin', 'screen')}"}

    assert door.get("/session", **token).json()["rights"] == ["screen"]
    assert door.get("/records/A-1", **token).status_code == 404
    assert door.get("/records/A-1", "admin").status_code == 200
    door.office.archive.tokens.revoke(1, user="admin")
    assert door.get("/session", **token).status_code == 401


def test_a_session_is_opened_by_a_cookie_that_no_script_reads_and_no_other_site_sends(
    door: Door,
) -> None:
    answer = door.log_in("admin")

    assert answer.json()["user"] == "admin"
    cookies = answer.headers.get_list("set-cookie")
    assert len(cookies) == 2
    for cookie in cookies:
        assert "HttpOnly" in cookie
        assert "SameSite=strict" in cookie
        assert "Path=/" in cookie
        assert "Secure" not in cookie
    assert door.get("/session").json()["via"] == "session:1"


def test_where_other_machines_come_from_cookies_are_for_https_and_this_host(office: Office) -> None:
    with door_to(office, secure=True) as door:
        answer = door.log_in("admin")
        known = door.get("/session").status_code

    for cookie in answer.headers.get_list("set-cookie"):
        assert cookie.startswith("__Host-archsearch")
        assert "Secure" in cookie
        assert "Domain" not in cookie
    assert known == 200


def test_a_cookie_that_was_set_beforehand_is_not_the_session_that_begins(door: Door) -> None:
    door.client.cookies.set("archsearch", "planted")
    answer = door.log_in("admin")

    assert "planted" not in answer.headers["set-cookie"]
    assert door.get("/session", Cookie="archsearch=planted").status_code == 401


def test_a_session_is_good_for_nothing_after_logging_out(door: Door) -> None:
    door.log_in("admin")
    secret = door.client.cookies["archsearch"]

    assert door.ask("DELETE", "/session", headers=OURS).status_code == 204
    assert "archsearch" not in door.client.cookies
    assert door.get("/session", Cookie=f"archsearch={secret}").status_code == 401


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"}, 403),
        ({"Origin": "http://testserver"}, 200),
        ({"Origin": "http://testserver.evil.example"}, 403),
        ({"Origin": "http://testserver:81"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({}, 403),
    ],
)
def test_what_changes_something_is_taken_by_cookie_only_from_our_own_pages(
    door: Door, headers: dict[str, str], status: int
) -> None:
    door.log_in("admin")

    assert door.post("/search", {"query": ""}, **headers).status_code == status


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_no_unsafe_verb_of_another_site_gets_through(door: Door, method: str) -> None:
    door.log_in("admin")
    headers = {"Sec-Fetch-Site": "cross-site"}
    unsafe = [
        path.replace("{record_id}", "x")
        for path, verbs in door.app.openapi()["paths"].items()
        if method.lower() in verbs
    ]

    for path in unsafe:
        answer = door.client.request(method, path, headers=headers, json={})
        assert (answer.status_code, answer.json()["code"]) in {(403, "cross_site"), (400, LOGIN)}


LOGIN = "request_invalid"
"""Logging in without a name is refused before it is asked where from."""


def test_another_site_logs_nobody_in(door: Door) -> None:
    assert door.log_in("admin", **{"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_token_needs_no_page_of_ours(door: Door) -> None:
    answer = door.post("/search", {"query": ""}, "admin", **{"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 200


def test_a_wrong_login_says_the_same_of_users_and_of_nobody(door: Door) -> None:
    told = [
        door.post("/session", {"name": name, "password": "wrong wrong wrong"}).json()
        for name in ("admin", "nobody")
    ]

    assert [each.pop("instance") != "" for each in told] == [True, True]
    assert told[0] == told[1]
    assert told[0]["code"] == "login_refused"


def test_who_is_disabled_is_out_at_the_next_request(door: Door) -> None:
    door.office.hire(li="employee at 甲")
    door.log_in("li")
    assert door.get("/session").status_code == 200
    door.office.application.users.disable("li", "admin", disabled=True)

    assert door.get("/session").status_code == 401


def test_ones_password_is_changed_in_a_session_and_all_others_end(door: Door) -> None:
    door.log_in("admin")
    before = door.client.cookies["archsearch"]

    changed = door.ask(
        "PUT", "/session/password", {"old": PASSWORD, "new": "a much better one"}, headers=OURS
    )

    assert changed.status_code == 200
    assert door.get("/session").status_code == 200
    assert door.get("/session", Cookie=f"archsearch={before}").status_code == 401
