"""Many segments and many merges answer like one build, and a purge leaves no byte behind."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from archsearch.domain.record import RecordId
from archsearch.engines.base import Document, Removal
from archsearch.engines.whoosh import engine as engines
from archsearch.engines.whoosh.engine import WhooshEngine
from archsearch.engines.whoosh.format.content import Content
from archsearch.engines.whoosh.writing import tiers, writer
from archsearch.engines.whoosh.writing.merge import Part, merge
from tests.contract import differential
from tests.contract.differential import first_difference
from tests.integration.engine.archive import document, holding, opened


def test_tiny_segments_and_constant_merging_answer_like_the_oracle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches are flushed every two documents, so duplicates reach across segments."""
    monkeypatch.setattr(writer, "FLUSH_DOCUMENTS", 2)
    monkeypatch.setattr(tiers, "LOWEST", 2)
    monkeypatch.setattr(tiers, "FANOUT", 3)
    monkeypatch.setattr(tiers, "LARGEST", 9)

    monkeypatch.setattr(differential, "LARGE_EVERY", 1_000_000)

    difference = first_difference(opened(tmp_path / "index"), pairs=3000)

    assert difference is None, str(difference)


def test_a_rebuild_flushes_by_weight_and_keeps_the_last_of_each_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "FLUSH_WEIGHT", 20)
    engine = opened(tmp_path / "index")

    engine.rebuild(
        document(f"r{number % 10}", version=number, text="甲乙丙丁") for number in range(50)
    )

    assert holding(engine) == {f"r{number % 10}": number for number in range(40, 50)}
    assert engine.stats().segments == 1
    assert engine.stats().deleted == 0


def test_single_edits_stay_few_segments_and_all_are_found(tmp_path: Path) -> None:
    engine = opened(tmp_path / "index")
    engine.rebuild([])

    for number in range(30):
        engine.apply([document(f"r{number:02d}")])

    assert engine.stats().segments < tiers.FANOUT
    assert len(holding(engine)) == 30


def test_many_small_segments_become_one_and_large_ones_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiers, "SMALL", 100)
    engine = opened(tmp_path / "index")
    engine.rebuild(document(f"a{number}") for number in range(101))
    for size in (20, 100, 40):
        engine.apply([document(f"b{size}-{number}") for number in range(size)])
    before = holding(engine)

    engine.tidy()

    assert engine.stats().segments == 2
    assert holding(engine) == before
    state = engine.stats()
    engine.tidy()
    assert engine.stats() == state


def scattered(folder: Path) -> WhooshEngine:
    """Make an index of four small segments, ``r0`` to ``r19``."""
    engine = opened(folder)
    engine.rebuild([])
    for low in range(0, 20, 5):
        engine.apply([document(f"r{number}", text="甲乙") for number in range(low, low + 5)])
    assert engine.stats().segments == 4
    return engine


def meanwhile(monkeypatch: pytest.MonkeyPatch, deed: Callable[[], object]) -> None:
    """Have something done while segments are being merged to tidy the index."""

    def merging(parts: Sequence[Part]) -> Content:
        deed()
        return merge(parts)

    monkeypatch.setattr(engines, "merge", merging)


def test_others_write_while_the_index_is_tidied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, other = scattered(tmp_path / "index"), opened(tmp_path / "index")
    again = document("r7", version=2, text="丙")
    changes: list[Document | Removal] = [Removal(RecordId("r3")), again, document("new")]
    meanwhile(monkeypatch, lambda: other.apply(changes, mark="theirs"))

    engine.tidy()

    expected = {f"r{number}": 1 for number in range(20) if number != 3} | {"r7": 2, "new": 1}
    assert holding(engine) == holding(other) == expected
    assert list(engine.revisions()) == sorted(expected.items())
    assert (engine.stats().segments, engine.stats().mark) == (2, "theirs")
    assert engine.verify() == ()


