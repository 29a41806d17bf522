"""Scans that wait are mended from elsewhere, as if by a file put beside them."""

import errno
import json
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archsearch.domain.audit import Action, AuditFilter
from archsearch.domain.callers import Caller
from archsearch.errors import (
    AccessDeniedError,
    BusyError,
    InvalidRequestError,
    NotFoundError,
    RejectedError,
    StoreError,
)
from archsearch.ingest.inbox import beside
from archsearch.ingest.inbox.folder import Folder
from archsearch.services.mending import InboxFile
from tests.offices import Office
from tests.scans import Tray, scan_of

NUMBER = "11010519491231002X"


@pytest.fixture
def tray(office: Office) -> Tray:
    return Tray(office)


def shown(tray: Tray, file: str, user: str = "admin") -> InboxFile:
    number = tray.items()[file].id
    return tray.office.archive.inbox.show(number, user=user)


def mend(tray: Tray, file: str, fields: dict[str, Any], user: str = "admin") -> InboxFile:
    number = tray.items()[file].id
    return tray.office.archive.inbox.mend(number, fields, user=user)


@pytest.mark.parametrize("minutes", [0, 40], ids=["at home", "in 待补录"])
def test_a_scan_without_metadata_waits_is_mended_and_filed(tray: Tray, minutes: int) -> None:
    tray.drop("柜台/scan1.png", scan_of(1))
    tray.settle(minutes=minutes)
    assert tray.states() == {"柜台/scan1.png": "waiting"}

    mended = mend(
        tray,
        "柜台/scan1.png",
        {"客户名称": "李四", "id_number": NUMBER, "材料类型": "合同", "扫描时间": "2026-03-01"},
    )
    tray.settle()

    assert (mended.state, mended.pending) == ("waiting", True)
    record = tray.records()["李四"]
    (attachment,) = cast("list[dict[str, Any]]", record.values["attachments"])
    assert (attachment["kind"], attachment["scanned_at"]) == ("合同", "2026-03-01")
    assert tray.scans(record.record_id) == [scan_of(1)]
    assert set(tray.states().values()) == {"archived"}
    assert tray.left() == set()
    assert tray.office.ailments() == []


def test_what_was_said_beside_a_scan_stays_but_for_what_is_mended(tray: Tray) -> None:
    tray.drop("a.png")
    tray.drop("a.yaml", f"客户名称: 李四\n身份证号: {NUMBER[:-1]}1\n电话: '13812345678'\n")
    tray.settle()
    before = shown(tray, "a.png")

    mend(tray, "a.png", {"证件号码": NUMBER})
    tray.settle()

    assert [each.field for each in before.problems] == ["id_number"]
    assert before.known["name"] == "李四"
    record = tray.records()["李四"]
    assert record.values["id_number"] == NUMBER
    assert record.values["phones"] == ["13812345678"]
    assert tray.left() == set()


def test_a_file_that_cannot_be_read_or_is_xml_gives_way_to_what_is_mended(tray: Tray) -> None:
    tray.drop("a.png")
    tray.drop("a.png.json", "{")
    tray.drop("b.png", scan_of(2))
    tray.drop("b.xml", "<客户><电话>13812345678</电话></客户>")
    tray.settle()

    for name in ("a", "b"):
        mend(tray, f"{name}.png", {"客户名称": f"客户{name}"})
    tray.settle()

    assert set(tray.records()) == {"客户a", "客户b"}
    assert tray.records()["客户b"].values["phones"] == ["13812345678"]
    assert tray.left() == set()


def test_metadata_that_may_be_of_two_scans_is_not_changed_for_one(tray: Tray) -> None:
    tray.drop("a.png", scan_of(1))
    tray.drop("a.jpg", scan_of(2, "JPEG"))
    tray.drop("a.json", {"电话": "13812345678"})
    tray.settle()

    mend(tray, "a.png", {"客户名称": "李四"})

    beside_it = {path.name for path in tray.folder.rglob("a*.json")}
    assert beside_it == {"a.json", "a.png.json"}


