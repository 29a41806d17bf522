"""Proposing changes, and deciding about them."""

from typing import Any

import pytest

from archsearch.domain.access import Role
from archsearch.domain.audit import Action, AuditFilter
from archsearch.errors import (
    AccessDeniedError,
    ArchsearchError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    RejectedError,
)
from archsearch.services.proposals import ShownProposal
from archsearch.services.users import UserChange
from tests.offices import Office

NUMBER, OTHER = "11010519491231002X", "110101199003070038"
PHONE, NEW_PHONE = "13812345678", "13700002222"


@pytest.fixture
def staffed(office: Office) -> Office:
    office.hire(
        boss="manager at 信贷部",
        other="manager at 风险部",
        li="employee at 信贷部",
        wu="employee at 信贷部",
    )
    office.feed(
        {
            "record_id": "A",
            "name": "张三",
            "phones": [PHONE],
            "id_number": NUMBER,
            "department": "信贷部",
            "notes": "一",
            "address": "上海市",
        },
        user="li",
    )
    return office


def propose(office: Office, by: str = "li", /, **fields: Any) -> ShownProposal:
    return office.archive.propose("A", fields, reason="客户来电更正", user=by)


def listed(office: Office, user: str, which: str = "mine") -> list[str]:
    return [each.id for each in office.archive.proposals.list(user=user, which=which)]


def stored(office: Office) -> dict[str, Any]:
    return office.archive.reveal("A", reason="核对原文", user="admin").values


def test_a_proposal_is_shown_with_its_differences_and_accepted(staffed: Office) -> None:
    made = propose(staffed, 备注="二", 电话=NEW_PHONE)
    assert stored(staffed)["notes"] == "一"
    assert listed(staffed, "li") == listed(staffed, "boss", "inbox") == ["li-P1"] == [made.id]

    seen = staffed.archive.proposals.show("li-P1", user="boss")
    done = staffed.archive.proposals.accept("li-P1", user="boss", note="已核")

    fields = {each.field: (each.base, each.current, each.proposed) for each in seen.fields}
    assert fields == {
        "notes": ("一", "一", "二"),
        "phones": (["138****5678"], ["138****5678"], ["137****2222"]),
    }
    assert (seen.to_decide, seen.reason, seen.conflicts) == (True, "客户来电更正", ())
    assert (done.state, done.version, done.note) == ("accepted", 2, "已核")
    assert (stored(staffed)["notes"], stored(staffed)["phones"]) == ("二", [NEW_PHONE])
    assert staffed.seen("li", "二") == {"A"}
    assert listed(staffed, "boss", "inbox") == []
    (_, version) = staffed.archive.history("A", user="li")
    assert version.changed_by == "boss"
    assert dict(version.cause) == {
        "proposal": "li-P1", "proposed_by": "li", "reason": "客户来电更正"
    }  # fmt: skip
    assert staffed.ailments() == []


def test_what_follows_from_a_proposal_is_told_to_who_decides_alone(staffed: Office) -> None:
    made = propose(staffed, 证件号码=OTHER)

    seen = staffed.archive.proposals.show(made.id, user="boss")

    assert {e.field: e.derived for e in seen.fields}["birth_date"]
    assert [e.field for e in made.fields] == ["id_number"]


def test_other_fields_that_were_changed_meanwhile_stay(staffed: Office) -> None:
    propose(staffed, 备注="二")
    staffed.archive.change("A", {"地址": "北京市"}, user="boss")

    staffed.archive.proposals.accept("li-P1", user="boss")

    assert (stored(staffed)["notes"], stored(staffed)["address"]) == ("二", "北京市")


def test_the_same_field_changed_meanwhile_needs_a_fresh_decision(staffed: Office) -> None:
    propose(staffed, 备注="二")
    staffed.archive.change("A", {"备注": "三"}, user="boss")
    proposals = staffed.archive.proposals

    with pytest.raises(ConflictError, match="--if-version 2"):
        proposals.accept("li-P1", user="boss")
    with pytest.raises(ConflictError):
        proposals.accept("li-P1", user="boss", expected_version=1)
    seen = proposals.show("li-P1", user="boss")
    assert (seen.conflicts, seen.state) == (("notes",), "open")
    done = proposals.accept("li-P1", user="boss", expected_version=2)

    assert done.conflicts == ()
    assert stored(staffed)["notes"] == "二"


def test_what_cannot_be_right_beside_the_record_is_told_to_who_decides(staffed: Office) -> None:
    """A proposer must not learn from an answer what is masked for them."""
    made = propose(staffed, 出生日期="1990-03-07")

    with pytest.raises(RejectedError, match="出生日期"):
        staffed.archive.proposals.accept(made.id, user="boss")

    assert staffed.archive.proposals.show(made.id, user="boss").state == "open"


