"""A search as its address states it: everything is in there, so that it can be kept and sent on."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from archsearch.domain.schema import FieldType, Schema

PAGE_SIZES: Final = (20, 50, 100)
_FILTER: Final = "f."
_ENDS: Final = ("from", "to")
_MOST_PAGES: Final = 10_000
_MODES: Final = ("auto", "exact", "fuzzy")


@dataclass(frozen=True)
class Asked:
    """What is asked. ``filters`` and ``ranges`` go by schema key."""

    text: str = ""
    mode: str = "auto"
    filters: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ranges: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    sort: str = "relevance"
    size: int = PAGE_SIZES[0]
    page: int = 1

    @property
    def offset(self) -> int:
        """How many hits come before the page."""
        return (self.page - 1) * self.size

    @property
    def api_filters(self) -> dict[str, Any]:
        """Give the filters as the Python API takes them."""
        found: dict[str, Any] = {key: list(values) for key, values in self.filters.items()}
        for key, ends in self.ranges.items():
            found[key] = {end: value for end, value in zip(_ENDS, ends, strict=True) if value}
        return found

    def pairs(self) -> list[tuple[str, str]]:
        """Write it as the parameters of an address; what goes without saying is left out."""
        plain = Asked()
        found = [
            (name, str(getattr(self, attribute)))
            for name, attribute in _NAMES
            if getattr(self, attribute) != getattr(plain, attribute)
        ]
        found += [(_FILTER + key, each) for key, values in self.filters.items() for each in values]
        for key, ends in self.ranges.items():
            for end, value in zip(_ENDS, ends, strict=True):
                found += [(f"{_FILTER}{key}.{end}", value)] if value else []
        return found

    def link(self, **changes: Any) -> str:
        """Write the address of this search with something else in it, from the first page on."""
        pairs = replace(self, **{"page": 1, **changes}).pairs()
        return "/search" + ("?" + urlencode(pairs, errors="replace") if pairs else "")

    def toggled(self, key: str, value: str) -> str:
        """Write the address with a value of a filter put in, or taken out."""
        now = self.filters.get(key, ())
        values = tuple(each for each in now if each != value) if value in now else (*now, value)
        others = {name: kept for name, kept in self.filters.items() if name != key}
        return self.link(filters={**others, key: values} if values else others)

    def without_range(self, key: str) -> str:
        """Write the address without a range."""
        return self.link(ranges={k: ends for k, ends in self.ranges.items() if k != key})

    def bare(self, key: str) -> "Asked":
        """Give the same without the filter of a field, to count what it could be widened to."""
        kept = {name: values for name, values in self.filters.items() if name != key}
        return replace(self, filters=kept)


_NAMES: Final = (
    ("q", "text"), ("mode", "mode"), ("sort", "sort"), ("size", "size"), ("page", "page"),
)  # fmt: skip


def read(parameters: QueryParams, schema: Schema) -> Asked:
    """Read an address; what cannot be meant is passed over, as people mend addresses by hand."""
    filters: dict[str, list[str]] = {}
    ranges: dict[str, dict[str, str]] = {}
    for name, value in parameters.multi_items():
        key, _, end = name.removeprefix(_FILTER).rpartition(".")
        if not name.startswith(_FILTER) or not value.strip():
            continue
        if end in _ENDS and key in schema.by_key:
            ranges.setdefault(key, {})[end] = value.strip()
        elif name.removeprefix(_FILTER) in schema.by_key:
            filters.setdefault(name.removeprefix(_FILTER), []).append(value)
    size = _whole(parameters.get("size", ""), PAGE_SIZES[0], PAGE_SIZES[-1])
    mode = parameters.get("mode", "")
    return Asked(
        text=parameters.get("q", "").strip(),
        mode=mode if mode in _MODES else _MODES[0],
        filters={key: tuple(dict.fromkeys(values)) for key, values in filters.items()},
        ranges={key: (ends.get("from", ""), ends.get("to", "")) for key, ends in ranges.items()},
        sort=parameters.get("sort", "") or "relevance",
        size=size if size in PAGE_SIZES else PAGE_SIZES[0],
        page=_whole(parameters.get("page", ""), 1, _MOST_PAGES),
    )


def of_api(text: str, mode: str, filters: Mapping[str, Any], sort: str = "relevance") -> Asked:
    """Make the same of what the Python API was asked; what no address can say is left out."""
    values: dict[str, tuple[str, ...]] = {}
    ranges: dict[str, tuple[str, str]] = {}
    for key, given in filters.items():
        said = given if isinstance(given, Mapping) else {"any": given}
        some = said.get("any", ())
        listed = [some] if isinstance(some, str | int | float) else list(some)
        if listed:
            values[key] = tuple(map(str, listed))
        if said.keys() & set(_ENDS):
            ranges[key] = (str(said.get("from", "")), str(said.get("to", "")))
    return Asked(text, mode, values, ranges, sort)


def dated(schema: Schema) -> list[tuple[str, str]]:
    """List the days that records can be told apart by, without those of persons."""
    return [
        (spec.key, spec.label)
        for spec in schema.fields
        if spec.type is FieldType.DATE and spec.sortable and not spec.system
    ]


def _whole(text: str, least: int, most: int) -> int:
    fits = text.isascii() and text.isdigit() and len(text) <= len(str(most))
    return min(max(int(text), 1), most) if fits else least
