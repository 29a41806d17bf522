"""Whoosh may read our index, and take it over into one of its own, but not write into ours."""

from contextlib import suppress
from pathlib import Path

import pytest
from whoosh import query
from whoosh.filedb.filestore import FileStorage, RamStorage, copy_to_ram
from whoosh.writing import IndexingError

from archsearch.engines.base import ID
from archsearch.engines.whoosh import manifest as manifests
from archsearch.engines.whoosh.disk import Disk
from archsearch.engines.whoosh.index import ColumnarIndex
from archsearch.errors import EngineError
from tests.compat.opening import generation, ids, made, run, stock_index, taken_over
from tests.contract.samples import document, search, term

KEY = b"k" * 32


def columnar_index(folder: Path) -> ColumnarIndex:
    """The generation in use, as our engine opens it."""
    path = generation(folder)
    return ColumnarIndex.open(path, manifests.read(path), KEY, Disk())


def test_an_authenticated_index_can_be_searched_by_whoosh(tmp_path: Path) -> None:
    made(tmp_path).rebuild([document("a", "甲"), document("b", "乙")])
    opened = columnar_index(tmp_path)

    with opened.searcher() as searcher:
        assert ids(searcher.search(query.Term("notes", "乙"))) == ["b"]
    assert opened.schema.names() == stock_index(tmp_path).schema.names()
    assert opened.doc_count() == 2


def test_an_index_copied_into_memory_can_be_searched(tmp_path: Path) -> None:
    made(tmp_path).rebuild([document("a", "甲"), document("b", "乙")])

    memory: RamStorage = copy_to_ram(FileStorage(str(generation(tmp_path))))

    with memory.open_index().searcher() as searcher:
        assert ids(searcher.search(query.Term("notes", "乙"))) == ["b"]


def test_whooshs_writer_is_refused_on_our_index(tmp_path: Path) -> None:
    made(tmp_path).rebuild([document("a", "甲")])
    opened = columnar_index(tmp_path)

    for write in (opened.writer, opened.optimize, lambda: opened.delete_by_term(ID, "a")):
        with pytest.raises(EngineError, match="archsearch"):
            write()
    assert {path.name for path in generation(tmp_path).iterdir()} >= set(opened.state.files)


@pytest.mark.filterwarnings("ignore:.*unclosed file:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_a_commit_of_whooshs_writer_leaves_our_index_as_it_is(tmp_path: Path) -> None:
    engine = made(tmp_path)
    engine.rebuild([document("a", "甲")])
    writer = stock_index(tmp_path).writer()
    writer.add_document(notes="甲 乙", **{ID: "intruder"})

    with pytest.raises(EngineError, match="archsearch"):
        writer.commit(merge=False)
    with suppress(IndexingError):  # the fork has closed it by now
        writer.cancel()

    assert [str(hit.record_id) for hit in search(engine, term("甲")).hits] == ["a"]
    engine.apply([document("b", "甲")])
    assert [str(hit.record_id) for hit in search(engine, term("甲")).hits] == ["a", "b"]
    assert {path.suffix for path in generation(tmp_path).iterdir()} == {"", ".arch", ".toc"}


def test_whoosh_can_take_our_index_over_into_its_own(tmp_path: Path) -> None:
    engine = made(tmp_path / "ours")
    engine.rebuild(
        [document("a", "甲乙", tags=("红",)), document("b", "乙甲"), document("c", "甲")]
    )
    engine.apply([document("b", "丙", version=2, tags=("绿",))])

    theirs = taken_over(stock_index(tmp_path / "ours"), tmp_path / "theirs")

    with theirs.searcher() as searcher:
        assert {type(leaf.codec()).__name__ for leaf, _ in searcher.reader().leaf_readers()} == {
            "W3Codec"
        }
        assert sorted(ids(searcher.search(query.Term("notes", "甲")))) == ["a", "c"]
        assert ids(searcher.search(query.Phrase("notes", ["甲", "乙"]))) == ["a"]
        assert ids(searcher.search(query.Term("tags", "绿"))) == ["b"]
        assert searcher.document(**{ID: "b"}) == {ID: "b", "@version": 2}
        assert [hit[ID] for hit in searcher.search(query.Every(), sortedby="tags")][-2:] == [
            "a",
            "b",
        ]


WRITING = """
import sys
from pathlib import Path
from tests.compat.opening import made
from tests.contract.samples import document

engine = made(Path(sys.argv[1]))
engine.rebuild([document("a", "甲乙", tags=("红",)), document("b", "乙")])
engine.apply([document("b", "甲", tags=("绿",))])
"""
READING = """
import sys
from pathlib import Path
from whoosh import query
from tests.compat.opening import ids, made, stock_index
from tests.contract.samples import search, term

folder = Path(sys.argv[1])
print(*(hit.record_id for hit in search(made(folder), term("甲")).hits))
with stock_index(folder).searcher() as searcher:
    print(*sorted(ids(searcher.search(query.Term("notes", "甲")))))
    print(*ids(searcher.search(query.Prefix("tags", "红"))))
"""
FOUND = ["b a", "a b", "a"]


def test_this_whoosh_reads_what_the_original_wrote(tmp_path: Path) -> None:
    run(WRITING, tmp_path, original=True)

    assert run(READING, tmp_path).splitlines() == FOUND


def test_the_original_reads_what_this_whoosh_wrote(tmp_path: Path) -> None:
    run(WRITING, tmp_path)

    assert run(READING, tmp_path, original=True).splitlines() == FOUND


def test_our_own_search_loads_none_of_whooshs(tmp_path: Path) -> None:
    loaded = run(WRITING + "print(*sys.modules)", tmp_path).split()

    ours = {name for name in loaded if name.startswith("archsearch.engines.whoosh.stock_")}
    theirs = {name.split(".")[1] for name in loaded if name.startswith("whoosh.")}
    assert ours == {"archsearch.engines.whoosh.stock_schema"}
    assert theirs & {"searching", "query", "qparser", "matching", "reading", "scoring"} == set()
