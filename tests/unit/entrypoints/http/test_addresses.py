"""An address is of one resource, whatever the method; what it does not have is refused."""

import re

import pytest

from tests.unit.entrypoints.http.conftest import Door

METHODS = {"get", "post", "put", "patch", "delete"}


def test_each_address_has_the_methods_that_are_described_and_no_others(door: Door) -> None:
    for template, described in door.app.openapi()["paths"].items():
        path = re.sub(r"\{\w+\}", "1", template)
        own = METHODS & set(described)
        for method in sorted(METHODS - own):
            answer = door.client.request(method, path)

            assert answer.status_code == 405, (method, path)
            assert answer.headers["allow"] == ", ".join(sorted(own)).upper(), path


def test_what_follows_a_record_id_is_never_part_of_one(door: Door) -> None:
    door.office.feed({"record_id": "A-1", "name": "张伟"}, {"record_id": "A/who", "name": "王芳"})

    change = door.ask(
        "PATCH", "/records/A-1/who", {"fields": {}}, user="admin", headers={"If-Match": '"1"'}
    )

    assert change.status_code == 405
    assert door.get("/records/A%2Fwho", "admin").status_code == 404
    assert door.get("/records/A%2Fwho/history", "admin").status_code == 200


@pytest.mark.parametrize("since", ["0", "0.5", "-1", "1e9", "20260101"])
def test_a_number_is_no_moment(door: Door, since: str) -> None:
    answer = door.get(f"/audit?since={since}", "admin")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["place"] == "query.since"
