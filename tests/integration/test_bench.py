"""The bench runs, and the engines that it compares agree."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.bench import comparison
from tests.bench.contender import Asked, Outcome
from tests.bench.documents import Product
from tests.bench.mix import Mix, Question
from tests.bench.ours import Ours
from tests.bench.race import DisagreementError, race
from tests.bench.report import lines

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
    plan = comparison.Plan(
        RECORDS, RECORDS, each=2, rounds=1, stock_rounds=1, tantivy=comparison.has_tantivy()
    )

    run = comparison.compare(plan, product, tmp_path)

    stock = run["races"][f"bare answers, warm, {RECORDS} records, of stock Whoosh"]
    assert len(stock["questions"]) == 2 * CLASSES
    assert sum(question["total"] > 0 for question in stock["questions"]) > CLASSES
    assert "stock Whoosh" in "\n".join(lines(run | {"size": 1, "date": "", "machine": ""}))
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
