"""Filters as they are written on the command line, and as the search service takes them."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import click

from archsearch.entrypoints.cli.kinds import TEXT, Kind

SHORTCUTS: Final[Mapping[str, tuple[str, str]]] = {
    "region": ("region", "any"),
    "tier": ("value_tier", "any"),
    "tag": ("tags", "any"),
    "all_tags": ("tags", "all"),
    "nature": ("nature", "any"),
    "business": ("business_type", "any"),
    "department": ("department", "any"),
    "status": ("status", "any"),
    "since": ("created_at", "from"),
    "until": ("created_at", "to"),
}
"""Options that are short for a filter: its schema key, and how its values are meant."""

_LISTED: Final = frozenset({"any", "all", "none"})
_COMMA: Final = re.compile("[,，]")
_CONDITION: Final = re.compile(r"([^!=＝]+)(!?)[=＝](.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter as written: a field by any of its names, how its values are meant, the values."""

    field: str
    meant: str
    values: tuple[str, ...]


class Written(Kind):
    """``字段=值``, ``字段=甲,乙`` (any of them), ``字段!=值`` (none of them)."""

    name = "字段=值"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Condition:
        """Read a condition."""
        found = _CONDITION.fullmatch(TEXT.convert(value, param, ctx))
        if found is None:
            self.fail("要写成 字段=值，例如 地区=华东、tags=授信,逾期、状态!=销户。", param, ctx)
        meant = "none" if found[2] else "any"
        return Condition(found[1].strip(), meant, listed(found[3]))


def listed(text: str) -> tuple[str, ...]:
    """Split values at commas, half or full width; nothing between two is no value."""
    parts = tuple(part.strip() for part in _COMMA.split(text))
    return tuple(part for part in parts if part) or ("",)


def conditions(given: Mapping[str, Any]) -> list[Condition]:
    """Collect what ``--filter`` and its shortcuts say."""
    found: list[Condition] = list(given.get("filter") or ())
    for name, (field, meant) in SHORTCUTS.items():
        value = given.get(name)
        several = value if isinstance(value, tuple) else (value,)
        found += [
            Condition(field, meant, listed(each) if meant in _LISTED else (each,))
            for each in several
            if each is not None
        ]
    return found


def filters(
    found: Iterable[Condition], key_of: Callable[[str], str]
) -> dict[str, dict[str, str | list[str]]]:
    """Combine conditions; several on one field widen each other, on different fields narrow.

    Args:
        found: The conditions.
        key_of: Gives the schema key of a field's name, or the name itself when there is none.
    """
    combined: dict[str, dict[str, str | list[str]]] = defaultdict(dict)
    for condition in found:
        field = combined[key_of(condition.field)]
        if condition.meant in _LISTED:
            before = field.get(condition.meant, [])
            field[condition.meant] = [*before, *condition.values]
        else:
            field[condition.meant] = condition.values[0]
    return dict(combined)
