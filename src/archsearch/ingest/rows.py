"""The values that travel through the ingest pipeline."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from archsearch.domain.problem import Problem, Severity, Where
from archsearch.domain.record import JsonValue, Origin, Values

MISSING: Final = "required_missing"
"""Code of the problem that a field is empty which must not be."""
_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Row(NamedTuple):
    """One row as the reader found it: its own column names, values untouched.

    Values are what the format yields: str, int, float, bool, None, date or datetime, lists and
    dicts of these.
    """

    where: Where
    values: Mapping[str, Any]


class Draft(NamedTuple):
    """A row mapped to schema keys and normalised, with every problem found so far.

    ``values``, ``original`` and ``origins`` are as in :class:`archsearch.domain.record.Record`.
    ``quality`` is 0 to 100, known after validation.
    """

    row: Row
    values: Values
    original: Mapping[str, JsonValue] = _NOTHING
    origins: Mapping[str, Origin] = _NOTHING
    problems: tuple[Problem, ...] = ()
    quality: int = 100

    @property
    def rejected(self) -> bool:
        """Whether an error keeps the row out."""
        return any(problem.severity is Severity.ERROR for problem in self.problems)

    @property
    def hopeless(self) -> bool:
        """Whether it is rejected for more than what the record that it names may have already."""
        if not self.problems:
            return False
        errors = [p.code for p in self.problems if p.severity is Severity.ERROR]
        named = "record_id" in self.values or "source_id" in self.values
        return bool(errors) and not (named and set(errors) == {MISSING})
