"""What Whoosh's readers say of our segments is what the documents hold."""

import random
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from whoosh.codec.base import EmptyCursor
from whoosh.reading import TermNotFound

from archsearch.domain.record import RecordId
from archsearch.engines.base import ID, Document, Removal, TextTokens
from archsearch.engines.whoosh.codec import ColumnarSegment
from tests.compat.opening import generation, made, run, stock_index
from tests.generate_plans import IDS, KEYS, TEXT_FIELDS, make_document


def reader_over(folder: Path, documents: Sequence[Document]) -> Any:
    made(folder).rebuild(documents)
    return stock_index(folder).reader()


def corpus(seed: int) -> list[Document]:
    rng = random.Random(seed)
    return sorted((make_document(rng, name, 7) for name in IDS), key=lambda one: one.record_id)


def as_named(document: Document) -> dict[str, dict[str, list[int]]]:
    """The terms of a document, each with its positions, by field as Whoosh knows it."""
    found: dict[str, dict[str, list[int]]] = {}
    for name, text in document.texts.items():
        for token, position in text:
            found.setdefault(name, {}).setdefault(token, []).append(position)
    for name, keys in document.keys.items():
        known = f"{name}#key" if name in TEXT_FIELDS else name
        found.setdefault(known, {}).update({key: [] for key in keys})
    return found


@pytest.mark.parametrize("seed", range(3))
def test_terms_are_those_of_the_documents_in_order(tmp_path: Path, seed: int) -> None:
    documents = corpus(seed)
    held = {
        (name, token)
        for one in documents
        for name, found in as_named(one).items()
        for token in found
    }

    reader = reader_over(tmp_path, documents)

    expected = sorted((name, token.encode()) for name, token in held)
    assert list(reader.all_terms()) == expected
    assert [term for term, _ in reader] == expected
    assert list(reader.terms_from("tags", "红旗")) == [
        term for term in expected if term >= ("tags", "红旗".encode())
    ]
    assert list(reader.lexicon("tier")) == [btext for name, btext in expected if name == "tier"]
    assert set(reader.indexed_field_names()) == {name for name, _ in held}
    assert ("notes", "甲") in reader
    assert ("notes", "absent") not in reader


@pytest.mark.parametrize("seed", range(3))
def test_statistics_and_postings_are_those_of_the_documents(tmp_path: Path, seed: int) -> None:
    documents = corpus(seed)
    reader = reader_over(tmp_path, documents)

    for name, btext in reader.all_terms():
        text = btext.decode()
        holders = [
            (number, positions)
            for number, document in enumerate(documents)
            if (positions := as_named(document).get(name, {}).get(text)) is not None
        ]
        counts = [len(positions) or 1 for _, positions in holders]
        info = reader.term_info(name, text)
        assert info.doc_frequency() == reader.doc_frequency(name, text) == len(holders)
        assert info.weight() == reader.frequency(name, text) == sum(counts)
        assert info.max_weight() == max(counts)
        assert (info.min_id(), info.max_id()) == (holders[0][0], holders[-1][0])
        matcher = reader.postings(name, text)
        seen = []
        while matcher.is_active():
            positions = matcher.value_as("positions") if matcher.supports("positions") else []
            decoder = matcher.format.decoder("frequency")
            assert decoder(matcher.value()) == matcher.weight() == (len(positions) or 1)
            if positions:
                assert matcher.format.decode_positions(matcher.value()) == positions
            seen.append((matcher.id(), positions))
            matcher.next()
        assert seen == [(number, sorted(positions)) for number, positions in holders]


@pytest.mark.parametrize("seed", range(3))
def test_lengths_are_exact(tmp_path: Path, seed: int) -> None:
    documents = corpus(seed)
    reader = reader_over(tmp_path, documents)

    for name in TEXT_FIELDS:
        lengths = [
            document.texts[name].length if name in document.texts else 0 for document in documents
        ]
        assert [reader.doc_field_length(doc, name) for doc in range(len(documents))] == lengths
        assert reader.field_length(name) == sum(lengths)
        assert reader.min_field_length(name) == min(lengths)
        assert reader.max_field_length(name) == max(lengths)
        info = reader.term_info(name, "甲")
        held = [length for length, one in zip(lengths, documents, strict=True) if holds(one, name)]
        assert (info.min_length(), info.max_length()) == (min(held), max(held))


def holds(document: Document, name: str) -> bool:
    return "甲" in as_named(document).get(name, {})


def test_a_document_stores_its_record_and_version(tmp_path: Path) -> None:
    documents = corpus(0)

    reader = reader_over(tmp_path, documents)

    assert [fields for _, fields in reader.iter_docs()] == [
        {ID: document.record_id, "@version": 7} for document in documents
    ]


def test_a_column_holds_the_lowest_key(tmp_path: Path) -> None:
    documents = corpus(0)
    reader = reader_over(tmp_path, documents)

    for name in KEYS:
        known = f"{name}#key" if name in TEXT_FIELDS else name
        column = reader.column_reader(known)
        lowest = [min(document.keys.get(name) or ("",)) for document in documents]
        assert list(column) == lowest
        assert [column[doc] for doc in range(len(documents))] == lowest
        assert len(column) == len(documents)
    assert not reader.has_column("notes")