@pytest.mark.parametrize("deed", ["rebuild", "purge", "tidy"])
def test_what_others_have_merged_meanwhile_stays_as_they_left_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, deed: str
) -> None:
    engine, other = scattered(tmp_path / "index"), opened(tmp_path / "index")
    secret = "䶮𠮷"
    engine.apply([document("r8", version=2, text=secret)])

    def merged() -> None:
        monkeypatch.setattr(engines, "merge", merge)
        other.apply([Removal(RecordId("r8"))])
        if deed == "rebuild":
            other.rebuild(document(f"r{number}") for number in range(20) if number != 8)
        else:
            getattr(other, deed)()

    meanwhile(monkeypatch, merged)
    engine.tidy()

    assert set(holding(engine)) == {f"r{number}" for number in range(20) if number != 8}
    assert engine.stats() == other.stats()
    assert deed == "tidy" or secret.encode() not in bytes_of(tmp_path)
    assert engine.verify() == ()


def bytes_of(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("replace", [False, True], ids=["removed", "replaced"])
def test_no_byte_of_a_removed_or_replaced_document_outlives_a_purge(
    tmp_path: Path, *, replace: bool
) -> None:
    engine = opened(tmp_path / "index")
    engine.rebuild([document(f"r{number}", text="甲乙") for number in range(9)])
    engine.apply([document("r9-秘", text="䶮𠮷"), document("ra")])
    word = "䶮𠮷".encode()
    assert word in bytes_of(tmp_path)

    engine.apply(
        [document("r9-秘", version=2, text="丙") if replace else Removal(RecordId("r9-秘"))]
    )
    (tmp_path / "index" / engine.stats().generation / "MAIN_0.arch").write_bytes(word)
    engine.purge()

    assert word not in bytes_of(tmp_path)
    assert "䶮".encode() not in bytes_of(tmp_path)
    assert ("r9-秘".encode() in bytes_of(tmp_path)) == replace
    assert engine.verify() == ()


def test_a_removal_alone_is_a_commit_that_leaves_the_segment_file_as_it_is(tmp_path: Path) -> None:
    engine = opened(tmp_path / "index")
    engine.rebuild(document(f"r{number}") for number in range(9))
    files = set(tmp_path.rglob("*.arch"))

    engine.apply([Removal(RecordId("r4"))])

    assert set(tmp_path.rglob("*.arch")) == files
    assert "r4" not in holding(opened(tmp_path / "index"))
    assert (engine.stats().documents, engine.stats().deleted) == (8, 1)


def test_a_program_that_seeds_the_shared_generator_gets_no_name_twice(tmp_path: Path) -> None:
    """Whoosh draws the names of segments from it; what is cached by name would be mixed up."""
    engine = opened(tmp_path / "index")
    for version in range(1, 4):
        random.seed(1)
        engine.rebuild([document("a", version=version), document(f"b{version}")])
        random.seed(1)
        engine.apply([document("c", version=version)])

        assert holding(engine) == {"a": version, f"b{version}": 1, "c": version}


def test_an_empty_batch_writes_nothing(tmp_path: Path) -> None:
    engine = opened(tmp_path / "index")
    engine.rebuild([document("a")])
    before = bytes_of(tmp_path)

    engine.apply([])
    engine.apply([Removal(RecordId("nobody"))])

    assert bytes_of(tmp_path) == before


def test_an_engine_that_was_closed_opens_again(tmp_path: Path) -> None:
    engine = opened(tmp_path / "index")
    engine.rebuild([document("a")])

    engine.close()

    assert holding(engine) == {"a": 1}


def test_a_batch_that_fails_leaves_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writer, "FLUSH_DOCUMENTS", 1)
    engine = opened(tmp_path / "index")
    engine.rebuild([document("a")])
    before = {path for path in tmp_path.rglob("*") if path.name != "MAIN_WRITELOCK"}

    with pytest.raises(ZeroDivisionError):
        engine.apply(document(f"r{1 // number}") for number in (3, 1, 0))

    assert {path for path in tmp_path.rglob("*") if path.name != "MAIN_WRITELOCK"} == before
    assert holding(engine) == {"a": 1}
