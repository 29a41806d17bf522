"""What was read on scans, by HTTP: listed, taken and refused by those who may change the record."""

import json

import pytest

from tests.scans import Tray, read_scans, scan_of
from tests.unit.entrypoints.http.conftest import Door

NUMBER = "11010519491231002X"
FORM = f"姓名\t张伟\n证件号码\t{NUMBER}\n联系电话\t13812345678"


@pytest.fixture
def tray(door: Door) -> Tray:
    """Two customers with a form each; the slash in a record id is no part of the address."""
    door.office.hire(chief="manager at 甲", clerk="employee at 甲", other="manager at 乙")
    tray = Tray(door.office)
    for number, name in ((1, "张伟"), (2, "张玮")):
        tray.drop(f"{number}.png", scan_of(number))
        tray.drop(f"{number}.png.json", {"档号": f"甲/{number}", "姓名": name, "部门": "甲"})
    tray.settle(5)
    read_scans(door.office, {scan_of(1): FORM, scan_of(2): FORM})
    return tray


def test_what_is_to_be_confirmed_is_listed_masked(door: Door, tray: Tray) -> None:
    first, second = door.get("/findings", "chief").json()["items"]
    one = door.get("/records/甲%2F2/findings", "chief").json()["items"]

    assert (first["record_id"], first["number"], first["file"]) == ("甲/1", 1, "1.png")
    assert first["values"] == {"id_number": "110***********002X", "phones": ["138****5678"]}
    assert (first["differs"], second["differs"]) == ([], ["name"])
    assert (second["values"]["name"], second["held"]) == ("张伟", {"name": "张玮"})
    assert one == [second]
    assert door.get("/findings?limit=1", "chief").json()["items"] == [first]
    assert door.get("/findings?limit=0", "chief").status_code == 400


def test_it_is_shown_in_full_for_a_reason(door: Door, tray: Tray) -> None:
    shown = door.post("/records/甲%2F1/findings", {"reason": "与扫描件核对"}, "chief").json()
    blank = door.post("/records/甲%2F1/findings", {"reason": " "}, "chief")

    assert shown["items"][0]["values"]["id_number"] == NUMBER
    assert blank.status_code == 400


def test_values_are_taken_or_refused_at_the_version_that_was_seen(door: Door, tray: Tray) -> None:
    path = "/records/甲%2F{}/findings/1/{}"
    seen = {each["number"]: each for each in door.get("/findings", "chief").json()["items"]}[1]

    stale = door.post(path.format(1, "confirm"), {}, "chief", **{"If-Match": '"1"'})
    taken = door.post(
        path.format(1, "confirm"),
        {"fields": ["id_number"]},
        "chief",
        **{"If-Match": f'"{seen["version"]}"'},
    )
    refused = door.post(path.format(2, "refuse"), None, "chief")
    again = door.post(path.format(2, "confirm"), {}, "chief")
    strange = door.post(path.format(1, "confirm"), {"fields": ["address"]}, "chief")

    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert taken.headers["etag"] == f'"{taken.json()["version"]}"'
    assert NUMBER not in json.dumps(taken.json())
    assert refused.status_code == 200
    assert (again.status_code, strange.status_code) == (404, 404)
    assert tray.records()["张伟"].values["id_number"] == NUMBER
    assert "phones" not in tray.records()["张伟"].values
    assert "id_number" not in tray.records()["张玮"].values
    assert door.get("/findings", "chief").json()["items"] == []


def test_a_hidden_record_has_nothing_to_confirm_as_a_missing_one_has(
    door: Door, tray: Tray
) -> None:
    asks: list[tuple[str, str, dict[str, str] | None]] = [("GET", "/records/{}/findings", None)]
    asks += [("POST", f"/records/{{}}/findings/1/{deed}", {}) for deed in ("confirm", "refuse")]
    asks += [("POST", "/records/{}/findings", {"reason": "与扫描件核对"})]

    for method, path, body in asks:
        hidden = door.ask(method, path.format("甲%2F1"), body, user="other")
        missing = door.ask(method, path.format("甲%2F7"), body, user="other")

        assert hidden.status_code == missing.status_code == 404
        assert {**hidden.json(), "instance": ""} == {**missing.json(), "instance": ""}
    assert door.get("/findings", "other").json()["items"] == []


def test_who_may_read_and_not_change_confirms_nothing(door: Door, tray: Tray) -> None:
    tray.office.grant("甲/1", "clerk", days=2)

    assert door.get("/findings", "clerk").status_code == 403
    assert door.get("/records/甲%2F1/findings", "clerk").status_code == 403
    assert door.post("/records/甲%2F1/findings/1/confirm", {}, "clerk").status_code == 403
    narrow = {"Authorization": f"Bearer {door.token('chief', 'read')}"}
    assert door.ask("GET", "/findings", headers=narrow).status_code == 403
    assert "id_number" not in tray.records()["张伟"].values
