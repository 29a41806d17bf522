"""A commit happens or does not happen, wherever the disk fails, the process dies, power goes."""

import errno
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import pytest

from archsearch.domain.record import RecordId
from archsearch.engines.base import Document, Removal
from archsearch.engines.whoosh.disk import Disk
from archsearch.engines.whoosh.engine import WhooshEngine
from archsearch.errors import EngineError, IndexOutdatedError
from tests.integration.engine.archive import document, holding, opened
from tests.integration.engine.disks import (
    CountingDisk,
    CrashingDisk,
    FailingDisk,
    Trouble,
    dying,
)
from tests.integration.engine.power import Fate, Lost, NamesKept, PowerDisk, ReplacedKept

Change = Callable[[WhooshEngine], None]
BEFORE: Final = {"a": 1, "b": 1, "c": 1}


def apply(engine: WhooshEngine) -> None:
    engine.apply([document("a", version=2, text="丙"), Removal(RecordId("b")), document("d")])


def rebuild(engine: WhooshEngine) -> None:
    engine.rebuild([document("x"), document("y", version=3)])


def purge(engine: WhooshEngine) -> None:
    engine.purge()


CHANGES: Final[dict[Change, dict[str, int]]] = {
    apply: {"a": 2, "c": 1, "d": 1},
    rebuild: {"x": 1, "y": 3},
    purge: BEFORE,
}
changes = pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of three documents, one of them replaced since."""
    return filled(tmp_path / "index")


def filled(folder: Path) -> Path:
    engine = opened(folder)
    engine.rebuild([document("a"), document("b")])
    engine.apply([document("c", version=0), document("c0")])
    engine.apply([document("c"), Removal(RecordId("c0"))])
    return folder


def operations(tmp_path: Path, change: Change) -> int:
    """How many operations a change takes."""
    disk = CountingDisk()
    change(opened(filled(tmp_path / "counted"), disk=disk))
    return len(disk.log)


def copied(tmp_path: Path, number: int) -> Path:
    return filled(tmp_path / f"index{number}")


def assert_tidy_after_next_commit(folder: Path) -> None:
    """Nothing stays that the manifest does not name, and commits go on."""
    engine = opened(folder)
    held = holding(engine)
    engine.apply([document("next")])
    assert holding(engine) == held | {"next": 1}
    assert engine.verify() == ()
    generation = folder / engine.stats().generation
    assert {path.name for path in folder.iterdir()} == {generation.name, "CURRENT", "LOCK"}
    named = {"MANIFEST", "MAIN_WRITELOCK"}
    files = {path.name for path in generation.iterdir()} - named
    assert len([name for name in files if name.endswith(".toc")]) == 1
    assert len([name for name in files if name.endswith(".arch")]) == engine.stats().segments
    assert len(files) == engine.stats().segments + 1


@changes
@pytest.mark.parametrize("trouble", [Trouble.HICCUP, Trouble.FULL])
def test_a_change_that_fails_is_not_visible_and_leaves_the_lock_free(
    tmp_path: Path, change: Change, trouble: Trouble
) -> None:
    outcomes = set()
    for at in range(operations(tmp_path, change)):
        folder = copied(tmp_path, at)
        engine = opened(folder, disk=FailingDisk(at, trouble))

        try:
            change(engine)
        except EngineError:
            expected = BEFORE
        else:
            expected = CHANGES[change]

        assert holding(engine) == expected
        assert holding(opened(folder)) == expected
        assert_tidy_after_next_commit(folder)
        outcomes.add(expected == BEFORE)
    assert True in outcomes


@changes
def test_a_disk_that_dies_leaves_the_old_state_or_the_new(tmp_path: Path, change: Change) -> None:
    for at in range(operations(tmp_path, change)):
        folder = copied(tmp_path, at)
        engine = opened(folder, disk=FailingDisk(at, Trouble.DEAD))

        with suppress(EngineError):
            change(engine)

        assert holding(opened(folder)) in (BEFORE, CHANGES[change])
        assert_tidy_after_next_commit(folder)


@changes
def test_a_crash_at_any_operation_leaves_the_old_state_or_the_new(
    tmp_path: Path, change: Change
) -> None:
    for at in range(operations(tmp_path, change)):
        folder = copied(tmp_path, at)

        with dying():
            change(opened(folder, disk=CrashingDisk(at)))

        assert holding(opened(folder)) in (BEFORE, CHANGES[change])
        assert_tidy_after_next_commit(folder)


@changes
@pytest.mark.parametrize("fate", [Lost, NamesKept, ReplacedKept])
def test_a_power_loss_at_any_operation_leaves_the_old_state_or_the_new(
    tmp_path: Path, change: Change, fate: type[Fate]
) -> None:
    for at in range(operations(tmp_path, change)):
        folder = copied(tmp_path, at)
        disk = PowerDisk(at, folder)
        with dying():
            change(opened(folder, disk=disk))

        disk.leave(tmp_path / f"left{at}", fate())

        assert holding(opened(tmp_path / f"left{at}")) in (BEFORE, CHANGES[change])
        assert_tidy_after_next_commit(tmp_path / f"left{at}")


@changes
def test_what_was_acknowledged_survives_a_power_loss(tmp_path: Path, change: Change) -> None:
    folder = filled(tmp_path / "index")
    disk = PowerDisk(at=10**9, root=folder)
    change(opened(folder, disk=disk))

    disk.leave(tmp_path / "left", Lost())

    assert holding(opened(tmp_path / "left")) == CHANGES[change]


def test_the_first_build_survives_a_power_loss_with_the_folders_it_made(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    disk = PowerDisk(at=10**9, root=tmp_path / "disk")
    opened(tmp_path / "disk" / "workspace" / "index", disk=disk).rebuild([document("a")])

    disk.leave(tmp_path / "left", Lost())

    assert holding(opened(tmp_path / "left" / "workspace" / "index")) == {"a": 1}


def test_a_commit_syncs_segments_then_toc_then_folder_then_manifest(folder: Path) -> None:
    disk = CountingDisk()
    opened(folder, disk=disk).apply([document("d")])

    order = [
        (operation, path)
        for operation, path in disk.log
        if operation in ("sync", "rename") and path != folder
    ]
    names = [f"{operation} {path.name}" for operation, path in order]
    segment = next(n for n, (o, p) in enumerate(order) if o == "sync" and p.suffix == ".arch")
    toc = next(n for n, (o, p) in enumerate(order) if o == "rename" and p.suffix == ".toc")
    commit = names.index("rename MANIFEST")
    folders = [n for n, (o, p) in enumerate(order) if o == "sync" and p.is_dir()]
    assert segment < toc < folders[0] < commit < folders[-1]
    assert names.index("sync MANIFEST.tmp") < commit
    removals = [n for n, (operation, _) in enumerate(disk.log) if operation == "remove"]
    assert removals[0] > disk.log.index(("rename", order[commit][1]))


def test_a_first_build_that_fails_says_why_and_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[Document]:
        yield document("a")
        raise LookupError("the store")

    with pytest.raises(LookupError, match="the store"):
        opened(tmp_path).rebuild(broken())

    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == []


def test_a_folder_without_anything_is_outdated_for_every_reader(tmp_path: Path) -> None:
    engine = opened(tmp_path / "index")

    for ask in (engine.stats, lambda: list(engine.revisions()), engine.purge):
        with pytest.raises(IndexOutdatedError):
            ask()
    assert [damage.file for damage in engine.verify()] == ["CURRENT"]


def test_an_unreadable_folder_is_a_clear_error(tmp_path: Path) -> None:
    (tmp_path / "index").write_bytes(b"a file in the place of the folder")

    with pytest.raises(EngineError, match="索引写入失败"):
        opened(tmp_path / "index", disk=Disk()).rebuild([])


class LinklessDisk(Disk):
    """A file system without hard links, as some network shares are."""

    def link(self, source: Path, target: Path) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")


def test_a_file_system_without_links_will_do(tmp_path: Path) -> None:
    engine = opened(tmp_path / "index", disk=LinklessDisk())

    engine.rebuild([document("a")])
    engine.apply([document("b")])
    engine.rebuild([document("c")])

    assert holding(opened(tmp_path / "index")) == {"c": 1}
