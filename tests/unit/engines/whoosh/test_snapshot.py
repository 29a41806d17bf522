"""A settled state is known by the marks of its files, and a new one is noticed all the same."""

import os
from pathlib import Path

import pytest

from archsearch.domain.access import Scope, restrict
from archsearch.domain.plan import MatchAll, Plan
from archsearch.domain.record import RecordId
from archsearch.engines.base import ID, SECRECY, Document
from archsearch.engines.whoosh import manifest, snapshot
from archsearch.engines.whoosh.engine import WhooshEngine
from archsearch.errors import IndexOutdatedError

ALL = restrict(Plan(MatchAll()), Scope(frozenset({"公开"}), everything=True))


def engine_on(folder: Path) -> WhooshEngine:
    return WhooshEngine(folder, key=b"key", fingerprint={})


def document(number: int) -> Document:
    name = RecordId(f"R{number}")
    return Document(name, 1, {}, {ID: (name,), SECRECY: ("公开",)})


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The manifests that are read; every state counts as settled."""
    read, found = manifest.read_small, []

    def counted(path: str) -> bytes:
        found.append(path)
        return read(path)

    monkeypatch.setattr(snapshot, "_SETTLED_NS", -(10**18))
    monkeypatch.setattr(manifest, "read_small", counted)
    return found


def test_a_settled_state_is_not_read_again(tmp_path: Path, reads: list[str]) -> None:
    engine = engine_on(tmp_path)
    engine.rebuild([document(1)])
    engine.search(ALL)
    reads.clear()

    assert engine.search(ALL).total == 1
    assert reads == []


def test_a_commit_of_another_engine_is_noticed(tmp_path: Path, reads: list[str]) -> None:
    reader, writer = engine_on(tmp_path), engine_on(tmp_path)
    writer.rebuild([document(1)])
    assert reader.search(ALL).total == 1

    writer.apply([document(2)])
    assert reader.search(ALL).total == 2

    writer.rebuild([document(number) for number in range(5)])
    assert reader.search(ALL).total == 5
    assert reads


def test_a_manifest_that_was_tampered_with_is_noticed(tmp_path: Path, reads: list[str]) -> None:
    engine = engine_on(tmp_path)
    engine.rebuild([document(1)])
    engine.search(ALL)
    path = next(tmp_path.glob(f"*/{manifest.NAME}"))
    times = path.stat()

    data = path.read_bytes()
    path.write_bytes(data.replace(b"{", b"[", 1))
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))

    with pytest.raises(IndexOutdatedError):
        engine.search(ALL)


def test_a_state_that_is_fresh_is_read_every_time(
    tmp_path: Path, reads: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "_SETTLED_NS", 10**18)
    engine = engine_on(tmp_path)
    engine.rebuild([document(1)])
    engine.search(ALL)
    reads.clear()

    engine.search(ALL)

    assert len(reads) == 1
