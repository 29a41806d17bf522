"""Many readers, one writer, rebuilds in between."""

import os
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from archsearch.domain.record import RecordId
from archsearch.engines.base import Document, Removal
from archsearch.engines.whoosh.engine import WhooshEngine
from archsearch.engines.whoosh.files import manifest as manifests
from archsearch.engines.whoosh.files.disk import Disk
from archsearch.engines.whoosh.index import ColumnarIndex
from archsearch.errors import ArchsearchError, BusyError, EngineError
from tests.integration.engine.archive import KEY, document, holding, opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of two documents."""
    opened(tmp_path / "index").rebuild([document("a"), document("b")])
    return tmp_path / "index"


def test_the_old_generation_answers_during_a_rebuild(folder: Path) -> None:
    engine, other = opened(folder), opened(folder)
    seen: list[dict[str, int]] = []

    def documents() -> Iterator[Document]:
        yield document("x")
        seen.extend((holding(engine), holding(other)))
        yield document("y")

    engine.rebuild(documents())

    assert seen == [{"a": 1, "b": 1}] * 2
    assert holding(engine) == holding(other) == {"x": 1, "y": 1}


def test_a_reader_keeps_what_it_began_with_when_its_files_go(folder: Path) -> None:
    engine = opened(folder)
    revisions = engine.revisions()
    assert next(revisions) == ("a", 1)

    opened(folder).rebuild([document("x")])

    assert list(revisions) == [("b", 1)]
    assert len(list(folder.glob("g*"))) == 1


def test_a_second_writer_is_told_to_wait(folder: Path) -> None:
    second = opened(folder)

    def changes() -> Iterator[Document]:
        yield document("c")
        with pytest.raises(BusyError):
            second.apply([document("d")])
        with pytest.raises(BusyError):
            second.rebuild([])
        with pytest.raises(BusyError):
            second.purge()

    opened(folder).apply(changes())

    assert holding(second) == {"a": 1, "b": 1, "c": 1}
    second.apply([document("d")])


@pytest.mark.parametrize("second", ["apply", "rebuild"])
def test_whoever_lost_the_lock_file_does_not_overwrite_the_other(folder: Path, second: str) -> None:
    def changes() -> Iterator[Document]:
        yield document("c")
        (folder / "LOCK").unlink()
        if second == "rebuild":
            opened(folder).rebuild([document("d")])

    with pytest.raises(ArchsearchError):
        opened(folder).apply(changes())

    expected = {"d": 1} if second == "rebuild" else {"a": 1, "b": 1}
    assert holding(opened(folder)) == expected


def test_a_rebuild_that_lost_the_lock_file_does_not_switch(folder: Path) -> None:
    def documents() -> Iterator[Document]:
        yield document("x")
        (folder / "LOCK").unlink()
        opened(folder).apply([document("c")])

    with pytest.raises(ArchsearchError):
        opened(folder).rebuild(documents())

    assert holding(opened(folder)) == {"a": 1, "b": 1, "c": 1}


def test_a_state_is_published_over_the_one_it_was_made_from_only(folder: Path) -> None:
    """The last line of defence, whatever became of the locks."""
    generation = folder / opened(folder).stats().generation
    data = manifests.read(generation)
    one, other = (ColumnarIndex.open(generation, data, KEY, Disk()) for _ in range(2))
    one.publish(replace(one.state, toc=one.state.toc + 1))

    with pytest.raises(EngineError, match="其他进程"):
        other.publish(replace(other.state, toc=other.state.toc + 2))

    assert manifests.unseal(manifests.read(generation), KEY, generation.name) == one.state


def test_readers_racing_commits_and_rebuilds_always_see_a_whole_state(folder: Path) -> None:
    """Each state holds as many records as its versions say; no read may fail or mix two."""
    writer = opened(folder)
    writer.rebuild([document(f"r{number}", version=1) for number in range(5)])
    done = threading.Event()
    failures: list[str] = []

    def read(engine: WhooshEngine) -> None:
        while not done.is_set():
            held = {version for _, version in engine.revisions()}
            if len(held) != 1:
                failures.append(f"mixed {held}")

    def guarded(engine: WhooshEngine) -> None:
        try:
            read(engine)
        except Exception as error:  # noqa: BLE001 - any error at all is the finding
            failures.append(repr(error))

    shared = opened(folder)
    readers = [shared, shared, opened(folder)]
    threads = [threading.Thread(target=guarded, args=(engine,)) for engine in readers]
    for thread in threads:
        thread.start()
    for version in range(2, 80):
        change = [document(f"r{number}", version=version) for number in range(5)]
        if version % 5:
            writer.apply(change)
        else:
            writer.rebuild(change)
    done.set()
    for thread in threads:
        thread.join()

    assert failures == []


def test_a_reader_in_another_process_sees_the_next_commit(folder: Path) -> None:
    engine = opened(folder)
    assert holding(engine) == {"a": 1, "b": 1}
    child = os.fork()
    if child == 0:
        opened(folder).apply([Removal(RecordId("a"))])
        os._exit(0)
    os.waitpid(child, 0)

    assert holding(engine) == {"b": 1}


def test_a_writer_killed_by_a_signal_leaves_no_lock(folder: Path) -> None:
    def changes() -> Iterator[Document]:
        yield document("c")
        os.kill(os.getpid(), 9)

    child = os.fork()
    if child == 0:
        opened(folder).apply(changes())
        os._exit(0)
    os.waitpid(child, 0)

    engine = opened(folder)
    assert holding(engine) == {"a": 1, "b": 1}
    engine.apply([document("d")])
