"""The bench runs, and the engines that it compares agree."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree.ElementTree import fromstring

import pytest

from tests.bench import chart, comparison, readme, report
from tests.bench.contender import Asked, Outcome
from tests.bench.documents import Product
from tests.bench.mix import Mix, Question
from tests.bench.ours import Ours
from tests.bench.race import DisagreementError, race

RECORDS = 500
CLASSES = 18


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with Product() as product:
        yield product


def test_all_engines_give_the_same_totals_and_facets_for_the_whole_mix(
    product: Product, tmp_path: Path
) -> None:
    """Racing raises where they differ; tantivy takes part where it is installed."""
    with_tantivy = comparison.has_tantivy()
    plan = comparison.Plan(RECORDS, with_tantivy, each=2, rounds=1, stock_rounds=1)

    run = comparison.compare(plan, product, tmp_path)

    stock = run["races"]["bare answers, warm, stock Whoosh"]
    assert len(stock["questions"]) == 2 * CLASSES
    assert sum(question["total"] > 0 for question in stock["questions"]) > CLASSES
    assert json.loads(json.dumps(run)) == run


def test_a_different_total_ends_the_race(product: Product, tmp_path: Path) -> None:
    right, wrong = Ours(tmp_path / "right"), Forgetful(tmp_path / "wrong")
    for engine in (right, wrong):
        engine.build(product.documents(100))
    questions = [q for q in Mix(product, each=1, rows=100).questions() if q.kind == "everything"]

    with pytest.raises(
        DisagreementError, match=r"everything: archsearch 100, forgetful \(99, 20\)"
    ):
        race(questions, "bare", (right, wrong), rounds=1)


def test_equal_seeds_give_equal_questions(product: Product) -> None:
    def asked() -> list[Question]:
        return Mix(product, each=2, rows=300).questions()

    assert asked() == asked()


class Forgetful(Ours):
    """An engine that misses one hit."""

    name = "forgetful"

    def prepare(self, query: object) -> Asked:
        asked = super().prepare(query)  # type: ignore[arg-type]

        def read(found: object) -> Outcome:
            outcome = asked.read(found)
            return replace(outcome, total=outcome.total - 1)

        return Asked(asked.run, read)


def test_a_run_becomes_a_report_and_a_picture(product: Product, tmp_path: Path) -> None:
    plan = comparison.Plan(200, tantivy=False, stock=True, each=1, rounds=1, stock_rounds=1)
    found = comparison.compare(plan, product, tmp_path)
    races = found["races"]
    races["whole answers, warm"] = races["whole answers, warm, stock Whoosh"]
    about = {"date": "2026-01-01", "machine": "one", "clock": "wall"}
    run = {**about, "size": 200, "sizes": {"200": found}}

    text = "\n".join(report.lines(run))
    tables = list(readme.tables(run, "zh"))
    picture = fromstring(chart.draw(run, 200))

    assert "everything" in text
    assert "index: records/s, stock Whoosh" in text
    assert tables[0] == "| 200 条档案 | archsearch | tantivy | 原版 Whoosh |"
    assert {line.count("|") for line in tables if line} == {5, 3}
    assert picture.tag.endswith("svg")
    assert "everything" in {element.text for element in picture.iter()}
