"""The index is kept in step with the store, by whoever comes next."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from archsearch.domain.audit import Action, AuditFilter
from archsearch.domain.record import Record, RecordId
from archsearch.engines.base import Document
from archsearch.engines.documents import DocumentBuilder
from archsearch.engines.whoosh.files.lock import writing
from archsearch.errors import AccessDeniedError, BusyError, EngineError
from archsearch.services.indexing import Indexing
from archsearch.storage import audit_log, outbox
from tests.offices import Office, drain_held_up, named


def waiting(office: Office) -> int:
    with office.application.database.read() as connection:
        return outbox.count(connection)


def fill_outbox(office: Office, *names: str) -> None:
    with office.application.database.write() as connection:
        outbox.enqueue(connection, [RecordId(name) for name in names])


@pytest.fixture
def filled(office: Office) -> Office:
    office.feed(*named(f"R{number}" for number in range(5)))
    return office


def test_draining_empties_the_outbox_and_tells_how_much(filled: Office) -> None:
    fill_outbox(filled, "R1", "R2", "R1", "gone")
    told: list[int] = []

    assert filled.application.index.drain(told.append) == 3
    assert (told, waiting(filled)) == ([3], 0)
    assert filled.application.index.drain() == 0
    assert filled.ailments() == []


def test_while_another_process_drains_nobody_waits_to_catch_up(filled: Office) -> None:
    index = filled.application.index
    assert index.catch_up()
    fill_outbox(filled, "R1")

    with drain_held_up(filled) as index:
        assert not index.catch_up()
        with pytest.raises(BusyError):
            index.drain()
        assert waiting(filled) == 1
        assert len(filled.seen("admin")) == 5
    assert index.catch_up()
    assert waiting(filled) == 0


def test_a_search_does_not_index_what_somebody_is_just_taking_in(filled: Office) -> None:
    """Otherwise it would answer only when that ingest ends."""
    index = filled.application.index
    fill_outbox(filled, "R1")

    with index.feeding(), index.feeding():
        assert not index.catch_up()
        assert waiting(filled) == 1
    assert index.catch_up()
    assert waiting(filled) == 0


def test_who_is_taking_records_in_says_so(filled: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    index = filled.application.index
    finish = Indexing.finish

    def noted(indexing: Indexing) -> bool:
        seen.append(index.catch_up())
        return finish(indexing)

    monkeypatch.setattr(Indexing, "finish", noted)
    filled.feed(*named(["new"]))

    assert seen == [False]
    assert waiting(filled) == 0


def test_a_drain_that_fails_is_repeated_by_the_next(
    filled: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_: object, *, mark: str) -> None:
        raise EngineError("磁盘已满")

    monkeypatch.setattr(filled.application.engine, "apply", fail)
    with pytest.raises(EngineError):
        filled.feed({"record_id": "N", "name": "新"})
    assert waiting(filled) == 1
    assert not filled.application.index.catch_up()
    assert "N" not in filled.seen("admin")

    monkeypatch.undo()
    assert filled.application.index.catch_up()
    assert "N" in filled.seen("admin")
    assert filled.ailments() == []


def test_what_is_stored_during_a_rebuild_is_not_forgotten(
    filled: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rebuild reads one state; what came after it stays in the outbox."""
    engine = filled.application.engine
    rebuild = engine.rebuild

    def meanwhile(documents: object, *, mark: str) -> None:
        with Office(filled.path) as other:
            other.application.index._lock = lambda _: writing(filled.path / "var/drain.lock", 0)
            assert not other.feed({"record_id": "N", "name": "新"}).indexed
        rebuild(documents, mark=mark)  # type: ignore[arg-type]

    monkeypatch.setattr(engine, "rebuild", meanwhile)
    filled.application.index.rebuild("admin")

    assert waiting(filled) == 1
    filled.application.index.drain()
    assert filled.seen("admin") >= {"N"}
    assert filled.ailments() == []


def stretch(office: Office) -> tuple[int, int]:
    return office.application.index.waiting()


def stored_only(office: Office, *rows: dict[str, str]) -> None:
    """Store rows as a process does that dies before it indexes them."""
    with drain_held_up(office):
        office.feed(*rows)


def test_stretches_of_the_outbox_are_indexed_in_any_order(filled: Office) -> None:
    stored_only(filled, *named("ABCD"))
    index = filled.application.index
    before, last = stretch(filled)
    middle = before + 2

    index.drain_stretches([(middle, last)])
    assert (before, middle) == stretch(filled)
    index.drain_stretches([(before, middle)])

    assert waiting(filled) == 0
    assert filled.seen("admin") >= set("ABCD")
    assert filled.ailments() == []


