"""What administrators add to the dictionary holds at once, for old records and for everybody."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from archsearch.bootstrap import open_application
from archsearch.domain.access import Scope, restrict
from archsearch.domain.audit import Action, AuditFilter
from archsearch.domain.dictionary import EntryKind
from archsearch.domain.plan import Plan, TermNode
from archsearch.domain.record import RecordId
from archsearch.engines.base import Document, Prepared, Removal
from archsearch.entrypoints.archive import Archive
from archsearch.errors import (
    AccessDeniedError,
    ArchsearchError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
)
from archsearch.storage import outbox
from tests.offices import Office

WORD, SHORT, SYNONYM = EntryKind.WORD, EntryKind.SHORT_NAME, EntryKind.SYNONYM
LATENT = "龘靐齉"
"""Three characters that no dictionary has as a word."""


@pytest.fixture
def stocked(office: Office) -> Office:
    office.feed(
        {"record_id": "A", "name": "张伟", "notes": f"办理{LATENT}业务，已逾期。"},
        {"record_id": "B", "name": "李娜", "notes": "办理龘靐业务，拖欠两期。"},
        {"record_id": "C", "name": f"{LATENT}商行", "notes": "无"},
        {"record_id": "D", "name": "浙江省农村信用社联合社"},
    )
    return office


def holding_word(office: Office, word: str) -> set[str]:
    """The records whose notes or names have a word, as the index has them cut."""
    everybody = Scope(frozenset(office.application.policy.levels), everything=True)
    return {
        hit.record_id
        for field in ("notes#words", "name#words")
        for hit in office.application.engine.search(
            restrict(Plan(TermNode(field, word), limit=100), everybody, frozenset())
        ).hits
    }


@pytest.fixture
def rival(stocked: Office) -> Iterator[Archive]:
    """Another process, as far as it matters, with everything loaded before the change."""
    application = open_application(stocked.path, {}, stocked.clock)
    archive = Archive(application)
    archive.search("张伟 办理业务", user="admin")
    application.analysis.segmenter.cut(LATENT)
    yield archive
    archive.close()


def test_a_word_reaches_exactly_the_records_that_hold_it(stocked: Office) -> None:
    before = holding_word(stocked, LATENT)

    added = stocked.application.dictionary.add(WORD, LATENT, "", "admin")

    assert before == set()
    assert added.records == 2
    assert holding_word(stocked, LATENT) == {"A", "C"}
    assert stocked.ailments() == []


def test_an_index_built_anew_is_the_one_that_there_is(stocked: Office) -> None:
    stocked.application.dictionary.add(WORD, LATENT, "", "admin")
    questions = ["龘靐齉业务逾期的客户", "农村信用社拖欠", LATENT]
    before = [stocked.archive.search(text, user="admin").hits for text in questions]

    stocked.application.index.rebuild("admin")

    assert [stocked.archive.search(text, user="admin").hits for text in questions] == before


def test_a_removed_word_is_cut_again(stocked: Office) -> None:
    dictionary = stocked.application.dictionary
    dictionary.add(WORD, LATENT, "", "admin")

    removed = dictionary.remove(WORD, LATENT, "", "admin")

    assert removed.records == 2
    assert holding_word(stocked, LATENT) == set()
    assert dictionary.all("admin") == ()


def test_records_stored_later_by_another_process_know_of_the_word(
    stocked: Office, rival: Archive
) -> None:
    stocked.application.dictionary.add(WORD, LATENT, "", "admin")

    rival.ingest({"record_id": "E", "name": "王芳", "notes": f"申请{LATENT}"}, user="admin")

    assert holding_word(stocked, LATENT) == {"A", "C", "E"}


def test_documents_made_before_the_change_are_made_again(
    stocked: Office, rival: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    application = rival._application
    engine = application.engine
    made = engine.prepare

    def prepare(changes: Iterable[Document | Removal]) -> Prepared:
        prepared = made(changes)
        stocked.application.dictionary.add(WORD, LATENT, "", "admin")
        return prepared

    monkeypatch.setattr(engine, "prepare", prepare)
    with application.database.write() as connection:
        outbox.enqueue(connection, [RecordId("A"), RecordId("B")])
        upto = outbox.last(connection)
    application.index.drain_stretches([(0, upto)])

    assert holding_word(stocked, LATENT) == {"A", "C"}


def test_a_short_name_is_an_alias_from_then_on(stocked: Office, rival: Archive) -> None:
    assert "D" not in stocked.seen("admin", "越信通", mode="fuzzy")

    stocked.application.dictionary.add(SHORT, "越信通", "浙江省农村信用社联合社", "admin")

    for archive in (stocked.archive, rival):
        hit = archive.search("越信通", user="admin", mode="fuzzy").hits[0]
        assert (hit.record_id, hit.channels) == ("D", ("别名",))
        (reason,) = hit.reasons
        assert reason.text.startswith("别名 越信通→")


def test_whoever_looks_for_a_word_finds_its_synonyms_both_ways(
    stocked: Office, rival: Archive
) -> None:
    stocked.application.dictionary.add(SYNONYM, "逾期", "拖欠", "admin")

    for archive in (stocked.archive, rival):
        for said, meant, record_id in (("逾期", "拖欠", "B"), ("拖欠", "逾期", "A")):
            page = archive.search(said, user="admin")
            hit = next(hit for hit in page.hits if hit.record_id == record_id)
            (reason,) = hit.reasons
            notes = str(hit.record["notes"])
            assert "同义" in hit.channels
            assert (reason.text, reason.field) == (f"同义 {said}→{meant}", "notes")
            assert notes[reason.start : reason.end] == meant
            (snippet,) = hit.highlights["notes"]
            assert [snippet.text[start:end] for start, end in snippet.spans] == [meant]


def test_a_synonym_holds_in_a_field_and_in_a_question(stocked: Office) -> None:
    stocked.application.dictionary.add(SYNONYM, "逾期", "拖欠", "admin")

    assert stocked.seen("admin", "备注:逾期", mode="fuzzy") == {"A", "B"}
    assert stocked.seen("admin", "客户名称:逾期", mode="fuzzy") == set()
    page = stocked.archive.search("哪位客户办理业务逾期两期了", user="admin")
    assert page.hits[0].record_id == "B"


@pytest.mark.parametrize(("query", "mode"), [("逾期", "exact"), ('"逾期"', "fuzzy")])
def test_exactly_what_was_said_is_found_without_synonyms(
    stocked: Office, query: str, mode: str
) -> None:
    stocked.application.dictionary.add(SYNONYM, "逾期", "拖欠", "admin")

    assert stocked.seen("admin", query, mode=mode) == {"A"}


def test_synonyms_can_be_switched_off(stocked: Office) -> None:
    stocked.application.dictionary.add(SYNONYM, "逾期", "拖欠", "admin")
    environ = {"ARCHSEARCH__SEARCH__CHANNELS__SYNONYM": "false"}
    with Archive(open_application(stocked.path, environ, stocked.clock)) as archive:
        found = archive.search("逾期", user="admin", mode="fuzzy").hits

    assert [hit.record_id for hit in found] == ["A"]


def test_only_administrators_change_it(stocked: Office) -> None:
    stocked.hire(li="manager at 总行")
    dictionary = stocked.application.dictionary

    for change in (
        lambda: dictionary.add(WORD, "授信通", "", "li"),
        lambda: dictionary.remove(WORD, "授信通", "", "li"),
        lambda: dictionary.all("li"),
    ):
        with pytest.raises(AccessDeniedError):
            change()


def test_changes_are_logged(stocked: Office) -> None:
    dictionary = stocked.application.dictionary
    dictionary.add(SYNONYM, "逾期", "拖欠", "admin")
    dictionary.remove(SYNONYM, "拖欠", "逾期", "admin")

    for action, target in ((Action.DICTIONARY_ADD, "逾期"), (Action.DICTIONARY_REMOVE, "拖欠")):
        (logged,) = stocked.application.audit.search(AuditFilter(action=action), "admin")
        assert logged.entry.target == target
        assert logged.entry.detail["kind"] == "synonym"


@pytest.mark.parametrize(
    ("kind", "term", "meaning", "error"),
    [
        (WORD, "授信通", "", ConflictError),
        (SYNONYM, "拖欠", "逾期", ConflictError),
        (WORD, "授", "", InvalidRequestError),
        (WORD, "授信，通", "", InvalidRequestError),
        (WORD, "——", "", InvalidRequestError),
        (WORD, "长" * 21, "", InvalidRequestError),
        (SHORT, "农信", "", InvalidRequestError),
        (SYNONYM, "逾期", " 逾 期 ", InvalidRequestError),
        (SHORT, "农信", "信" * 61, InvalidRequestError),
        (SYNONYM, "老王", "13812345678", InvalidRequestError),
    ],
)
def test_what_cannot_be_an_entry_is_refused_and_changes_nothing(
    stocked: Office, kind: EntryKind, term: str, meaning: str, error: type[ArchsearchError]
) -> None:
    dictionary = stocked.application.dictionary
    dictionary.add(WORD, "授信通", "", "admin")
    dictionary.add(SYNONYM, "逾期", "拖欠", "admin")
    before = dictionary.all("admin")

    with pytest.raises(error) as caught:
        dictionary.add(kind, term, meaning, "admin")

    assert dictionary.all("admin") == before
    assert "13812345678" not in str(caught.value)


def test_what_is_not_there_cannot_be_removed(stocked: Office) -> None:
    with pytest.raises(NotFoundError):
        stocked.application.dictionary.remove(WORD, "授信通", "", "admin")


def test_entries_are_folded(stocked: Office) -> None:
    added = stocked.application.dictionary.add(WORD, "ＡＢ 授信", "", "admin")

    assert added.entry.term == "ab授信"


def test_a_lost_index_is_built_with_the_new_word(stocked: Office, tmp_path: Path) -> None:
    (stocked.path / "index").rename(tmp_path / "gone")

    added = stocked.application.dictionary.add(WORD, LATENT, "", "admin")

    assert added.records == 2
    assert holding_word(stocked, LATENT) == {"A", "C"}


def test_programs_add_entries_too(stocked: Office) -> None:
    archive = stocked.archive

    assert archive.add_word(LATENT, user="admin") == 2
    archive.add_short_name("越信通", "浙江省农村信用社联合社", user="admin")
    archive.add_synonym("逾期", "拖欠", user="admin")

    assert len(stocked.application.dictionary.all("admin")) == 3


def test_synonyms_count_though_there_are_many_exact_hits(office: Office) -> None:
    rows = [{"record_id": f"A{n}", "name": f"甲{n}", "notes": "已逾期"} for n in range(30)]
    office.feed(*rows, {"record_id": "B", "name": "乙", "notes": "展延一年"})
    office.application.dictionary.add(SYNONYM, "逾期", "展延", "admin")
    office.application.dictionary.add(SYNONYM, "延期还款", "展延", "admin")

    assert office.archive.search("逾期", user="admin").total == 31
    assert office.archive.search("备注:逾期 -展延", user="admin").total == 30
    page = office.archive.search("延期还款", user="admin")
    assert [(hit.record_id, hit.channels) for hit in page.hits] == [("B", ("同义",))]


def test_a_short_name_of_a_company_means_no_other_of_its_kind(office: Office) -> None:
    office.feed(
        {"record_id": "A", "name": "厦门鹭岛芯片设计有限公司"},
        {"record_id": "B", "name": "厦门铭舟奥化工股份有限公司"},
        {"record_id": "C", "name": "厦门市思明区百货有限公司"},
    )
    office.application.dictionary.add(SHORT, "鹭芯", "厦门鹭岛芯片设计有限公司", "admin")

    assert office.seen("admin", "鹭芯") == {"A"}


def test_who_removes_a_term_of_another_kind_is_told_how(stocked: Office) -> None:
    stocked.application.dictionary.add(SHORT, "越信通", "浙江省农村信用社联合社", "admin")

    with pytest.raises(NotFoundError, match="--for"):
        stocked.application.dictionary.remove(WORD, "越信通", "", "admin")


def test_a_term_has_only_so_many_meanings(office: Office) -> None:
    dictionary = office.application.dictionary
    for number in range(20):
        dictionary.add(SHORT, "越信通", f"浙江省第{number}农村信用社", "admin")

    with pytest.raises(ConflictError):
        dictionary.add(SYNONYM, "越信通", "另一个", "admin")
    with pytest.raises(ConflictError):
        dictionary.add(SHORT, "越信通", "浙江省又一农村信用社", "admin")


def test_a_word_has_only_so_many_synonyms_whichever_was_added_to_which(office: Office) -> None:
    dictionary = office.application.dictionary
    for number in range(20):
        dictionary.add(SYNONYM, f"说法{number}", "逾期", "admin")

    with pytest.raises(ConflictError):
        dictionary.add(SYNONYM, "又一说法", "逾期", "admin")
    with pytest.raises(ConflictError):
        dictionary.add(SYNONYM, "逾期", "又一说法", "admin")
    dictionary.add(SYNONYM, "说法0", "又一说法", "admin")
