"""Rows that a program hands over as dicts: made what a file could have held, or refused."""

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from archsearch.domain.problem import SUBMITTED, Problem, Where
from archsearch.ingest.readers.faults import Fault, too_deep
from archsearch.ingest.readers.json_text import LARGEST_INTEGER, MONSTROUS, content_fault, row_fault
from archsearch.ingest.readers.limits import DEFAULT_LIMITS, Limits
from archsearch.ingest.rows import Row

_MOST_VALUES = 100_000
_STRANGE = Fault(
    "value_invalid", "有一格不是文字、数字、日期、列表或字典，无法录入；请先转换成这些类型。"
)


class _UnfitError(ValueError):
    """A value that no file could hold."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def read_dicts(
    rows: Iterable[Mapping[str, Any]], limits: Limits = DEFAULT_LIMITS
) -> Iterator[Row | Problem]:
    """Yield rows handed over by a program; what no file could hold is a problem here too."""
    for number, values in enumerate(rows, 1):
        where = Where(SUBMITTED, f"第 {number} 条", number)
        try:
            row = _Copy(limits).of(values, 0)
        except _UnfitError as unfit:
            yield unfit.fault.at(where)
            continue
        fault = row_fault(row, limits) or content_fault(row, limits)
        yield fault.at(where) if fault else Row(where, row)


class _Copy:
    """Copies one row into plain lists and dicts; bounded, for it may contain itself."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._values = 0

    def of(self, value: Any, depth: int) -> Any:
        self._values += 1
        if depth > self._limits.max_depth or self._values > _MOST_VALUES:
            raise _UnfitError(too_deep(self._limits.max_depth))
        if isinstance(value, Mapping):
            return {str(key): self.of(inner, depth + 1) for key, inner in value.items()}
        if isinstance(value, set | frozenset):
            # In an order of its own, so that the same row is the same content next time.
            value = sorted(value, key=str)
        if isinstance(value, list | tuple):
            return [self.of(inner, depth + 1) for inner in value]
        return _scalar(value)


def _scalar(value: Any) -> Any:
    if isinstance(value, float) and math.isinf(value):
        raise _UnfitError(MONSTROUS)
    if isinstance(value, int) and abs(value) > LARGEST_INTEGER:
        raise _UnfitError(MONSTROUS)
    if value is None or isinstance(value, str | int | float | date):
        return value
    raise _UnfitError(_STRANGE)
