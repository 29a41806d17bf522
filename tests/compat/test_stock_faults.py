"""Faults of Whoosh's own search, shown over our segments and over its own.

docs/whoosh.md lists them with what we do instead. A fault that a version mends fails its test here:
then the list is to be corrected. Each case shows the right answer beside the wrong one.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias

import pytest
import whoosh
from whoosh import collectors, query
from whoosh.query import spans

from archsearch.domain.record import RecordId
from archsearch.engines.base import ID, Document, Removal
from tests.compat.opening import ids, made, stock_index, taken_over
from tests.contract.samples import document

Term = query.Term
MENDED: Final = whoosh.__version__[0] == 3
"""Whether this is the fork, which mended two of the faults."""


Searching: TypeAlias = Callable[..., AbstractContextManager[Any]]


@pytest.fixture(params=["our segments", "its own"])
def searching(request: pytest.FixtureRequest, tmp_path: Path) -> Searching:
    """Makes Whoosh's searcher over some documents."""

    @contextmanager
    def over(*documents: Document) -> Iterator[Any]:
        made(tmp_path).rebuild(documents)
        opened = stock_index(tmp_path)
        if request.param == "its own":
            opened = taken_over(opened, tmp_path / "taken over")
        with opened.searcher() as searcher:
            yield searcher

    return over


def texts(*found: str) -> list[Document]:
    """Documents r0, r1, … of these texts."""
    return [document(f"r{number}", text) for number, text in enumerate(found)]


def every(searcher: Any, asked: Any, **options: Any) -> list[str]:
    return sorted(ids(searcher.search(asked, limit=None, **options)))


def test_stock_filters_that_allow_nothing_allow_everything(searching: Searching) -> None:
    with searching(*texts("甲", "乙")) as searcher:
        for nothing in (query.Or([]), query.And([]), frozenset[int]()):
            assert every(searcher, query.Every(), filter=nothing) == ["r0", "r1"]


def test_stock_time_limits_ignore_filters(searching: Searching) -> None:
    with searching(*texts("甲", "甲乙")) as searcher:
        limited = collectors.TimeLimitCollector(
            collectors.FilterCollector(searcher.collector(limit=None), allow=Term("notes", "乙")),
            60,
        )
        searcher.search_with_collector(Term("notes", "甲"), limited)

        assert every(searcher, Term("notes", "甲"), filter=Term("notes", "乙")) == ["r1"]
        assert sorted(ids(limited.results())) == (["r1"] if MENDED else ["r0", "r1"])


def test_stock_collapsing_is_not_done_under_a_filter(searching: Searching) -> None:
    corpus = [
        document(name, text, tier=("高",), tags=("红",))
        for name, text in (("best", "甲甲甲"), ("other", "甲乙丙丁"))
    ]
    with searching(*corpus) as searcher:
        asked, narrow = Term("notes", "甲"), Term("tags", "红")

        assert every(searcher, asked, collapse="tier") == ["best"]
        assert every(searcher, asked, filter=narrow, collapse="tier") == ["best", "other"]


def test_stock_top_hits_leave_out_better_ones(searching: Searching) -> None:
    corpus = texts("丙甲乙丙", "甲丙甲甲甲丙", "丙丙", "甲丙甲丙乙", "甲乙丙丙乙甲", "甲甲乙乙甲乙")
    corpus[2] = document("r2", "丙丙", tags=("红",))
    asked = query.DisjunctionMax(
        [
            query.Or([query.ConstantScoreQuery(Term("notes", token)) for token in "甲丙"]),
            query.Or(
                [
                    Term("notes", "甲"),
                    query.ConstantScoreQuery(Term("notes", "甲")),
                    Term("tags", "红"),
                ]
            ),
        ]
    )
    with searching(*corpus) as searcher:
        assert ids(searcher.search(asked, limit=None))[:3] == ["r1", "r5", "r3"]
        assert ids(searcher.search(asked, limit=3)) == ["r1", "r3", "r4"]


