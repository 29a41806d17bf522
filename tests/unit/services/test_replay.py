"""Questions of the log put again; whatever is not as it was is said."""

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from archsearch.domain.audit import Action, AuditFilter
from archsearch.domain.callers import Caller
from archsearch.domain.record import JsonValue, RecordId
from archsearch.engines.whoosh.files.lock import writing
from archsearch.errors import (
    AccessDeniedError,
    BusyError,
    InvalidRequestError,
    NotFoundError,
)
from archsearch.services import leftovers
from archsearch.services.questions import digest_of
from archsearch.services.replay import Replay
from archsearch.services.search import SearchService
from archsearch.settings.workspace import defaults_folder
from archsearch.storage.database import vault_of
from tests.offices import Office, drain_held_up

NUMBER = "13800010001"


@pytest.fixture
def bank(office: Office) -> Office:
    office.hire(li="employee at 甲", boss="manager at 甲", eye="auditor")
    office.feed(
        {"record_id": "R1", "name": "张伟", "owner": "li", "department": "甲", "phones": [NUMBER]},
        {"record_id": "R2", "name": "张伟", "department": "乙", "notes": "华信的授信"},
        {"record_id": "R3", "name": "章伟", "department": "甲"},
    )
    office.clock.turn(minutes=1)
    return office


def last(bank: Office, action: Action = Action.SEARCH) -> int:
    ((logged),) = bank.application.audit.search(AuditFilter(action=action), "admin", limit=1)
    return logged.seq


def replayed(bank: Office, action: Action = Action.SEARCH) -> Replay:
    return bank.archive.replay(last(bank, action), user="admin")


def changed(bank: Office) -> None:
    """Change everything that an answer depends on."""
    bank.clock.turn(days=1)
    bank.feed(
        {"record_id": "R1", "name": "李娜", "department": "乙", "phones": ["13900010002"]},
        {"record_id": "R4", "name": "张伟", "department": "甲"},
    )
    bank.application.users.move("boss", ["乙"], "admin")
    bank.archive.add_word("华信的", user="admin")
    bank.archive.add_synonym("张伟", "李娜", user="admin")


@pytest.mark.parametrize("user", ["admin", "boss", "li"])
@pytest.mark.parametrize("query", ["张伟", "zhangwei", NUMBER, "0001", "华信", "", "没有的人名"])
def test_an_answer_comes_again_whatever_has_changed_since(
    bank: Office, user: str, query: str
) -> None:
    page = bank.archive.search(query, user=user, limit=2, sort="relevance")
    seq = last(bank)
    for step in (lambda _: None, changed):
        step(bank)

        found = bank.archive.replay(seq, user="admin")

        assert (found.verdict, found.reasons) == ("same", ())
        assert found.total == found.total_logged == page.total
        assert found.record_ids == tuple(hit.record_id for hit in page.hits)


def test_completions_come_again_too(bank: Office) -> None:
    names = bank.archive.suggest("zhang", user="boss", limit=5)
    seq = last(bank, Action.SUGGEST)
    changed(bank)

    found = bank.archive.replay(seq, user="admin")

    assert found.verdict == "same"
    assert found.record_ids == tuple(each.record_id for each in names)
    assert len(names) == 2


def test_a_clock_that_was_set_back_is_taken_for_what_the_log_knew(bank: Office) -> None:
    bank.hire(wu="employee at 乙")
    asked = bank.archive.borrow.request("R1", purpose="p", reason="r", days=1, user="wu")
    bank.archive.borrow.approve(asked.id, user="boss")
    bank.archive.search("张伟", user="wu")
    lent = last(bank)
    bank.clock.turn(days=9)
    bank.archive.search("张伟", user="wu")
    bank.clock.turn(days=-9)
    bank.archive.search("张伟", user="wu")
    after = last(bank)

    found = [bank.archive.replay(seq, user="admin") for seq in (lent, after)]

    assert [(each.verdict, each.total) for each in found] == [("same", 1), ("same", 0)]


