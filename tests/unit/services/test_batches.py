"""What a row is about, and what is remembered of a source."""

from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archsearch.storage import audit_log, meta
from archsearch.storage.records import count
from tests.offices import Office, codes, counts


def test_a_row_is_known_by_record_id_then_source_then_content(office: Office) -> None:
    office.feed(
        {"record_id": "A", "name": "甲"},
        {"record_id": "B", "name": "乙", "source": "CRM", "source_id": "1"},
        {"name": "丙", "notes": "无号"},
    )

    report = office.feed(
        {"record_id": "A", "name": "甲二"},
        {"source": "CRM", "source_id": "1", "name": "乙二"},
        {"name": "丙", "notes": "无号"},
        {"name": "丙", "notes": "无号二"},
    )

    assert counts(report) == (1, 2, 1, 0)
    assert [office.archive.get(each, user="admin").version for each in "AB"] == [2, 2]


def test_a_source_number_without_its_source_still_names_a_record(office: Office) -> None:
    office.feed({"source_id": "1", "name": "甲"})

    assert counts(office.feed({"source_id": "1", "name": "甲二"})) == (0, 1, 0, 0)


def test_duplicates_inside_a_batch_are_worked_through_in_order(office: Office) -> None:
    report = office.feed(
        {"record_id": "A", "name": "一"},
        {"record_id": "A", "name": "二"},
        {"record_id": "A", "name": "二"},
        {"record_id": "A", "name": "一"},
        {"name": "同样"},
        {"name": "同样"},
    )

    assert counts(report) == (2, 2, 2, 0)
    history = office.archive.history("A", user="admin")
    assert [(one.version, one.values["name"]) for one in history] == [
        (1, "一"),
        (2, "二"),
        (3, "一"),
    ]


def test_a_name_in_a_source_that_is_anothers_keeps_one_row_out_not_the_batch(
    office: Office,
) -> None:
    office.feed({"record_id": "A", "name": "甲", "source": "CRM", "source_id": "1"})

    report = office.feed(
        {"record_id": "B", "name": "乙", "source": "CRM", "source_id": "1"},
        {"record_id": "C", "name": "丙", "source": "CRM", "source_id": "2"},
        {"record_id": "D", "name": "丁", "source": "CRM", "source_id": "2"},
        {"record_id": "E", "name": "戊"},
    )

    assert (counts(report), codes(report)) == ((2, 0, 0, 2), ["record_id_taken"] * 2)
    assert office.seen("admin") == {"A", "C", "E"}


def test_a_name_in_a_source_that_a_row_gives_up_is_free_in_the_next_batch(office: Office) -> None:
    office.feed({"record_id": "A", "name": "甲", "source": "CRM", "source_id": "1"})
    rows = (
        {"record_id": "A", "name": "甲", "source": "CRM", "source_id": "9"},
        {"record_id": "B", "name": "乙", "source": "CRM", "source_id": "1"},
    )

    first, second = office.feed(*rows), office.feed(*rows)

    assert (counts(first), counts(second)) == ((0, 1, 0, 1), (1, 0, 1, 0))


def test_a_generated_record_id_avoids_those_given_by_hand(office: Office) -> None:
    by_hand = "A001-QT-2026-000001"
    office.feed({"record_id": "A001-QT-2026-000002", "name": "早先"})

    report = office.feed({"record_id": by_hand, "name": "甲"}, {"name": "乙"}, {"name": "丙"})

    assert counts(report) == (3, 0, 0, 0)
    assert report.record_ids == [by_hand, "A001-QT-2026-000003", "A001-QT-2026-000004"]


def test_the_same_content_of_somebody_else_is_another_record_and_only_once(
    office: Office,
) -> None:
    """Content is looked up inside the scope, or it would tell what others have."""
    office.hire(li="employee at 甲部", wu="employee at 乙部")
    row = {"name": "王小明", "notes": "同一内容"}

    reports = [
        office.feed(row, {"name": f"陪衬{number}"}, user=user)
        for number, user in enumerate(["li", "wu", "wu", "li", "admin"])
    ]

    assert [counts(report)[2] for report in reports] == [0, 0, 1, 1, 1]
    assert len(office.seen("li", "王小明")) == len(office.seen("wu", "王小明")) == 1
    assert len(office.seen("admin", "王小明")) == 2


