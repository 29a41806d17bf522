"""From a source to drafts: read, map, normalise, validate; one row at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from archsearch.domain.problem import Problem
from archsearch.domain.schema import Schema
from archsearch.ingest.mapping import ColumnMapping
from archsearch.ingest.normalise.normaliser import Normaliser
from archsearch.ingest.readers.limits import Limits
from archsearch.ingest.readers.source import read
from archsearch.ingest.rows import Draft
from archsearch.ingest.validate import Validator


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The steps of ingest, wired for one schema."""

    schema: Schema
    mappings: Sequence[ColumnMapping]
    normaliser: Normaliser
    validator: Validator
    limits: Limits

    def file(self, path: Path, today: date) -> Iterator[Draft | Problem]:
        """Yield a draft for every row of a file, and a problem for what is no row."""
        return self._drafts(read(path, self.limits), today)
