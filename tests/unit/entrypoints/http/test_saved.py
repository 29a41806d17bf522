"""Saved searches, for programs."""

from tests.unit.entrypoints.http.conftest import Door

WANTED = {"name": "华东", "query": "张", "filters": {"region": ["华东"]}, "mode": "exact"}


def test_a_search_is_saved_counted_run_renamed_and_deleted(door: Door) -> None:
    door.office.feed({"record_id": "A-1", "name": "张伟", "region": "上海市徐汇区"})

    made = door.post("/saved", WANTED, "admin", **{"Idempotency-Key": "k"})
    again = door.post("/saved", WANTED, "admin", **{"Idempotency-Key": "k"})
    door.office.feed({"record_id": "A-2", "name": "张玮", "region": "上海市徐汇区"})
    (before,) = door.get("/saved", "admin").json()["items"]
    page = door.post("/saved/1/run?limit=1", None, "admin").json()
    (after,) = door.get("/saved", "admin").json()["items"]

    assert made.headers["location"] == "/api/v1/saved/1"
    assert (made.json()["total"], again.headers["idempotency-replayed"]) == (1, "true")
    assert (before["total"], before["new"], before["fresh"]) == (2, 1, [
        {"record_id": "A-2", "name": "张玮"}
    ])  # fmt: skip
    assert (page["total"], len(page["hits"])) == (2, 1)
    assert (after["new"], after["fresh"]) == (0, [])
    renamed = door.ask("PATCH", "/saved/1", {"name": "重点"}, user="admin")
    assert renamed.json()["name"] == "重点"
    assert door.ask("DELETE", "/saved/1", user="admin").status_code == 204
    assert door.ask("DELETE", "/saved/1", user="admin").status_code == 404


def test_another_s_search_is_none(door: Door) -> None:
    door.office.hire(li="employee at 甲")
    door.post("/saved", WANTED, "admin")

    assert door.get("/saved", "li").json() == {"items": []}
    assert door.post("/saved/1/run", None, "li").status_code == 404
    assert door.ask("PATCH", "/saved/1", {"name": "x"}, user="li").status_code == 404


def test_what_cannot_be_asked_cannot_be_saved(door: Door) -> None:
    for wrong in ({"query": "张 ("}, {"name": " "}, {"sort": "notes"}, {"filters": {"x": ["y"]}}):
        assert door.post("/saved", {**WANTED, **wrong}, "admin").status_code == 400
    door.post("/saved", WANTED, "admin")
    assert door.post("/saved", WANTED, "admin").status_code == 409
