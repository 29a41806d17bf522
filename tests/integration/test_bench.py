"""The bench runs, and the engines that it compares agree."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock
from xml.etree.ElementTree import fromstring

import pytest

from tests.bench import archive, chart, comparison, corpus, readme, report, stock_engine
from tests.bench.contender import Asked, Outcome
from tests.bench.documents import Product
from tests.bench.mix import Mix, Question
from tests.bench.ours import Ours
from tests.bench.queries import QUERIES
from tests.bench.race import DisagreementError, race
from tests.bench.summary import Figures

RECORDS = 500
CLASSES = 18


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with Product() as product:
        yield product


@pytest.fixture(scope="module")
def compared(product: Product, tmp_path_factory: pytest.TempPathFactory) -> Figures:
    """Racing raises where totals, facets or numbers of hits differ; tantivy where it is there."""
    plan = comparison.Plan(
        RECORDS, tantivy=comparison.has_tantivy(), each=1, rounds=1, stock_rounds=1
    )
    with mock.patch.object(comparison, "EDITS", 2):
        return comparison.compare(plan, product, tmp_path_factory.mktemp("compared"))


def test_all_engines_give_the_same_totals_and_facets_for_the_whole_mix(compared: Figures) -> None:
    stock = compared["races"]["bare answers, warm, stock Whoosh"]

    assert len(stock["questions"]) == CLASSES
    assert sum(question["total"] > 0 for question in stock["questions"]) > CLASSES // 2
    assert json.loads(json.dumps(compared)) == compared


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


def test_a_run_becomes_a_report_and_a_picture(compared: Figures) -> None:
    races = compared["races"]
    races = {"whole answers, warm": races["whole answers, warm, stock Whoosh"], **races}
    about = {"date": "2026-01-01", "machine": "one", "clock": "wall"}
    run = {**about, "size": RECORDS, "sizes": {str(RECORDS): {**compared, "races": races}}}

    text = "\n".join(report.lines(run))
    tables = list(readme.tables(run, "zh"))
    picture = fromstring(chart.draw(run, RECORDS))

    assert "everything" in text
    assert "index: records/s, stock Whoosh" in text
    assert tables[0] == "| 500 条档案 | archsearch | tantivy | 原版 Whoosh |"
    assert {line.count("|") for line in tables if line} == {5, 3}
    assert picture.tag.endswith("svg")
    assert "everything" in {element.text for element in picture.iter()}


def test_a_whole_archive_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "ROUNDS", 1)
    monkeypatch.setattr(archive, "EDITS", 2)
    monkeypatch.setattr(archive, "COLD_STARTS", 1)
    monkeypatch.setattr(corpus, "OUT", tmp_path)

    figures = archive.measure(tmp_path, 60)

    assert figures["records"] == 60
    assert len(figures["searches"]) == 2 * len(QUERIES)
    assert "whole archive of 60 records" in "\n".join(report.archive(figures))


def test_the_pipeline_runs_on_the_stock_writer_as_well(tmp_path: Path) -> None:
    """It is done when a search through the stock engine counts every record."""
    corpus.write_json_lines(tmp_path / "customers.jsonl", 60)

    figures = archive.ingested(tmp_path / "w", tmp_path / "customers.jsonl", 60, stock_engine.wire)

    assert figures["records"] == 60
    assert (tmp_path / "w" / "index" / "stock" / "mark").exists()