def test_a_question_is_judged_by_the_time_it_was_put_at(
    bank: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though a loan ended while it was answered."""
    bank.hire(wu="employee at 乙")
    asked = bank.archive.borrow.request("R1", purpose="p", reason="r", days=1, user="wu")
    bank.archive.borrow.approve(asked.id, user="boss")
    answer = SearchService.page

    def slow(*given: object) -> object:
        monkeypatch.undo()
        bank.clock.turn(days=2)
        return answer(*given)  # type: ignore[arg-type] # as they came

    monkeypatch.setattr(SearchService, "page", slow)
    bank.archive.search("张伟", user="wu")

    found = replayed(bank)

    assert (found.verdict, found.total) == ("same", 1)


def forged(bank: Office, changes: dict[str, JsonValue]) -> int:
    """Enter an altered copy of the last search in the log, as who has the key could."""
    (genuine,) = bank.application.audit.search(AuditFilter(action=Action.SEARCH), "admin", limit=1)
    altered = genuine.entry._replace(detail={**genuine.entry.detail, **changes})
    trail = bank.application.trail
    with trail.database.write() as connection:
        trail.log.append(connection, altered)
    return last(bank)


@pytest.mark.parametrize("after", [lambda _: None, changed])
@pytest.mark.parametrize(
    "lie", [{"total": 0}, {"digest": "0" * 64}, {"query": "章伟"}, {"offset": 1}]
)
def test_an_entry_that_is_not_what_was_answered_is_reported(
    bank: Office, lie: dict[str, JsonValue], after: Callable[[Office], None]
) -> None:
    bank.archive.search("张伟", user="boss", mode="exact")
    seq = forged(bank, lie)
    after(bank)

    found = bank.archive.replay(seq, user="admin")

    assert found.verdict == "differs"
    assert found.reasons == ()
    assert found.record_ids or lie == {"offset": 1}


@pytest.mark.parametrize("limit", [0, 9])
def test_todays_answer_is_not_that_of_then(bank: Office, limit: int) -> None:
    bank.archive.search("张伟", user="admin", mode="exact", limit=limit)
    ids = [RecordId(each) for each in ("R1", "R2", "R4")][:limit]
    seq = forged(bank, {"total": 3, "digest": digest_of(ids)})
    bank.feed({"record_id": "R4", "name": "张伟"})
    page = bank.archive.search("张伟", user="admin", mode="exact", limit=limit)

    found = bank.archive.replay(seq, user="admin")

    assert (page.total, [hit.record_id for hit in page.hits]) == (3, ids)
    assert (found.verdict, found.total) == ("differs", 2)


def test_todays_dictionary_is_not_that_of_then(bank: Office) -> None:
    then = bank.archive.search("逾期", user="admin", limit=0)
    seq = forged(bank, {"total": 1})
    bank.archive.add_synonym("逾期", "授信", user="admin")
    now = bank.archive.search("逾期", user="admin", limit=0)

    found = bank.archive.replay(seq, user="admin")

    assert (then.total, now.total) == (0, 1)
    assert (found.verdict, found.total) == ("differs", 0)


@pytest.mark.parametrize("action", [Action.SHOW, Action.HISTORY, Action.REVEAL])
def test_a_look_at_a_record_is_judged_by_the_rights_of_then(bank: Office, action: Action) -> None:
    look: dict[Action, Callable[[str], object]] = {
        Action.SHOW: lambda user: bank.archive.get("R1", user=user),
        Action.HISTORY: lambda user: bank.archive.history("R1", user=user),
        Action.REVEAL: lambda user: bank.archive.reveal("R1", reason="核对", user=user),
    }
    entries = []
    for user in ("boss", "li", "eye"):
        with suppress(NotFoundError, AccessDeniedError):
            look[action](user)
        entries.append(last(bank, action))
    bank.clock.turn(minutes=1)
    changed(bank)

    found = [bank.archive.replay(seq, user="admin") for seq in entries]

    assert [each.verdict for each in found] == ["same"] * 3
    assert [each.total for each in found] == [1, int(action is not Action.REVEAL), 0]


def test_a_look_that_was_never_allowed_is_reported(bank: Office) -> None:
    bank.archive.get("R1", user="boss")
    trail = bank.application.trail
    entry = trail.entry("boss", Action.SHOW, target="R2")
    with trail.database.write() as connection:
        trail.log.append(connection, entry)

    assert replayed(bank, Action.SHOW).verdict == "differs"


def test_another_configuration_is_named_when_the_answer_differs(bank: Office) -> None:
    bank.archive.search("张伟", user="boss")
    seq = last(bank)
    bank.archive.close()
    text = (defaults_folder() / "archsearch.yaml").read_text("utf-8")
    assert "homophone: true" in text
    (bank.path / "archsearch.yaml").write_text(
        "version: 1\nsearch:\n  channels:\n    homophone: false\n    similar: false\n", "utf-8"
    )

    with Office(bank.path, bank.clock.now) as other:
        found = other.archive.replay(seq, user="admin")
        other.archive.search("张伟", user="boss")
        changes = other.application.audit.search(AuditFilter(action=Action.CONFIGURE), "admin")

    assert found.verdict == "unknown"
    assert found.reasons == ("当时的配置与现在不同：检索设置和词表",)
    assert found.total_logged == 2
    assert found.total == 1
    assert [each.entry.target for each in changes] == ["configuration"]
    assert changes[0].entry.detail["changed"] == ["search"]


def test_a_configuration_that_nobody_knows_is_named_when_the_answer_differs(bank: Office) -> None:
    bank.archive.search("张伟", user="boss")
    genuine = last(bank)
    forgeries = [forged(bank, {"with": "0" * 16}), forged(bank, {"with": "0" * 16, "total": 9})]
    with bank.application.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE meta SET value = replace(value, '0.1', '9') WHERE key LIKE 'configuration/%'"
        )
    altered = forged(bank, {"total": 9, "with": with_of(bank, genuine)})

    found = [bank.archive.replay(seq, user="admin") for seq in (*forgeries, altered)]

    assert [each.verdict for each in found] == ["same", "unknown", "unknown"]
    assert found[1].reasons == found[2].reasons == ("当时的配置已无从得知",)


def with_of(bank: Office, seq: int) -> JsonValue:
    (logged,) = bank.application.audit.search(AuditFilter(), "admin", limit=1, before=seq + 1)
    return logged.entry.detail["with"]


def test_an_index_that_was_behind_is_named_when_the_answer_differs(bank: Office) -> None:
    bank.archive.search("张伟", user="admin")
    with drain_held_up(bank):
        bank.feed({"record_id": "R4", "name": "张伟"})
        page = bank.archive.search("张伟", user="admin", mode="exact")
    seq = last(bank)

    found = bank.archive.replay(seq, user="admin")

    assert found.verdict == "unknown"
    assert found.reasons == ("当时索引还没有跟上刚存入的档案",)
    assert (page.total, found.total) == (2, 3)


def test_an_answer_given_while_records_changed_may_be_that_of_the_change(
    bank: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = SearchService.page

    def meddled(*given: object) -> object:
        monkeypatch.undo()
        bank.feed({"record_id": "R2", "name": "张伟芳"})
        return answer(*given)  # type: ignore[arg-type] # as they came

    monkeypatch.setattr(SearchService, "page", meddled)
    page = bank.archive.search("张伟芳", user="admin", mode="exact")

    found = replayed(bank)

    assert page.total == 1
    assert found.verdict == "same"


def test_what_cannot_be_opened_any_more_is_named_when_the_answer_differs(bank: Office) -> None:
    bank.archive.search("张伟", user="admin", mode="exact")
    seq = last(bank)
    bank.feed({"record_id": "R3", "name": "李四"})
    with bank.application.database.read() as connection:
        vault = vault_of(connection)
    vault.destroy([2])

    found = bank.archive.replay(seq, user="admin")

    assert found.verdict == "unknown"
    assert found.reasons == ("有 1 份档案当时的内容已无法读取（如已销毁）",)
    assert (found.total_logged, found.total) == (2, 1)


def test_what_has_no_answer_in_the_log_cannot_be_replayed(bank: Office) -> None:
    with pytest.raises(InvalidRequestError):
        bank.archive.search("(", user="admin")
    refused = last(bank)
    bank.archive.match(["张伟"], user="admin")
    matched = last(bank, Action.MATCH)
    bank.archive.search("张伟", user="admin")
    old = forged(bank, {"as_of": None})
    ahead = forged(bank, {"as_of": 10_000})

    for seq, reason in ((refused, "失败"), (matched, "名单"), (old, "旧版本"), (ahead, "时刻")):
        with pytest.raises(InvalidRequestError, match=reason):
            bank.archive.replay(seq, user="admin")
    with pytest.raises(NotFoundError, match="序号"):
        bank.archive.replay(10_000, user="admin")


def test_a_user_whom_there_was_not_had_no_answer(bank: Office) -> None:
    bank.archive.search("张伟", user="boss")
    trail = bank.application.trail
    (genuine,) = bank.application.audit.search(AuditFilter(action=Action.SEARCH), "admin", limit=1)
    with trail.database.write() as connection:
        trail.log.append(connection, genuine.entry._replace(user="ghost"))

    assert replayed(bank).verdict == "differs"


def test_replaying_needs_both_rights_and_is_logged(bank: Office) -> None:
    bank.archive.search("张伟", user="boss")
    seq = last(bank)
    for user in ("boss", "li", "eye"):
        with pytest.raises(AccessDeniedError):
            bank.archive.replay(seq, user=user)
    bank.archive.replay(seq, user="admin")

    entries = bank.application.audit.search(AuditFilter(action=Action.AUDIT_REPLAY), "admin")
    assert [each.entry.target for each in entries] == [str(seq)] * 4
    assert entries[0].entry.detail == {"verdict": "same"}


def test_ids_beyond_ones_own_scope_are_only_counted(bank: Office) -> None:
    bank.hire(low="administrator, 公开")
    bank.feed({"record_id": "R5", "name": "张伟", "secrecy": "公开"})
    bank.archive.search("张伟", user="admin", mode="exact")

    found = bank.archive.replay(last(bank), user="low")

    assert found.verdict == "same"
    assert found.record_ids == ("R5",)
    assert found.hidden == 2


def folders(bank: Office) -> list[Path]:
    return list((bank.path / "index").glob("replay-*"))


def test_nothing_of_a_replay_stays_behind(bank: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    during: list[Path] = []
    answer = SearchService.page

    def watched(*given: object) -> object:
        during.extend(folders(bank))
        return answer(*given)  # type: ignore[arg-type] # as they came

    bank.archive.search("张伟", user="admin")
    seq = last(bank)
    changed(bank)
    monkeypatch.setattr(SearchService, "page", watched)
    bank.archive.replay(seq, user="admin")

    assert len(during) == 1
    assert folders(bank) == []


def test_what_a_killed_replay_left_goes_when_the_archive_is_next_opened(bank: Office) -> None:
    index = bank.path / "index"
    bank.archive.close()
    (index / "replay-x").mkdir()
    (index / "replay-x" / "segment").write_text("张伟", "utf-8")

    with writing(index / "replay.lock", 0), Office(bank.path):
        assert folders(bank)
    with Office(bank.path):
        assert not folders(bank)


def test_an_entry_that_was_changed_is_not_replayed(bank: Office) -> None:
    bank.archive.search("张伟", user="li")
    seq = last(bank)
    assert replayed(bank).verdict == "same"
    with bank.application.database.write() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_not_updated")
        connection.exec_driver_sql("UPDATE audit SET user_name = 'boss' WHERE seq = ?", (seq,))

    found = bank.archive.replay(seq, user="admin")

    assert (found.verdict, found.total, found.record_ids) == ("unknown", None, ())
    assert "audit verify" in found.reasons[0]


def test_what_a_session_without_rights_asked_is_asked_without_them(bank: Office) -> None:
    caller = Caller("boss", limits=frozenset(), via="session:7")
    assert bank.archive.search("张伟", user=caller).total == 0

    assert replayed(bank).verdict == "same"


def test_one_replay_at_a_time_has_a_folder(bank: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "_PATIENCE", 0)
    bank.archive.search("张伟", user="admin")
    seq = last(bank)
    changed(bank)

    with writing(bank.path / "index" / "replay.lock", 0), pytest.raises(BusyError):
        bank.archive.replay(seq, user="admin")
    assert bank.archive.replay(seq, user="admin").verdict == "same"


def test_what_a_token_asked_is_asked_with_no_more_than_its_rights(bank: Office) -> None:
    made = bank.archive.tokens.create("夜间", owner="boss", rights=["screen"], user="admin")
    caller = bank.archive.doors.token(made.secret).caller
    assert bank.archive.search("张伟", user=caller).total == 0
    assert bank.archive.search("张伟", user="boss").total == 2

    bank.archive.search("张伟", user=caller)
    assert replayed(bank).verdict == "same"
