"""The bench corpus is the same at every run, diverse, and such that the product takes all of it."""

from itertools import islice
from pathlib import Path

import archsearch
from archsearch.domain.identifiers import IdentifierKind, classify
from tests.bench.corpus import customers, write_json_lines


def test_a_smaller_corpus_is_the_beginning_of_a_larger_one() -> None:
    assert list(customers(300)) == list(islice(customers(12_000), 300))


def test_every_row_has_fifteen_fields_and_a_record_id_of_its_own() -> None:
    rows = list(customers(12_000))

    assert {len(row) for row in rows} == {15}
    assert len({row["record_id"] for row in rows}) == len(rows)


def test_every_identifier_is_faultless_and_of_the_kind_that_the_nature_asks_for() -> None:
    kinds = {"个人": IdentifierKind.PERSON, "企业": IdentifierKind.USCC}

    for row in customers(500):
        found = classify(str(row["id_number"]))

        assert (found.kind, found.fault) == (kinds[str(row["nature"])], None)


def test_few_names_are_borne_by_several_customers() -> None:
    names = [row["name"] for row in customers(5_000)]

    assert len(set(names)) > 4_900


def test_the_product_takes_every_row_without_a_complaint(tmp_path: Path) -> None:
    write_json_lines(tmp_path / "customers.jsonl", 200)
    archsearch.init(tmp_path / "workspace")

    with archsearch.open(tmp_path / "workspace") as archive:
        report = archive.ingest(tmp_path / "customers.jsonl", user="admin")

    assert (report.accepted, report.rejected, report.warnings) == (200, [], [])
