"""Scans dropped in the watch folder end up with the right customer, or with people."""

from typing import Any, cast

import pytest

from archsearch.domain.record import Origin, Record
from archsearch.errors import AccessDeniedError, InvalidRequestError, NotFoundError, StoreError
from archsearch.storage import records, scans
from tests.offices import Office
from tests.scans import Tray, scan_of

NUMBER = "11010519491231002X"
OTHER = "110105194912310038"


@pytest.fixture
def tray(office: Office) -> Tray:
    return Tray(office)


def test_a_scan_with_metadata_beside_it_is_filed_and_found(tray: Tray) -> None:
    content = scan_of(1, "TIFF", dpi=(300, 300))
    tray.drop("柜台/a.tif", content)
    tray.drop("柜台/a.tif.json", {"姓名": "李四", "身份证号": NUMBER, "材料类型": "户口本"})

    tray.settle()

    (record_id,) = tray.office.seen("admin", "李四")
    record = tray.records()["李四"]
    (attachment,) = attached(record)
    assert attachment["kind"] == "户口本"
    assert attachment["dpi"] == 300
    assert tray.scans(record_id) == [content]
    assert tray.states() == {"柜台/a.tif": "archived", "柜台/a.tif.json": "archived"}
    assert tray.left() == set()
    assert tray.office.ailments() == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.json", '{"客户名称": "李四"}'),
        ("a.yaml", "客户名称: 李四\n"),
        ("a.png.yml", "客户名称: 李四\n"),
        ("a.xml", "<客户><客户名称>李四</客户名称></客户>"),
    ],
)
def test_metadata_may_be_in_any_format(tray: Tray, name: str, text: str) -> None:
    tray.drop("a.png")
    tray.drop(name, text)

    tray.settle()

    assert set(tray.records()) == {"李四"}
    assert set(tray.states().values()) == {"archived"}


def test_names_by_the_rule_bring_scans_of_one_customer_together(tray: Tray) -> None:
    tray.drop("张伟_1234_身份证_20240305.png")
    tray.drop("张伟_1234_合同_20240306.png")
    tray.drop("张伟_5678_合同_20240306.png")
    tray.settle()
    tray.drop("张伟_1234_流水_20240307.png")
    tray.settle()

    with_scans = sorted(len(attached(record)) for record in everyone(tray))
    assert with_scans == [1, 3]
    assert {record.origins["name"] for record in everyone(tray)} == {Origin.FILE_NAME}


def attached(record: Record) -> list[dict[str, Any]]:
    return cast("list[dict[str, Any]]", record.values.get("attachments", []))


def everyone(tray: Tray) -> list[Record]:
    with tray.office.application.database.read() as connection:
        return list(records.iterate_all(connection))


def test_one_customer_named_in_two_ways_at_once_keeps_every_scan(tray: Tray) -> None:
    tray.office.feed({"record_id": "R1", "name": "张伟", "id_number": NUMBER})
    tray.drop("张伟_002X_合同.png")
    tray.drop("a.png")
    tray.drop("a.png.json", {"档号": "R1"})
    tray.drop("b.png")
    tray.drop("b.png.json", {"身份证号": NUMBER})

    tray.settle(5)

    assert len(attached(tray.records()["张伟"])) == 3
    assert len(tray.scans("R1")) == 3


def test_a_name_with_four_digits_finds_the_record_with_the_whole_number(tray: Tray) -> None:
    tray.office.feed({"record_id": "R1", "name": "张伟", "id_number": NUMBER})
    tray.drop("张伟_002X_合同.png")

    tray.settle()

    assert tray.items()["张伟_002X_合同.png"].record_ids == ("R1",)
    record = tray.records()["张伟"]
    assert (record.version, record.values["id_number"]) == (2, NUMBER)


def test_the_whole_number_finds_the_record_that_was_known_by_four_digits(tray: Tray) -> None:
    tray.drop("张伟_002X_合同.png")
    tray.settle()
    tray.drop("b.png")
    tray.drop("b.png.json", {"姓名": "张伟", "身份证号": NUMBER})
    tray.settle()

    (record,) = everyone(tray)
    assert record.values["id_number"] == NUMBER
    assert len(attached(record)) == 2


