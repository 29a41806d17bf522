"""Scans and the watch folder by HTTP."""

import base64
import hashlib
import json
from typing import cast

import pytest

from archsearch.domain.audit import Action, AuditFilter
from tests.scans import Tray, scan_of
from tests.unit.entrypoints.http.conftest import Door

NUMBER = "11010519491231002X"


@pytest.fixture
def tray(door: Door) -> Tray:
    door.office.hire(chief="manager at 甲", clerk="employee at 甲", eye="auditor")
    tray = Tray(door.office)
    whose = {"档号": "甲/1", "姓名": "张伟", "部门": "甲", "材料类型": "合同"}
    tray.drop("张伟 合同.png", scan_of(1))
    tray.drop("张伟 合同.png.json", whose)
    tray.drop("waits.png", scan_of(2))
    tray.drop("坏.docx", "x")
    tray.settle(5)
    return tray


def number_of(tray: Tray, file: str) -> int:
    return tray.items()[file].id


def test_scans_are_listed_and_given_as_they_came(door: Door, tray: Tray) -> None:
    listed = door.get("/records/甲%2F1/attachments", "chief").json()["items"]
    asked = door.post("/records/甲%2F1/attachments/1", {"reason": "核对签名"}, "chief")
    by_address = door.get("/records/甲%2F1/attachments/1?reason=核对签名", "chief")

    digest = hashlib.sha256(scan_of(1))
    (one,) = listed
    assert (one["number"], one["name"], one["kind"], one["kept"]) == (
        1, "张伟 合同.png", "合同", True,
    )  # fmt: skip
    assert one["sha256"] == digest.hexdigest()
    for answer in (asked, by_address):
        assert answer.content == scan_of(1)
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["content-length"] == str(len(scan_of(1)))
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["content-disposition"] == (
            'attachment; filename="scan.png"; '
            "filename*=UTF-8''%E5%BC%A0%E4%BC%9F%20%E5%90%88%E5%90%8C.png"
        )
        encoded = base64.b64encode(digest.digest()).decode()
        assert answer.headers["repr-digest"] == f"sha-256=:{encoded}:"
    logged = tray.office.application.audit.search(
        AuditFilter(action=Action.ATTACHMENT), "admin", limit=9
    )
    assert [each.entry.detail["number"] for each in logged] == [1, 1]


def test_a_scan_takes_a_reason_and_the_right_to_reveal(door: Door, tray: Tray) -> None:
    tray.office.grant("甲/1", "clerk", days=2)

    answers = {
        "no reason": door.get("/records/甲%2F1/attachments/1", "chief"),
        "blank": door.post("/records/甲%2F1/attachments/1", {"reason": " "}, "chief"),
        "masked": door.post("/records/甲%2F1/attachments/1", {"reason": "核对"}, "clerk"),
        "none": door.post("/records/甲%2F1/attachments/2", {"reason": "核对"}, "chief"),
        "zero": door.post("/records/甲%2F1/attachments/0", {"reason": "核对"}, "chief"),
    }

    assert {name: answer.status_code for name, answer in answers.items()} == {
        "no reason": 400, "blank": 400, "masked": 403, "none": 404, "zero": 400,
    }  # fmt: skip
    assert door.get("/records/甲%2F1/attachments", "clerk").status_code == 200


def test_a_hidden_record_has_no_scans_and_neither_has_a_missing_one(door: Door, tray: Tray) -> None:
    for path in ("/records/{}/attachments", "/records/{}/attachments/1?reason=核对"):
        hidden = door.get(path.format("甲%2F1"), "clerk")
        missing = door.get(path.format("甲%2F7"), "clerk")

        assert hidden.status_code == missing.status_code == 404
        instance = {"instance": ""}
        assert {**hidden.json(), **instance} == {**missing.json(), **instance}


def test_the_media_type_is_that_of_the_content_whatever_the_record_says(
    door: Door, tray: Tray
) -> None:
    record = tray.office.archive.reveal("甲/1", reason="核对", user="admin")
    (said,) = cast("list[dict[str, str]]", record.values["attachments"])
    tray.office.feed(
        {
            "record_id": "甲/1",
            "attachments": [{**said, "media_type": "text/html", "path": "<b>\r\n"}],
        }
    )

    answer = door.post("/records/甲%2F1/attachments/1", {"reason": "核对"}, "admin")

    assert answer.headers["content-type"] == "image/png"
    assert not set("<>\r\n") & set(answer.headers["content-disposition"])