def test_a_returned_scan_goes_home_with_what_is_mended(tray: Tray) -> None:
    tray.drop("柜台/a.png", scan_of(1)[:40])
    tray.settle()
    assert tray.states() == {"柜台/a.png": "quarantined"}
    (returned,) = tray.folder.glob("已退回/柜台/a.png")
    returned.write_bytes(scan_of(1))
    tray.settle()
    tray.drop("柜台/b.png", b"x")
    tray.settle()

    mended = mend(tray, "柜台/b.png", {"客户名称": "李四"})

    assert mended.pending
    assert not list(tray.folder.glob("已退回/**/b.png"))
    assert json.loads((tray.folder / "柜台" / "b.png.json").read_text("utf-8")) == {
        "客户名称": "李四"
    }


@pytest.mark.parametrize(
    ("fields", "places"),
    [
        ({"证件号码": "110105194912310021"}, {"id_number"}),
        ({"证件号码": "110***********002X"}, {"id_number"}),
        ({"客户名称": "李四", "电话": "138****5678"}, {"phones"}),
        ({"材料类型": "合同"}, {"name"}),
        ({"客户名称": "李四", "客户性质": "不存在的"}, {"nature"}),
    ],
)
def test_what_is_wrong_is_told_by_field_and_nothing_is_written(
    tray: Tray, fields: dict[str, str], places: set[str]
) -> None:
    tray.drop("scan1.png")
    tray.settle()

    with pytest.raises(RejectedError) as caught:
        mend(tray, "scan1.png", fields)

    assert {each.field for each in caught.value.problems} == places  # type: ignore[attr-defined]
    assert tray.left() == {"scan1.png"}
    with pytest.raises(InvalidRequestError, match="不认识字段"):
        mend(tray, "scan1.png", {"没有的字段": "x"})


def test_a_name_by_the_rule_needs_no_other(tray: Tray) -> None:
    tray.office.feed({"name": "张伟", "id_number": NUMBER})
    tray.drop("a.png.json", {"姓名": "张伟"})
    tray.drop("a.png")
    tray.settle()

    assert shown(tray, "a.png").reason == "namesake"
    mend(tray, "a.png", {"证件号码": NUMBER})
    tray.settle()

    assert tray.states()["a.png"] == "archived"
    assert set(tray.records()) == {"张伟"}


WRONG = {"姓名": "李四", "客户性质": "没有的"}
RIGHT = json.dumps({"姓名": "李四", "客户性质": "个人"}, ensure_ascii=False)


@pytest.mark.parametrize("number_of", ["a.png", "a.png.json"])
def test_a_scan_is_put_back_with_the_metadata_beside_it(tray: Tray, number_of: str) -> None:
    tray.drop("柜台/a.png")
    tray.drop("柜台/a.png.json", WRONG)
    tray.settle()
    (note,) = tray.folder.glob("待补录/柜台/*.json")
    note.write_text(RIGHT, encoding="utf-8")

    number = tray.items()[f"柜台/{number_of}"].id
    tray.office.archive.inbox.retry(number, user="admin")

    assert tray.left() >= {"柜台/a.png", "柜台/a.png.json"}
    assert not list(tray.folder.glob("待补录/柜台/*.png*[gn]"))
    tray.settle()
    assert set(tray.states().values()) == {"archived"}
    assert tray.records()["李四"].values["nature"] == "个人"


def test_metadata_waits_beside_the_scan_that_it_came_with_and_no_other_of_the_name(
    tray: Tray,
) -> None:
    tray.drop("a.png", scan_of(1))
    tray.settle(minutes=40)
    first = tray.items()["a.png"].id
    tray.drop("a.png", scan_of(2))
    tray.drop("a.png.json", WRONG)
    tray.settle()

    (note,) = tray.folder.glob("待补录/*.json")
    note.write_text(RIGHT, encoding="utf-8")
    tray.settle()

    assert tray.office.archive.inbox.show(first, user="admin").state == "waiting"
    assert tray.scans(tray.records()["李四"].record_id) == [scan_of(2)]


