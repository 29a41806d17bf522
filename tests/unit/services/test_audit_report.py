"""Counting the operation log."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from archsearch.domain.audit import Action, AuditEntry, AuditFilter, Outcome
from archsearch.domain.audit_report import Bounds, UnusualKind
from archsearch.domain.zone import CHINA
from archsearch.errors import AccessDeniedError
from tests.offices import Office

ALL = AuditFilter()
NIGHT = datetime(2026, 3, 4, 15, 30, tzinfo=UTC)
"""Half past eleven in the evening in Shanghai."""


def entry(user: str, action: Action, at: datetime, target: str = "", **more: object) -> AuditEntry:
    outcome = Outcome(str(more.pop("outcome", Outcome.DONE)))
    return AuditEntry(at, user, action, target, outcome, more)  # type: ignore[arg-type]


def write(office: Office, *entries: AuditEntry) -> None:
    trail = office.application.trail
    with trail.database.write() as connection:
        trail.log.append(connection, *entries)


def test_counts_are_those_of_the_entries_one_by_one(office: Office) -> None:
    dice = random.Random(7)
    actions = [Action.SEARCH, Action.SHOW, Action.MATCH, Action.USER_CHANGE]
    start = datetime(2026, 2, 1, tzinfo=UTC)
    made = [
        entry(
            dice.choice(["甲", "乙", "丙"]),
            dice.choice(actions),
            start + timedelta(minutes=dice.randrange(60_000)),
            dice.choice(["A", "B"]),
            outcome=dice.choice(list(Outcome)),
        )
        for _ in range(500)
    ]
    write(office, *made)
    since, until = start + timedelta(days=10), start + timedelta(days=30)
    some = [each for each in made if since <= each.at < until and each.user != "丙"]

    whole = office.application.audit.report(AuditFilter(since=since, until=until), "admin")
    both = [
        office.application.audit.report(AuditFilter(user=user, since=since, until=until), "admin")
        for user in ("甲", "乙")
    ]

    assert sum(report.entries for report in both) == len(some)
    assert sum(report.denied for report in both) == sum(e.outcome == "denied" for e in some)
    expected = Counter(each.action for each in some if each.user == "甲")
    assert {Action(t.key): t.entries for t in both[0].actions} == expected
    hours = Counter(each.at.astimezone(CHINA).hour for each in some if each.user == "甲")
    assert both[0].hours == tuple(hours[hour] for hour in range(24))
    days = Counter(each.at.astimezone(CHINA).date() for each in some if each.user == "甲")
    assert dict(both[0].days) == days
    assert {(p.user, p.entries) for p in whole.users} >= {
        (report.users[0].user, report.entries) for report in both
    }
    seen = Counter(
        (e.user, e.target)
        for e in some
        if e.user == "甲" and e.action is Action.SHOW and e.outcome is Outcome.DONE
    )
    assert {(s.user, s.record_id): s.views for s in both[0].seen} == seen


def test_who_saw_a_record_is_told_and_nothing_of_other_records(office: Office) -> None:
    office.hire(li="employee at 总行")
    office.feed({"record_id": "A", "name": "张三"}, {"record_id": "B", "name": "李四"}, user="li")
    for _ in range(3):
        office.archive.get("A", user="li")
    office.archive.get("B", user="li")
    office.archive.history("A", user="admin")

    report = office.application.audit.report(AuditFilter(target="A"), "admin")

    assert [(s.user, s.record_id, s.views) for s in report.seen] == [
        ("li", "A", 3),
        ("admin", "A", 1),
    ]
    assert {p.user: p.views for p in report.users} == {"li": 3, "admin": 1}
    assert {t.key: t.entries for t in report.departments} == {"总行": 4, "（无部门）": 1}


def test_a_search_for_a_number_that_finds_nothing_is_counted_another_is_not(
    office: Office,
) -> None:
    office.hire(li="employee at 总行")
    office.feed({"record_id": "A", "name": "张三", "phones": ["13812345678"]}, user="li")
    for digit in range(5):
        office.archive.search(f"1391234567{digit}", user="li", mode="exact")
    for query in ("13812345678", "无此人", "张*", "张** 无此人"):
        office.archive.search(query, user="li", mode="exact")

    report = office.application.audit.report(ALL, "admin")

    found = [(u.user, u.count) for u in report.unusual if u.kind is UnusualKind.MISSES]
    assert found == [("li", 5)]


def test_asking_in_vain_whether_somebody_is_on_file_counts_as_a_miss(office: Office) -> None:
    finds = [entry("甲", Action.BORROW_FIND, NIGHT, total=total) for total in (0, 0, 0, 0, 0, 1)]
    write(office, *finds)

    report = office.application.audit.report(ALL, "admin")

    assert [u.count for u in report.unusual if u.kind is UnusualKind.MISSES] == [5]


def test_reading_at_night_many_views_and_refusals_are_pointed_out(office: Office) -> None:
    write(
        office,
        entry("夜", Action.SEARCH, NIGHT),
        entry("夜", Action.CREATE, NIGHT),
        *(entry("忙", Action.SHOW, NIGHT.replace(hour=3), "A") for _ in range(60)),
        *(entry("闲", Action.SHOW, NIGHT.replace(hour=3), "A") for _ in range(59)),
        *(entry("撞", Action.SHOW, NIGHT.replace(hour=4), outcome="denied") for _ in range(5)),
    )

    report = office.application.audit.report(ALL, "admin")

    found = {(u.kind, u.user, u.day, u.hour, u.count) for u in report.unusual}
    day = date(2026, 3, 4)
    assert found == {
        (UnusualKind.NIGHT, "夜", day, None, 1),
        (UnusualKind.VIEWS, "忙", day, 11, 60),
        (UnusualKind.REFUSALS, "撞", day, None, 5),
    }


@pytest.mark.parametrize(
    ("start", "end", "hours"),
    [(22, 6, {22, 23, 0, 1, 2, 3, 4, 5}), (0, 5, {0, 1, 2, 3, 4}), (24, 0, set()), (6, 6, set())],
)
def test_the_night_may_go_over_midnight(start: int, end: int, hours: set[int]) -> None:
    bounds = Bounds(start, end, 1, 1, 1)

    assert {hour for hour in range(24) if bounds.at_night(hour)} == hours


def test_only_administrators_and_auditors_get_a_report_and_it_is_logged(office: Office) -> None:
    office.hire(li="employee at 总行", eye="auditor at 总行")

    with pytest.raises(AccessDeniedError):
        office.application.audit.report(ALL, "li")
    office.application.audit.report(ALL, "eye")

    newest, denied = office.application.audit.search(ALL, "admin", limit=3)[1:]
    assert (newest.entry.user, newest.entry.action) == ("eye", Action.AUDIT_READ)
    assert (denied.entry.user, denied.entry.outcome) == ("li", Outcome.DENIED)


def test_an_exported_log_is_every_entry_in_order(office: Office) -> None:
    write(office, *(entry("甲", Action.SEARCH, NIGHT + timedelta(seconds=n)) for n in range(2_500)))

    found = list(office.application.audit.export(AuditFilter(user="甲"), "admin"))

    assert len(found) == 2_500
    assert [each.seq for each in found] == sorted(each.seq for each in found)