def test_deleted_documents_are_told_and_left_out(tmp_path: Path) -> None:
    engine = made(tmp_path)
    engine.rebuild([named("a"), named("b"), named("c")])
    engine.apply([Removal(RecordId("b"))])

    reader = stock_index(tmp_path).reader()

    assert (reader.doc_count_all(), reader.doc_count()) == (3, 2)
    assert reader.has_deletions()
    assert [reader.is_deleted(doc) for doc in range(3)] == [False, True, False]
    assert list(reader.all_doc_ids()) == [0, 2]
    assert list(reader.postings("notes", "甲").all_ids()) == [0, 2]
    assert [fields[ID] for fields in reader.all_stored_fields()] == ["a", "c"]


def named(name: str) -> Document:
    return Document(
        RecordId(name), 1, {"notes": TextTokens(("甲",), (0,), 1)}, {ID: (name,), "tags": ("红",)}
    )


def test_a_cursor_walks_the_terms_of_a_field(tmp_path: Path) -> None:
    reader = reader_over(tmp_path, [tagged("a", "红", "红旗", "绿")])
    cursor = reader.cursor("tags")

    assert [cursor.text(), cursor.next(), cursor.next(), cursor.next()] == [
        "红",
        "红旗",
        "绿",
        None,
    ]
    assert not cursor.is_valid()
    assert cursor.next() is None
    assert cursor.term_info() is None
    assert cursor.find("红a") == "红旗"
    assert cursor.find("绿".encode()) == "绿"
    assert cursor.find("龟") is None
    assert cursor.first() == "红"
    assert cursor.term_info().doc_frequency() == 1
    assert cursor.is_valid()
    assert isinstance(reader._terms.cursor("absent", None), EmptyCursor)


def tagged(name: str, *tags: str) -> Document:
    return Document(RecordId(name), 1, {}, {ID: (name,), "tags": tags})


def test_words_within_a_distance_are_found(tmp_path: Path) -> None:
    reader = reader_over(tmp_path, [tagged("a", "abc", "abd", "xbd", "abcde", "𬱖bc")])

    assert sorted(reader.terms_within("tags", "abc", maxdist=1)) == ["abc", "abd", "𬱖bc"]
    assert sorted(reader.terms_within("tags", "abc", maxdist=1, prefix=1)) == ["abc", "abd"]


def test_what_is_not_there_is_told_so(tmp_path: Path) -> None:
    reader = reader_over(tmp_path, [named("a")])

    assert reader.doc_frequency("notes", "乙") == reader.frequency("notes", "乙") == 0
    assert list(reader.terms_from("tags", "黑")) == []
    for name, text in (("notes", "乙"), ("absent", "甲")):
        with pytest.raises(TermNotFound):
            reader.term_info(name, text)
        with pytest.raises(TermNotFound):
            reader.postings(name, text)
    assert reader.doc_field_length(0, "absent", 3) == 3
    assert reader.min_field_length("absent") == reader.max_field_length("absent") == 0


class TestSchema:
    def test_fields_come_with_the_documents_that_have_them(self, tmp_path: Path) -> None:
        engine = made(tmp_path)
        engine.rebuild([])
        assert stock_index(tmp_path).schema.names() == [ID, "@version"]

        engine.apply([tagged("a", "红")])
        assert stock_index(tmp_path).schema.names() == [ID, "@version", "tags"]

        engine.apply([named("b")])
        assert stock_index(tmp_path).schema.names() == [ID, "@version", "notes", "tags"]

    def test_fields_go_with_the_last_document_that_has_them(self, tmp_path: Path) -> None:
        engine = made(tmp_path)
        engine.rebuild([tagged("a", "红"), named("b")])

        engine.apply([Removal(RecordId("b"))])
        engine.purge()

        assert stock_index(tmp_path).schema.names() == [ID, "@version", "tags"]

    def test_a_key_field_gives_way_to_a_text_field_of_its_name(self, tmp_path: Path) -> None:
        engine = made(tmp_path)
        engine.rebuild([Document(RecordId("k"), 1, {}, {ID: ("k",), "notes": ("甲",)})])
        assert stock_index(tmp_path).reader().doc_frequency("notes", "甲") == 1

        engine.apply([named("a"), named("b")])

        reader = stock_index(tmp_path).reader()
        assert reader.doc_frequency("notes", "甲") == 2
        assert reader.doc_frequency("notes#key", "甲") == 1

    def test_names_that_whoosh_does_not_take_stay_unknown_to_it(self, tmp_path: Path) -> None:
        keys = {ID: ("a",), "_hidden": ("1",), "two words": ("2",), "tags": ("红",)}

        reader = reader_over(tmp_path, [Document(RecordId("a"), 1, {}, keys)])

        assert reader.schema.names() == [ID, "@version", "tags"]
        assert set(reader.indexed_field_names()) == {ID, "tags"}

    def test_only_whooshs_classes_and_the_segment_are_pickled(self, tmp_path: Path) -> None:
        engine = made(tmp_path)
        engine.rebuild(corpus(0))
        engine.apply([named("x")])

        named_in_toc = run(_AUDITED, generation(tmp_path)).split()

        ours = {name for name in named_in_toc if name.startswith("archsearch")}
        foreign = {
            name for name in named_in_toc if name.split(".")[0] not in {"whoosh", "archsearch"}
        }
        assert ours == {f"{ColumnarSegment.__module__}.{ColumnarSegment.__name__}"}
        assert foreign <= {
            "copyreg._reconstructor",
            "builtins.object",
            "builtins.frozenset",
            "re._compile",
        }


_AUDITED = """
import sys
from whoosh import index

def told(event, arguments):
    if event == "pickle.find_class":
        print(".".join(arguments))

sys.addaudithook(told)
index.open_dir(sys.argv[1]).schema
"""
