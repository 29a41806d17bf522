"""The dictionary, rights and duplicates by HTTP: as the Python API has them, for who may."""

from pathlib import Path

import pytest

from tests.unit.entrypoints.http.conftest import Door

NEW = {"kind": "synonym", "term": "逾期", "meaning": "拖欠"}
POLICY = (Path(__file__).parents[4] / "config" / "policy.yaml").read_text("utf-8")


def test_the_dictionary_is_kept_by_who_may(door: Door) -> None:
    door.office.hire(li="employee at 甲")
    door.office.feed({"record_id": "A-1", "name": "张伟", "notes": "开通授信通"})

    word = door.post("/dictionary", {"kind": "word", "term": "授信通"}, "admin")
    again = door.post("/dictionary", {"kind": "word", "term": "授信通"}, "admin")
    added = door.post("/dictionary", NEW, "admin")

    assert (word.status_code, word.json()["records"]) == (201, 1)
    assert again.status_code == 409
    assert added.json()["entry"] == NEW
    assert door.get("/dictionary", "admin").json()["items"] == [
        NEW,
        {"kind": "word", "term": "授信通", "meaning": ""},
    ]
    assert door.post("/dictionary/remove", NEW, "admin").status_code == 200
    assert door.post("/dictionary/remove", NEW, "admin").status_code == 404
    assert door.get("/dictionary", "li").status_code == 403
    assert door.post("/dictionary", NEW, "li").status_code == 403


def test_a_word_that_is_sent_again_with_its_key_is_added_once(door: Door) -> None:
    first, second = (
        door.post("/dictionary", NEW, "admin", **{"Idempotency-Key": "w"}) for _ in range(2)
    )

    assert first.status_code == second.status_code == 201
    assert second.headers["idempotency-replayed"] == "true"


def test_rights_are_shown_explained_and_compared(door: Door) -> None:
    door.office.hire(li="employee at 甲", root="administrator")
    door.office.feed({"record_id": "A-1", "name": "张伟", "department": "甲", "owner": "li"})
    stricter = POLICY.replace("read: [own, granted]", "read: [granted]").replace(
        "create: [own]\n      export: [own]\n", ""
    )

    shown = door.get("/policy", "admin").json()
    explained = door.post(
        "/policy/check", {"name": "li", "right": "read", "record_id": "A-1"}, "admin"
    ).json()
    compared = door.post("/policy/diff", {"new": stricter}, "admin").json()
    same = door.post("/policy/diff", {"old": POLICY, "new": POLICY}, "admin").json()

    assert {"role": "auditor", "right": "log", "places": []} in [
        {key: rule[key] for key in ("role", "right", "places")} for rule in shown["rules"]
    ]
    assert (explained["decision"]["allowed"], explained["decision"]["ground"]) == (True, "own")
    lost = {(each["user"], each["right"], each["gained"]) for each in compared["changes"]}
    assert ("li", "read", False) in lost
    assert same == {"rules": [], "changes": []}


@pytest.mark.parametrize(
    "text", ["", "version: 2", "roles: [", "version: 1\nroles:\n  king: {}", "a: &b [*b]"]
)
def test_a_policy_that_is_wrong_is_the_askers_mistake(door: Door, text: str) -> None:
    answer = door.post("/policy/diff", {"new": text}, "admin")

    assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")
    assert "新规则" in answer.json()["detail"]


def test_who_may_not_compare_learns_nothing_of_what_they_sent(door: Door) -> None:
    door.office.hire(li="employee at 甲")

    for path in ("/policy/diff", "/policy/check"):
        asked = {"new": "["} if path.endswith("diff") else {"name": "admin", "right": "fly"}
        assert door.post(path, asked, "li").status_code in {400, 403}
    assert door.post("/policy/diff", {"new": "["}, "li").status_code == 403
    assert door.get("/policy", "li").status_code == 403


def test_duplicates_are_those_of_the_python_api_and_compared_one_at_a_time(door: Door) -> None:
    twin = {"name": "张伟", "phones": "13812345678", "id_number": "11010519491231002X"}
    door.office.feed({**twin, "record_id": "A-1"}, {**twin, "record_id": "A-2"})
    house = door.app.state.house

    found = door.get("/duplicates?least=possible", "admin").json()
    with house.comparing:
        busy = door.get("/duplicates", "admin")

    assert found["total"] == door.office.archive.duplicates(user="admin", least="possible").total
    assert [each["record_id"] for each in found["groups"][0]["members"]] == ["A-1", "A-2"]
    assert (busy.status_code, busy.json()["code"]) == (503, "busy")
    assert busy.headers["retry-after"] == "5"
    assert door.get("/duplicates?least=none", "admin").status_code == 400
    assert door.get("/duplicates", "admin").status_code == 200
