"""The metadata schema: which fields a record has and how each may be used."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property


class FieldType(StrEnum):
    """What a field holds; decides normalisation, validation and analysis."""

    NAME = "name"
    TEXT = "text"
    KEYWORD = "keyword"
    TAGS = "tags"
    REGION = "region"
    DATE = "date"
    NUMBER = "number"
    AMOUNT = "amount"
    ID_NUMBER = "id_number"
    PHONE = "phone"
    EMAIL = "email"
    ADDRESS = "address"
    GROUP = "group"


class Sensitivity(StrEnum):
    """Classes of JR/T 0171: C1 open inside the scope, C2 personal, C3 secret."""

    C1 = "C1"
    C2 = "C2"
    C3 = "C3"


class Matching(StrEnum):
    """How a field takes part in search (`search:` in the schema file)."""

    TEXT = "text"
    """Its folded text is searched, ranked and highlighted."""
    NAME = "name"
    """As TEXT, and by likeness: sound, shape, initials, slips; see docs/likeness.md."""
    KEY = "key"
    """Its whole value is searched; open fields also by prefix, wildcard and range."""
    NONE = "none"


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of the schema.

    ``key`` is the full dotted key (``contacts.name`` inside a group). ``many`` fields hold lists.
    ``hierarchical``
    values are paths with ``/``; a filter by a parent finds its children. ``weight`` scales the
    field's part in ranking.
    """

    key: str
    label: str
    type: FieldType
    aliases: tuple[str, ...] = ()
    required: bool = False
    many: bool = False
    vocabulary: str | None = None
    sensitivity: Sensitivity = Sensitivity.C1
    facet: bool = False
    sortable: bool = False
    hierarchical: bool = False
    matching: Matching = Matching.NONE
    default_search: bool = False
    weight: float = 1.0
    system: bool = False
    fields: tuple["FieldSpec", ...] = ()

    @property
    def sensitive(self) -> bool:
        """Whether values are masked on every way out and only matched through keyed tokens."""
        return self.sensitivity is not Sensitivity.C1


@dataclass(frozen=True)
class Schema:
    """All fields, with look-up by key, Chinese label or alias."""

    version: int
    fields: tuple[FieldSpec, ...]
    _by_name: Mapping[str, FieldSpec] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        names: dict[str, FieldSpec] = {}
        for spec in self.walk():
            for name in (spec.key, spec.label, *spec.aliases):
                names.setdefault(name.casefold(), spec)
        object.__setattr__(self, "_by_name", names)

    def walk(self) -> Iterator[FieldSpec]:
        """Yield every field, groups before their members."""
        for spec in self.fields:
            yield spec
            yield from spec.fields

    @cached_property
    def by_key(self) -> Mapping[str, FieldSpec]:
        """Fields by their full dotted key."""
        return {spec.key: spec for spec in self.walk()}

    @cached_property
    def leaves(self) -> tuple[FieldSpec, ...]:
        """Every field that holds values itself."""
        return tuple(spec for spec in self.walk() if spec.type is not FieldType.GROUP)

    def find(self, name: str) -> FieldSpec | None:
        """Look a field up by key, Chinese label or alias, ignoring case."""
        return self._by_name.get(name.strip().casefold())

    def names(self) -> tuple[str, ...]:
        """Every name a field can be called by, for suggestions in error messages."""
        return tuple(self._by_name)
