"""Who could do what with a record, asked afterwards."""

from datetime import UTC, date, datetime, timedelta

import pytest

from archsearch.domain.access import Role
from archsearch.domain.audit import Action, AuditFilter, Outcome
from archsearch.domain.policy import Ground, Right
from archsearch.errors import (
    AccessDeniedError,
    InvalidRequestError,
    NotFoundError,
    StoreError,
)
from archsearch.services.past import WhoCould
from archsearch.services.users import UserChange
from archsearch.settings.workspace import defaults_folder
from archsearch.storage import audit_log
from tests.offices import NOON, Office

DAY = timedelta(days=1)


@pytest.fixture
def bank(office: Office) -> Office:
    office.clock.turn(days=1)
    office.hire(
        li="employee at 甲",
        wu="employee at 乙",
        boss="manager at 甲, 机密",
        eye="auditor",
        low="administrator, 内部",
    )
    office.feed({"record_id": "R1", "name": "张伟", "owner": "li", "department": "甲"})
    office.clock.turn(days=1)
    return office


def able(bank: Office, at: datetime | date | int, right: str = "read") -> list[str]:
    return [each.user for each in asked(bank, at, right).users]


def asked(bank: Office, at: datetime | date | int, right: str = "read") -> WhoCould:
    return bank.archive.who_could("R1", at, user="admin", right=right)


def last(bank: Office) -> int:
    with bank.application.database.read() as connection:
        return audit_log.head(connection).seq


def test_everybody_who_could_is_told_with_what_allowed_it(bank: Office) -> None:
    asked = bank.archive.borrow.request("R1", purpose="p", reason="r", days=3, user="wu")
    bank.archive.borrow.approve(asked.id, user="boss")

    found = bank.archive.who_could("R1", bank.clock.now, user="admin")

    assert {each.user: each.ground for each in found.users} == {
        "admin": Ground.ALL,
        "boss": Ground.DEPARTMENTS,
        "li": Ground.OWN,
        "low": Ground.ALL,
        "wu": Ground.GRANTED,
    }
    (loan,) = next(each.loans for each in found.users if each.user == "wu")
    assert (loan.request, loan.granted_by, loan.sensitive) == ("wu-1", "boss", False)
    assert all(each.rule is not None and each.rule.right is Right.READ for each in found.users)
    assert found.record is not None
    assert (found.record.department, found.version) == ("甲", 1)


def test_other_rights_are_asked_for_by_name(bank: Office) -> None:
    asked = bank.archive.borrow.request(
        "R1", purpose="p", reason="r", days=3, user="wu", sensitive=True
    )
    before = able(bank, bank.clock.now, "reveal")
    bank.clock.turn(minutes=1)
    bank.archive.borrow.approve(asked.id, user="boss")

    bank.hire(xu="employee at 乙")
    plain = bank.archive.borrow.request("R1", purpose="p", reason="r", days=3, user="xu")
    bank.archive.borrow.approve(plain.id, user="boss")

    assert before == ["admin", "boss", "low"]
    assert "xu" in able(bank, bank.clock.now)
    assert able(bank, bank.clock.now, "reveal") == ["admin", "boss", "low", "wu"]
    assert able(bank, bank.clock.now, "change") == ["admin", "boss", "low"]
    assert able(bank, bank.clock.now, "delete") == ["admin", "low"]
    for right in ("create", "users", "fly"):
        with pytest.raises(InvalidRequestError, match="可选"):
            able(bank, NOON, right)


def test_users_records_and_grants_count_as_they_were(bank: Office) -> None:
    then = bank.clock.now
    bank.clock.turn(days=1)
    bank.application.users.disable("low", "admin", disabled=True)
    bank.application.users.move("boss", ["乙"], "admin")
    bank.application.users.set("wu", UserChange(role=Role.MANAGER), "admin")
    moved = bank.clock.now
    bank.clock.turn(days=1)
    bank.feed({"record_id": "R1", "department": "乙", "secrecy": "机密", "name": "张伟"})

    assert able(bank, then) == ["admin", "boss", "li", "low"]
    assert able(bank, moved) == ["admin", "li"]
    assert able(bank, bank.clock.now) == ["admin", "boss"]


def test_a_day_means_its_end_and_today_means_now(bank: Office) -> None:
    bank.application.users.move("boss", ["乙"], "admin")
    today = (bank.clock.now + timedelta(hours=8)).date()

    assert "boss" in able(bank, today - DAY)
    assert "boss" not in able(bank, today)
    assert asked(bank, today).at == bank.clock.now
    assert asked(bank, today - DAY).at.astimezone(UTC).hour == 15


