"""The archive at a glance: inside one's scope and nowhere else."""

from datetime import UTC, datetime

import pytest

from archsearch.domain.audit import Action, AuditFilter
from archsearch.errors import AccessDeniedError
from archsearch.services.overview import Overview, months_until
from tests.offices import Office, named

WANTED = ("id_number", "phones")


@pytest.fixture
def people(office: Office) -> Office:
    office.hire(chief="manager at 甲部", other="manager at 乙部", eye="auditor")
    office.feed(
        {"record_id": "A", "name": "张伟", "department": "甲部", "建档时间": "2026-03-01"},
        {"record_id": "B", "name": "章伟", "department": "甲部", "建档时间": "2026-01-31",
         "phones": "13812345678"},
        {"record_id": "C", "name": "李四", "department": "甲部", "建档时间": "2019-01-01"},
    )  # fmt: skip
    return office


def look(office: Office, user: str) -> Overview:
    return office.application.desk.overview.look(user, ["department"], WANTED)


def test_growth_is_counted_by_month_up_to_this_one(people: Office) -> None:
    found = look(people, "chief")

    months = dict(found.months)
    assert len(months) == 24
    assert (months["2026-03"], months["2026-02"], months["2026-01"]) == (1, 0, 1)
    assert found.earlier == 1
    assert found.total == 3


def test_quality_falls_into_bands_and_gaps_are_counted(people: Office) -> None:
    found = look(people, "chief")

    assert sum(count for _, _, count in found.quality) == 3
    assert (found.gaps.read, found.gaps.missing) == (3, {"id_number": 3, "phones": 2})


def test_hidden_records_leave_no_trace(people: Office) -> None:
    before = look(people, "other")
    people.feed(*named(["甲", "乙", "丙"]))

    assert look(people, "other") == before
    assert before.total == 0


def test_what_was_read_through_is_read_again_when_something_changes(people: Office) -> None:
    look(people, "chief")
    people.archive.change("A", {"phones": "13900001111"}, user="admin")

    assert look(people, "chief").gaps.missing["phones"] == 1


def test_a_look_is_in_the_log_and_who_reads_nothing_gets_none(people: Office) -> None:
    look(people, "chief")
    with pytest.raises(AccessDeniedError):
        look(people, "eye")

    found = people.application.audit.search(AuditFilter(action=Action.OVERVIEW), "admin")
    assert [(each.entry.user, each.entry.outcome) for each in found] == [
        ("eye", "denied"),
        ("chief", "done"),
    ]


def test_months_are_those_of_china() -> None:
    assert list(months_until(datetime(2025, 12, 31, 16, tzinfo=UTC)))[-1] == "2026-01"