def test_metadata_of_any_scan_of_a_stem_is_not_put_beside_another_scan(tray: Tray) -> None:
    tray.drop("a.tif", scan_of(1, "TIFF"))
    tray.settle(minutes=40)
    tray.drop("a.png", scan_of(2))
    tray.drop("a.json", WRONG)
    tray.settle()

    (note,) = tray.folder.glob("待补录/*.json")
    note.write_text(RIGHT, encoding="utf-8")
    tray.settle()

    assert tray.states()["a.tif"] == "waiting"
    assert tray.scans(tray.records()["李四"].record_id) == [scan_of(2)]


def test_waiting_metadata_names_its_scan_and_is_mended_there(tray: Tray) -> None:
    tray.drop("a.png")
    tray.drop("a.png.json", WRONG)
    tray.settle()
    scan = tray.items()["a.png"]

    assert tray.items()["a.png.json"].scan == scan.id
    assert scan.scan is None
    assert shown(tray, "a.png.json").scan == scan.id
    with pytest.raises(InvalidRequestError, match=f"请补录第 {scan.id} 号"):
        mend(tray, "a.png.json", {"客户性质": "个人"})


def test_a_scan_is_kept_waiting_by_faults_and_told_of_nothing_else(tray: Tray) -> None:
    tray.drop("a.png")
    tray.drop("a.png.json", WRONG)
    tray.settle()

    assert tray.items()["a.png"].message.startswith("客户性质：")
    assert "补录一项" not in tray.items()["a.png"].message


def test_another_scan_of_the_same_name_is_kept_and_told_of(tray: Tray) -> None:
    for number in (1, 2, 2):
        tray.drop("合同.png", scan_of(number))
        tray.drop("合同.png.json", {"姓名": "李四", "证件号码": NUMBER})
        tray.settle()
    listed = tray.office.archive.inbox.list(user="admin", state="all").items
    scans = [each for each in reversed(listed) if each.file == "合同.png"]

    assert [each.reason for each in scans] == ["", "same_name", "duplicate"]
    assert tray.scans(tray.records()["李四"].record_id) == [scan_of(1), scan_of(2)]


def test_others_files_are_as_if_they_were_not(tray: Tray) -> None:
    tray.office.hire(clerk="employee at 甲", reader="auditor")
    tray.drop("scan1.png")
    tray.settle()
    number = tray.items()["scan1.png"].id
    desk = tray.office.archive.inbox

    assert desk.list(user="clerk").items == ()
    for ask in (desk.show, desk.retry, lambda n, user: desk.mend(n, {"姓名": "x"}, user=user)):
        with pytest.raises(NotFoundError) as hidden:
            ask(number, user="clerk")
        with pytest.raises(NotFoundError) as missing:
            ask(999, user="clerk")
        assert str(hidden.value) == str(missing.value)
        with pytest.raises(AccessDeniedError):
            ask(number, user="reader")


def test_who_may_do_less_than_the_watcher_has_nothing_done_with_its_rights(tray: Tray) -> None:
    tray.drop("scan1.png")
    tray.settle()
    narrow = Caller("admin", limits={"read", "create"}, via="token:1")

    with pytest.raises(AccessDeniedError, match="比您的大"):
        mend(tray, "scan1.png", {"客户名称": "李四"}, user=narrow)

    assert tray.left() == {"scan1.png"}


def test_each_deed_is_in_the_log_without_what_was_said(tray: Tray) -> None:
    tray.drop("scan1.png")
    tray.settle()
    mend(tray, "scan1.png", {"客户名称": "李四", "身份证号": NUMBER})

    audit = tray.office.application.audit
    (logged,) = audit.search(AuditFilter(action=Action.INBOX_MEND), "admin", limit=10)

    assert logged.entry.target == str(tray.items()["scan1.png"].id)
    assert logged.entry.detail == {"fields": ["id_number", "name"]}