def test_a_time_without_a_zone_is_chinas(bank: Office) -> None:
    found = asked(bank, datetime(2026, 3, 7, 12))  # noqa: DTZ001 - what is tried

    assert found.at == datetime(2026, 3, 7, 4, tzinfo=UTC)


def test_a_record_that_was_not_there_yet_is_said_to_be_so(bank: Office) -> None:
    found = asked(bank, NOON)

    assert found.record is None
    assert found.users == ()
    assert found.seq == 1


@pytest.mark.parametrize("later", [timedelta(seconds=1), timedelta(days=400)])
def test_what_is_to_come_is_not_told(bank: Office, later: timedelta) -> None:
    with pytest.raises(InvalidRequestError, match="还没有到"):
        asked(bank, bank.clock.now + later)
    with pytest.raises(InvalidRequestError, match="还没有到"):
        asked(bank, (bank.clock.now + DAY).date())


def test_an_entry_of_the_log_can_be_named_instead(bank: Office) -> None:
    seq = last(bank)
    bank.application.users.move("boss", ["乙"], "admin")

    assert "boss" in able(bank, seq)
    assert "boss" not in able(bank, seq + 1)
    with pytest.raises(NotFoundError, match="序号"):
        able(bank, 10_000)


def test_a_policy_counts_from_when_it_was_noted(bank: Office) -> None:
    then = bank.clock.now
    text = (defaults_folder() / "policy.yaml").read_text("utf-8")
    text = text.replace("read: [own, granted]", "read: [departments, own, granted]")
    (bank.path / "config" / "policy.yaml").write_text(text, "utf-8")
    bank.application.users.move("wu", ["甲"], "admin")
    bank.archive.close()

    with Office(bank.path, then + DAY) as other:
        assert "wu" not in able(other, then)
        assert "wu" in able(other, other.clock.now)
        with other.application.database.write() as connection:
            connection.exec_driver_sql(
                "UPDATE meta SET value = replace(value, 'own', 'all') WHERE key LIKE 'policy/%'"
            )
        with pytest.raises(StoreError, match="权限规则"):
            able(other, then)


def test_who_did_look_until_then_is_told_to_who_may_read_the_log(bank: Office) -> None:
    bank.archive.get("R1", user="li")
    then = bank.clock.now
    bank.clock.turn(days=1)
    bank.archive.get("R1", user="boss")

    found = bank.archive.who_could("R1", then, user="admin", seen=True)

    assert found.seen is not None
    assert [(each.user, each.views) for each in found.seen] == [("li", 1)]
    assert bank.archive.who_could("R1", then, user="admin").seen is None


def test_only_who_may_explain_rights_is_told_and_every_question_is_logged(bank: Office) -> None:
    for user in ("li", "boss", "eye", "nobody"):
        with pytest.raises(AccessDeniedError):
            bank.archive.who_could("R1", NOON, user=user)
    able(bank, NOON)

    entries = bank.application.audit.search(AuditFilter(action=Action.POLICY_PAST), "admin")
    assert [each.entry.outcome for each in entries] == [Outcome.DONE, *[Outcome.DENIED] * 4]
    assert entries[0].entry.target == "R1"
    assert entries[0].entry.detail == {"as_of": 1, "right": "read", "users": 0}


def test_what_one_may_not_see_now_answers_like_what_is_not_there(bank: Office) -> None:
    bank.clock.turn(days=1)
    bank.feed({"record_id": "R1", "name": "张伟", "secrecy": "机密"})

    answers = []
    for record_id in ("R1", "R9"):
        with pytest.raises(NotFoundError) as failure:
            bank.archive.who_could(record_id, bank.clock.now - DAY, user="low")
        answers.append(str(failure.value))

    assert len(set(answers)) == 1


def test_before_the_history_begins_nothing_is_claimed(bank: Office) -> None:
    with bank.application.database.write() as connection:
        connection.exec_driver_sql("UPDATE meta SET value = '4' WHERE key = 'history/since'")

    with pytest.raises(InvalidRequestError, match="历史"):
        able(bank, 3)
    assert able(bank, 4) == []


@pytest.mark.parametrize("at", [date(9999, 12, 31), date(1, 1, 1), 10**30])
def test_what_no_calendar_holds_is_refused(office: Office, at: date | int) -> None:
    office.feed({"record_id": "R1", "name": "甲"})

    with pytest.raises(InvalidRequestError, match="at"):
        office.archive.who_could("R1", at, user="admin")
