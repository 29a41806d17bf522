"""Changing, making, deleting and restoring single records."""

import random
import threading
from contextlib import suppress
from typing import Any

import pytest

from archsearch.domain.audit import Action, AuditFilter
from archsearch.domain.record import FieldChange
from archsearch.errors import (
    AccessDeniedError,
    ArchsearchError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    RejectedError,
    StoreError,
)
from archsearch.services.index import IndexService
from archsearch.services.revising import Revised
from tests.offices import Office, codes, counts, drain_held_up

NUMBER, OTHER = "11010519491231002X", "110101199003070038"
PHONE = "13812345678"


@pytest.fixture
def staffed(office: Office) -> Office:
    office.hire(
        boss="manager at 信贷部",
        li="employee at 信贷部",
        wu="employee at 风险部",
        other="manager at 风险部",
        eye="auditor at 信贷部",
    )
    office.feed(
        {
            "record_id": "A",
            "name": "张三",
            "phones": [PHONE],
            "id_number": NUMBER,
            "department": "信贷部",
            "notes": f"电话 {PHONE} 已核",
            "finance": {"income": "50万", "debt": "3万"},
            "contacts": [{"name": "李梅", "phone": "13900001111"}],
        },
        user="li",
    )
    return office


def change(office: Office, by: str = "boss", /, **fields: Any) -> Revised:
    return office.archive.change("A", fields, user=by)


def stored(office: Office, reason: str = "核对原文") -> dict[str, Any]:
    return office.archive.reveal("A", reason=reason, user="admin").values


def told(office: Office, action: Action) -> list[tuple[str, str, Any]]:
    found = office.application.audit.search(AuditFilter(action=action), "admin", limit=99)
    return [(e.entry.user, e.entry.outcome, dict(e.entry.detail)) for e in reversed(found)]


# Changing ----------------------------------------------------------------------------------------


def test_what_was_said_replaces_and_all_else_stays_and_is_found_at_once(staffed: Office) -> None:
    before = stored(staffed)

    revised = change(staffed, 备注="抵押房产已解除", 价值等级="VIP")

    after = stored(staffed)
    assert (revised.version, revised.indexed) == (2, True)
    assert {c.field for c in revised.changes} == {"notes", "value_tier"}
    assert (after["notes"], after["value_tier"]) == ("抵押房产已解除", "高价值")
    untouched = before.keys() - {"notes", "value_tier", "updated_at", "quality"}
    assert {key: after[key] for key in untouched} == {key: before[key] for key in untouched}
    assert staffed.seen("li", "抵押房产") == {"A"}
    assert staffed.ailments() == []


def test_saying_what_is_there_already_makes_no_version(staffed: Office) -> None:
    revised = change(staffed, 姓名="张三", 电话=PHONE)

    assert (revised.version, revised.changes) == (1, ())
    assert told(staffed, Action.CHANGE) == []


def test_members_of_a_group_that_are_not_mentioned_stay(staffed: Office) -> None:
    change(staffed, 收入="60万")
    change(staffed, 财务状况={"房产": "两套"})

    finance = stored(staffed)["finance"]
    assert finance["income"] == 600000
    assert (finance["debt"], finance["real_estate"]) == (30000, "两套")


def test_a_row_with_a_part_of_a_group_leaves_its_other_members(staffed: Office) -> None:
    report = staffed.feed({"record_id": "A", "收入": "70万"})
    same = staffed.feed({"record_id": "A", "收入": "70万", "负债": "3万"})

    assert (counts(report), counts(same)) == ((0, 1, 0, 0), (0, 0, 1, 0))
    assert stored(staffed)["finance"] == {"income": 700000, "debt": 30000}


def test_a_list_of_groups_is_given_as_a_whole_or_not_at_all(staffed: Office) -> None:
    with pytest.raises(InvalidRequestError, match="完整的联系人"):
        change(staffed, 联系人电话="13700001111")

    change(staffed, contacts=[{"name": "王五"}, {"name": "赵六"}])

    assert [each["name"] for each in stored(staffed)["contacts"]] == ["王五", "赵六"]


