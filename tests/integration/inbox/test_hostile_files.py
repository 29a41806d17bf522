"""What is dropped by mistake or malice is kept out, told of, and harms nothing else."""

import csv
import ctypes
import errno
import os
import shutil
from pathlib import Path

import pytest

from archsearch.domain.inbox import ARCHIVED, RETURNED, WAITING_ROOM, Mark, State
from archsearch.errors import BusyError, EngineError, InvalidRequestError, StoreError
from archsearch.ingest.inbox import moving
from archsearch.ingest.inbox.folder import Folder, reason_path
from archsearch.services import checking
from archsearch.storage.inbox import Ledger
from tests.offices import Office
from tests.scans import Tray, scan_of


@pytest.fixture
def tray(office: Office) -> Tray:
    return Tray(office)


def test_links_pipes_and_folders_named_like_files_are_never_opened(
    tray: Tray, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.pdf"
    outside.write_bytes(scan_of(1))
    (tray.folder / "张伟_1234_链接.pdf").symlink_to(outside)
    (tray.folder / "夹").symlink_to(tmp_path)
    os.mkfifo(tray.folder / "管.csv")
    os.mkfifo(tray.folder / "张伟_1234_管.png")
    (tray.folder / "夹子.pdf").mkdir()
    tray.drop("夹子.pdf/张伟_1234_合同.png")

    tray.settle()

    states = tray.states()
    assert states.pop("夹子.pdf/张伟_1234_合同.png") == "archived"
    assert set(states.values()) == {"quarantined"}
    assert len(states) == 4
    assert outside.read_bytes() == scan_of(1)
    assert all(path in tray.left() for path in (f"{RETURNED}/管.csv", f"{RETURNED}/夹"))


def test_a_folder_swapped_for_a_link_leads_nowhere(tray: Tray, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "张伟_1234_合同.png").write_bytes(scan_of(1))
    tray.drop("夹/张伟_1234_合同.png", scan_of(2))
    with tray.watched() as watcher:
        watcher.look()
        shutil.rmtree(tray.folder / "夹")
        (tray.folder / "夹").symlink_to(secret)
        tray.office.clock.turn(seconds=3)
        for _ in range(3):
            watcher.look()

    assert tray.records() == {}
    assert (secret / "张伟_1234_合同.png").read_bytes() == scan_of(1)
    folder = Folder(tray.folder)
    with pytest.raises(NotADirectoryError), folder.parent("夹/x"):
        pass


@pytest.mark.parametrize(
    "name",
    [
        b"\xff\xfe_1234_\xe5\x90\x88.png",
        "张伟_1234_合\n同.png".encode(),
        "张伟_1234_\x1b[31m合同.png".encode(),
        "张伟_1234_\u202e合同.png".encode(),
        ("长" * 83 + ".png").encode(),
        "=cmd|张伟_1234_合同.png".encode(),
    ],
)
def test_awkward_names_come_to_one_end_and_are_shown_safely(tray: Tray, name: bytes) -> None:
    path = os.fsencode(tray.folder) + b"/" + name
    with open(path, "wb") as file:  # noqa: PTH123 - a name of bytes
        file.write(scan_of(3))

    tray.settle(minutes=31)

    (shown,) = tray.items()
    assert shown.isprintable()
    assert tray.items()[shown].state in ("archived", "waiting")
    assert not os.path.lexists(path)
    receipts = next((tray.folder / "回执").iterdir()).read_text("utf-8")
    assert "\x1b" not in receipts
    assert "\u202e" not in receipts
    assert "\n=" not in receipts.replace("'=", "")


def test_a_name_too_long_for_its_text_of_reasons_gets_a_shorter_one() -> None:
    path = reason_path("夹/" + "长" * 85)

    assert len(path.rpartition("/")[2].encode()) <= 255
    assert path.endswith(".原因.txt")


def test_two_of_the_longest_name_are_both_returned(tray: Tray) -> None:
    name = "长" * 83 + "ab.png"
    for content in (b"one", b"two"):
        tray.drop(name, content)
        tray.settle()

    returned = (tray.folder / RETURNED).glob("*.png")
    assert {path.read_bytes() for path in returned} == {b"one", b"two"}


def test_unfinished_and_hidden_files_are_left_alone(tray: Tray) -> None:
    for name in ("a.pdf.part", ".a.pdf", "~$表.xlsx", "b.tmp", "Thumbs.db", "c.crdownload"):
        tray.drop(name)

    tray.settle(minutes=60)

    assert tray.states() == {}
    assert len(tray.left()) == 6


def test_a_growing_file_is_not_read_before_it_stands_still(tray: Tray) -> None:
    whole = scan_of(4)
    path = tray.drop("张伟_1234_合同.png", b"")
    with tray.watched() as watcher:
        for end in range(0, len(whole), 20):
            path.write_bytes(whole[:end])
            for _ in range(2):
                watcher.look()
                tray.office.clock.turn(seconds=1)
            assert tray.records() == {}
        path.write_bytes(whole)
        for _ in range(4):
            watcher.look()
            tray.office.clock.turn(seconds=3)

    assert tray.scans(tray.records()["张伟"].record_id) == [whole]
    assert tray.states() == {"张伟_1234_合同.png": "archived"}


def test_a_file_replaced_between_the_look_and_the_reading_is_the_new_one_or_none(
    tray: Tray, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tray.drop("张伟_1234_合同.png", scan_of(5))
    reading = Folder.chunks

    def swapped(folder: Folder, name: str) -> object:
        monkeypatch.setattr(Folder, "chunks", reading)
        path.write_bytes(scan_of(6))
        return reading(folder, name)

    monkeypatch.setattr(Folder, "chunks", swapped)
    tray.settle(5)

    record = tray.records()["张伟"]
    assert tray.scans(record.record_id) == [scan_of(6)]
    assert len(tray.states()) == 1
    assert tray.office.ailments() == []


def test_the_same_name_with_new_bytes_is_another_scan(tray: Tray) -> None:
    for number in (7, 8):
        tray.drop("张伟_1234_合同.png", scan_of(number))
        tray.settle()

    assert tray.scans(tray.records()["张伟"].record_id) == [scan_of(7), scan_of(8)]
    archived = list((tray.folder / "已归档").rglob("*.png"))
    assert len(archived) == 2


def test_a_returned_file_that_was_mended_is_taken_in(tray: Tray) -> None:
    tray.drop("张伟_1234_合同.png", scan_of(9)[:40])
    tray.settle()
    note = tray.folder / RETURNED / "张伟_1234_合同.png.原因.txt"
    assert "怎么办" in note.read_text("utf-8-sig")

    (tray.folder / RETURNED / "张伟_1234_合同.png").write_bytes(scan_of(9))
    tray.settle()

    assert tray.states() == {"张伟_1234_合同.png": "archived"}
    assert tray.left() == set()


def test_a_returned_file_can_be_tried_again(tray: Tray) -> None:
    tray.drop("柜台/a.docx", "x")
    tray.settle()
    service = tray.office.application.mail.inbox
    (item,) = tray.items("quarantined").values()

    service.retry(item.id, "admin")

    assert tray.left() == {"柜台/a.docx", "已退回/柜台/a.docx.原因.txt"}
    tray.settle()
    assert tray.left() == {"已退回/柜台/a.docx", "已退回/柜台/a.docx.原因.txt"}
    assert len(tray.items()) == 1


def test_an_unreadable_file_is_returned(tray: Tray) -> None:
    path = tray.drop("张伟_1234_合同.png")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("root reads everything")

    tray.settle()

    assert set(tray.states().values()) == {"quarantined"}


def test_a_clock_that_is_set_back_loses_nothing(tray: Tray) -> None:
    tray.drop("张伟_1234_合同.png")
    tray.drop("scan1.png")
    with tray.watched() as watcher:
        watcher.look()
        tray.office.clock.turn(days=-1)
        for _ in range(3):
            watcher.look()
            tray.office.clock.turn(seconds=3)

    assert tray.states() == {"张伟_1234_合同.png": "archived", "scan1.png": "waiting"}


def test_there_is_one_watcher_at_a_time(tray: Tray) -> None:
    with (
        tray.watched(),
        pytest.raises(BusyError, match="不必再开"),
        tray.office.application.watcher("admin"),
    ):
        pass


@pytest.mark.parametrize("place", [".", "..", "var", "var/scans", "keys", "config", "index", "ä"])
def test_the_workspaces_own_files_are_nothing_to_be_filed(
    tray: Tray, tmp_path: Path, place: str
) -> None:
    (tmp_path / "ä").symlink_to(tray.office.path)
    folder = tmp_path / place if place == "ä" else tray.office.path / place

    with pytest.raises(InvalidRequestError, match="工作区自己的文件"):
        tray.office.application.watcher("admin", folder)


def test_a_folder_that_is_gone_is_told_and_comes_back(tray: Tray) -> None:
    tray.drop("张伟_1234_合同.png")
    aside = tray.folder.with_name("aside")
    with tray.watched() as watcher:
        watcher.look()
        tray.folder.rename(aside)
        with pytest.raises(StoreError):
            watcher.look()
        aside.rename(tray.folder)
        tray.office.clock.turn(seconds=3)
        watcher.look()

    assert tray.states() == {"张伟_1234_合同.png": "archived"}


def test_a_full_disk_loses_nothing_and_is_gone_on_from(
    tray: Tray, monkeypatch: pytest.MonkeyPatch
) -> None:
    tray.drop("张伟_1234_合同.png", scan_of(10))
    tray.drop("客户.csv", "客户名称\n王五\n")
    real = os.fsync

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with tray.watched() as watcher:
        watcher.look()
        tray.office.clock.turn(seconds=3)
        monkeypatch.setattr(os, "fsync", full)
        for _ in range(3):
            with pytest.raises((StoreError, EngineError)):
                watcher.look()
        monkeypatch.setattr(os, "fsync", real)
        assert "张伟_1234_合同.png" in tray.left()
        watcher.look()
        watcher.look()

    assert set(tray.states().values()) == {"archived"}
    assert tray.scans(tray.records()["张伟"].record_id) == [scan_of(10)]
    assert tray.office.ailments() == []


def test_a_bomb_beside_a_scan_goes_to_people_with_it(tray: Tray) -> None:
    tray.drop("a.png")
    tray.drop("a.png.yaml", "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n客户名称: 甲\n")
    tray.drop("b.png")
    tray.drop("b.png.json", "[" * 100_000)
    tray.drop("c.png")
    tray.drop(
        "c.png.xml", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x><n>&e;</n></x>'
    )
    tray.drop("张伟_1234_合同.png")

    tray.settle(4)

    states = tray.states()
    assert states.pop("张伟_1234_合同.png") == "archived"
    assert set(states.values()) == {"waiting"}
    assert tray.items()["b.png"].reason == "metadata"


def test_no_text_of_ours_is_written_through_what_somebody_put_there(
    tray: Tray, tmp_path: Path
) -> None:
    book = tmp_path / "book"
    book.write_text("of somebody else")
    for room in (RETURNED, WAITING_ROOM):
        (tray.folder / room).mkdir(exist_ok=True)
    os.link(book, tray.folder / RETURNED / ".archsearch.tmp")
    os.mkfifo(tray.folder / WAITING_ROOM / ".archsearch.tmp")
    tray.drop("a.png", b"x")
    tray.drop("b.png")

    tray.settle(minutes=40)

    assert book.read_text() == "of somebody else"
    assert tray.states() == {"a.png": "quarantined", "b.png": "waiting"}
    assert {f"{RETURNED}/a.png.原因.txt", f"{WAITING_ROOM}/b.png.原因.txt"} <= tray.left()


def test_a_file_that_cannot_be_moved_keeps_no_other_back(tray: Tray) -> None:
    (tray.folder / RETURNED / "a.png.原因.txt" / "x").mkdir(parents=True)
    tray.drop("a.png", b"x")
    tray.drop("b.png", b"y")
    tray.drop("张伟_1234_合同.png")

    tray.settle()
    with tray.watched() as watcher:
        last = watcher.look()

    assert (last.done, last.busy) == (0, False)
    assert "写不进去" in last.trouble
    assert tray.states() == {
        "a.png": "quarantined",
        "b.png": "quarantined",
        "张伟_1234_合同.png": "archived",
    }
    assert {"a.png", f"{RETURNED}/b.png"} <= tray.left()


class Killed(BaseException):
    """Nothing more happens."""


@pytest.mark.parametrize("taken", [False, True], ids=["its place", "the next place"])
def test_the_ledger_knows_where_files_went_whose_watcher_was_killed_on_the_way(
    tray: Tray, monkeypatch: pytest.MonkeyPatch, *, taken: bool
) -> None:
    move = Folder.move

    def raced(folder: Folder, path: str, target: str, mark: Mark) -> bool:
        move(folder, path, target, mark)
        raise Killed

    content = tray.drop("张伟_1234_合同.png").read_bytes()
    if taken:
        monkeypatch.setattr(checking, "archive_place", lambda *_: f"{ARCHIVED}/there.png")
        tray.drop(f"{ARCHIVED}/there.png", b"somebody else's")
    with monkeypatch.context() as patch:
        patch.setattr(Folder, "move", raced)
        with pytest.raises(Killed):
            tray.settle()
    tray.settle()

    with tray.office.application.database.read() as connection:
        (entry,) = Ledger(tray.office.application.vault).recent(
            connection, tuple(State), {"admin"}, 10
        )
    assert (entry.state, entry.target) == (State.ARCHIVED, "")
    assert (tray.folder / entry.path).read_bytes() == content
    assert entry.path.startswith(f"{ARCHIVED}/there-2" if taken else ARCHIVED)


def test_folders_that_are_too_deep_to_look_into_are_told(tray: Tray) -> None:
    deep = "/".join(["夹"] * 34)
    tray.drop(f"{deep}/张伟_1234_合同.png")
    tray.drop("李四_1234_合同.png")

    tray.settle()
    with tray.watched() as watcher:
        last = watcher.look()

    assert "1 个文件夹读不出来" in last.trouble
    assert set(tray.records()) == {"李四"}


def test_no_file_is_written_over_by_another_that_is_moved(
    tray: Tray, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = Folder.write

    def raced(folder: Folder, path: str, text: bytes) -> None:
        write(folder, path, text)
        if path == f"{RETURNED}/a.png.原因.txt":
            tray.drop(f"{RETURNED}/a.png", b"dropped at this moment")

    monkeypatch.setattr(Folder, "write", raced)
    tray.drop("a.png", b"x")
    tray.settle()

    lying = {path.read_bytes() for path in (tray.folder / RETURNED).glob("*.png")}
    assert lying == {b"dropped at this moment", b"x"}


@pytest.mark.parametrize("number", [0, errno.EINVAL], ids=["by the system", "by looking"])
def test_two_that_are_put_back_at_once_are_both_there(
    tray: Tray, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    desk, free = tray.office.archive.inbox, Folder.free
    for content in (b"one", b"two"):
        tray.drop("a.png", content)
        tray.settle()
    first, second = (each.id for each in desk(user="admin", state="quarantined").items)

    def raced(folder: Folder, path: str) -> str:
        monkeypatch.setattr(Folder, "free", free)
        found = folder.free(path)
        desk.retry(first, user="admin")
        return found

    if number:
        ctypes.set_errno(number)
        monkeypatch.setattr(moving, "_renameat2", lambda: lambda *_: -1)
    monkeypatch.setattr(Folder, "free", raced)
    with pytest.raises(BusyError):
        desk.retry(second, user="admin")
    desk.retry(second, user="admin")

    assert {path.read_bytes() for path in tray.folder.glob("a*.png")} == {b"one", b"two"}


def test_the_receipt_of_a_folder_tells_of_no_other_folder_and_holds_no_formula(
    tray: Tray, tmp_path: Path
) -> None:
    tray.office.hire(wang="manager at 甲", zhao="manager at 乙")
    dropped = {"wang": "张伟_1234_合同.png", "zhao": "＝1+1_李四.png"}
    receipts = {}
    for number, (user, name) in enumerate(dropped.items()):
        folder = tmp_path / user
        folder.mkdir()
        (folder / name).write_bytes(scan_of(number))
        with tray.office.application.watcher(user, folder) as watcher:
            for _ in range(3):
                watcher.look()
                tray.office.clock.turn(seconds=3)
            watcher.write_receipt()
        (receipt,) = folder.glob("回执/*.csv")
        receipts[user] = list(csv.reader(receipt.read_text("utf-8-sig").splitlines()))

    assert [row[1] for row in receipts["wang"]] == ["文件", "张伟_1234_合同.png"]
    assert [row[1] for row in receipts["zhao"]] == ["文件", "'＝1+1_李四.png"]
