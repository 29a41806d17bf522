"""Each kind of Whoosh's queries, and its sorting and grouping, over our segments."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from whoosh import qparser, query, sorting
from whoosh.query import spans

from archsearch.domain.record import RecordId
from archsearch.engines.base import ID, Removal
from tests.compat.opening import ids, made, stock_index
from tests.contract.samples import document

Term = query.Term


@pytest.fixture
def searcher(tmp_path: Path) -> Iterator[Any]:
    """Three segments, and in the first one a document removed and one replaced."""
    engine = made(tmp_path)
    engine.rebuild(
        [
            document("a", "甲乙丙", tags=("红旗", "绿"), tier=("高",), day=("2024-01",)),
            document("b", "乙甲", tags=("红旗渠",), tier=("低",), day=("2024-03",)),
            document("c", "甲 乙", tags=("兰",), tier=("中",)),
            document("gone", "甲乙丙丁", tags=("红",), tier=("高",), day=("2024-02",)),
        ]
    )
    engine.apply([document("d", "甲甲甲乙", tags=("绿",), tier=("高",), day=("2023-12",))])
    engine.apply([document("c", "丙丁", tags=("红",)), Removal(RecordId("gone"))])
    with stock_index(tmp_path).searcher() as opened:
        assert len(opened.reader().leaf_readers()) == 3
        yield opened


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (Term("notes", "甲"), "abd"),
        (Term("notes", "丁"), "c"),
        (Term("notes", "戊"), ""),
        (Term("tags", "红"), "c"),
        (Term("absent", "红"), ""),
        (query.And([Term("notes", "甲"), Term("notes", "丙")]), "a"),
        (query.Or([Term("notes", "丁"), Term("tags", "绿")]), "acd"),
        (query.Not(Term("notes", "甲")), "c"),
        (query.And([Term("notes", "乙"), query.Not(Term("tier", "高"))]), "b"),
        (query.AndMaybe(Term("notes", "丙"), Term("notes", "甲")), "ac"),
        (query.Otherwise(Term("notes", "戊"), Term("notes", "丙")), "ac"),
        (query.Phrase("notes", ["甲", "乙"]), "ad"),
        (query.Phrase("notes", ["甲", "甲", "乙"]), "d"),
        (query.Phrase("notes", ["甲", "丙"], slop=2), "a"),
        (spans.SpanFirst(Term("notes", "乙")), "b"),
        (spans.SpanNear(Term("notes", "甲"), Term("notes", "乙"), ordered=False), "abd"),
        (query.Prefix("tags", "红旗"), "ab"),
        (query.Prefix("notes", "丙"), "ac"),
        (query.Wildcard("tags", "红?渠"), "b"),
        (query.Wildcard("tags", "*旗*"), "ab"),
        (query.Regex("tags", "红旗?渠?$"), "abc"),
        (query.TermRange("day", "2023-12", "2024-01"), "ad"),
        (query.TermRange("day", "2024-01", None, startexcl=True), "b"),
        (query.Every(), "abcd"),
        (query.Every("tags"), "abcd"),
        (query.Every("day"), "abd"),
        (query.FuzzyTerm("tags", "红棋渠", maxdist=1, prefixlength=0), "b"),
        (query.FuzzyTerm("tags", "红", maxdist=1, prefixlength=1), "ac"),
        (query.Variations("tags", "绿"), "ad"),
        (query.ConstantScoreQuery(Term("notes", "甲")), "abd"),
        (query.DisjunctionMax([Term("notes", "丁"), Term("tier", "低")]), "bc"),
        (query.NullQuery, ""),
    ],
)
def test_a_query_finds_its_records(searcher: Any, asked: Any, expected: str) -> None:
    results = searcher.search(asked, limit=None)

    assert sorted(ids(results)) == list(expected)
    assert sorted(ids(searcher.search(asked, limit=50))) == list(expected)
    assert {searcher.stored_fields(docnum)[ID] for docnum in results.docs()} == set(expected)


def test_a_query_parser_splits_tokens_at_spaces_and_leaves_keys_whole(searcher: Any) -> None:
    parser = qparser.QueryParser("notes", searcher.schema)

    assert ids(searcher.search(parser.parse('"甲 乙 丙"'), limit=None)) == ["a"]
    assert ids(searcher.search(parser.parse("甲 AND tags:红旗渠"), limit=None)) == ["b"]
    assert sorted(ids(searcher.search(parser.parse("tags:红*"), limit=None))) == ["a", "b", "c"]


def test_a_filter_and_a_mask_narrow_the_hits(searcher: Any) -> None:
    asked, narrow = Term("notes", "甲"), Term("tier", "高")

    assert sorted(ids(searcher.search(asked, filter=narrow, limit=None))) == ["a", "d"]
    assert sorted(ids(searcher.search(asked, mask=narrow, limit=None))) == ["b"]


def test_the_best_few_are_the_first_of_all(searcher: Any) -> None:
    asked = query.Or([Term("notes", "甲"), Term("notes", "乙")])
    whole = [(hit[ID], hit.score) for hit in searcher.search(asked, limit=None)]

    for limit in (1, 2, 3):
        top = [(hit[ID], hit.score) for hit in searcher.search(asked, limit=limit)]
        assert top == whole[:limit]


@pytest.mark.parametrize(
    ("reverse", "expected"), [(False, ["c", "d", "a", "b"]), (True, ["b", "a", "d", "c"])]
)
def test_hits_are_sorted_by_a_key_field_the_keyless_as_the_lowest(
    searcher: Any, reverse: bool, expected: list[str]
) -> None:
    facet = sorting.FieldFacet("day", reverse=reverse)

    assert ids(searcher.search(query.Every(), sortedby=facet, limit=None)) == expected
    assert ids(searcher.search(query.Every(), sortedby=facet, limit=2)) == expected[:2]


def test_hits_are_sorted_by_several_fields(searcher: Any) -> None:
    order = sorting.MultiFacet(["tier", sorting.FieldFacet(ID, reverse=True)])

    # 低 comes before 高 by code point, and nothing before everything.
    assert ids(searcher.search(query.Every(), sortedby=order)) == ["c", "b", "d", "a"]


def test_hits_are_grouped_by_a_key_field(searcher: Any) -> None:
    groups = searcher.search(query.Every(), groupedby="tier", limit=None).groups("tier")

    found = {key: {searcher.stored_fields(doc)[ID] for doc in docs} for key, docs in groups.items()}
    assert found == {"高": {"a", "d"}, "低": {"b"}, "": {"c"}}


def test_hits_are_counted_under_each_of_their_keys(searcher: Any) -> None:
    facet = sorting.FieldFacet("tags", allow_overlap=True, maptype=sorting.Count)

    groups = searcher.search(query.Every(), groupedby={"tags": facet}, limit=None).groups("tags")

    assert groups == {"红旗": 1, "绿": 2, "红旗渠": 1, "红": 1}


def test_hits_are_collapsed_to_the_best_of_each_key(searcher: Any) -> None:
    results = searcher.search(Term("notes", "甲"), collapse="tier", limit=None)

    assert sorted(ids(results)) == ["b", "d"]


def test_a_record_is_looked_up_by_its_id(searcher: Any) -> None:
    assert searcher.document(**{ID: "c"}) == {ID: "c", "@version": 1}
    assert searcher.document(**{ID: "gone"}) is None


def test_matched_terms_are_told(searcher: Any) -> None:
    asked = query.Or([Term("notes", "丁"), Term("tier", "高")])

    results = searcher.search(asked, terms=True, limit=None)

    told = {hit[ID]: hit.matched_terms() for hit in results}
    assert told == {
        "a": [("tier", "高".encode())],
        "c": [("notes", "丁".encode())],
        "d": [("tier", "高".encode())],
    }
