"""From a source to drafts: read, map, normalise, validate; one row at a time."""

import hmac
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from archsearch.domain.problem import SUBMITTED, Problem
from archsearch.domain.schema import Schema
from archsearch.ingest.mapping import ColumnMapping, RowMapper
from archsearch.ingest.normalise.normaliser import Normaliser
from archsearch.ingest.readers.dicts import read_dicts
from archsearch.ingest.readers.limits import Limits
from archsearch.ingest.readers.reader import feeds
from archsearch.ingest.rows import Draft, Row
from archsearch.ingest.validate import Validator

UNNAMED_SOURCE = "导入"
"""Source of rows that bring a number of their source but not its name."""


@dataclass(frozen=True, slots=True)
class Supply:
    """One source being worked through.

    ``digest`` is that of its content, empty when there is none; ``entries`` are its drafts, and
    problems for what is no row. They are to be used up before the next supply is asked for.
    ``size`` is in bytes, 0 when nobody knows.
    """

    name: str
    digest: str
    entries: Iterator[Draft | Problem]
    size: int = 0


@dataclass(frozen=True, slots=True)
class Typed:
    """Fields of one record that somebody typed, normalised.

    ``keys`` are the schema keys that were named, ``problems`` tell of names that mean nothing,
    which ``unknown`` lists; ``scattered`` are repeated groups of which single members were named.
    """

    draft: Draft
    keys: frozenset[str]
    problems: tuple[Problem, ...]
    scattered: frozenset[str] = frozenset()
    unknown: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The steps of ingest, wired for one schema."""

    schema: Schema
    mappings: Sequence[ColumnMapping]
    normaliser: Normaliser
    validator: Validator
    limits: Limits

    def files(self, path: Path, today: date) -> Iterator[Supply]:
        """Yield the drafts of a file, or of every file in a folder."""
        for feed in feeds(path, self.limits):
            yield Supply(feed.name, feed.digest, self._drafts(feed.items, today), feed.size)

    def dicts(self, dicts: Sequence[Mapping[str, Any]], today: date, key: bytes) -> Supply:
        """Give the drafts of records handed over by a program.

        Their digest is made with ``key`` (HMAC-SHA256): it goes into the log, and a row is short
        enough to be tried out.
        """
        items = tuple(read_dicts(dicts, self.limits))
        rows = [item.values if isinstance(item, Row) else item.code for item in items]
        text = json.dumps(rows, sort_keys=True, default=str)
        digest = hmac.digest(key, text.encode(), "sha256").hex()
        return Supply(SUBMITTED, digest, self._drafts(items, today))

    def single(self, fields: Mapping[str, Any]) -> Typed:
        """Read the fields of one record as somebody typed them; they are still to be checked.

        The mappings of sources do not apply: a person says which field is meant. A number of a
        source goes without the source's name, if none was typed: a record may have it already.
        """
        (item,) = read_dicts([fields], self.limits)
        if isinstance(item, Problem):
            return Typed(Draft(Row(item.where, {}), {}), frozenset(), (item,))
        mapper = RowMapper(self.schema)
        raw, problems = mapper.map_row(item)
        targets = {name: mapper.target(name) for name in item.values}
        scattered = frozenset(
            target.spec.key
            for target in targets.values()
            if target and target.member and target.spec.many
        )
        draft = self.normaliser.normalise(item, raw)
        unknown = tuple(name for name, target in targets.items() if target is None)
        named = frozenset(target.spec.key for target in targets.values() if target)
        return Typed(draft, frozenset(raw) | named, tuple(problems), scattered, unknown)

    def _drafts(self, items: Iterable[Row | Problem], today: date) -> Iterator[Draft | Problem]:
        mapper = RowMapper(self.schema, self.mappings)
        for item in items:
            if isinstance(item, Problem):
                yield item
                continue
            raw, problems = mapper.map_row(item)
            _name_source(raw)
            draft = self.normaliser.normalise(item, raw)
            yield from problems
            yield self.validator.check(draft, today)


def _name_source(raw: dict[str, Any]) -> None:
    if raw.get("source_id") and not raw.get("source"):
        raw["source"] = UNNAMED_SOURCE
