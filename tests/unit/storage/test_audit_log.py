import hashlib
import hmac
import json
import os
import random
import sqlite3
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from archsearch.domain.audit import (
    Action,
    AuditEntry,
    AuditFilter,
    ChainReport,
    LoggedEntry,
    Outcome,
)
from archsearch.domain.record import JsonValue
from archsearch.errors import StoreError
from archsearch.storage import audit_log
from archsearch.storage.anchors import Anchors
from archsearch.storage.audit_chain import GENESIS, StoredEntry, link
from archsearch.storage.audit_log import AuditLog
from archsearch.storage.database import Database
from tests.unit.storage.samples import NOON, after

KEY = b"k" * 32


def anchors_of(database: Database) -> Path:
    return database.path.with_name("audit.anchors")


def log_of(database: Database) -> AuditLog:
    return AuditLog(KEY, Anchors(anchors_of(database)))


def entry(minute: int = 0, user: str = "li.na", **more: object) -> AuditEntry:
    given_values = {"action": Action.SEARCH, "detail": {"total": minute, "query": "张伟"}, **more}
    return AuditEntry(after(minutes=minute), user, **given_values)  # type: ignore[arg-type] # mixed


def append(database: Database, *entries: AuditEntry) -> None:
    with database.write() as connection:
        log_of(database).append(connection, *entries)


def search(database: Database, limit: int = 100, **conditions: object) -> list[int]:
    with database.read() as connection:
        found = audit_log.search(
            connection,
            AuditFilter(**conditions),  # type: ignore[arg-type] # mixed
            limit=limit,
        )
    return [one.seq for one in found]


def verify(database: Database, *, anchored: bool = True) -> ChainReport:
    log = log_of(database) if anchored else AuditLog(KEY)
    with database.read() as connection:
        return log.verify(connection)


def later(database: Database, at: int, born: int = 0) -> datetime | None:
    with database.read() as connection:
        return audit_log.later_moment(connection, after(minutes=at), after(minutes=born))


def holding(database: Database, *numbers: int) -> list[int]:
    """Those of some entries that are as they were written, after the one before."""
    with database.read() as connection:
        return [seq for seq in numbers if log_of(database).holds(connection, seq)]


def tamper(database: Database, *statements: str) -> None:
    """Change the log as someone would who has the file and knows SQL."""
    connection = sqlite3.connect(database.path)
    connection.executescript(
        "DROP TRIGGER audit_not_updated; DROP TRIGGER audit_not_deleted;"
        "DROP TRIGGER audit_appended;" + ";".join(statements)
    )
    connection.close()


@pytest.fixture
def logged(database: Database) -> Database:
    append(database, *(entry(minute) for minute in range(9)))
    append(database, entry(9))
    return database


def test_an_entry_comes_back_as_appended(database: Database) -> None:
    first = AuditEntry(NOON, "admin", Action.INIT)
    second = AuditEntry(
        after(minutes=1), "李娜", Action.SHOW, "R1", Outcome.DENIED, {"原因": "范围外", "n": [1]}
    )
    append(database, first, second)

    with database.read() as connection:
        found = audit_log.search(connection, AuditFilter(), limit=10)
        head = audit_log.head(connection)
    assert found == (
        LoggedEntry(2, second, head.digest),
        LoggedEntry(1, first, found[1].digest),
    )


def test_nothing_to_append_changes_nothing(logged: Database) -> None:
    append(logged)

    assert verify(logged) == ChainReport(10, ())


def test_each_condition_narrows_and_all_must_hold(database: Database) -> None:
    append(
        database,
        entry(0, "li.na", action=Action.SEARCH),
        entry(1, "wang", action=Action.SHOW, target="R1"),
        entry(2, "li.na", action=Action.SHOW, target="R1", outcome=Outcome.DENIED),
        entry(3, "li.na", action=Action.SHOW, target="R2"),
    )

    assert search(database) == [4, 3, 2, 1]
    assert search(database, user="li.na") == [4, 3, 1]
    assert search(database, action=Action.SHOW) == [4, 3, 2]
    assert search(database, target="R1") == [3, 2]
    assert search(database, target="") == [1]
    assert search(database, outcome=Outcome.DENIED) == [3]
    assert search(database, since=after(minutes=1), until=after(minutes=3)) == [3, 2]
    assert search(database, user="li.na", target="R1") == [3]
    assert search(database, user="nobody") == []