def test_the_watch_folder_is_listed_by_state_and_page(door: Door, tray: Tray) -> None:
    first = door.get("/inbox?limit=1", "admin").json()
    second = door.get(f"/inbox?before={first['items'][0]['id']}", "admin").json()
    archived = door.get("/inbox?state=archived", "admin").json()

    assert (first["more"], second["more"]) == (True, False)
    files = [each["file"] for page in (first, second) for each in page["items"]]
    assert sorted(files) == ["waits.png", "坏.docx"]
    assert first["counts"] == {"archived": 2, "quarantined": 1, "waiting": 1}
    assert {each["record_ids"][0] for each in archived["items"]} == {"甲/1"}
    for wrong in ("state=nonsense", "limit=0", "limit=9999", "before=x", "page=2"):
        assert door.get(f"/inbox?{wrong}", "admin").status_code == 400


def test_a_scan_that_waits_is_given_metadata_and_archived(door: Door, tray: Tray) -> None:
    number = number_of(tray, "waits.png")
    fields = {"客户名称": "李四", "id_number": NUMBER, "材料类型": "合同"}

    wrong = door.ask(
        "PUT", f"/inbox/{number}/metadata", {"fields": {**fields, "id_number": "1"}}, user="admin"
    )
    mended = door.ask("PUT", f"/inbox/{number}/metadata", {"fields": fields}, user="admin")
    again = door.ask("PUT", f"/inbox/{number}/metadata", {"fields": fields}, user="admin")
    tray.settle()
    shown = door.get(f"/inbox/{number}", "admin").json()
    late = door.ask("PUT", f"/inbox/{number}/metadata", {"fields": fields}, user="admin")

    assert (wrong.status_code, wrong.json()["code"]) == (422, "rejected")
    assert wrong.json()["problems"][0]["field"] == "id_number"
    assert (mended.status_code, mended.json()["pending"]) == (202, True)
    assert NUMBER not in json.dumps(mended.json())
    assert again.status_code == 202
    assert (shown["state"], len(shown["record_ids"])) == ("archived", 1)
    assert late.status_code == 400
    assert tray.records()["李四"].values["id_number"] == NUMBER


def test_a_returned_file_is_put_back(door: Door, tray: Tray) -> None:
    number = number_of(tray, "坏.docx")

    answer = door.post(f"/inbox/{number}/retry", None, "admin")

    assert (answer.status_code, answer.json()["id"]) == (202, number)
    assert (tray.folder / "坏.docx").exists()


def test_others_files_are_like_missing_ones(door: Door, tray: Tray) -> None:
    number = number_of(tray, "waits.png")
    asks = [
        ("GET", "/inbox/{}", None),
        ("POST", "/inbox/{}/retry", None),
        ("PUT", "/inbox/{}/metadata", {"fields": {"客户名称": "李四"}}),
    ]

    for method, path, body in asks:
        hidden = door.ask(method, path.format(number), body, user="clerk")
        missing = door.ask(method, path.format(999), body, user="clerk")

        assert hidden.status_code == missing.status_code == 404
        assert hidden.json()["detail"] == missing.json()["detail"]
        assert door.ask(method, path.format(number), body, user="eye").status_code == 403
    assert door.get("/inbox?state=all", "clerk").json()["items"] == []
    assert tray.states()["waits.png"] == "waiting"


def test_the_watch_folder_takes_the_right_to_create_and_that_of_another_department_is_hidden(
    door: Door, tray: Tray
) -> None:
    number = number_of(tray, "waits.png")
    narrow = {"Authorization": f"Bearer {door.token('admin', 'read', 'change')}"}

    for path in ("/inbox", f"/inbox/{number}"):
        assert door.ask("GET", path, headers=narrow).status_code == 403
    hidden, missing = (door.get(f"/inbox/{each}", "chief") for each in (number, 999))
    assert (hidden.status_code, missing.status_code) == (404, 404)
    assert hidden.json()["detail"] == missing.json()["detail"]
    fields = {"fields": {"客户名称": "李四"}}
    assert door.ask("PUT", f"/inbox/{number}/metadata", fields, user="chief").status_code == 404


def test_a_scan_that_is_damaged_is_told_before_anything_is_given(door: Door, tray: Tray) -> None:
    (sealed,) = (path for path in (door.office.path / "var" / "scans").rglob("*") if path.is_file())
    content = bytearray(sealed.read_bytes())
    content[20] ^= 1
    sealed.write_bytes(content)

    answer = door.post("/records/甲%2F1/attachments/1", {"reason": "核对"}, "chief")

    assert (answer.status_code, answer.json()["code"]) == (503, "store_failed")