def test_a_source_fed_again_does_not_undo_what_people_did_since(office: Office) -> None:
    office.hire(boss="manager at 总行", li="employee at 总行")
    rows = [{"record_id": "A", "name": "甲"}, {"name": "乙", "notes": "无号"}]
    first = office.feed(*rows, user="li")
    office.feed({"record_id": "A", "name": "甲改"}, user="boss")
    office.feed({"record_id": first.record_ids[1], "name": "乙改"}, user="boss")

    again = office.feed(*rows, user="li")

    assert counts(again) == (0, 0, 2, 0)
    assert {hit.record["name"] for hit in office.archive.search(user="li").hits} == {"甲改", "乙改"}


def test_refused_rows_are_looked_at_again_for_rights_change(office: Office) -> None:
    office.hire(li="employee at 总行")
    rows = [
        {"record_id": "A", "name": "甲"},
        {"record_id": "B", "name": "乙", "department": "总行/新部"},
        {"record_id": "C", "name": "丙"},
    ]
    first = office.feed(*rows, user="li")
    office.archive.add_user("wu", role="employee", departments=["总行/新部"])

    again, third = office.feed(*rows, user="li"), office.feed(*rows, user="li")

    assert [counts(report) for report in (first, again, third)] == [
        (2, 0, 0, 1),
        (1, 0, 2, 0),
        (0, 0, 3, 0),
    ]


def test_rejected_rows_are_looked_at_again_for_days_come(office: Office) -> None:
    """A row that is wrong today only because its date lies ahead must not vanish tomorrow."""
    rows = [
        {"record_id": "A", "name": "甲公司", "established_on": "2026-03-06"},
        {"record_id": "B", "name": "乙公司"},
    ]
    first = office.feed(*rows)
    office.clock.now += timedelta(days=1)

    again = office.feed(*rows)

    assert (counts(first), codes(first)) == ((1, 0, 0, 1), ["date_order"])
    assert counts(again) == (1, 0, 1, 0)
    assert office.seen("admin") == {"A", "B"}


def test_a_rehearsal_tells_all_stores_nothing_and_is_logged(office: Office) -> None:
    office.feed({"record_id": "A", "name": "甲"})
    database = office.application.database
    rows = [{"record_id": "A", "name": "甲二"}, {"name": "乙"}, {"name": ""}, {"name": "乙"}]

    rehearsal = office.feed(*rows, dry_run=True)

    assert (counts(rehearsal), rehearsal.dry_run) == ((1, 1, 1, 1), True)
    assert rehearsal.rejects == []
    assert list((office.path / "var").glob("rejects/*")) == []
    with database.read() as connection:
        assert count(connection) == 1
        [entry] = audit_log.search(connection, audit_log.EVERYTHING, limit=1)
    assert (entry.entry.action, entry.entry.detail["dry_run"]) == ("ingest", True)
    assert counts(office.feed(*rows)) == (1, 1, 1, 1)


def test_a_batch_that_fails_leaves_nothing_of_itself(office: Office) -> None:
    office.hire(li="employee at 总行")
    database = office.application.database
    with database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER stop BEFORE INSERT ON records WHEN NEW.record_id = 'B' "
            "BEGIN SELECT RAISE(ABORT, 'no'); END"
        )

    try:
        office.feed({"record_id": "A", "name": "甲"}, {"record_id": "B", "name": "乙"}, user="li")
        failed = ""
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing may stay
        failed = str(error)

    assert "违反" in failed
    with database.read() as connection:
        assert count(connection) == 0
        kept = connection.exec_driver_sql("SELECT count(*) FROM meta WHERE key LIKE 'ingest/%'")
        assert kept.scalar_one() == 0
        assert meta.get(connection, "ingest/x") is None
    assert office.seen("li") == set()


NAMES = st.sampled_from(["甲", "乙", "丙"])
ROWS = st.lists(
    st.fixed_dictionaries(
        {"name": NAMES},
        optional={
            "record_id": st.sampled_from(["A", "B"]),
            "source_id": st.sampled_from(["1", "2"]),
            "notes": NAMES,
        },
    ),
    min_size=1,
    max_size=8,
)


@settings(
    max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None
)
@given(rows=ROWS, cut=st.integers(0, 8))
def test_any_rows_can_be_fed_again_and_again(
    office: Office, rows: list[dict[str, str]], cut: int
) -> None:
    """Whatever was fed before, feeding it again brings nothing new; nothing ever disagrees."""
    office.feed(*rows[:cut])
    first = office.feed(*rows)

    again = office.feed(*rows)

    assert counts(first)[3] >= counts(again)[3]
    assert counts(again)[1] == 0
    while counts(again)[0]:
        again = office.feed(*rows)
    assert sum(counts(again)[2:]) == len(rows)
    assert office.ailments() == []
