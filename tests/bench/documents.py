"""The documents of the bench corpus: what the product's own builder makes of its rows.

The rows are as normalisation leaves them, so they are not led through it again; what it would add
is added here. ``tests/unit/bench/test_documents.py`` holds these documents equal to those that an
ingest indexes.
"""

from collections.abc import Iterator
from datetime import date
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Any, Self, cast

from archsearch.bootstrap import Application, initialise, open_application
from archsearch.domain.record import Record, RecordId, Values
from archsearch.engines.base import Document
from archsearch.search.language import Language
from tests.bench.corpus import customers

_ADDED = {"retention": "10年", "status": "在档", "quality": 100, "updated_at": "2026-06-30"}


class Product:
    """An open workspace without records: the product's analysis, builder and query language."""

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="archsearch-bench-")
        path = Path(self._folder.name) / "workspace"
        initialise(path, {})
        self._application: Application = open_application(path, {})

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._application.close()
        self._folder.cleanup()

    @property
    def language(self) -> Language:
        """The query language."""
        return self._application._language

    @property
    def application(self) -> Application:
        """The wiring, for its analysis and its levels of secrecy."""
        return self._application

    def documents(self, number: int, *, start: int = 0) -> Iterator[Document]:
        """Make the documents of the corpus."""
        build = self._application.index._builder.build
        for row in islice(customers(number), start, None):
            yield build(record_of(row))


def record_of(row: dict[str, Any]) -> Record:
    """Make the record that normalisation makes of a row."""
    values: dict[str, Any] = {**row, **_ADDED, **_derived(row)}
    filled = {key: value for key, value in values.items() if value != []}
    return Record(RecordId(row["record_id"]), 1, cast(Values, filled))


def _derived(row: dict[str, Any]) -> dict[str, str]:
    number = row["id_number"]
    if row["nature"] != "个人":
        return {}
    born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    return {"birth_date": born.isoformat(), "gender": "男" if int(number[16]) % 2 else "女"}