@pytest.mark.parametrize("value", [NUMBER, OTHER])
def test_no_guess_of_what_is_masked_is_answered(staffed: Office, value: str) -> None:
    made = propose(staffed, 证件号码=value)
    noted = propose(staffed, 备注=f"号码 {value}")

    masked = f"{value[:3]}***********{value[-4:]}"
    assert [(each.proposed, each.conflict) for each in made.fields] == [(masked, False)]
    assert [each.proposed for each in noted.fields] == [f"号码 {masked}"]
    assert made.state == "open"


def test_stars_inside_a_note_are_not_proposed(staffed: Office) -> None:
    staffed.archive.change("A", {"备注": f"电话 {PHONE}"}, user="boss")
    shown = str(staffed.archive.get("A", user="li").values["notes"])

    with pytest.raises(RejectedError, match="脱敏"):
        propose(staffed, 备注=shown + "，已核")


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"电话": "138****5678"}, RejectedError),
        ({"证件号码": NUMBER[:-1] + "1"}, RejectedError),
        ({"没有的": "x"}, InvalidRequestError),
        ({"备注": "一"}, InvalidRequestError),
        ({"姓名": None}, InvalidRequestError),
        ({}, InvalidRequestError),
    ],
)
def test_what_is_wrong_by_itself_is_not_taken_down(
    staffed: Office, fields: dict[str, Any], error: type[ArchsearchError]
) -> None:
    with pytest.raises(error):
        staffed.archive.propose("A", fields, reason="更正", user="li")
    with pytest.raises(InvalidRequestError):
        staffed.archive.propose("A", {"备注": "二"}, reason=" ", user="li")

    assert listed(staffed, "li") == []


def test_whoever_may_change_simply_changes(staffed: Office) -> None:
    for user in ("boss", "admin"):
        with pytest.raises(ConflictError, match="直接修改"):
            propose(staffed, user, 备注="二")