def test_count_agrees_with_search(logged: Database) -> None:
    conditions = AuditFilter(since=after(minutes=2), until=after(minutes=7))
    with logged.read() as connection:
        counts = (audit_log.count(connection), audit_log.count(connection, conditions))
        found = audit_log.search(connection, conditions, limit=100)

    assert counts == (10, 5)
    assert len(found) == 5


def test_pages_follow_each_other_while_entries_are_added(logged: Database) -> None:
    with logged.read() as connection:
        first = audit_log.search(connection, AuditFilter(), limit=4)
    append(logged, entry(10))
    with logged.read() as connection:
        second = audit_log.search(connection, AuditFilter(), limit=4, before=first[-1].seq)

    assert [one.seq for one in (*first, *second)] == [10, 9, 8, 7, 6, 5, 4, 3]


def test_a_failed_operation_leaves_no_entry_and_the_chain_whole(logged: Database) -> None:
    def act_and_fail() -> None:
        with logged.write() as connection:
            log_of(logged).append(connection, entry(10))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act_and_fail()
    append(logged, entry(11))

    assert verify(logged) == ChainReport(11, ())


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET user_name = 'wang' WHERE seq = 3",
        "DELETE FROM audit WHERE seq = 3",
        "DELETE FROM audit",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE seq = 3",
        "REPLACE INTO audit SELECT * FROM audit WHERE seq = 10",
        "INSERT INTO audit SELECT 0, '', '', '', '', '', '', '', ''",
    ],
)
def test_the_database_itself_refuses_to_change_the_log(logged: Database, statement: str) -> None:
    with (
        logged.write() as connection,
        pytest.raises(IntegrityError, match="append-only"),
    ):
        connection.exec_driver_sql(statement)

    assert search(logged, user="li.na") == list(range(10, 0, -1))


def test_an_untouched_log_is_intact(logged: Database) -> None:
    assert verify(logged) == ChainReport(10, ())
    assert verify(logged).intact


def test_an_empty_log_is_intact(database: Database) -> None:
    assert verify(database) == ChainReport(0, ())


@pytest.mark.parametrize(
    "column", ["at", "user_name", "action", "target", "outcome", "detail", "digest", "prev_digest"]
)
def test_an_edit_of_any_column_is_found_where_it_is(logged: Database, column: str) -> None:
    tamper(logged, f"UPDATE audit SET {column} = {column} || ' ' WHERE seq = 4")

    assert verify(logged).breaks[0].seq == 4


def test_a_deletion_is_found_where_it_is(logged: Database) -> None:
    tamper(logged, "DELETE FROM audit WHERE seq IN (4, 5)")

    assert [(one.seq, one.reason) for one in verify(logged).breaks] == [(4, "第 4 至 5 条被删除")]


def test_a_deletion_that_closes_the_gap_is_found(logged: Database) -> None:
    tamper(
        logged,
        "DELETE FROM audit WHERE seq = 4",
        "UPDATE audit SET seq = seq - 1 WHERE seq > 4",
        "UPDATE audit_head SET seq = 9",
    )

    assert verify(logged).breaks[0].seq == 4


def test_swapped_entries_are_found(logged: Database) -> None:
    tamper(
        logged,
        "UPDATE audit SET seq = -4 WHERE seq = 4",
        "UPDATE audit SET seq = 4 WHERE seq = 5",
        "UPDATE audit SET seq = 5 WHERE seq = -4",
    )

    assert verify(logged).breaks[0].seq == 4


def test_an_edit_with_a_digest_to_match_is_found_by_the_entry_after(logged: Database) -> None:
    """Even by whoever has the key."""
    with logged.read() as connection:
        row = connection.exec_driver_sql("SELECT * FROM audit WHERE seq = 4").one()
    forged = link(KEY, row.prev_digest, StoredEntry(*row[:7])._replace(user_name="wang"))
    tamper(logged, f"UPDATE audit SET user_name = 'wang', digest = '{forged}' WHERE seq = 4")

    assert [one.seq for one in verify(logged, anchored=False).breaks] == [5]


