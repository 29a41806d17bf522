"""Bytes that are not those that were written never make an answer, and never run."""

import os
import pickle
from pathlib import Path
from random import Random
from typing import Any

import pytest

from archsearch.domain.record import RecordId
from archsearch.engines.base import Removal
from archsearch.engines.whoosh import codec
from archsearch.engines.whoosh.engine import WhooshEngine
from archsearch.errors import IndexOutdatedError
from tests.integration.engine.archive import document, holding, opened

HELD = {"a": 1, "b": 1}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An index of two documents in one segment."""
    opened(tmp_path / "index").rebuild([document("a"), document("b")])
    return tmp_path / "index"


def file_of(folder: Path, suffix: str) -> Path:
    (found,) = folder.glob(f"g*/*{suffix}")
    return found


FILES = ("CURRENT", "MANIFEST", ".toc", ".arch")


def located(folder: Path, name: str) -> Path:
    return folder / name if name == "CURRENT" else file_of(folder, name)


@pytest.mark.parametrize("name", FILES)
def test_a_flipped_bit_is_never_an_answer(folder: Path, name: str) -> None:
    path = located(folder, name)
    sound = path.read_bytes()
    random = Random(name)
    for place in random.sample(range(len(sound)), min(len(sound), 150)):
        damaged = bytearray(sound)
        damaged[place] ^= 1 << random.randrange(8)
        path.write_bytes(damaged)

        try:
            assert holding(opened(folder)) == HELD
        except IndexOutdatedError:
            continue
        # White space around the pointer is the one thing that may change without harm.
        assert name == "CURRENT"
        assert damaged.strip() == sound.strip()


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("part", [0.0, 0.3, 0.9])
def test_a_cut_file_is_outdated(folder: Path, name: str, part: float) -> None:
    path = located(folder, name)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * part)])

    with pytest.raises(IndexOutdatedError):
        holding(opened(folder))


@pytest.mark.parametrize("name", FILES)
def test_a_missing_file_is_outdated_and_a_rebuild_mends_it(folder: Path, name: str) -> None:
    located(folder, name).unlink()
    engine = opened(folder)

    with pytest.raises(IndexOutdatedError):
        holding(engine)
    with pytest.raises(IndexOutdatedError):
        engine.apply([document("c")])
    engine.rebuild([document("a"), document("b")])

    assert holding(engine) == HELD


@pytest.mark.parametrize("name", ["MANIFEST", ".toc", ".arch"])
def test_a_damaged_index_takes_no_changes_and_a_rebuild_mends_it(folder: Path, name: str) -> None:
    path = located(folder, name)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")
    engine = opened(folder)

    with pytest.raises(IndexOutdatedError):
        engine.apply([Removal(RecordId("a"))])
    engine.rebuild([document("a"), document("b")])

    assert holding(engine) == HELD


def test_a_reader_outlives_small_files_that_are_cut_under_it(folder: Path) -> None:
    """In a process of its own: reading on in a mapped file that was cut ends the process."""
    child = os.fork()
    if child == 0:
        engine = opened(folder)
        sound = holding(engine) == HELD
        os.truncate(file_of(folder, ".arch"), 0)
        os._exit(0 if sound and holding(engine) == HELD else 1)
    _, status = os.waitpid(child, 0)

    assert os.waitstatus_to_exitcode(status) == 0
    with pytest.raises(IndexOutdatedError):
        holding(opened(folder))


def test_what_was_verified_is_forgotten_with_the_files(folder: Path) -> None:
    """A service that runs for months sees very many segments come and go."""
    engine = opened(folder)
    for number in range(30):
        engine.apply([document("a", version=number)])
        holding(engine)

    assert len(engine._reader._verified) <= engine.stats().segments


@pytest.mark.parametrize("name", [".toc", ".arch"])
def test_verify_names_the_damaged_file_even_while_it_is_open(folder: Path, name: str) -> None:
    engine = opened(folder)
    assert holding(engine) == HELD
    path = located(folder, name)
    path.write_bytes(path.read_bytes()[:-1] + b"\0")

    assert [damage.file for damage in engine.verify()] == [f"{path.parent.name}/{path.name}"]


def test_another_key_opens_nothing(folder: Path) -> None:
    with pytest.raises(IndexOutdatedError):
        holding(opened(folder, key=b"x" * 32))


def test_other_rules_make_the_index_outdated(folder: Path) -> None:
    engine = WhooshEngine(folder, key=b"k" * 32, fingerprint={"schema": "2"}, lock_timeout=0.0)

    with pytest.raises(IndexOutdatedError, match="重建"):
        holding(engine)
    with pytest.raises(IndexOutdatedError):
        engine.apply([document("c")])
    engine.rebuild([document("c")])

    assert holding(engine) == {"c": 1}


class Bomb:
    """Unpickling it makes a file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self._path,)


def crafted(sound: bytes, bomb: Bomb) -> bytes:
    """A table of contents whose segments are a bomb."""
    schema = sound.index(b"\x80\x02")
    segments = sound.index(b"\x80", sound.index(b".", schema) + 1)
    return sound[:segments] + pickle.dumps(bomb)


def test_a_crafted_pickle_is_never_loaded(folder: Path, tmp_path: Path) -> None:
    """The proof that it is one: Whoosh itself runs it."""
    toc = file_of(folder, ".toc")
    data = crafted(toc.read_bytes(), Bomb(tmp_path / "boom"))
    toc.write_bytes(data)

    for ask in (holding, WhooshEngine.purge, lambda engine: engine.apply([document("c")])):
        with pytest.raises(IndexOutdatedError):
            ask(opened(folder))

    assert not (tmp_path / "boom").exists()

    pickle.loads(data[data.rindex(b"\x80\x04") :])
    assert (tmp_path / "boom").exists()


def test_a_newer_toc_that_the_manifest_does_not_name_is_not_looked_at(folder: Path) -> None:
    toc = file_of(folder, ".toc")
    toc.with_name("_MAIN_99.toc").write_bytes(b"cbuiltins\nexec\n.")

    assert holding(opened(folder)) == HELD


def test_an_older_generation_under_a_newer_name_is_refused(folder: Path) -> None:
    """A manifest is good for its own folder only."""
    generation = (folder / "CURRENT").read_text().strip()
    (folder / generation).rename(folder / "g000009-00000000")
    (folder / "CURRENT").write_text("g000009-00000000\n")

    with pytest.raises(IndexOutdatedError):
        holding(opened(folder))


@pytest.mark.parametrize("pointer", ["../elsewhere", "/etc", "", "g000001-0000000\0"])
def test_the_pointer_leads_nowhere_else(folder: Path, pointer: str) -> None:
    (folder / "CURRENT").write_text(pointer)

    with pytest.raises(IndexOutdatedError):
        holding(opened(folder))


def test_a_sound_index_of_another_program_version_is_outdated(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table of contents names our classes; a program that has moved them cannot read it."""
    monkeypatch.delattr(codec, "ColumnarSegment")

    with pytest.raises(IndexOutdatedError, match="其他版本"):
        holding(opened(folder))
