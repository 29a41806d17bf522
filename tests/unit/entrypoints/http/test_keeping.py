"""Users, tokens, departments, the log: for those who keep them."""

from tests.unit.entrypoints.http.conftest import OURS, PASSWORD, Door

USER = {"name": "wang.fang", "role": "employee", "departments": ["甲/乙"], "display_name": "王芳"}


def test_a_user_is_added_changed_disabled_and_listed(door: Door) -> None:
    door.log_in("admin")
    added = door.post("/users", USER, **OURS, **{"Idempotency-Key": "u"})
    again = door.post("/users", USER, **OURS, **{"Idempotency-Key": "u"})

    assert added.status_code == again.status_code == 201
    assert added.json()["departments"] == ["甲/乙"]
    assert door.post("/users", USER, **OURS).status_code == 409
    changed = door.ask(
        "PATCH", "/users/wang.fang", {"role": "manager", "departments": ["丙"]}, headers=OURS
    )
    assert (changed.json()["role"], changed.json()["departments"]) == ("manager", ["丙"])
    door.ask("PATCH", "/users/wang.fang", {"disabled": True}, headers=OURS)
    listed = door.get("/users?disabled=true").json()["items"]
    assert [each["name"] for each in listed] == ["wang.fang"]
    assert door.get("/users/wang.fang").json()["user"]["display_name"] == "王芳"
    assert door.get("/departments").json()["items"] == ["丙", "甲", "甲/乙"]
    assert door.post("/departments", {"path": "丁"}, **OURS).json() == {"created": True}


def test_nobody_makes_themselves_more_than_they_are(door: Door) -> None:
    door.office.hire(li="employee at 甲")
    door.log_in("li")

    for body in ({"role": "administrator"}, {"departments": ["乙"]}, {"clearance": "机密"}):
        assert door.ask("PATCH", "/users/li", body, headers=OURS).status_code == 403
    for extra in ({"owner": "admin"}, {"is_admin": True}):
        assert door.ask("PATCH", "/users/li", extra, headers=OURS).status_code == 400
    assert door.post("/users", {**USER, "name": "x"}, **OURS).status_code == 403
    assert door.get("/users").status_code == 403


def test_passwords_sessions_and_waits_are_in_the_hands_of_who_manages_users(door: Door) -> None:
    door.office.hire(li="employee at 甲")
    door.log_in("admin")

    made = door.ask("PUT", "/users/li/password", {}, headers=OURS).json()["password"]
    assert len(made) >= 12
    login = door.office.archive.doors.login("li", made)
    sessions = door.get("/users/li/sessions").json()["items"]
    assert [each["id"] for each in sessions] == [login.session.id]
    one = door.ask("DELETE", f"/users/li/sessions/{login.session.id}", headers=OURS)
    assert one.json() == {"ended": 1}
    assert door.ask("DELETE", "/users/li/sessions", headers=OURS).json() == {"ended": 0}
    assert door.post("/users/li/unlock", None, **OURS).status_code == 204
    assert door.ask("DELETE", "/users/li/sessions/99", headers=OURS).status_code == 404


def test_a_second_factor_is_begun_and_wants_a_right_code(door: Door) -> None:
    door.log_in("admin")

    begun = door.post("/users/admin/second_factor", {"password": PASSWORD}, **OURS)
    wrong = door.post("/users/admin/second_factor/confirm", {"code": "000000"}, **OURS)

    assert begun.json()["uri"].startswith("otpauth://")
    assert wrong.status_code == 400
    # Who is in by a session proves that it is they who take it away.
    assert door.post("/users/admin/second_factor/remove", {}, **OURS).status_code == 400


def test_a_token_is_made_once_listed_without_its_secret_and_revoked(door: Door) -> None:
    door.office.hire(program="program at 甲")
    door.log_in("admin")
    body = {"name": "夜间比对", "owner": "program", "rights": ["read", "screen"]}

    made = door.post("/tokens", body, **OURS, **{"Idempotency-Key": "t"})
    again = door.post("/tokens", body, **OURS, **{"Idempotency-Key": "t"})
    secret, number = made.json()["secret"], made.json()["token"]["id"]

    assert made.status_code == 201
    assert again.json()["secret"] == secret
    assert secret not in door.get("/tokens").text
    assert door.get("/session", Authorization=f"Bearer {secret}").json()["user"] == "program"
    assert door.ask("DELETE", f"/tokens/{number}", headers=OURS).status_code == 200
    assert door.get("/session", Authorization=f"Bearer {secret}").status_code == 401


def test_no_token_makes_users_or_tokens(door: Door) -> None:
    body = {"name": "x", "owner": "admin", "rights": ["read"]}

    assert door.post("/tokens", body, "admin").status_code == 403


def test_the_log_is_read_by_who_may_page_by_page_and_verified(door: Door) -> None:
    door.office.hire(li="employee at 甲", auditor="auditor")
    door.get("/records/A-9", "li")

    page = door.get("/audit?user=li&limit=1", "auditor").json()["items"]
    assert (page[0]["entry"]["action"], page[0]["entry"]["target"]) == ("show", "A-9")
    older = door.get(f"/audit?limit=5&before={page[0]['seq']}", "auditor").json()["items"]
    assert {each["seq"] for each in older} == {page[0]["seq"] - n for n in range(1, 6)}
    since = door.get("/audit/report?since=2026-03-05T00:00:00", "auditor")
    assert since.json()["entries"] > 0
    for far in ("since=0001-01-01T00:00:00%2B14:00", "until=9999-12-31T23:59:59-14:00"):
        assert door.get(f"/audit?limit=1&{far}", "auditor").json()["items"]
    assert door.post("/audit/verify", None, "admin").json()["breaks"] == []
    for path in ("/audit", "/audit/report"):
        assert door.get(path, "li").status_code == 403


def test_an_entry_of_the_log_is_replayed_for_administrators(door: Door) -> None:
    door.office.feed({"name": "张伟"})
    door.post("/search", {"query": "张伟"}, "admin")
    entries = door.get("/audit?action=search", "admin").json()["items"]

    answer = door.post(f"/audit/{entries[0]['seq']}/replay", None, "admin")

    assert answer.status_code == 200
    assert answer.json()["total"] == 1


def test_a_session_that_must_change_its_password_is_good_for_nothing_else(door: Door) -> None:
    door.office.hire(li="employee at 甲")
    door.office.archive.accounts.set_password("li", PASSWORD, user="admin")
    entered = door.post("/session", {"name": "li", "password": PASSWORD})

    assert entered.json()["must_change_password"] is True
    assert door.post("/search", {}, **OURS).json()["code"] == "password_change_needed"
    new = {"old": PASSWORD, "new": "another good one"}
    assert door.ask("PUT", "/session/password", new, headers=OURS).status_code == 200
    assert door.post("/search", {}, **OURS).status_code == 200