def test_a_cut_tail_is_found_and_stays_found_after_new_entries(logged: Database) -> None:
    tamper(logged, "DELETE FROM audit WHERE seq > 7")

    assert {one.seq for one in verify(logged).breaks} == {7, 8}
    append(logged, entry(20))
    assert verify(logged).breaks[0].seq == 8


def made_anew(database: Database, key: bytes) -> None:
    """Rewrite the whole log with one name changed, every digest and the head to match."""
    raw = sqlite3.connect(database.path)
    columns = "seq, at, user_name, action, target, outcome, detail"
    rows = [list(row) for row in raw.execute(f"SELECT {columns} FROM audit ORDER BY seq")]
    rows[3][2] = "wang"
    digest = GENESIS
    forged = []
    for row in rows:
        stored = StoredEntry(*row)
        previous, digest = digest, link(key, digest, stored)
        forged.append((*row, previous, digest))
    tamper(database, "DELETE FROM audit", f"UPDATE audit_head SET digest = '{digest}'")
    raw.executemany("INSERT INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", forged)
    raw.commit()
    raw.close()


def test_who_has_no_key_cannot_make_the_log_anew(logged: Database) -> None:
    made_anew(logged, b"another key of theirs")

    assert verify(logged, anchored=False).breaks[0].seq == 1


def test_a_log_made_anew_with_the_key_is_found_by_the_anchors(logged: Database) -> None:
    made_anew(logged, KEY)

    assert verify(logged, anchored=False).intact
    assert {one.seq for one in verify(logged).breaks} == {9, 10}


@pytest.mark.parametrize("last", [1, 7, 8, 9])
def test_a_log_cut_back_whole_is_found_by_the_anchors(logged: Database, last: int) -> None:
    tamper(
        logged,
        f"DELETE FROM audit WHERE seq > {last}",
        f"UPDATE audit_head SET seq = {last}, digest = (SELECT digest FROM audit"
        f" WHERE seq = {last})",
    )

    assert verify(logged, anchored=False).intact
    assert last + 1 in {one.seq for one in verify(logged).breaks}


def test_every_commit_has_its_anchor(logged: Database) -> None:
    with logged.read() as connection:
        found = {
            one.seq: one.digest for one in audit_log.search(connection, AuditFilter(), limit=9)
        }

    assert Anchors(anchors_of(logged)).read() == ({9: found[9], 10: found[10]}, 0)


def test_what_is_rolled_back_has_no_anchor(logged: Database) -> None:
    before = anchors_of(logged).read_bytes()

    def act_and_fail() -> None:
        with logged.write() as connection:
            log_of(logged).append(connection, entry(10))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act_and_fail()

    assert anchors_of(logged).read_bytes() == before


def test_what_a_rehearsal_rolls_back_has_no_anchor(logged: Database) -> None:
    before = anchors_of(logged).read_bytes()

    with logged.write() as connection:
        log_of(logged).append(connection, entry(10))
        connection.rollback()

    assert anchors_of(logged).read_bytes() == before
    assert verify(logged) == ChainReport(10, ())


def test_anchors_that_are_gone_or_altered_are_told(logged: Database) -> None:
    path = anchors_of(logged)
    whole = path.read_bytes()
    for changed in (b"", whole[:82], whole[:40] + b"x" + whole[41:], b"\n" + whole):
        path.write_bytes(changed)
        assert not verify(logged).intact

    path.unlink()
    assert not verify(logged).intact


def test_an_anchor_cut_short_by_a_loss_of_power_is_no_break(logged: Database) -> None:
    path = anchors_of(logged)
    path.write_bytes(path.read_bytes() + b"0000")
    cut_short = verify(logged)

    append(logged, entry(10))

    assert cut_short.intact
    assert verify(logged) == ChainReport(11, ())


def test_an_operation_is_done_though_its_anchor_cannot_be_written(logged: Database) -> None:
    anchors_of(logged).unlink()
    anchors_of(logged).mkdir()

    append(logged, entry(10))

    assert search(logged, user="li.na")[0] == 11