def test_fields_and_members_are_taken_away(staffed: Office) -> None:
    change(staffed, 备注=None, 收入=None)
    change(staffed, 联系人=None)

    after = stored(staffed)
    assert not {"notes", "contacts"} & after.keys()
    assert after["finance"] == {"debt": 30000}


@pytest.mark.parametrize("name", ["姓名", "档号", "建档人", "部门", "密级", "质量分", "联系人电话"])
def test_what_no_record_can_be_without_is_not_taken_away(staffed: Office, name: str) -> None:
    with pytest.raises(InvalidRequestError):
        staffed.archive.change("A", {name: None}, user="boss")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"证件号码": NUMBER[:-1] + "1"}, "id_checksum"),
        ({"出生日期": "1950-01-01"}, "birth_mismatch"),
        ({"性别": "很好"}, "vocabulary_unknown"),
        ({"备注": " "}, "value_invalid"),
        ({"地区": "火星市"}, "region_unknown"),
        ({"电话": "无"}, "value_invalid"),
        ({"电话": [None, ""]}, "value_invalid"),
        ({"财务状况": {"收入": None}}, "value_invalid"),
        ({"质量分": "100"}, "system_column"),
        ({"状态": "已销毁"}, "status_not_permitted"),
        ({"部门": "风险部"}, "department_not_permitted"),
        ({"密级": "机密"}, "secrecy_above_clearance"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_problem(
    staffed: Office, fields: dict[str, Any], code: str
) -> None:
    with pytest.raises(RejectedError) as caught:
        change(staffed, **fields)

    assert code in {problem.code for problem in caught.value.problems}  # type: ignore[attr-defined]
    assert caught.value.message
    assert staffed.archive.get("A", user="boss").version == 1
    assert staffed.seen("li", "张三") == {"A"}


@pytest.mark.parametrize("fields", [{}, {"没有的字段": "x"}, {"档号": "B"}, {"不认识": None}])
def test_what_means_nothing_is_refused(staffed: Office, fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidRequestError):
        change(staffed, **fields)


def test_nobody_can_say_of_a_record_that_it_is_deleted(staffed: Office) -> None:
    with pytest.raises(RejectedError):
        change(staffed, 状态="已删除")

    assert counts(staffed.feed({"record_id": "C", "name": "丙", "status": "已删除"}))[3] == 1


@pytest.mark.parametrize("key", ["phones", "id_number", "notes", "finance", "contacts"])
def test_masked_values_given_back_overwrite_nothing(staffed: Office, key: str) -> None:
    before = stored(staffed)
    shown = staffed.archive.get("A", user="boss").values

    with pytest.raises(RejectedError) as caught:
        staffed.archive.change("A", {key: shown[key]}, user="boss")

    assert "*" not in caught.value.message
    assert stored(staffed) == before


def test_a_masked_number_inside_a_mended_note_overwrites_nothing(staffed: Office) -> None:
    shown = str(staffed.archive.get("A", user="boss").values["notes"])

    with pytest.raises(RejectedError, match="脱敏"):
        change(staffed, notes=shown + "，再联系")
    change(staffed, notes="**重要** 再联系")
    change(staffed, notes="**重要** 已联系")

    assert stored(staffed)["notes"] == "**重要** 已联系"


EDITED = [
    "请拨138****5678联系",
    "现电话 138****5678 已核",
    "电话138 **** 5678已核",
    "电话 138-*-*-*-*-5678",
    "电话138＊＊＊＊5678",
    "尾号****5678",
    "138***5678 已核，138****5678",
]


@pytest.mark.parametrize("notes", EDITED)
def test_masked_numbers_overwrite_nothing_whatever_is_mended_beside_them(
    staffed: Office, notes: str
) -> None:
    before = stored(staffed)
    staffed.archive.add_user("bot", role="program", departments=["信贷部"])

    with pytest.raises(RejectedError, match="备注：含有脱敏后的值"):
        change(staffed, notes=notes)
    with pytest.raises(RejectedError, match="备注：含有脱敏后的值"):
        staffed.archive.propose("A", {"notes": notes}, user="bot", reason="客户来电更正")
    report = staffed.feed({"record_id": "A", "notes": notes, "value_tier": "高价值"}, user="boss")

    assert [(one.code, one.field) for one in report.rejected] == [("masked_value", "notes")]
    assert stored(staffed) == before


def test_a_mended_address_does_not_lose_the_number_in_it(staffed: Office) -> None:
    change(staffed, address=f"上海市浦东新区世纪大道1号电话{PHONE}转")
    shown = str(staffed.archive.get("A", user="boss").values["address"])

    with pytest.raises(RejectedError, match="脱敏"):
        change(staffed, address=shown.replace("1号", "2号"))

    assert PHONE in str(stored(staffed)["address"])


def test_a_proposal_made_before_stars_hid_anything_is_not_accepted_over_it(
    staffed: Office,
) -> None:
    change(staffed, notes="二")
    staffed.archive.add_user("bot", role="program", departments=["信贷部"])
    proposal = staffed.archive.propose(
        "A", {"notes": "电话138****5678"}, user="bot", reason="客户来电更正"
    )
    change(staffed, notes=f"电话 {PHONE}")

    with pytest.raises(RejectedError, match="脱敏"):
        staffed.archive.proposals.accept(proposal.id, user="boss", expected_version=3)

    assert stored(staffed)["notes"] == f"电话 {PHONE}"


def test_stars_of_peoples_own_stay_beside_those_that_hide(staffed: Office) -> None:
    row = {"record_id": "S", "name": "甲", "department": "信贷部"}
    staffed.feed({**row, "notes": f"***重要*** 电话 {PHONE}"})

    revised = staffed.archive.change(
        "S", {"notes": f"***重要***，**新**，电话 {PHONE}"}, user="boss"
    )
    with pytest.raises(RejectedError, match="脱敏"):
        staffed.archive.change("S", {"notes": "***重要***，**新**，电话 *******"}, user="boss")

    assert revised.version == 2


def test_what_was_shown_given_back_unchanged_says_nothing_in_a_row(staffed: Office) -> None:
    shown = staffed.archive.get("A", user="boss").values

    report = staffed.feed({"record_id": "A", "notes": shown["notes"]}, user="boss")

    assert counts(report) == (0, 0, 1, 0)


def test_another_version_than_was_seen_is_a_conflict(staffed: Office) -> None:
    change(staffed, 备注="一")

    with pytest.raises(ConflictError, match="第 2 版"):
        staffed.archive.change("A", {"备注": "二"}, user="boss", expected_version=1)
    revised = staffed.archive.change("A", {"备注": "二"}, user="boss", expected_version=2)

    assert revised.version == 3


def test_two_writers_at_once_lose_nothing(staffed: Office) -> None:
    failures: list[ArchsearchError] = []

    def write(key: str) -> None:
        try:
            for number in range(5):
                change(staffed, **{key: f"{key}{number}"})
        except ArchsearchError as error:
            failures.append(error)

    threads = [threading.Thread(target=write, args=(key,)) for key in ("notes", "address")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    after = stored(staffed)
    assert failures == []
    assert (after["notes"], after["address"]) == ("notes4", "address4")
    assert len(staffed.archive.history("A", user="admin")) == 11
    assert staffed.ailments() == []


def test_only_who_may_change_it_does_and_others_learn_no_more_than_they_may(
    staffed: Office,
) -> None:
    with pytest.raises(AccessDeniedError, match="propose"):
        change(staffed, "li", 备注="x")
    messages = set()
    for user, record_id in (("wu", "A"), ("other", "A"), ("eye", "A"), ("li", "B"), ("wu", "B")):
        with pytest.raises(NotFoundError) as caught:
            staffed.archive.change(record_id, {"备注": "x"}, user=user)
        messages.add(str(caught.value))

    assert len(messages) == 1
    assert staffed.archive.get("A", user="boss").version == 1


def test_what_was_lent_is_not_changed_by_its_borrower(staffed: Office) -> None:
    staffed.grant("A", "other")

    with pytest.raises(AccessDeniedError):
        change(staffed, "other", 备注="x")


def test_a_frozen_record_is_changed_by_who_may_change_even_those(staffed: Office) -> None:
    change(staffed, "admin", 状态="冻结")

    with pytest.raises(RejectedError, match="冻结"):
        change(staffed, 备注="x")
    assert change(staffed, "admin", 备注="x").version == 3


def test_a_number_of_another_records_source_is_not_taken_over(staffed: Office) -> None:
    staffed.feed({"record_id": "B", "name": "乙", "source": "CRM", "source_id": "7"})

    with pytest.raises(RejectedError, match="不可用"):
        change(staffed, "admin", 来源="CRM", 来源编号="7")


def test_the_log_says_which_fields_changed_and_holds_no_value_of_a_customer(
    staffed: Office,
) -> None:
    staffed.archive.change(
        "A", {"电话": "13700002222", "价值等级": "高价值", "密级": "公开"}, user="boss",
        reason=f"客户来电 {PHONE}",
    )  # fmt: skip
    staffed.feed({"record_id": "A", "phones": [PHONE]})

    (_, _, by_hand), (_, _, by_row) = told(staffed, Action.CHANGE)
    assert by_hand["fields"]["secrecy"] == ["内部", "公开"]
    assert set(by_hand["fields"]) == {"phones", "value_tier", "secrecy"}
    # The same value has the same digest: who knows the key can tell that it came back.
    assert by_hand["fields"]["phones"] == by_row["fields"]["phones"][::-1]
    assert all(text not in str((by_hand, by_row)) for text in (PHONE, "13700002222", "高价值"))
    assert by_hand["reason"] == "客户来电 138****5678"


def test_without_an_entry_in_the_log_nothing_is_changed(staffed: Office) -> None:
    with staffed.application.database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER no_changes BEFORE INSERT ON audit WHEN NEW.action IN "
            "('change', 'delete') BEGIN SELECT RAISE(ABORT, 'no'); END"
        )

    with pytest.raises(StoreError):
        change(staffed, 备注="x")
    with pytest.raises(StoreError):
        delete(staffed)

    assert staffed.archive.get("A", user="boss").version == 1
    assert staffed.seen("li") == {"A"}


def test_a_change_whose_maker_was_killed_before_the_index_heard_of_it_is_found_later(
    staffed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> int:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(IndexService, "drain", killed)
        with pytest.raises(KeyboardInterrupt):
            change(staffed, 备注="抵押房产")

    with Office(staffed.path) as later:
        assert later.seen("boss", "抵押房产") == {"A"}
        assert later.ailments() == []


@pytest.mark.parametrize("step", ["records.save", "audit_log", "recall"])
def test_a_deletion_is_done_wholly_or_not_at_all(
    staffed: Office, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    staffed.grant("A", "wu", days=9)

    def broken(*_: object, **__: object) -> None:
        raise StoreError("磁盘已满。")

    places = {
        "records.save": "archsearch.services.revising.records.save",
        "audit_log": "archsearch.storage.audit_log.AuditLog.append",
        "recall": "archsearch.services.recalling.grants.revoke_record",
    }
    with monkeypatch.context() as patch:
        patch.setattr(places[step], broken)
        with pytest.raises(StoreError):
            delete(staffed)

    assert staffed.seen("wu") == {"A"}
    assert len(staffed.archive.history("A", user="admin")) == 1
    assert staffed.ailments() == []


# Making ------------------------------------------------------------------------------------------


def test_a_record_is_made_by_hand_and_found_at_once(staffed: Office) -> None:
    made = staffed.archive.create({"姓名": "李四", "联系人电话": "13900001111"}, user="li")

    assert staffed.seen("li", "李四") == {made.record_id}
    assert made.version == 1
    values = staffed.archive.get(made.record_id, user="li").values
    assert (values["owner"], values["department"]) == ("li", "信贷部")
    assert staffed.ailments() == []


def test_a_record_that_is_there_is_not_made_again(staffed: Office) -> None:
    with pytest.raises(ConflictError, match="change"):
        staffed.archive.create({"档号": "A", "姓名": "李四"}, user="boss")
    with pytest.raises(RejectedError) as hidden:
        staffed.archive.create({"档号": "A", "姓名": "李四"}, user="wu")
    with pytest.raises(RejectedError):
        staffed.archive.create({"电话": PHONE}, user="li")
    with pytest.raises(AccessDeniedError):
        staffed.archive.create({"姓名": "李四"}, user="eye")

    assert [p.code for p in hidden.value.problems] == ["record_id_taken"]  # type: ignore[attr-defined]


# Deleting ----------------------------------------------------------------------------------------


def delete(office: Office, record_id: str = "A", user: str = "admin") -> Revised:
    return office.archive.delete(record_id, reason="重复建档", user=user)


def test_a_deleted_record_is_there_for_nobody_but_who_may_delete_it(staffed: Office) -> None:
    staffed.grant("A", "wu", days=9)
    archive = staffed.archive

    delete(staffed)

    for user in ("li", "boss", "wu"):
        assert staffed.seen(user) == set()
        assert archive.suggest("张", user=user) == ()
        assert archive.match(["张三"], user=user) == ((),)
        for ask in (archive.get, archive.history):
            with pytest.raises(NotFoundError) as caught:
                ask("A", user=user)
            assert str(caught.value) == "没有这份档案，或不在您的检索范围内。"
        for deed in (archive.delete, archive.restore):
            with pytest.raises(NotFoundError):
                deed("A", reason="重复", user=user)
        with pytest.raises(NotFoundError):
            change(staffed, user, 备注="x")
    assert staffed.seen("admin") == set()
    assert archive.get("A", user="admin").values["status"] == "已删除"
    assert [v.cause.get("deed") for v in archive.history("A", user="admin")] == [None, "delete"]
    assert {each.name for each in archive.who("A", user="admin")} == {"admin"}
    assert staffed.ailments() == []


def test_what_was_restored_is_as_it_was_and_what_was_lent_stays_ended(staffed: Office) -> None:
    staffed.grant("A", "wu", days=9)
    before = stored(staffed)
    delete(staffed)

    staffed.archive.restore("A", reason="误删", user="admin")

    assert stored(staffed) == before
    assert staffed.seen("li", "张三") == {"A"}
    assert staffed.seen("wu") == set()
    assert staffed.ailments() == []
    # The same content is known again.
    assert counts(staffed.feed({"record_id": "A", "name": "张三"}))[:3] == (0, 0, 1)


def test_before_the_index_hears_of_it_a_deleted_record_is_not_found(staffed: Office) -> None:
    staffed.feed({"record_id": "B", "name": "张四", "department": "信贷部"}, user="li")
    with drain_held_up(staffed):
        assert not delete(staffed).indexed

        page = staffed.archive.search("", user="li", facets=["department"])
        assert ([hit.record_id for hit in page.hits], page.total) == (["B"], 1)
        assert dict(page.facets["department"]) == {"信贷部": 1}
        assert staffed.seen("admin") == {"B"}


def test_only_who_may_delete_does(staffed: Office) -> None:
    for user in ("li", "boss"):
        with pytest.raises(AccessDeniedError, match="不能删除"):
            delete(staffed, user=user)
        with pytest.raises(AccessDeniedError):
            staffed.archive.restore("A", reason="误删", user=user)
    for user, record_id in (("wu", "A"), ("wu", "B"), ("admin", "B")):
        for deed in (staffed.archive.delete, staffed.archive.restore):
            with pytest.raises(NotFoundError) as caught:
                deed(record_id, reason="重复", user=user)
            assert str(caught.value) == "没有这份档案，或不在您的检索范围内。"


def test_what_is_frozen_deleted_or_without_a_reason_is_not_deleted(staffed: Office) -> None:
    with pytest.raises(InvalidRequestError):
        staffed.archive.delete("A", reason=" ", user="admin")
    with pytest.raises(ConflictError, match="没有被删除"):
        staffed.archive.restore("A", reason="误删", user="admin")
    change(staffed, "admin", 状态="冻结")
    with pytest.raises(ConflictError, match="冻结"):
        delete(staffed)
    change(staffed, "admin", 状态="在档")
    delete(staffed)
    with pytest.raises(ConflictError, match="已经删除"):
        delete(staffed)
    with pytest.raises(ConflictError, match="恢复"):
        change(staffed, "admin", 备注="x")


def test_a_deleted_record_that_is_delivered_again_stays_deleted(staffed: Office) -> None:
    staffed.feed({"name": "丁", "source": "CRM", "source_id": "9", "department": "信贷部"})
    (crm,) = staffed.seen("admin", "丁")
    delete(staffed, crm)
    delete(staffed)

    again = ({"record_id": "A", "name": "张三"}, {"name": "丁", "来源": "CRM", "来源编号": "9"})
    by_admin, by_boss = staffed.feed(*again), staffed.feed(*again, user="boss")

    assert codes(by_admin) == ["record_deleted"] * 2
    assert codes(by_boss) == ["record_id_taken"] * 2
    assert staffed.seen("admin") == set()


def test_nobody_borrows_a_deleted_record(staffed: Office) -> None:
    borrow = staffed.archive.borrow
    asked = borrow.request("A", purpose="贷后", reason="核对", user="wu")
    lent = borrow.request("A", purpose="贷后", reason="核对", user="other")
    borrow.approve(lent.id, user="boss", days=3)
    delete(staffed)

    assert borrow.show(lent.id, user="other").state == "revoked"
    assert borrow.list(user="boss", which="inbox") == ()
    with pytest.raises(ArchsearchError):
        borrow.approve(asked.id, user="admin")
    assert staffed.seen("other") == set()
    again = borrow.request("A", purpose="贷后", reason="核对", user="other")
    missing = borrow.request("Z", purpose="贷后", reason="核对", user="other")
    assert again.state == missing.state == "applied"


def test_the_changes_of_a_history_lead_from_its_first_version_to_the_record(
    staffed: Office,
) -> None:
    dice = random.Random(7)
    for _ in range(25):
        keys = dice.sample(("notes", "address", "short_names", "tags", "email"), 2)
        values = {key: dice.choice((None, "甲", "乙", "a@b.cn", ["授信"])) for key in keys}
        with suppress(ArchsearchError):
            staffed.archive.change("A", values, user="boss")

    first, *others = staffed.archive.history("A", user="boss", reason="核对原文")

    built = dict(first.values)
    for version in others:
        for change_ in version.changes:
            assert built.get(change_.field) == change_.old
            built[change_.field] = change_.new
    now = stored(staffed)
    assert len(others) > 5
    worked_out = {"updated_at", "quality"}
    assert {k: v for k, v in built.items() if v is not None and k not in worked_out} == {
        k: v for k, v in now.items() if k not in worked_out
    }


# History -----------------------------------------------------------------------------------------


def test_history_says_who_changed_what_from_what_and_why(staffed: Office) -> None:
    staffed.archive.change("A", {"备注": "二", "电话": "13700002222"}, user="boss", reason="来电")

    first, second = staffed.archive.history("A", user="li")

    assert (first.changed_by, dict(first.cause), first.changes) == (
        "li", {"source": "提交的内容", "row": "第 1 条"}, (),
    )  # fmt: skip
    assert (second.changed_by, dict(second.cause)) == ("boss", {"reason": "来电"})
    assert set(second.changes) == {
        FieldChange("phones", concealed=True),
        FieldChange("notes", "电话 *********** 已核", "二"),
    }
    assert PHONE not in str((first, second))
    # The row of a file counts those before it: for whoever brought it, and who sees them all.
    for user, cause in (("boss", {"source": "提交的内容"}), ("admin", dict(first.cause))):
        assert dict(staffed.archive.history("A", user=user)[0].cause) == cause


def test_a_row_is_not_told_to_who_sees_all_departments_but_not_all_levels(staffed: Office) -> None:
    staffed.hire(aide="administrator at 总行, 内部")
    staffed.feed(
        {"record_id": "H1", "name": "甲", "secrecy": "机密"}, {"record_id": "H2", "name": "乙"}
    )

    (version,) = staffed.archive.history("H2", user="aide")
    assert "row" not in version.cause


def test_history_is_revealed_to_who_may_for_a_reason_that_is_logged(staffed: Office) -> None:
    change(staffed, 电话="13700002222")

    versions = staffed.archive.history("A", user="boss", reason="核对电话")

    assert versions[1].changes == (FieldChange("phones", [PHONE], ["13700002222"]),)
    assert told(staffed, Action.REVEAL) == [
        ("boss", "done", {"history": True, "reason": "核对电话"})
    ]
    with pytest.raises(AccessDeniedError):
        staffed.archive.history("A", user="li", reason="核对电话")
    with pytest.raises(InvalidRequestError):
        staffed.archive.history("A", user="boss", reason=" ")


def test_a_change_made_while_a_record_was_secret_is_told_as_part_of_the_next(
    staffed: Office,
) -> None:
    change(staffed, "admin", 密级="机密", 备注="机密内容")
    change(staffed, "admin", 密级="内部", 备注="公开内容")

    versions = staffed.archive.history("A", user="boss")

    assert [v.version for v in versions] == [1, 3]
    assert "机密" not in str(versions)


def test_a_new_number_in_its_source_leaves_the_source_as_it_is(staffed: Office) -> None:
    staffed.archive.change("A", {"source": "核心", "source_id": "7"}, user="admin")

    revised = staffed.archive.change("A", {"source_id": "8"}, user="admin")
    made = staffed.archive.create({"name": "乙", "source_id": "9"}, user="admin")

    assert revised.changes == (FieldChange("source_id", "7", "8"),)
    assert (stored(staffed)["source"], stored(staffed)["source_id"]) == ("核心", "8")
    values = staffed.archive.get(made.record_id, user="admin").values
    assert (values["source"], values["source_id"]) == ("导入", "9")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        *(("phones", f"138{marks}5678") for marks in ("xxxx", "XXXX", "…", "*", "----")),
        *(("phones", f"138{marks}5678") for marks in ("••••", "____", "????")),
        ("contacts", [{"name": "李梅", "phone": "139xxxx1111"}]),
        ("email", "z*@qq.com"),
        ("email", "z…@qq.com"),
    ],
)  # fmt: skip
def test_a_value_with_marks_for_what_is_hidden_is_none(
    staffed: Office, key: str, value: Any
) -> None:
    before = stored(staffed)

    with pytest.raises(RejectedError, match="脱敏"):
        change(staffed, **{key: value})

    assert stored(staffed) == before


@pytest.mark.parametrize("phone", ["010-12345678*801", "010--12345678", "62345678转8", "暂无x"])
def test_untidy_telephones_are_taken(staffed: Office, phone: str) -> None:
    assert change(staffed, phones=phone).version == 2


@pytest.mark.parametrize("fields", [{"电话": "1380013800"}, {"电子邮箱": "zhang@"}])
def test_a_poor_value_is_told_of_in_a_change_as_in_a_new_record(
    staffed: Office, fields: dict[str, str]
) -> None:
    made = staffed.archive.create({"姓名": "张伟明", **fields}, user="admin")
    record_id = staffed.archive.create({"姓名": "李娜"}, user="admin").record_id
    changed = staffed.archive.change(record_id, fields, user="admin")

    told = {each.message for each in made.warnings if each.field in {"phones", "email"}}
    assert told
    assert told <= {each.message for each in changed.warnings}