def test_what_is_known_is_told_without_what_is_worked_out_and_masked(tray: Tray) -> None:
    tray.drop("甲/#授信/李四_002X_合同_20260301.png")
    tray.drop(
        "甲/#授信/李四_002X_合同_20260301.png.json", {"身份证号": NUMBER, "客户性质": "没有的"}
    )
    tray.settle()

    file = shown(tray, "甲/#授信/李四_002X_合同_20260301.png")

    assert file.known["name"] == "李四"
    assert file.known["kind"] == "合同"
    assert file.known["scanned_at"] == "2026-03-01"
    assert file.known["tags"] == ["授信"]
    assert "birth_date" not in file.known
    assert NUMBER not in str(file.known)


def test_older_files_are_on_the_next_page(tray: Tray) -> None:
    for number in range(5):
        tray.drop(f"scan{number}.png", scan_of(number))
    tray.settle()
    desk = tray.office.archive.inbox

    first = desk.list(user="admin", limit=3)
    second = desk.list(user="admin", limit=3, before=first.items[-1].id)

    assert (first.more, second.more) == (True, False)
    assert [each.file for each in (*first.items, *second.items)] == [
        f"scan{number}.png" for number in range(4, -1, -1)
    ]
    assert second.counts == {"waiting": 5}


def test_a_scan_that_is_gone_leaves_nothing_beside_it(
    tray: Tray, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tray.drop("scan1.png")
    tray.settle()
    real = Folder.mark

    def mark(folder: Folder, name: str) -> Any:
        found = real(folder, name)
        if name.endswith(".json"):
            path.unlink(missing_ok=True)
        return found

    monkeypatch.setattr(Folder, "mark", mark)
    with pytest.raises(BusyError):
        mend(tray, "scan1.png", {"客户名称": "李四"})

    assert tray.left() == set()


def test_a_full_disk_leaves_everything_as_it_was(
    tray: Tray, monkeypatch: pytest.MonkeyPatch
) -> None:
    tray.drop("a.png")
    tray.drop("a.png.json", {"电话": "13812345678"})
    tray.settle()
    before = {each: (tray.folder / each).read_bytes() for each in tray.left()}

    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreError, match="写不进收件夹"):
            mend(tray, "a.png", {"客户名称": "李四"})

    assert {each: (tray.folder / each).read_bytes() for each in tray.left()} == before


def test_nobody_is_led_to_write_elsewhere(tmp_path: Path) -> None:
    folder, secret = tmp_path / "inbox", tmp_path / "secret"
    folder.mkdir()
    (folder / "a.png").write_bytes(scan_of(1))
    secret.write_text("kept")
    name = beside.scratch_name("a.png.json")
    (folder / name).hardlink_to(secret)

    with pytest.raises(BusyError):
        beside.write_note(Folder(folder), "a.png", {"a": 1})
    (folder / name).symlink_to(secret)
    with pytest.raises(OSError, match="symbolic"):
        beside.write_note(Folder(folder), "a.png", {"a": 1})

    assert secret.read_text() == "kept"


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=6,
)
_COLUMNS = (
    "客户名称",
    "id_number",
    "电话",
    "扫描时间",
    "联系人",
    "联系人1姓名",
    "附件",
    "标签",
    "地区",
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.dictionaries(st.sampled_from(_COLUMNS), _VALUES, max_size=4))
def test_whatever_is_said_is_refused_with_words_or_written_for_the_watcher(
    tray: Tray, fields: dict[str, Any]
) -> None:
    if "scan1.png" not in tray.states():
        tray.drop("scan1.png")
        tray.settle()

    try:
        mended = mend(tray, "scan1.png", fields)
    except (RejectedError, InvalidRequestError):
        assert tray.left() == {"scan1.png"}
    else:
        # What was written can be read, and whoever looks is told of it.
        assert mended.pending
        (note,) = tray.folder.rglob("*.json")
        assert all(each.code != "unreadable_data" for each in mended.problems)
        json.loads(note.read_text("utf-8"))
        note.unlink()


