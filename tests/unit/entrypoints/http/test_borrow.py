"""Borrowing, as two people at two places."""

from typing import Any

import pytest

from tests.unit.entrypoints.http.conftest import Door

WISH = {"records": ["A-1"], "purpose": "授信审查", "reason": "客户申请贷款", "days": 3}


@pytest.fixture(autouse=True)
def people(door: Door) -> None:
    door.office.hire(boss="manager at 甲", other="employee at 乙", stranger="employee at 丙")
    door.office.feed(
        {"record_id": "A-1", "name": "张伟", "department": "甲", "id_number": "11010519491231002X"}
    )


def asked(door: Door, user: str = "other", **headers: str) -> Any:
    return door.post("/borrow", WISH, user, **headers)


def test_a_record_is_asked_for_lent_seen_and_given_back(door: Door) -> None:
    request = asked(door, **{"Idempotency-Key": "b"})
    again = asked(door, **{"Idempotency-Key": "b"})
    name = request.json()["id"]

    assert request.status_code == 201
    assert request.content == again.content
    assert request.headers["location"] == f"/api/v1/borrow/{name}"
    assert door.get("/records/A-1", "other").status_code == 404
    inbox = door.get("/borrow?which=inbox", "boss").json()["items"]
    assert [each["id"] for each in inbox] == [name]
    assert door.post(f"/borrow/{name}/approve", {}, "other").status_code == 403
    approved = door.post(f"/borrow/{name}/approve", {"days": 2, "note": "好"}, "boss")
    assert approved.json()["state"] == "approved"
    assert door.get("/records/A-1", "other").status_code == 200
    assert door.get("/borrow?due=5", "other").json()["items"][0]["id"] == name
    renewed = door.post(f"/borrow/{name}/renew", {"reason": "未看完"}, "other")
    assert renewed.status_code == 200
    assert door.post(f"/borrow/{name}/give_back", {}, "other").json()["state"] == "returned"
    assert door.get("/records/A-1", "other").status_code == 404


def test_requests_are_refused_withdrawn_and_revoked(door: Door) -> None:
    first = asked(door).json()["id"]
    refused = door.post(f"/borrow/{first}/refuse", {"reason": "不必"}, "boss")
    second = asked(door).json()["id"]
    withdrawn = door.post(f"/borrow/{second}/withdraw", None, "other")
    third = asked(door).json()["id"]
    door.post(f"/borrow/{third}/approve", {}, "boss")
    revoked = door.post(f"/borrow/{third}/revoke", {"reason": "不再需要"}, "boss")

    states = [each.json()["state"] for each in (refused, withdrawn, revoked)]
    assert states == ["refused", "withdrawn", "revoked"]


def test_a_request_is_nobodys_business_but_theirs_who_made_it_or_decide(door: Door) -> None:
    name = asked(door).json()["id"]

    for path in (f"/borrow/{name}", f"/borrow/{name}/form"):
        hidden, missing = door.get(path, "stranger"), door.get("/borrow/x-1", "stranger")
        assert hidden.status_code == missing.status_code == 404
        assert hidden.json()["detail"] == missing.json()["detail"]


def test_the_form_is_a_page_that_runs_no_script(door: Door) -> None:
    name = asked(door).json()["id"]

    page = door.get(f"/borrow/{name}/form", "other")

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'none'; style-src")
    assert "授信审查" in page.text


def test_whether_somebody_is_on_file_is_told_to_who_may_borrow(door: Door) -> None:
    body = {"name": "张伟", "id_number": "11010519491231002X"}

    assert door.post("/borrow/find", body, "other").json()["answer"] == "elsewhere"
    assert door.post("/borrow/find", {**body, "name": "李四"}, "other").json()["answer"] == "none"