def test_nobody_floods_others_with_proposals(
    staffed: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archsearch.services.proposing._MOST_OPEN", 1)
    propose(staffed, 备注="二")

    with pytest.raises(ConflictError, match="待处理"):
        propose(staffed, 备注="三")
    staffed.archive.proposals.withdraw("li-P1", user="li")

    assert propose(staffed, 备注="三").id == "li-P2"


def test_nobody_decides_about_their_own_whatever_they_became(staffed: Office) -> None:
    propose(staffed, 备注="二")
    staffed.application.users.set("li", UserChange(role=Role.MANAGER), "admin")
    proposals = staffed.archive.proposals

    with pytest.raises(AccessDeniedError, match="自己"):
        proposals.accept("li-P1", user="li")
    with pytest.raises(AccessDeniedError):
        proposals.refuse("li-P1", reason="不同意", user="li")
    assert listed(staffed, "li", "inbox") == []


def test_others_learn_nothing_of_a_proposal(staffed: Office) -> None:
    propose(staffed, 备注="二")
    proposals = staffed.archive.proposals
    messages = set()

    for user in ("wu", "other"):
        for wanted in ("li-P1", "li-P2", "ghost-P1", "li", ""):
            for deed in (
                proposals.show,
                proposals.accept,
                proposals.withdraw,
                lambda p, user: proposals.refuse(p, reason="不同意", user=user),
            ):
                with pytest.raises(NotFoundError) as caught:
                    deed(wanted, user=user)
                messages.add(str(caught.value))
        assert listed(staffed, user, "all") == []

    assert len(messages) == 1


def test_a_hidden_record_answers_like_a_missing_one(staffed: Office) -> None:
    messages = set()
    for record_id in ("A", "Z"):
        with pytest.raises(NotFoundError) as caught:
            staffed.archive.propose(record_id, {"备注": "x"}, reason="更正", user="wu")
        messages.add(str(caught.value))

    assert len(messages) == 1


def test_a_borrower_may_propose_and_no_longer_sees_what_when_the_loan_has_ended(
    staffed: Office,
) -> None:
    staffed.grant("A", "wu", days=1)
    propose(staffed, "wu", 备注="借阅时发现的错字")
    staffed.clock.turn(days=2)

    seen = staffed.archive.proposals.show("wu-P1", user="wu")

    assert (seen.readable, seen.fields, seen.reason, seen.version) == (False, (), "", None)
    assert "错字" not in str(seen)
    assert staffed.archive.proposals.withdraw("wu-P1", user="wu").state == "withdrawn"


def test_a_record_that_was_moved_takes_its_proposals_along(staffed: Office) -> None:
    propose(staffed, 备注="二")
    staffed.archive.change("A", {"部门": "风险部"}, user="admin")

    assert (listed(staffed, "boss", "all"), listed(staffed, "other", "inbox")) == ([], ["li-P1"])
    staffed.archive.delete("A", reason="重复", user="admin")
    assert listed(staffed, "other", "inbox") == listed(staffed, "admin", "inbox") == []
    with pytest.raises(NotFoundError):
        staffed.archive.proposals.accept("li-P1", user="admin")


def test_what_was_decided_stays(staffed: Office) -> None:
    propose(staffed, 备注="二")
    proposals = staffed.archive.proposals
    refused = proposals.refuse("li-P1", reason="与证件不符", user="boss")

    for deed in (proposals.accept, lambda p, user: proposals.refuse(p, reason="再退", user=user)):
        with pytest.raises(ConflictError):
            deed("li-P1", user="boss")
    with pytest.raises(ConflictError):
        proposals.withdraw("li-P1", user="li")

    seen = proposals.show("li-P1", user="li")
    assert (refused.state, seen.note, seen.decided_by) == ("refused", "与证件不符", "boss")
    assert stored(staffed)["notes"] == "一"


def test_sensitive_fields_are_revealed_to_who_may_decide_and_reveal(staffed: Office) -> None:
    propose(staffed, 电话=NEW_PHONE)

    seen = staffed.archive.proposals.show("li-P1", user="boss", reason="核对电话")

    assert seen.fields[0].proposed == [NEW_PHONE]
    with pytest.raises(AccessDeniedError):
        staffed.archive.proposals.show("li-P1", user="li", reason="核对电话")


def test_what_differs_in_what_is_masked_alone_is_told_to_who_decides(staffed: Office) -> None:
    staffed.archive.change("A", {"电话": "13811115678"}, user="boss")
    made = propose(staffed, 电话="13899995678")
    same = propose(staffed, 电话="13811115678")
    proposals = staffed.archive.proposals

    def concealed(proposal_id: str, user: str, **more: str) -> bool:
        (field,) = proposals.show(proposal_id, user=user, **more).fields
        return field.concealed

    assert [concealed(each.id, "boss") for each in (made, same)] == [True, False]
    assert not concealed(made.id, "boss", reason="核对电话")
    # Who may only read is told the same of whatever they write.
    assert [concealed(each.id, "li") for each in (made, same)] == [True, True]
    accepted = proposals.accept(made.id, user="boss")
    assert [each.concealed for each in accepted.fields] == [True]


def test_every_step_is_logged_and_nothing_proposed_is_readable_in_the_files(
    staffed: Office,
) -> None:
    staffed.archive.propose(
        "A", {"电话": NEW_PHONE, "备注": "罕见的内容"}, reason=f"来电 {NEW_PHONE}", user="li"
    )
    propose(staffed, 地址="北京")
    proposals = staffed.archive.proposals
    proposals.accept("li-P1", user="boss")
    proposals.withdraw("li-P2", user="li")

    entries = [e.entry for e in staffed.application.audit.search(AuditFilter(), "admin", limit=99)]
    steps = [e for e in entries if str(e.action).startswith(("propos", "change"))]
    assert [(e.action, e.user, e.target) for e in reversed(steps)] == [
        (Action.PROPOSE, "li", "A"),
        (Action.PROPOSE, "li", "A"),
        (Action.CHANGE, "boss", "A"),
        (Action.PROPOSAL_ACCEPT, "boss", "li-P1"),
        (Action.PROPOSAL_WITHDRAW, "li", "li-P2"),
    ]
    staffed.archive.close()
    files = [path for path in (staffed.path / "var").rglob("*") if path.is_file()]
    held = b"".join(path.read_bytes() for path in files)
    assert NEW_PHONE.encode() not in held
    assert "罕见的内容".encode() not in held


def test_what_was_secret_when_it_was_proposed_stays_so_when_the_record_is_not(
    staffed: Office,
) -> None:
    staffed.hire(
        low="manager at 信贷部, 内部", high="manager at 信贷部, 机密", mu="employee at 信贷部, 机密"
    )
    row = {"record_id": "S", "name": "甲", "notes": "密级以内的原文", "secrecy": "机密"}
    staffed.feed(row, user="mu")
    made = staffed.archive.propose("S", {"notes": "新词句"}, reason="密级以内的理由", user="mu")
    staffed.archive.change("S", {"secrecy": "公开", "notes": "已脱密"}, user="admin")

    assert staffed.archive.get("S", user="low").values["notes"] == "已脱密"
    with pytest.raises(NotFoundError):
        staffed.archive.proposals.show(made.id, user="low")
    with pytest.raises(NotFoundError):
        staffed.archive.proposals.accept(made.id, user="low", expected_version=2)
    assert listed(staffed, "low", "inbox") == []

    assert listed(staffed, "high", "inbox") == [made.id]
    shown = staffed.archive.proposals.show(made.id, user="high")
    assert [each.base for each in shown.fields] == ["密级以内的原文"]


def test_who_looks_at_a_record_through_its_proposal_has_seen_it(staffed: Office) -> None:
    staffed.hire(second="manager at 信贷部")
    made = propose(staffed, 备注="二")
    staffed.archive.proposals.show(made.id, user="boss")
    staffed.archive.proposals.refuse(made.id, user="second", reason="不需要这样改")

    found = staffed.application.audit.search(AuditFilter(), "admin", limit=1)
    told = staffed.archive.who_could("A", found[0].seq, user="admin", seen=True)

    assert told.seen is not None
    assert {"boss", "second"} <= {each.user for each in told.seen}