class Cut(BaseException):
    """The end of a process in the middle of something."""


@pytest.mark.parametrize("returned", [False, True], ids=["waiting", "returned"])
@pytest.mark.parametrize("cut", range(7))
def test_a_mend_that_was_cut_short_anywhere_is_done_by_doing_it_again(
    tray: Tray, monkeypatch: pytest.MonkeyPatch, cut: int, returned: bool
) -> None:
    path = tray.drop("柜台/a.png", scan_of(1)[:40] if returned else scan_of(1))
    tray.settle()
    if returned:
        path = tray.folder / "已退回/柜台/a.png"
    steps = iter(range(99))

    def cutting(real: Any) -> Any:
        def step(*args: Any, **more: Any) -> Any:
            if next(steps) == cut:
                raise Cut
            return real(*args, **more)

        return step

    with monkeypatch.context() as patched:
        for name in ("ftruncate", "dup", "fsync", "rename"):
            patched.setattr(os, name, cutting(getattr(os, name)))
        with suppress(Cut):
            mend(tray, "柜台/a.png", {"客户名称": "李四"})
    tray.settle()
    if tray.items("waiting") or tray.items("quarantined"):
        with suppress(InvalidRequestError):
            mend(tray, "柜台/a.png", {"客户名称": "李四"})
        tray.settle()

    if returned:
        assert tray.items()["柜台/a.png"].state == "quarantined"
        assert path.read_bytes() == scan_of(1)[:40]
    else:
        assert set(tray.records()) == {"李四"}
        assert set(tray.states().values()) == {"archived"}
        assert tray.office.ailments() == []
    # What a killed process left is hidden, is nobody's, and is used up by whoever mends next.
    assert not [each for each in tray.left() if each.endswith(".tmp")]


def test_who_is_cleared_less_than_the_watcher_reaches_no_record_by_its_rights(tray: Tray) -> None:
    office = tray.office
    office.hire(low="administrator at 甲, 内部", equal="administrator at 甲, 机密")
    office.feed({"record_id": "S-1", "name": "保密客户", "secrecy": "机密", "notes": "原来的"})
    tray.drop("scan1.png")
    tray.settle()
    number = tray.items()["scan1.png"].id
    secret = {"档号": "S-1", "备注": "改了"}

    for user in ("low", Caller("low", limits={"read", "create", "change"}, via="token:1")):
        assert office.archive.inbox(user=user, state="all").items == ()
        assert office.archive.inbox(user=user, state="all").counts == {}
        with pytest.raises(NotFoundError):
            office.archive.inbox.mend(number, secret, user=user)
    tray.settle()
    assert tray.records()["保密客户"].values["notes"] == "原来的"

    office.archive.inbox.mend(number, secret, user="equal")
    tray.settle()
    assert tray.records()["保密客户"].values["notes"] == "改了"
    assert tray.items(user="equal")["scan1.png"].record_ids == ("S-1",)


def test_a_file_tells_of_no_record_that_its_own_user_may_not_see_any_more(tray: Tray) -> None:
    office = tray.office
    office.hire(clerk="employee at 甲")
    tray.drop("张伟_1234_合同.png")
    tray.settle(user="clerk")
    (filed,) = office.archive.inbox(user="clerk", state="archived").items
    desk, (record_id,) = office.archive.inbox, filed.record_ids
    office.archive.change(record_id, {"owner": "admin"}, user="admin", reason="移交")

    assert desk.show(filed.id, user="clerk").record_ids == ()
    assert desk.list(user="clerk", state="archived").items[0].record_ids == ()
    assert desk.show(filed.id, user="admin").record_ids == (record_id,)
