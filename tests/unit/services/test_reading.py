"""Who may see a record, as administrators are told."""

import pytest

from archsearch.domain.access import Reason
from archsearch.domain.audit import Action, AuditFilter
from archsearch.errors import AccessDeniedError, NotFoundError
from archsearch.storage import audit_log
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