def test_two_records_that_would_do_are_left_to_people(tray: Tray) -> None:
    tray.office.feed(
        {"record_id": "R1", "name": "张伟", "id_number": NUMBER},
        {"record_id": "R2", "name": "张伟", "id_number": "11010519680307002X"},
    )
    tray.drop("张伟_002X_合同.png")

    tray.settle(5)

    item = tray.items()["张伟_002X_合同.png"]
    assert (item.state, item.reason) == ("waiting", "ambiguous")
    assert tray.left() == {"待补录/张伟_002X_合同.png", "待补录/张伟_002X_合同.png.原因.txt"}
    assert {r.version for r in everyone(tray)} == {1}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({"姓名": "张伟"}, "namesake"),
        ({"姓名": "王五", "身份证号": NUMBER}, "name_differs"),
        ({"姓名": "王五", "身份证号": "110105194912310021"}, "refused"),
        ({"身份证号": OTHER}, "refused"),
        ({"备注": "柜台"}, "too_little"),
    ],
)
def test_metadata_that_leaves_doubt_goes_to_people(
    tray: Tray, said: dict[str, str], reason: str
) -> None:
    tray.office.feed({"record_id": "R1", "name": "张伟", "id_number": NUMBER})
    tray.drop("a.png")
    tray.drop("a.png.json", said)

    tray.settle(4)

    item = tray.items()["a.png"]
    assert (item.state, item.reason) == ("waiting", reason)
    assert {"待补录/a.png", "待补录/a.png.json", "待补录/a.png.原因.txt"} <= tray.left()
    assert len(everyone(tray)) == 1


def test_metadata_that_comes_later_ends_the_waiting(tray: Tray) -> None:
    tray.drop("scan0001.png")
    tray.settle()
    assert tray.states() == {"scan0001.png": "waiting"}
    assert tray.left() == {"scan0001.png"}

    tray.drop("scan0001.json", {"姓名": "李四", "身份证号": NUMBER})
    tray.settle()

    assert set(tray.states().values()) == {"archived"}
    assert tray.left() == set()


def test_who_waited_too_long_is_filed_from_where_people_look(tray: Tray) -> None:
    tray.drop("柜台/scan0001.png")
    tray.settle(minutes=31)
    assert "待补录/柜台/scan0001.png.原因.txt" in tray.left()

    tray.drop("待补录/柜台/scan0001.png.json", {"姓名": "李四", "身份证号": NUMBER})
    tray.settle()

    assert set(tray.states().values()) == {"archived"}
    assert tray.left() == set()


def test_metadata_that_came_before_its_scan_finds_it(tray: Tray) -> None:
    tray.drop("a.json", {"姓名": "李四", "身份证号": NUMBER})
    tray.drop("b.png.json", {"姓名": "王五", "身份证号": OTHER})
    tray.settle()
    assert tray.states() == {"a.json": "archived", "b.png.json": "waiting"}

    tray.drop("a.png")
    tray.drop("b.png")
    tray.settle()

    assert set(tray.states().values()) == {"archived"}
    assert {n: len(attached(r)) for n, r in tray.records().items()} == {
        "李四": 1,
        "王五": 1,
    }


def test_a_table_speaks_for_the_files_of_its_folder(tray: Tray) -> None:
    tray.drop("批/1.png")
    tray.drop("批/2.png")
    tray.settle()
    tray.drop("批/metadata.csv", f"文件名,姓名,身份证号\n1.png,李四,{NUMBER}\n2.png,王五,{OTHER}\n")
    tray.settle()

    assert set(tray.records()) == {"李四", "王五"}
    assert set(tray.states().values()) == {"archived"}
    assert tray.left() == set()


def test_a_table_tells_how_many_of_its_files_are_still_to_come(tray: Tray) -> None:
    tray.drop("批/metadata.csv", f"文件名,客户,身份证号\n1.png,李四,{NUMBER}\n2.png,王五,{OTHER}\n")
    tray.drop("批/1.png")
    tray.settle()

    told = tray.items()["批/metadata.csv"]
    tray.drop("批/2.png")
    tray.settle()

    assert told.state == "waiting"
    assert "有 2 个文件，还有 1 个没有归档" in told.message
    assert set(tray.states().values()) == {"archived"}


def test_folders_say_department_and_tags_and_the_nearer_word_counts(tray: Tray) -> None:
    tray.office.hire(li="employee at 华东分行/信贷部")
    tray.drop("华东分行/信贷部/#授信/张伟_1234_合同.png")
    tray.drop("华东分行/信贷部/_folder.yaml", "关键词标签: [存量]\n备注: 柜台扫描\n")
    tray.drop("华东分行/信贷部/#授信/a.png")
    tray.drop("华东分行/信贷部/#授信/a.png.json", {"姓名": "李四", "备注": "本人办理"})

    tray.settle()

    found = tray.records()
    assert found["张伟"].department == "华东分行/信贷部"
    assert found["张伟"].values["tags"] == ["存量", "授信"]
    assert found["张伟"].origins["department"] is Origin.FOLDER
    assert (found["张伟"].values["notes"], found["李四"].values["notes"]) == (
        "柜台扫描",
        "本人办理",
    )
    assert "notes" not in found["李四"].origins


