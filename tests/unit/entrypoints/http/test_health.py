"""For whoever watches the server."""

from starlette.testclient import TestClient

from tests.unit.entrypoints.http.conftest import Door


def test_it_lives_and_is_ready_for_anybody_who_asks(door: Door) -> None:
    door.office.feed({"name": "张伟"})

    assert door.get("/healthz").json() == {"status": "ok"}
    assert door.get("/readyz").json() == {"status": "ok"}


def test_without_an_index_it_lives_and_is_not_ready(door: Door) -> None:
    assert door.get("/healthz").status_code == 200
    assert (door.get("/readyz").status_code, door.get("/readyz").json()["code"]) == (
        503,
        "index_outdated",
    )


def test_figures_name_routes_and_are_for_this_machine_and_its_keepers(door: Door) -> None:
    door.office.hire(li="employee at 甲")
    door.get("/records/秘密", "admin")
    here = TestClient(door.app, client=("127.0.0.1", 5000))

    text = here.get("/metrics").text

    assert 'route="/api/v1/records/{record_id:path}",status="404"' in text
    assert "秘密" not in text
    assert here.get("/metrics", headers={"X-Forwarded-For": "10.0.0.1"}).status_code == 401
    assert door.get("/metrics").status_code == 401
    assert door.get("/metrics", "li").status_code == 403
    keeper = {"Authorization": f"Bearer {door.token('admin', 'examine')}"}
    assert door.get("/metrics", **keeper).status_code == 200


def test_the_description_is_whole_and_needs_nothing_from_elsewhere(door: Door) -> None:
    document = door.client.get("/openapi.json").json()

    assert document["openapi"].startswith("3.1")
    for verbs in document["paths"].values():
        for operation in verbs.values():
            assert "summary" in operation
            assert "security" in operation
    assert door.client.get("/docs").status_code == 404
