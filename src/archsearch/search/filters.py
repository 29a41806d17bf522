"""Filters, facets and sort orders of a request, as nodes and field names."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from typing import Any

from archsearch.domain.plan import BY_SCORE, AllOf, AnyOf, MatchNone, Node, NotNode, Order
from archsearch.domain.query import FilterValue
from archsearch.domain.schema import FieldSpec, Schema
from archsearch.engines.fields import facet_field, sort_field
from archsearch.errors import InvalidRequestError
from archsearch.search.leaves import Leaves

_OPERATORS = frozenset({"any", "all", "none", "from", "to"})
_MOST_VALUES = 256
_LONGEST_VALUE = 512
RELEVANCE = "relevance"


class Filters:
    """Compiles the parts of a request that are no query text."""

    def __init__(self, schema: Schema, leaves: Leaves) -> None:
        self._schema = schema
        self._leaves = leaves

    def nodes(self, filters: Mapping[str, FilterValue]) -> tuple[Node, ...]:
        """Compile filters; a hit must match every one.

        Raises:
            InvalidRequestError: A key or value is unknown, or may not be filtered by.
        """
        return tuple(node for key, value in filters.items() for node in self._filter(key, value))

    def facets(self, keys: Sequence[str]) -> dict[str, str]:
        """Give the index field to count for each schema key asked for."""
        found = {}
        for key in keys:
            spec = self._field(key)
            if not spec.facet:
                raise InvalidRequestError(f"字段“{spec.label}”不能用来分面统计。")
            found[key] = facet_field(spec)
        return found

    def order(self, sort: str) -> Order:
        """Read a sort order: ``relevance``, a sortable schema key, or ``-key`` for descending."""
        if sort in {"", RELEVANCE}:
            return BY_SCORE
        spec = self._field(sort.removeprefix("-"))
        if not spec.sortable:
            raise InvalidRequestError(f"不能按字段“{spec.label}”排序。")
        return Order(sort_field(spec), descending=sort.startswith("-"))

    def _field(self, key: str) -> FieldSpec:
        spec = self._schema.find(key)
        if spec is None:
            near = get_close_matches(key, self._schema.names(), n=1)
            hint = f"，是不是“{near[0]}”？" if near else "。"
            raise InvalidRequestError(f"没有叫“{key}”的字段{hint}")
        return spec

    def _filter(self, key: str, value: FilterValue) -> Iterator[Node]:
        spec = self._field(key)
        if not isinstance(value, Mapping):
            yield AnyOf(tuple(self._values(spec, value)))
            return
        unknown = set(value) - _OPERATORS
        if unknown or not value:
            raise InvalidRequestError(f"筛选“{key}”只认得 any、all、none、from、to。")
        if "any" in value:
            yield AnyOf(tuple(self._values(spec, value["any"])))
        if "all" in value:
            yield AllOf(tuple(self._values(spec, value["all"])))
        if "none" in value:
            yield NotNode(AnyOf(tuple(self._values(spec, value["none"]))))
        if "from" in value or "to" in value:
            low, high = (_text(value.get(end)) for end in ("from", "to"))
            yield self._leaves.interval(spec, low, high)

    def _values(self, spec: FieldSpec, value: Any) -> Iterator[Node]:
        listed = isinstance(value, Sequence | set | frozenset) and not isinstance(value, str)
        values = list(value) if listed else [value]
        # A list of candidates for a masked value would be a way to guess it.
        most = 1 if spec.sensitive else _MOST_VALUES
        if len(values) > most:
            raise InvalidRequestError(f"筛选“{spec.label}”最多 {most} 个值。")
        for one in values:
            yield self._value(spec, _text(one))

    def _value(self, spec: FieldSpec, text: str) -> Node:
        if not text:
            raise InvalidRequestError(f"筛选“{spec.label}”的值是空的。")
        if ".." in text:
            low, _, high = text.partition("..")
            return self._leaves.interval(spec, low, high)
        return self._leaves.in_field(spec, text) or MatchNone()


def _text(value: Any) -> str:
    if not isinstance(value, str | int | float | date | None):
        raise InvalidRequestError("筛选的值只能是文字、数字、日期，或由它们组成的列表。")
    text = "" if value is None else str(value).strip()
    if len(text) > _LONGEST_VALUE:
        raise InvalidRequestError(f"筛选的值最长 {_LONGEST_VALUE} 个字符。")
    return text
