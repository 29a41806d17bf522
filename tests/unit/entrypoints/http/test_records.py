"""Making, changing and deleting records; proposals; exports."""

from typing import Any

import orjson
import pytest

from archsearch.entrypoints.cli.jsontext import plain
from tests.unit.entrypoints.http.conftest import Door

NEW = {
    "fields": {"档号": "A-1", "姓名": "张伟明", "电话": "13812345678", "部门": "甲"},
    "reason": "来函",
}


@pytest.fixture(autouse=True)
def people(door: Door) -> None:
    door.office.hire(boss="manager at 甲", li="employee at 甲", other="employee at 乙")


def made(door: Door, user: str = "li", **headers: str) -> Any:
    return door.post("/records", NEW, user, **headers)


def change(door: Door, fields: dict[str, Any], user: str = "boss", **headers: str) -> Any:
    return door.ask("PATCH", "/records/A-1", {"fields": fields}, user=user, headers=headers)


def test_a_record_is_made_once_however_often_it_is_sent(door: Door) -> None:
    answers = [made(door, **{"Idempotency-Key": "k"}) for _ in range(2)]

    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert answers[1].headers["etag"] == '"1"'
    assert answers[1].headers["location"] == "/api/v1/records/A-1"
    assert made(door).status_code == 409
    assert door.get("/records/A-1", "li").json()["values"]["name"] == "张伟明"


def test_what_cannot_be_right_is_told_field_by_field(door: Door) -> None:
    answer = door.post("/records", {"fields": {"性别": "男"}}, "li")

    assert (answer.status_code, answer.json()["code"]) == (422, "rejected")
    assert answer.json()["problems"]


def test_warnings_are_answered_as_they_are_described(door: Door) -> None:
    # The door holds every answer to the description; a problem of a row is no problem document.
    made = door.post("/records", {"fields": {"姓名": "张伟"}}, "admin")

    assert made.status_code == 201
    assert {each["severity"] for each in made.json()["warnings"]} == {"warning"}


def test_a_change_is_made_to_the_version_that_was_seen(door: Door) -> None:
    made(door)
    tag = door.get("/records/A-1", "boss").headers["etag"]

    unconditional = change(door, {"备注": "一"})
    first = change(door, {"备注": "一"}, **{"If-Match": tag})
    stale = change(door, {"备注": "二"}, **{"If-Match": tag})

    assert (unconditional.status_code, unconditional.json()["code"]) == (428, "version_needed")
    assert (first.status_code, first.headers["etag"]) == (200, '"2"')
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert door.get("/records/A-1", "boss").json()["values"]["notes"] == "一"


@pytest.mark.parametrize("tag", ["1", '"x"', "*", 'W/"1"', '""', '"9999999999"'])
def test_what_is_no_version_changes_nothing(door: Door, tag: str) -> None:
    made(door)

    assert change(door, {"备注": "一"}, **{"If-Match": tag}).status_code == 412
    assert door.get("/records/A-1", "boss").headers["etag"] == '"1"'


def test_who_may_not_change_a_record_is_told_so_and_a_stranger_that_there_is_none(
    door: Door,
) -> None:
    made(door)
    seen = {"If-Match": '"1"'}

    assert change(door, {"备注": "一"}, "li", **seen).status_code == 403
    assert change(door, {"备注": "一"}, "other", **seen).status_code == 404


def test_no_body_makes_somebody_else_the_owner_of_what_one_brings(door: Door) -> None:
    smuggled = {"fields": {**NEW["fields"], "owner": "boss", "部门": "乙"}}  # type: ignore[dict-item]

    assert door.post("/records", smuggled, "li").status_code in {403, 422}
    assert door.post("/records", {**NEW, "user": "boss"}, "li").status_code == 400


def test_an_employee_proposes_and_the_manager_accepts(door: Door) -> None:
    made(door)
    body = {"fields": {"价值等级": "高价值"}, "reason": "升级"}

    proposed = door.post("/records/A-1/proposals", body, "li", **{"Idempotency-Key": "p"})
    name = proposed.json()["id"]
    inbox = door.get("/proposals?which=inbox", "boss").json()["items"]
    hidden = door.get(f"/proposals/{name}", "other")
    own = door.post(f"/proposals/{name}/accept", {}, "li")
    accepted = door.post(f"/proposals/{name}/accept", {"note": "好"}, "boss")

    assert proposed.status_code == 201
    assert proposed.headers["location"] == f"/api/v1/proposals/{name}"
    assert [each["id"] for each in inbox] == [name]
    assert hidden.status_code == 404
    assert own.status_code == 403
    assert accepted.json()["state"] == "accepted"
    assert door.get("/records/A-1", "li").json()["values"]["value_tier"] == "高价值"
    assert door.post(f"/proposals/{name}/withdraw", None, "li").status_code == 409


