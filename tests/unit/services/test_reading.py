"""Reading a record: who may see it, as administrators are told; what is sensitive in it."""

from datetime import timedelta

import pytest

from archsearch.domain.access import Reason
from archsearch.domain.audit import Action, AuditFilter
from archsearch.domain.record import RecordId
from archsearch.errors import AccessDeniedError, InvalidRequestError, NotFoundError
from archsearch.storage import audit_log, grants
from archsearch.storage.grants import Grant
from tests.offices import Office


@pytest.fixture
def staffed(office: Office) -> Office:
    office.hire(
        author="employee at 信贷部",
        boss="manager at 信贷部",
        guest="employee at 风险部",
        gone="manager at 信贷部",
        stranger="manager at 风险部",
        eye="auditor at 信贷部",
        low="manager at 信贷部, 公开",
        second="administrator, 公开",
    )
    office.feed({"record_id": "A", "name": "甲", "department": "信贷部"}, user="author")
    office.grant("A", "guest")
    office.application.users.disable("gone", "admin", disabled=True)
    return office


def test_everybody_who_may_see_a_record_is_listed_with_the_reason(staffed: Office) -> None:
    viewers = staffed.archive.who("A", user="admin")

    assert {each.name: each.reason for each in viewers} == {
        "admin": Reason.ROLE,
        "author": Reason.OWNER,
        "boss": Reason.DEPARTMENT,
        "guest": Reason.GRANT,
    }


def test_the_list_agrees_with_what_each_can_open(staffed: Office) -> None:
    staffed.clock.turn(days=2)
    listed = {each.name for each in staffed.archive.who("A", user="admin")}

    opened = set()
    for user in staffed.application.users.all("admin"):
        try:
            staffed.archive.get("A", user=user.name)
        except (NotFoundError, AccessDeniedError):
            continue
        opened.add(user.name)
    assert listed == opened == {"admin", "author", "boss"}


@pytest.mark.parametrize("user", ["boss", "author", "eye", "stranger", "gone", "nobody"])
def test_only_administrators_are_told_and_others_learn_nothing(staffed: Office, user: str) -> None:
    messages = set()
    for record_id in ("A", "missing"):
        with pytest.raises(AccessDeniedError) as refused:
            staffed.archive.who(record_id, user=user)
        messages.add(str(refused.value))

    assert len(messages) == 1


def test_a_record_above_the_clearance_of_an_administrator_stays_hidden(staffed: Office) -> None:
    with pytest.raises(NotFoundError):
        staffed.archive.who("A", user="second")


def test_asking_who_is_logged_as_looking_at_the_record(staffed: Office) -> None:
    staffed.archive.who("A", user="admin")

    with staffed.application.database.read() as connection:
        (entry,) = audit_log.search(connection, AuditFilter(action=Action.SHOW), limit=1)
    assert (entry.entry.target, entry.entry.detail) == ("A", {"who": True})


# Revealing ---------------------------------------------------------------------------------------

NUMBER = "11010519491231002X"


def told(office: Office) -> list[tuple[str, str, str, object]]:
    found = office.application.audit.search(AuditFilter(action=Action.REVEAL), "admin", limit=9)
    return [
        (e.entry.user, e.entry.target, e.entry.outcome, e.entry.detail.get("reason"))
        for e in reversed(found)
    ]


def test_what_is_sensitive_is_revealed_to_who_may_and_the_reason_is_logged(office: Office) -> None:
    office.hire(boss="manager at 总行", li="employee at 总行")
    office.feed({"record_id": "A", "name": "张三", "id_number": NUMBER}, user="li")

    shown = office.archive.reveal("A", reason=f"核对  证件 {NUMBER}", user="boss")

    assert shown.values["id_number"] == NUMBER
    assert office.archive.get("A", user="boss").values["id_number"] != NUMBER
    assert told(office) == [("boss", "A", "done", "核对 证件 110***********002X")]


def test_who_reads_a_record_need_not_see_what_is_sensitive_in_it(office: Office) -> None:
    office.hire(li="employee at 总行", wu="employee at 华北", eye="auditor at 总行")
    office.feed({"record_id": "A", "name": "张三", "id_number": NUMBER}, user="li")

    with pytest.raises(AccessDeniedError, match="敏感内容"):
        office.archive.reveal("A", reason="核对", user="li")
    for user, record_id in (("wu", "A"), ("eye", "A"), ("li", "B"), ("wu", "B")):
        with pytest.raises(NotFoundError) as caught:
            office.archive.reveal(record_id, reason="核对", user=user)
        assert str(caught.value) == "没有这份档案，或不在您的检索范围内。"
    assert [outcome for _, _, outcome, _ in told(office)] == ["denied", *["failed"] * 4]


@pytest.mark.parametrize("sensitive", [True, False])
def test_what_was_lent_is_revealed_as_far_and_as_long_as_it_was_lent(
    office: Office, *, sensitive: bool
) -> None:
    office.hire(li="employee at 总行", wu="employee at 华北")
    office.feed({"record_id": "A", "name": "张三", "id_number": NUMBER}, user="li")
    now = office.clock()
    lent = Grant(RecordId("A"), "wu", now, now + timedelta(days=1), "admin", sensitive)
    with office.application.database.write() as connection:
        grants.add(connection, lent)

    if sensitive:
        shown = office.archive.reveal("A", reason="核对", user="wu")
        assert shown.values["id_number"] == NUMBER
    else:
        with pytest.raises(AccessDeniedError):
            office.archive.reveal("A", reason="核对", user="wu")
    office.clock.turn(days=1)
    with pytest.raises(NotFoundError):
        office.archive.reveal("A", reason="核对", user="wu")


@pytest.mark.parametrize("reason", ["", " ", "\n\t", "x"])
def test_without_a_reason_nothing_is_revealed(office: Office, reason: str) -> None:
    office.feed({"record_id": "A", "name": "张三"})

    with pytest.raises(InvalidRequestError, match="理由"):
        office.archive.reveal("A", reason=reason, user="admin")