def test_stock_counts_of_a_top_are_short(searching: Searching) -> None:
    corpus = texts("乙甲", "乙甲丙乙甲乙", "乙甲乙甲", "乙甲甲丙", "乙丙丙", "甲甲甲乙乙甲")
    asked = query.Or([query.Every(), Term("notes", "丙")])
    with searching(*corpus) as searcher:
        assert len(searcher.search(asked, limit=None)) == 6
        assert len(searcher.search(asked, limit=1)) == 5


def test_stock_pages_repeat_and_drop_hits(searching: Searching) -> None:
    corpus = texts("乙甲", "乙甲丙乙甲乙", "乙甲乙甲", "乙甲甲丙", "乙丙丙", "甲甲甲乙乙甲")
    asked = query.DisjunctionMax([Term("notes", "乙"), query.Phrase("notes", ["甲", "乙"])])
    with searching(*corpus) as searcher:
        pages = [searcher.search_page(asked, page, pagelen=1) for page in range(1, 7)]

        assert every(searcher, asked) == ["r0", "r1", "r2", "r3", "r4", "r5"]
        assert sorted(hit[ID] for page in pages for hit in page) == [
            "r0",
            "r1",
            "r2",
            "r3",
            "r5",
            "r5",
        ]


def test_stock_andnot_returns_excluded_records(searching: Searching) -> None:
    with searching(*texts("乙", "甲乙")) as searcher:
        wanted, unwanted = Term("notes", "甲"), Term("notes", "乙")

        assert every(searcher, query.And([wanted, query.Not(unwanted)])) == []
        assert every(searcher, query.AndNot(wanted, unwanted)) == ["r1"]


def test_stock_require_excludes_what_it_should_require(searching: Searching) -> None:
    with searching(*texts("甲", "甲乙")) as searcher:
        wanted, required = Term("notes", "甲"), Term("notes", "乙")

        assert every(searcher, query.And([wanted, required])) == ["r1"]
        assert every(searcher, query.Require(wanted, required)) == ["r1" if MENDED else "r0"]


def test_stock_not_brings_back_a_deleted_record(tmp_path: Path) -> None:
    engine = made(tmp_path)
    engine.rebuild(texts("甲", "乙", "乙"))
    engine.apply([Removal(RecordId("r1"))])
    with stock_index(tmp_path).searcher() as searcher:
        unwanted = query.Not(Term("notes", "甲"))

        assert every(searcher, query.And([query.Every(), unwanted])) == ["r2"]
        assert every(searcher, unwanted) == ["r1", "r2"]


def test_stock_maxima_take_the_score_of_another_record(searching: Searching) -> None:
    with searching(*texts("乙", "甲甲甲")) as searcher:
        first, second = Term("notes", "甲"), Term("notes", "乙")

        (low,) = searcher.search(second, limit=None)
        (high,) = searcher.search(first, limit=None)
        best = searcher.search(query.DisjunctionMax([first, second]), limit=None)

        assert low.score < high.score
        assert {hit[ID]: hit.score for hit in best} == {"r0": high.score, "r1": high.score}


def test_stock_spans_cannot_be_combined(searching: Searching) -> None:
    with searching(*texts("甲乙", "乙甲")) as searcher:
        near = spans.SpanNear(Term("notes", "甲"), Term("notes", "乙"))

        assert every(searcher, near) == ["r0"]
        with pytest.raises(NotImplementedError):
            searcher.search(query.And([near, Term("notes", "甲")]), limit=None)


def test_stock_expansion_of_an_unknown_field_raises(searching: Searching) -> None:
    with searching(*texts("甲")) as searcher:
        assert every(searcher, Term("absent", "甲")) == []
        with pytest.raises(KeyError):
            searcher.search(query.TermRange("absent", "甲", "乙"), limit=None)
