"""The file of anchors: appended to, private, and read as it stands."""

import os
import stat
from pathlib import Path

import pytest

from archsearch.domain.audit import ChainHead
from archsearch.storage.anchors import Anchors

ONE, TWO = "1a" * 32, "2b" * 32


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "audit.anchors"


def test_each_anchor_is_a_line_at_the_end_of_a_private_file(path: Path) -> None:
    anchors = Anchors(path)

    anchors.add(ChainHead(7, ONE))
    anchors.add(ChainHead(12, TWO))

    assert path.read_text() == f"{7:016} {ONE}\n{12:016} {TWO}\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert anchors.read() == ({7: ONE, 12: TWO}, 0)


def test_without_a_file_there_is_no_anchor_and_reading_makes_none(path: Path) -> None:
    assert Anchors(path).read() == ({}, 0)
    assert not path.exists()


def test_of_two_anchors_of_one_entry_the_first_holds(path: Path) -> None:
    anchors = Anchors(path)
    for digest in (ONE, TWO):
        anchors.add(ChainHead(7, digest))

    assert anchors.read() == ({7: ONE}, 0)


@pytest.mark.parametrize(
    ("added", "unreadable"),
    [
        (b"0000000000000008 2b", 0),
        (b"8" * 81, 0),
        (b"8" * 82, 1),
        (b"\n", 1),
        (b"hello\n", 1),
        (b"hello\n" + f"{8:016} {TWO}\n".encode() + b"\n", 2),
    ],
)
def test_pieces_are_counted_that_no_loss_of_power_explains(
    path: Path, added: bytes, unreadable: int
) -> None:
    Anchors(path).add(ChainHead(7, ONE))
    path.write_bytes(path.read_bytes() + added)

    found, pieces = Anchors(path).read()

    assert found[7] == ONE
    assert pieces == unreadable


def test_a_link_a_folder_or_a_pipe_is_no_file_of_anchors(path: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    Anchors(elsewhere).add(ChainHead(7, ONE))
    before = elsewhere.read_bytes()

    path.symlink_to(elsewhere)
    with pytest.raises(OSError, match="symbolic"):
        Anchors(path).add(ChainHead(8, TWO))
    assert Anchors(path).read() == ({}, 1)
    assert elsewhere.read_bytes() == before

    path.unlink()
    os.mkfifo(path, 0o600)
    assert Anchors(path).read() == ({}, 1)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    with pytest.raises(OSError, match="not a regular file"):
        Anchors(path).add(ChainHead(8, TWO))
    os.close(reader)


def test_no_handle_stays_open(path: Path, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    before = len(list(Path("/proc/self/fd").iterdir()))

    for _ in range(9):
        Anchors(path).add(ChainHead(7, ONE))
        assert Anchors(tmp_path / "folder").read() == ({}, 1)

    assert len(list(Path("/proc/self/fd").iterdir())) == before