Rows = list[list[str | int]]


def edit(rows: Rows, dice: random.Random) -> None:
    row = dice.choice(rows)
    column = dice.randrange(1, 9)
    row[column] = f"{row[column]}x"


def remove(rows: Rows, dice: random.Random) -> None:
    rows.pop(dice.randrange(len(rows)))


def insert(rows: Rows, dice: random.Random) -> None:
    rows.insert(dice.randrange(len(rows)), list(dice.choice(rows)))


def swap(rows: Rows, dice: random.Random) -> None:
    one, other = dice.sample(range(len(rows)), 2)
    rows[one], rows[other] = rows[other], rows[one]


def cut(rows: Rows, dice: random.Random) -> None:
    del rows[dice.randrange(len(rows)) :]


def forge(rows: Rows, dice: random.Random) -> None:
    """Change an entry, and link it and all after it as if there were no key."""
    first = dice.randrange(len(rows))
    rows[first][2] = "wang"
    for place in range(first, len(rows)):
        previous = str(rows[place - 1][8]) if place else GENESIS
        text = json.dumps([previous, *rows[place][:7]], ensure_ascii=False, separators=(",", ":"))
        rows[place][7:] = [previous, hashlib.sha256(text.encode()).hexdigest()]


def first_difference(rows: Rows, original: Rows) -> int:
    """The number of the first entry that is not as it was."""
    for number, (one, other) in enumerate(zip(rows, original, strict=False), 1):
        if one != other:
            return number
    return min(len(rows), len(original)) + 1


MANIPULATIONS = int(os.environ.get("ARCHSEARCH_MANIPULATIONS", "480"))


