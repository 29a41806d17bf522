"""The documents of the bench are those that an ingest of its rows indexes."""

from pathlib import Path

import archsearch
from archsearch.storage import records
from tests.bench.corpus import write_json_lines
from tests.bench.documents import Product

TODAY = {"updated_at": ("today",)}


def test_the_bench_measures_the_documents_that_an_ingest_indexes(tmp_path: Path) -> None:
    write_json_lines(tmp_path / "customers.jsonl", 60)
    with Product() as product:
        # Ingested where the documents are made, so that both have the same keyed tokens.
        application = product.application
        report = archsearch.Archive(application).ingest(tmp_path / "customers.jsonl", user="admin")
        with application.database.read() as connection:
            stored = records.iterate_all(connection)
            indexed = {r.record_id: application.index._builder.build(r) for r in stored}

        measured = {document.record_id: document for document in product.documents(60)}

    assert report.accepted == 60
    assert measured.keys() == indexed.keys()
    for record_id, document in measured.items():
        # When it was stored is the one thing that differs.
        assert document.texts == indexed[record_id].texts
        assert {**document.keys, **TODAY} == {**indexed[record_id].keys, **TODAY}