def test_stretches_taken_together_are_one_commit_with_each_record_as_it_is_now(
    filled: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what changed after its document was made only that is made again."""
    stored_only(filled, *named("ABCD"))
    index, engine = filled.application.index, filled.application.engine
    before, _ = stretch(filled)
    made: list[str] = []
    build = DocumentBuilder.build

    def noted(self: DocumentBuilder, record: Record) -> Document:
        made.append(record.record_id)
        return build(self, record)

    def stretches() -> Iterator[tuple[int, int]]:
        yield before, before + 3
        with Office(filled.path) as other, drain_held_up(other):
            other.feed({"record_id": "B", "name": "后来"})
        yield before + 3, stretch(filled)[1]

    segments = engine.stats().segments
    monkeypatch.setattr(DocumentBuilder, "build", noted)
    index.drain_stretches(stretches())

    assert made == [*"ABCD", "B"]
    assert engine.stats().segments == segments + 2  # what was prepared, and what came after it
    assert waiting(filled) == 0
    assert filled.seen("admin", "后来") == {"B"}
    assert filled.ailments() == []


def test_what_others_have_indexed_meanwhile_is_not_put_back(
    filled: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored_only(filled, *named("AB"))
    before, last = stretch(filled)

    def stretches() -> Iterator[tuple[int, int]]:
        yield before, last
        with Office(filled.path) as other:
            other.feed({"record_id": "A", "name": "后来"})
            fill_outbox(other, "B")

    filled.application.index.drain_stretches(stretches())

    assert filled.seen("admin", "后来") == {"A"}
    assert filled.ailments() == []


def test_a_record_that_changed_while_documents_were_made_is_indexed_as_it_is_now(
    filled: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever commits last must not put an older version over a newer one."""
    stored_only(filled, {"record_id": "R1", "name": "R1", "notes": "先前"})
    index = filled.application.index
    engine = filled.application.engine
    prepare = engine.prepare

    def meanwhile(changes: Any) -> Any:
        prepared = prepare(changes)
        with Office(filled.path) as other:
            other.feed({"record_id": "R1", "name": "R1", "notes": "后来"})
            fill_outbox(other, "R1")
        return prepared

    before, last = stretch(filled)
    monkeypatch.setattr(engine, "prepare", meanwhile)
    index.drain_stretches([(before, last + 10)])

    assert filled.seen("admin", "后来") == {"R1"}
    assert filled.seen("admin", "先前") == set()
    assert filled.ailments() == []


def test_an_index_is_made_for_an_empty_store_but_not_in_a_hurry_for_a_full_one(
    office: Office,
) -> None:
    office.application.index.begin()
    assert office.application.engine.stats().documents == 0

    office.feed(*named("AB"))
    shutil.rmtree(office.path / "index")
    office.application.index.begin()
    assert not (office.path / "index" / "CURRENT").exists()


def test_repairs_are_logged_as_done_by_the_system(filled: Office) -> None:
    (filled.path / "index" / "CURRENT").unlink()
    filled.seen("admin")

    with filled.application.database.read() as connection:
        repairs = AuditFilter(action=Action.INDEX_REBUILD)
        users = [entry.entry.user for entry in audit_log.search(connection, repairs, limit=9)]
    assert users == ["(system)", "(system)"]  # the first made the index


def test_only_administrators_look_after_the_index(filled: Office) -> None:
    filled.hire(boss="manager at 总行", eye="auditor at 总行")
    index = filled.application.index

    assert index.stats("admin").documents == index.rebuild("admin").documents == 5
    assert index.verify("admin") == ()
    assert index.purge("admin").deleted == 0
    for user in ("boss", "eye", "ghost"):
        for ask in (index.stats, index.rebuild, index.verify, index.purge):
            with pytest.raises(AccessDeniedError):
                ask(user)


def test_purging_takes_replaced_text_out_of_every_file(filled: Office) -> None:
    filled.feed({"record_id": "R1", "name": "甲", "notes": "zyxwvut"})
    filled.feed({"record_id": "R1", "name": "甲", "notes": "改了"})

    filled.application.index.purge("admin")

    files = [path for path in (filled.path / "index").rglob("*") if path.is_file()]
    assert files
    assert not any(b"zyxwvut" in path.read_bytes() for path in files)


def test_who_waits_for_a_repair_is_told_of_it_and_of_nothing_else(filled: Office) -> None:
    index = filled.application.index
    told: list[str] = []

    @contextmanager
    def watch() -> Iterator[None]:
        told.append("begins")
        yield
        told.append("ends")

    index.watch = watch
    filled.seen("admin")
    assert told == []
    shutil.rmtree(filled.path / "index")
    filled.seen("admin")
    assert told == ["begins", "ends"]