def test_a_folder_changes_nothing_that_is_known_of_a_customer(tray: Tray) -> None:
    tray.office.feed({"record_id": "R1", "name": "张伟", "id_number": NUMBER, "notes": "甲"})
    tray.drop("_folder.yaml", "备注: 乙\n地址: 北京市朝阳区\n")
    tray.drop("张伟_002X_合同.png")

    tray.settle()

    record = tray.records()["张伟"]
    assert (record.values["notes"], record.values["address"]) == ("甲", "北京市朝阳区")


def test_the_same_scan_again_is_told_and_kept_once(tray: Tray) -> None:
    tray.drop("张伟_1234_合同.png", scan_of(5))
    tray.settle()
    tray.drop("再/张伟_1234_合同.png", scan_of(5))
    tray.drop("张伟_1234_副本.png", scan_of(5))
    tray.settle()

    items = tray.items()
    assert items["再/张伟_1234_合同.png"].reason == "duplicate"
    assert items["张伟_1234_副本.png"].reason == "duplicate"
    (record,) = everyone(tray)
    assert tray.scans(record.record_id) == [scan_of(5)]
    assert tray.office.ailments() == []


def test_data_files_go_their_usual_way(tray: Tray) -> None:
    tray.drop("客户.csv", "客户名称,电话\n王五,13800138000\n,13900139000\n")
    tray.drop("又.csv", "客户名称,电话\n王五,13800138000\n")

    tray.settle()

    items = tray.items()
    assert (items["客户.csv"].state, items["客户.csv"].reason) == ("archived", "rows_rejected")
    assert items["又.csv"].reason in ("duplicate", "")
    assert set(tray.records()) == {"王五"}
    assert tray.left() == {"已退回/客户.csv.拒收.xlsx"}


def test_a_scan_is_for_who_may_see_what_is_masked_and_says_why(tray: Tray) -> None:
    tray.office.hire(li="employee at 总行", eye="auditor at 总行")
    tray.drop("张伟_1234_合同.png")
    tray.settle()
    (record,) = everyone(tray)
    archive = tray.office.archive

    with pytest.raises(NotFoundError):
        archive.attachment(record.record_id, 1, reason="看看", user="li")
    with pytest.raises((NotFoundError, AccessDeniedError)):
        archive.attachment(record.record_id, 1, reason="看看", user="eye")
    with pytest.raises(InvalidRequestError):
        archive.attachment(record.record_id, 1, reason=" ", user="admin")
    with pytest.raises(NotFoundError):
        archive.attachment(record.record_id, 2, reason="看看", user="admin")
    assert archive.attachment(record.record_id, 1, reason="看看", user="admin").read()


def test_an_employee_sees_only_their_own_files(tray: Tray) -> None:
    tray.office.hire(li="employee at 总行", wang="employee at 总行")
    tray.drop("张伟_1234_合同.png")
    tray.settle(user="li")

    assert set(tray.items(user="li")) == {"张伟_1234_合同.png"}
    assert tray.items(user="wang") == {}
    number = tray.items()["张伟_1234_合同.png"].id
    with pytest.raises(NotFoundError):
        tray.office.application.mail.inbox.retry(number, "wang")
    assert tray.records()["张伟"].owner == "li"


def test_nothing_of_a_scan_lies_open_in_the_store(tray: Tray) -> None:
    secret = b"SECRET-ON-A-SCAN" * 200
    tray.drop("李四光_1234_机密材料.png", scan_of(9) + secret)
    tray.settle()

    var = [path for path in (tray.office.path / "var").rglob("*") if path.is_file()]
    assert any("scans" in path.parts for path in var)
    for path in var:
        content = path.read_bytes()
        for word in (secret[:16], "李四光".encode(), "机密材料".encode()):
            assert word not in content, path.name
    assert tray.scans(everyone(tray)[0].record_id) == [scan_of(9) + secret]


def test_a_scan_of_a_record_whose_key_is_destroyed_is_gone(tray: Tray) -> None:
    tray.drop("张伟_1234_合同.png")
    tray.settle()
    (record,) = everyone(tray)
    digest = attached(record)[0]["sha256"]
    tray.office.application.vault.destroy([1])

    with tray.office.application.database.read() as connection, pytest.raises(StoreError):
        scans.find(connection, record.record_id, digest)