@pytest.mark.parametrize("manipulate", [edit, remove, insert, swap, cut, forge])
@pytest.mark.parametrize("renumbered", [False, True])
def test_manipulations_at_random_places_are_found_and_located(
    logged: Database, manipulate: Callable[[Rows, random.Random], None], renumbered: bool
) -> None:
    """``ARCHSEARCH_MANIPULATIONS`` says how many, over all kinds; the head is moved to match."""
    dice = random.Random(f"{manipulate.__name__}{renumbered}")
    raw = sqlite3.connect(logged.path, isolation_level=None)
    original: Rows = [list(row) for row in raw.execute("SELECT * FROM audit ORDER BY seq")]
    tamper(logged)
    missed = []
    for _ in range(MANIPULATIONS // 12):
        rows = [list(row) for row in original]
        manipulate(rows, dice)
        if renumbered:
            rows = [[number, *row[1:]] for number, row in enumerate(rows, 1)]
        raw.execute("DELETE FROM audit")
        raw.executemany("INSERT OR REPLACE INTO audit VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", rows)
        stands = [list(row) for row in raw.execute("SELECT * FROM audit ORDER BY seq")]
        head = (stands[-1][0], stands[-1][8]) if stands and dice.random() < 0.5 else None
        if head:
            raw.execute("UPDATE audit_head SET seq = ?, digest = ?", head)
        places = {one.seq for one in verify(logged).breaks}
        if stands != original and first_difference(stands, original) not in places:
            missed.append((rows, places))
        raw.execute("UPDATE audit_head SET seq = ?, digest = ?", (10, original[-1][8]))
    raw.close()

    assert missed == []


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@settings(max_examples=50)
@given(TEXT, TEXT, st.dictionaries(TEXT, TEXT, max_size=2))
def test_the_standard_library_alone_can_verify(
    user: str, target: str, detail: dict[str, str]
) -> None:
    stored = StoredEntry(
        7, "2024-03-05T12:00:00.000000Z", user, "show", target, "done", json.dumps(detail)
    )
    text = json.dumps([GENESIS, *stored], ensure_ascii=False, separators=(",", ":"))

    assert link(KEY, GENESIS, stored) == hmac.new(KEY, text.encode(), "sha256").hexdigest()


@given(st.lists(TEXT, min_size=5, max_size=5), st.lists(TEXT, min_size=5, max_size=5))
def test_moving_text_between_fields_changes_the_digest(one: list[str], other: list[str]) -> None:
    digests = {link(KEY, GENESIS, StoredEntry(1, "t", *fields)) for fields in (one, other)}

    assert (len(digests) == 1) == (one == other)


# What is told of it ------------------------------------------------------------------------------


def test_each_fault_is_told_once_where_it_is_and_why(logged: Database) -> None:
    tamper(
        logged,
        "UPDATE audit SET user_name = 'x' WHERE seq = 2",
        "UPDATE audit SET prev_digest = 'y' WHERE seq = 4",
        "DELETE FROM audit WHERE seq = 6",
    )

    assert [(one.seq, one.reason) for one in verify(logged).breaks] == [
        (2, "内容与校验值不符：本条被改动"),
        (4, "与上一条不衔接：有日志被插入、调换或改写"),
        (4, "内容与校验值不符：本条被改动"),
        (6, "第 6 至 6 条被删除"),
    ]
    assert verify(logged).entries == 9


def test_a_cut_end_and_what_happened_to_its_anchors_are_told_behind_the_last(
    logged: Database,
) -> None:
    tamper(logged, "DELETE FROM audit WHERE seq > 7")

    assert [(one.seq, one.reason) for one in verify(logged).breaks] == [
        (8, "末尾与记录的链头不符：之后的日志被删除或改写"),
        (8, "比锚点短：之后的日志被删除"),
        (7, "末条没有锚点：锚点文件被删改，或写不进去"),
    ]


def test_anchors_that_do_not_fit_or_cannot_be_read_are_told(logged: Database) -> None:
    path = anchors_of(logged)
    path.write_bytes(b"%016d %s\n" % (4, b"0" * 64) + path.read_bytes() + b"\n\n")

    assert [(one.seq, one.reason) for one in verify(logged).breaks] == [
        (4, "与锚点不符：日志被整体改写"),
        (10, "锚点文件有 1 行无法辨认：文件被改动"),
    ]


def test_a_log_that_begins_otherwise_than_it_must_has_lost_its_beginning(logged: Database) -> None:
    log = log_of(logged)
    with logged.read() as connection:
        assert log.verify(connection, Action.SEARCH).intact
        found = log.verify(connection, Action.INIT)

    assert [one.seq for one in found.breaks] == [1]
    assert "不是日志的第一条" in found.breaks[0].reason


def test_the_first_hundred_faults_are_told_and_whether_the_end_holds(database: Database) -> None:
    append(database, *(entry() for _ in range(130)))
    tamper(
        database,
        "UPDATE audit SET user_name = 'x'",
        "UPDATE audit_head SET seq = 131",
    )

    breaks = verify(database).breaks

    assert [one.seq for one in breaks[:100]] == list(range(1, 101))
    assert [one.seq for one in breaks[100:]] == [131]
    assert verify(database).entries == 130


@pytest.mark.parametrize("number", [-(1 << 63), -1, 0, 11, (1 << 63) - 1])
def test_a_forged_entry_is_found_whatever_its_number(logged: Database, number: int) -> None:
    tamper(
        logged,
        f"INSERT INTO audit SELECT {number}, at, user_name, action, target, outcome, detail,"
        " prev_digest, digest FROM audit WHERE seq = 5",
    )

    found = verify(logged)

    assert found.entries == 11
    assert not found.intact


def test_no_more_than_a_hundred_anchors_that_do_not_fit_are_told(database: Database) -> None:
    append(database, *(entry() for _ in range(130)))
    anchors_of(database).write_bytes(
        b"".join(b"%016d %s\n" % (number, b"0" * 64) for number in range(1, 131))
    )

    breaks = verify(database).breaks

    assert [one.seq for one in breaks] == list(range(1, 101))


@pytest.mark.parametrize("step", [1, 4, 5, 10, 11])
def test_a_log_is_read_whole_in_steps_of_any_size(
    logged: Database, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    monkeypatch.setattr(audit_log, "_VERIFY_STEP", step)

    with logged.read() as connection:
        every = list(audit_log.entries(connection, AuditFilter()))
        some = list(audit_log.entries(connection, AuditFilter(since=after(minutes=3))))
    assert verify(logged) == ChainReport(10, ())
    assert [one.seq for one in every] == list(range(1, 11))
    assert [one.seq for one in some] == list(range(4, 11))


def test_the_latest_moment_is_that_of_no_earlier_entry(database: Database) -> None:
    moments = []
    for minutes in ((), (5,), (3,), (9, 7)):
        append(database, *(entry(minute) for minute in minutes))
        with database.read() as connection:
            moments.append(audit_log.latest_moment(connection))

    assert moments == [None, after(minutes=5), after(minutes=5), after(minutes=9)]


def test_times_and_details_that_entries_share_are_written_for_each(database: Database) -> None:
    shared: dict[str, JsonValue] = {"b": 1, "a": "张"}
    entries = [
        AuditEntry(moment, "li.na", Action.SHOW, detail=detail)
        for moment, detail in (
            (NOON, shared),
            (NOON, shared),
            (NOON, {"a": 2}),
            (after(minutes=1), shared),
        )
    ]
    append(database, *entries)

    with database.read() as connection:
        found = audit_log.entries(connection, AuditFilter())
        assert [one.entry for one in found] == entries
        texts = connection.exec_driver_sql("SELECT at, detail FROM audit ORDER BY seq").all()
    assert texts[0] == texts[1] == ("2024-03-05T12:00:00.000000Z", '{"a":"张","b":1}')
    assert texts[2] == ("2024-03-05T12:00:00.000000Z", '{"a":2}')
    assert texts[3] == ("2024-03-05T12:01:00.000000Z", '{"a":"张","b":1}')


def test_a_log_without_a_head_is_damaged(logged: Database) -> None:
    tamper(logged, "DELETE FROM audit_head")

    with logged.read() as connection:
        assert audit_log.latest_moment(connection) is None
        with pytest.raises(StoreError):
            audit_log.head(connection)
    with pytest.raises(StoreError):
        append(logged, entry(10))
    with pytest.raises(StoreError):
        verify(logged)


def test_entries_of_a_commit_are_one_anchor_of_the_last(database: Database) -> None:
    append(database, entry(1), entry(2), entry(3))

    found, _ = Anchors(anchors_of(database)).read()

    with database.read() as connection:
        last = audit_log.head(connection)
    assert found == {3: last.digest}
    assert last.seq == 3


def test_the_latest_moment_after_one_is_told_of_what_was_entered_since_something_began(
    database: Database,
) -> None:
    # A clock that was wrong for a while, then set right.
    append(database, entry(0), entry(90), entry(10), entry(10), entry(20), entry(15))

    assert [later(database, at) for at in (0, 20, 89)] == [after(minutes=90)] * 3
    assert [later(database, at) for at in (90, 91)] == [None, None]
    assert [later(database, at, born=10) for at in (0, 19)] == [after(minutes=20)] * 2
    assert [later(database, at, born=10) for at in (20, 21)] == [None, None]
    assert later(database, 0, born=15) == after(minutes=15)
    assert later(database, 20, born=7) == after(minutes=90)


def test_single_entries_are_vouched_for_as_far_as_they_can_be(logged: Database) -> None:
    assert holding(logged, *range(-1, 13)) == [*range(1, 11)]


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit SET user_name = 'x' WHERE seq = 4", {4}),
        ("UPDATE audit SET digest = x'00' WHERE seq = 4", {4, 5}),
        ("UPDATE audit SET prev_digest = x'00' WHERE seq = 4", {4}),
        ("UPDATE audit SET prev_digest = x'00' WHERE seq = 1", {1}),
        ("UPDATE audit SET detail = '{}' WHERE seq = 1", {1}),
        ("DELETE FROM audit WHERE seq = 4", {4, 5}),
        ("DELETE FROM audit WHERE seq = 10", {10}),
        ("DELETE FROM audit WHERE seq = 1", {1, 2}),
    ],
)
def test_an_entry_is_not_vouched_for_that_was_altered_or_does_not_follow(
    statement: str, broken: set[int], logged: Database
) -> None:
    tamper(logged, statement)

    assert {*range(1, 11)} - {*holding(logged, *range(1, 11))} == broken


def test_an_entry_of_another_key_is_not_vouched_for(logged: Database) -> None:
    with logged.read() as connection:
        assert not AuditLog(b"x" * 32).holds(connection, 4)
