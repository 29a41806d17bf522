"""Reading the operation log."""

import pytest

from archsearch.domain.audit import Action, AuditFilter, Outcome
from archsearch.errors import AccessDeniedError, ArchsearchError, StoreError
from tests.offices import Office

ALL = AuditFilter()


def test_every_operation_leaves_an_entry_without_what_is_sensitive(office: Office) -> None:
    office.feed({"record_id": "A", "name": "张三", "phones": ["13812345678"]})
    archive = office.archive
    archive.search("13812345678", user="admin")
    archive.suggest("13812345678", user="admin")
    archive.match(["张三", "13812345678"], user="admin")
    archive.get("A", user="admin")
    archive.history("A", user="admin")
    for ask in (archive.get, archive.history):
        with pytest.raises(ArchsearchError):
            ask("missing", user="admin")
    with pytest.raises(ArchsearchError):
        archive.search("(", user="admin")

    entries = [one.entry for one in office.application.audit.search(ALL, "admin", limit=100)]

    assert [(entry.action, entry.outcome) for entry in reversed(entries)] == [
        (Action.INIT, Outcome.DONE),
        (Action.INDEX_REBUILD, Outcome.DONE),
        (Action.CREATE, Outcome.DONE),
        (Action.INGEST, Outcome.DONE),
        (Action.SEARCH, Outcome.DONE),
        (Action.SUGGEST, Outcome.DONE),
        (Action.MATCH, Outcome.DONE),
        (Action.SHOW, Outcome.DONE),
        (Action.HISTORY, Outcome.DONE),
        (Action.SHOW, Outcome.FAILED),
        (Action.HISTORY, Outcome.FAILED),
        (Action.SEARCH, Outcome.FAILED),
        (Action.AUDIT_READ, Outcome.DONE),
    ]
    assert "13812345678" not in str(entries)
    (screened,) = (entry.detail for entry in entries if entry.action == "match")
    assert (screened["lines"], screened["hits"]) == (2, 1)
    assert "张三" not in str(screened)


def test_only_administrators_and_auditors_read_it_and_are_seen_to(office: Office) -> None:
    office.hire(eye="auditor at 总行", boss="manager at 总行", li="employee at 总行")
    audit = office.application.audit

    assert audit.search(ALL, "eye")
    assert audit.verify("eye").intact
    for user in ("boss", "li", "ghost"):
        with pytest.raises(AccessDeniedError):
            audit.search(ALL, user)
        with pytest.raises(AccessDeniedError):
            audit.verify(user)

    denied = audit.search(AuditFilter(outcome=Outcome.DENIED), "eye")
    assert [one.entry.user for one in denied] == ["ghost", "ghost", "li", "li", "boss", "boss"]


def test_pages_follow_one_another(office: Office) -> None:
    for _ in range(5):
        office.archive.search(user="admin")
    audit = office.application.audit

    first = audit.search(AuditFilter(action=Action.SEARCH), "admin", limit=3)
    second = audit.search(AuditFilter(action=Action.SEARCH), "admin", limit=3, before=first[-1].seq)

    numbers = [one.seq for one in (*first, *second)]
    assert (len(numbers), numbers) == (5, sorted(numbers, reverse=True))


def test_nothing_is_answered_when_it_cannot_be_logged(office: Office) -> None:
    office.feed({"record_id": "A", "name": "甲"})
    with office.application.database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER stop BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no'); END"
        )

    for ask in (
        lambda: office.archive.search(user="admin"),
        lambda: office.archive.get("A", user="admin"),
        lambda: office.archive.history("A", user="admin"),
        lambda: office.archive.suggest("甲", user="admin"),
        lambda: office.archive.match(["甲"], user="admin"),
        lambda: office.feed({"record_id": "B", "name": "乙"}),
    ):
        with pytest.raises(StoreError):
            ask()

    with office.application.database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER stop")
    assert office.seen("admin") == {"A"}


@pytest.mark.parametrize("name", ["\ud800", "a\r\nb", "\x1b[31m", "\u202e", '{"a":1}', "甲" * 9999])
def test_a_hostile_user_name_is_refused_and_logged_in_one_short_piece(
    office: Office, name: str
) -> None:
    with pytest.raises(ArchsearchError):
        office.archive.search("x", user=name)

    last, *_ = office.application.audit.search(AuditFilter(action=Action.SEARCH), "admin")
    assert last.entry.outcome in {Outcome.DENIED, Outcome.FAILED}
    assert len(last.entry.user) <= 200
    assert office.application.audit.verify("admin").intact


def test_the_key_is_for_administrators_alone_and_asking_is_logged(office: Office) -> None:
    office.hire(审计="auditor")

    with pytest.raises(AccessDeniedError):
        office.application.audit.key("审计")
    key = office.application.audit.key("admin")

    asked = office.application.audit.search(AuditFilter(action=Action.AUDIT_KEY), "admin")
    assert [(one.entry.user, one.entry.outcome) for one in asked] == [
        ("admin", Outcome.DONE),
        ("审计", Outcome.DENIED),
    ]
    assert len(bytes.fromhex(key)) == 32
    assert key not in str(asked)


def test_a_log_cut_back_with_its_head_is_broken_for_the_archive(office: Office) -> None:
    for number in range(5):
        office.archive.search(f"张{number}", user="admin")
    with office.application.database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_not_deleted")
        connection.exec_driver_sql("DELETE FROM audit WHERE seq > 3")
        connection.exec_driver_sql(
            "UPDATE audit_head SET seq = 3, digest = (SELECT digest FROM audit WHERE seq = 3)"
        )

    report = office.application.audit.verify("admin")

    assert [one.seq for one in report.breaks] == [4, 5]


def test_a_dry_run_leaves_the_log_whole(office: Office) -> None:
    office.feed({"name": "张伟"}, {"name": "李娜"}, dry_run=True)

    assert office.application.audit.verify("admin").intact


def test_entries_before_the_first_and_a_log_that_begins_anew_are_breaks(office: Office) -> None:
    office.archive.search("张", user="admin")
    with office.application.database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_appended")
        connection.exec_driver_sql(
            "INSERT INTO audit SELECT -7, at, user_name, action, target, outcome, detail,"
            " prev_digest, digest FROM audit WHERE seq = 1"
        )
    assert not office.application.audit.verify("admin").intact
    with office.application.database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_not_deleted")
        connection.exec_driver_sql("DELETE FROM audit")
        connection.exec_driver_sql(f"UPDATE audit_head SET seq = 0, digest = '{'0' * 64}'")
    (office.path / "var" / "audit.anchors").unlink()

    report = office.application.audit.verify("admin")

    assert [one.seq for one in report.breaks] == [1]
