"""What is measured of free text, and that the product is no worse at it than plain BM25."""

import statistics
from pathlib import Path

import pytest

from tests.relevance.corpus import Part
from tests.relevance.freetext import baseline, has_tantivy, ndcg, product, rated, report
from tests.relevance.notes import MANNERS, Fact, Note, grade, notes, questions, topics


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([(0, 1, 2)], 3),
        ([(0, 1, 0), (0, 0, 2)], 2),
        ([(0, 1, 0)], 1),
        ([(0, 0, 2)], 1),
        ([(1, 1, 2)], 0),
        ([], 0),
    ],
)
def test_a_note_is_graded_by_what_it_tells(
    facts: list[tuple[int, int, int]], expected: int
) -> None:
    note = Note("", tuple(Fact(*fact) for fact in facts))

    assert grade(note, Fact(0, 1, 2)) == expected


def test_the_best_order_rates_one_and_any_other_less() -> None:
    every = [3, 2, 1, 0]

    assert ndcg([3, 2, 1], every) == pytest.approx(1)
    assert 0 < ndcg([1, 2, 3], every) < ndcg([3, 1, 2], every) < 1


def test_the_parts_ask_about_different_topics() -> None:
    tuning, check = ({q.fact.topic for q in questions(20, part)} for part in Part)

    assert tuning
    assert check
    assert tuning.isdisjoint(check)


def test_every_note_has_the_words_of_what_it_tells() -> None:
    for note in notes(50):
        for fact in note.facts:
            things, events = topics()[fact.topic]
            assert any(way in note.text for way in things[fact.thing])
            assert any(way in note.text for way in events[fact.event])


def test_the_product_ranks_notes_no_worse_than_plain_bm25(tmp_path: Path) -> None:
    if not has_tantivy():
        pytest.skip("tantivy is not installed")
    written = notes(1_500)
    asked = list(questions(10, Part.CHECK))

    with product(written, tmp_path / "workspace") as own:
        ratings = {"product": rated(own, written, asked)}
    ratings["tantivy"] = rated(baseline(written), written, asked)

    assert statistics.mean(ratings["product"]) >= statistics.mean(ratings["tantivy"])
    lines = list(report(asked, ratings))
    assert len(lines) == len(MANNERS) + 2
    assert lines[-1].startswith("mean")