def test_proposals_are_refused_withdrawn_and_revealed_for_reasons(door: Door) -> None:
    made(door)
    body = {"fields": {"电话": "13912345679"}, "reason": "换号"}
    names = [door.post("/records/A-1/proposals", body, "li").json()["id"] for _ in range(2)]

    shown = door.get(f"/proposals/{names[0]}", "boss")
    revealed = door.post(f"/proposals/{names[0]}/reveal", {"reason": "核对"}, "boss")

    assert "13912345679" not in shown.text
    assert "13912345679" in revealed.text
    refused = door.post(f"/proposals/{names[0]}/refuse", {"reason": "不对"}, "boss")
    withdrawn = door.post(f"/proposals/{names[1]}/withdraw", None, "li")
    assert (refused.json()["state"], withdrawn.json()["state"]) == ("refused", "withdrawn")


def test_history_tells_every_version_and_its_numbers_only_for_a_reason(door: Door) -> None:
    made(door)
    change(door, {"电话": "13912345679"}, **{"If-Match": '"1"'})

    masked = door.get("/records/A-1/history", "boss")
    bare = door.post("/records/A-1/history", {"reason": "核对"}, "boss")

    assert [each["version"] for each in masked.json()["items"]] == [1, 2]
    assert masked.json()["items"] == orjson.loads(
        orjson.dumps(plain(door.office.archive.history("A-1", user="boss")))
    )
    assert "13912345679" not in masked.text
    assert "13912345679" in bare.text


def test_a_deleted_record_is_gone_until_it_is_restored(door: Door) -> None:
    made(door)

    assert door.post("/records/A-1/delete", {"reason": "重复"}, "li").status_code == 403
    assert door.post("/records/A-1/delete", {"reason": "重复"}, "admin").status_code == 200
    assert door.get("/records/A-1", "li").status_code == 404
    assert door.post("/records/A-1/restore", {"reason": "误删"}, "admin").status_code == 200
    assert door.get("/records/A-1", "li").status_code == 200


def test_who_sees_a_record_and_who_could_is_told_to_administrators(door: Door) -> None:
    made(door)

    names = {each["name"] for each in door.get("/records/A-1/who", "admin").json()["items"]}
    could = door.post("/records/A-1/who_could", {"at": "2026-03-05T13:00:00"}, "admin")

    assert names == {"admin", "boss", "li"}
    assert could.status_code in {200, 400}
    assert door.get("/records/A-1/who", "li").status_code == 403
    assert door.post("/records/A-1/who_could", {"at": "今天"}, "admin").status_code == 400


class TestExport:
    @staticmethod
    def export(door: Door, user: str = "admin", **asked: Any) -> Any:
        return door.post("/export", {"reason": "季度核查", **asked}, user)

    def test_all_that_a_search_finds_comes_a_record_a_line(self, door: Door) -> None:
        door.office.feed(*({"record_id": f"B-{n}", "name": f"客户{n}"} for n in range(30)))

        answer = self.export(door, sort="record_id")
        lines = [orjson.loads(line) for line in answer.content.splitlines()]

        assert answer.headers["content-type"] == "application/x-ndjson"
        assert (answer.headers["x-total"], answer.headers["x-number"]) == ("30", "30")
        assert {each["record_id"] for each in lines} == {f"B-{n}" for n in range(30)}
        exported = door.office.archive.export(user="admin", reason="季度核查", sort="record_id")
        assert lines == orjson.loads(orjson.dumps(plain(list(exported))))

    def test_numbers_are_masked_unless_they_are_to_be_revealed(self, door: Door) -> None:
        made(door)

        assert "13812345678" not in self.export(door).text
        assert "13812345678" in self.export(door, reveal=True).text

    def test_nothing_goes_out_without_right_or_reason(self, door: Door) -> None:
        made(door)

        door.office.hire(auditor="auditor")
        assert self.export(door, "auditor").status_code == 403
        assert self.export(door, reason="").status_code == 400
        assert door.post("/export", {}, "admin").status_code == 400
