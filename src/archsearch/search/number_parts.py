"""Saying which part of a number is what was typed: found by a part, and yet no guess."""

from collections.abc import Iterator, Sequence
from typing import Final

from archsearch.analysis.folding import fold_key
from archsearch.domain.plan import Channel
from archsearch.domain.query import Reason
from archsearch.domain.record import Values, values_at
from archsearch.domain.schema import FieldSpec, FieldType, Schema
from archsearch.engines.fields import identifier_key
from archsearch.engines.writers import TAILED
from archsearch.search.highlight import Term

_MIDDLE: Final = slice(3, 7)
_ENDINGS: Final = {4: "末四位", 6: "末六位"}
"""By length, the endings that numbers are found by."""


class NumberParts:
    """Tells which numbers of a record have a term of a query at their end or in their middle."""

    def __init__(self, schema: Schema) -> None:
        self._specs = tuple(
            spec
            for spec in schema.leaves
            if spec.type in TAILED and spec.default_search and spec.sensitive
        )

    def reasons(self, values: Values, terms: Sequence[Term]) -> Iterator[Reason]:
        """Yield a reason for each term and field; ``values`` are those that are searched."""
        channel = str(Channel.SUBSTRING)
        for text, key in terms:
            part = fold_key(text).upper()
            for spec in self._specs if len(part) in _ENDINGS else ():
                if key in {None, spec.key} and (called := _called(spec, part, values)):
                    told = f"{spec.label}{called} {part}"
                    yield Reason(channel, part, part, spec.key, 0, 0, told)


def _called(spec: FieldSpec, part: str, values: Values) -> str:
    """Say where in a number of a field a part stands; nothing if in none."""
    found = [identifier_key(spec, str(each)) for each in values_at(values, spec.key)]
    longer = [each for each in found if len(each) > len(part)]
    if any(each.endswith(part) for each in longer):
        return _ENDINGS[len(part)]
    middle = spec.type is FieldType.PHONE and any(each[_MIDDLE] == part for each in longer)
    return "中间四位" if middle else ""
